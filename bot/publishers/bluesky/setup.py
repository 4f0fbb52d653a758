"""What a person has to do before the bot may post on Bluesky."""

SERVER = "https://bsky.social"
"""The server of accounts that have no other."""

STEPS = """To post on Bluesky you need an app password of the account that posts:

1. Log in to Bluesky with that account: https://bsky.app
2. Settings → Privacy and security → App passwords → Add app password.
   It need not be allowed to read direct messages.

The app password is not shown or put into config.toml.
"""
"""Printed before the questions."""

HANDLE = "Handle, such as mlcollage.bsky.social"

QUESTIONS = {"app_password": "App password"}
"""What is asked for, by the setting that the answer becomes."""


OWN_PASSWORD = (
    "This is the account's own password, which may do everything: an app password would do, and "
    "can be taken back."
)
"""What is told of an account whose password is none that was made for an app."""


def command(account: str) -> str:
    """The command that gives an account of the configuration its app password."""
    return f"mlcollage connect bluesky --account {account}"
