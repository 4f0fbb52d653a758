"""The tokens of a paragraph's Markdown as the text of a post and as the HTML of a page.

Both say the same: what one leaves out, the other leaves out. So does the article in `rewriting`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core import address
from bot.core.text import mathml, syntax, tex
from bot.core.text.patterns import compiled

if TYPE_CHECKING:
    from markdown_it.token import Token

# With an argument, or of two letters and more, but not in a path of Windows.
_COMMAND = r"\\[A-Za-z]+\*?(?=\s?\{)|(?<![\w:\\/.])\\[A-Za-z]{2,30}(?![\w\\:/.*?+|(\[])"
CODE = ("fence", "code_block")
LISTS = ("bullet_list_open", "ordered_list_open")


def post(tokens: Iterable["Token"]) -> str:
    """Plain text: blocks with an empty line between them, items of lists a line each."""
    return _joined(_blocks(tokens, _said))


def mail(tokens: Iterable["Token"]) -> str:
    """The same with the address of each link behind its words, where they are not the address."""
    return _joined(_blocks(tokens, _said_with_addresses))


def _joined(blocks: Iterable["_Block"]) -> str:
    text, last = "", None
    for block in blocks:
        text += _gap(last, block) + block.text if last else block.text
        last = block
    return text.strip()


@dataclass
class _Block:
    """A block of a post and the lines it has in the Markdown, the end not included.

    Prose is whatever is neither a heading, nor code, nor a formula of its own.
    """

    text: str
    start: int
    end: int
    begins_item: bool = False
    is_prose: bool = False


def _gap(last: _Block, block: _Block) -> str:
    """What stands between two blocks of a post."""
    if block.start > last.end:
        return "\n\n"
    if not (last.is_prose and block.is_prose):
        return "\n\n"
    if block.begins_item:
        return "\n"
    # Only a mark of quotation stands between these two lines: they go on as one.
    if syntax.is_wide(last.text[-1]) and syntax.is_wide(block.text[0]):
        return ""
    return " "


def _blocks(
    tokens: Iterable["Token"], said: Callable[[Sequence["Token"]], str]
) -> Iterable[_Block]:
    numbers: list[int | None] = []
    marker, in_heading = "", False
    for token in tokens:
        start, end = token.map or (0, 0)
        if token.type in LISTS:
            numbers.append(_first_number(token))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            number = numbers[-1]
            if number is None:
                marker += "• "
            else:
                marker += f"{number}{token.markup} "
                numbers[-1] = number + 1
        elif token.type == "list_item_close":
            if marker.strip("• "):  # an empty item still shows its number
                yield _Block(marker.strip(), start, end, begins_item=True, is_prose=True)
            marker = ""
        elif token.type in ("heading_open", "heading_close"):
            in_heading = token.type == "heading_open"
        elif text := _block_text(token, said):
            is_prose = token.type == "inline" and not in_heading
            yield _Block(marker + text, start, end, bool(marker), is_prose)
            marker = ""


def _first_number(token: "Token") -> int | None:
    """The number of a list's first item; None where items have no numbers."""
    if token.type == "bullet_list_open":
        return None
    return int(token.attrs.get("start", 1))


def _block_text(token: "Token", said: Callable[[Sequence["Token"]], str]) -> str:
    if token.type == "inline":
        text = compiled(r"[ \t]+").sub(" ", said(token.children or ()))
        return compiled(r"[^\S\n]*\n[^\S\n]*").sub("\n", text).strip()
    if token.type in CODE and token.content.strip():
        return token.content.strip("\n")
    if token.type == "math_block":
        return tex.plain(token.content)
    return ""


def _said(tokens: Sequence["Token"]) -> str:
    return inline(tokens, POST)


def _said_with_addresses(tokens: Sequence["Token"]) -> str:
    pieces: list[str] = []
    begin = 0
    for token in tokens:
        if token.type == "link_open":
            begin = len(pieces)
        pieces.append(POST[token.type](token))
        if token.type == "link_close":
            pieces.append(_behind("".join(pieces[begin:]), token.meta["href"]))
    return "".join(pieces)


def _behind(label: str, href: str) -> str:
    """What stands behind the words of a link: nothing where they are its address.

    In angle brackets, as RFC 3986 asks for in plain text: addresses may hold round ones.
    """
    words = label.strip().rstrip("/")
    if not address.is_web(href) or words in {href.rstrip("/"), _without_scheme(href)}:
        return ""
    return f" <{_encoded(href)}>"


def _without_scheme(href: str) -> str:
    return href.partition("://")[2].rstrip("/")


def _encoded(href: str) -> str:
    """An address without spaces and other signs that end it for programs."""
    # light once the parser is there, and it is
    from markdown_it.common.normalize_url import normalizeLink

    return normalizeLink(href)


