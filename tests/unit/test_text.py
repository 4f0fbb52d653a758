"""How long a text is, and what in it becomes a link, tag or mention, by each network's rule."""

import ast
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import network as networks
from bot.core.errors import BadInput
from bot.core.network import BLUESKY, MASTODON, Network, X
from bot.core.text import counting, graphemes
from bot.core.text.span import Span
from tests.conftest import shared
from tests.timing import is_linear

NETWORKS = list(networks.NETWORKS.values())
each_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)


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
        if (X.length(said), X.is_valid(said) and length <= 280) != (length, valid)
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
    assert X.length(said) == length


def test_a_domain_younger_than_the_reference_counts_as_the_longer_of_both() -> None:
    assert X.length("a.kids") == 23
    assert X.length("https://a.kids/" + "b" * 30) == 45
    assert X.length("https://a.com/" + "b" * 30) == 23


@pytest.mark.parametrize("said", ["\ufffe", "a\ufeff", "\uffff", "\ud800", ""])
def test_x_takes_no_forbidden_characters(said: str) -> None:
    assert not X.is_valid(said)


def test_directions_are_allowed_and_count() -> None:
    assert X.is_valid("\u202aabc\u202c")
    assert X.length("\u202aabc\u202c") == 7


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
    assert MASTODON.length(said) == length


def test_bluesky_counts_every_grapheme_of_a_link() -> None:
    said = "https://example.com/a/long/path 👩‍🔬"
    assert BLUESKY.length(said) == 33


def test_a_server_may_count_links_longer() -> None:
    limits = MASTODON.limits._replace(length=30, url_length=40)
    assert not MASTODON.fits("https://example.com", limits)
    assert MASTODON.length("https://example.com", limits) == 40
    assert MASTODON.fits("https://example.com", limits._replace(url_length=30))


def test_bluesky_has_a_limit_of_bytes_too() -> None:
    family = "👨‍👩‍👧‍👦"
    assert BLUESKY.length(family * 150) == 150
    assert BLUESKY.fits(family * 120)
    assert not BLUESKY.fits(family * 121)


@each_network
@pytest.mark.parametrize("said", ["", " \n\u3000", "half \ud83d"])
def test_no_network_takes_nothing_or_half_a_character(network: Network, said: str) -> None:
    assert not network.fits(said)


@each_network
def test_what_is_one_too_long_does_not_fit(network: Network) -> None:
    assert network.fits("a" * network.limits.length)
    assert not network.fits("a" * (network.limits.length + 1))


def shown(spans: list[Span]) -> list[str]:
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
    assert shown(X.urls(said)) == x
    assert shown(MASTODON.urls(said)) == elsewhere
    assert shown(BLUESKY.urls(said)) == elsewhere


def test_mastodon_takes_chinese_marks_into_a_link() -> None:
    assert shown(MASTODON.urls("见 https://a.com/b，好 吧")) == ["https://a.com/b，好"]


def test_names_that_become_links_by_accident_are_told() -> None:
    said = "Run model.py as README.md says: https://example.com, not node.js."
    assert shown(X.bare_links(said)) == ["model.py", "README.md"]
    assert BLUESKY.bare_links(said) == MASTODON.bare_links(said) == []


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
    assert shown(X.hashtags(said)) == tags
    assert shown(BLUESKY.hashtags(said)) == tags


def test_mastodon_has_hashtags_of_its_own() -> None:
    assert shown(MASTODON.hashtags("论文，#深度学习 #mlcollage。 #a·b #4 https://a.com/#c")) == [
        "#深度学习",
        "#mlcollage",
        "#a·b",
    ]


def test_mentions_name_users_as_the_network_writes_them() -> None:
    said = "@ada and @bob@example.social and @eve.bsky.social, not me@example.com"
    assert shown(X.mentions(said)) == ["@ada", "@eve"]
    assert shown(MASTODON.mentions(said)) == [
        "@ada",
        "@bob@example.social",
        "@eve.bsky.social",
    ]
    assert shown(BLUESKY.mentions(said)) == ["@eve.bsky.social"]


def test_cashtags_are_found_on_x_only() -> None:
    said = "($A) $AAPL, $BRK.B and $toolong1 for $5 at https://a.com/$X US$ABC"
    assert shown(X.cashtags(said)) == ["$AAPL", "$BRK.B"]
    assert shown(MASTODON.cashtags(said)) == shown(BLUESKY.cashtags(said)) == []


def test_spans_count_code_points() -> None:
    said = "👩‍🔬 é https://a.com 深 #tag"
    for span in [*X.urls(said), *X.hashtags(said)]:
        assert said[span.start : span.end] == span.text
    assert shown(X.urls(said)) == ["https://a.com"]


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


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("🔗 https://a.com/b?c=1&d=é", "https://a.com/b?c=1&d=é"),
        ("https://a.com/b?c=自监督学习。它", "https://a.com/b?c=自监督学习"),
        ("https://a.com/b?c=ü&d=1 x", "https://a.com/b?c=ü&d=1"),
        ("见https://a.com/b?c=1，然后", "https://a.com/b?c=1"),
        ("https://a.com/?c=1. Next", "https://a.com/?c=1"),
        ("https://a.com/?c=1和", "https://a.com/?c=1"),
    ],
)
def test_bluesky_is_told_a_link_with_all_the_letters_of_its_query(said: str, address: str) -> None:
    assert [facet.value for facet in counting.facets(said)] == [address]


def test_bluesky_takes_no_tag_longer_than_64_graphemes() -> None:
    assert [facet.kind for facet in counting.facets("#" + "a" * 64)] == ["tag"]
    assert counting.facets("#" + "a" * 65) == []


anything = st.text() | st.text("a.b/ :#@＃中é\u0301\u200d👩🔬🇩🇪http\n(1", max_size=60)


@given(anything)
def test_any_text_can_be_measured(said: str) -> None:
    for network in NETWORKS:
        assert network.length(said) >= 0
        for span in [
            *network.urls(said),
            *network.hashtags(said),
            *network.mentions(said),
        ]:
            assert said[span.start : span.end] == span.text
        network.fits(said)
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


@each_network
@pytest.mark.parametrize("read", [Network.length, Network.urls, Network.hashtags, Network.mentions])
def test_time_grows_with_length_only(
    network: Network, read: Callable[[Network, str], object]
) -> None:
    for piece in REPEATED:
        assert is_linear(lambda said: read(network, said), piece), piece


def test_a_network_is_found_by_its_name_and_an_unknown_one_is_named() -> None:
    assert networks.named("x") is X
    with pytest.raises(BadInput, match="no network gopher; it is one of x, bluesky, mastodon"):
        networks.named("gopher")
