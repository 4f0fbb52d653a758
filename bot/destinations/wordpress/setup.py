"""What a person has to do before roundups can be published on a WordPress site."""

EXAMPLE = "https://blog.example.org"

QUESTIONS = {"app_password": "Application password"}
"""What is kept, by the setting that it becomes."""

USER = "User name"
"""The question for the user whose application password it is."""

STEPS = """To publish on a WordPress site:

1. Log in there as the user who shall be the author; the role "Author" is enough.
2. Users → Profile → Application Passwords: add one named mlcollage.
3. Copy it, and paste it here.

What you paste here is not shown or put into config.toml.
"""
"""Printed before the question for the application password."""


def command(destination: str) -> str:
    """The command that gives a destination of the configuration its application password."""
    return f"mlcollage connect wordpress --destination {destination}"
