"""What the environment asks of every command, `--help` included, and what of it others get.

Settings are read by `config`, secrets by `secret_sources`.
"""

import os
import re


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


def editor() -> str:
    """The maintainer's text editor."""
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"


INHERITED = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR"
    r"|\w+_LIBRARY_PATH|PYTHON\w+|XDG_\w+|DBUS_SESSION_BUS_ADDRESS"
    r"|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE",
    re.IGNORECASE,
)
"""The environment's variables that a process of our own needs, to run and to call a network."""


def for_children() -> dict[str, str]:
    """The environment for processes of our own, without the keys and passwords that are in ours."""
    return {name: value for name, value in os.environ.items() if INHERITED.fullmatch(name)}


def without_ours() -> dict[str, str]:
    """Changes to the environment that empty our own variables, for a program of the maintainer's:
    they may hold keys and passwords.
    """
    return {name: "" for name in os.environ if name.startswith(("MLCOLLAGE_", "PGPASS"))}


def for_programs() -> dict[str, str]:
    """The environment for a program that the maintainer has named, which may need theirs, without
    our own variables.
    """
    ours = without_ours()
    return {name: value for name, value in os.environ.items() if name not in ours}
