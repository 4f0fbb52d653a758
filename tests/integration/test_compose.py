"""Threads in an account's words: with the program's templates, and with a maintainer's."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import config
from bot.composing.composer import Composer
from bot.core import month
from bot.core.collage import Collage, Picture, State
from bot.core.errors import BadInput
from bot.core.network import BLUESKY, NETWORKS, X
from bot.core.paper import Link, LinkKind, Paper
from bot.core.per_network import OnNetwork
from tests.conftest import MONDAY

PAPER = Paper(
    title="Barlow Twins: Self-Supervised Learning via Redundancy Reduction",
    authors=("Jure Zbontar", "Li Jing"),
    others=True,
    year=2021,
    links=(
        Link(LinkKind.CODE, "https://github.com/facebookresearch/barlowtwins"),
        Link(LinkKind.PAPER, "https://arxiv.org/abs/2103.03230"),
    ),
)
SENTENCE = "The two branches see two views of one picture, and what they say must agree. "


def sentences(count: int) -> str:
    """A paragraph of that many sentences, of which none is like another."""
    return SENTENCE + " ".join(f"Sentence {n} goes on about the matter." for n in range(1, count))


def collage(paper: Paper = PAPER, paragraph: str = sentences(12), **more: object) -> Collage:
    values: dict[str, object] = {
        "id": 1,
        "series": "mlcollage",
        "name": "barlow-twins",
        "paper": paper,
        "paragraph": paragraph.strip(),
        "alt": "Two towers.",
        "state": State.READY,
        "position": 1,
        "picture": Picture("0" * 64, "image/png", 16, 9, 100, "barlow.png"),
    }
    return Collage(**(values | more))  # type: ignore[arg-type]


def composer(folder: Path, network: str = "x", account: str = "lab", series: str = "") -> Composer:
    own, rules = config.parse(series, folder / "config.toml"), NETWORKS[network]
    return Composer(own.series["mlcollage"], account, rules, rules.limits, folder / "templates")


def texts(composer: Composer, item: Collage, number: int | None = 29) -> list[str]:
    return [part.text for part in composer.collage(item, number)]


def template(folder: Path, path: str, content: str) -> None:
    file = folder / "templates" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def test_the_first_part_has_the_picture_the_number_the_citation_and_the_tag(tmp_path: Path) -> None:
    first, *rest = composer(tmp_path).collage(collage(), 29)
    assert first.image is not None
    assert first.image.alt == "Two towers."
    assert [part.image for part in rest] == [None] * len(rest)
    for piece in (
        "ML-Collage [29/52]",
        PAPER.title,
        "Zbontar et al. (2021)",
        SENTENCE.strip(),
        "#mlcollage",
    ):
        assert piece in first.text


@pytest.mark.parametrize("network", sorted(NETWORKS))
@pytest.mark.parametrize("sentences", [0, 1, 3, 40])
def test_every_part_fits_and_the_paragraph_is_whole(
    tmp_path: Path, network: str, sentences: int
) -> None:
    paragraph = " ".join(f"Sentence {n} says a little about the matter." for n in range(sentences))
    parts = texts(composer(tmp_path, network), collage(paragraph=paragraph))
    assert all(NETWORKS[network].fits(part) for part in parts)
    said = " ".join(parts)
    assert [
        n for n in range(sentences) if f"Sentence {n} says a little about the matter." not in said
    ] == []


def test_all_links_stand_in_one_last_part_paper_first(tmp_path: Path) -> None:
    *before, last = texts(composer(tmp_path), collage())
    assert last.splitlines() == [
        "📝 Paper: https://arxiv.org/abs/2103.03230",
        "🤖 Code: https://github.com/facebookresearch/barlowtwins",
    ]
    assert "http" not in " ".join(before)


def test_more_links_than_one_part_holds_go_into_a_second_one(tmp_path: Path) -> None:
    links = tuple(Link(LinkKind.CODE, f"https://example.org/{n}") for n in range(20))
    parts = texts(composer(tmp_path), collage(Paper("T", ("A B",), year=2021, links=links)))
    assert sum(part.count("https://") for part in parts) == 20
    assert all(X.length(part) <= 280 for part in parts)


def test_links_in_the_paragraph_become_their_labels_and_are_gathered_for_the_link_part(
    tmp_path: Path,
) -> None:
    paragraph = "See the [API](https://example.org/api), *not* the [paper](http://arxiv.org/pdf/2103.03230v2)."
    first, last = texts(composer(tmp_path), collage(paragraph=paragraph))
    assert "See the API, not the paper." in first
    assert last.splitlines()[2:] == ["🔗 API: https://example.org/api"]


@pytest.mark.parametrize("network", ["x", "bluesky", "mastodon"])
def test_an_address_in_the_paragraph_stands_once_among_the_links(
    tmp_path: Path, network: str
) -> None:
    paragraph = "See <https://example.org/auto> now (or not)."
    first, last = texts(composer(tmp_path, network), collage(paragraph=paragraph))
    assert "See 🔗 now (or not)." in first
    line = last.splitlines()[-1]
    assert line.endswith("🔗 https://example.org/auto")
    assert (line == "🔗 https://example.org/auto") == (network != "bluesky")


def test_on_bluesky_links_stand_on_their_words_in_one_line(tmp_path: Path) -> None:
    paragraph = "See the [API [2]](https://example.org/api)."
    *_, last = texts(composer(tmp_path, "bluesky"), collage(paragraph=paragraph))
    assert last == (
        "[📝 Paper](https://arxiv.org/abs/2103.03230)  "
        "[🤖 Code](https://github.com/facebookresearch/barlowtwins)  "
        "[🔗 API [2]](https://example.org/api)"
    )
    assert BLUESKY.visible(last) == "📝 Paper  🤖 Code  🔗 API [2]"


def test_a_thread_written_by_hand_says_where_a_link_stands_for_every_network(
    tmp_path: Path,
) -> None:
    item = replace(collage(), thread=("Read [the paper](https://example.org/p) #mlcollage",))
    shown = {name: texts(composer(tmp_path, name), item)[0] for name in ("x", "bluesky")}
    assert shown == {
        "x": "Read the paper: https://example.org/p #mlcollage",
        "bluesky": "Read [the paper](https://example.org/p) #mlcollage",
    }


def test_a_bare_address_is_a_link_and_the_paper_s_own_is_its_line(tmp_path: Path) -> None:
    paragraph = (
        "At https://example.org/a_b. The code: https://github.com/facebookresearch/barlowtwins."
    )
    first, last = texts(composer(tmp_path), collage(paragraph=paragraph))
    assert "At 🔗. The code: 🤖." in first
    assert last.splitlines()[2:] == ["🔗 https://example.org/a_b"]
    assert last.count("barlowtwins") == 1


def test_several_addresses_are_numbered(tmp_path: Path) -> None:
    paragraph = "See https://a.example/x, https://a.example/xy and [that](https://a.example/z)."
    first, last = texts(composer(tmp_path), collage(paragraph=paragraph))
    assert "See 🔗1, 🔗2 and that." in first
    assert last.splitlines()[2:] == [
        "🔗 1: https://a.example/x",
        "🔗 2: https://a.example/xy",
        "🔗 that: https://a.example/z",
    ]


def test_a_thread_with_an_address_is_charged_for_one_post_with_links(tmp_path: Path) -> None:
    with_address = collage(paragraph="See <https://example.org/auto> now.")
    without = collage(paragraph="See this now.")
    shown = [composer(tmp_path).collage_shown(item, 29) for item in (with_address, without)]
    assert shown[0].cost
    assert shown[1].cost
    assert shown[0].cost.total == shown[1].cost.total


def test_titles_names_and_alt_texts_are_shown_as_paragraphs_are(tmp_path: Path) -> None:
    paper = Paper(r"R&amp;D of $L^2$ in <math><mi>Au</mi></math>", (r"Paul Erd\H{o}s",), year=2021)
    [part] = composer(tmp_path).collage(collage(paper, "So.", alt="A \ufeffplot of $x^2$"), 29)
    assert "‘R&D of L² in Au’" in part.text
    assert "Erdős (2021)" in part.text
    assert part.image is not None
    assert part.image.alt == "A plot of x²"


def test_invisible_characters_keep_nothing_from_going_out(tmp_path: Path) -> None:
    item = collage(paragraph="So \u200bit\ufeff is.", thread=("\ufeffBy \u202ehand #mlcollage",))
    assert composer(tmp_path).collage(item, 29)[0].text == "By hand #mlcollage"
    assert "So it is." in texts(composer(tmp_path), replace(item, thread=()))[0]


def test_a_series_without_numbers_shows_none(tmp_path: Path) -> None:
    first = texts(
        composer(tmp_path, series='[series.mlcollage.numbering]\nformat = "none"'), collage()
    )[0]
    assert first.startswith("ML-Collage\n")


def test_a_german_series_has_german_labels(tmp_path: Path) -> None:
    item = collage(
        Paper("T", ("A B",), year=2021, links=(Link(LinkKind.TALK, "https://example.org/t"),))
    )
    assert (
        "Vortrag: https://example.org/t"
        in texts(composer(tmp_path, series='[series.mlcollage]\nlanguage = "de"'), item)[-1]
    )


def test_texts_written_by_hand_stand_as_written_with_the_number_filled_in(tmp_path: Path) -> None:
    parts = texts(composer(tmp_path), collage(thread=("{{ number }}: mine #mlcollage", "Second.")))
    assert parts[:2] == ["29/52: mine #mlcollage", "Second."]
    assert len(parts) == 3


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"picture": None}, "it has no picture"),
        ({"alt": "  "}, "it has no alt text"),
        ({"alt": "x" * 1_001}, "its alt text has 1,001 of at most 1,000"),
        ({"thread": ("no tag",)}, "no part holds the hashtag #mlcollage"),
        (
            {"thread": ("#mlcollage " + "x" * 280,)},
            "part 1 has 291 of 280 characters (11 too many)",
        ),
        ({"thread": ("#mlcollage {{ nonsense }}",)}, "'nonsense' is undefined"),
        (
            {"paper": Paper("x" * 300, ("A B",), year=2021)},
            "first part, without a word of the paragraph, has",
        ),
        (
            {"picture": Picture("0" * 64, "image/tiff", 8, 8, 1, "a.tif")},
            "its picture a.tif is image/tiff, and X takes only JPEG, PNG, WEBP",
        ),
    ],
)
def test_what_cannot_go_out_is_named_in_one_sentence(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(BadInput) as caught:
        composer(tmp_path).collage(collage(**change), 29)  # type: ignore[arg-type]
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "barlow-twins" in str(caught.value)


@pytest.mark.parametrize(
    "folder",
    ["accounts/lab", "series/mlcollage", "networks/x", "."],
    ids=["account", "series", "network", "own"],
)
def test_a_maintainer_s_template_goes_before_ours(tmp_path: Path, folder: str) -> None:
    template(
        tmp_path,
        f"{folder}/posts/collage/links.txt",
        "{% for link in links %}{{ link.url }} {% endfor %}",
    )
    assert texts(composer(tmp_path), collage())[-1].startswith(
        "https://arxiv.org/abs/2103.03230 https://github.com"
    )


def test_an_account_s_template_goes_before_its_network_s(tmp_path: Path) -> None:
    template(tmp_path, "networks/x/posts/collage/more.txt", "network {{ text }}")
    template(tmp_path, "accounts/lab/posts/collage/more.txt", "account {{ text }}")
    assert texts(composer(tmp_path), collage())[1].startswith("account ")
    assert texts(composer(tmp_path, account="other"), collage())[1].startswith("network ")


def test_a_template_that_is_put_before_another_one_counts_at_once(tmp_path: Path) -> None:
    template(tmp_path, "posts/collage/links.txt", "general {{ links[0].url }}")
    assert texts(composer(tmp_path), collage())[-1].startswith("general ")
    own = "accounts/lab/posts/collage/links.txt"
    template(tmp_path, own, "lab's {{ links[0].url }}")
    assert texts(composer(tmp_path), collage())[-1].startswith("lab's ")
    (tmp_path / "templates" / own).unlink()
    assert texts(composer(tmp_path), collage())[-1].startswith("general ")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{{ papr.title }}", "posts/collage/first.txt, line 1: 'papr' is undefined"),
        ("{{ “a” }}", "posts/collage/first.txt, line 1: typographic quotes (“) stand for straight"),
        ("{{ hash\u200btag }}", "line 1: an invisible character stands in it (zero width space"),
        ("a\n{% if %}", "posts/collage/first.txt, line 2: Expected an expression"),
        (
            "a\n\n{{ ''.__class__.__mro__ }}",
            "posts/collage/first.txt, line 3: access to attribute '__class__'",
        ),
        ("{{ 1 / 0 }}", "posts/collage/first.txt, line 1: division by zero"),
        ("{% include '/etc/passwd' %}", "There is no template /etc/passwd"),
        ("{% include '../../secret.txt' %}", "There is no template ../../secret.txt"),
    ],
)
def test_a_mistake_in_a_template_names_its_file_and_line(
    tmp_path: Path, content: str, complaint: str
) -> None:
    template(tmp_path, "posts/collage/first.txt", content)
    with pytest.raises(BadInput) as caught:
        texts(composer(tmp_path), collage())
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def roundup(link: str = "https://example.org/r/") -> month.Roundup:
    return month.Roundup(
        id=1, series="mlcollage", title_month="2021-09",
        title="Four Deep Learning Papers to Read in September 2021",
        slug="s", state=month.State.RENDERED, due_at=MONDAY, link=link,
    )  # fmt: skip


def test_a_roundup_s_thread_names_every_paper_and_ends_with_the_link(tmp_path: Path) -> None:
    items = [
        collage(Paper(f"Paper {n} with a title of some length, as they are", ("A B",), year=2021))
        for n in range(9)
    ]
    parts = composer(tmp_path).roundup(roundup(), items)
    said = "\n".join(part.text for part in parts)
    assert parts[0].text.startswith("Four Deep Learning Papers to Read in September 2021")
    assert parts[0].image is not None
    assert [n for n in range(9) if f"Paper {n} with" not in said] == []
    assert "https://example.org/r/" in parts[-1].text
    assert "https" not in "".join(part.text for part in parts[:-1])
    assert "#mlcollage" in parts[0].text


def test_a_title_too_long_for_any_part_of_the_roundup_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not fit into one part"):
        composer(tmp_path).roundup(roundup(), [collage(Paper("x" * 400, ("A B",), year=2021))])


@pytest.mark.parametrize("count", [1, 8, 90])
def test_markers_are_counted_in(tmp_path: Path, count: int) -> None:
    marked = composer(tmp_path, series="[series.mlcollage]\nmarkers = true")
    parts = texts(marked, collage(paragraph=sentences(count)))
    assert [part.rsplit(" ", 1)[1] for part in parts] == [
        f"{n}/{len(parts)}" for n in range(1, len(parts) + 1)
    ]
    assert all(X.length(part) <= 280 for part in parts)


def test_an_account_s_own_limits_count_and_not_its_network_s(tmp_path: Path) -> None:
    wide = replace(composer(tmp_path), limits=X.limits._replace(length=4_000))
    first, _ = texts(wide, collage(paragraph=sentences(40)))
    assert X.length(first) > 1_500
    short = replace(composer(tmp_path), limits=X.limits._replace(alt_length=5))
    with pytest.raises(BadInput, match="its alt text has 11 of at most 5 characters"):
        texts(short, collage())


def test_a_thread_is_shown_with_its_parts_measured_as_its_network_does(tmp_path: Path) -> None:
    shown = composer(tmp_path).collage_shown(collage(paragraph="See model.py first."), 29)
    first, last = shown.parts
    assert shown.parts == composer(tmp_path).collage(collage(paragraph="See model.py first."), 29)
    assert (shown.length(first), shown.length(last)) == (X.length(first.text), X.length(last.text))
    assert [span.text for span in shown.bare_links(first)] == ["model.py"]
    assert [span.text for span in shown.hashtags(first)] == ["#mlcollage"]
    assert len(shown.urls(last)) == 2
    assert set(shown.pictures) == {1}
    assert shown.number == "29/52"
    assert shown.cost == X.cost(shown.parts)


def test_a_thread_that_cannot_be_composed_is_shown_with_its_problem(tmp_path: Path) -> None:
    shown = composer(tmp_path).collage_shown(collage(alt=""), 29)
    assert shown.problems == ("barlow-twins for lab: it has no alt text.",)
    assert shown.cost is None


def test_a_roundup_is_shown_as_it_would_be_sent(tmp_path: Path) -> None:
    shown = composer(tmp_path).roundup_shown(roundup(), [collage()])
    assert shown.parts == composer(tmp_path).roundup(roundup(), [collage()])
    assert not shown.problems
    assert set(shown.pictures) == {1}


HANDLES = {
    "x": "@ada",
    "bluesky": "@ada.bsky.social",
    "mastodon": "@ada@example.social",
}


@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_the_part_with_the_links_names_the_authors_where_their_handles_are_given(
    tmp_path: Path, network: str
) -> None:
    compose, handle = composer(tmp_path, network), HANDLES[network]
    item = collage(on=(OnNetwork(network, authors=(handle, handle)),))
    plain, named = texts(compose, collage()), texts(compose, item)
    assert named == [*plain[:-1], f"{plain[-1]}\n{handle} {handle}"]
    other = "x" if network != "x" else "bluesky"
    assert texts(composer(tmp_path, other), item) == texts(composer(tmp_path, other), collage())


def test_nobody_is_named_twice_where_the_links_take_several_parts(tmp_path: Path) -> None:
    links = tuple(Link(LinkKind.BLOG, f"https://example.org/{n}") for n in range(30))
    item = collage(replace(PAPER, links=links), on=(OnNetwork("x", authors=("@ada",)),))
    assert "".join(texts(composer(tmp_path), item)).count("@ada") == 1


def test_handles_that_leave_no_room_for_a_link_are_told(tmp_path: Path) -> None:
    many = tuple(f"@a_name_of_15_{n:02}" for n in range(30))
    shown = composer(tmp_path).collage_shown(collage(on=(OnNetwork("x", authors=many),)), 29)
    assert "its authors' handles leave no room for the link" in " ".join(shown.problems)


def test_a_network_s_own_thread_goes_before_the_one_for_all(tmp_path: Path) -> None:
    item = collage(
        thread=("For all. #mlcollage",),
        on=(OnNetwork("bluesky", thread=("[{{ number }}] its own. #mlcollage",)),),
    )
    assert texts(composer(tmp_path), item)[0] == "For all. #mlcollage"
    assert texts(composer(tmp_path, "bluesky"), item)[0] == "[29/52] its own. #mlcollage"
    wrong = replace(item, on=(OnNetwork("bluesky", thread=("{{ nubmer }}",)),))
    problems = " ".join(composer(tmp_path, "bluesky").collage_shown(wrong, 29).problems)
    assert "entry 1 of its thread on bluesky" in problems


def test_a_roundup_s_line_may_name_the_authors_of_each_paper(tmp_path: Path) -> None:
    template(tmp_path, "posts/roundup/line.txt", "{{ paper.title }} {{ paper.handles | join }}")
    named = collage(on=(OnNetwork("x", skip=True, authors=("@ada",)),))
    roundup = month.Roundup(
        id=1,
        series="mlcollage",
        title_month="2021-09",
        title="One Paper",
        slug="one-paper",
        state=month.State.LINKED,
        due_at=MONDAY,
        link="https://example.org/one-paper",
        rehearsal=0,
    )
    parts = composer(tmp_path).roundup(roundup, [named, collage()])
    assert "@ada" in parts[0].text


def test_a_collage_that_leaves_a_network_out_is_never_composed_for_it(tmp_path: Path) -> None:
    skipped = collage(on=(OnNetwork("x", skip=True),))
    with pytest.raises(BadInput, match="not to go out there, as the collage says"):
        composer(tmp_path).collage(skipped, 29)
