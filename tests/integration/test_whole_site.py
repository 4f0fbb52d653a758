"""The whole site of a series: what it holds, what is written again, what is left alone."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest
from sqlalchemy import delete, update

from bot import config
from bot.app import assemble
from bot.context import Context
from bot.core.month import Roundup
from bot.core.notices.entry import Kind
from bot.roundups import site
from bot.site import folder
from bot.storage import tables
from tests import sites
from tests.sites import BASE, published, write

AUGUST = "3-papers-to-read-in-august-2021"
SEPTEMBER = "1-papers-to-read-in-september-2021"
JUNE, JULY = "2-papers-to-read-in-june-2021", "2-papers-to-read-in-july-2021"
OLD = "2-papers-to-read-in-november-2020"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose site is written."""
    place = tmp_path_factory.mktemp("made")
    context = published(place)
    write(context)
    context.database.close()
    return place


@pytest.fixture
def bot(made: Path, tmp_path: Path) -> Context:
    """A copy of it, for a test to change."""
    place = tmp_path / "bot"
    shutil.copytree(made, place)
    return assemble.context(config.load(place / "config.toml"))


def place_of(context: Context) -> Path:
    return context.config.series["mlcollage"].site


def stamps(place: Path) -> dict[str, int]:
    """When each file was written, but for what the folder says of itself."""
    return {
        file.relative_to(place).as_posix(): file.stat().st_mtime_ns
        for file in place.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }


def change(context: Context, name: str, **values: object) -> None:
    """Change a collage as an edit does."""
    with context.write() as work:
        its = tables.collages.c.name == name
        work.conn.execute(update(tables.collages).where(its).values(**values))


def rewritten(context: Context) -> set[str]:
    """The files that the next call writes."""
    before = stamps(place_of(context))
    write(context)
    after = stamps(place_of(context))
    return {path for path, at in after.items() if before.get(path) != at}


def test_it_has_a_page_for_every_roundup_collage_and_year_and_the_lists(made: Path) -> None:
    there = set(stamps(made / "site"))
    assert {path for path in there if "/" not in path} == {
        "index.html",
        "style.css",
        "atom.xml",
        "feed.json",
        "sitemap.xml",
    }
    for path in (
        "archive/index.html",
        "2020/index.html",
        "2021/index.html",
        f"{AUGUST}/index.html",
        f"{AUGUST}/article.md",
        f"{AUGUST}/barlow-twins.html",
        f"{AUGUST}/index_.html",
        f"{AUGUST}/barlow-twins.png",
        f"{AUGUST}/roundup_card.png",
        f"{JULY}/roundup_cover.png",
        f"{JULY}/bare-2021-07.html",
        f"{OLD}/index.html",
    ):
        assert path in there, path


def test_no_link_inside_is_dead_and_before_and_after_are_symmetric(made: Path) -> None:
    found = sites.pages((made / "site").resolve())
    assert len(found) > 15
    for link in sites.inside(found):
        assert link.target.is_file(), link
        if link.fragment:
            assert link.fragment in found[link.target].ids, link
    for file, page in found.items():
        for turn, back in (("next", "prev"), ("prev", "next")):
            target = page.turns.get(turn, "https:")
            if target.startswith("https:"):
                continue
            other = (file.parent / target).resolve()
            assert (other.parent / found[other].turns[back]).resolve() == file, (file, turn)


def test_neighbours_link_each_other_and_what_is_not_beside_leads_to_the_original(
    made: Path,
) -> None:
    found = sites.pages(made / "site")

    def turns(slug: str) -> dict[str, str]:
        return found[made / "site" / slug / "index.html"].turns

    assert turns(OLD) == {}
    # November is here, but its article says that another one was before it.
    assert turns(JUNE) == {
        "prev": "https://www.blog.example/may-2021",
        "next": f"../{JULY}/index.html",
    }
    assert turns(JULY) == {"prev": f"../{JUNE}/index.html", "next": f"../{AUGUST}/index.html"}
    assert turns(SEPTEMBER) == {"prev": f"../{AUGUST}/index.html"}


