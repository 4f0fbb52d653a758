"""What the words, addresses and emoji around a paper mean, in the languages articles come in."""

import re
from collections.abc import Mapping

from bot.core.paper import LinkKind


def _by_word(table: Mapping[LinkKind, str], mark: str) -> dict[str, LinkKind]:
    return {word: kind for kind, words in table.items() for word in words.split(mark)}


KIND_BY_LABEL = _by_word(
    {
        LinkKind.PAPER: "paper|pdf|arxiv|preprint|article|publication|report"
        "|artikel|aufsatz|bericht|veröffentlichung"
        "|论文|纸张|纸|文章|预印本|技术报告",
        LinkKind.CODE: "code|source code|github|repo|repository|colab|notebook|quelltext|quellcode"
        "|代码|源代码|源码|仓库|笔记本",
        LinkKind.PROJECT: "project|project page|website|page|projekt|projektseite|webseite"
        "|项目|项目页面|项目主页|网站|主页|网页",
        LinkKind.TALK: "talk|video|presentation|lecture|vortrag|präsentation|vorlesung"
        "|谈话|演讲|讲座|视频|对话",
        LinkKind.PODCAST: "podcast|episode|interview|folge|播客|访谈|采访",
        LinkKind.BLOG: "blog|blog post|blogpost|post|thread|blogbeitrag|blogartikel|beitrag"
        "|博客|博客文章|博客帖子|帖子|博文",
        LinkKind.DEMO: "demo|playground|app|vorführung|演示|示例",
    },
    "|",
)
KIND_BY_HOST = _by_word(
    {
        LinkKind.DEMO: "huggingface.co/spaces",
        LinkKind.CODE: "github.com gitlab.com bitbucket.org codeberg.org"
        " colab.research.google.com huggingface.co",
        LinkKind.TALK: "youtube.com youtu.be slideslive.com vimeo.com videolectures.net",
        LinkKind.PODCAST: "podcasts.apple.com open.spotify.com anchor.fm twimlai.com"
        " soundcloud.com",
        LinkKind.PAPER: "arxiv.org openreview.net doi.org proceedings.mlr.press papers.nips.cc"
        " proceedings.neurips.cc aclanthology.org openaccess.thecvf.com cv-foundation.org"
        " biorxiv.org jmlr.org dl.acm.org nature.com",
        LinkKind.BLOG: "medium.com towardsdatascience.com substack.com lesswrong.com distill.pub",
        LinkKind.PROJECT: "github.io",
    },
    " ",
)
"""A host with its subdomains, or a host and the start of its path; the first that fits counts."""

KIND_BY_WORD = {
    "pdf": LinkKind.PAPER,
    "blog": LinkKind.BLOG,
    "podcast": LinkKind.PODCAST,
    "demo": LinkKind.DEMO,
}
"""Parts of an address between dots and slashes; "pdf" is a file's ending too."""

KIND_BY_EMOJI = _by_word(
    {
        LinkKind.PAPER: "📝 📄 📃 📑",
        LinkKind.CODE: "🤖 🐙",
        LinkKind.PROJECT: "🌐 🏠",
        LinkKind.TALK: "🗣 🎤 📺 🎥 🎬",
        LinkKind.PODCAST: "🎙 🎧",
        LinkKind.BLOG: "💻 ✍ 📰",
        LinkKind.DEMO: "🕹 🎮",
    },
    " ",
)

AUTHORS = frozenset(
    {
        "author",
        "authors",
        "autor",
        "autoren",
        "autorin",
        "autorinnen",
        "autorinnen und autoren",
        "by",
        "von",
        "作者",
    }
)
REFERENCES = frozenset(
    {
        "reference",
        "references",
        "bibliography",
        "literatur",
        "quellen",
        "参考",
        "参考文献",
        "参考资料",
        "引用",
    }
)
SUMMARY = (
    "summary",
    "abstract",
    "tl;dr",
    "zusammenfassung",
    "kurzfassung",
    "总结",
    "摘要",
    "概要",
    "概述",
    "小结",
)
"""One of these is in the bold lead-in of a paragraph."""
PREVIOUS = ("previous", "vorige", "vorherige", "letzte", "上一", "前一")
"""The line that links the previous roundup starts with one of these."""

MONTHS = {
    name: number
    for number, names in {
        1: ("january", "januar", "jänner"),
        2: ("february", "februar"),
        3: ("march", "märz"),
        4: ("april",),
        5: ("may", "mai"),
        6: ("june", "juni"),
        7: ("july", "juli"),
        8: ("august",),
        9: ("september",),
        10: ("october", "oktober"),
        11: ("november",),
        12: ("december", "dezember"),
    }.items()
    for name in names
}

