"""The mark in an article's HTML by which a post is known as ours, whatever its address became."""

import hashlib
import json
import re

NEW = "new"
"""The state of a post that was made and not filled yet."""
GIVEN = "0"
"""The state that a person writes into a post to have its text replaced."""


def written(key: str, state: str) -> str:
    """A comment that names the article by its key, and its content by `state`."""
    return f"<!-- mlcollage {key} {state} -->"


def words(key: str) -> str:
    """What stands in a mark of any state, to be searched for."""
    return f"mlcollage {key} "


def state(html: str, key: str) -> str | None:
    """The state in the mark; None where there is no mark of this article."""
    match = re.search(rf"<!--\s*mlcollage {re.escape(key)} ([0-9a-z]+)\s*-->", html)
    if match is None:
        return None
    return match[1]


def state_of(*facts: object) -> str:
    """A state that differs where one of the facts, which are JSON values, does."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
