"""An item of the queue: its legal moves, what it still needs, what makes it unusable, its name."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import collage
from bot.core.collage import Item, State
from bot.core.errors import NotAllowed
from bot.core.paper import Figure, Link, LinkKind, Paper, Reference

steady = settings(derandomize=True, deadline=None)

PAPER = Paper(
    title="Barlow Twins",
    authors=("Jure Zbontar",),
    others=True,
    year=2021,
    links=(Link(LinkKind.PAPER, "https://arxiv.org/abs/2103.03230"),),
)
WHOLE = Item(name="barlow-twins", paper=PAPER, paragraph="Twins agree.", alt="Two twins.")

LEGAL = {
    ("draft", "ready"),
    ("draft", "held"),
    ("ready", "draft"),
    ("ready", "held"),
    ("ready", "claimed"),
    ("claimed", "posted"),
    ("claimed", "held"),
    ("held", "draft"),
    ("held", "ready"),
}


@pytest.mark.parametrize("to", State)
@pytest.mark.parametrize("state", State)
def test_every_move_is_legal_or_refused_as_the_states_say(state: State, to: State) -> None:
    if (state, to) in LEGAL:
        collage.check_move("barlow-twins", state, to)
        return
    with pytest.raises(NotAllowed) as refused:
        collage.check_move("barlow-twins", state, to)
    wanted = (
        "is posted: what is out is history"
        if state == "posted"
        else f"is {state} and cannot become {to}"
    )
    assert wanted in str(refused.value)


def test_only_what_is_posted_is_history() -> None:
    assert [state for state in State if collage.is_history(state)] == [State.POSTED]
    assert [state for state in State if not collage.MOVES[state]] == [State.POSTED]


@pytest.mark.parametrize(
    ("item", "lacks"),
    [
        (WHOLE, ()),
        (replace(WHOLE, paragraph="", thread=("By hand",)), ()),
        (replace(WHOLE, alt=" \n"), ("alt text",)),
        (replace(WHOLE, paragraph=""), ("a paragraph",)),
        (replace(WHOLE, paper=replace(PAPER, title="")), ("a title",)),
        (replace(WHOLE, paper=replace(PAPER, title="\u200b")), ("a title",)),
        (replace(WHOLE, paper=replace(PAPER, title="&#8203;\ufeff")), ("a title",)),
        (replace(WHOLE, paragraph="<!-- to do -->"), ("a paragraph",)),
        (replace(WHOLE, alt="\u202e&ZeroWidthSpace;"), ("alt text",)),
        (replace(WHOLE, paper=replace(PAPER, authors=())), ("authors",)),
        (replace(WHOLE, paper=replace(PAPER, authors=("et al.",))), ("authors",)),
        (replace(WHOLE, paper=replace(PAPER, authors=("Gemini Team",))), ()),
        (replace(WHOLE, paper=replace(PAPER, year=None)), ("a year",)),
        (replace(WHOLE, paper=replace(PAPER, links=())), ("a link to the paper",)),
        (
            Item(name="x", paper=Paper("")),
            ("a title", "authors", "a year", "a link to the paper", "a paragraph", "alt text"),
        ),
    ],
)
def test_a_collage_says_what_it_lacks(item: Item, lacks: tuple[str, ...]) -> None:
    assert collage.missing(item, has_picture=True) == lacks
    assert "a picture" in collage.missing(item, has_picture=False)


def first_problem(item: Item) -> str:
    return next(iter(collage.problems(item)), "")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-",
        "a-",
        "-a",
        "a--b",
        "A",
        "a b",
        "a/b",
        "..",
        "ä",
        "论文",
        "a\n",
        "a_b",
        "a" * 81,
        "2021",
        "0",
    ],
)
def test_a_name_that_could_be_no_folder_or_reads_as_a_number_is_a_problem(name: str) -> None:
    assert first_problem(replace(WHOLE, name=name)).startswith("name: ")


def test_a_name_of_eighty_characters_is_none() -> None:
    assert list(collage.problems(replace(WHOLE, name="a" * 80))) == []


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (replace(WHOLE, alt="a" * 2_001), "alt"),
        (replace(WHOLE, paragraph="a" * 20_001), "paragraph"),
        (replace(WHOLE, caption="a" * 1_001), "caption"),
        (replace(WHOLE, caption="two\nlines"), "caption"),
        (replace(WHOLE, thread=("fine", "a" * 25_001)), "thread"),
        (replace(WHOLE, printed_number="\x07"), "printed_number"),
        (replace(WHOLE, alt="a\x00b"), "alt"),
        (replace(WHOLE, paragraph="a\ud800b"), "paragraph"),
        (replace(WHOLE, paper=replace(PAPER, title="two\nlines")), "title"),
        (replace(WHOLE, paper=replace(PAPER, title="a" * 501)), "title"),
        (replace(WHOLE, paper=replace(PAPER, authors=("A", "B\tC"))), "author"),
        (replace(WHOLE, paper=replace(PAPER, authors=("a" * 201,))), "author"),
        (replace(WHOLE, paper=replace(PAPER, arxiv_id="\x1b[2J")), "arxiv"),
        (replace(WHOLE, paper=replace(PAPER, doi="a" * 2_001)), "doi"),
        (replace(WHOLE, paper=replace(PAPER, licence="\x7f")), "licence"),
        (replace(WHOLE, paper=replace(PAPER, figures=(Figure("f.png", "\x00"),))), "figure"),
        (
            replace(WHOLE, paper=replace(PAPER, references=(Reference("t", "a" * 2_001),))),
            "reference",
        ),
        (replace(WHOLE, paper=replace(PAPER, links=(Link(LinkKind.CODE, "ftp://x.org"),))), "url"),
        (replace(WHOLE, paper=replace(PAPER, links=(Link(LinkKind.CODE, "https://a b"),))), "url"),
        (
            replace(
                WHOLE,
                paper=replace(PAPER, links=(Link(LinkKind.CODE, "https://x.org/" + "a" * 2_000),)),
            ),
            "url",
        ),
        (replace(WHOLE, paper=replace(PAPER, year=999)), "year"),
        (replace(WHOLE, paper=replace(PAPER, year=10_000)), "year"),
    ],
)
def test_what_no_network_and_no_database_should_get_is_a_problem_of_its_field(
    item: Item, field: str
) -> None:
    assert first_problem(item).startswith(f"{field}: ")


@steady
@given(st.text(max_size=120))
def test_a_title_gives_a_good_name_or_none(title: str) -> None:
    name = collage.slug(title)
    assert not name or list(collage.problems(replace(WHOLE, name=name))) == []
    assert bool(name) is bool(
        set(collage.ascii_form(title).lower()) & set("abcdefghijklmnopqrstuvwxyz0123456789")
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Barlow Twins: Self-Supervised Learning", "barlow-twins-self-supervised-learning"),
        (
            "Barlow Twins: Self-Supervised Learning via Redundancy Reduction",
            "barlow-twins-self-supervised-learning",
        ),
        ("Don't Decay the Learning Rate", "dont-decay-the-learning-rate"),
        ("Über Größe", "uber-groe"),
        (r"R&amp;D with $\sqrt{n}$ *data*", "r-d-with-n-data"),
        ("1984", "paper-1984"),
        ("8" * 60, "paper-" + "8" * 40),
        ("A" * 60 + " b", "a" * 40),
        ("注意力就是你所需要的一切", ""),
        ("注意力 Attention 注意力", "attention"),
        ("...", ""),
    ],
)
def test_a_name_is_made_of_the_words_of_the_title(title: str, name: str) -> None:
    assert collage.slug(title) == name


@steady
@given(
    st.recursive(
        st.text() | st.integers() | st.floats(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_value_is_shown_on_one_short_line(value: object) -> None:
    shown = collage.shown(value)
    assert len(shown) <= 60
    assert len(shown.splitlines()) == 1


def test_a_long_value_is_cut_and_fills_the_room_there_is() -> None:
    assert collage.shown("a" * 58) == f"'{'a' * 58}'"
    assert collage.shown("a" * 59) == f"'{'a' * 58}…"


def test_a_value_that_python_cannot_write_is_shown_all_the_same() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert collage.shown(deep) == collage.shown(1 << 50_000) == "something too large to show"


@steady
@given(st.text(st.characters()))
def test_a_text_in_a_message_is_one_line_that_can_be_printed(text: str) -> None:
    line = collage.one_line(text)
    assert line.isprintable()
    assert line == text or not text.isprintable()
