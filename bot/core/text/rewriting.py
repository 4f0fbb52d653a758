"""The tokens of a paragraph's Markdown as Markdown again, for an article."""

import copy
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core import address
from bot.core.text import formulas, macros, renderers, syntax, tex
from bot.core.text.patterns import compiled

if TYPE_CHECKING:
    from markdown_it.token import Token

_EMPHASIS = frozenset({"em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"})
_BREAKS = ("softbreak", "hardbreak")
_OTHER_MARKS = {"-": "*", "*": "-", "+": "-", ".": ")", ")": "."}

# What Markdown would take for a mark: backslashes, backticks, asterisks but those between spaces,
# underscores outside of words, tildes in pairs, brackets that end a label, pictures, attributes
# (`{: …}`, in kramdown), HTML, and entities. Each begins with its sign, by which `re` finds them
# many times as fast.
_SIGNS = (
    r"\\(?=[!-~]|\s*\Z)|`|\*(?<! \*)|\*(?! )|_(?<![^\W_]_)|_(?![^\W_])|~(?=~)|~(?<=~~)"
    r"|\](?=[(\[:])|!(?=\[)|\{(?=:)|<(?! )|&(?=#?\w+;)"
)
# At the start of a line: headings (for some readers also without a space, as in `#tag`),
# underlines, lists, quotations, boxes, definitions of links.
_STARTS = (
    r"(?m)^(?:#|[-+](?=\s|$)|[-=](?=[-=]*[ ]*$)|>|\d{1,9}(?=[.)](?:\s|$))"
    r"|\[(?=[ xX]\]\s|[^\[\]]{0,999}\]:)"
    rf"|[{syntax.BULLETS}](?=\s*\S))"
)
_DASHES = r"(?m)^[–—](?=\s)"
# In a line of its own: also all brackets and other signs, for it may stand in a label.
_LINE_SIGNS = (
    r"[\\`*\[\]<>~]|(?<![^\W_])_|_(?![^\W_])|\{(?=:)|&(?=#?\w+;)|#+$|^(?:[#+=-]|\d+(?=[.)]))"
)
_LINE_MARKS = r"[\\`*\[\]<>~_{&#]"
# Not every reader of Markdown knows a backslash before these, and HTML would stay HTML for some.
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
# What every reader of Markdown takes as an address in angle brackets, and as nothing else.
_AUTOLINK = rf"{address.SCHEME}[A-Za-z0-9/?#@:.,;=~+%!'()_-]+"
_UNSAFE = str.maketrans({"\\": "%5C", "`": "%60", "<": "%3C", ">": "%3E", " ": "%20", "\n": "%0A"})


def article(tokens: Iterable["Token"]) -> str:
    """Markdown that stays in the section it is put into and needs no more than CommonMark."""
    blocks = _article_blocks(iter(tokens), is_top=True)
    text = _joined(blocks)
    return text if not blocks or blocks[0].kind == "paragraph" else f"\n\n{text}"


@dataclass(frozen=True, slots=True)
class _Written:
    """A block of an article.

    Its kind is `paragraph`, `line` (in a list without empty lines), `list`, `numbered` (a list from
    another number than 1), `quote` or `code`.
    """

    kind: str
    text: str


def _joined(blocks: Sequence[_Written]) -> str:
    text, last = "", ""
    for block in blocks:
        is_near = last == "line" and block.kind in ("list", "quote")
        if text and is_near:
            text += "\n"
        elif text:
            text += "\n\n"
        text += block.text
        last = block.kind
    return text


