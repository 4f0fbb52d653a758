"""Pages are typeset in a process of their own: what it may not do, and what it says."""

import hashlib
import io
import socket
import time
from pathlib import Path

import pytest
from PIL import Image

from bot import processes
from bot.core.errors import BadInput
from bot.pictures import typeset
from bot.pictures.typeset import Source

DATA = {"text": "Hello"}


def page(
    template: str, data: dict[str, object] | None = None, pictures: dict[str, bytes] | None = None
) -> typeset.Page:
    templates = {"page.typ": Source(template.encode(), "templates/slide/page.typ", is_own=True)}
    return typeset.render("page.typ", data or DATA, pictures or {}, templates)


def refusal(template: str) -> str:
    with pytest.raises(BadInput) as refused:
        page(template)
    return str(refused.value)


SIZED = "#set page(width: 100pt, height: 50pt, margin: 2pt)\n"


def test_a_page_is_a_png_of_two_pixels_a_point_with_the_facts_of_its_template() -> None:
    made = page(SIZED + '#json("data.json").text #metadata((cut: ("title",), a: 1))<facts>')
    image = Image.open(io.BytesIO(made.png))
    assert (image.format, image.size, made.size) == ("PNG", (200, 100), (200, 100))
    assert (made.cut, made.facts["a"]) == (("title",), 1)


def test_the_same_data_gives_the_same_bytes_also_from_another_process() -> None:
    template = SIZED + '#json("data.json").text'
    one = page(template).png
    typeset._kept.clear()
    typeset._process().close()
    assert page(template).png == one != page(template, {"text": "Other"}).png


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("\n#foo", "line 2: unknown variable: foo."),
        ("#let x = (", "line 1: unclosed delimiter."),
        ('#read("/etc/passwd")', "line 1: asks for a file that is not among the page's own."),
        ('#read("../../etc/passwd")', "line 1: asks for a file that is not among the page's own."),
        ('#import "other.typ"', "line 1: asks for a file that is not among the page's own."),
        ('#import "@preview/cetz:0.3.0"', "line 1: asks for a package"),
        ('#import "@" + "local/cetz:0.3.0"', "line 1: asks for a package"),
        ("#let f(n) = f(n + 1)\n#f(1)", "line 1: maximum function call depth exceeded."),
        ('#panic("own words")', "line 1: panicked with: own words."),
        ("#pagebreak()", "makes 2 pages in place of one."),
    ],
)
def test_a_mistake_in_a_template_is_one_sentence_with_file_and_line(
    template: str, said: str
) -> None:
    told = refusal(template)
    assert told.startswith("Template templates/slide/page.typ")
    assert said in told
    assert "\n" not in told


def test_nothing_outside_of_the_page_is_read_by_a_picture_or_a_drawing_either() -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image width="9" \
height="9" href="/etc/hostname"/><image width="9" height="9" href="http://127.0.0.1/a.png"/></svg>'
    template = SIZED + '#image("a.svg", height: 20pt)'
    with pytest.raises(BadInput, match=r"page\.typ, a\.svg: failed to load linked image"):
        page(template, pictures={"a.svg": drawing})


def test_a_package_is_not_fetched_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        proxy.settimeout(0.2)
        port = proxy.getsockname()[1]
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        typeset._process.cache_clear()
        assert "asks for a package" in refusal('#import "@preview/nothing:1.0.0"')
        with pytest.raises(TimeoutError):
            proxy.accept()


def short_bounds(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(typeset, "BOUNDS", processes.Bounds(seconds, 1_000_000_000))
    typeset._process.cache_clear()
    monkeypatch.setattr(typeset, "_stopped", {})


ENDLESS = "#let f(n) = if n > 0 { for i in range(99999) { f(n - 1) } }\n#f(50)"


def test_an_endless_template_ends_at_the_deadline_and_costs_no_time_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short_bounds(monkeypatch, 1)
    told = refusal(ENDLESS)
    assert told == (
        "Template templates/slide/page.typ takes more than 1 s to be set; make it simpler."
    )
    begun = time.monotonic()
    assert refusal(ENDLESS) == told
    assert time.monotonic() - begun < 0.5
    typeset._process.cache_clear()
    monkeypatch.undo()
    assert page(SIZED + "x").png


def test_a_template_that_takes_all_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    short_bounds(monkeypatch, 20)
    told = refusal("#let a = range(100000000)\n#(a + a).len()")
    assert "takes too much memory" in told
    typeset._process.cache_clear()
    monkeypatch.undo()
    assert page(SIZED + "x").png


STRANGE = "\U000102a0\U000102a1"


def test_what_no_font_shows_is_told_and_no_box_is_drawn_for_it() -> None:
    template = SIZED + '#json("data.json").text'
    made = page(template, {"text": f"{STRANGE} ab"})
    assert made.unshown == (STRANGE,)
    assert made.png == page(template, {"text": "… ab"}).png


def test_greek_and_cyrillic_need_no_font_of_the_system() -> None:
    made = page(SIZED + '#json("data.json").text', {"text": "αΩ Жя Łéß ∑∫ℝ≤"})
    assert made.unshown == ()


def test_a_page_is_kept_and_not_set_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    template = SIZED + "kept"
    made = page(template)
    monkeypatch.setattr(typeset, "_asked", None)
    assert page(template) is made


def test_a_page_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    page(SIZED + hashlib.sha256(b"new").hexdigest())
    with pytest.raises(BadInput):
        page("#foo")
    assert list(tmp_path.iterdir()) == []
