"""A thread as a chain of replies: what each part may answer, and which posts are its parts."""

from collections.abc import Callable
from typing import TypeVar

from bot.core.delivery import Part, Receipt, Thread

Post = TypeVar("Post")
Find = Callable[[Part, str | None, Thread], Post | None]
"""Finds the post that is a part and answers the one with that id, in the thread as it is then."""


def parents(thread: Thread, position: int) -> list[str | None]:
    """The ids of the posts that a part may answer; None for the first, which answers none."""
    if position == 1:
        return [None]
    return [receipt.id for receipt in thread.parents_of(position)]


def root(thread: Thread) -> str | None:
    """The id of a thread's first post; None where it is not known to be out."""
    first = thread.parts[0].receipt
    return first.id if first else None


def missing(thread: Thread) -> Part | None:
    """The first part without a receipt."""
    return next((part for part in thread.parts if part.receipt is None), None)


def parts_among(
    thread: Thread, find: Find[Post], receipt_of: Callable[[Post], Receipt]
) -> dict[int, Receipt]:
    """The receipts of the parts that are found, each as a reply to the part before it.

    It ends at the first part that is not there: parts are posted in order.
    """
    found: dict[int, Receipt] = {}
    for part in thread.parts:
        if part.receipt:
            continue
        so_far = thread.with_receipts(found)
        candidates = (find(part, each, so_far) for each in parents(so_far, part.position))
        post = next((each for each in candidates if each is not None), None)
        if post is None:
            break
        found[part.position] = receipt_of(post)
    return found
