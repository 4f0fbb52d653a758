import hashlib
import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot import config
from bot.composing import templates
from bot.core.collage import Collage, Picture, State
from bot.core.month import Roundup
from bot.core.month import State as RoundupState
from bot.core.paper import Link, LinkKind, Paper
from bot.site import folder, pages
from tests.conftest import absent

pytestmark = pytest.mark.slow

WIDTHS = (320, 390, 1280)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
    "--dump-dom",
]

WRAPPER = """<!doctype html><title>measuring</title><body><script>
const measured = {};
const pages = %s, widths = %s;
async function measure(page, width) {
  const frame = document.createElement("iframe");
  frame.style.width = width + "px";
  frame.style.border = "0";
  frame.src = page;
  const loaded = new Promise(done => frame.onload = done);
  document.body.append(frame);
  await loaded;
  const inside = frame.contentDocument, images = [...inside.images];
  images.forEach(image => image.loading = "eager");
  const ended = image => new Promise(done => image.onload = image.onerror = done);
  await Promise.all(images.map(it => it.complete || ended(it)));
  // Formulas do not wrap; what holds one scrolls.
  const scrolls = it => it.querySelector("math") && getComputedStyle(it).overflowX === "auto";
  const lines = [...inside.querySelectorAll("h1, h2, p, li")]
    .filter(it => it.scrollWidth > it.clientWidth + 1 && !scrolls(it));
  measured[page + " at " + width] = {
    overflow: inside.documentElement.scrollWidth - width,
    tooWide: lines.map(it => it.textContent.slice(0, 40)),
    images: images.map(it => [it.naturalWidth, it.getBoundingClientRect().width, it.alt]),
    column: inside.querySelector("main").getBoundingClientRect().width,
  };
}
(async () => {
  for (const page of pages) for (const width of widths) await measure(page, width);
  const said = document.createElement("pre");
  said.id = "measured";
  said.textContent = JSON.stringify(measured);
  document.body.append(said);
})();
</script>"""


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser's path; where there is none the test is skipped, under CI=true it fails."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        absent(f"no browser is installed: none of {', '.join(names)} is on the PATH")
    return str(found)


def _drawing(width: int, height: int) -> tuple[Picture, bytes]:
    file = BytesIO()
    Image.new("RGB", (width, height), (90, 140, 190)).save(file, "PNG")
    data = file.getvalue()
    return Picture(
        hashlib.sha256(data).hexdigest(), "image/png", width, height, len(data), "drawing.png"
    ), data


def _collage(number: int, title: str, paragraph: str, picture: Picture, **more: object) -> Collage:
    links = tuple(Link(kind, f"https://example.org/{kind}") for kind in LinkKind)
    return Collage(
        id=number,
        series="mlcollage",
        name=f"collage-{number}",
        state=State.POSTED,
        position=number,
        number=number,
        paper=Paper(
            title=title, authors=("Ada Lovelace", "Charles Babbage"), year=1843, links=links
        ),
        paragraph=paragraph,
        alt=f"Drawing number {number}",
        picture=picture,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A roundup with what overflows pages: a wide, a tall and a tiny picture, endless words,
    addresses and formulas.
    """
    wide, tall, tiny = _drawing(3000, 200), _drawing(300, 1800), _drawing(24, 16)
    formula = (
        r"$\mathcal{L}(\theta)=\frac{1}{N}\sum_{i=1}^{N}\ell(f_\theta(x_i),y_i)+\lambda\lVert\theta\rVert_2^2$"
        * 3
    )
    collages = [
        _collage(1, "An Engine That Weaves Algebraical Patterns", "It weaves. " * 60, wide[0]),
        _collage(
            2,
            "Supercalifragilistic" * 20,
            f"{formula}\n\nhttps://example.org/{'path/' * 60}",
            tall[0],
            caption="W" * 300,
        ),
        _collage(
            3,
            "分析机能编织代数的图案",
            "分析机编织代数的图案。" * 40 + f"\n\n    {'code' * 60}\n\n- `{'x' * 200}`",
            tiny[0],
        ),
    ]
    own = config.parse(
        '[series.mlcollage]\ntitle = "ML-Collage"', Path("/nowhere/config.toml")
    ).series["mlcollage"]
    this, before = (
        Roundup(
            id=month,
            series="mlcollage",
            title_month=f"2021-{month:02}",
            title=f"Three Papers to Read in Month {month}",
            slug=f"month-{month}",
            subtitle="From Engines to Patterns",
            state=RoundupState.ANNOUNCED,
            due_at=datetime(2021, month, 1, tzinfo=UTC),
            link=f"https://blog.example/{'month-' * 40}{month}",
            published_elsewhere=month == 8,
        )
        for month in (9, 8)
    )
    pictures = {picture.sha256: data for picture, data in (wide, tall, tiny)}
    built = tmp_path_factory.mktemp("site")
    folder.write(
        built,
        pages.build(
            own,
            pages.Edition(this, collages, pictures, previous=before, listed=[before]),
            templates.shipped(),
        ),
    )
    listed = json.dumps(["/month-9/index.html", "/index.html"])
    (built / "wrapper.html").write_text(WRAPPER % (listed, json.dumps(WIDTHS)), encoding="utf-8")
    return built


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_no_page_is_wider_than_the_window_and_every_picture_shows(
    chromium: str, address: str, tmp_path: Path
) -> None:
    command = [chromium, *FLAGS, f"--user-data-dir={tmp_path}", f"{address}/wrapper.html"]
    dom = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode()
    said = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.DOTALL)
    assert said, dom[-2000:]
    measured = json.loads(html.unescape(said[1]))
    assert len(measured) == 2 * len(WIDTHS)
    for where, found in measured.items():
        assert found["overflow"] <= 0, where
        assert found["tooWide"] == [], where
        assert len(found["images"]) == (3 if "month-9" in where else 0)
        for natural, shown, alt in found["images"]:
            assert natural > 0, f"{alt} did not load: {where}"
            assert alt.startswith("Drawing number ")
            assert 200 < shown <= found["column"], where
