"""Errors, named by the next step."""

from datetime import datetime


class MlcollageError(Exception):
    """Base of all errors whose message says what happened, to what, and what to do next."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").split("\n", 1)[0])


def sentence(error: BaseException) -> str:
    """The first line of an error's message as a sentence, or its class's name where it is empty.

    It is stored and shown: what cannot be printed, which a network may have said, is escaped.
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return ended("".join(char if char.isprintable() else ascii(char)[1:-1] for char in lines[0]))


def ended(text: str) -> str:
    """The text with the full stop that a sentence needs before another one follows."""
    if text.endswith((".", "?", "!")):
        return text
    return f"{text}."


class Unusable(MlcollageError):
    """Base of the errors about one thing that a person gave or asked for; others go on."""


class BadConfig(Unusable):
    """A setting is wrong: the message names its dotted key and the file."""


class BadInput(Unusable):
    """What was given cannot be used: the message names the place."""


class NoDatabase(MlcollageError):
    """The database cannot be used; nothing was changed."""


class NotAllowed(Unusable):
    """The step is not a legal one for the state the thing is in."""


class Stale(NotAllowed):
    """What a person decided by is not so any more: somebody has changed it since they looked."""


class Rejected(MlcollageError):
    """The network refuses this content: edit it."""


class Blocked(MlcollageError):
    """The account cannot post: hold it and tell someone.

    `until` is when that ends by itself, where it does: a spending cap, a wrong clock.
    """

    def __init__(self, message: str = "", until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class Unavailable(MlcollageError):
    """Not posted; try again at `retry_at`, or when the retry rule says.

    `saved` is what the publisher wants back at the next try, in place of what it had saved.
    `is_claim` says that a request was made and that the network says it had no effect; otherwise
    none was made.
    """

    def __init__(
        self,
        message: str = "",
        retry_at: datetime | None = None,
        saved: dict[str, object] | None = None,
        *,
        is_claim: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_at = retry_at
        self.saved = saved
        self.is_claim = is_claim


class Uncertain(MlcollageError):
    """It may be out: look before anything else.

    `saved` is what the publisher wants back when it looks, in place of what it had saved.
    """

    def __init__(self, message: str = "", saved: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.saved = saved