def _article_blocks(tokens: Iterator["Token"], is_top: bool = False) -> list[_Written]:
    """The blocks up to the end of what holds them."""
    blocks: list[_Written] = []
    mark, opening = "", None
    for token in tokens:
        if token.type in ("blockquote_close", "list_item_close"):
            break
        is_under_list = bool(blocks) and blocks[-1].kind in ("list", "numbered")
        block = None
        if token.type == "blockquote_open":
            block = _article_quote(_article_blocks(tokens))
        elif token.type in renderers.LISTS:
            before, mark = mark, token.markup
            # Two lists under each other with the same mark would become one.
            if is_under_list and mark == before:
                mark = _OTHER_MARKS[mark]
            block = _article_list(tokens, token, mark)
        elif token.type in renderers.CODE:
            # A fence that nothing ends would take in what follows. Under a list, lines that are
            # indented would belong to its last item.
            block = _article_code(token.content, is_top and not is_under_list)
        elif token.type == "math_block":
            block = _Written("paragraph", _at_starts(literal(tex.plain(token.content))))
        elif token.type == "inline" and opening:
            block = _article_paragraph(opening, token)
        if block and block.text:
            blocks.append(block)
        opening = token
    return blocks


def _article_quote(blocks: Sequence[_Written]) -> _Written:
    if not blocks:
        return _Written("quote", "")
    lines = [f"> {line}".rstrip() for line in _joined(blocks).split("\n")]
    return _Written("quote", "\n".join(lines))


def _article_list(tokens: Iterator["Token"], opening: "Token", mark: str) -> _Written:
    start = number = int(opening.attrs.get("start", 1))
    is_ordered = opening.type == "ordered_list_open"
    items: list[str] = []
    gap, is_near = "\n", start == 1
    for token in tokens:
        if token.type != "list_item_open":
            break
        blocks = _article_blocks(tokens)
        if any(block.kind == "paragraph" for block in blocks):
            gap = "\n\n"
        if not items and not blocks:
            is_near = False  # directly under a line, an empty item would make it a heading
        label = f"{mark} "
        if is_ordered:
            label = f"{number}{mark} "
        lines = _joined(blocks).replace("\n", "\n" + " " * len(label))
        items.append(compiled(r" +(?=\n|\Z)").sub("", label + lines))
        number += 1
    kind = "numbered"
    if is_near:
        kind = "list"
    return _Written(kind, gap.join(items))


def _article_code(code: str, is_indented: bool) -> _Written:
    lines = compiled(r"\A(?:[ \t]*\n)+").sub("", code).rstrip().split("\n")
    if is_indented and not lines[0]:
        return _Written("code", "")
    if is_indented:
        indented = [f"    {line}".rstrip() for line in lines]
        return _Written("code", "\n".join(indented))
    return _Written("paragraph", "\\\n".join([_ticked(line) for line in lines if line.strip()]))


def _article_paragraph(opening: "Token", token: "Token") -> _Written:
    tokens = _settled(token.children or ())
    pieces = _article_pieces(tokens)
    if opening.type == "heading_open" and pieces:
        pieces = [("emphasis", "**"), *pieces, ("emphasis", "**")]
    text = _assembled(pieces)
    is_marked = any(kind == "emphasis" for kind, _ in pieces)
    if is_marked and _seen_in(syntax.parse_as_others(text)) != _seen_in(tokens):
        # Others would show the marks of emphasis that they do not see, as in `**[a](b)**接着`.
        text = _assembled([piece for piece in pieces if piece[0] != "emphasis"])
    kind = "paragraph"
    if opening.hidden:
        kind = "line"
    return _Written(kind, text)


def _seen_in(tokens: Sequence["Token"]) -> str:
    """All signs that a reader of inline tokens sees, without spaces."""
    return "".join(renderers.inline(tokens, renderers.POST).split())


def _article_pieces(tokens: Iterable["Token"]) -> list[tuple[str, str]]:
    """A paragraph in pieces, each with its kind.

    `text` and a link's `label` are still to be escaped; marks of `emphasis`, the start of a `link`
    and any other `mark` are not.
    """
    pieces: list[tuple[str, str]] = []
    kind = "text"
    for token in tokens:
        if token.tag == "a":
            piece, kind = _link_piece(token, kind)
            pieces.append(piece)
        elif kind == "address":
            continue  # the piece of its link says it
        elif token.type == "hardbreak":
            pieces.append(("mark", "\\\n"))
        elif token.type == "softbreak":
            pieces.append(("mark", token.content))
        elif token.nesting:
            pieces.append(("emphasis", token.markup))
        elif token.type == "code_inline":
            pieces.append(("mark", _ticked(token.content)))
        else:
            pieces.append((kind, renderers.POST[token.type](token)))
    return [piece for piece in pieces if piece[1]]