_ZH_MONTH = re.compile(r"(?<![0-9])([12][0-9]{3})\s{0,3}年\s{0,3}([0-9]{1,2})\s{0,3}月")
_NAMED_MONTH = re.compile(r"(?<![^\W\d_])([^\W\d_]{3,9})\.?[ \xa0-]([12][0-9]{3})(?![0-9])")
_YEAR = re.compile(r"(?<![0-9])(1[5-9][0-9]{2}|2[0-9]{3})(?![0-9])")
_IN_PARENTHESES = re.compile(r"[(（]([^()（）]{1,60})[)）]")
_LAST_YEAR = re.compile(r"[,，\s]{1,3}((?:19|20)[0-9]{2})\s?年?$")
_OTHERS = re.compile(
    r"[,，、]?\s?(?:等(?:人|等|作者|学者)?|\bet\.? ?al\b\.?|\bu\. ?a\."
    r"|\b(?:and|und) (?:others|colleagues|andere|weitere)\b)",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r"[、，,;；&＆和与]|(?<=\s)(?:and|und)(?=\s)", re.IGNORECASE)
# Ids such as "2105.06068", and those from before April 2007 such as "math.GT/0309136": arXiv's help
# page "Understanding the arXiv identifier".
_ARXIV = re.compile(
    r"arxiv\.org/(?:abs|pdf|html)/"
    r"([0-9]{4}\.[0-9]{4,5}|[a-z-]{2,20}(?:\.[a-z]{2})?/[0-9]{7})(?![0-9])",
    re.IGNORECASE,
)


def kind_of(label: str, url: str, before: str) -> tuple[LinkKind, str]:
    """Return the kind of a link, and what told it: its "label", "address" or "emoji".

    `before` is the text between it and the link before; the emoji nearest to the link counts. Where
    nothing tells, the kind is `PROJECT`, told by "".
    """
    if kind := _kind_by_label(label):
        return kind, "label"
    if kind := _kind_by_address(url):
        return kind, "address"
    for char in reversed(before + label):
        if kind := KIND_BY_EMOJI.get(char):
            return kind, "emoji"
    return LinkKind.PROJECT, ""


def _kind_by_label(label: str) -> LinkKind | None:
    """The kind that a label names as a whole, or in words that agree with one another."""
    words = re.findall(r"[^\W_]+", label.casefold())
    if whole := KIND_BY_LABEL.get(" ".join(words)):
        return whole
    kinds = {KIND_BY_LABEL[word] for word in words if word in KIND_BY_LABEL}
    if len(kinds) == 1:
        return kinds.pop()
    return None


def _kind_by_address(url: str) -> LinkKind | None:
    address = re.split(r"[?#]", url.casefold().split("://", 1)[-1], maxsplit=1)[0].rstrip("/")
    host, _, path = address.partition("/")
    for known, kind in KIND_BY_HOST.items():
        known_host, slash, start = known.partition("/")
        if f".{host}".endswith(f".{known_host}") and f"{path}/".startswith(start + slash):
            return kind
    words = set(re.split(r"[./]", address))
    return next((kind for word, kind in KIND_BY_WORD.items() if word in words), None)


def arxiv_id(url: str) -> str:
    """The arXiv id an address holds, without its version; "" where it is no arXiv address."""
    match = _ARXIV.search(url)
    if match is None:
        return ""
    return match[1]


def month_in(text: str) -> str | None:
    """The month that a title or an address names, as "2021-09"; None where it names none."""
    if match := _ZH_MONTH.search(text):
        month = int(match[2])
        if 1 <= month <= 12:
            return f"{match[1]}-{month:02}"
        return None
    for match in _NAMED_MONTH.finditer(text):
        if month := MONTHS.get(match[1].casefold(), 0):
            return f"{match[2]}-{month:02}"
    return None


def people(text: str) -> tuple[tuple[str, ...], bool, int | None]:
    """Return names in order, whether there are others, and the year, where it is printed.

    Reads "Feurer et al. (2021)" as well as "盖尔曼&韦赫塔里(2021)".
    """
    names, year = _split_year(text.strip())
    # "et al." counts at the end only: in between it belongs to a name.
    mentions = list(_OTHERS.finditer(names))
    others = bool(mentions) and not names[mentions[-1].end() :].strip(" .,，、*_")
    if others:
        names = names[: mentions[-1].start()]
    pieces = (name.strip(" \t:：*_") for name in _BETWEEN_NAMES.split(names))
    return tuple(name for name in pieces if name), others, year


def _split_year(text: str) -> tuple[str, int | None]:
    """The text before the year, and the year: in parentheses, or else at the text's end."""
    for parenthesis in _IN_PARENTHESES.finditer(text):
        if year := _YEAR.search(parenthesis[1]):
            return text[: parenthesis.start()], int(year[1])
    if last := _LAST_YEAR.search(text):
        return text[: last.start()], int(last[1])
    return text, None
