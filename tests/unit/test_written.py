"""A collage in a form: read back as it was written, what is wrong with it, two versions merged."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import merging, people, written
from bot.core.collage import Item, State
from bot.core.merging import Conflict
from bot.core.paper import Link, LinkKind, Paper
from bot.core.people import Role
from bot.core.per_network import OnNetwork

ITEM = Item(
    name="barlow-twins",
    paper=Paper(
        title="Barlow Twins",
        authors=("Ada Lovelace", "视觉"),
        others=True,
        year=2021,
        links=(
            Link(LinkKind.CODE, "https://example.org/code"),
            Link(LinkKind.PAPER, "https://example.org/paper"),
            Link(LinkKind.CODE, "https://example.org/more"),
        ),
        doi="10.1000/1",
    ),
    paragraph="One.\n\nTwo.",
    alt="A slide.",
    thread=("First.\n---\nwith a line", "\\---", "Last."),
    on=(OnNetwork("x", True, ("Own.",), ("@ada",)), OnNetwork("outbox", False)),
)
LINES = st.text(alphabet=string.ascii_letters + " -\\\n", min_size=1).map(
    lambda text: text.strip("\n")
)
PARTS = st.lists(LINES.filter(lambda text: text.strip() != ""), max_size=4)


def test_a_form_that_nobody_changes_gives_the_same_item() -> None:
    values = written.fields(ITEM, names=["outbox", "bluesky"])
    assert written.read(values, ITEM) == (ITEM, ())
    assert values["on.bluesky.skip"] == ""


@given(PARTS)
def test_parts_by_hand_are_read_back_to_the_letter(parts: list[str]) -> None:
    # White space around the hyphens of a line is no mark of a part's own.
    kept = ["\n".join(line.rstrip() for line in part.split("\n")).strip("\n") for part in parts]
    kept = [
        "\n".join(line if line.strip() != "---" else "---" for line in part.split("\n"))
        for part in kept
    ]
    assert written.parts(written.parted(kept)) == tuple(kept)


def test_the_order_of_links_stays_where_their_kinds_do() -> None:
    values = written.fields(ITEM) | {"link.paper": "https://example.org/other"}
    links = written.read(values, ITEM).item.paper.links
    assert [link.kind for link in links] == [LinkKind.CODE, LinkKind.PAPER, LinkKind.CODE]
    assert links[1].url == "https://example.org/other"
    gone = written.read(values | {"link.code": " \n "}, ITEM).item.paper.links
    assert [link.kind for link in gone] == [LinkKind.PAPER]


def test_fields_that_a_form_does_not_have_stay_as_they_are() -> None:
    assert written.read({"alt": " Another. "}, ITEM).item == replace(ITEM, alt="Another.")


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("year", "20", "'20' is no year; write four digits."),
        ("year", "٢٠٢١", "write four digits."),
        ("year", "0999", "999 is no year."),
        ("name", "Ü", "lower-case letters"),
        ("link.talk", "ftp://example.org", "is no http(s) address."),
        ("link.talk", "arxiv.org/abs/1", "http(s) address; write it with https:// at its head."),
        ("link.code", "https://ada:secret@example.org", "holds a user name"),
        ("alt", "x" * 2_001, "2,001 characters, at most 2,000 are allowed."),
        ("authors", "x" * 201, "201 characters"),
        ("title", "a\x07", "Holds the control character U+0007."),
        ("on.x.handles", "ada", "is no handle there; write it as @name."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(field: str, text: str, told: str) -> None:
    (problem,) = written.read(written.fields(ITEM) | {field: text}, ITEM).problems
    assert problem.field == field
    assert told in problem.text


def test_what_only_one_has_changed_is_taken_over() -> None:
    base = {"title": "A", "alt": "A", "year": "1", "new": ""}
    theirs = base | {"title": "B", "year": "2"}
    mine = base | {"alt": "C", "year": "2", "own": "D"}
    merged = merging.merge(base, theirs, mine)
    assert merged.values == {"title": "B", "alt": "C", "year": "2", "new": "", "own": "D"}
    assert merged.conflicts == ()


def test_what_both_have_changed_is_a_conflict_and_keeps_what_is_stored() -> None:
    merged = merging.merge({"alt": "A"}, {"alt": "B"}, {"alt": "C"})
    assert merged.values == {"alt": "B"}
    assert merged.conflicts == (Conflict("alt", "A", "B", "C"),)
    assert merged.conflicts[0].joined == "B\n\nC"


def test_what_differs_of_two_texts_is_told_by_words() -> None:
    assert merging.apart("It is new, they say.", "It is old, they say.") == (
        "It is ",
        "new,",
        " they say.",
    )
    assert merging.apart("a a", "a a a") == ("a a", "", "")


@given(st.text(), st.text())
def test_a_text_in_three_is_the_text(text: str, other: str) -> None:
    assert "".join(merging.apart(text, other)) == text


VALUES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2", "3"]))


@given(VALUES, VALUES, VALUES)
def test_no_change_of_anybody_is_lost(
    base: dict[str, str], theirs: dict[str, str], mine: dict[str, str]
) -> None:
    merged = merging.merge(base, theirs, mine)
    both = {each.field for each in merged.conflicts}
    for field in {*theirs, *mine}:
        before = base.get(field, "")
        texts = {theirs.get(field, ""), mine.get(field, before)} - {before}
        assert (field in both) == (len(texts) == 2)
        if len(texts) == 1:
            assert merged.values.get(field, "") in texts


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", State)
def test_authors_write_drafts_and_nobody_what_is_claimed(role: Role, state: State) -> None:
    may = not people.why_not_write(role, "barlow", state)
    assert may == (state is not State.CLAIMED and (role is not Role.AUTHOR or state is State.DRAFT))
