"""Our counting against its judge, npm's twitter-text 3.1.0 under node, on strings of every kind."""

import json
import os
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bot.core.network import X
from bot.core.text import domains, links, tags
from bot.core.text.span import Span
from tests.conftest import ROOT, absent
from tests.unusual import Strings

pytestmark = pytest.mark.slow

REFERENCE = ROOT / ".ci" / "node_modules" / "twitter-text"
SCRIPT = Path(__file__).with_name("twitter_text.cjs")
SEEDS = range(4)
# Four times as many make the 200,000 of a full run.
COUNT = 50_000 if os.environ.get("CI") == "true" else 2_000
Places = list[tuple[int, int]]
Verdict = tuple[int, bool, Places, Places, Places, Places]


def verdicts(strings: list[str]) -> Iterator[Verdict]:
    """What the reference says of each: length, validity, links, hashtags, mentions and cashtags by
    code points.
    """
    node = shutil.which("node")
    if node is None:
        absent("node is not installed: X's own counting cannot be compared")
    if not (REFERENCE / "package.json").exists():
        absent(f"npm's twitter-text is not in {REFERENCE.parent} (.ci/run installs it)")
    asked = "\n".join(json.dumps(string) for string in strings)
    command = [str(node), str(SCRIPT), str(REFERENCE)]
    done = subprocess.run(
        command, input=asked, capture_output=True, text=True, encoding="utf-8", check=True
    )
    for string, line in zip(strings, done.stdout.split("\n"), strict=True):
        length, valid, *places = json.loads(line)
        units = string.encode("utf-16-le", "surrogatepass")
        yield length, valid, *(in_code_points(units, found) for found in places)  # type: ignore[misc]


def in_code_points(units: bytes, places: list[list[int]]) -> Places:
    def point(at: int) -> int:
        return len(units[: 2 * at].decode("utf-16-le", "surrogatepass"))

    return [(point(start), point(end)) for start, end in places]


def places(spans: list[Span]) -> Places:
    return [(span.start, span.end) for span in spans]


def has_younger_domain(string: str) -> bool:
    """Whether it holds a top-level domain that came after the reference: X may count more than the
    reference says.
    """
    return domains.occur(domains.split_units(unicodedata.normalize("NFC", string)), domains.NEWER)


def has_half_character(string: str) -> bool:
    """Whether it holds half of a surrogate pair, which no request can carry though the reference
    lets it pass.
    """
    return any("\ud800" <= character <= "\udfff" for character in string)


def slips(string: str, verdict: Verdict) -> Iterator[str]:
    """In what we differ from the reference without a reason that has a name."""
    length, valid, urls, hashtags, mentions, cashtags = verdict
    ours = X.length(string)
    if ours < length or (ours > length and not has_younger_domain(string)):
        yield f"length {ours}, not {length}"
    if (X.is_valid(string) and length <= 280) != valid and not has_half_character(string):
        yield f"valid {not valid}"
    if places(links.spans(string, newer=False)) != urls:
        yield f"links {links.spans(string, newer=False)}, not {urls}"
    if places(X.hashtags(string)) != hashtags and not has_younger_domain(string):
        yield f"hashtags {X.hashtags(string)}, not {hashtags}"
    if places(tags.mentions(string, tags.X_MENTIONS)) != mentions:
        yield f"mentions {tags.mentions(string, tags.X_MENTIONS)}, not {mentions}"
    if places(tags.cashtags(string, tags.X_CASHTAG)) != cashtags:
        yield f"cashtags {tags.cashtags(string, tags.X_CASHTAG)}, not {cashtags}"


@pytest.mark.parametrize("seed", SEEDS)
def test_we_count_and_find_what_the_reference_does(seed: int) -> None:
    strings = list(islice(Strings(seed), COUNT))
    wrong = [
        (ascii(string), *found)
        for string, verdict in zip(strings, verdicts(strings), strict=True)
        if (found := list(slips(string, verdict)))
    ]
    assert not wrong


def test_the_strings_are_worth_comparing() -> None:
    strings = list(islice(Strings(0), 5_000))
    has = Counter[str]()
    for string in strings:
        has["link"] += bool(links.spans(string))
        has["path"] += any("/" in link.text[8:] for link in links.spans(string))
        has["younger domain"] += has_younger_domain(string)
        has["hashtag"] += bool(tags.hashtags(string, tags.X_HASHTAGS))
        has["mention"] += bool(tags.mentions(string, tags.X_MENTIONS))
        has["cashtag"] += bool(tags.cashtags(string, tags.X_CASHTAG))
        has["forbidden character"] += not X.is_valid(string)
        has["emoji of several code points"] += "\u200d" in string or "\ufe0f" in string
        has["more than 280"] += X.length(string) > 280
    assert min(has.values()) > 10, has
    assert has["link"] > 1_000
