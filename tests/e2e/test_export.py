"""`mlcollage roundup export`: what it writes, what it says, and what it leaves alone."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import write_item
from tests.e2e.process import COMMAND, ENVIRONMENT, mlcollage, tree

CONFIG = 'zone = "UTC"\n[series.mlcollage]\nslots = ["wednesday 15:00"]\n'
SLUG = "four-papers-to-read-in-september-2021"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all of August was played, and another in which the half of it was."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    items = [write_item(folder, name) for name in ("alpha", "beta", "gamma", "delta")]
    mlcollage(folder, "add", *items)
    for place, last in (("whole", "2021-08-31"), ("half", "2021-08-15")):
        mlcollage(folder, "simulate", "--in", place, "--from", "2021-08-01", "--to", last)
    return folder


@pytest.fixture
def month(played: Path, tmp_path: Path) -> Path:
    """A month that is over, with its roundup."""
    return Path(shutil.copytree(played / "whole", tmp_path / "month"))


@pytest.fixture
def half(played: Path, tmp_path: Path) -> Path:
    """A month that is not over."""
    return Path(shutil.copytree(played / "half", tmp_path / "half"))


def refused(folder: Path, *args: object) -> str:
    """Run a command that ends with 1; what it printed as an error."""
    done = subprocess.run(
        [*COMMAND, *map(str, args)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def export(folder: Path, *args: object) -> str:
    return mlcollage(folder, "roundup", "export", "2021-09", *args)


def test_an_export_goes_beside_the_configuration_and_names_the_file_to_read(month: Path) -> None:
    said = export(month, "--as", "hugo")
    (index,) = (month / "export" / "hugo").glob("*/index.md")
    assert said.splitlines() == [f"{month_title(month)}: 6 files; read {index}"]
    assert len(list(index.parent.iterdir())) == 6
    assert "6 files, as before" in export(month, "--as", "hugo")


def month_title(month: Path) -> str:
    (roundup,) = json.loads(mlcollage(month, "roundup", "list", "--json"))
    return str(roundup["title"])


@pytest.mark.parametrize(
    "kind", ["hugo", "jekyll", "quarto", "pelican", "markdown", "html", "mail"]
)
def test_with_json_every_file_is_named(month: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "there"
    made = json.loads(export(month, "--as", kind, "--to", target, "--json"))
    assert made["folder"] == str(target)
    assert (made["is_draft"], made["changed"], made["kept"]) == (False, True, [])
    assert made["roundup"]["title_month"] == "2021-09"
    written = {name.removeprefix("./") for name in tree(target)} - {".mlcollage-export.json"}
    assert set(made["files"]) == written
    assert made["text"] in written


def test_an_example_of_an_address_is_no_canonical_one(month: Path) -> None:
    export(month, "--as", "hugo")
    (index,) = (month / "export" / "hugo").glob("*/index.md")
    assert "canonicalURL" not in index.read_text(encoding="utf-8")


def test_what_was_edited_by_hand_stays_until_somebody_says_otherwise(month: Path) -> None:
    export(month)
    (article,) = (month / "export" / "markdown").glob("*/article.md")
    made = article.read_bytes()
    article.write_bytes(made + b"\nThanks!\n")
    said = refused(month, "roundup", "export", "2021-09")
    assert "article.md was edited by hand" in said
    assert article.read_bytes().endswith(b"Thanks!\n")
    assert "it is kept beside" in export(month, "--over-edits")
    assert article.read_bytes() == made
    assert article.with_name("article.md.edited").read_bytes().endswith(b"Thanks!\n")


def test_the_next_roundup_is_a_draft_of_what_is_out(half: Path) -> None:
    said = export(half, "--as", "hugo")
    assert "A draft: the roundup is due Tue 2021-08-31 18:00, and may hold more by then." in said
    (index,) = (half / "export" / "hugo").glob("*/index.md")
    text = index.read_text(encoding="utf-8")
    assert "draft: true" in text
    assert text.count("\n## ") == 2
    assert (index.parent / "roundup_cover.png").exists()
    assert json.loads(mlcollage(half, "roundup", "list", "--json")) == []


def test_what_waits_for_approval_is_a_draft_until_it_is_approved(half: Path) -> None:
    config = half / "config.toml"
    asks = '[series.mlcollage.roundup]\nreview = "1d"\nsilence = "wait"\n'
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[series.mlcollage.roundup]\n", asks), encoding="utf-8")
    mlcollage(half.parent, "simulate", "--in", half.name, "--to", "2021-08-31")
    said = export(half, "--as", "hugo")
    assert "A draft: the roundup waits until somebody approves it." in said
    (index,) = (half / "export" / "hugo").glob("*/index.md")
    assert "draft: true" in index.read_text(encoding="utf-8")
    mlcollage(half, "roundup", "approve", "2021-09")
    assert "A draft" not in export(half, "--as", "hugo")
    assert "draft: true" not in index.read_text(encoding="utf-8")


def test_a_month_without_a_roundup_is_told_plainly(month: Path) -> None:
    assert "There is no roundup 2019-01, and the next one is 2021-10" in refused(
        month, "roundup", "export", "2019-01"
    )
    said = refused(month, "roundup", "export", "2021-10")
    assert "No collage is out for the roundup 2021-10 yet" in said
    assert not (month / "export").exists()


def test_a_roundup_that_was_imported_can_be_exported(half: Path) -> None:
    article = half / "march.md"
    article.write_text(
        "# A Paper to Read in March 2021\n\n## Soft Clouds\n\n*Authors: Wolke et al. (2021)* | "
        "[Paper](https://arxiv.org/abs/2103.00011)\n\nClouds drift.\n\n"
        "![Two clouds](alpha.png)\n\nFigure by the authors\n",
        encoding="utf-8",
    )
    write_item(half, "alpha")
    mlcollage(half, "import", article, "--posted", "--pictures", half)
    mlcollage(half, "roundup", "export", "2021-03", "--as", "pelican")
    (page,) = (half / "export" / "pelican").glob("*.md")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Title: A Paper to Read in March 2021\n")
    assert "Clouds drift." in text
    assert "![Two clouds]({attach}" in text
