"""What would be sent as one page of HTML, for people without a terminal.

It holds everything itself, its pictures too, and has no script: it can be sent by mail, kept, and
printed. Every text in it is escaped.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from bot import files, system
from bot.composing.composed import ComposedThread
from bot.composing.fittings import Fittings
from bot.config import Series
from bot.context import Context
from bot.core import address, price, times
from bot.core.collage import Collage, shown
from bot.core.delivery import Part
from bot.core.errors import BadInput, NotAllowed
from bot.core.text import markdown
from bot.core.text.span import Span
from bot.deciding.approvals import Look
from bot.publishers import protocol

MARK = '<!doctype html>\n<html lang="en" data-made-by="mlcollage-preview">'
"""How such a page begins, by which an older one is known."""

# Nothing is loaded from anywhere, and nothing runs.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'"

STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --soft: #59626b; --page: #f6f7f8;
  --card: #fff; --line: #d5dadf; --link: #0b57a4; --bad: #a3221a; --good: #19682f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7eaed; --soft: #a5afb8; --page: #14181c; --card: #1d2328; --line: #39424a;
    --link: #86bdf5; --bad: #ff9b92; --good: #86d49b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 42rem; padding: 1.25rem 1rem 3rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h2, h2 + p { break-after: avoid; }
p { margin: .4rem 0; }
a, .link { color: var(--link); text-decoration: underline; }
.tag { color: var(--link); }
.soft, figcaption, .count { color: var(--soft); font-size: .875rem; }
.bad { color: var(--bad); } .good { color: var(--good); }
article { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  margin: .75rem 0; padding: .9rem 1rem; break-inside: avoid; }
.count { display: flex; justify-content: space-between; margin: 0 0 .4rem; }
.text { white-space: pre-wrap; margin: 0; }
figure { margin: .9rem 0 0; }
img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line);
  border-radius: .4rem; background: #fff; }
figcaption span { display: block; margin-top: .4rem; white-space: pre-wrap; }
.card { border: 1px solid var(--line); border-radius: .4rem; margin-top: .75rem; padding: .6rem; }
ul { margin: .4rem 0; padding-left: 1.2rem; }
ins, del { display: block; text-decoration: none; white-space: pre-wrap; padding-left: 1.2em;
  text-indent: -1.2em; }
ins { color: var(--good); } ins::before { content: "+ "; }
del { color: var(--bad); } del::before { content: "− "; }
@media print { :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #999;
  --link: #000; --bad: #000; --good: #000; } body { max-width: none; padding: 0; }
  img { max-height: 12cm; width: auto; } }
"""


class Shown(NamedTuple):
    """What a page shows: a collage with its threads, and what a person should know of it.

    `number` is as the series shows it. `findings` are sentences without their end, `problem` is why
    it cannot go out or "". `look` says how its approval stands, None where its series wants none.
    """

    item: Collage
    number: str
    threads: Sequence[ComposedThread]
    problem: str = ""
    findings: Sequence[str] = ()
    look: Look | None = None


def write(context: Context, series: Series, what: Shown, fits: Fittings, path: Path) -> None:
    """Write the page; an older one in its place is replaced as a whole.

    Raises `NotAllowed` where another file is there, and `BadInput` where it cannot be written.
    """
    data = page(context, series, what, fits).encode("utf-8", "replace")
    try:
        if path.exists() and not files.beginning(path, len(MARK)).startswith(MARK.encode()):
            raise NotAllowed(
                f"{shown(str(path))} is there already and is another file; nothing was written."
            )
        files.put(path, data)
    except OSError as error:
        why = system.why(error, path)
        raise BadInput(f"{shown(str(path))} cannot be written: {why}.") from None


def page(context: Context, series: Series, what: Shown, fits: Fittings) -> str:
    """The page as HTML."""
    title = f"{series.title} {what.number}".strip()
    name = markdown.line(what.item.paper.title)
    body = [
        f"<h1>{escape(name)}</h1>",
        f'<p class="soft">{escape(_heading(context, series, what, title))}</p>',
        *_findings(series, what),
        *_approval(series, what.look),
    ]
    for thread in what.threads:
        body += _thread(context, series, thread, fits)
    return "\n".join([*_head(f"{name} – {title}"), *body, "</main></body></html>", ""])


def _head(title: str) -> Iterator[str]:
    yield f'{MARK}<head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
    yield f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"


def _heading(context: Context, series: Series, what: Shown, title: str) -> str:
    """What it is, in which state, and as of when."""
    at = times.short(context.clock.now(), series.zone)
    mode = "" if context.config.live else ", in a rehearsal"
    word = "is" if what.item.number is not None else "would be"
    return f"{what.item.name} {word} {title}; {what.item.state}{mode}. As of {at}."


def _findings(series: Series, what: Shown) -> Iterator[str]:
    if what.problem:
        yield f'<p class="bad" role="alert">{escape(what.problem)}</p>'
    if what.findings:
        yield _list(f"Careful: {finding}." for finding in what.findings)


