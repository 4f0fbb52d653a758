"""Hostile item files and pictures: each is refused in one sentence that names it, and nothing else
ever comes out.
"""

import io
import os
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.core.errors import BadInput
from bot.intake import items
from bot.pictures import read

GOOD = """+++
name = "barlow-twins"
title = "Barlow Twins: Self-Supervised Learning via Redundancy Reduction"
authors = ["Jure Zbontar", "Li Jing"]
others = true
year = 2021
alt = "Two views of one image — 两个视图"
thread = ["First", "Second"]
figures = [{ file = "fig1.png", caption = "The loss" }]

[links]
paper = "https://arxiv.org/abs/2103.03230"
code = ["https://github.com/facebookresearch/barlowtwins"]
+++

Twins see two views. 他们应该同意。
"""

TEXT_KEYS = (
    "name",
    "title",
    "arxiv",
    "doi",
    "licence",
    "alt",
    "picture",
    "printed_number",
    "caption",
)
LIST_KEYS = ("authors", "thread", "figures", "references")
BROKEN_VALUES = (
    *(
        "",
        "=",
        "'",
        '"',
        "'''",
        '"""',
        "[",
        "]",
        "{",
        "}",
        "[1,",
        "{a",
        "{a=",
        "nope",
        "True",
        "01",
        "1_",
        "0x",
        "+++",
    ),
    *(
        "2021-13-45",
        "2021-02-30",
        "25:00:00",
        "1979-05-27T",
        '"a" "b"',
        r'"\q"',
        r'"\ud800"',
        r'"\uZZ"',
        r'"\U00110000"',
    ),
    *(
        '"\x00"',
        '"\x07"',
        '"\x1b[31m"',
        '"\x7f"',
        "[" * 5_000,
        "{a=" * 3_000,
        "[" * 5_000 + "]" * 5_000,
        "9" * 5_000,
    ),
)
"""What is no TOML at all, whatever the key."""

NUMBERS = (
    "1",
    "-1",
    "1.5",
    "1e400",
    "nan",
    "-inf",
    "0x" + "F" * 5_000,
    "0b" + "1" * 20_000,
    "-9223372036854775809",
)
DATES = ("2021-01-01", "12:00:00", "2021-01-01T00:00:00Z")
TABLES = ("{}", "{ a = 1 }", "{ a = { a = { a = [] } } }")
LISTS = ("[]", '["a"]', "[[]]", "[" * 60 + "]" * 60)
CONTROL = ('"a\\u0000b"', '"\\u001b[2J"', '"\\u0007"', '"\\b"', '"\\u0085"', '"a\\rb"')
LONG_TEXT = '"' + "a" * 300 + '"'
HUGE = ('"' + "a" * 30_000 + '"', '"' + "界" * 30_000 + '"')
BAD_ADDRESSES = (
    '"x"',
    '"ftp://x.org"',
    '"javascript:alert(1)"',
    '"https://"',
    '"https://a b"',
    '"http://x\\ny"',
)

WRONG: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TEXT_KEYS, (*NUMBERS, *DATES, *TABLES, *LISTS, "true", *CONTROL, *HUGE)),
    **dict.fromkeys(
        LIST_KEYS,
        (*NUMBERS, *DATES, *TABLES, "false", '"text"', "[1]", "[true]", "[[]]", "[1.5, 2]"),
    ),
    "others": (*NUMBERS, *DATES, *TABLES, *LISTS, '"true"', '""'),
    "year": (*NUMBERS[1:], *DATES, *TABLES, *LISTS, "true", "1.0", '"2021"', '""', "20211", "999"),
    "links": (
        *NUMBERS,
        *DATES,
        *TABLES[1:],
        "true",
        '"https://x.org"',
        "[{}]",
        "{ paper = 1 }",
        "{ paper = [[]] }",
    ),
}
MORE_WRONG: dict[str, tuple[str, ...]] = {
    "name": (
        '"A b"',
        '"-"',
        '"a--b"',
        '"../../etc/passwd"',
        '"2021"',
        '"论文"',
        '"a/b"',
        LONG_TEXT,
    ),
    "picture": (
        '"no.png"',
        '"../no/no.png"',
        '"/no/such.png"',
        '"."',
        LONG_TEXT,
        '"/dev/null"',
        '"loop"',
    ),
    "links": tuple(f"{{ paper = {url} }}" for url in BAD_ADDRESSES),
    "authors": (f"[{LONG_TEXT}]", '["a\\nb"]', "[" + '"a",' * 1_001 + "]"),
    "figures": (
        "[{ nope = 1 }]",
        "[{ file = 1 }]",
        '[{ file = "\\u0000" }]',
        "[" + "{}," * 1_001 + "]",
    ),
    "references": ("[{ nope = 1 }]", "[{ url = [] }]", '[{ title = "\\u0000" }]'),
}

