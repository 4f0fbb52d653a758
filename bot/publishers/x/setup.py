"""What a person has to do before the bot may post on X."""

SERVER = "https://api.x.com"
"""Where X answers."""

STEPS = """To post on X you need an app of the account that posts:

1. Log in to X with that account and open https://console.x.com
2. Make an app ("New App"). Posting is paid per use: buy credits there.
3. In the app: User authentication settings → Set up → App permissions: "Read and write"; \
any callback address will do.
4. Keys and tokens: make the API key and secret, then the access token and secret.
   The access token must say "Read and Write"; \
one made before step 3 does not, and has to be made again.

Nothing that you type here is shown or put into config.toml.
"""
"""Printed before the questions."""

QUESTIONS = {
    "consumer_key": "API key",
    "consumer_secret": "API key secret",
    "access_token": "Access token",
    "access_token_secret": "Access token secret",
}
"""What is asked for, by the setting that the answer becomes."""

DUTY = (
    'X wants bots to carry the "Automated" label and to name the person behind them: '
    "Settings → Your account → Account information → Automation."
)
"""What X asks of accounts that a bot posts to."""


def command(account: str) -> str:
    """The command that gives an account of the configuration its keys."""
    return f"mlcollage connect x --account {account}"


def read_only(account: str) -> str:
    """Why keys with X's access level "read" cannot post."""
    return (
        'These keys may only read. Give the app the permission "Read and write" at '
        f"https://console.x.com, make the access token again, and: {command(account)}"
    )
