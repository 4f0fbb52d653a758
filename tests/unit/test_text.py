"""How long a text is, and what in it becomes a link, tag or mention, by each network's rule."""

import ast
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.network import LIMITS
from bot.core.text import counting, graphemes
from tests.conftest import shared
from tests.timing import is_linear

NETWORKS = sorted(LIMITS)


def conformance_cases() -> list[tuple[str, str, int, bool]]:
    """Section, text, weighted length and validity of the counting cases X publishes."""
    source = shared("text/validate.yml").read_text(encoding="utf-8")
    case = r'text: (".*")\n +expected:\n +weightedLength: (\d+)\n +valid: (\w+)'
    found, section = [], ""
    for name, said, length, valid in re.findall(rf"^  (\w+):\n|{case}", source, re.MULTILINE):
        section = name or section
        if not name:
            found.append((section, ast.literal_eval(said), int(length), valid == "true"))
    return found


def test_x_own_counting_cases_come_out_as_published() -> None:
    cases = conformance_cases()
    wrong = [
        (section, said)
        for section, said, length, valid in cases
        if (counting.length(said, "x"), counting.is_valid(said, "x") and length <= 280)
        != (length, valid)
    ]
    # Two are from before emoji counted as one: the reference, 3.1.0, says otherwise as well.
    assert [section for section, said in wrong if "\u200d" in said] == [
        "WeightedTweetsCounterTest"
    ] * 2
    assert len(wrong) == 2
    assert len(cases) > 40


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("", 0),
        ("plain words", 11),
        ("see https://arxiv.org/abs/2106.01345v2?a=b#c.", 28),
        ("HTTP://EXAMPLE.COM", 23),
        ("example.com/a", 23),
        ("run model.py, see README.md", 4 + 23 + 6 + 23),
        ("version 2.0 of e.g. this", 24),
        ("深度学习", 8),
        ("深度学习example.com，好", 8 + 23 + 4),
        ("e\u0301", 1),
        ("👩‍🔬👍🏽🇩🇪1️⃣❤️🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 12),
        ("👨‍👩‍👧‍👦", 2),
        # Younger than the reference: in pieces, as it counts them.
        ("🐻‍❄️", 5),
        ("http://a.com/b_(c)", 23),
        ("…–“”", 5),
    ],
)
def test_x_weighs(said: str, length: int) -> None:
    assert counting.length(said, "x") == length


def test_a_domain_younger_than_the_reference_counts_as_the_longer_of_both() -> None:
    assert counting.length("a.kids", "x") == 23
    assert counting.length("https://a.kids/" + "b" * 30, "x") == 45
    assert counting.length("https://a.com/" + "b" * 30, "x") == 23


@pytest.mark.parametrize("said", ["\ufffe", "a\ufeff", "\uffff", "\ud800", ""])
def test_x_takes_no_forbidden_characters(said: str) -> None:
    assert not counting.is_valid(said, "x")


def test_directions_are_allowed_and_count() -> None:
    assert counting.is_valid("\u202aabc\u202c", "x")
    assert counting.length("\u202aabc\u202c", "x") == 7


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("深度学习", 4),
        ("👩‍🔬👍🏽🇩🇪🐻‍❄️", 4),
        ("e\u0301\r\n", 2),
        ("https://example.com/a/long/path/that/counts/as/23", 23),
        ("see (https://example.com/a_(b)).", 4 + 1 + 23 + 2),
        ("example.com", 11),
        ("@user@example.social hi", 8),
        ("@user hi, me@example.social", 9 + 1 + 17),
    ],
)
def test_mastodon_counts_graphemes_with_short_links_and_users(said: str, length: int) -> None:
    assert counting.length(said, "mastodon") == length


def test_bluesky_counts_every_grapheme_of_a_link() -> None:
    said = "https://example.com/a/long/path 👩‍🔬"
    assert counting.length(said, "bluesky") == 33


def test_a_server_may_count_links_longer() -> None:
    limits = LIMITS["mastodon"]._replace(length=30, url_length=40)
    assert not counting.fits("https://example.com", "mastodon", limits)
    assert counting.fits("https://example.com", "mastodon", limits._replace(url_length=30))


def test_bluesky_has_a_limit_of_bytes_too() -> None:
    family = "👨‍👩‍👧‍👦"
    assert counting.length(family * 150, "bluesky") == 150
    assert counting.fits(family * 120, "bluesky", LIMITS["bluesky"])
    assert not counting.fits(family * 121, "bluesky", LIMITS["bluesky"])


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("said", ["", " \n\u3000", "half \ud83d"])
def test_no_network_takes_nothing_or_half_a_character(network: str, said: str) -> None:
    assert not counting.fits(said, network, LIMITS[network])


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_one_too_long_does_not_fit(network: str) -> None:
    limits = LIMITS[network]
    assert counting.fits("a" * limits.length, network, limits)
    assert not counting.fits("a" * (limits.length + 1), network, limits)


def shown(spans: list[counting.Span]) -> list[str]:
    return [span.text for span in spans]


