"""How a paper is cited, "Feurer et al. (2021)": family names, teams, and those not named."""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.core.text.patterns import compiled

ET_AL = "et al."

SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})
"""What may follow a family name and is left out of a citation."""
DEGREES = frozenset({"PhD", "Ph.D.", "MD", "M.D.", "MSc", "M.Sc.", "BSc", "B.Sc.", "Dr.", "Prof."})


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


TEAM_WORDS = _words(
    "Team Teams Collaboration Collaborators Consortium Group Groups Project Projects Initiative"
    " Community Committee Commission Council Foundation Network Alliance Association Society"
    " Organization Organisation Agency Authors Contributors Developers Participants"
    " Investigators Workshop Challenge Institute Institutes Institution Laboratory Laboratories"
    " Lab Labs University College Department Faculty School Center Centre Company Corporation"
    " Corp Corp. Inc Inc. Ltd Ltd. GmbH AI ML NLP Research"
    " Kollaboration Konsortium Gruppe Arbeitsgruppe Forschungsgruppe Arbeitskreis Institut"
    " Universität Hochschule Zentrum Verein Gesellschaft Stiftung Labor Projekt"
    " Équipe Collectif Equipo Grupo Consorcio Universidad Université École Ecole"
    " authors Authors contributors Contributors"
)
"""Words of an organisation's name; none is a usual name of a person. Case counts: Ai is one."""
_INSIDE_TEAMS = frozenset({"of", "for", "on", "at", "für", "pour"})
"""Small words inside the names of organisations that are no particles of family names."""
# "Google DeepMind", but not "LeCun", "McDonald" or "AlSayyad".
_CAMEL = (
    r"(?!(?:Mac|Mc|Fitz|De|Del|Des|Di|Da|Dos|Du|La|Le|Van|Von|Al|El|Ben|Bin|Abu|Ter|Ten|St|O)[A-Z])"
    r"[A-Z][a-z]+[A-Z][\w-]*"
)

_CAPITAL_PARTICLES = frozenset(
    {
        "Van",
        "Von",
        "De",
        "El",
        "St.",
        "Da",
        "Del",
        "Della",
        "Dos",
        "Den",
        "Der",
        "Ter",
        "Vanden",
        "Vander",
    }
)
_BETWEEN_TWO = frozenset({"y", "e", "i"})
"""Joins the two names of a Spanish, Portuguese or Catalan family: "Ortega y Gasset"."""
_VIETNAMESE = _words(
    "Nguyen Tran Le Pham Hoang Huynh Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly Dinh Truong"
)
"""Frequent family names, before which "Van" is a middle name."""

_INITIALS = r"[^\W\d_]|(?:[^\W\d_]\.-?){1,4}"
_MARKS = " *†‡§¶¹²³⁰⁴⁵⁶⁷⁸⁹"
"""Marks of footnotes behind a name."""
_PARENTHESES = r"\s*[(（\[]([^()（）\[\]]*)[)）\]]$"
_MAIL = r"\s+<?[^\s<>@]+@[^\s<>@]+\.[A-Za-z]{2,}>?$"
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\u3005"
_IS_CJK = f"[{_CJK}]"
_UNNAMED = r"others|other\s+authors|colleagues|co-?workers|co-?authors|more|andere[n]?|weitere[n]?"
_OTHERS = (
    r"(?i)(?:^|(?<=\W)|(?<=[\u3400-\u9fff]))[,，、;]?\s*(?:"
    r"et\.?\s*al(?:\.|ii|ia)?"
    rf"|(?:and|und|with|\+|&)\s+(?:\d[\d,.]*\s+)?(?:many\s+)?(?:{_UNNAMED})"
    # Without a number or "and" only where nothing else is there: More is a family name.
    rf"|\d[\d,.]*\s+(?:{_UNNAMED})|(?<![\s\S])others"
    r"|u\.\s?a\.?|等(?:人|等|作者|学者)?|…|\.\.\.)\.?$"
)
# What joins names, but for what stands in parentheses; and a comma behind these.
_NOT_INSIDE = r"(?![^()（）]{0,100}[)）])"
_AND = rf"(?:\s*[;；、]\s*|\s+(?:and|und|&)\s+|(?<=[)）])\s*[,，]\s*){_NOT_INSIDE}"
# Three and more whole names behind each other.
_LISTED = r"[^\W\d_][^\s,，]*(?:\s[^\s,，]+)+(?:[,，]\s*[^\W\d_][^\s,，]*(?:\s[^\s,，]+)+){2,}"


