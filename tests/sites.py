"""A site of every kind of page, written from a database; its pages and links."""

import io
import random
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag

from PIL import Image, ImageDraw

from bot.context import Context
from bot.roundups import site
from tests.conftest import make_context
from tests.published import Out, lay

BASE = "https://papers.mlcollage.org/all"
SETTINGS = f"""zone = "UTC"
[series.mlcollage]
slots = ["wednesday 15:00"]
[series.mlcollage.roundup]
base_url = "{BASE}"
"""
FORMULA = r"It minimises $\mathcal{L}(\theta)=\frac{1}{N}\sum_i \ell(f_\theta(x_i),y_i)$. "


LARGE, SMALL = (1_100, 618), (560, 315)
"""Sizes of drawings that are wide enough for two lesser widths, and for one."""


def drawing(seed: str, size: tuple[int, int] = SMALL) -> bytes:
    """A drawing like no other, of a few even areas: it is soon made smaller. It is not packed, so
    that it has the more bytes the more pixels it has.
    """
    chance = random.Random(seed)
    image = Image.new("P", size)
    image.putpalette([255, 255, 255, *chance.randbytes(3 * 15)])
    draw = ImageDraw.Draw(image)
    for colour in range(1, 16):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        draw.ellipse((x - 90, y - 60, x + 90, y + 60), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=0)
    return file.getvalue()


def published(folder: Path, settings: str = SETTINGS) -> Context:
    """A bot that has published: two months of its own, and before them imported ones, of which
    two are neighbours.
    """
    context = make_context(folder, f"live = true\n{settings}")
    for title_month, before in (("2020-11", ""), ("2021-06", "may-2021"), ("2021-07", "june-2021")):
        lay(
            context,
            title_month,
            [
                Out(f"old-{title_month}", f"The {title_month} paper", picture=drawing(title_month)),
                Out(f"bare-{title_month}", "A Paper Without a Picture", links={}),
            ],
            published_elsewhere=True,
            link=f"https://www.blog.example/{title_month}",
            previous_link=f"https://www.blog.example/{before}" if before else "",
            subtitle="From old to bare",
        )
    lay(
        context,
        "2021-08",
        [
            Out(
                "barlow-twins",
                "Barlow Twins: Self-Supervised Learning via Redundancy Reduction",
                picture=drawing("barlow", LARGE),
                paragraph=f"{FORMULA}\n\n- one\n- two\n\n> said [there](https://example.org/there)",
                links={
                    "paper": "https://arxiv.org/abs/2103.03230",
                    "code": "https://example.org/code?a=1&b=2",
                },
                posts={
                    "x": "https://x.com/mlcollage/status/1",
                    "bluesky": "https://bsky.app/profile/mlcollage/post/2",
                    "outbox": "outbox/1",
                },
            ),
            Out("index", "The Index Paper", picture=drawing("index", (300, 200))),
            Out("resnet", "Deep Residual Learning </script><b>", picture=drawing("resnet")),
        ],
    )
    lay(context, "2021-09", [Out("alone", "‘Quoted’ and alone", picture=drawing("alone"))])
    return context


def write(context: Context, **how: bool) -> Path:
    """Write the site; its folder."""
    series = context.config.series["mlcollage"]
    site.write(context, series, **how)
    return series.site


class Page(HTMLParser):
    """The links, pictures and ids of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.turns: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.add(found["id"])
        for name in ("href", "src"):
            if name in found and tag != "link":
                self.links.append(found[name])
        self.links += [part.split()[0] for part in found.get("srcset", "").split(", ") if part]
        for turn in ("prev", "next"):
            if tag == "a" and turn in found.get("rel", "").split():
                self.turns[turn] = found["href"]


class Link(NamedTuple):
    """A link of a page to a file of the site, with what stands behind its #."""

    page: Path
    target: Path
    fragment: str


def pages(folder: Path) -> dict[Path, Page]:
    """All pages of a site by their files."""
    files = sorted(folder.rglob("*.html"))
    return {file: Page(file.read_text(encoding="utf-8")) for file in files}


def inside(found: dict[Path, Page]) -> Iterator[Link]:
    """The links that lead to files of the site."""
    for file, page in found.items():
        for link in page.links:
            if link.startswith(("https://", "http://")):
                continue
            path, fragment = urldefrag(link)
            target = (file.parent / unquote(path)).resolve() if path else file
            yield Link(file, target, fragment)