@pytest.mark.parametrize(
    ("said", "x", "elsewhere"),
    [
        ("see https://a.com/b, and c.com.", ["https://a.com/b", "c.com"], ["https://a.com/b"]),
        ("代码https://a.com，好", ["https://a.com"], ["https://a.com"]),
        ("(https://a.com/b_(c)d)", ["https://a.com/b_(c)d"], ["https://a.com/b_(c)d"]),
        ("me@example.com #a.com @b.com $c.com", [], []),
        ("train.py v2.0 et al.in", ["train.py", "al.in"], []),
        ("https://a.notatld/b ftp://a.com", [], []),
        ("http://bücher.de/ö", ["http://bücher.de/ö"], ["http://bücher.de/ö"]),
        ("bücher.de 例え.jp", ["bücher.de"], []),
        ("http://t.co/abc-def", ["http://t.co/abc"], ["http://t.co/abc-def"]),
    ],
)
def test_links_are_those_the_network_makes(said: str, x: list[str], elsewhere: list[str]) -> None:
    assert shown(counting.urls(said, "x")) == x
    assert shown(counting.urls(said, "mastodon")) == elsewhere
    assert shown(counting.urls(said, "bluesky")) == elsewhere


def test_mastodon_takes_chinese_marks_into_a_link() -> None:
    assert shown(counting.urls("见 https://a.com/b，好 吧", "mastodon")) == ["https://a.com/b，好"]


def test_names_that_become_links_by_accident_are_told() -> None:
    said = "Run model.py as README.md says: https://example.com, not node.js."
    assert shown(counting.bare_links(said)) == ["model.py", "README.md"]


@pytest.mark.parametrize(
    ("said", "tags"),
    [
        ("#mlcollage", ["#mlcollage"]),
        ("今天的论文 #mlcollage。", ["#mlcollage"]),
        ("论文，#深度学习 和 ＃机器学习！", ["#深度学习", "＃机器学习"]),
        ("论文#mlcollage", []),
        ("(#a) #b's #c_d #4 #4e", ["#a", "#b", "#c_d", "#4e"]),
        ("&#39; #️⃣ #", []),
        ("##a", ["#a"]),
        ("https://a.com/#b", []),
        ("#ML-Collage", ["#ML"]),
    ],
)
def test_hashtags_follow_x(said: str, tags: list[str]) -> None:
    assert shown(counting.hashtags(said, "x")) == tags
    assert shown(counting.hashtags(said, "bluesky")) == tags


def test_mastodon_has_hashtags_of_its_own() -> None:
    assert shown(
        counting.hashtags("论文，#深度学习 #mlcollage。 #a·b #4 https://a.com/#c", "mastodon")
    ) == [
        "#深度学习",
        "#mlcollage",
        "#a·b",
    ]


def test_mentions_name_users_as_the_network_writes_them() -> None:
    said = "@ada and @bob@example.social and @eve.bsky.social, not me@example.com"
    assert shown(counting.mentions(said, "x")) == ["@ada", "@eve"]
    assert shown(counting.mentions(said, "mastodon")) == [
        "@ada",
        "@bob@example.social",
        "@eve.bsky.social",
    ]
    assert shown(counting.mentions(said, "bluesky")) == ["@eve.bsky.social"]


def test_spans_count_code_points() -> None:
    said = "👩‍🔬 é https://a.com 深 #tag"
    for span in [*counting.urls(said, "x"), *counting.hashtags(said, "x")]:
        assert said[span.start : span.end] == span.text
    assert shown(counting.urls(said, "x")) == ["https://a.com"]


def test_bluesky_is_told_links_tags_and_mentions_by_bytes() -> None:
    said = "深 #mlcollage 👩‍🔬 https://a.com/é，@eve.bsky.social ＃论文 model.py"
    found = counting.facets(said)
    assert [(facet.kind, facet.value) for facet in found] == [
        ("tag", "mlcollage"),
        ("link", "https://a.com/é"),
        ("mention", "eve.bsky.social"),
        ("tag", "论文"),
    ]
    assert [said.encode()[facet.start : facet.end].decode() for facet in found] == [
        "#mlcollage",
        "https://a.com/é",
        "@eve.bsky.social",
        "＃论文",
    ]


def test_bluesky_takes_no_tag_longer_than_64_graphemes() -> None:
    assert [facet.kind for facet in counting.facets("#" + "a" * 64)] == ["tag"]
    assert counting.facets("#" + "a" * 65) == []


anything = st.text() | st.text("a.b/ :#@＃中é\u0301\u200d👩🔬🇩🇪http\n(1", max_size=60)


@given(anything)
def test_any_text_can_be_measured(said: str) -> None:
    for network in NETWORKS:
        assert counting.length(said, network) >= 0
        for span in [
            *counting.urls(said, network),
            *counting.hashtags(said, network),
            *counting.mentions(said, network),
        ]:
            assert said[span.start : span.end] == span.text
        counting.fits(said, network, LIMITS[network])
    for facet in counting.facets(said):
        assert facet.value in said.encode()[facet.start : facet.end].decode()


@given(anything)
def test_graphemes_joined_are_the_text(said: str) -> None:
    assert "".join(graphemes.clusters(said)) == said
    assert graphemes.count(said) == len(graphemes.clusters(said))


REPEATED = (
    "a.",
    "a.com ",
    "http://a.com/((",
    "#a",
    "@a@b.",
    "中.com",
    "🇩🇪",
    "e\u0301",
    "👍🏽",
    "xn--",
    "_.",
    "a.com/?,",
    "://",
)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    "read", [counting.length, counting.urls, counting.hashtags, counting.mentions]
)
def test_time_grows_with_length_only(network: str, read: Callable[[str, str], object]) -> None:
    for piece in REPEATED:
        assert is_linear(lambda said: read(said, network), piece), piece