def links(tokens: Iterable["Token"]) -> list[tuple[str, str]]:
    """Labels and addresses of the links, in order.

    The label is "" where there is none, or only a picture without alternative text.
    """
    found: list[tuple[str, str]] = []
    for token in tokens:
        label: list[Token] = []
        for child in token.children or ():
            if child.type == "link_open":
                label = []
            elif child.type == "link_close":
                found.append((inline(label, POST), child.meta["href"]))
            elif child.info != "address":
                label.append(child)
    return found


def unknown_tex(tokens: Iterable["Token"]) -> list[str]:
    """The commands of TeX that are not known, in formulas and, with an argument, in words."""
    found: list[str] = []
    for token in tokens:
        if token.type in ("math", "math_block"):
            found += tex.unknown(token.content)
        elif token.type == "text":
            found += compiled(_COMMAND).findall(token.content)
        found += unknown_tex(token.children or ())
    return list(dict.fromkeys(found))


def page(tokens: Sequence["Token"], write: Mapping[str, Callable[["Token"], str]]) -> str:
    """HTML without anything that only a page has once, such as headings.

    `write` is `PAGE`, or `PASTED` for what other programs take in, which keep no MathML.
    """
    pieces: list[str] = []
    for index, token in enumerate(tokens):
        if token.type == "inline":
            pieces.append(_page_paragraph(tokens[index - 1], token, write))
        elif token.type in CODE:
            pieces.append(f"<pre><code>{mathml.escaped(token.content)}</code></pre>\n")
        elif token.type == "math_block":
            pieces.append(f"<p>{write['math'](token)}</p>\n")
        elif token.tag in ("ul", "ol", "blockquote") and token.nesting > 0:
            # In an item, the line before ends here.
            if tokens[index - 1].hidden:
                pieces.append("\n")
            pieces.append(_page_opening(token))
        elif token.tag in ("ul", "ol", "blockquote"):
            pieces.append(f"</{token.tag}>\n")
        elif token.tag == "li" and token.nesting > 0:
            pieces.append("<li>")
        elif token.tag == "li":
            pieces.append("</li>\n")
    return "".join(pieces).strip()


def _page_opening(token: "Token") -> str:
    """The tag that opens a list or a quotation; a list may begin with another number than 1."""
    if "start" in token.attrs:
        return f'<{token.tag} start="{token.attrs["start"]}">\n'
    return f"<{token.tag}>\n"


def _page_paragraph(
    opening: "Token", token: "Token", write: Mapping[str, Callable[["Token"], str]]
) -> str:
    content = inline(token.children, write).strip()
    if opening.hidden or not content:
        return content
    if opening.type == "heading_open":
        content = f"<strong>{content}</strong>"
    return f"<p>{content}</p>\n"


def inline(tokens: Sequence["Token"] | None, write: Mapping[str, Callable[["Token"], str]]) -> str:
    """The tokens inside of a block, each written as the table says for its type."""
    return "".join([write[token.type](token) for token in tokens or ()])


def _nothing(_token: "Token") -> str:
    return ""


def _content(token: "Token") -> str:
    return token.content


def _picture(token: "Token") -> str:
    """What stands in the place of a picture: its alternative text."""
    return inline(token.children, POST)


def _page_link(token: "Token") -> str:
    href = str(token.attrs["href"])
    if not address.is_web(href):
        return ""
    return f'<a href="{mathml.escaped(_encoded(href))}">'


def _tagged(tag: str) -> Callable[["Token"], str]:
    def write(token: "Token") -> str:
        return f"<{tag}>{mathml.escaped(token.content)}</{tag}>"

    return write


POST: dict[str, Callable[["Token"], str]] = {
    "text": _content,
    "text_special": _content,
    "code_inline": _content,
    "math": lambda token: tex.plain(token.content),
    "sub": lambda token: tex.lowered(token.content),
    "sup": lambda token: tex.raised(token.content),
    "softbreak": lambda token: " " * len(token.content),
    "hardbreak": lambda token: "\n",
    "image": _picture,
    **{
        f"{kind}_{side}": _nothing
        for kind in ("em", "strong", "s", "link")
        for side in ("open", "close")
    },
}
PAGE: dict[str, Callable[["Token"], str]] = {
    "text": lambda token: mathml.escaped(token.content),
    "text_special": lambda token: mathml.escaped(token.content),
    "code_inline": _tagged("code"),
    "math": lambda token: mathml.written(token.content, token.markup == "$$"),
    "sub": _tagged("sub"),
    "sup": _tagged("sup"),
    "softbreak": _content,
    "hardbreak": lambda token: "<br>\n",
    "image": lambda token: mathml.escaped(_picture(token)),
    "link_open": _page_link,
    "link_close": lambda token: "</a>" * address.is_web(token.meta["href"]),
    "em_open": lambda token: "<em>",
    "em_close": lambda token: "</em>",
    "strong_open": lambda token: "<strong>",
    "strong_close": lambda token: "</strong>",
    "s_open": lambda token: "<del>",
    "s_close": lambda token: "</del>",
}
PASTED: dict[str, Callable[["Token"], str]] = {
    **PAGE,
    "math": lambda token: mathml.escaped(tex.plain(token.content)),
}
