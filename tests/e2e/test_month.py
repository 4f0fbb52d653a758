"""A month from the first item file to the roundup's thread: the demo, and the articles of the real
series.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import config
from bot.app import assemble
from bot.core.network import X
from bot.core.paper import Paper
from tests.conftest import ROOT, absent, shared
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage, tree

BERLIN = ZoneInfo("Europe/Berlin")
COLLAGES = ["auto-sklearn-2", "train-your-vit", "fisher-explosion", "vit-and-cnn"]
WEDNESDAYS = ["2021-08-04", "2021-08-11", "2021-08-18", "2021-08-25"]
SEPTEMBER = "four-deep-learning-papers-to-read-in-september-2021"


def make_demo(folder: Path) -> str:
    if shutil.which("make") is None:
        absent("make is not installed")
    command = ["make", "--no-print-directory", "demo", f"MLCOLLAGE={' '.join(COMMAND)}"]
    done = subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which `make demo` was called, its environment made already, and what it
    printed.
    """
    folder = tmp_path_factory.mktemp("demo")
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder)
    for name in ("demo-items", "requirements"):
        shutil.copytree(ROOT / name, folder / name)
    scripts = folder / ".venv" / "bin"
    scripts.mkdir(parents=True)
    # One without a Python that can be used, or made in another folder, would be made anew.
    (scripts / "python").symlink_to(sys.executable)
    (scripts / "activate").write_text(f"VIRTUAL_ENV={folder}/.venv\n", encoding="utf-8")
    for mark in ("made", "ready"):
        (folder / ".venv" / mark).touch()
    return folder, make_demo(folder)