NOT_FENCED = (
    "",
    "+",
    "+++",
    "++++\n",
    "+++\n",
    "\n+++\n+++\n",
    "---\ntitle: x\n---\n",
    "# A title",
    "{}",
    "\x00",
)
BADLY_FENCED = (
    "\ufeff\ufeff+++\n+++\n",
    "+++ title\n+++\n",
    "+++\n++ +\n",
    "+++\nx",
    "+++\n\rx\n+++\n",
)
BAD_TABLES = (
    "a.b = 1",
    "[title]",
    "[[links]]",
    "[links.links]",
    "[links]\n[links]",
    "'' = 1",
    "alt = 'x'\nalt = 'x'",
)
BOMBS = (
    "a" + ".a" * 100_000 + " = 1",
    "[a" + ".a" * 100_000 + "]",
    '""' + '.""' * 100_000 + " = 1",
    "a = {a" + ".a" * 50_000 + " = 1}",
    "a = " + "[" * 400_000,
    "\n".join(f"k{count} = 1" for count in range(50_000)),
)
BAD_PARAGRAPHS = ("\x00", "\x1b]0;title\x07", "a\rb", "a" * 20_001)
SHAPES = (
    *NOT_FENCED,
    *BADLY_FENCED,
    *(f"+++\n{table}\n+++\n" for table in (*BAD_TABLES, *BOMBS)),
    *(f"+++\n+++\n{paragraph}" for paragraph in BAD_PARAGRAPHS),
)


def with_value(key: str, value: str) -> bytes:
    """The good file with another value for the key, which stands before the tables and so belongs
    to none of them.
    """
    lines = [line for line in GOOD.split("\n") if not line.startswith(f"{key} =")]
    if key == "links":
        lines = [line for line in lines if not line.startswith(("[links]", "paper =", "code ="))]
    return "\n".join([lines[0], f"{key} = {value}", *lines[1:]]).encode()


def hostile_items() -> Iterator[tuple[str, bytes]]:
    for wrong in (WRONG, MORE_WRONG, dict.fromkeys(WRONG, BROKEN_VALUES)):
        for key, values in wrong.items():
            yield from ((f"{key} = {value[:40]}", with_value(key, value)) for value in values)
    yield from ((f"shape {shape[:40]!r}", shape.encode()) for shape in SHAPES)
    good, end = GOOD.encode(), GOOD.encode().index(b"\n+++\n")
    chance = random.Random(2021)
    for bad in (
        b"\x00",
        b"\xff",
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"\x1b",
        b"\x7f",
        b"\xef\xbf\xbf\xf8",
    ):
        places = sorted(chance.sample(range(len(good) - 1), 12))
        yield from (
            (f"{bad!r} at {at}", good[:at] + bad + good[at:]) for at in places if good[at] < 0x80
        )
    yield from ((f"cut at {at}", good[:at]) for at in range(0, end, 6))
    yield "utf-16", GOOD.encode("utf-16")
    yield "ten megabytes", good + b"a" * 10_000_000
    yield "a megabyte of nothing", bytes(1_000_000)


HOSTILE_ITEMS = list(hostile_items())


def outcome(read_it: Callable[[], object], file: Path) -> str:
    """Nothing when the file was refused as it should be; else what happened instead."""
    try:
        read_it()
    except BadInput as error:
        message = str(error)
        is_fit = message.isprintable() and file.name in message and len(message) < 600
        return "" if is_fit else f"a message that is unfit: {message[:200]!r}"
    except Exception as error:  # noqa: BLE001 - the point of the test
        return f"{type(error).__name__}: {str(error)[:200]}"
    return "accepted"


def test_there_are_six_hundred_hostile_item_files() -> None:
    assert len(HOSTILE_ITEMS) >= 600


@pytest.mark.parametrize("part", range(8))
def test_every_hostile_item_file_is_refused_in_one_sentence_that_names_it(
    part: int, tmp_path: Path
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    file = tmp_path / "hostile.md"
    wrong = {}
    for label, data in HOSTILE_ITEMS[part::8]:
        file.write_bytes(data)
        if happened := outcome(lambda: items.load(file), file):
            wrong[label] = happened
    assert wrong == {}


def test_a_good_file_with_bytes_changed_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    chance, file = random.Random(9), tmp_path / "changed.md"
    (tmp_path / "changed.png").write_bytes(b"")
    happened = set()
    for _ in range(500):
        data = bytearray(GOOD.encode())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1, 1, 1, 20))] = chance.choice(
                (b"", chance.randbytes(1), b"\n", b'"', b"]")
            )
        file.write_bytes(data)
        happened.add(outcome(lambda: items.load(file), file))
    assert happened == {"", "accepted"}


