"""The Markdown of a paragraph: one parser for posts, pages and articles.

CommonMark and strikethrough by markdown-it-py, with rules of our own for formulas, for emphasis in
writing without spaces, and for the little HTML that people write in Markdown. What is not one of
these is shown as it was written: tables, footnotes, other HTML.
"""

import bisect
import functools
import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.core.text import formulas, invisible, macros, mathml_reading
from bot.core.text.patterns import compiled

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    _Rule = Callable[[StateInline, bool], bool]
    _BlockRule = Callable[[StateBlock, int, int, bool], bool]

_NESTING = 30
"""How deep blocks and brackets may nest; each level takes a few frames of Python's stack."""

# Between two of these no space stands where a line ends.
_WIDE = (
    ("\u2e80", "\ua4cf"),
    ("\uf900", "\ufaff"),
    ("\ufe30", "\ufe4f"),
    ("\uff00", "\uffef"),
    ("\U00020000", "\U0003ffff"),
)

_DEFINITION = (
    r"\[([^\[\]\\\n^][^\[\]\\\n]*)\]:\s+<?((?:(?i:https?)://|mailto:|[#/.])[^\s<>]*)>?(?:\s.*)?\Z"
)
_ADDRESS = r"<((?i:https?)://[^\s<>]+|[\w.+\-]+@[\w.\-]+)>"
_SCHEME = r"(?<!\w)(?i:https?)\Z"
_TEX_ADDRESS = r"\\(?:url|href)\s?\{\s*(?P<url>(?i:https?)://[^\s{}]+)\s*\}"
# Quotation marks of TeX, which would be code where another pair follows.
_TEX_QUOTES = (
    r"(?<![\w`\\])(?P<open>`{1,2})(?P<said>(?=[^\s`'])[^`\n]{0,300}?[^\s`'])"
    r"(?P<close>'{1,2})(?![\w'`])(?=[^`]*(?:\Z|(?<=[\s(\[])`{1,2}[^\s`]))"
)
_URL = (
    r"://(?:[^\s<>*\[\]()`~\\\u2018-\u201f\u3000-\u303f\uff01-\uff20\uff3b-\uff65«»„…]|~(?!~)"
    r"|\*(?=[\w/])|\([^\s<>()]*\))+"
)
# Signs at the end of a bare address belong to the sentence, and so does an entity of one.
_URL_END = r"(?:[.,;:!?'\"_]|&(?:quot|lt|gt|apos|#39);)+\Z"
_QUOTES = {1: ("‘", "’"), 2: ("“", "”")}
_HOST = r"://(?:[^\s./?#]+\.)+[^\s./?#]{2,}|://localhost"
_FORM = r"<(su[bp])>([^<>]{1,40})</su[bp]>"
_NAMES = (
    "a|abbr|b|big|br|cite|code|del|div|em|i|img|ins|kbd|mark|p|small|span|strike|strong|sub|sup"
    "|tt|u"
)
_TAG = rf"</?({_NAMES})(?:\s[^<>]{{0,500}})?/?>"
_TASK = r"\[[ xX]\]\s+(?=\S)"


def parse(markdown: str) -> list["Token"]:
    """The tokens of markdown-it-py, with these of our own.

    `math` and `math_block` hold a formula's TeX, `sub` and `sup` their text. A `softbreak` has as
    its content what stands in its place: a line break, or nothing between characters that are
    written without spaces. A `link_close` has its address in `meta["href"]`; a link without a
    label holds its address as a text whose info is "address", and the markup of a link that was
    written as its address is "autolink". Addresses are as they were written,
    with escapes and entities read.
    """
    return _parser().parse(_prepared(markdown), {})


def parse_line(text: str) -> list["Token"]:
    """The same for a text that is no more than one line, such as a title: the tokens inside of it.

    No sign at its beginning makes it a heading, a list or a quotation.
    """
    visible = _with_quotes(invisible.removed(text))
    return _parser().parseInline(" ".join(visible.split()), {})


def parse_as_others(paragraph: str) -> list["Token"]:
    """The inline tokens of a paragraph, in which nothing begins another block, as any reader of
    CommonMark sees it.
    """
    blocks = _common_parser().parseInline(paragraph)
    return [child for block in blocks for child in block.children or ()]


def is_wide(character: str) -> bool:
    """Whether this belongs to a script that is written without spaces, such as Chinese."""
    return any(first <= character <= last for first, last in _WIDE)


