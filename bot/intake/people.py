"""Names and years as articles print them: "Doe, J., & Poe, A. (2021)", "盖尔曼等人(2021)"."""

import re
from typing import NamedTuple

from bot.core.citation import family_name, is_team
from bot.intake import labels, markup
from bot.intake.markup import Anchor

MOST = 5_000
"""Characters of a list of names that are read: arXiv's longest have some thousand."""

_YEAR = re.compile(r"(?<![0-9])(1[5-9][0-9]{2}|2[0-9]{3})(?![0-9])")
_IN_PARENTHESES = re.compile(r"[(（\[]([^()（）\[\]]{1,80})[)）\]]")
_LAST_YEAR = re.compile(
    r"(?:[,，;；·|–—\s]|\.(?=\s)(?<![^\W\d_]\.)){1,3}((?:19|20)[0-9]{2})\s?年?[.,，]?$"
)
_OTHERS = re.compile(
    r"[,，、;；]?\s?(?:等(?:人|等|作者|学者)?|\bet\.? ?al\b\.?|\bu\. ?a\.|\bu\. ?v\. ?a\."
    r"|[&+]\s?[0-9]{1,4} (?:more|others|weitere)\b"
    r"|(?:\band|\bund|&|与|和)?\s?(?:(?:[0-9]{1,4}|many|several) )?"
    r"\b(?:others|colleagues|andere|weitere|collaborators|co-?authors)\b"
    r"|…|\.\.\.)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"[(（]\s?(?:(?:and|und|&)\s)?\+?\s?[0-9]{1,4}(?:\s(?:more|others|weitere|co-?authors))?\s?[)）]",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[、，,;；&＆和与]|(?<=\s)(?:and|und)(?=\s)|\s[·•|/–—]\s|\s{2,}(?=\S)", re.IGNORECASE
)
_WIDE_END = re.compile(r"[\u3005-\u30ff\u3400-\u9fff·]{1,20}\Z")
_WIDE_START = re.compile(r"(?:(?![和与])[\u3005-\u30ff\u3400-\u9fff·]){1,20}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]?){1,4}|[A-Z]{1,2}|[A-Z](?:[\s-][A-Z]){1,2}")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}")
_RAISED = re.compile(
    r"<sup>[^<>]{0,40}</sup>|\$\{?\}?\^\{?[^{}$]{0,40}\}?\$|\^\{?[0-9*†‡,\s]{1,20}\}?\^?"
    r"|[¹²³⁰⁴⁵⁶⁷⁸⁹ⁱ†‡§¶∗♠♣♢♡✉⋆☆*]+|(?<=[^\W\d_])[0-9](?:,[0-9])*(?![\w])"
)
_REFERENCE = re.compile(r"(?P<names>[^:]{3,1000}?),?\s\(?(?P<year>(?:19|20)[0-9]{2})\)?[.:,]\s+\S")
_VENUES = re.compile(
    r"(?:neurips|nips|icml|iclr|cvpr|iccv|eccv|wacv|acl|emnlp|naacl|eacl|coling|aaai|ijcai|kdd"
    r"|sigir|siggraph|www|arxiv|jmlr|tmlr|nature|science|corl|rss|icra|iros|interspeech|icassp"
    r"|colm|aistats|uai|colt|miccai|chi|usenix|osdi|sosp|mlsys|preprint|oral|spotlight|poster)\b.*",
    re.IGNORECASE,
)
_VENUE_BEHIND = re.compile(rf"[,，;.–—-]\s*(?:in\s)?(?:{_VENUES.pattern})$", re.IGNORECASE)
_INITIAL = re.compile(r"(?:^|[\s,.-])[^\W\d_]\.$")
_FIELDS = {
    *("learning", "vision", "language", "models", "networks", "systems", "data", "neural", "deep"),
    *("machine", "intelligence", "processing", "theory", "methods", "robotics", "generation"),
}
_DROPPED = "\\'\"“”„"
_MOST_AFFILIATION = 300
_RAISED_MARK = re.compile(r"<sup>|(?<=[^\W\d_])[¹²³⁴⁵⁶⁷⁸⁹†‡]", re.IGNORECASE)
_MARKED_PLACE = re.compile(
    r"(?:<sup>[^<>]{1,20}</sup>|[¹²³⁴⁵⁶⁷⁸⁹†‡]|\^?\{?[0-9]\}?\^|\$\^\{?[0-9]\}?\$)\s?(?=[^\W\d_])",
    re.IGNORECASE,
)
_HOMES = re.compile(
    r"\b(?:universit(?:y|ies|ät|é|at|à|y of)|institut(?:e|es|ion)?|college|school|department"
    r"|hochschule|laborator(?:y|ies)|academy|faculty|fakultät|technische|polytechnic\w*)\b"
    r"|大学|大學|学院|研究院|研究所|实验室",
    re.IGNORECASE,
)
_SMALL = re.compile(r"\s(?:of|for|the|and|in|at|für|und|der|des)\s")
_PLACES = re.compile(
    rf"{_HOMES.pattern}|\b(?:labs?|research|google|deepmind|meta|microsoft|openai|nvidia|ibm|amazon"
    r"|apple|mit|eth|epfl|cmu|stanford|berkeley|oxford|cambridge|tum|kth|inria|cnrs|inc|gmbh)\b",
    re.IGNORECASE,
)
_OPENED = re.compile(r"[(\[（]\s?[*_]{0,2}$")
_ACADEMIC = re.compile(
    r"^(?:(?:Prof|Professor(?:in)?|Dr|PD|Priv|Dipl|Univ)\b[\w.-]*\s+"
    r"|(?:rer|nat|med|phil|habil|h|c|mult)\.\s?)+(?=[^\W\d_]{2})"
    r"|,?\s(?:Ph\.?\s?D|M\.?Sc|B\.?Sc|M\.?D)\.?$"
)
_DEGREES = {"phd", "ph.d", "ph.d.", "md", "m.d.", "msc", "m.sc.", "m.sc", "b.sc."}
_PARTICLES = set(
    re.findall("[a-z]+", "van von der den de di da del la le el bin al ten ter zu dos")
)


