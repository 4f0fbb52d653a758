"""Links on words: what readers see, where they lead, and what stands where no link can."""

import time

import pytest

from bot.core.network import BLUESKY, MASTODON, X
from bot.core.text import counting, labels

LINKS = "[📝 Paper](https://arxiv.org/abs/2103.03230)  [🤖 Code](https://github.com/a/b)"


def shown_facets(text: str) -> list[tuple[str, str, str]]:
    """Each facet's kind, the characters that its bytes stand for, and its value."""
    data = labels.visible(text).encode()
    return [
        (each.kind, data[each.start : each.end].decode(), each.value)
        for each in counting.facets(text)
    ]


def test_where_links_stand_on_words_the_words_alone_are_seen_and_counted() -> None:
    assert BLUESKY.visible(LINKS) == "📝 Paper  🤖 Code"
    assert BLUESKY.length(LINKS) == 15
    assert [span.text for span in BLUESKY.urls(LINKS)] == ["📝 Paper", "🤖 Code"]


def test_elsewhere_the_address_stands_behind_its_words() -> None:
    for network in (X, MASTODON):
        written = network.written(LINKS, ": ")
        assert written == (
            "📝 Paper: https://arxiv.org/abs/2103.03230  🤖 Code: https://github.com/a/b"
        )
        assert network.visible(written) == written
    assert BLUESKY.written(LINKS, ": ") == LINKS


@pytest.mark.parametrize(("text", "written"), [
    ("[📝](https://a.org)", "📝 https://a.org"),
    ("[📝 论文](https://a.org)", "📝 论文：https://a.org"),
    ("[Paper:](https://a.org)", "Paper: https://a.org"),
    ("[论文：](https://a.org)", "论文：https://a.org"),
    ("[https://a.org](https://a.org)", "https://a.org"),
    ("see [ [1] of it ](https://a.org/x_(y)).", "see [1] of it：https://a.org/x_(y)."),
])  # fmt: skip
def test_words_and_addresses_are_joined_as_the_language_joins_them(text: str, written: str) -> None:
    assert labels.spelled_out(text, "：") == written


@pytest.mark.parametrize("text", [
    "ML-Collage [29/52]", "[Re] (https://a.org)", "[x](nowhere)", "[x](ftp://a.org)",
    "[](https://a.org)", "[ ](https://a.org)", "[a\nb](https://a.org)", "[x](https://a b.org)",
    "f[x](y)", "[x](https://", "](https://a.org)",
])  # fmt: skip
def test_what_is_no_link_on_words_stays_as_it_is(text: str) -> None:
    assert labels.read(text) == (text, [])
    assert labels.spelled_out(text, ": ") == text


def test_facets_stand_on_the_bytes_of_their_words_also_behind_emoji() -> None:
    text = (
        "👩‍🔬 自监督 [📝 Paper](https://a.org/1) 🎉#mlcollage @lab.bsky.social https://b.org/2 😀"
    )
    assert shown_facets(text) == [
        ("link", "📝 Paper", "https://a.org/1"),
        ("tag", "#mlcollage", "mlcollage"),
        ("mention", "@lab.bsky.social", "lab.bsky.social"),
        ("link", "https://b.org/2", "https://b.org/2"),
    ]


def test_nothing_in_the_words_of_a_link_is_a_tag_a_mention_or_another_link() -> None:
    text = "[#tag @a.bsky.social https://b.org](https://a.org)"
    assert shown_facets(text) == [
        ("link", "#tag @a.bsky.social https://b.org", "https://a.org")
    ]  # fmt: skip


def test_what_a_network_shows_is_written_again_as_templates_write_it() -> None:
    seen, links = labels.read(f"Read {LINKS} https://c.org")
    plain = labels.Labelled(counting.urls(seen, counting.BLUESKY)[-1], "https://c.org")
    assert labels.marked(seen, [plain, *reversed(links)]) == f"Read {LINKS} https://c.org"


def test_a_link_on_words_is_not_cut_in_two() -> None:
    link = "[📝 Paper and what else there is to say](https://example.org/a)"
    parts = BLUESKY.split(f"{'word ' * 55}{link} {'and more ' * 25}", "en")
    assert len(parts) == 2
    assert sum(link in part for part in parts) == 1


def test_a_text_full_of_brackets_is_read_in_no_time() -> None:
    begin = time.monotonic()
    for text in ("[" * 50_000, "[x" + "[a]" * 50_000, "[x[a]" * 20_000, "[a](https://" * 20_000):
        labels.read(f"{text}](http")
    assert time.monotonic() - begin < 2
