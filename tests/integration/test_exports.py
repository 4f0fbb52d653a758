"""What an export holds for editors and mail, and how it is put into somebody's folder."""

import base64
import email
import email.policy
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.core.collage import Collage
from bot.core.errors import BadInput, NotAllowed
from bot.site import export_folder, exports, pages
from bot.site.exports import KINDS, Export
from bot.site.folder import Written
from tests.integration.test_site import (
    ATTENTION,
    AUGUST,
    DRAWING,
    FOREST,
    GRAPH,
    OWN,
    PICTURES,
    SEPTEMBER,
    Outline,
    header,
    series,
)

SLUG = SEPTEMBER.slug
COVER = header(2_400, 1_350)
FORMULA = replace(FOREST, paragraph="It takes $O(n^2)$ steps, **at most**.")


def export(
    language: str = "en", own_templates: Path = OWN, url: str = "", first: Collage = FORMULA
) -> Export:
    edition = pages.Edition(SEPTEMBER, (first, ATTENTION), PICTURES, AUGUST, cover=COVER)
    return Export(series(language), edition, own_templates, url)


def built(kind: str, **more: object) -> dict[str, bytes]:
    """The files of a kind by their names in the roundup's folder."""
    files = exports.build(export(**more), kind)  # type: ignore[arg-type]
    return {name.removeprefix(f"{SLUG}/"): data for name, data in files.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_roundup_gives_the_same_bytes(kind: str) -> None:
    assert exports.build(export(), kind) == exports.build(export(), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_cover_and_all_pictures_as_the_site_shows_them(kind: str) -> None:
    by_name = {Path(name).name: data for name, data in exports.build(export(), kind).items()}
    assert by_name["roundup_cover.png"] == COVER
    assert by_name["random-forests.png"] == DRAWING
    assert by_name["attention.jpg"] == GRAPH


@pytest.mark.parametrize("language", ["de", "zh", "ar"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made_in_every_language(kind: str, language: str) -> None:
    text = list(built(kind, language=language).values())[-1]
    assert text.strip()


def test_a_page_to_copy_from_needs_nothing_beside_it() -> None:
    seen = Outline(built("html")["article.html"].decode())
    sources = [str(attrs["src"]) for attrs in seen.all("img")]
    held = [base64.b64decode(source.partition(",")[2]) for source in sources]
    assert held == [COVER, DRAWING, GRAPH]
    assert [source.partition(";")[0] for source in sources] == [
        *("data:image/png", "data:image/png", "data:image/jpeg")
    ]
    assert not seen.all("script")
    assert not seen.all("link")
    assert seen.texts["h1"] == [SEPTEMBER.title]


def test_its_source_is_clean_and_names_the_files_beside_it() -> None:
    files = built("html")
    seen = Outline(files["source.html"].decode())
    names = [attrs["src"] for attrs in seen.all("img")]
    assert names == ["roundup_cover.png", "random-forests.png", "attention.jpg"]
    assert set(names) < set(files)
    assert all(attrs["alt"] for attrs in seen.all("img"))
    assert "<p>It takes O(n²) steps, <strong>at most</strong>.</p>" in files["source.html"].decode()


def message() -> EmailMessage:
    read = email.message_from_bytes(
        built("mail", url="https://blog.example/september")["mail.eml"],
        policy=email.policy.default,
    )
    assert isinstance(read, EmailMessage)
    return read


def test_a_mail_is_a_draft_in_html_and_in_plain_text() -> None:
    mail = message()
    assert (mail["Subject"], mail["X-Unsent"]) == (SEPTEMBER.title, "1")
    assert not mail["From"]
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    said = plain.get_content()
    assert "It takes O(n²) steps, at most." in said
    assert "[Three trees with different leaves;" in said
    assert "https://blog.example/september" in said
    assert "O(n²)" in html.get_content()


def test_links_of_a_paragraph_keep_their_addresses_in_the_plain_text_of_a_mail() -> None:
    linked = replace(FOREST, paragraph="See [the code](https://x.example/code) of it.")
    files = built("mail", first=linked)
    assert "See the code <https://x.example/code> of it." in files["mail.txt"].decode()
    read = email.message_from_bytes(files["mail.eml"], policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    plain = read.get_body(("plain",))
    assert plain is not None
    assert "See the code <https://x.example/code> of it." in plain.get_content()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("mail", "mail.txt"), ("mail", "mail.html"), ("html", "copy.html"), ("hugo", "hugo.md")],
)
def test_a_template_that_writes_nothing_makes_no_export(
    tmp_path: Path, kind: str, name: str
) -> None:
    (tmp_path / "roundup").mkdir()
    (tmp_path / "roundup" / name).write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match=rf"{name}: writes nothing; fill it, or remove it"):
        built(kind, own_templates=tmp_path)


def test_the_pictures_of_a_mail_are_inside_of_it() -> None:
    mail = message()
    html = mail.get_body(("html",))
    assert html is not None
    named = re.findall(r'src="cid:([^"]+)"', html.get_content())
    parts = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert [part["Content-ID"] for part in parts] == [f"<{name}>" for name in named]
    assert [part.get_content() for part in parts] == [COVER, DRAWING, GRAPH]
    assert {part.get_content_disposition() for part in parts} == {"inline"}


def test_links_of_a_paragraph_look_as_all_links_of_a_mail_do() -> None:
    linked = replace(FOREST, paragraph="See [the code](https://example.org/code?a=1&b=2).")
    edition = pages.Edition(SEPTEMBER, (linked, ATTENTION), PICTURES, AUGUST, cover=COVER)
    files = exports.build(Export(series(), edition, OWN, ""), "mail")
    html = files[f"{SLUG}/mail.html"].decode()
    style = 'style="color:#1d5a94"'
    assert f'<a {style} href="https://example.org/code?a=1&amp;b=2"' in html
    assert html.count("<a ") == html.count(style)


def test_a_mail_beside_its_pictures_has_styles_where_mail_programs_keep_them() -> None:
    html = built("mail")["mail.html"].decode()
    seen = Outline(html)
    assert not seen.all("style")
    assert not seen.all("script")
    assert [attrs["src"] for attrs in seen.all("img")] == [
        *("roundup_cover.png", "random-forests.png", "attention.jpg")
    ]
    assert all(attrs["width"] == "600" for attrs in seen.all("img"))


def test_no_line_of_a_mail_is_longer_than_mail_allows() -> None:
    assert max(map(len, built("mail")["mail.eml"].split(b"\r\n"))) <= 998


def test_front_matter_of_a_template_of_ones_own_may_use_shortcodes(tmp_path: Path) -> None:
    own = tmp_path / "roundup" / "hugo.md"
    own.parent.mkdir()
    own.write_text(
        "---\ntitle: {{ yaml(front.title) }}\n---\n"
        "{{ '{{< figure src=\"' ~ cover.file ~ '\" >}}' }}\n{{ md(sections[0].title) }}",
        encoding="utf-8",
    )
    made = built("hugo", own_templates=tmp_path)["index.md"].decode()
    assert '{{< figure src="roundup_cover.png" >}}\n‘Random Forests’' in made


FILES: Mapping[str, bytes] = {"a/index.md": b"# A\n", "a/one.png": b"1", "a/two.png": b"2"}


def test_files_are_written_once_and_left_alone_after_that(tmp_path: Path) -> None:
    assert export_folder.write(tmp_path, FILES) == Written(changed=True)
    before = (tmp_path / "a/index.md").stat().st_mtime_ns
    assert export_folder.write(tmp_path, FILES) == Written(changed=False)
    assert (tmp_path / "a/index.md").stat().st_mtime_ns == before
    assert export_folder.write(tmp_path, {**FILES, "a/index.md": b"# B\n"}).changed
    assert (tmp_path / "a/index.md").read_bytes() == b"# B\n"


def test_where_a_file_was_edited_nothing_is_written(tmp_path: Path) -> None:
    export_folder.write(tmp_path, FILES)
    (tmp_path / "a/index.md").write_bytes(b"# Mine\n")
    with pytest.raises(NotAllowed, match=r"index\.md was edited by hand"):
        export_folder.write(tmp_path, {**FILES, "a/one.png": b"new"})
    assert (tmp_path / "a/one.png").read_bytes() == b"1"
    assert (tmp_path / "a/index.md").read_bytes() == b"# Mine\n"


def test_a_file_of_somebody_else_is_in_the_way_too(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/two.png").write_bytes(b"theirs")
    with pytest.raises(NotAllowed, match=r"two\.png was edited by hand, or not written by"):
        export_folder.write(tmp_path, FILES)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "two.png"]


def test_what_is_in_the_way_is_kept_beside_when_asked_for(tmp_path: Path) -> None:
    for mine in (b"# First\n", b"# Second\n"):
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / "a/index.md").write_bytes(mine)
        assert export_folder.write(tmp_path, FILES, over_edits=True).edited == ("a/index.md",)
    assert (tmp_path / "a/index.md").read_bytes() == b"# A\n"
    assert (tmp_path / "a/index.md.edited").read_bytes() == b"# First\n"
    assert (tmp_path / "a/index.md.edited-2").read_bytes() == b"# Second\n"


def test_the_same_file_by_somebody_else_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.png").write_bytes(b"1")
    assert export_folder.write(tmp_path, FILES).edited == ()


def test_what_the_system_refuses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a file, where a folder has to be")
    with pytest.raises(BadInput, match="cannot be written"):
        export_folder.write(tmp_path, FILES)


def test_the_folder_says_what_was_written_into_it(tmp_path: Path) -> None:
    export_folder.write(tmp_path, FILES)
    assert set(json.loads((tmp_path / export_folder.WRITTEN).read_text("utf-8"))) == set(FILES)