def odd_places(folder: Path, suffix: str) -> list[Path]:
    (folder / f"loop{suffix}").symlink_to(f"loop{suffix}")
    (folder / f"broken{suffix}").symlink_to("nowhere")
    (folder / f"folder{suffix}").mkdir()
    os.mkfifo(folder / f"pipe{suffix}")
    (folder / f"empty{suffix}").write_bytes(b"")
    names = [
        f"{name}{suffix}"
        for name in ("loop", "broken", "folder", "pipe", "empty", "absent", "a" * 300)
    ]
    return [
        *(folder / name for name in names),
        folder / f"empty{suffix}" / f"below{suffix}",
        Path("/dev/zero"),
    ]


@pytest.mark.parametrize(("load", "suffix"), [(items.load, ".md"), (read.load, ".png")])
def test_what_is_no_readable_file_is_refused_wherever_it_lies(
    load: Callable[[Path], object], suffix: str, tmp_path: Path
) -> None:
    happened = {
        path.name: outcome(lambda path=path: load(path), path)
        for path in odd_places(tmp_path, suffix)
    }
    assert set(happened.values()) == {""}, happened


@pytest.mark.parametrize(("load", "suffix"), [(items.load, ".md"), (read.load, ".png")])
def test_a_file_whose_name_cannot_be_printed_is_named_with_escapes(
    load: Callable[[Path], object], suffix: str, tmp_path: Path
) -> None:
    for name, shown in {
        "a\nb": "a\\nb",
        "a\x1b[31m": "a\\x1b[31m",
        "a\udcffb": "a\\udcffb",
        "a\0b": "a\\x00b",
    }.items():
        assert (
            outcome(lambda name=name: load(tmp_path / f"{name}{suffix}"), Path(f"{shown}{suffix}"))
            == ""
        )


def pictures() -> dict[str, bytes]:
    """A good picture of each type, larger than a few bytes and always the same."""
    noise = random.Random(7)
    frames = [Image.frombytes("RGB", (40, 30), noise.randbytes(40 * 30 * 3)) for _ in range(2)]
    found = {}
    for kind in (
        "JPEG",
        "PNG",
        "GIF",
        "WEBP",
        "TIFF",
        "BMP",
        "ICO",
        "PPM",
        "TGA",
        "PDF",
        "AVIF",
        "JPEG2000",
    ):
        out = io.BytesIO()
        more = (
            {"save_all": True, "append_images": frames[1:]}
            if kind in {"PNG", "GIF", "WEBP"}
            else {}
        )
        frames[0].save(out, kind, **more)
        found[kind] = out.getvalue()
    return found


PICTURES = pictures()


def hostile_pictures() -> Iterator[tuple[str, bytes]]:
    yield from (
        (kind, data)
        for kind, data in PICTURES.items()
        if kind not in {"JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "PDF"}
    )
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "PDF"):
        data = PICTURES[kind]
        yield from (
            (f"{kind} cut at {end}", data[:end]) for end in range(3, len(data), len(data) // 9)
        )
        if kind != "PDF":
            yield f"{kind} behind a byte", b"\x00" + data
        yield f"{kind} with nothing after its start", data[:16] + bytes(len(data) - 16)
    for text in (
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"\x89PNG",
        b"GIF89a;",
        b"\0;",
    ):
        yield repr(text), text
    for size in ((13_000, 13_000), (0, 0), (0xFFFFFFFF, 1), (16_385, 1)):
        header = b"IHDR" + struct.pack(">II", *size) + b"\x08\x02\0\0\0"
        png = PICTURES["PNG"]
        yield f"PNG of {size}", png[:12] + header + struct.pack(">I", zlib.crc32(header)) + png[33:]
    yield "GIF of 65535 x 65535", PICTURES["GIF"][:6] + b"\xff\xff\xff\xff" + PICTURES["GIF"][10:]


HOSTILE_PICTURES = list(hostile_pictures())


def test_every_hostile_picture_is_refused_in_one_sentence_that_names_it(tmp_path: Path) -> None:
    assert len(HOSTILE_PICTURES) >= 60
    file, wrong = tmp_path / "hostile.png", {}
    for label, data in HOSTILE_PICTURES:
        file.write_bytes(data)
        if happened := outcome(lambda: read.load(file), file):
            wrong[label] = happened
    assert wrong == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "PDF"])
def test_a_good_picture_with_bytes_changed_is_read_or_refused_and_nothing_else(kind: str) -> None:
    chance, happened = random.Random(kind), set()
    for _ in range(150):
        data = bytearray(PICTURES[kind])
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(min(len(data), chance.choice((60, len(data)))))] = (
                chance.randrange(256)
            )
        happened.add(
            outcome(lambda data=data: read.check(bytes(data), "changed.png"), Path("changed.png"))
        )
    assert happened <= {"", "accepted"}