_LONGEST_LIST = 2000


class Author(NamedTuple):
    """An author as cited; `affiliation` is what was typed behind the name in parentheses."""

    name: str
    affiliation: str = ""

    @property
    def whole(self) -> str:
        if not self.affiliation:
            return self.name
        return f"{self.name} ({self.affiliation})"


def cite(
    typed: Iterable[str],
    year: int | None,
    et_al: str = ET_AL,
    *,
    others: bool = False,
    affiliations: bool = False,
) -> str:
    """How a paper is cited: "A (2021)", "A & B (2021)", with more authors "A et al. (2021)".

    `typed` are its authors, and `others` says that there are more. The year is left out where it is
    not known, the names where no author is. `et_al` is how the language writes it; affiliations
    that were typed are added where they are wanted.
    """
    named, mentions_others = authors(typed)
    names = [author.whole if affiliations else author.name for author in named]
    pieces = []
    if names and (others or mentions_others or len(names) > 2):
        pieces.append(_with_others(names[0], et_al))
    elif names:
        pieces.append(" & ".join(names))
    if year:
        pieces.append(f"({year})")
    return " ".join(pieces)


def _with_others(name: str, et_al: str) -> str:
    """The name followed by "et al."; Chinese puts no space between two characters."""
    if is_cjk(name[-1]) and is_cjk(et_al[:1]):
        return f"{name}{et_al}"
    return f"{name} {et_al}".rstrip()


def authors(typed: Iterable[str]) -> tuple[list[Author], bool]:
    """The authors that were typed, and whether "et al." or the like was typed among them.

    A text with two authors in it, as "Ada Example and Bob Sample", counts as two.
    """
    found, are_others = _authors(tuple(typed))
    return list(found), are_others


@functools.lru_cache(maxsize=500)
def _authors(typed: Sequence[str]) -> tuple[Sequence[Author], bool]:
    # Remembered: a page names the same authors several times, and to tell names takes long.
    found: list[Author] = []
    are_others = False
    for text in typed:
        for name in _separate(" ".join(text.split())):
            bare, mentions_others = _without_others(name)
            are_others |= mentions_others
            bare, affiliation, in_parentheses = _without_affiliation(bare)
            are_others |= in_parentheses
            if family := family_name(bare):
                found.append(Author(family, affiliation))
    return found, are_others


def family_name(name: str) -> str:
    """The part of a name a citation uses: "Gelman, Andrew" and "Andrew Gelman" give "Gelman".

    Particles belong to it ("Laurens van der Maaten" → "van der Maaten"). A team, a Chinese,
    Japanese or Korean name, a single word, and what stands in braces are kept whole.
    """
    name = compiled(_MAIL).sub("", " ".join(name.split())).rstrip(_MARKS)
    if re.fullmatch(r"\{[^{}]+\}", name):
        return name[1:-1]
    if is_team(name):
        return name
    if compiled(_IS_CJK).search(name) and "," not in name:
        # Foreign names are written so: "安德鲁·盖尔曼".
        return re.split("[·・]", name)[-1] or name
    before, comma, after = (piece.strip() for piece in name.partition(","))
    if comma and not _are_suffixes(after):
        return before or after
    words = (before or name).split()
    while len(words) > 1 and (words[-1] in SUFFIXES | DEGREES or _is_initials(words)):
        words.pop()
    return " ".join(words[_start(words) :])


def is_cjk(char: str) -> bool:
    """Whether a character is a Chinese, Japanese or Korean one."""
    return compiled(_IS_CJK).match(char) is not None


def is_team(name: str) -> bool:
    """Whether a name is that of a team or an organisation, which has no family name."""
    words = [word for word in name.replace(",", " ").split() if word not in DEGREES]
    if len(words) < 2:
        return False
    return (
        words[0] in {"The", "the", "Die", "Das"}
        or any(word in TEAM_WORDS for word in words)
        or any(word in _INSIDE_TEAMS for word in words[1:])
        or compiled(_CAMEL).fullmatch(words[-1]) is not None
    )