class Cited(NamedTuple):
    """Names in order, whether there are others, and the year, where it is printed."""

    names: tuple[str, ...]
    others: bool
    year: int | None


def read(text: str) -> Cited:
    """Read plain text: "Feurer et al. (2021)" as well as "盖尔曼&韦赫塔里(2021)".

    Footnote marks are left out, and affiliations in parentheses but for those of family names
    alone, which is how the program prints them.
    """
    names, year = _split_year(unraised(text[:MOST]).strip())
    if match := _VENUE_BEHIND.search(names):
        names = names[: match.start()]
    names = _RAISED.sub("", names)
    names = _MORE.sub(" et al.", names)
    names = _IN_PARENTHESES.sub(" ", names)
    # "et al." counts at the end only: in between it belongs to a name.
    mentions = list(_OTHERS.finditer(names))
    others = bool(mentions) and not names[mentions[-1].end() :].strip(" .,，、*_;；:：–—-|·")
    if others:
        names = names[: mentions[-1].start()]
    return Cited(_affiliated(_names(names), text[:MOST]), others, year)


def _affiliated(names: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The names as we print them: one or two families, each with what stands in parentheses."""
    if not names or re.search(r"[,，、;；]", _IN_PARENTHESES.sub(" ", text)):
        return names
    return tuple(_with_affiliation(name, text) for name in names)


def _with_affiliation(name: str, text: str) -> str:
    found = re.search(rf"{re.escape(name)}\s?\(([^()（）]{{1,80}})\)", text)
    if found is None or family_name(name) != name:
        return name
    place = found[1].strip()
    if _YEAR.search(place) or is_venue(place) or not place[:1].isupper():
        return name
    return f"{name} ({place})"


def unraised(text: str) -> str:
    """A text without footnote marks in HTML, as names have them."""
    return re.sub(r"<sup>[^<>]{0,60}</sup>", "", text, flags=re.IGNORECASE)


def _names(text: str) -> tuple[str, ...]:
    if ";" in text or "；" in text:
        # Between semicolons a comma stands between family name and given name.
        pieces = [piece for piece in re.split(r"[;；]|\s(?:and|und|&)\s", text) if piece.strip()]
    else:
        pieces = _with_initials(_apart(text))
    names = (_closed(piece) for piece in pieces)
    return tuple(name for name in names if _may_be_name(name))


def _may_be_name(name: str) -> bool:
    is_degree = name.casefold() in _DEGREES
    return any(map(str.isalpha, name)) and not is_degree and not is_venue(name)


def _apart(text: str) -> list[str]:
    """The text between the marks that separate names; 和 and "and" may also be part of one."""
    pieces, start = [], 0
    for mark in _BETWEEN.finditer(text):
        before, behind = text[start : mark.start()], text[mark.end() :]
        if mark[0] in "和与" and _is_in_name(before, behind):
            continue
        if mark[0].isalpha() and _is_in_team(before, behind):
            continue
        pieces.append(text[start : mark.start()])
        start = mark.end()
    return [*pieces, text[start:]]


def _is_in_name(before: str, behind: str) -> bool:
    """Whether 和 belongs to a name, as in 周和平, 山本和子 or 和 平: no two names are beside it."""
    if not before.strip():
        return True
    if before[-1].isspace() and behind[:1].isspace():
        return False
    left, right = _WIDE_END.search(before.rstrip()), _WIDE_START.match(behind.lstrip())
    if left is None or right is None:  # a letter of another script is beside it
        return not behind.strip(" .,，、*_;；:：")
    return len(left[0]) < 2 or len(right[0]) < 2


def _is_in_team(before: str, behind: str) -> bool:
    """Whether "and" belongs to a team's name, as in "Center for AI and Society"."""
    if not is_team(before) or not re.search(r"\s(?:of|for|on|für)\s", before):
        return False
    following = _BETWEEN.split(behind.lstrip(), maxsplit=1)[0]
    return len(following.split()) == 1


def _with_initials(pieces: list[str]) -> list[str]:
    """Put "Doe", "J." together again, where commas stand between families and initials, too."""
    joined: list[str] = []
    for piece in filter(None, (piece.strip() for piece in pieces)):
        is_family = bool(joined) and "," not in joined[-1] and " " not in joined[-1].strip(".")
        is_short = bool(_INITIALS.fullmatch(piece))
        has_family = bool(joined) and "," not in joined[-1] and len(joined[-1].split()) <= 3
        if (joined and _SUFFIX.fullmatch(piece)) or (
            is_short and (is_family or ("." in piece and has_family))
        ):
            joined[-1] = f"{joined[-1]}, {piece}"
        else:
            joined.append(piece)
    return joined


def _closed(piece: str) -> str:
    """A name without the marks around it; an initial keeps its full stop."""
    bare = piece.strip(" \t\xa0:：*_,，|/·•-–—" + _DROPPED)
    bare = _ACADEMIC.sub("", bare)
    name = bare.strip(" ." + _DROPPED)
    if _INITIAL.search(bare):
        name += "."
    return " ".join(name.split())


def _split_year(text: str) -> tuple[str, int | None]:
    """The text before the year, and the year: in parentheses, or else at the text's end."""
    for parenthesis in _IN_PARENTHESES.finditer(text):
        if year := _YEAR.search(parenthesis[1]):
            return text[: parenthesis.start()], int(year[1])
    text = text.rstrip(" –—-|·")
    if last := _LAST_YEAR.search(text[-40:]):
        return text[: len(text) - len(text[-40:]) + last.start()], int(last[1])
    return text, None


def is_venue(name: str) -> bool:
    """Whether a name is that of a conference or a journal."""
    return _VENUES.fullmatch(name) is not None


def year_in(text: str) -> int | None:
    """The first year in a text, or None."""
    match = _YEAR.search(text[:500])
    if match is None:
        return None
    return int(match[1])


def in_reference(label: str) -> Cited | None:
    """Who is named in a reference: "Doe, J. and Poe, A., 2022. First"; None where it is none."""
    match = _REFERENCE.match(label[:MOST])
    if match is None or not looks_like_names(match["names"]):
        return None
    cited = read(match["names"])
    return Cited(cited.names, cited.others, int(match["year"]))


def are_full_names(names: tuple[str, ...]) -> bool:
    """Whether each is a name of two words or more, or two are families, and none is a field."""
    words = {word.casefold() for name in names for word in name.split()}
    are_whole = all(len(name.split()) > 1 for name in names)
    are_two_families = len(names) == len(words) == 2
    return (are_whole or are_two_families) and not words & _FIELDS


def is_affiliation(text: str) -> bool:
    """Whether a line names where authors work: with footnote marks, or in words for places only."""
    if len(text) > _MOST_AFFILIATION or year_in(text) or "](" in text:
        return False
    plain = markup.plain(unraised(text)).strip(" *_()")
    pieces = [piece.strip(" ¹²³⁴⁵⁶⁷⁸⁹†‡*") for piece in re.split(r"[,;·|，、；]|\s{2,}", plain)]
    pieces = [piece for piece in pieces if piece]
    if not pieces or plain.endswith((".", "。", "!", "?", ":")):
        return False
    are_places = [bool(_PLACES.search(piece)) for piece in pieces]
    if _MARKED_PLACE.match(text.lstrip("*_ ")):
        return any(are_places) or all(_is_name(piece) for piece in pieces)
    pieces = [_SMALL.sub(" ", piece) for piece in pieces]
    return (
        any(are_places)
        and all(_is_name(piece) for piece in pieces)
        and _HOMES.search(plain) is not None
    )


def has_marks(text: str) -> bool:
    """Whether names carry marks of footnotes."""
    return _RAISED_MARK.search(text) is not None


def looks_like_names(text: str) -> bool:
    """Whether a plain text may be names and a year, and no sentence."""
    if not text or len(text) > MOST or text.rstrip().endswith((":", "：", "?", "!", "。")):
        return False
    cited = read(text)
    if not cited.names or len(cited.names) > 400:
        return False
    return all(_is_name(name) for name in cited.names)


def _is_name(name: str) -> bool:
    words = name.replace(",", " ").split()
    if ":" in name or "：" in name:
        return False
    if not 1 <= len(words) <= 6 or len(name) > 60 or any(char.isdigit() for char in name):
        return False
    for word in words:
        first = word.lstrip("'’(")[:1]
        is_wide = "\u2e80" <= first <= "\ufaff"
        if is_wide and len(word) > 14:
            return False
        is_handle = first == "@" and len(words) == 1 and len(word) > 2
        if not (first.isupper() or is_wide or is_handle or word.casefold() in _PARTICLES):
            return False
    return True


def split(text: str) -> tuple[str, str]:
    """Split the Markdown of a line of authors: their names, and what follows, with its links.

    The names end at a bar, an emoji, or the first link that is no author's.
    """
    end = _first_mark(text)
    has_year = False
    for anchor in markup.links_in(text[: end + 1]):
        if anchor.start >= end:
            break
        has_year = has_year or bool(_YEAR.search(markup.plain(text[: anchor.start])))
        if has_year or not _is_author(text, anchor):
            end = anchor.start
            break
    bare = markup.bare_address(text[:end])
    if bare:
        end = min(end, bare[0])
    if opened := _OPENED.search(text[:end]):
        # "et al. ([Paper](…))": the bracket belongs to the link.
        end = opened.start()
    return text[:end], text[end:]


def _first_mark(text: str) -> int:
    """Where the first bar or emoji outside of links stands; the text's end without one."""
    covered = 0
    for anchor in markup.links_in(text):
        at = markup.first_symbol(text, covered, anchor.start)
        if at >= 0:
            return at
        covered = anchor.end
    at = markup.first_symbol(text, covered, len(text))
    return at if at >= 0 else len(text)


def _is_author(text: str, anchor: Anchor) -> bool:
    """Whether a link in a line of authors leads to one of them: its label is a name, and before it
    nothing stands, or what separates names.
    """
    before = text[: anchor.start].rstrip(" *_")
    if before and not re.search(r"(?:[,，、;；&)）\]]|\band|\bund|[和与])$", before):
        return False
    label = markup.plain(anchor.label).strip(" ,，、;")
    if not label:
        return True
    if labels.kind_by_label(label) or labels.normal(label) in labels.NEUTRAL:
        return False
    return looks_like_names(label)


def named(text: str) -> tuple[Cited, str]:
    """Read the Markdown of names, and the address of an author's link that has no name.

    Where names are links, they are taken from these: a comma may be part of a linked name.
    """
    cited = read(markup.plain(markup.without_symbols(text)))
    linked = [
        (markup.plain(anchor.label).strip(" ,，、"), anchor.url) for anchor in markup.links_in(text)
    ]
    if not linked:
        return cited, ""
    nameless = next((url for name, url in linked if not name), "")
    names = tuple(name for name, _ in linked if name)
    if len(names) < len(cited.names) and not nameless:
        return cited, ""
    return Cited(names, cited.others or bool(nameless), cited.year), nameless