def _link_piece(token: "Token", kind: str) -> tuple[tuple[str, str], str]:
    """What an edge of a link is in an article, and the kind of what follows it.

    `kind` is that of what stands before it.
    """
    if token.type == "link_close" and kind == "label":
        return ("mark", f"]({target(token.meta['href'])})"), "text"
    if token.type == "link_close":
        return ("mark", ""), "text"
    if _is_address(token):
        return ("mark", f"<{token.attrs['href']}>"), "address"
    if address.is_web(str(token.attrs["href"])):
        return ("link", "["), "label"
    return ("link", ""), "text"


def _is_address(token: "Token") -> bool:
    """Whether a link begins that has its address as its label."""
    if token.markup != "autolink":
        return False
    return bool(compiled(_AUTOLINK).fullmatch(str(token.attrs["href"])))


def _assembled(pieces: Sequence[tuple[str, str]]) -> str:
    """The paragraph with what it needs of backslashes."""
    text = _at_starts(_escaped(pieces, with_dollars=False))
    if formulas.holds_formula(text):
        text = _at_starts(_escaped(pieces, with_dollars=True))
    if macros.holds_formula(text):
        text = compiled(r"(\\\\)|\\([\[\]])").sub(_bracket_entity, text)
    return text


def _bracket_entity(found: re.Match[str]) -> str:
    """A bracket as an entity, which nobody takes for the beginning of a formula."""
    return found[1] or {"[": "&#91;", "]": "&#93;"}[found[2]]


def _escaped(pieces: Iterable[tuple[str, str]], with_dollars: bool) -> str:
    text = ""
    # Text that touches is escaped together: `<` and `b` may come from different tokens.
    for kind, group in itertools.groupby(pieces, _kind):
        joined = "".join([piece for _, piece in group])
        if kind == "link" and text.endswith("!"):
            text = text[:-1] + "\\!"  # or the link would be a picture
        if kind in ("text", "label"):
            joined = literal(joined)
            if with_dollars:
                joined = joined.replace("$", "\\$")
        if kind == "label":
            joined = compiled(r"(?<!\\)[\[\]]").sub(r"\\\g<0>", joined)
        text += joined
    if "\n" in text:
        text = compiled(r"[ \t]*(\\?)\n[ \t\n]*").sub(r"\1\n", text)
    return text.strip()


def _kind(piece: tuple[str, str]) -> str:
    return piece[0]


def _ticked(code: str) -> str:
    """Code between more backticks than stand together in it."""
    code = code.strip()
    if not code:
        return ""
    longest = max((len(ticks) for ticks in compiled("`+").findall(code)), default=0)
    ticks = "`" * (longest + 1)
    if code.startswith("`") or code.endswith("`"):
        code = f" {code} "
    return f"{ticks}{code}{ticks}"


def _settled(tokens: Iterable["Token"]) -> list["Token"]:
    """The tokens with signs and spaces at the edges of emphasis moved out of it.

    They are moved where a letter follows, as in `**重要**。接着`: only so CommonMark sees emphasis
    there. Empty emphasis is left out.
    """
    settled = [token for token in tokens if token.type != "text" or token.content]
    settled = _moved_out(settled, -1)
    settled = _moved_out(settled[::-1], 1)[::-1]
    # A line break at the end would be a backslash.
    _taken(settled, is_end=True, is_before_word=False)
    settled.reverse()
    _taken(settled, is_end=False, is_before_word=False)
    settled.reverse()
    opened: list[tuple[int, int]] = []
    kept: list[Token | None] = []
    seen = 0
    for token in settled:
        if token.type in _EMPHASIS and token.nesting > 0:
            opened.append((len(kept), seen))
        elif token.type in _EMPHASIS:
            start, seen_before = opened.pop()
            if seen == seen_before:
                kept[start] = None
                continue
        seen += _is_visible(token)
        kept.append(token)
    return [token for token in kept if token]


