"""A page of a PDF as a picture: named, drawn at a fixed size, or refused in a sentence."""

import io
import random
import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from bot.core import appearance
from bot.core.errors import BadInput
from bot.intake import accept, items
from bot.pictures import kinds, raster, read
from tests.conftest import make_context, write_item
from tests.drawn_pictures import PAGE, pdf


def by_hand(page: str, content: bytes = b"1 0 0 rg 0 0 99999 99999 re f", more: str = "") -> bytes:
    """A PDF of one page with these entries."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /Contents 4 0 R {page} >>".encode(),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        *([more.encode()] if more else []),
    ]
    out = b"%PDF-1.7\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(parts) + 1,
        start,
    )


def refusal(data: bytes, file: str = "talk.pdf") -> str:
    with pytest.raises(BadInput) as refused:
        read.check(data, file)
    return str(refused.value)


def test_the_only_page_needs_no_name_and_its_bytes_stay() -> None:
    data = pdf()
    found = read.check(data, "slide.pdf")
    assert found.data == data
    picture = found.picture
    assert (picture.mime, picture.width, picture.height) == ("application/pdf", 4_096, 2_304)
    assert (picture.file, picture.page, picture.frames) == ("slide.pdf", 0, 1)
    assert read.check(data, "slide.pdf#page=1").picture.page == 1


def test_a_page_is_named_behind_the_file(tmp_path: Path) -> None:
    file = tmp_path / "talk.pdf"
    file.write_bytes(pdf(PAGE, "#set page(width: 9cm, height: 9cm)\n= Two", PAGE))
    named = read.load(tmp_path / "talk.pdf#page=2").picture
    assert (named.file, named.page) == ("talk.pdf#page=2", 2)
    assert (named.width, named.height) == (4_096, 4_096)
    first = read.load(tmp_path / "talk.pdf#page=1").picture
    assert first.sha256 == named.sha256
    assert first.fingerprint != named.fingerprint


def test_without_a_name_several_pages_are_refused_with_how_to_name_one() -> None:
    assert refusal(pdf(PAGE, PAGE)) == (
        "talk.pdf: is a PDF of 2 pages; name the one that is to be shown by its number, "
        "for example: FILE.pdf#page=2"
    )


def test_a_page_that_is_not_there_is_refused() -> None:
    assert refusal(pdf(), "talk.pdf#page=3") == (
        "talk.pdf#page=3: is a PDF that has only one page, and no page 3; name another one"
    )
    assert "has only 2 pages, and no page 999,999" in refusal(pdf(PAGE, PAGE), "t.pdf#page=999999")


ENCRYPTED = by_hand("/MediaBox [0 0 100 100]").replace(
    b"trailer << ",
    b"trailer << /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 "
    b"/O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >> /ID [<00><00>] ",
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ENCRYPTED, "is an encrypted PDF; export it without a password"),
        (b"%PDF-1.7\n%%EOF", "is a broken PDF; export it again"),
        (pdf()[:-300], "is cut off before its end; export it again"),
        (pdf()[:2_000], "is cut off before its end; export it again"),
        (by_hand("").replace(b"/Kids [3 0 R] /Count 1", b"/Kids [] /Count 0"), "is a broken PDF"),
    ],
)
def test_what_is_wrong_with_a_pdf_is_said(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ("[0 0 720 405]", (4_096, 2_304)),
        ("[0 0 405 720]", (2_304, 4_096)),
        ("[0 0 14400 14400]", (4_096, 4_096)),
        ("[0 0 1000000 500000]", (4_096, 2_048)),
        ("[0 0 1 1]", (4_096, 4_096)),
        ("[0 0 100000 1]", (4_096, 1)),
        ("[100 100 0 0]", (4_096, 4_096)),
    ],
)
def test_the_size_does_not_grow_with_the_page(box: str, size: tuple[int, int]) -> None:
    found = read.check(by_hand(f"/MediaBox {box}"), "page.pdf").picture
    assert (found.width, found.height) == size


def test_a_page_is_turned_and_cropped_as_it_is_shown() -> None:
    turned = read.check(by_hand("/MediaBox [0 0 720 405] /Rotate 90"), "page.pdf").picture
    assert (turned.width, turned.height) == (2_304, 4_096)
    cropped = by_hand("/MediaBox [0 0 720 405] /CropBox [0 0 400 400]")
    assert read.check(cropped, "page.pdf").picture.height == 4_096


def image_bomb(side: int) -> bytes:
    """A page with a picture on it that says it is large, and has hardly any bytes."""
    picture = (
        f"<< /Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceRGB "
        "/BitsPerComponent 8 /Length 4 >>\nstream\nabcd\nendstream"
    )
    page = "/MediaBox [0 0 720 405] /Resources << /XObject << /P 5 0 R >> >>"
    return by_hand(page, b"720 0 0 405 0 0 cm /P Do", picture)


@pytest.mark.parametrize("side", [20_000, 60_000, 2_000_000_000])
def test_a_picture_in_it_that_would_fill_the_memory_does_not(side: int) -> None:
    ends_within(30, image_bomb(side))


def ends_within(seconds: float, data: bytes) -> None:
    """See that a PDF is taken or refused in that time, and that the next one is taken."""
    start = time.monotonic()
    with suppress(BadInput):
        read.check(data, "bomb.pdf")
    assert time.monotonic() - start < seconds
    assert read.check(pdf(), "next.pdf")


def lines(count: int) -> bytes:
    chance = random.Random(1)
    content = b"".join(
        b"%d %d m %d %d l S\n" % tuple(chance.randrange(720) for _ in range(4))
        for _ in range(count)
    )
    return by_hand("/MediaBox [0 0 720 405]", content)


def test_thousands_of_objects_are_drawn() -> None:
    assert read.check(lines(5_000), "lines.pdf").picture.width == 4_096


@pytest.mark.slow
def test_a_million_objects_end_in_time() -> None:
    assert "takes more than 30 s to decode; export it smaller or simpler" in refusal(lines(500_000))


def test_forms_that_draw_each_other_end() -> None:
    form = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 720 405] /Length 8 "
        "/Resources << /XObject << /P 5 0 R >> >> >>\nstream\n/P Do /P Do\nendstream"
    )
    page = "/MediaBox [0 0 720 405] /Resources << /XObject << /P 5 0 R >> >>"
    ends_within(30, by_hand(page, b"/P Do", form))


def test_the_same_page_gives_the_same_pixels() -> None:
    data = pdf()
    assert raster.opened(data, kinds.PDF).tobytes() == raster.opened(data, kinds.PDF).tobytes()
    image = raster.opened(data, kinds.PDF)
    assert image.getpixel((2, 2)) == (255, 255, 255)


def test_an_item_names_a_page_and_what_lies_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "talk.pdf").write_bytes(pdf(PAGE, PAGE))
    (tmp_path / "secret.pdf").write_bytes(pdf())
    (tmp_path / "items" / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    folder = tmp_path / "items"
    inside = accept.from_file(write_item(folder, "one", picture='"talk.pdf#page=2"'))
    assert inside.picture
    assert inside.picture.picture.file == "talk.pdf#page=2"
    for name in ("../secret.pdf", "../secret.pdf#page=1", "link.pdf#page=1"):
        with pytest.raises(BadInput, match="is outside of the folder"):
            items.load(write_item(folder, "two", picture=f'"{name}"'))
    with pytest.raises(BadInput, match=r"there is no 'no\.pdf#page=2'"):
        items.load(write_item(folder, "two", picture='"no.pdf#page=2"'))


def test_two_pages_of_one_file_are_two_pictures_in_the_queue(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    series = context.config.series["mlcollage"]
    other = (
        "#set page(width: 9cm, height: 12cm, fill: navy)\n#rect(width: 4cm, height: 6cm, fill: red)"
    )
    (tmp_path / "talk.pdf").write_bytes(pdf(PAGE, other))
    files = [
        write_item(tmp_path, f"page-{page}", picture=f'"talk.pdf#page={page}"') for page in (1, 2)
    ]
    taken = accept.take(context, series, [accept.from_file(file) for file in files])
    assert not any("same" in remark for one in taken for remark in one.remarks)
    with context.read() as work:
        one, two = (work.queue.get(series.name, f"page-{page}").picture for page in (1, 2))
        assert one
        assert two
        assert one.sha256 == two.sha256
        assert (one.page, one.width, one.height) == (1, 4_096, 2_304)
        assert (two.page, two.width, two.height) == (2, 3_072, 4_096)
        assert one.fingerprint != two.fingerprint
        kept = [each.mime for each, _ in work.pictures.everything()]
        # What is sent of each page, beside the pages themselves.
        assert sorted(kept) == ["application/pdf", "application/pdf", "image/png", "image/png"]
    again = write_item(tmp_path, "again", picture='"talk.pdf#page=2"')
    (told,) = accept.take(context, series, [accept.from_file(again)])
    assert re.search(r"page-2 \(in the queue.*\) has the same picture", str(told.remarks))
    context.database.close()


def test_a_page_of_small_letters_is_told() -> None:
    small = "#set page(width: 16cm, height: 9cm, margin: 1cm)\n#set text(size: 3pt)\n#lorem(900)"
    (note,) = appearance.notes(read.check(pdf(small), "small.pdf").picture)
    assert "too small to be read" in note
    assert appearance.notes(read.check(pdf(), "slide.pdf").picture) == ()


def test_a_picture_as_a_pdf_is_its_page() -> None:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "red").save(out, "PDF")
    found = read.check(out.getvalue(), "picture.pdf").picture
    assert (found.width, found.height) == (4_096, 3_072)