def test_an_imported_roundup_has_a_page_whose_home_is_where_it_was_published(made: Path) -> None:
    page = (made / "site" / JULY / "index.html").read_text(encoding="utf-8")
    assert '<link rel="canonical" href="https://www.blog.example/2021-07">' in page
    assert "First published at blog.example</a>" in page
    sitemap = (made / "site" / "sitemap.xml").read_text(encoding="utf-8")
    assert f"{BASE}/{JULY}/</loc>" not in sitemap
    assert f"{BASE}/{AUGUST}/</loc>" in sitemap
    assert f"{BASE}/{AUGUST}/barlow-twins.html</loc>" in sitemap


def test_a_roundup_without_a_subtitle_gets_one_of_its_papers_and_one_paper_gives_none(
    made: Path,
) -> None:
    page = (made / "site" / AUGUST / "index.html").read_text(encoding="utf-8")
    assert (
        '<p class="subtitle">From Barlow Twins to Deep Residual Learning '
        "&lt;/script&gt;</p>" in page
    )
    alone = (made / "site" / SEPTEMBER / "index.html").read_text(encoding="utf-8")
    assert 'class="subtitle"' not in alone


def test_a_collage_links_its_posts_by_network_and_only_those_on_the_web(made: Path) -> None:
    for name in ("index.html", "barlow-twins.html"):
        page = (made / "site" / AUGUST / name).read_text(encoding="utf-8")
        posts = re.findall(r'<p class="posts">(.*?)</p>', page)
        assert posts == [
            'Posts: <a href="https://x.com/mlcollage/status/1" rel="noopener">X</a> · '
            '<a href="https://bsky.app/profile/mlcollage/post/2" rel="noopener">Bluesky</a>'
        ]


def test_a_picture_comes_in_several_widths_with_its_size_given(made: Path) -> None:
    page = (made / "site" / AUGUST / "barlow-twins.html").read_text(encoding="utf-8")
    (image,) = re.findall(r"<img [^>]*>", page)
    srcset = re.search(r'srcset="([^"]*)"', image)
    assert srcset
    widths = [int(part.split()[1].removesuffix("w")) for part in srcset[1].split(", ")]
    assert widths == sorted(widths)
    assert widths[-1] == 1_100
    assert len(widths) >= 3
    assert 'width="1100" height="618"' in image
    small = (made / "site" / AUGUST / "index_.html").read_text(encoding="utf-8")
    assert "srcset" not in small


