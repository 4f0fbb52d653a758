"""What a person has to do before roundups can be published on a Ghost site."""

EXAMPLE = "https://blog.example.org"

QUESTIONS = {"admin_key": "Admin API key"}
"""What is kept, by the setting that it becomes."""

STEPS = """To publish on a Ghost site:

1. Log in to its admin as an administrator.
2. Settings → Integrations → Add custom integration, named mlcollage.
3. Copy its "Admin API key", with the colon in it, and paste it here.

What you paste here is not shown or put into config.toml.
"""
"""Printed before the question for the key."""


def command(destination: str) -> str:
    """The command that gives a destination of the configuration its key."""
    return f"mlcollage connect ghost --destination {destination}"
