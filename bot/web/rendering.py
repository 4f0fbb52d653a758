"""The pages' templates, filled in; every value is escaped."""

from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.composing import templates
from bot.core import collage, merging, times
from bot.core.collage import Collage
from bot.core.text import markdown

FOLDER = "web"


@cache
def environment() -> Environment:
    """Jinja2 over the desk's own templates.

    They come with the program and are no maintainer's, so they need no sandbox.
    """
    made = Environment(
        loader=FileSystemLoader(templates.shipped() / FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "at": _at,
        "second": _second,
        "day": times.day,
        "plural": plural,
        "ago": ago,
        "apart": merging.apart,
        "line": markdown.line,
        "lacks": lacks,
    }
    return made


def page(name: str, values: dict[str, Any]) -> str:
    """The page of this template."""
    return environment().get_template(name).render(values)


def asset(name: str) -> bytes:
    """One of the files that pages load: the style or the script."""
    return (templates.shipped() / FOLDER / name).read_bytes()


def _at(moment: datetime | None, zone: tzinfo) -> Markup:
    """A moment in words in the series' zone, for people and for programs."""
    if moment is None:
        return Markup("")
    told = times.short(moment, zone)
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), told)


def _second(moment: datetime, zone: tzinfo) -> str:
    """A moment to the second: what is tried and looked at follows quickly."""
    return times.short(moment, zone, seconds=True)


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 collage, 2 collages."""
    noun = one if count == 1 else many or f"{one}s"
    return f"{count:,} {noun}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago a moment is, roughly."""
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return f"{plural(seconds // length, unit)} ago"
    return "just now"


def lacks(item: Collage) -> tuple[str, ...]:
    """What a collage still needs before it can be ready."""
    return collage.missing(item, has_picture=item.picture is not None)
