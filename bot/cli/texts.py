"""Counting and splitting as the networks do, line by line, for scripts and for checking."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from bot.config import LANGUAGES
from bot.core import network as networks
from bot.core.errors import BadInput
from bot.core.text import counting
from bot.deciding import preview_descriptions

WANTED = 'write {"text": "…"} on each line'

NETWORK = click.option(
    "--network",
    type=click.Choice(sorted(networks.LIMITS)),
    default="x",
    show_default=True,
    help="Whose rules.",
)


@click.command(
    "count",
    epilog="""Example: echo '{"text": "Read README.md #mlcollage"}' | mlcollage count --network x""",
)
@NETWORK
def count_command(network: str) -> None:
    """Measure texts: JSON lines {"text": …} in; length, limit, valid, urls and hashtags out.

    Links and tags are [start, end, text], counted in code points.
    """
    limits = networks.LIMITS[network]

    def counted(said: str, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "length": counting.length(said, network),
            "limit": limits.length,
            "valid": counting.fits(said, network, limits),
            "urls": preview_descriptions.spans(counting.urls(said, network)),
            "hashtags": preview_descriptions.spans(counting.hashtags(said, network)),
        }

    _each(counted)


@click.command(
    "split", epilog="""Example: mlcollage split --network x --markers < paragraphs.jsonl"""
)
@NETWORK
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Of the sentences.",
)
@click.option("--markers", is_flag=True, help='End each part with its place, as in "2/5".')
def split_command(network: str, language: str, markers: bool) -> None:
    """Split texts into parts that fit: JSON lines {"text": …} in, {"parts": […]} out; a line may
    name a "language".
    """
    limits = networks.LIMITS[network]

    def fits(said: str) -> bool:
        return counting.fits(said, network, limits)

    def cut(said: str, given: dict[str, Any]) -> dict[str, Any]:
        spoken = str(given.get("language", language))
        parts = marked(said, spoken, fits) if markers else counting.split(said, spoken, fits)
        return {
            "parts": parts,
            "lengths": [counting.length(part, network) for part in parts],
            "limit": limits.length,
        }

    _each(cut)


def marked(said: str, language: str, fits: Callable[[str], bool]) -> list[str]:
    """The parts with "2/5" at their ends, which count; a text that fits whole gets no marker."""
    if fits(said.strip()):
        return [said.strip()]
    for widest in (" 9/9", " 99/99", " 999/999"):
        parts = counting.split(said, language, _with_room(fits, widest))
        if len(f" {len(parts)}/{len(parts)}") <= len(widest):
            break
    return [f"{part} {place}/{len(parts)}" for place, part in enumerate(parts, 1)]


def _with_room(fits: Callable[[str], bool], marker: str) -> Callable[[str], bool]:
    return lambda part: fits(part + marker)


def _each(answer: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
    """Answer each line of standard input with a line."""
    for number, given in _lines():
        try:
            click.echo(json.dumps(answer(given["text"], given), ensure_ascii=False))
        except BadInput as error:
            raise BadInput(f"line {number} of the input: {error}") from None


def _lines() -> Iterator[tuple[int, dict[str, Any]]]:
    # As bytes: what is not UTF-8 is a mistake to name.
    for number, raw in enumerate(sys.stdin.buffer, 1):
        if not raw.strip():
            continue
        try:
            given = json.loads(raw.decode())
        except (ValueError, RecursionError):
            raise BadInput(f"line {number} of the input: is no JSON; {WANTED}") from None
        if not isinstance(given, dict) or not isinstance(given.get("text"), str):
            raise BadInput(f"line {number} of the input: has no text; {WANTED}")
        yield number, given