def threads(outbox: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Each thread's folder with its thread.json, in the order of their names."""
    folders = sorted(outbox.iterdir())
    return [
        (folder, json.loads((folder / "thread.json").read_text(encoding="utf-8")))
        for folder in folders
    ]


def rows(database: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_the_demo_ends_by_naming_the_outbox_the_page_and_the_next_command(
    demo: tuple[Path, str],
) -> None:
    folder, printed = demo
    last = printed.rstrip().splitlines()[-3:]
    assert [line.partition(":")[0] for line in last] == ["The threads", "The page", "Next, try"]
    for line in last[:2]:
        assert (folder / line.split()[-1]).exists()
    command = last[2].partition(": ")[2].split()[len(COMMAND) :]
    assert "auto-sklearn-2" in mlcollage(folder, *command)


def test_the_demo_puts_four_collages_out_on_wednesdays_at_three_and_the_roundup_last(
    demo: tuple[Path, str],
) -> None:
    found = threads(demo[0] / "demo/outbox")
    names = [f"{day}-{name}" for day, name in zip(WEDNESDAYS, COLLAGES, strict=True)]
    assert [folder.name for folder, _ in found] == [*names, "2021-08-31-roundup-2021-09"]
    posted = [datetime.fromisoformat(thread["posted_at"]).astimezone(BERLIN) for _, thread in found]
    assert [f"{at:%a %H:%M}" for at in posted] == ["Wed 15:00"] * 4 + ["Tue 18:00"]
    assert [thread["number"] for _, thread in found] == [29, 30, 31, 32, None]


def test_a_thread_is_described_by_exactly_the_keys_promised(demo: tuple[Path, str]) -> None:
    for _, thread in threads(demo[0] / "demo/outbox"):
        assert list(thread) == ["key", "kind", "series", "number", "posted_at", "parts"]
        assert thread["kind"] == ("roundup" if thread["number"] is None else "collage")
        assert thread["series"] == "mlcollage"
        assert all(list(part) == ["text", "picture"] for part in thread["parts"])
        pictures = [part["picture"] for part in thread["parts"]]
        assert list(pictures[0]) == ["file", "alt", "mime"]
        assert pictures[0]["alt"].strip()
        assert pictures[1:] == [None] * (len(pictures) - 1)


def test_every_part_is_a_text_file_and_the_picture_has_the_bytes_of_the_database(
    demo: tuple[Path, str],
) -> None:
    data = dict(
        rows(
            demo[0] / "demo/queue.db",
            "SELECT name, data FROM collages JOIN pictures ON picture_sha256=sha256",
        )
    )
    ((cover,),) = rows(
        demo[0] / "demo/queue.db",
        "SELECT data FROM roundups JOIN pictures ON cover_sha256=sha256",
    )
    data["cover"] = cover
    for folder, thread in threads(demo[0] / "demo/outbox"):
        name = "cover" if thread["kind"] == "roundup" else folder.name[11:]
        picture = thread["parts"][0]["picture"]["file"]
        texts = {
            f"{place}.txt": f"{part['text']}\n".encode()
            for place, part in enumerate(thread["parts"], 1)
        }
        found = tree(folder)
        del found["thread.json"]
        assert found == texts | {picture: data[name]}


def test_the_hashtag_is_in_the_first_part_and_every_link_in_the_last(
    demo: tuple[Path, str],
) -> None:
    for _, thread in threads(demo[0] / "demo/outbox"):
        parts = [part["text"] for part in thread["parts"]]
        assert "#mlcollage" in [tag.text for tag in X.hashtags(parts[0])]
        assert [X.urls(part) for part in parts[:-1]] == [[]] * (len(parts) - 1)
        assert X.urls(parts[-1])
        assert all(X.length(part) <= 280 for part in parts)


def test_a_thread_tells_the_whole_paragraph_in_order(demo: tuple[Path, str]) -> None:
    paragraphs = [
        file.read_text(encoding="utf-8").split("+++")[2]
        for file in sorted((ROOT / "demo-items").glob("*.md"))
    ]
    for (_, thread), paragraph in zip(threads(demo[0] / "demo/outbox"), paragraphs, strict=False):
        told = " ".join(part["text"] for part in thread["parts"]).replace("#mlcollage", "")
        assert " ".join(paragraph.split()) in " ".join(told.split())


def test_the_roundup_has_a_page_and_an_article_and_its_thread_ends_with_the_link(
    demo: tuple[Path, str],
) -> None:
    page = demo[0] / "demo/site" / SEPTEMBER / "index.html"
    article = (page.parent / "article.md").read_text(encoding="utf-8")
    title = "Four Deep Learning Papers to Read in September 2021"
    assert f"<h1>{title}</h1>" in re.sub(r"<h1[^>]*>\s*", "<h1>", page.read_text(encoding="utf-8"))
    assert article.startswith(f"# {title}\n")
    assert re.findall(r"ML-Collage \[(\d+/52)\]", article) == ["29/52", "30/52", "31/52", "32/52"]
    roundup = threads(demo[0] / "demo/outbox")[-1][1]
    assert [link.text for link in X.urls(roundup["parts"][-1]["text"])] == [
        f"https://example.org/mlcollage/{SEPTEMBER}/"
    ]
    assert roundup["parts"][0]["text"].startswith(title)


def test_simulating_the_same_month_again_adds_nothing_and_changes_no_byte(
    demo: tuple[Path, str],
) -> None:
    folder = demo[0] / "demo"
    before = tree(folder / "outbox") | tree(folder / "site")
    mlcollage(demo[0], "simulate", "--in", "demo", "--from", "2021-08-01", "--to", "2021-08-31")
    assert tree(folder / "outbox") | tree(folder / "site") == before


def test_the_demo_can_be_made_again_and_gives_the_same_bytes(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    before = published(folder / "demo")
    assert make_demo(folder) == printed
    assert published(folder / "demo") == before


def published(folder: Path) -> dict[str, bytes]:
    """Threads and site, without the list of when the site's files were written."""
    found = tree(folder / "outbox") | tree(folder / "site")
    del found[".mlcollage.json"]
    return found


ARTICLES = {
    "2021-05": ("002_495d62887f0dc55e.txt", "2021-06", "June 2021"),
    "2021-08": ("000_ba95d226a5da982f.txt", "2021-09", "September 2021"),
    "2021-12": ("003_ba8d36683902f439.txt", "2022-01", "January 2022"),
}
"""By the month in which its papers were read: the article, its title month, and that month in
words.
"""
WITH_ERRORS = {"2021-05", "2021-12"}
"""Of these articles the import finds errors, and ends with 1: a person has something to do."""

LISTING = "004_424488900405d3ee.txt"
"""The article that lists papers chosen by citations."""


def article(name: str) -> Path:
    return shared(f"seeds/{name}")


def installation(folder: Path) -> Path:
    (folder / "config.toml").write_text('zone = "Europe/Berlin"\nlive = false\n', encoding="utf-8")
    return folder


class Played:
    """Three articles imported into one simulated folder, each before its month is played."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "sim"
        self.imported: dict[str, dict[str, Any]] = {}
        mlcollage(folder, "simulate", "--in", "sim", "--from", "2021-05-01")
        for month, (name, _, _) in ARTICLES.items():
            code = int(month in WITH_ERRORS)
            command = ("import", article(name), "--queue", "--draw", "--json")
            [told] = json.loads(mlcollage(self.folder, *command, code=code))
            self.imported[month] = told
            mlcollage(
                folder, "simulate", "--in", "sim", "--from", f"{month}-01", "--to", f"{month}-31"
            )

    def ask(self, *args: object) -> str:
        return mlcollage(self.folder, *args)

    def errors(self, month: str) -> list[str]:
        found = self.imported[month]["findings"]
        assert {finding["level"] for finding in found} <= {"error", "warning"}
        return sorted(finding["text"] for finding in found if finding["level"] == "error")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(installation(tmp_path_factory.mktemp("articles")))


@pytest.mark.slow
def test_three_imported_months_give_twelve_threads_in_order(played: Played) -> None:
    found = [
        thread for _, thread in threads(played.folder / "outbox") if thread["kind"] == "collage"
    ]
    names = [one["name"] for told in played.imported.values() for one in told["collages"]]
    folders = [
        folder.name
        for folder, thread in threads(played.folder / "outbox")
        if thread["kind"] == "collage"
    ]
    days = ["2021-05-05", "2021-05-12", "2021-05-19", "2021-05-26", *WEDNESDAYS]
    days += ["2021-12-01", "2021-12-08", "2021-12-15", "2021-12-22"]
    assert folders == [f"{day}-{name}" for day, name in zip(days, names, strict=True)]
    assert [thread["number"] for thread in found] == list(range(1, 13))
    local = [datetime.fromisoformat(thread["posted_at"]).astimezone(BERLIN) for thread in found]
    assert {f"{at:%A %H:%M}" for at in local} == {"Wednesday 15:00"}


@pytest.mark.slow
def test_every_part_of_an_imported_collage_fits_and_carries_its_links_last(played: Played) -> None:
    for _, thread in threads(played.folder / "outbox"):
        parts = [part["text"] for part in thread["parts"]]
        assert all(X.length(part) <= 280 for part in parts)
        assert X.urls(parts[-1])
        assert not any("://" in part for part in parts[:-1])


@pytest.mark.slow
def test_the_fifth_wednesday_of_december_is_empty_and_somebody_hears_of_it(played: Played) -> None:
    slots = rows(played.folder / "queue.db", "SELECT local_on, state FROM slots ORDER BY due_at")
    assert [day for day, state in slots if state == "empty"] == ["2021-12-29"]
    assert len(slots) == 13
    heard = [one for one in json.loads(played.ask("notices", "--json")) if one["kind"] == "empty"]
    assert len(heard) == 1
    assert "2021-12-29" in heard[0]["text"]


@pytest.mark.slow
def test_each_month_has_its_roundup_and_the_later_ones_link_the_one_before(played: Played) -> None:
    found = list(reversed(json.loads(played.ask("roundup", "list", "--json"))))
    assert [one["title"] for one in found] == [
        f"Four Deep Learning Papers to Read in {words}" for _, _, words in ARTICLES.values()
    ]
    assert [one["title_month"] for one in found] == [month for _, month, _ in ARTICLES.values()]
    assert {one["state"] for one in found} == {"announced"}
    for before, one in zip([None, *found], found, strict=False):
        folder = played.folder / "site" / one["slug"]
        page, markdown = (
            (folder / name).read_text(encoding="utf-8") for name in ("index.html", "article.md")
        )
        others = {other["slug"] for other in found if other != one and other["slug"] in markdown}
        assert others == ({before["slug"]} if before else set())
        if before:
            assert f"[{before['title']}]({before['link']})" in markdown
            assert f'href="../{before["slug"]}/index.html"' in page


@pytest.mark.slow
def test_a_roundup_holds_the_four_collages_of_its_month(played: Played) -> None:
    for told, (_, title_month, _) in zip(played.imported.values(), ARTICLES.values(), strict=True):
        shown = json.loads(played.ask("roundup", "show", title_month, "--json"))
        assert shown["collages"] == [one["name"] for one in told["collages"]]
        assert told["month"] == title_month


ERRORS = {
    "2021-05": [
        "19 is printed twice and 18 is missing in ",
        "The caption of 17 links another paper: ",
    ],
    "2021-08": [],
    "2021-12": [
        "37–40 are printed without a total, as [37], ",
        "The caption of 37 links another paper: ",
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("month", ERRORS)
def test_an_articles_errors_are_found_exactly(played: Played, month: str) -> None:
    found = played.errors(month)
    assert [
        error[: len(start)] for error, start in zip(found, ERRORS[month], strict=True)
    ] == ERRORS[month]


@pytest.mark.slow
def test_what_is_played_again_stays_byte_for_byte(played: Played) -> None:
    before = tree(played.folder / "outbox") | tree(played.folder / "site")
    mlcollage(
        played.folder.parent,
        "simulate",
        "--in",
        "sim",
        "--from",
        "2021-12-01",
        "--to",
        "2021-12-31",
    )
    assert tree(played.folder / "outbox") | tree(played.folder / "site") == before


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A simulation at the end of August 2021, with nothing in it."""
    mlcollage(installation(tmp_path), "simulate", "--in", "sim", "--from", "2021-08-31")
    return tmp_path / "sim"


def posted(folder: Path) -> list[dict[str, Any]]:
    return list(reversed(json.loads(mlcollage(folder, "history", "--json"))))


@pytest.mark.slow
def test_an_article_imported_as_history_is_dated_by_the_slots_of_its_reading_month(
    history: Path,
) -> None:
    name, title_month, _ = ARTICLES["2021-08"]
    mlcollage(history, "import", article(name), "--posted")
    found = posted(history)
    local = [datetime.fromisoformat(one["posted_at"]).astimezone(BERLIN) for one in found]
    assert [f"{at:%Y-%m-%d %H:%M}" for at in local] == [f"{day} 15:00" for day in WEDNESDAYS]
    assert all(one["posted_is_assumed"] for one in found)
    assert [one["number"] for one in found] == [None] * 4
    assert [one["printed_number"] for one in found] == ["29/52", "30/52", "31/52", "32/52"]
    assert {one["roundup"] for one in found} == {title_month}
    assert "(assumed)" in mlcollage(history, "history")
    assert not (history / "outbox").exists()


@pytest.mark.slow
def test_dates_that_are_given_override_the_assumed_ones(history: Path) -> None:
    name, _, _ = ARTICLES["2021-08"]
    days = ["2021-08-02", "2021-08-09", "2021-08-20", "2021-08-30"]
    mlcollage(history, "import", article(name), "--posted", "--dates", ",".join(days[:3]), code=1)
    assert posted(history) == []
    mlcollage(history, "import", article(name), "--posted", "--dates", ",".join(days))
    assert [one["posted_at"][:10] for one in posted(history)] == days
    assert not any(one["posted_is_assumed"] for one in posted(history))


@pytest.mark.slow
def test_an_imported_roundup_stays_where_it_was_published_and_the_next_one_links_it(
    history: Path,
) -> None:
    name, title_month, _ = ARTICLES["2021-08"]
    mlcollage(history, "import", article(name), "--posted")
    mlcollage(history, "import", article(name), "--posted", code=1)
    mlcollage(history, "add", "--draw", ROOT / "demo-items/4-vit-and-cnn.md")
    mlcollage(history.parent, "simulate", "--in", "sim", "--to", "2021-09-30")
    made, imported = json.loads(mlcollage(history, "roundup", "list", "--json"))
    assert imported["published_elsewhere"]
    assert imported["title_month"] == title_month
    assert made["title"] == "One Deep Learning Paper to Read in October 2021"
    markdown = (history / "site" / made["slug"] / "article.md").read_text(encoding="utf-8")
    assert f"[{imported['title']}]({imported['link']})" in markdown
    assert imported["link"].startswith(
        "https://towardsdatascience.com/four-deep-learning-papers-to-read-in-september"
    )
    assert [folder.name for folder in sorted((history / "outbox").iterdir())] == [
        "2021-09-01-vit-and-cnn",
        "2021-09-30-roundup-2021-10",
    ]


@pytest.mark.slow
def test_kept_numbers_are_the_printed_ones(history: Path) -> None:
    name, _, _ = ARTICLES["2021-08"]
    mlcollage(history, "import", article(name), "--queue", "--keep-numbers", "--draw")
    ahead = json.loads(mlcollage(history, "next", "--count", "4", "--json"))["slots"]
    assert [slot["provisional_number"] for slot in ahead] == [29, 30, 31, 32]


@pytest.fixture
def drafts(history: Path) -> list[dict[str, Any]]:
    [told] = json.loads(mlcollage(history, "import", article(LISTING), "--json", code=1))
    assert [finding for finding in told["findings"] if finding["level"] == "error"] == []
    listed: list[dict[str, Any]] = json.loads(mlcollage(history, "list", "--json"))
    return listed


def papers(folder: Path) -> list[Paper]:
    context = assemble.context(config.load(folder / "config.toml"))
    with context.read() as work:
        found = work.queue.waiting("mlcollage")
    context.database.close()
    return [item.paper for item in found]


@pytest.mark.slow
def test_the_article_of_another_kind_becomes_four_drafts_with_figures_and_references(
    drafts: list[dict[str, Any]], history: Path
) -> None:
    assert [one["state"] for one in drafts] == ["draft"] * 4
    assert all(one["title"] for one in drafts)
    assert [one["links"][0]["kind"] for one in drafts] == ["paper"] * 4
    assert all("a picture" in one["missing"] for one in drafts)
    assert [bool(one["authors"]) for one in drafts] == [False, True, True, True]
    found = papers(history)
    assert [len(paper.figures) for paper in found] == [2, 2, 1, 5]
    assert all(figure.file for paper in found for figure in paper.figures)
    assert all(figure.caption or figure.source for paper in found for figure in paper.figures)
    assert [len(paper.references) for paper in found] == [0, 0, 0, 2]


@pytest.mark.slow
def test_drafts_stay_where_they_are_when_their_month_is_played(
    drafts: list[dict[str, Any]], history: Path
) -> None:
    mlcollage(history.parent, "simulate", "--in", "sim", "--to", "2021-09-08", "--quiet")
    assert json.loads(mlcollage(history, "list", "--json")) == drafts
    assert not (history / "outbox").exists()
