"""What a person has to do before roundups can be put into a newsletter at Buttondown."""

SERVER = "https://api.buttondown.com"

QUESTIONS = {"api_key": "API key"}
"""What is kept, by the setting that it becomes."""

STEPS = """To put roundups into a newsletter at Buttondown:

1. Log in to buttondown.com.
2. Settings → API → Keys: create one that may write emails and images.
3. Copy it, and paste it here.

What you paste here is not shown or put into config.toml.
"""
"""Printed before the question for the key."""


def command(destination: str) -> str:
    """The command that gives a destination of the configuration its key."""
    return f"mlcollage connect buttondown --destination {destination}"
