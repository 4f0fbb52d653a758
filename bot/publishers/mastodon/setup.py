"""What a person has to do before the bot may post to an account on a Mastodon server."""

SCOPES = ("read:accounts", "read:statuses", "write:statuses", "write:media")
"""What the bot may do with an account: see whose it is and its posts, post, delete, upload."""
WIDE_SCOPES = ("read", "write")
"""The same on servers that know no narrower ones."""

REDIRECT = "urn:ietf:wg:oauth:2.0:oob"
"""Where a server sends the code: it shows it, to be copied (OAuth 2.0 for native apps)."""
WHO = "/api/v1/accounts/verify_credentials"
"""Where a server says whose token it is asked with."""
APP = "mlcollage"
EXAMPLE = "https://mastodon.social"

QUESTIONS = {"access_token": "Access token"}
"""What is kept, by the setting that it becomes."""

DUTY = (
    "Most servers want accounts that a program posts to be marked: Preferences → Public profile → "
    '"This is an automated account".'
)
"""What servers ask of accounts that a bot posts to."""

STEPS = """To post to an account on {host}:

1. Log in to {host} with that account, in a browser.
2. Open this address, and allow mlcollage what it asks for:

   {address}

3. Copy the code that is shown, and paste it here.

What you paste here is not shown or put into config.toml.
"""
"""Printed before the question for the code."""

TOKEN_STEPS = """Make an access token on {host} for the account that posts, with these scopes:

   {scopes}

On Mastodon: Preferences → Development → New application.

What you paste here is not shown or put into config.toml.
"""
"""Printed before the question for a token that was made by hand."""


def command(account: str) -> str:
    """The command that gives an account of the configuration its access token."""
    return f"mlcollage connect mastodon --account {account}"


def lacking(scopes: tuple[str, ...] | list[str]) -> list[str]:
    """The scopes that the bot needs and these do not cover: `write` covers `write:media`."""
    return [need for need in SCOPES if need not in scopes and need.partition(":")[0] not in scopes]
