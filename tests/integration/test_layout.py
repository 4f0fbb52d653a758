"""One post or a thread: what fits into an account's posts, and what becomes of what does not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.composing.composer import Composer
from bot.core.errors import BadConfig
from bot.core.network import NETWORKS
from bot.core.paper import Link, LinkKind
from bot.core.settings import Table
from bot.core.text import markdown
from bot.publishers import table
from bot.publishers.server import Server, Told
from tests.conftest import StoppedClock
from tests.integration.test_compose import PAPER, collage, composer, roundup, sentences, template

LINKED = replace(PAPER, links=(Link(LinkKind.PAPER, "https://example.org/paper"),))


def posting(folder: Path, length: int, network: str = "x", series: str = "") -> Composer:
    """A composer of an account with posts of that length, which wants one post."""
    made = composer(folder, network, series=series)
    return replace(made, limits=made.limits._replace(length=length), layout="post")


def test_what_fits_is_one_post_with_its_picture_all_its_texts_and_its_links(
    tmp_path: Path,
) -> None:
    item = collage(LINKED, sentences(40))
    thread = posting(tmp_path, 25_000).collage_shown(item, 29)
    (part,) = thread.parts
    assert part.image is not None
    assert markdown.plain(item.paragraph) in part.text
    assert part.text.startswith("ML-Collage [29/52]")
    assert part.text.endswith("#mlcollage\n\n📝 Paper: https://example.org/paper")
    assert thread.problems == ()
    assert not any("one post" in caution for caution in thread.all_cautions)
    assert thread.network.posts(thread.parts).posts_with_url == 1


def test_long_posts_without_that_layout_are_a_thread_with_the_links_at_its_end(
    tmp_path: Path,
) -> None:
    made = replace(posting(tmp_path, 25_000), layout="thread")
    first, links = made.collage(collage(LINKED, sentences(40)), 29)
    assert len(first.text) > 280
    assert links.text == "📝 Paper: https://example.org/paper"


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_what_does_not_fit_has_fewest_parts_and_loses_nothing_and_that_is_told(
    tmp_path: Path, network: str
) -> None:
    item = collage(LINKED, sentences(30))
    made = posting(tmp_path, 300, network)
    thread = made.collage_shown(item, 29)
    apart = replace(made, layout="thread").collage(item, 29)
    assert len(thread.parts) == len(apart) - 1, "the links stand below the last text"
    assert all(made.network.fits(part.text, made.limits) for part in thread.parts)
    everything = " ".join(" ".join(part.text.split()) for part in thread.parts)
    for number in range(1, 30):
        assert f"Sentence {number} goes on" in everything
    assert "https://example.org/paper" in everything
    (told,) = [each for each in thread.all_cautions if "one post" in each]
    assert told == (
        "it does not fit into one post of 300 characters, "
        f"so that it goes out as {len(thread.parts)} parts"
    )


def test_links_that_just_fit_stand_below_and_one_character_less_makes_two_parts(
    tmp_path: Path,
) -> None:
    item = collage(LINKED, sentences(8))
    (whole,) = posting(tmp_path, 4_000).collage(item, 29)
    length = NETWORKS["x"].length(whole.text)
    assert len(posting(tmp_path, length).collage(item, 29)) == 1
    assert len(posting(tmp_path, length - 1).collage(item, 29)) == 2


def test_a_thread_written_by_hand_goes_out_as_it_is_written(tmp_path: Path) -> None:
    item = collage(LINKED, thread=("One #mlcollage", "Two"))
    thread = posting(tmp_path, 25_000).collage_shown(item, 29)
    assert [part.text for part in thread.parts] == [
        "One #mlcollage",
        "Two",
        "📝 Paper: https://example.org/paper",
    ]
    assert not any("one post" in caution for caution in thread.all_cautions)
    single = posting(tmp_path, 25_000).collage(replace(item, thread=("One #mlcollage",)), 29)
    assert [part.text for part in single] == [
        "One #mlcollage\n\n📝 Paper: https://example.org/paper"
    ]


def test_one_post_has_no_marker_and_a_template_may_ask_for_the_layout(tmp_path: Path) -> None:
    template(
        tmp_path,
        "posts/collage/first.txt",
        "{{ layout }} of {{ length }}: {{ opening }} #mlcollage",
    )
    series = '[series.mlcollage]\ntitle = "ML-Collage"\nhashtag = "#mlcollage"\nmarkers = true\n'
    made = posting(tmp_path, 25_000, series=series)
    (part,) = made.collage(collage(LINKED), 29)
    assert part.text.startswith("post of 25000: ")
    assert part.text.endswith("https://example.org/paper")
    split = replace(made, limits=made.limits._replace(length=280)).collage(collage(LINKED), 29)
    assert split[-1].text.endswith(f" {len(split)}/{len(split)}")


def test_a_roundup_that_fits_is_one_post_with_its_link(tmp_path: Path) -> None:
    items = [collage(LINKED)]
    made = posting(tmp_path, 25_000)
    about = roundup("https://example.org/roundup")
    (part,) = made.roundup(about, items)
    assert PAPER.title in part.text
    assert part.text.endswith("https://example.org/roundup")
    assert len(replace(made, layout="thread").roundup(about, items)) == 2


@pytest.mark.parametrize(
    ("told", "own", "length"),
    [
        (None, None, 500),
        (None, 1_000, 1_000),
        (5_000, None, 5_000),
        (5_000, 800, 800),
        (300, 800, 300),
    ],
)
def test_an_account_s_word_makes_what_its_server_says_shorter_and_never_longer(
    clock: StoppedClock, told: int | None, own: int | None, length: int
) -> None:
    default = NETWORKS["mastodon"].limits
    answer = Told(default._replace(length=told or 1))
    server = Server("https://example.org", lambda: answer, clock, length=own)
    if told:
        server.learn()
    assert server.limits(default).length == length


def made_by(folder: Path, clock: StoppedClock, *, rehearsed: bool = False, **more: object) -> Any:
    raw = Table("config.toml", "accounts.lab", more)
    if rehearsed:
        raw = table.rehearsed(raw)
    return table.make(raw, folder, clock)


def test_a_rehearsal_is_as_long_and_laid_out_as_what_goes_out_later(
    tmp_path: Path, clock: StoppedClock
) -> None:
    outbox = made_by(tmp_path, clock, rehearsed=True, network="x", length=25_000, layout="post")
    assert (outbox.network.name, outbox.limits().length, outbox.layout) == ("x", 25_000, "post")
    usual = made_by(tmp_path, clock, network="outbox")
    assert (usual.limits().length, usual.layout) == (280, "thread")


@pytest.mark.parametrize(("like", "most"), [("x", "25,000"), ("bluesky", "300")])
def test_an_outbox_has_no_posts_that_its_network_would_never_take(
    tmp_path: Path, clock: StoppedClock, like: str, most: str
) -> None:
    with pytest.raises(BadConfig, match=rf"accounts\.lab\.length.*must be at most {most}"):
        made_by(tmp_path, clock, network="outbox", like=like, length=25_001)


def test_bluesky_has_no_length_to_be_set_and_a_layout_is_one_of_two(
    tmp_path: Path, clock: StoppedClock
) -> None:
    with pytest.raises(BadConfig, match="length"):
        made_by(tmp_path, clock, network="bluesky", length=300)
    with pytest.raises(BadConfig, match=r"layout.*must be one of thread, post"):
        made_by(tmp_path, clock, network="bluesky", layout="posts")
