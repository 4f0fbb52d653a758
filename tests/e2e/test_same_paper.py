"""A paper that is in the queue or out already is told wherever it is met again."""

from pathlib import Path

import pytest

from tests.conftest import ROOT, write_item
from tests.e2e.conftest import Desk

ABS = "https://arxiv.org/abs/2103.03230"


def barlow(folder: Path, name: str, url: str, **more: object) -> Path:
    return write_item(folder, name, links=f'{{ paper = "{url}" }}', **more)


@pytest.fixture
def first(desk: Desk) -> Desk:
    """The queue holds a collage about a paper on arXiv."""
    desk("add", barlow(desk.folder, "barlow", ABS, title='"Barlow Twins: Redundancy Reduction"'))
    return desk


@pytest.mark.parametrize(
    "url",
    [
        "http://www.arxiv.org/pdf/2103.03230v3.pdf",
        "https://doi.org/10.48550/arXiv.2103.03230",
        "https://huggingface.co/papers/2103.03230",
        "https://www.alphaxiv.org/abs/2103.03230",
    ],
)
def test_the_same_paper_is_told_at_add_whatever_the_address(first: Desk, url: str) -> None:
    told = first("add", barlow(first.folder, "again", url)).out
    same = "barlow (in the queue) is about the same paper: arXiv 2103.03230"
    assert told == f"again is ready\n  note: {same}\n"


def test_it_is_known_by_its_id_and_by_its_title(first: Desk) -> None:
    by_id = barlow(first.folder, "by-id", "https://lab.example/p.pdf", arxiv='"2103.03230v2"')
    assert "the same paper: arXiv 2103.03230" in first("add", by_id).out
    title = '"BARLOW TWINS - redundancy reduction"'
    by_title = barlow(first.folder, "by-title", "https://lab.example/t.pdf", title=title)
    assert (
        "barlow (in the queue) is about the same paper: the same title"
        in first("add", by_title).out
    )


def test_two_in_one_call_are_told_too(desk: Desk) -> None:
    files = [barlow(desk.folder, name, ABS) for name in ("one", "two")]
    told = desk("add", *files).out.splitlines()
    assert told[-1] == "  note: one (in the queue) is about the same paper: arXiv 2103.03230"


def test_it_is_told_by_edit_and_ready_next_and_preview(first: Desk) -> None:
    first("add", "--draft", barlow(first.folder, "again", "https://lab.example/again"))
    told = first("edit", "again", "--link", f"paper={ABS}v1").out
    assert "note: barlow (in the queue) is about the same paper: arXiv 2103.03230" in told
    same = "again: barlow (in the queue) is about the same paper: arXiv 2103.03230"
    assert same in first("ready", "again").out
    looked = first("next", "--count", 7)
    assert f"careful: {same}.\n" in looked.out
    assert looked.out.count("is about the same paper") == 1
    assert first("next", "--count", 7, "--json").json["careful"] == [f"{same}."]
    assert "careful: barlow (in the queue) is about" in first("preview", "again").out
    assert len(first("preview", "again", "--json").json["repeated"]) == 1


def test_what_is_out_is_named_with_its_day(first: Desk) -> None:
    first("post", "barlow", "--now")
    told = first("add", barlow(first.folder, "again", f"{ABS}v2")).out
    assert "barlow (out since " in told
    assert "again: barlow (out since " in first("next", "--count", 7).out


def test_other_papers_are_not_told(first: Desk) -> None:
    other = barlow(first.folder, "other", "https://arxiv.org/abs/2103.03231")
    assert first("add", other).out == "other is ready\n"
    generic = [
        barlow(first.folder, name, f"https://lab.example/{name}", title='"Introduction"')
        for name in ("intro-a", "intro-b")
    ]
    sources = [generic[0]]
    assert first("add", *sources).out == "intro-a is ready\n"
    text = generic[1].read_text(encoding="utf-8")
    generic[1].write_text(text.replace('"Ada Lovelace", ', '"Grace Hopper"] #'), encoding="utf-8")
    assert first("add", generic[1]).out == "intro-b is ready\n"


def test_what_was_removed_is_not_told(first: Desk) -> None:
    first("remove", "barlow")
    assert first("add", barlow(first.folder, "again", ABS)).out == "again is ready\n"


def test_an_article_that_was_imported_is_not_taken_in_again_under_another_address(
    desk: Desk,
) -> None:
    text = (ROOT / "tests/articles/english.md").read_text(encoding="utf-8")
    article = desk.folder / "list.md"
    article.write_text(text, encoding="utf-8")
    desk("import", article, code=1)
    other = text.replace("arxiv.org/pdf/2203.00001v2.pdf", "doi.org/10.48550/arXiv.2203.00001")
    article.write_text(other, encoding="utf-8")
    assert "there is already a collage named" in desk("import", article, code=1).err
