"""Counting and splitting as the networks do, line by line, for scripts and for checking."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from bot.cli import naming, output
from bot.core import network as networks
from bot.core import settings, words
from bot.core.errors import BadInput
from bot.core.network import Limits, Network
from bot.core.text import parts
from bot.deciding import preview_descriptions

WANTED = 'write {"text": "…"} on each line'


def _language(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The language of an option; raises `BadParameter`."""
    try:
        return settings.language(value)
    except ValueError as error:
        raise click.BadParameter(f"It {error}.") from None


def _language_in(value: Any) -> str:
    """The language that a line names; raises `BadInput`."""
    try:
        return str(settings.language(value))
    except ValueError as error:
        raise BadInput(f'"language" {error}.') from None


NETWORK = click.option(
    "--network",
    type=naming.Choice(sorted(networks.NETWORKS)),
    default=networks.X.name,
    show_default=True,
    help="Whose rules.",
)
LANGUAGE = click.option(
    "--language",
    callback=_language,
    default="en",
    show_default=True,
    help="Of the texts.",
)


MOST = 1_000_000
"""The longest post that can be asked about where each server says its own limit."""


def _limits(network: Network, length: int | None) -> Limits:
    """The network's limits, with the length of an account; raises `BadInput` for one too long."""
    if length is None:
        return network.limits
    longest = network.longest or MOST
    if length > longest:
        raise BadInput(f"No post on {network.title} has more than {longest:,} characters.")
    return network.limits._replace(length=length)


LENGTH = click.option(
    "--length",
    type=click.IntRange(1, MOST),
    help="The longest post the account may have, as its setting says.",
)


@click.command(
    "count",
    epilog=(
        "Example: "
        """echo '{"text": "Read README.md #mlcollage"}' | mlcollage count --network x"""
    ),
)
@NETWORK
@LANGUAGE
@LENGTH
def count_command(network: str, language: str, length: int | None) -> None:
    """Measure texts: JSON lines {"text": …} in; length, limit, valid, urls, hashtags and
    mentions out. A line may name a "language".

    Links, tags and mentions are [start, end, text], counted in code points. Where links stand on
    words, as in [Paper](https://…) on Bluesky, "shown" is the text that readers see and these
    count in it, and "labels" are [start, end, words, address]. Elsewhere the address is written
    out, and "written" is the text as it is sent and counted.
    """
    chosen = networks.named(network)
    limits = _limits(chosen, length)

    def counted(text: str, given: dict[str, Any]) -> dict[str, Any]:
        colon = _colon(given, language)
        return preview_descriptions.counted(text, chosen, limits, colon)

    _each(counted)


@click.command(
    "split", epilog="""Example: mlcollage split --network x --markers < paragraphs.jsonl"""
)
@NETWORK
@LANGUAGE
@LENGTH
@click.option("--markers", is_flag=True, help='End each part with its place, as in "2/5".')
def split_command(network: str, length: int | None, language: str, markers: bool) -> None:
    """Split texts into parts that fit: JSON lines {"text": …} in, {"parts": […]} out; a line may
    name a "language".
    """
    chosen = networks.named(network)
    limits = _limits(chosen, length)

    def cut(text: str, given: dict[str, Any]) -> dict[str, Any]:
        text = chosen.written(text, _colon(given, language))
        spoken = _spoken(given, language)
        if markers:
            found = marked(text, spoken, chosen, limits)
        else:
            found = chosen.split(text, spoken, limits)
        return {
            "parts": found,
            "lengths": [chosen.length(part, limits) for part in found],
            "limit": limits.length,
        }

    _each(cut)


def _spoken(given: dict[str, Any], language: str) -> str:
    """The language of a line's text; raises `BadInput`."""
    if "language" in given:
        return _language_in(given["language"])
    return language


def _colon(given: dict[str, Any], language: str) -> str:
    """What a language puts between the words of a link and its address."""
    return words.of(_spoken(given, language)).colon


def marked(text: str, language: str, network: Network, limits: Limits | None = None) -> list[str]:
    """The parts with "2/5" at their ends, which count; a text that fits whole gets no marker."""
    whole = text.strip()
    if network.fits(whole, limits):
        return [whole]

    def split(marker: str) -> list[str]:
        return parts.split(text, language, lambda part: network.fits(part + marker, limits))

    return parts.marked(split)


def _each(answer: Callable[[str, dict[str, Any]], dict[str, Any]]) -> None:
    """Answer each line of standard input with a line."""
    for number, given in _lines():
        try:
            output.json_line(answer(given["text"], given))
        except BadInput as error:
            raise BadInput(f"line {number} of the input: {error}") from None


def _lines() -> Iterator[tuple[int, dict[str, Any]]]:
    # As bytes: what is not UTF-8 is a mistake to name.
    for number, raw in enumerate(sys.stdin.buffer, 1):
        if not raw.strip():
            continue
        try:
            given = json.loads(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise BadInput(f"line {number} of the input: is no JSON; {WANTED}") from None
        if not isinstance(given, dict) or not isinstance(given.get("text"), str):
            raise BadInput(f"line {number} of the input: has no text; {WANTED}")
        yield number, given
