"""The alt text of a slide that the program has drawn: what is on it, in the series' phrases."""

from typing import NamedTuple

from bot.core.words import SlideWords


class Shown(NamedTuple):
    """The texts of a slide: `title` in full, and as far as the slide shows it in `drawn`."""

    title: str
    drawn: str
    authors: str
    series: str
    number: str
    captions: tuple[str, ...] = ()
    takeaways: tuple[str, ...] = ()


def drafted(phrases: SlideWords, shown: Shown) -> str:
    """Describe the slide in at most 1,000 characters.

    A title that the slide does not show in full is added in full: alt text is read for it.
    """
    drawn, full = _short(shown.drawn, 150), _short(shown.title, 500)
    by, series, number = (_short(text, 100) for text in (shown.authors, shown.series, shown.number))
    slide, more = phrases.slide, ""
    if shown.drawn != shown.title:
        more = phrases.whole.format(full)
        slide += phrases.part.format(drawn) if drawn.strip("… ") else phrases.untitled
    elif full:
        slide += phrases.title.format(full)
    parts = [slide, by and phrases.by.format(by), f"{series} {number}".strip()]
    return phrases.comma.join(part for part in parts if part) + phrases.stop + more


def _short(text: str, most: int) -> str:
    """The text on one line, cut to that many characters."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rstrip() + "…"
