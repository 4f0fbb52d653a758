"""Front matter of an article: YAML, TOML or JSON, as Jekyll, Hugo and Quarto write it.

Of YAML only what front matter needs is read: keys with a text behind them, in quotation marks or
folded over lines.
"""

import json
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from bot.core.text.patterns import compiled

_MOST_LINES = 400
_KEY = re.compile(r"([A-Za-z_][\w .-]{0,40}?)\s{0,4}:(?:\s+(.*))?$")

_QUOTED = r"""("(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+')\s*(?:#.*)?$"""


@dataclass(frozen=True, slots=True)
class Matter:
    """The texts of an article's front matter by their keys in small letters; `end` is the line
    after it, counted from 0.
    """

    texts: dict[str, str] = field(default_factory=dict)
    end: int = 0

    def first(self, *keys: str) -> str:
        """The first of these keys that has a text; "" where none has."""
        return next((self.texts[key] for key in keys if self.texts.get(key)), "")


def read(lines: list[str]) -> Matter:
    """Read the front matter at the beginning of these lines, if there is any."""
    start = next((at for at, line in enumerate(lines[:20]) if line.strip()), 0)
    opener = lines[start].strip() if lines else ""
    match opener:
        case "---":
            return _between(lines, start, ("---", "..."), _yaml)
        case "+++":
            return _between(lines, start, ("+++",), _toml)
        case "{":
            return _json(lines, start)
    return Matter()


def _between(lines: list[str], start: int, closers: tuple[str, ...], reader: Any) -> Matter:
    for at in range(start + 1, min(len(lines), start + _MOST_LINES)):
        if lines[at].rstrip() in closers:
            texts = reader(lines[start + 1 : at])
            return Matter(texts, at + 1) if texts else Matter()
    return Matter()


def _yaml(lines: list[str]) -> dict[str, str]:
    texts: dict[str, str] = {}
    key = ""
    for line in lines:
        match = _KEY.match(line)
        if match and not line.startswith((" ", "\t", "-")):
            key = match[1].strip().casefold()
            texts[key] = _scalar(match[2] or "")
        elif key and line.startswith((" ", "\t")) and not line.lstrip().startswith("-"):
            texts[key] = f"{texts[key].strip('>|-+ ')} {line.strip()}".strip()
    return {name: _unquoted(text) for name, text in texts.items()}


def _scalar(text: str) -> str:
    text = text.strip()
    if quoted := compiled(_QUOTED).match(text):
        return quoted[1]
    if text[:1] not in {'"', "'"}:
        text = re.split(r"\s#", text, maxsplit=1)[0].strip()
    return text


def _unquoted(text: str) -> str:
    """A text without the quotation marks of YAML, its escapes read."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if text[:1] in {"{", "["} or text in {"~", "null", ">", "|", ">-", "|-"}:
        return ""
    return text


def _toml(lines: list[str]) -> dict[str, str]:
    try:
        return _texts(tomllib.loads("\n".join(lines)))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}


def _json(lines: list[str], start: int) -> Matter:
    for at in range(start + 1, min(len(lines), start + _MOST_LINES)):
        if lines[at].rstrip() == "}":
            try:
                texts = _texts(json.loads("\n".join(lines[start : at + 1])))
            except (ValueError, RecursionError):
                return Matter()
            return Matter(texts, at + 1) if texts else Matter()
    return Matter()


def _texts(values: Any) -> dict[str, str]:
    if not isinstance(values, dict):
        return {}
    return {
        str(key).casefold(): str(value)
        for key, value in values.items()
        if not isinstance(value, dict | list)
    }
