"""Reads what a server answers: JSON of any shape, whatever was promised."""

import json
from collections.abc import Mapping
from typing import NamedTuple


class Response(NamedTuple):
    """A response, whatever its status; `body` is its JSON value.

    What is no JSON is None in it, or its text, as who reads it wants.
    """

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def json_of(content: bytes, otherwise: object = None) -> object:
    """The JSON value of a body, or what stands for one that is no JSON."""
    try:
        value: object = json.loads(content)
    except (RecursionError, ValueError):
        return otherwise
    return value


def json_or_text(content: bytes) -> object:
    """The JSON value of a body, or else its text."""
    return json_of(content, content.decode("utf-8", "replace"))


def dicts(value: object) -> list[dict[str, object]]:
    """The JSON objects of a list, whatever came instead."""
    if not isinstance(value, list):
        return []
    return [entry for entry in value if isinstance(entry, dict)]


def inner(value: object, key: str) -> object:
    """The member of a JSON object; None where the value is none, or has no such member."""
    if isinstance(value, dict):
        return value.get(key)
    return None


def text_of(value: object) -> str:
    """A JSON string; "" for any other value."""
    if isinstance(value, str):
        return value
    return ""
