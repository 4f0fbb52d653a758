"""A paragraph's Markdown as plain text that reads well in a post, and the links it holds."""

import re
from dataclasses import dataclass, field

from bot.core.text import tex
from bot.core.text.patterns import compiled

# Between two of these no space stands where a line ends.
_WIDE = ("\u2e80\ua4cf", "\uf900\ufaff", "\ufe30\ufe4f", "\uff00\uffef", "\U00020000\U0003ffff")

_FENCE = r"\s{0,3}(```+|~~~+)"
_RULE = r"\s{0,3}(?:[-*_]\s*){3,}"
_UNDERLINE = r"\s{0,3}(?:=+|--+)\s*"
_DEFINITION = r"\s{0,3}\[([^\[\]]+)\]:\s+<?((?:https?://|mailto:|[#/.])[^\s<>]*)>?(?:\s.*)?"
_HEADING = r"\s{0,3}#{1,6}\s+(.*)"
_QUOTED = r"(?:\s{0,3}>\s?)+"
_BULLET = r"\s*[-+*]\s+(?:\[[ xX]\]\s+)?(?=\S)"
_NUMBERED = r"\s*(\d{1,9})[.)]\s+\S"

# A formula longer than this is no formula.
_TEX = r"\$\$(?P<display>[^$]{1,240})\$\$|\$(?=\S)(?P<math>[^$\n]{1,240})(?<![\s,;:])\$(?!\d)"
_SURELY_TEX = r".*[\\^_{}=<>]|\S+\Z|\w+\(.*\)\Z|(?!.*[^\W\d_]{2})"
_TO = r"(?P<to><[^<>\n]*>|(?:[^\s()<>]|\([^\s()<>]*\))*)"
_TITLE = r"""\s+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\))"""
_TAG = r"a|abbr|b|big|br|cite|code|del|div|em|i|img|ins|kbd|mark|p|small|span|strike|strong|sub|sup|tt|u"
_TOKEN = "|".join(
    (
        r"\\(?P<escaped>[!-/:-@\[-`{-~])",
        r"(?P<ticks>`+)",
        _TEX,
        r"<(?P<address>https?://[^\s<>]+|[\w.+\-]+@[\w.\-]+)>",
        r"<(?P<form>su[bp])>(?P<formed>[^<>]{1,40})</su[bp]>",
        rf"<!--.{{0,500}}?-->|</?(?P<tag>{_TAG})(?:\s[^<>]{{0,500}})?/?>",
        r"(?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)",
        r"(?P<url>(?<!\w)https?://(?:[^\s<>*\[\]()`~\\]|~(?!~)|\([^\s<>()]*\))+)",
        r"(?P<open>!?\[)",
        rf"(?P<close>\])(?:\({_TO}(?:{_TITLE})?\s*\)|\[(?P<label>[^\[\]\n]*)\])?",
        r"(?P<marks>\*+|_+|~~)",
    )
)


def plain(markdown: str) -> str:
    """What a reader sees of it: labels without their links, formulas in Unicode, a blank line
    between blocks.
    """
    blocks, addresses = _read(markdown)
    said = (
        block.text if block.is_code else _Inline(block.text, addresses).plain() for block in blocks
    )
    return "\n\n".join(text for text in said if text)


def links(markdown: str) -> list[tuple[str, str]]:
    """Labels and addresses of its links, in order."""
    found = []
    blocks, addresses = _read(markdown)
    for block in blocks:
        inline = _Inline("" if block.is_code else block.text, addresses)
        inline.plain()
        found += inline.links
    return found


def _read(markdown: str) -> tuple[list["_Block"], dict[str, str]]:
    """The blocks, and the addresses that stand apart from their links: `[1]: https://...`."""
    blocks, addresses, fence = [_Block()], dict[str, str](), ""
    for line in re.split(r"\r\n?|\n", markdown):
        if fence:
            is_end = line.strip().startswith(fence) and not line.strip(" \t`~")
            fence = "" if is_end else fence
            blocks.append(_Block()) if is_end else blocks[-1].lines.append([line])
        elif begin := compiled(_FENCE).match(line):
            fence = begin[1]
            blocks.append(_Block(is_code=True))
        elif defined := compiled(_DEFINITION).fullmatch(line):
            addresses[defined[1].casefold()] = defined[2]
        elif heading := compiled(_HEADING).fullmatch(line):
            blocks += [_Block([[heading[1].rstrip(" #")]]), _Block()]
        elif not line.strip() or compiled(_UNDERLINE if blocks[-1].lines else _RULE).fullmatch(
            line
        ):
            blocks.append(_Block())
        else:
            blocks[-1].add(
                compiled(_QUOTED).sub("", line, count=1) if line.lstrip()[0] == ">" else line
            )
    return blocks, addresses


@dataclass
class _Block:
    """Lines that belong together, each in the pieces it had in the Markdown."""

    lines: list[list[str]] = field(default_factory=list)
    is_code: bool = False
    goes_on: bool = False
    is_item: bool = False

    @property
    def text(self) -> str:
        return "\n".join(map("".join, self.lines))

    def add(self, line: str) -> None:
        bullet, numbered = compiled(_BULLET).match(line), compiled(_NUMBERED).match(line)
        begins = bullet or (numbered and (self.is_item or not self.lines or numbered[1] == "1"))
        said = ("• " + line[bullet.end() :] if bullet else line).strip().removesuffix("\\")
        if self.goes_on and not begins:
            last = self.lines[-1][-1]
            self.lines[-1] += ["" if _is_wide(last[-1:]) and _is_wide(said[:1]) else " ", said]
        else:
            self.lines.append([said])
        self.goes_on = not line.endswith(("  ", "\\"))
        self.is_item = bool(begins) or self.is_item


