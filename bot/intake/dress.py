"""Gives an article one dress, line for line: front matter apart, HTML and shortcodes as Markdown.

Jekyll, Hugo, Quarto, Ghost, Obsidian and people who write HTML dress the same things differently:
a picture, its caption, a heading, a link. What comes out has as many lines as what went in, so that
a finding names the line of the file.
"""

import html
import re
from collections.abc import Callable, Sequence

from bot.intake import htmltables

CAPTION = "\ue000"
"""Stands before a caption that was marked as one: a character for private use."""

_MOST_GROWN = 2_000_000
"""Characters by which links may grow a text where they are written out: a hostile one may name a
long address a thousand times.
"""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATTRIBUTES = r"(?:\s[^<>]{0,2000})?"
_IMG = re.compile(rf"(?<!\\)<img({_ATTRIBUTES})/?>(?:\s{{0,2}}</img>)?", re.IGNORECASE)
_IFRAME = re.compile(rf"(?<!\\)<iframe({_ATTRIBUTES})>(?:\s{{0,20}}</iframe>)?", re.IGNORECASE)
_LINK = re.compile(
    rf"(?<!\\)<a(?P<has>{_ATTRIBUTES})>(?P<label>[^<>]{{0,1000}}"
    r"(?:<(?!/?a[\s>])[^<>]{1,300}>[^<>]{0,1000}){0,12})</a\s?>",
    re.IGNORECASE,
)
_ANCHOR = re.compile(rf"(?<!\\)<a{_ATTRIBUTES}>|(?<!\\)</a\s?>", re.IGNORECASE)
_CAPTION = re.compile(
    rf"(?<!\\)<figcaption{_ATTRIBUTES}>((?:[^<]|<(?!/?fig)){{0,2000}})</figcaption>", re.IGNORECASE
)
_SUMMARY = re.compile(
    r"(?<!\\)<summary>(?:<[a-z]{1,6}>)?([^<>]{0,200})(?:</[a-z]{1,6}>)?</summary>", re.IGNORECASE
)
_ITEM = re.compile(rf"^[ \t]{{0,8}}<li(?:{_ATTRIBUTES})>[ \t]{{0,8}}|(</li>)", re.I | re.M)
_EMPHASIS = re.compile(
    r"(?<!\\)<(?P<tag>em|i|strong|b)>(?=[^\s<>*])(?P<words>[^<>*\n]{1,1000})(?<=\S)</(?P=tag)>",
    re.IGNORECASE,
)
_WRAPPER = re.compile(
    r"(?<!\\)</?(?:figure|center|div|p|picture|source|section|article|aside|main|header|footer"
    rf"|details|span|font|noscript|ul|ol|blockquote)(?:{_ATTRIBUTES})/?>",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"^[ \t]{{0,8}}<h([1-6]){_ATTRIBUTES}>((?:[^<\n]|<(?!/?h[1-6])){{0,1000}})</h[1-6]>[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_HUGO_FIGURE = re.compile(r"\{\{[<%]\s{0,4}(?:figure|img|image)\s([^{}]{0,2000}?)/?\s?[>%]\}\}")
_HUGO_VIDEO = re.compile(
    r"\{\{[<%]\s{0,4}youtube\s{1,4}(?:id=)?\"?([\w-]{6,20})\"?[^{}]{0,200}\}\}"
)
_JEKYLL_FIGURE = re.compile(
    r"\{%-?\s{0,4}(?:include|figure|image|img)\s{1,4}(?:[\w./-]{0,100}(?:figure|image|img|picture)"
    r"[\w.-]{0,100}\s)?([^{}%]{0,2000}?)\s?-?%\}"
)
_SITE = re.compile(r"\{\{-?\s{0,4}(?:site|page)\.[\w.]{1,60}\s{0,4}-?\}\}")
_FILTERED = re.compile(
    r"\{\{\s{0,4}[\"']([^\"'{}]{1,500})[\"']\s{0,4}\|\s{0,4}(?:relative|absolute)_url\s{0,4}\}\}"
)
_BEHIND = re.compile(r"(?<=[)\]])[ \t]?\{:?\s?(?=[#.:\w])([^{}\n]{0,500})\}")
_OBSIDIAN = re.compile(
    r"!\[\[([^\[\]|\n]{1,300}\.(?:png|jpe?g|gif|webp|svg))(?:\|([^\[\]\n]{0,300}))?\]\]",
    re.IGNORECASE,
)
_DIV = re.compile(r"^[ \t]{0,3}:{3,}(?:[ \t]*\{[^{}\n]{0,300}\}|[ \t]*[\w-]{1,40})?[ \t]*$", re.M)
_REF = re.compile(
    r"\{\{[<%]\s{0,4}(?:rel)?ref\s{1,4}[\"']?([^\"'{}\s]{1,500})[\"']?\s{0,4}[>%]\}\}"
)
_SHORTCODE = re.compile(r"\{\{[<%][^{}\n]{0,2000}[>%]\}\}|\{%-?\s[^{}%\n]{0,2000}-?%\}")
_ORCID = r"(?i:https?)://(?:www\.)?orcid\.org(?:/[^\s()<>]{0,60})?"
_ICON = re.compile(
    rf"[ \t]?\[(?:!\[[^\[\]\n]{{0,100}}\]\([^()\n]{{0,500}}\)|orcid|id|🆔)?\]\({_ORCID}\)"
    rf"|[ \t]?\(?<{_ORCID}>\)?|[ \t]?\({_ORCID}\)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|nbsp|quot|apos|#39|#x27|hellip|mdash|ndash|[lr][sd]quo|shy);", re.I)
_DEFINED = re.compile(r"^([^\W\d_][^:\n|]{0,40})\n{1,2}:[ \t]+(?=\S)", re.MULTILINE)
# Translations put spaces into emphasis: "* Authors: Ann Wolke (2022) * | [Paper](…)".
_SPACED = re.compile(r"(?<=\n)\*[ \t]+([^*\n]{1,500}?)[ \t]+\*(?=[ \t]*(?:[|,，]|\n))")
_KRAMDOWN = re.compile(r"^[ \t]{0,3}\{:[^{}\n]{0,300}\}[ \t]*$", re.MULTILINE)
_ATTRIBUTE = re.compile(
    r"([\w-]{1,40})\s{0,2}=\s{0,2}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})'|([^\s\"'>]{1,2000}))"
)
_DEFINITION = re.compile(
    r" {0,3}\[(?P<id>[^\[\]\\\n^][^\[\]\n]{0,200})\]:\s{0,4}"
    r"<?(?P<url>(?:(?i:https?)://|www\.|mailto:|[#/.]|[\w%-]{1,200}[/.])[^\s<>]{0,2000})>?"
    r"(?:\s{1,4}[\"'(].{0,500})?\s*"
)
_REFERENCE = re.compile(
    r"(?<![\\\]])(?P<picture>!?)\[(?P<label>[^\[\]\\\n]{0,300}+)\]"
    r"(?:\[(?P<id>[^\[\]\n]{0,200}+)\])?(?![(\[:])"
)

_UNDEFINED = re.compile(
    r"(?<![\w\\\])])\[[^\W\d_][^\[\]\\\n]{0,100}\]\[[^\[\]\n]{1,100}\](?![(\[:\w])"
)


def one(text: str) -> list[str]:
    """The lines of an article in one dress; as many as the text has."""
    text = text.replace(CAPTION, "")
    text = _without_comments(text)
    pieces = []
    for is_code, piece in _by_fences(text):
        pieces.append(piece if is_code else _undressed(piece))
    return _with_references("".join(pieces).split("\n"))


def _without_comments(text: str) -> str:
    """The text without HTML's comments; one that is never closed stays."""
    pieces, last = [], 0
    while (start := text.find("<!--", last)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        pieces.append(text[last:start] + "\n" * text.count("\n", start, end))
        last = end + 3
    return "".join([*pieces, text[last:]])


def fences(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The spans of lines that are code between fences.

    A fence that is never closed is none, and none is looked for below it.
    """
    spans, fence, start = [], "", 0
    for at, line in enumerate(lines):
        if "`" not in line and "~" not in line:
            continue
        match = _FENCE.match(line)
        if match is None:
            continue
        if not fence and "`" not in match[2]:
            fence, start = match[1], at
        elif fence and match[1].startswith(fence) and not match[2].strip():
            spans.append((start, at + 1))
            fence = ""
    return spans


def _by_fences(text: str) -> list[tuple[bool, str]]:
    """The text in pieces, each with whether it is code between fences."""
    lines = text.split("\n")
    pieces, last = [], 0
    for start, end in fences(lines):
        pieces.append((False, "\n".join([*lines[last:start], ""])))
        pieces.append((True, "\n".join([*lines[start:end], ""])))
        last = end
    pieces.append((False, "\n".join(lines[last:])))
    if last == len(lines):
        # The line end after the last fence is none of the text's.
        pieces = [*pieces[:-2], (True, pieces[-2][1].removesuffix("\n"))]
    return pieces


def _undressed(text: str) -> str:
    """A text without code: its pictures, captions, links and headings as Markdown."""
    if "{" in text:
        for pattern, new in _SHORTCODES:
            text = _replaced(pattern, new, text)
    if "\n:" in text:
        # The lines of a definition stay as many: the empty one comes first.
        text = _DEFINED.sub(_defined, text)
    for sign, pattern, new in _SIGNED:
        if sign in text:
            text = _replaced(pattern, new, text)
    if "<" in text:
        for pattern, new in _TAGS:
            text = _replaced(pattern, new, text)
        text = htmltables.as_markdown(text)
    if "orcid.org" in text:
        # Behind what was a link in HTML.
        text = _replaced(_ICON, _nothing, text)
    if "&" in text:
        text = "\n".join(map(_with_entities_read, text.split("\n")))
    return text


def _with_entities_read(line: str) -> str:
    """A line with the entities read that stand for no mark of Markdown; code stays as it is."""
    if "&" not in line or "`" in line:
        return line
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]).replace("\xad", ""), line)


def _replaced(pattern: re.Pattern[str], new: Callable[[re.Match[str]], str], text: str) -> str:
    """The text with each match replaced; the line ends that it held follow it."""
    return pattern.sub(
        lambda match: new(match).replace("\n", " ") + "\n" * match[0].count("\n"), text
    )


def _nothing(match: re.Match[str]) -> str:
    return ""


def attributes(text: str) -> dict[str, str]:
    """The attributes of a tag or a shortcode, by their names in small letters."""
    found = {}
    for match in _ATTRIBUTE.finditer(text):
        found[match[1].casefold()] = match[2] or match[3] or match[4] or ""
    return found


def _picture(url: str, alt: str = "", caption: str = "", link: str = "") -> str:
    """A picture as Markdown, with its caption behind it."""
    alt = re.sub(r"([\[\]\\])", r"\\\1", " ".join(alt.split()))
    picture = f"![{alt}]({_target(url)})"
    if link:
        picture = f"[{picture}]({_target(link)})"
    if caption:
        picture += f" {CAPTION}{' '.join(caption.split())}"
    return picture


def _target(url: str) -> str:
    url = " ".join(url.split()).strip("<>")
    if re.search(r"[\s()]", url):
        return f"<{url}>"
    return url


def _img(match: re.Match[str]) -> str:
    has = attributes(match[1])
    url = has.get("src") or has.get("data-src") or ""
    if not url:
        return ""
    return _picture(url, has.get("alt", ""))


def _iframe(match: re.Match[str]) -> str:
    url = attributes(match[1]).get("src", "")
    if video := re.search(r"youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})", url):
        url = f"https://youtu.be/{video[1]}"
    return f"[]({_target(url)})" if url else ""


def _link(match: re.Match[str]) -> str:
    url = attributes(match["has"]).get("href", "")
    label = re.sub(r"</?\w[^<>]*>", " ", match["label"])
    if not url:
        return label
    return f"[{' '.join(label.split())}]({_target(url)})"


def _shortcode(match: re.Match[str]) -> str:
    """A figure of Hugo or Jekyll, by the names that themes give its attributes."""
    has = attributes(match[1])
    url = next(
        (has[name] for name in ("src", "image_path", "path", "url", "file") if name in has), ""
    )
    if not url:
        return match[0]
    alt = has.get("alt") or has.get("title") or ""
    return _picture(url, alt, has.get("caption", ""), has.get("link", ""))


def _behind(match: re.Match[str]) -> str:
    """What follows a picture or link in braces; Quarto gives a figure's alt text there."""
    alt = attributes(match[1]).get("fig-alt", "")
    if alt:
        return f"{CAPTION}fig-alt{CAPTION}{alt}{CAPTION}"
    return ""


def _emphasis(match: re.Match[str]) -> str:
    mark = "*" if match["tag"].casefold() in {"em", "i"} else "**"
    return f"{mark}{match['words']}{mark}"


def _defined(match: re.Match[str]) -> str:
    """A term and its definition, as Pandoc and Obsidian have them, on the definition's line."""
    return "\n" * match[0].count("\n") + f"{match[1]}: "


_SHORTCODES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_SITE, _nothing),
    (_FILTERED, lambda match: match[1]),
    (_HUGO_FIGURE, _shortcode),
    (_HUGO_VIDEO, lambda match: f"[](https://youtu.be/{match[1]})"),
    (_JEKYLL_FIGURE, _shortcode),
    (_REF, lambda match: match[1]),
    (_SHORTCODE, _nothing),
    (_KRAMDOWN, _nothing),
    (_BEHIND, _behind),
)
_SIGNED: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("![[", _OBSIDIAN, lambda match: _picture(match[1], match[2] or "")),
    (":::", _DIV, _nothing),
    ("\n* ", _SPACED, lambda match: f"*{match[1]}*"),
)
"""Each with what must stand in the text, which is looked for first."""

_TAGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_IMG, _img),
    (_IFRAME, _iframe),
    (_LINK, _link),
    (_ANCHOR, _nothing),
    (_CAPTION, lambda match: f"{CAPTION}{' '.join(match[1].split())}"),
    (_SUMMARY, lambda match: f"**{match[1].strip()}**"),
    (_HEADING, lambda match: f"{'#' * int(match[1])} {match[2].strip()}"),
    (_ITEM, lambda match: "- " if match[1] is None else ""),
    (_WRAPPER, _nothing),
    (_EMPHASIS, _emphasis),
)


def _with_references(lines: list[str]) -> list[str]:
    """The lines with links by reference written out; the definitions are left empty."""
    addresses: dict[str, str] = {}
    for at, line in enumerate(lines):
        if "]:" in line and (match := _DEFINITION.fullmatch(line)):
            addresses.setdefault(_id(match["id"]), match["url"])
            lines[at] = ""
    if not addresses:
        return lines
    left = _MOST_GROWN
    for at, line in enumerate(lines):
        if "[" not in line or left <= 0:
            continue
        written = _REFERENCE.sub(lambda match: _written_out(match, addresses), line)
        left -= len(written) - len(line)
        lines[at] = written
    return lines


def shortcodes(text: str) -> list[tuple[int, str]]:
    """The shortcodes that hold nothing an article is read for, each with its line from 0.

    Those around a text, such as a notice's, are none: the text stays.
    """
    if "{" not in text:
        return []
    left = text
    for pattern, new in _SHORTCODES:
        if pattern is not _SHORTCODE:
            left = _replaced(pattern, new, left)
    ended = set(re.findall(r"\{[{%][<%-]?\s{0,4}(?:/|end)\s?(\w{1,40})", left))
    found = []
    for at, line in enumerate(left.split("\n")):
        for match in _SHORTCODE.finditer(line):
            name = re.search(r"/?\w[\w-]*", match[0])
            is_wrapper = name is None or name[0].startswith(("/", "end")) or name[0] in ended
            if not is_wrapper:
                found.append((at, match[0]))
    return found


def undefined(lines: Sequence[str]) -> list[tuple[int, str]]:
    """The references in lines of one dress that nothing defines, each with its line from 0.

    Only those that name what they refer to, as in "[Paper][one]"; code has none.
    """
    inside = {at for start, end in fences(lines) for at in range(start, end)}
    found = []
    for at, line in enumerate(lines):
        if "][" in line and "`" not in line and at not in inside:
            found += [(at, match[0]) for match in _UNDEFINED.finditer(line)]
    return found


def _written_out(match: re.Match[str], addresses: dict[str, str]) -> str:
    url = addresses.get(_id(match["id"] or match["label"]))
    if url is None:
        return match[0]
    return f"{match['picture']}[{match['label']}]({_target(url)})"


def _id(text: str) -> str:
    return " ".join(text.casefold().split())