def test_what_is_said_to_programs_cannot_end_its_element_and_can_be_read(made: Path) -> None:
    for file in (made / "site").rglob("*.html"):
        page = file.read_text(encoding="utf-8")
        (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
        said = json.loads(data)
        assert said["@context"] == "https://schema.org"
        assert said["inLanguage"] == "en"
    page = (made / "site" / AUGUST / "index.html").read_text(encoding="utf-8")
    assert page.count("</script>") == 1
    assert "Deep Residual Learning \\u003c/script\\u003e" in page


def test_the_feeds_hold_what_the_pages_say_with_whole_addresses(made: Path) -> None:
    tree = ElementTree.parse(made / "site" / "atom.xml").getroot()
    assert tree.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert tree.find(f"{ATOM}{name}") is not None
    entries = tree.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert ids == [f"{BASE}/{slug}/" for slug in (SEPTEMBER, AUGUST, JULY, JUNE, OLD)]
    links = [entry.find(f"{ATOM}link") for entry in entries]
    addresses = [link.get("href") for link in links if link is not None]
    assert addresses[1:3] == [f"{BASE}/{AUGUST}/", "https://www.blog.example/2021-07"]
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert updated == sorted(updated, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each) for each in updated)
    content = entries[1].findtext(f"{ATOM}content") or ""
    assert f'src="{BASE}/{AUGUST}/barlow-twins.png"' in content
    assert "<math" in content
    assert not re.search(r'(?:src|href)="(?!https?://)', content)
    feed = json.loads((made / "site" / "feed.json").read_text(encoding="utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in feed["items"]] == ids
    assert feed["items"][1]["content_html"] == content.strip()
    assert {"title", "home_page_url", "feed_url", "language", "authors"} <= set(feed)


def test_feeds_have_no_problem_that_a_reader_of_feeds_names(made: Path) -> None:
    read = feedparser.parse(str(made / "site" / "atom.xml"))
    assert not read.bozo
    assert read.version == "atom10"
    assert len(read.entries) == 5


def test_without_a_base_url_there_are_no_feeds_and_no_made_up_addresses(tmp_path: Path) -> None:
    place = write(published(tmp_path, sites.SETTINGS.replace(BASE, "")))
    assert {path for path in stamps(place) if "/" not in path} == {"index.html", "style.css"}
    for file in place.rglob("*.html"):
        page = file.read_text(encoding="utf-8")
        assert "atom.xml" not in page
        assert "og:url" not in page or "blog.example" in page
        assert BASE not in page


def test_a_second_call_makes_nothing(bot: Context) -> None:
    written = site.write(bot, bot.config.series["mlcollage"])
    assert not written.changed
    assert rewritten(bot) == set()


def test_a_site_written_anew_has_the_same_bytes(bot: Context) -> None:
    place = place_of(bot)
    before = {path: (place / path).read_bytes() for path in stamps(place)}
    written = site.write(bot, bot.config.series["mlcollage"], anew=True)
    assert not written.changed
    shutil.rmtree(place)
    write(bot)
    assert {path: (place / path).read_bytes() for path in stamps(place)} == before


def test_a_corrected_paragraph_rewrites_only_what_shows_it(bot: Context) -> None:
    change(bot, "resnet", paragraph="It was corrected.")
    assert rewritten(bot) == {
        f"{AUGUST}/index.html",
        f"{AUGUST}/article.md",
        f"{AUGUST}/resnet.html",
        "atom.xml",
        "feed.json",
    }


def test_a_roundup_with_another_title_rewrites_its_neighbours_and_the_lists(bot: Context) -> None:
    with bot.write() as work:
        its = tables.roundups.c.title_month == "2021-08"
        work.conn.execute(update(tables.roundups).where(its).values(title="Renamed"))
    changed = rewritten(bot)
    assert {f"{JULY}/index.html", f"{SEPTEMBER}/index.html", "archive/index.html"} <= changed
    assert not {path for path in changed if path.startswith((OLD, JUNE))}
    # Its card shows the title; its cover went out with the thread and stays.
    pictures = {path for path in changed if path.endswith((".png", ".webp", ".jpg"))}
    assert pictures == {f"{AUGUST}/roundup_card.png"}


def test_the_lesser_widths_of_an_unchanged_picture_are_not_made_again(bot: Context) -> None:
    def count() -> int:
        with bot.read() as work:
            return len(work.conn.execute(tables.fittings.select()).all())

    before = count()
    shutil.rmtree(place_of(bot))
    write(bot)
    assert count() == before


def test_a_post_that_comes_late_is_added_to_the_page(bot: Context) -> None:
    with bot.write() as work:
        its = tables.parts.c.receipt_url.contains("bsky")
        work.conn.execute(update(tables.parts).where(its).values(gone_at=work.now))
    assert f"{AUGUST}/barlow-twins.html" in rewritten(bot)
    page = (place_of(bot) / AUGUST / "barlow-twins.html").read_text(encoding="utf-8")
    assert "bsky.app" not in page


def test_files_that_belong_to_nothing_go_unless_somebody_edited_them(bot: Context) -> None:
    place = place_of(bot)
    edited = place / AUGUST / "resnet.html"
    edited.write_text("by hand", encoding="utf-8")
    (place / AUGUST / "own.txt").write_text("mine", encoding="utf-8")
    with bot.write() as work:
        its = tables.roundups.c.title_month == "2021-08"
        work.conn.execute(update(tables.roundups).where(its).values(slug="renamed"))
    write(bot)
    assert (place / "renamed" / "resnet.html").is_file()
    assert sorted(file.name for file in (place / AUGUST).iterdir()) == ["own.txt", "resnet.html"]
    assert edited.read_text(encoding="utf-8") == "by hand"


def test_an_edited_file_is_left_alone_with_a_notice_that_says_how_to_write_it(
    bot: Context,
) -> None:
    place = place_of(bot)
    for path in ("index.html", f"{AUGUST}/index.html"):
        (place / path).write_text("by hand", encoding="utf-8")
    written = site.write(bot, bot.config.series["mlcollage"])
    assert set(written.edited) == {"index.html", f"{AUGUST}/index.html"}
    with bot.read() as work:
        kept = [notice.text for notice in work.notices.listed() if notice.kind is Kind.DIFFERS]
    assert any("mlcollage site --series mlcollage --over-edits" in text for text in kept)
    assert any("mlcollage roundup render 2021-08" in text for text in kept)
    site.write(bot, bot.config.series["mlcollage"], over_edits=True)
    with bot.read() as work:
        still = [notice.text for notice in work.notices.listed() if notice.kind is Kind.DIFFERS]
    assert still == [], "what has made way is settled"
    assert (place / "index.html.edited").read_text(encoding="utf-8") == "by hand"
    assert "<h1>" in (place / "index.html").read_text(encoding="utf-8")


def test_what_a_crash_left_is_tidied_and_nothing_of_it_counts_as_edited(bot: Context) -> None:
    place = place_of(bot)
    change(bot, "resnet", paragraph="It was corrected.")
    record = (place / folder.WRITTEN).read_bytes()
    written = site.write(bot, bot.config.series["mlcollage"])
    # As if it had been killed after the pages were put in place, before that was written down.
    new = {path: hashlib.sha256((place / path).read_bytes()).hexdigest() for path in written.paths}
    (place / folder.WRITTEN).write_bytes(record)
    (place / folder.NEW).write_text(json.dumps(new), encoding="utf-8")
    (place / f"{folder.STAGING}dead").mkdir()
    (place / f"{folder.STAGING}dead" / "lock").touch()
    change(bot, "resnet", paragraph="It was corrected once more.")
    written = site.write(bot, bot.config.series["mlcollage"])
    assert written.edited == ()
    assert "once more" in (place / AUGUST / "resnet.html").read_text(encoding="utf-8")
    hidden = [file.name for file in place.iterdir() if file.name.startswith(".")]
    assert hidden == [folder.WRITTEN]


def test_a_roundup_that_cannot_be_shown_stops_no_other(bot: Context) -> None:
    place = place_of(bot)
    with bot.write() as work:
        its = tables.collages.c.name == "resnet"
        row = work.conn.execute(tables.collages.select().where(its)).one()
        sha256 = row.picture_sha256
        work.conn.execute(
            delete(tables.fittings).where(tables.fittings.c.original_sha256 == sha256)
        )
        bad = {"mime": "image/tiff", "data": b"no picture"}
        mine = tables.pictures.c.sha256 == sha256
        work.conn.execute(update(tables.pictures).where(mine).values(**bad))
    change(bot, "alone", paragraph="Corrected.")
    change(bot, "resnet", paragraph="Corrected.")
    before = (place / AUGUST / "index.html").read_bytes()
    written = site.write(bot, bot.config.series["mlcollage"])
    assert "roundup:2021-08" in dict(written.problems)
    assert (place / AUGUST / "index.html").read_bytes() == before
    assert "Corrected." in (place / SEPTEMBER / "index.html").read_text(encoding="utf-8")


def test_a_copied_folder_is_known_by_its_bytes(bot: Context) -> None:
    place = place_of(bot)
    for file in place.rglob("*.html"):
        data = file.read_bytes()
        file.unlink()
        file.write_bytes(data)
    assert rewritten(bot) == set()


def test_another_style_sheet_changes_every_key_and_no_page(bot: Context) -> None:
    own = bot.config.templates / "roundup"
    own.mkdir(parents=True)
    (own / "style.css").write_text("body { color: teal; }", encoding="utf-8")
    assert rewritten(bot) == {"style.css"}


def test_an_edition_has_its_neighbours_posts_and_pictures(bot: Context) -> None:
    series = bot.config.series["mlcollage"]
    with bot.read() as work:
        roundup: Roundup = work.roundups.get("mlcollage", "2021-08")
    edition = site.edition(bot, series, roundup)
    assert edition.previous
    assert edition.previous.title_month == "2021-07"
    assert edition.following
    assert edition.following.title_month == "2021-09"
    first = edition.collages[0]
    assert first.picture
    assert edition.pictures[first.picture.sha256].startswith(b"\x89PNG")
    assert [post.network for post in edition.posts[first.id]] == ["x", "bluesky"]