def _is_visible(token: "Token") -> bool:
    return bool(token.content.strip() or token.children)


def _moved_out(tokens: Sequence["Token"], nesting: int) -> list["Token"]:
    """Signs and spaces moved over the marks of that nesting.

    For marks that open emphasis, `tokens` are reversed.
    """
    edge = 0
    if nesting < 0:
        edge = -1
    outside = [""] * (len(tokens) + 1)
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        visible = token.content
        if token.type in _BREAKS:
            visible = "\n"
        outside[index] = outside[index + 1]
        if visible:
            outside[index] = visible[-1 - edge]
    moved: list[Token] = []
    for index, token in enumerate(tokens):
        carried: list[Token] = []
        if token.type in _EMPHASIS and token.nesting == nesting:
            carried = _taken(moved, nesting < 0, outside[index + 1].isalnum())
        moved += [token, *carried]
    return moved


def _taken(tokens: list["Token"], is_end: bool, is_before_word: bool) -> list["Token"]:
    """What stands at the edge before a mark, taken from the end of the tokens."""
    carried: list[Token] = []
    while tokens and (tokens[-1].type in ("text", *_BREAKS)):
        last = tokens.pop()
        stays, goes = _cut(last.content, is_end, is_before_word)
        if last.type in _BREAKS or not stays:
            carried.append(last)
            continue
        if not goes:
            tokens.append(last)
            break
        kept, cut = copy.copy(last), copy.copy(last)
        kept.content, cut.content = stays, goes
        tokens.append(kept)
        carried.append(cut)
        break
    return carried[::-1]


def _cut(text: str, is_end: bool, is_before_word: bool) -> tuple[str, str]:
    """The text without what stands at that edge, and this: spaces, before a word also signs."""
    letters = text
    if is_end:
        letters = text[::-1]
    count = 0
    for letter in letters:
        if letter.isalnum() or not (letter.isspace() or is_before_word):
            break
        count += 1
    if is_end:
        return text[: len(text) - count], text[len(text) - count :]
    return text[count:], text[:count]


def literal(text: str) -> str:
    """Text that Markdown shows as it is, if it does not begin a line."""
    return compiled(_SIGNS).sub(_marked, text)


def literal_line(text: str) -> str:
    """Text on one line that Markdown shows as it is, wherever it stands."""
    line = " ".join(text.split())
    first = line[:1]
    # Most lines hold no sign, which is seen in a tenth of the time.
    if first not in "+=-" and not first.isdecimal() and not compiled(_LINE_MARKS).search(line):
        return line
    return compiled(_LINE_SIGNS).sub(_marked, line)


def _marked(found: re.Match[str]) -> str:
    """A sign as Markdown shows it."""
    if found[0].isdigit():
        # A backslash takes its meaning from the dot behind a number, from other signs themselves.
        return f"{found[0]}\\"
    if found[0] in syntax.BULLETS:
        return f"&#{ord(found[0])};"
    return _ENTITIES.get(found[0], f"\\{found[0]}")


def _at_starts(text: str) -> str:
    """The lines of a paragraph without anything that would begin another block."""
    marked = compiled(_STARTS).sub(_marked, text)
    # Several of them would be read as items.
    if len(compiled(_DASHES).findall(marked)) > 1:
        marked = compiled(_DASHES).sub(_dash_entity, marked)
    return marked


def _dash_entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def target(url: str) -> str:
    """An address as the target of a link."""
    safe = compiled(r"&(?=#?\w+;)").sub("&amp;", url.translate(_UNSAFE))
    if "(" in safe or ")" in safe:
        return f"<{safe}>"
    return safe