@dataclass
class _Run:
    """Marks of emphasis that may begin some: their place among the pieces, and how many are left."""

    place: int
    count: int


class _Inline:
    """One way through a block's text; what is said of it in pieces, so that marks can still be
    taken back.
    """

    def __init__(self, text: str, addresses: dict[str, str]) -> None:
        self.text, self.addresses = text, addresses
        self.pieces: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.brackets: list[tuple[int, bool]] = []
        self.runs: dict[str, list[_Run]] = {"*": [], "_": [], "~": []}
        self.last_ticks = {len(ticks[0]): ticks.start() for ticks in compiled("`+").finditer(text)}

    def plain(self) -> str:
        at = 0
        while found := compiled(_TOKEN).search(self.text, at):
            self.pieces.append(self.text[at : found.start()])
            at = self._take(found)
        self.pieces.append(self.text[at:])
        said = compiled(r"[ \t]+").sub(" ", "".join(self.pieces))
        return compiled(r" ?\n ?").sub("\n", said).strip()

    def _take(self, found: re.Match[str]) -> int:
        """Say one token; the place behind it."""
        kind = found.lastgroup or ""
        if kind in ("display", "math"):
            return self._formula(found, kind)
        if kind == "ticks":
            return self._code(found)
        if kind == "marks":
            self._marks(found)
        elif kind == "open":
            self.brackets.append((len(self.pieces), found[0] == "!["))
            self.pieces.append(found[0])
        elif found["close"]:
            return self._close(found)
        elif kind == "address":
            self.links.append((found[kind], found[kind]))
            self.pieces.append(found[kind])
        elif kind == "formed":
            self.pieces.append((tex.lowered if found["form"] == "sub" else tex.raised)(found[kind]))
        elif kind == "entity":
            self.pieces.append(_sign(found[kind]))
        elif kind == "tag":
            self.pieces.append("\n" * (found[kind] == "br"))
        elif kind:
            self.pieces.append(found[kind])
        return found.end()

    def _formula(self, found: re.Match[str], kind: str) -> int:
        if kind == "math" and not compiled(_SURELY_TEX).match(found[kind]):
            self.pieces.append("$")
            return found.start() + 1
        self.pieces.append(tex.plain(found[kind]))
        return found.end()

    def _code(self, found: re.Match[str]) -> int:
        """Up to as many ticks as began it; ticks that nothing ends are ticks."""
        ticks = found[0]
        if self.last_ticks.get(len(ticks), 0) <= found.start():
            self.pieces.append(ticks)
            return found.end()
        for end in compiled("`+").finditer(self.text, found.end()):
            if len(end[0]) == len(ticks):
                code = self.text[found.end() : end.start()]
                self.pieces.append(
                    code[1:-1] if code.strip() and code[0] == code[-1] == " " else code
                )
                return end.end()
        return found.end()

    def _close(self, found: re.Match[str]) -> int:
        """A bracket that makes a link of what stands before it, or only a bracket."""
        if not self.brackets:
            self.pieces.append("]")
            return found.start() + 1
        place, is_image = self.brackets.pop()
        label = "".join(self.pieces[place + 1 :])
        to = found["to"]
        if to is None:
            to = self.addresses.get((found["label"] or label).casefold())
        if to is None:
            self.pieces.append("]")
            return found.start() + 1
        address = to.strip("<>")
        self.pieces[place:] = [label or address * (not is_image)]
        for runs in self.runs.values():
            while runs and runs[-1].place >= place:
                runs.pop()
        if not is_image:
            self.links.append((label, address))
            self.brackets.clear()  # a link holds no link
        return found.end()

    def _marks(self, found: re.Match[str]) -> None:
        sign, count = found[0][0], len(found[0])
        begins, ends = _sides(self.text, found)
        runs = self.runs[sign]
        while ends and count and runs:
            run = runs[-1]
            used = 2 if sign == "~" or min(count, run.count) > 1 else 1
            count -= used
            run.count -= used
            self.pieces[run.place] = sign * run.count
            for others in self.runs.values():
                while others and others[-1].place > run.place:
                    others.pop()
            if not run.count:
                runs.pop()
        if begins and count:
            runs.append(_Run(len(self.pieces), count))
        self.pieces.append(sign * count)


def _sign(entity: str) -> str:
    import html  # heavy: 1.5 ms for its table, which few texts need

    return html.unescape(entity)


def _sides(text: str, marks: re.Match[str]) -> tuple[bool, bool]:
    """Whether marks may begin and may end emphasis: CommonMark's flanks, kind to writing without
    spaces.
    """
    before, behind = text[marks.start() - 1 : marks.start()], text[marks.end() : marks.end() + 1]
    if before.isdigit() and behind.isdigit():
        return False, False
    space_before, space_behind = not before.strip(), not behind.strip()
    mark_before, mark_behind = (
        (not (space_before or before.isalnum())),
        (not (space_behind or behind.isalnum())),
    )
    begins = not space_behind and (
        not mark_behind or space_before or mark_before or _is_wide(before)
    )
    ends = not space_before and (not mark_before or space_behind or mark_behind or _is_wide(behind))
    if marks[0][0] == "_":
        return begins and (not ends or mark_before), ends and (not begins or mark_behind)
    return begins, ends


def _is_wide(character: str) -> bool:
    return any(both[0] <= character <= both[1] for both in _WIDE)
