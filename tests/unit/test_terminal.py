"""Texts in a terminal: nothing that it obeys, measured in columns, cut between graphemes."""

import os
import pty
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from bot.cli import printing
from bot.core.text import graphemes, terminal

FAMILY = "👩‍👩‍👧"
WIDTHS = {
    "": 0,
    "plain": 5,
    "Do ViTs see": 11,
    "视觉变换器": 10,
    "한글": 4,
    "ｆｕｌｌ": 8,
    "é": 1,
    "e\u0301": 1,
    "naïve café": 10,
    "🙂": 2,
    FAMILY: 2,
    "👍🏽": 2,
    "🇩🇪": 2,
    "🇩🇪🇫🇷": 4,
    "❤️": 2,
    "❤": 1,
    "1️⃣": 2,
    "a\u200bb": 2,
    "soft\xadhyphen": 11,
    "ʻ": 1,
    "“quoted”": 8,
    "क्षि": 1,
}


@pytest.mark.parametrize("text", WIDTHS)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str) -> None:
    assert terminal.width(text) == WIDTHS[text]


MIXED = f"视觉 e\u0301 {FAMILY}🇩🇪 plain ❤️ 变换器 and much more of it"


@pytest.mark.parametrize("most", range(60))
def test_a_cut_text_fits_and_ends_behind_a_whole_grapheme(most: int) -> None:
    cut = terminal.cut(MIXED, most)
    assert terminal.width(cut) <= most
    if cut != MIXED:
        assert cut == "" if most == 0 else cut.endswith("…")
        kept = graphemes.clusters(cut.removesuffix("…"))
        assert kept == graphemes.clusters(MIXED)[: len(kept)]


@pytest.mark.parametrize("most", range(2, 60))
def test_a_wrapped_text_fits_and_loses_nothing(most: int) -> None:
    text = f"{MIXED} https://example.org/a/very/long/address/that/is/one/word end"
    lines = terminal.wrapped(text, most)
    assert max(map(terminal.width, lines)) <= most
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\rb\x07\x00\x7f", r"a\rb\x07\x00\x7f"),
        ("\x9b31m", r"\x9b31m"),
        (
            "\u202efdp\u202c \u2066x\u2069 \u200f\u061c",
            r"\u202efdp\u202c \u2066x\u2069 \u200f\u061c",
        ),
        ("caf\udce9", r"caf\udce9"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        (f"{FAMILY} 中文", f"{FAMILY} 中文"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert terminal.visible(text) == shown


def on_screen(monkeypatch: pytest.MonkeyPatch, columns: int, draw: Callable[[], None]) -> list[str]:
    """The lines that a real terminal of so many columns gets; without colours."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    other, ours = pty.openpty()
    with os.fdopen(ours, "w", encoding="utf-8") as stream, redirect_stdout(stream):
        draw()
        print("end", flush=True)
        printed = b""
        while not printed.endswith(b"end\r\n"):
            printed += os.read(other, 1_000_000)
    os.close(other)
    return printed.decode().replace("\r\n", "\n").splitlines()[:-1]


ROWS = [
    (
        "29/52",
        "vit-and-cnn",
        "draft",
        "Do Vision Transformers See Like Networks?",
        "lacks alt text",
    ),
    (
        "",
        "bert",
        "ready",
        "视觉变换器是否像卷积神经网络一样看世界：一项比较研究",
        "pinned to 2021-08-18",
    ),
    (
        "30/52",
        "family",
        "held",
        f"{FAMILY} learn 🇩🇪 e\u0301 together, again and again",
        "x\x1b[31m",
    ),
]


@pytest.mark.parametrize("columns", range(40, 201, 8))
def test_a_table_fits_the_terminal_and_cuts_free_texts_first(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    head = ("", "name", "state", "paper", "remarks")
    lines = on_screen(monkeypatch, columns, lambda: printing.table(ROWS, head=head, free=(3, 4)))
    assert len(lines) == len(ROWS) + 1
    assert max(map(terminal.width, lines)) <= columns
    assert [row[1] in line for row, line in zip(ROWS, lines[1:], strict=True)] == [True] * 3
    assert ("…" in "".join(lines)) == (columns < 98)
    assert "\x1b" not in "".join(lines)
    # Columns stand below each other, whatever is in the cells before.
    starts = [
        terminal.width(line[: line.index(row[2])])
        for row, line in zip(ROWS, lines[1:], strict=True)
    ]
    assert len(set(starts)) == 1


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_a_table_that_must_be_read_whole_is_wrapped_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    advice = "outbox cannot post: give it keys, then run: mlcollage release --account outbox --late"
    row = ("12", "Wed 2021-08-04 15:00", "blocked", advice)
    lines = on_screen(monkeypatch, columns, lambda: printing.table([row], whole=True))
    assert max(map(terminal.width, lines)) <= columns
    assert advice in " ".join(" ".join(lines).split())


def test_a_sentence_with_nothing_behind_it_moves_no_column_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sentence = "the roundup 2021-09, which nobody has approved yet; it goes out all the same"
    rows = [
        ("Wed 2021-08-25 15:00", "~4/52", "vit-and-cnn", "Do Vision Transformers See Alike?"),
        ("Tue 2021-08-31 18:00", "", sentence, ""),
    ]
    expected = [
        "Wed 2021-08-25 15:00  ~4/52  vit-and-cnn  Do Vision Transformers See Alike?",
        f"Tue 2021-08-31 18:00         {sentence}",
    ]
    assert on_screen(monkeypatch, 200, lambda: printing.table(rows, free=(3,))) == expected
    narrow = on_screen(monkeypatch, 60, lambda: printing.table(rows, free=(3,)))
    assert narrow == [
        "Wed 2021-08-25 15:00  ~4/52  vit-and-cnn  Do Vision Transfo…",
        "Tue 2021-08-31 18:00         the roundup 2021-09, which nob…",
    ]


def test_what_is_piped_is_not_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    printing.table(ROWS, free=(3, 4))
    printed = capsys.readouterr().out
    assert all(cell in printed for row in ROWS[:2] for cell in row)
    assert "…" not in printed


def test_each_module_of_commands_prints_by_the_one_door_that_knows_colours() -> None:
    folder = Path(printing.__file__).parent
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "click.secho" not in text, file
        assert "click.style" not in text, file