@functools.cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # heavy: 20 ms, for threads and pages only
    from markdown_it.rules_block import blockquote, list_block  # heavy: as above
    from markdown_it.rules_inline import emphasis, image, link, strikethrough  # heavy: as above

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING})
    # Renderers decide which addresses they link; a label is read whatever it leads to.
    parser.normalizeLink = _as_written  # type: ignore[method-assign]
    parser.validateLink = _is_address  # type: ignore[method-assign]

    inline = parser.enable("strikethrough").inline.ruler
    inline.at("strikethrough", _without_spaces(strikethrough.tokenize))
    inline.at("emphasis", _without_spaces(emphasis.tokenize))
    inline.at("link", _with_target(link))
    inline.at("image", _with_target(image))
    inline.at("autolink", _address)
    inline.at("html_inline", _tag)
    inline.before("newline", "url", _url)
    inline.before("escape", "math", formulas.inline)
    inline.before("escape", "brackets", macros.brackets)
    inline.before("escape", "accents", macros.accents)
    inline.before("escape", "styles", macros.styles)
    inline.before("escape", "switches", macros.switches)
    inline.before("escape", "moved", macros.moved)
    inline.before("escape", "spaces", macros.spaces)
    inline.before("escape", "tex_addresses", _tex_address)

    block = parser.block.ruler
    block.at("list", _shallow(list_block), {"alt": ["paragraph", "reference", "blockquote"]})
    block.at(
        "blockquote",
        _shallow(blockquote),
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    block.at("reference", _definition, {"alt": ["paragraph", "blockquote"]})
    block.at("html_block", _comment_block, {"alt": ["paragraph", "blockquote"]})
    block.before("fence", "math_block", formulas.block, {"alt": ["paragraph", "blockquote"]})

    core = parser.core.ruler
    core.after("block", "tasks", _tasks)
    core.after("text_join", "lines", _lines)
    core.after("lines", "labels", _labels)

    # The parser prepares its lists of rules in the first run. Threads share it only after that.
    parser.parse("first")
    return parser


@functools.cache
def _common_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # heavy: as above

    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    # Who asks looks at words alone, and to normalize addresses takes long.
    parser.normalizeLink = _as_written  # type: ignore[method-assign]
    parser.parse("first")
    return parser


# Bullets of word processors, also those of their own fonts. A dash or a dot in the middle is one
# where lines under each other begin with it.
BULLETS = "•●‣◦▪■○⁃∙❖➢➤►▶◆♦\uf0a7\uf0b7\uf0d8"
_BULLET = rf"[{BULLETS}][^\S\n]*(?=\S)"
_DASH = r"(?:[–—][^\S\n]+|[·・･][^\S\n]*)(?=\S)"
_FENCE = r" {0,3}(```|~~~)"
_BRACKET_LINES = r"(?m)^[ ]{0,3}\\\[[ \t]*\n((?:[^\n$]*\S[^\n$]*\n){1,40}?)[ ]{0,3}\\\][ \t]*$"


def _prepared(markdown: str) -> str:
    """The Markdown without invisible characters, with `-` for other bullets, `$$` for `\\[`."""
    text = invisible.removed(markdown)
    if "\\[" in text:
        text = compiled(_BRACKET_LINES).sub(r"$$\n\1$$", text)
    text = _with_quotes(text)
    if compiled(rf"(?m)^[^\S\n]*(?:{_BULLET}|{_DASH})").search(text):
        text = "\n".join(_with_bullets(text.split("\n")))
    return text


def _with_quotes(text: str) -> str:
    """The text with quotation marks for those of TeX: “so” for ``so''."""
    if "`" not in text or "'" not in text:
        return text
    return compiled(_TEX_QUOTES).sub(_quoted, text)


def _quoted(found: re.Match[str]) -> str:
    if len(found["open"]) != len(found["close"]):
        return found[0]
    opening, closing = _QUOTES[len(found["open"])]
    return f"{opening}{found['said']}{closing}"


def _with_bullets(lines: Sequence[str]) -> Iterator[str]:
    # With one before the first line and one behind the last.
    dashed = [bool(compiled(rf"\s*{_DASH}").match(line)) for line in ("", *lines, "")]
    fence, in_list = "", False
    for number, line in enumerate(lines):
        if marks := compiled(_FENCE).match(line):
            fence = {"": marks[1], marks[1]: ""}.get(fence, fence)
        is_dashed = dashed[number + 1] and (dashed[number] or dashed[number + 2])
        mark = _BULLET
        if is_dashed:
            mark = _DASH
        found = compiled(rf"(\s*)(?:{mark})").match(line)
        # Four spaces begin code, but not below an item of a list.
        if found and not fence and (in_list or len(found[1].expandtabs(4)) < 4):
            line, in_list = f"{found[1]}- {line[found.end() :]}", True
        elif line.strip() and not line[0].isspace():
            in_list = False
        yield line


def _as_written(url: str) -> str:
    """The address, with a scheme of the web in small letters: readers of addresses expect it so."""
    scheme = url.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        return url
    return scheme + url[len(scheme) :]


def _is_address(url: str) -> bool:
    return True


def _shallow(rule: "_BlockRule") -> "_BlockRule":
    """The rule for lists or quotations, down to a depth; the marks of deeper ones are text.

    Of blocks that nest deeper than `maxNesting` the parser would drop the words.
    """

    def shallow(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
        # A list and its item take a level each.
        return state.level + 2 < _NESTING and rule(state, start, end, silent)

    return shallow


def _with_target(rule: "_Rule") -> "_Rule":
    """The rule for links or pictures, asked only where there may be one.

    It looks for the end of each label, which takes long where many brackets stand in each other.
    """

    def with_target(state: "StateInline", silent: bool) -> bool:
        if state.src[state.pos] not in "[!":
            return False
        if _last(state.src, "](") < state.pos and not state.env.get("references"):
            return False
        return rule(state, silent)

    return with_target


def _without_spaces(tokenize: "_Rule") -> "_Rule":
    """The rule for marks of emphasis, kind to writing without spaces.

    CommonMark lets marks inside of punctuation begin or end emphasis only where a space or
    punctuation stands outside, as it always does in English and never in Chinese:
    https://github.com/commonmark/commonmark-spec/issues/650
    """

    def rule(state: "StateInline", silent: bool) -> bool:
        start, known = state.pos, len(state.delimiters)
        if not tokenize(state, silent):
            return False
        opens, closes = _sides(state.src, start, state.pos)
        for delimiter in state.delimiters[known:]:
            delimiter.open, delimiter.close = opens, closes
        return True

    return rule


def _sides(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the marks between these places may begin and may end emphasis."""
    before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
    if before.isdecimal() and behind.isdecimal():
        return False, False  # 2*3*4 is a product
    space_before, space_behind = not before.strip(), not behind.strip()
    sign_before = not space_before and not before.isalnum()
    sign_behind = not space_behind and not behind.isalnum()
    is_free_before = space_before or sign_before or _is_spaceless(before)
    is_free_behind = space_behind or sign_behind or _is_spaceless(behind)
    opens = not space_behind and (not sign_behind or is_free_before)
    closes = not space_before and (not sign_before or is_free_behind)
    if text[start] == "_":
        return opens and (not closes or sign_before), closes and (not opens or sign_behind)
    return opens, closes


def _is_spaceless(character: str) -> bool:
    """Whether this may follow emphasis without a space: in Korean, particles do."""
    return is_wide(character) or "가" <= character <= "힣"


def _url(state: "StateInline", silent: bool) -> bool:
    """A bare address: a link, and no underscore or asterisk in it is a mark of emphasis.

    Entities in it are read, as everywhere in CommonMark: an article writes a `<` behind it as one.
    """
    at = state.pos
    if state.src[at] != ":" or not (scheme := _scheme_before(state)):
        return False
    found = compiled(_URL).match(state.src, at, state.posMax)
    if found is None:
        return False
    address = compiled(_URL_END).sub("", found[0])
    if not silent and compiled(_HOST).match(address):
        state.pending = state.pending[: -len(scheme)]
        _push_address(state, state.md.utils.unescapeAll(scheme + address))
    elif not silent:
        state.pending += state.md.utils.unescapeAll(address)
    state.pos = at + len(address)
    return True


def _scheme_before(state: "StateInline") -> str:
    """The scheme that has just been read as text, "" where there is none."""
    found = compiled(_SCHEME).search(state.src, max(state.pos - 6, 0), state.pos)
    if found is None:
        return ""
    return found[0]


def _address(state: "StateInline", silent: bool) -> bool:
    """An address in angle brackets."""
    if state.src[state.pos] != "<":
        return False
    found = compiled(_ADDRESS).match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        _push_address(state, html.unescape(found[1]))
    state.pos = found.end()
    return True


def _tex_address(state: "StateInline", silent: bool) -> bool:
    """An address in TeX: `\\url{…}` and, with a label, `\\href{…}{…}`."""
    if state.src[state.pos] != "\\":
        return False
    found = compiled(_TEX_ADDRESS).match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    address = state.md.utils.unescapeAll(found["url"])
    label = compiled(r"\s?\{(?P<label>[^{}\\$\[\]]{1,300})\}").match(state.src, found.end())
    if found[0].startswith("\\url"):
        label = None
    elif label is None or label.end() > state.posMax or state.linkLevel:
        return False
    if not silent and label:
        _push_labelled(state, address, label["label"])
    elif not silent:
        _push_address(state, address)
    state.pos = (label or found).end()
    return True


def _push_labelled(state: "StateInline", address: str, label: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": address}
    state.push("text", "", 0).content = label
    state.push("link_close", "a", -1)


def _push_address(state: "StateInline", address: str) -> None:
    """A link that has its address as its label; in a link it is text."""
    address = _as_written(address)
    is_link = not state.linkLevel
    if is_link:
        opening = state.push("link_open", "a", 1)
        opening.attrs, opening.markup = {"href": address}, "autolink"
    label = state.push("text", "", 0)
    label.content = address
    if is_link:
        label.info = "address"
        state.push("link_close", "a", -1)


def _tag(state: "StateInline", silent: bool) -> bool:
    """The HTML that is read: line breaks, `sub` and `sup`, formulas in MathML, and comments.

    Other common tags are left out, others still are shown as they were written.
    """
    at = state.pos
    if state.src[at] != "<":
        return False
    if state.src.startswith("<!--", at):
        behind = _comment_end(state.src, at)
        if not 0 < behind <= state.posMax:
            return False
        state.pos = behind
        return True
    if formula := mathml_reading.at(state.src, at, state.posMax):
        if not silent:
            token = state.push("math", "math", 0)
            token.content, token.markup = formula.tex, "$"
        state.pos = formula.end
        return True
    if form := compiled(_FORM).match(state.src, at, state.posMax):
        if not silent:
            state.push(form[1], form[1], 0).content = " ".join(form[2].split())
        state.pos = form.end()
        return True
    found = compiled(_TAG).match(state.src, at, state.posMax)
    if found is None:
        return False
    if found[1] == "br" and not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _comment_block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
    """A comment with an empty line in it, which no paragraph could hold."""
    at = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("<!--", at):
        return False
    behind = _comment_end(state.src, at)
    if behind < 0 or not compiled(r"\n\s*\n").search(state.src, at, behind):
        return False
    line = bisect.bisect_left(state.eMarks, behind, start, end)
    if line >= end or state.src[behind : state.eMarks[line]].strip():
        return False
    if not silent:
        state.line = line + 1
    return True


def _comment_end(text: str, start: int) -> int:
    """The place behind the comment that begins here, or -1."""
    if _last(text, "-->") < start + 4:
        return -1
    return text.find("-->", start + 4) + 3


@functools.lru_cache(maxsize=8)
def _last(text: str, mark: str) -> int:
    # Asked wherever something begins: without this, many that never end take squared time.
    return text.rfind(mark)


def _definition(state: "StateBlock", start: int, _end: int, silent: bool) -> bool:
    """A link reference definition, `[1]: https://...`, also at the end of a paragraph.

    CommonMark would take `[Note]: this` for one too and drop it: here it has to lead somewhere.
    """
    at = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start):
        return False
    found = compiled(_DEFINITION).match(state.src, at, state.eMarks[start])
    if found is None:
        return False
    if not silent:
        label = state.md.utils.normalizeReference(found[1])
        href = state.md.utils.unescapeAll(found[2])
        references = state.env.setdefault("references", {})
        references.setdefault(label, {"title": "", "href": href})
        state.line = start + 1
    return True


def _tasks(state: "StateCore") -> None:
    """Take the box from each item of a list of tasks."""
    box = compiled(rf"\A{_TASK}")
    for index, token in enumerate(state.tokens[2:], 2):
        item = state.tokens[index - 2]
        if token.type == "inline" and item.type == "list_item_open" and not item.info:
            token.content = box.sub("", token.content)


def _lines(state: "StateCore") -> None:
    """Say what stands where a line ends; no text holds a line break of its own."""
    for token in state.tokens:
        if token.children:
            _join(token.children)


def _join(tokens: Sequence["Token"]) -> None:
    last, ended = None, None
    for token in tokens:
        if token.children:
            _join(token.children)
        if token.type == "softbreak":
            token.content, ended = "\n", token
            if last and last.type == "text":
                last.content = last.content.rstrip()
        elif token.type == "hardbreak":
            last, ended = None, None
        elif token.content:
            token.content = invisible.removed(token.content)  # an entity may spell one
            if token.type == "text":  # or a line break
                token.content = token.content.replace("\r", " ").replace("\n", " ")
                if ended:
                    token.content = token.content.lstrip()
            if ended and last and is_wide(last.content[-1:]) and is_wide(token.content[:1]):
                ended.content = ""
            last, ended = token, None


def _labels(state: "StateCore") -> None:
    """Give each link without a label its address as one, and each end of a link its address."""
    for token in state.tokens:
        if token.children:
            token.children = _labelled(token.children)


def _labelled(tokens: Sequence["Token"]) -> list["Token"]:
    labelled: list[Token] = []
    href, is_seen = "", False
    for token in tokens:
        if token.type == "link_open":
            href, is_seen = str(token.attrs["href"]), False
        elif token.type == "link_close":
            token.meta["href"] = href
            if not is_seen:
                label = type(token)("text", "", 0)
                label.content, label.info = href, "address"
                labelled.append(label)
        elif token.type == "image":
            token.children = _labelled(token.children or [])
            is_seen = is_seen or any(child.content.strip() for child in token.children)
        else:
            is_seen = is_seen or bool(token.content.strip())
        labelled.append(token)
    return labelled
