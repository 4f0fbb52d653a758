"""Reads what a server answers: JSON of any shape, whatever was promised."""


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
