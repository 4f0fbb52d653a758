"""What the environment asks of every command, `--help` included; settings are read by `config`."""

import os


def wants_colour() -> bool | None:
    """Whether the environment asks for colours; None where a terminal gets them, and nothing else.

    As https://no-color.org and https://force-color.org have it; NO_COLOR goes first.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in {"", "0", "false"}:
        return True
    if os.environ.get("TERM") == "dumb":
        return False
    return None
