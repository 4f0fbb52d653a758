"""`mlcollage site`: what it writes and says, and how it shows it."""

import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests import sites
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with roundups that are out, its site not written yet."""
    folder = tmp_path_factory.mktemp("out")
    sites.published(folder).database.close()
    return folder


def asked(address: str, path: str) -> tuple[int, str]:
    """The status and the type of what is at a path, which is sent as it is."""
    connection = http.client.HTTPConnection(address, timeout=20)
    connection.request("GET", f"/{path}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Type", "")


def test_it_is_written_told_and_left_alone_where_nothing_changed(out: Path) -> None:
    shutil.rmtree(out / "site", ignore_errors=True)
    first = mlcollage(out, "site")
    assert re.search(r"site: \d+ files written\.", first)
    assert (out / "site" / "index.html").is_file()
    assert "everything is as it was." in mlcollage(out, "site")
    (out / "site" / "style.css").unlink()
    assert "site: 1 file written." in mlcollage(out, "site")
    said = json.loads(mlcollage(out, "site", "--json"))
    assert (said["changed"], said["written"], said["problems"]) == (False, [], [])


def test_what_was_edited_ends_it_with_1_until_it_makes_way(out: Path) -> None:
    mlcollage(out, "site")
    page = out / "site" / "archive" / "index.html"
    page.write_text("by hand", encoding="utf-8")
    assert "was edited by hand and is left as it is" in mlcollage(out, "site", code=1)
    assert page.read_text(encoding="utf-8") == "by hand"
    assert "that is kept as" in mlcollage(out, "site", "--over-edits")
    assert "<h1>" in page.read_text(encoding="utf-8")


def test_a_page_that_it_made_again_is_not_called_old_any_more(out: Path) -> None:
    mlcollage(out, "site")
    for month, name in (("2020-11", "old-2020-11"), ("2021-08", "barlow-twins")):
        mlcollage(out, "edit", name, "--title", f"Corrected in {month}")
        assert "older than what it shows" in mlcollage(out, "roundup", "show", month)
    assert "written" in mlcollage(out, "site")
    for month in ("2020-11", "2021-08"):
        assert "older than what it shows" not in mlcollage(out, "roundup", "show", month)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("page.html", "The roundup 2021-09: Template "),
        ("index.html", "The front page: Template "),
        ("archive.html", "The archive: Template "),
        ("year.html", "The page of 2021: Template "),
    ],
)
def test_what_cannot_be_made_is_named_in_plain_words(out: Path, template: str, told: str) -> None:
    mlcollage(out, "site")
    file = out / "templates" / "roundup" / template
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{% if", encoding="utf-8")
    said = mlcollage(out, "site", code=1)
    file.unlink()
    assert f"\n{told}" in said
    assert "tried again" not in said


def test_it_is_shown_on_this_machine_alone_until_ctrl_c(out: Path) -> None:
    mlcollage(out, "site")
    running = subprocess.Popen(
        [*COMMAND, "site", "--serve", "--port", "0"],
        cwd=out,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    address = ""
    for line in running.stdout:
        if found := re.search(r"http://(127\.0\.0\.1:\d+)/", line):
            address = found[1]
            break
    types = {
        "": "text/html; charset=utf-8",
        "style.css": "text/css; charset=utf-8",
        "atom.xml": "application/atom+xml",
        "feed.json": "application/feed+json",
        "sitemap.xml": "application/xml",
    }
    for path, kind in types.items():
        assert asked(address, path) == (200, kind)
    for hidden in (".mlcollage.json", "%2emlcollage.json", "../config.toml", "nothing.html"):
        assert asked(address, hidden)[0] == 404
    running.send_signal(signal.SIGINT)
    assert running.wait(20) == 0
    running.stdout.close()


def test_a_port_that_is_taken_is_said_in_one_sentence(out: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "site", "--serve", "--port", str(port)],
            cwd=out,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
