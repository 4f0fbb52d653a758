"""Every kind of page: valid HTML, nothing that axe finds, no shift, light enough."""

import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from tests import sites
from tests.conftest import ROOT, absent
from tests.e2e.test_page_in_browser import FLAGS, chromium

__all__ = ["chromium"]
pytestmark = pytest.mark.slow

MODULES = ROOT / ".ci" / "node_modules"
VALIDATOR = MODULES / "html-validate" / "bin" / "html-validate.mjs"
AXE = MODULES / "axe-core" / "axe.min.js"
MOST = 100_000
"""Bytes that a page may have without its pictures, with its style sheet."""
KINDS = [
    "index.html",
    "archive/index.html",
    "2021/index.html",
    "3-papers-to-read-in-august-2021/index.html",
    "3-papers-to-read-in-august-2021/barlow-twins.html",
    "3-papers-to-read-in-august-2021/index_.html",
    "2-papers-to-read-in-july-2021/index.html",
    "2-papers-to-read-in-july-2021/bare-2021-07.html",
]
LANGUAGES = ["en", "de", "zh", "ar"]
DARK = "--blink-settings=preferredColorScheme=0"


@pytest.fixture(scope="module", params=LANGUAGES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole site in a language."""
    folder = tmp_path_factory.mktemp(f"site-{request.param}")
    language = f'[series.mlcollage]\nlanguage = "{request.param}"'
    return sites.write(
        sites.published(folder, sites.SETTINGS.replace("[series.mlcollage]", language))
    )


def test_every_page_is_valid_html(site: Path) -> None:
    if not VALIDATOR.exists():
        absent(f"npm's html-validate is not in {MODULES} (.ci/run installs it)")
    files = [str(file) for file in sorted(site.rglob("*.html"))]
    rules = ROOT / "tests" / "validated.json"
    done = subprocess.run(
        ["node", str(VALIDATOR), "--config", str(rules), *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


class WithAxe(SimpleHTTPRequestHandler):
    """Serves the pages with axe in them; for that alone they are allowed to run a script."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if query != "axe":
            super().do_GET()
            return
        page = Path(self.translate_path(path)).read_text(encoding="utf-8")
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        script = AXE.read_text(encoding="utf-8")
        page = page.replace("</body>", f"<script>{script}</script><script>{RUN}</script></body>")
        data = page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


RUN = """
let shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
addEventListener("load", () => setTimeout(() => axe.run().then(found => {
  const said = document.createElement("pre");
  said.id = "found";
  said.textContent = JSON.stringify({
    shift,
    ground: getComputedStyle(document.body).backgroundColor,
    rules: found.passes.length,
    problems: found.violations.map(each => [each.id, each.nodes.map(node => node.html)]),
  });
  document.body.append(said);
}), 200));
"""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(WithAxe, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_nothing_shifts(
    chromium: str, address: str, site: Path, tmp_path: Path, dark: bool
) -> None:
    if not AXE.exists():
        absent(f"npm's axe-core is not in {MODULES} (.ci/run installs it)")
    for path in KINDS:
        flags = [*FLAGS, "--window-size=390,844", *([DARK] if dark else [])]
        url = f"{address}/{path}?axe"
        command = [chromium, *flags, f"--user-data-dir={tmp_path}", url]
        done = subprocess.run(command, capture_output=True, timeout=120, check=True)
        said = re.search(r'<pre id="found">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
        assert said, path
        found = json.loads(html.unescape(said[1]))
        assert found["problems"] == [], path
        assert found["rules"] > 10
        assert found["shift"] == 0, path
        assert found["ground"] == ("rgb(22, 24, 28)" if dark else "rgb(252, 251, 248)")


@pytest.mark.parametrize("site", ["en"], indirect=True)
def test_on_paper_no_heading_is_torn_or_parted_from_what_it_heads(
    chromium: str, site: Path, tmp_path: Path
) -> None:
    reader = shutil.which("pdftotext")
    if reader is None:
        absent("pdftotext is not installed (.ci/run installs it)")
        return
    page = site / "3-papers-to-read-in-august-2021" / "index.html"
    headings = re.findall(r"<h2[^>]*><a[^>]*>(.*?)</a></h2>", page.read_text("utf-8"))
    assert len(headings) == 3
    command = [
        chromium,
        *(flag for flag in FLAGS if flag != "--dump-dom"),
        "--no-pdf-header-footer",
    ]
    pdf = tmp_path / "page.pdf"
    command += [f"--user-data-dir={tmp_path}", f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    read = subprocess.run([reader, "-layout", str(pdf), "-"], capture_output=True, check=True)
    papers = read.stdout.decode().split("\f")
    for heading in headings:
        first, *_, last = html.unescape(heading).strip("‘’“”„«»").split()
        [on] = [each for each in papers if f"{first} " in each or f"{first}\n" in each][:1]
        assert last in on
        below = on[on.index(last) :].splitlines()
        assert len([line for line in below if line.strip()]) > 3


def test_no_page_weighs_more_than_a_slow_phone_takes(site: Path) -> None:
    style = (site / "style.css").stat().st_size
    for file in site.rglob("*.html"):
        assert file.stat().st_size + style < MOST, file


LONG = " ".join(["a title that takes several lines"] * 5)


def printed(chromium: str, page: Path) -> list[str]:
    """The text of each sheet of paper that a page is printed on."""
    paper = page.with_suffix(".pdf")
    flags = [flag for flag in FLAGS if flag != "--dump-dom"]
    profile = f"--user-data-dir={page.parent / 'profile'}"
    command = [chromium, *flags, profile, f"--print-to-pdf={paper}", page.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    with pdfium.PdfDocument(paper) as document:
        return [sheet.get_textpage().get_text_range() for sheet in document]


def test_no_heading_is_torn_apart_or_left_behind_by_the_end_of_a_printed_page(
    chromium: str, tmp_path: Path
) -> None:
    def article(number: int) -> str:
        # So many lines before each that the page ends at every place of a heading.
        before = "<p>of the one before</p>" * (3 + number)
        heading = f"<h2><a href='#'>begin{number}x {LONG} end{number}x</a></h2>"
        by = f"<p class='by'>by{number}x</p>"
        caption = f"<figcaption>text{number}x</figcaption>"
        figure = f"<figure><svg height='300'></svg>{caption}</figure>"
        return f"{before}<article>{heading}{by}{figure}</article>"

    style = (ROOT / "templates" / "roundup" / "style.css").read_text(encoding="utf-8")
    body = "".join(article(number) for number in range(24))
    page = tmp_path / "page.html"
    page.write_text(f"<style>{style}</style><main>{body}</main>", encoding="utf-8")
    sheets = printed(chromium, page)
    assert len(sheets) > 5
    for number in range(24):
        words = [f"{word}{number}x" for word in ("begin", "end", "by", "text")]
        found = [next(n for n, text in enumerate(sheets) if word in text) for word in words]
        assert len(set(found)) == 1, (number, found)