def _are_suffixes(text: str) -> bool:
    """Whether what follows a comma is no given name: "Jr.", "PhD", or nothing."""
    return all(word.strip(",") in SUFFIXES | DEGREES | {""} for word in text.split())


def _is_initials(words: Sequence[str]) -> bool:
    """Whether a name ends with initials, as "Doe J." does, and not with a family name."""
    return compiled(_INITIALS).fullmatch(words[-1]) is not None and len(words[0]) > 2


def _start(words: Sequence[str]) -> int:
    """Where the family name starts in the words of a name."""
    first = max(len(words) - 1, 0)
    # Where even the last word is in small letters, all may be: then the first is a given name.
    least = int(bool(words) and _is_particle(words[-1]))
    while first > least and _belongs(words, first - 1):
        first -= 1
    if first > 0 and words[first] in _BETWEEN_TWO:
        first -= 1
    return first


def _belongs(words: Sequence[str], at: int) -> bool:
    """Whether the word there is a particle of the family name that starts behind it."""
    if _is_particle(words[at]):
        return True
    if words[at] not in _CAPITAL_PARTICLES or words[at + 1] in _VIETNAMESE:
        return False
    # The first word is a given name, unless it is followed by a particle: "Van der Berg".
    return at > 0 or _is_particle(words[at + 1])


def _is_particle(word: str) -> bool:
    return word.lstrip("'’")[:1].islower()


def _separate(text: str) -> list[str]:
    """The names in one text: of a team and of those behind it, or of persons joined by "and"."""
    bare, _ = _without_others(text)
    end = text[len(bare) :]
    team, mark, rest = _behind_team(bare)
    if mark == ":":
        return [*_separate(team), ET_AL]
    if mark:
        return [team, *_separate(rest + end)] if rest else [team + end]
    if is_team(bare):
        return [text]
    mark = _AND
    if len(bare) < _LONGEST_LIST and compiled(_LISTED).fullmatch(bare):
        mark = rf"\s*[,，]\s*(?:and\s+|und\s+|&\s*)?|{_AND}"
    pieces = [piece for piece in compiled(mark).split(bare) if piece.strip()]
    if len(pieces) < 2:
        return [text]
    return [*pieces[:-1], pieces[-1] + end]


def _behind_team(text: str) -> tuple[str, str, str]:
    """A team, the mark behind it, and who follows; the mark is "" where no team comes first.

    What follows and names no person, as in "Gemini Team, Google", says where the team is.
    """
    team, mark, rest = _at_mark(text)
    is_first = is_team(team) or compiled(_CAMEL).fullmatch(team) is not None
    if not rest or not is_first or _INSIDE_TEAMS & set(rest.split()):
        return text, "", ""
    if mark == ":":
        return team, mark, rest
    place, behind_place, behind = _at_mark(rest)
    if len(place.split()) > 1 and not is_team(place) and "@" not in place:
        return team, mark, rest.replace(",", ";")
    return f"{team} ({place})", behind_place or mark, behind.replace(",", ";")


def _at_mark(text: str) -> tuple[str, str, str]:
    """What stands before the first comma or colon, that mark, and what stands behind it."""
    places = [at for at in map(text.find, ",:，：") if at >= 0]
    if not places:
        return text, "", ""
    at = min(places)
    mark = {"，": ",", "：": ":"}.get(text[at], text[at])
    return text[:at].strip(), mark, text[at + 1 :].strip()


def _without_others(name: str) -> tuple[str, bool]:
    """The name without "et al." or the like at its end, and whether it was there."""
    match = compiled(_OTHERS).search(name)
    if match is None:
        return name, False
    return name[: match.start()].rstrip(" ,，、;"), True


def _without_affiliation(name: str) -> tuple[str, str, bool]:
    """The name, what stands behind it in parentheses, and whether that says "and others"."""
    match = compiled(_PARENTHESES).search(name.rstrip(_MARKS))
    if match is None or not name[: match.start()].strip():
        return name, "", False
    before, inside = name[: match.start()], match[1].strip()
    if compiled(_OTHERS).fullmatch(inside):
        return before, "", True
    return before, inside, False
