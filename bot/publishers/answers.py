"""What servers answer, read without trust in its form: JSON values and headers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta


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


def clock_ahead(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How far our clock is ahead of a server's, by the `date` header; None without one."""
    try:
        date = datetime.strptime(headers["date"], "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=UTC)
    except (KeyError, ValueError):
        return None
    return now - date