def _list(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>"


def _approval(series: Series, look: Look | None) -> Iterator[str]:
    """Who has approved it, or why it waits, and what was changed since."""
    if look is None:
        return
    for each in look.standing.counted:
        at = times.short(each.at, series.zone)
        yield f'<p class="good">Approved by {escape(each.who)}, {escape(at)}.</p>'
    if look.waits:
        yield f'<p class="bad">It waits for approval: {escape(look.waits)}.</p>'
    if look.hash:
        command = f"mlcollage approve {look.item.name} --hash {look.hash[:12]}"
        yield f'<p class="soft">To approve exactly this: <code>{escape(command)}</code></p>'
    for each, lines in look.differences:
        yield f"<h2>Changed since {escape(each.who)} approved it</h2><article>"
        tags = {"-": "del", "+": "ins", " ": "strong"}
        for line in lines:
            tag = tags[line.sign]
            yield f'<{tag} dir="auto">{escape(line.text)}</{tag}>'
        yield "</article>"


def _thread(
    context: Context, series: Series, thread: ComposedThread, fits: Fittings
) -> Iterator[str]:
    """A thread: its parts, what is wrong with it, and what it costs."""
    yield f"<section><h2>{escape(thread.account)}</h2>"
    limit = f"{thread.network.title}, {thread.limits.length:,} characters a part"
    yield f'<p class="soft">{escape(limit)}</p>'
    for line in protocol.beside(context.publishers[thread.account]):
        yield f"<p>{escape(line)}</p>"
    if thread.standing:
        yield f"<p>{escape(thread.standing)}</p>"
    for problem in thread.problems:
        yield f'<p class="bad" role="alert">{escape(problem)}</p>'
    for part in thread.parts:
        yield from _part(series, thread, part, fits)
    if cautions := thread.all_cautions:
        yield _list(f"Careful: {caution}." for caution in cautions)
    if cost := thread.cost:
        heading = "Price" if context.config.live else "Price when live"
        reads = f"${price.mills(cost.reads)} of it for reading"
        told = f"{heading}: {cost}; {reads}; by the price list of {cost.read_on}"
        yield f'<p class="soft">{escape(told)}</p>'
    yield "</section>"


def _part(series: Series, thread: ComposedThread, part: Part, fits: Fittings) -> Iterator[str]:
    count, length = len(thread.parts), thread.length(part)
    language = escape(series.words.language)
    yield "<article>"
    yield f'<p class="count"><span>{part.position} of {count}</span>'
    yield f"<span>{length}/{thread.limits.length}</span></p>"
    yield f'<p class="text" dir="auto" lang="{language}">{_marked(thread, part)}</p>'
    yield from _image(thread, part, fits)
    yield from _card(thread, part)
    yield "</article>"


def _marked(thread: ComposedThread, part: Part) -> str:
    """The text as readers see it, with its links and tags."""
    text, targets = thread.text(part), dict(thread.labels(part))
    links = {span: targets.get(span, span.text) for span in thread.urls(part)}
    tags = [*thread.hashtags(part), *thread.mentions(part)]
    pieces, at = list[str](), 0
    for span in sorted([*links, *tags], key=lambda span: span.start):
        pieces += [escape(text[at : span.start]), _span(span, links.get(span))]
        at = span.end
    return "".join([*pieces, escape(text[at:])])


def _span(span: Span, target: str | None) -> str:
    """A link or a tag; what has no scheme leads nowhere from here."""
    if target is None:
        return f'<span class="tag">{escape(span.text)}</span>'
    if not address.is_web(target):
        return f'<span class="link">{escape(span.text)}</span>'
    return f'<a href="{escape(target)}" rel="noopener noreferrer">{escape(span.text)}</a>'


def _image(thread: ComposedThread, part: Part, fits: Fittings) -> Iterator[str]:
    """The picture, exactly the bytes that go out, with its alt text to be read."""
    if part.image is None:
        return
    size, sides = "", ""
    if fit := thread.fits.get(part.position):
        its = fit.picture
        size = f", {its.width} × {its.height}, {its.size:,} bytes; {fit.words}".rstrip("; ")
        sides = f' width="{its.width}" height="{its.height}"'
    alt = escape(part.image.alt)
    yield "<figure>"
    if part.image.mime.startswith("image/"):
        data = base64.b64encode(fits.data(part.image.sha256)).decode()
        source = f"data:{escape(part.image.mime)};base64,{data}"
        yield f'<img src="{source}" alt="{alt}"{sides}>'
    told = f"{part.image.file}, {part.image.mime}{size}"
    yield f'<figcaption><span dir="auto">Alt text: {alt}</span>'
    yield f"<span>{escape(told)}</span></figcaption></figure>"


def _card(thread: ComposedThread, part: Part) -> Iterator[str]:
    card = thread.card
    if thread.card_note and thread.links_at == part.position:
        told = f"No link card of {thread.card_url}, for {thread.card_note}."
        yield f'<p class="soft">{escape(told)}</p>'
    if card is None or card.position != part.position:
        return
    yield f'<div class="card"><strong dir="auto">{escape(card.title)}</strong>'
    yield f'<p class="soft" dir="auto">{escape(card.description)}</p>'
    yield f'<p class="soft">Link card → {escape(card.url)}</p></div>'
