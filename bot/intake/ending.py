"""Where the last paper of an article ends and the article takes leave of its reader."""

from collections.abc import Sequence
from dataclasses import replace

from bot.intake import facts, labels, markup, outline, sections
from bot.intake.blocks import Block, Kind
from bot.intake.sections import Part

_WORDS = {Kind.TEXT, Kind.QUOTE, Kind.ITEM, Kind.FENCE}


def split(last: Part, have_text_below: Sequence[bool]) -> tuple[Part, list[Block], bool]:
    """Split the last paper from what stands below it, and whether something tells that it ends.

    `have_text_below` says of each paper before whether it has text below its picture. Where none
    has, text below the last one's caption is the article's.
    """
    under = list(last.blocks)
    start = _after_caption(under)
    cue = _cue(under, start)
    if cue is not None:
        return replace(last, blocks=tuple(under[:cue])), under[cue:], True
    if not _ends_with_caption(under, start, have_text_below):
        return last, [], True
    return replace(last, blocks=tuple(under[:start])), under[start:], False


def _after_caption(under: Sequence[Block]) -> int:
    """The place behind the last picture, its caption and the facts that follow; 0 without one."""
    place = 0
    for at, block in enumerate(under):
        is_numbered = block.kind in {Kind.TEXT, Kind.QUOTE} and _number(block)
        is_caption = block.kind in {Kind.PICTURE, Kind.CAPTION} or is_numbered
        if is_caption or (at == place and place and _belongs(block)):
            place = at + 1
    return place


def _number(block: Block) -> str:
    return sections.number_in(" ".join(line.strip() for line in block.lines))


def _belongs(block: Block) -> bool:
    """Whether a block right behind a picture is its caption, or facts of the paper."""
    if block.kind not in {Kind.TEXT, Kind.QUOTE, Kind.ITEM} or _is_farewell(block):
        return False
    if sections.is_caption(block):
        return True
    return all(facts.read(line) is not None for line in block.lines)


def _cue(under: Sequence[Block], start: int) -> int | None:
    """Where something tells that the paper is over: a rule, a farewell, the previous roundup."""
    has_text = start > 0
    for at in range(start, len(under)):
        block = under[at]
        if has_text and block.kind is Kind.RULE:
            return at
        if has_text and (_is_farewell(block) or block.kind is Kind.CARD):
            return at
        is_label = labels.of_heading(markup.plain(block.text)) is not None
        if block.kind is Kind.HEADING and outline.is_aside(block) and not is_label:
            return at
        has_text = has_text or _has_words(block)
    return None


def _is_caption(above: Sequence[Block], place: int) -> bool:
    """Whether a block is a caption: numbered, or right below a picture."""
    block = above[place]
    if block.kind is not Kind.TEXT:
        return False
    is_below = place > 0 and above[place - 1].kind is Kind.PICTURE
    return bool(_number(block)) or (is_below and sections.is_caption(block))


def _has_words(block: Block) -> bool:
    """Whether a block has a text: a line that is no fact, or that is a summary."""
    if block.kind not in _WORDS:
        return False
    read = [facts.read(line) for line in block.lines]
    return any(line is None or line.summary for line in read)


def _is_farewell(block: Block) -> bool:
    if not block.lines:
        return False
    plain = markup.plain(block.lines[0]).strip(" *_>-•")
    if plain.casefold().startswith(labels.PREVIOUS):
        return next(markup.anchors_in(block.source), None) is not None
    return labels.starts_with(plain, labels.FAREWELLS)


def _ends_with_caption(under: Sequence[Block], start: int, have_text_below: Sequence[bool]) -> bool:
    """Whether text below the last caption is the article's and no longer the paper's."""
    above = under[:start]
    has_text_above = any(
        _has_words(block) for place, block in enumerate(above) if not _is_caption(above, place)
    )
    if start == 0 or not has_text_above or any(have_text_below):
        return False
    is_numbered = any(block.kind is Kind.TEXT and _number(block) for block in above)
    return bool(have_text_below) or is_numbered
