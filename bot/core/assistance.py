"""What an assistant is called in the log of changes, so that its work is told from a person's."""

from collections.abc import Iterable

FOR = "assistant for "
"""What stands before the name of the user for whom an assistant works."""


def name(user: str) -> str:
    """The name under which an assistant's changes are logged: "assistant for ada"."""
    return f"{FOR}{user}"


def is_assistant(who: str) -> bool:
    """Whether a name of the log is an assistant's."""
    return who.startswith(FOR)


def among(names: Iterable[str]) -> tuple[str, ...]:
    """The assistants among names of the log, each once, in order."""
    return tuple(dict.fromkeys(filter(is_assistant, names)))
