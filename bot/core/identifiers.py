"""Which paper an address, an arXiv id, a DOI or a title names.

One paper has many addresses: arXiv's own pages and their mirrors, what is built on them (alphaXiv,
ar5iv, Hugging Face papers), doi.org and the pages of publishers. All of them come down to one key.
"""

import html
import re
import unicodedata

ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5})(?:v\d+)?(?![\d.]*\d)", re.ASCII)
"""An arXiv id since April 2007, with or without its version."""

OLD_ARXIV = re.compile(
    r"\b([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/(\d{7})(?:v\d+)?(?!\d)", re.ASCII | re.IGNORECASE
)
"""An arXiv id until March 2007, "math.GT/0309136"; its subject class says nothing more."""

BIBCODE = re.compile(r"\d{4}arXiv(\d{4})(\d{5})[A-Z]")
"""ADS names a preprint "2021arXiv210303230Z"."""

BIORXIV = re.compile(r"(10\.1101/.*\d)v\d+$")
"""An address of bioRxiv or medRxiv ends in the version, which is no part of the DOI."""

DOI = re.compile(r"\b(10\.\d{4,9}/\S+)", re.ASCII)

ARXIV_SITES = frozenset(
    {
        "arxiv.org",
        "xxx.lanl.gov",
        "alphaxiv.org",
        "ar5iv.org",
        "ar5iv.labs.arxiv.org",
        "arxiv-vanity.com",
        "huggingface.co",
        "hf.co",
        "scirate.com",
        "semanticscholar.org",
        "api.semanticscholar.org",
        "ui.adsabs.harvard.edu",
        "paperswithcode.com",
    }
)
"""Hosts whose addresses hold an arXiv id; hosts below arxiv.org hold one, too."""

ARXIV_FOLDERS = {"huggingface.co": "papers/", "hf.co": "papers/"}
"""Where a host has other pages as well, the folder of those that are about papers."""

TAILS = re.compile(
    r"(?:\.full|\.pdf|\.html?|/(?:full|abs|abstract|pdf|epdf|pdfft|html?|meta|references|metrics))+$",
    re.IGNORECASE,
)
"""What publishers put behind the DOI in an address."""

LONGEST_KEY = 200
"""Characters of a key in an index; whoever compares papers looks at the whole."""

VENUES = (
    (r"openreview\.net/(?:forum|pdf|attachment|references/pdf)\?(?:.*&)?id=([\w-]+)", "openreview"),
    (
        r"(?:aclanthology\.org|(?:www\.)?aclweb\.org/anthology|aclanthology\.info/papers)"
        r"/(?:papers/)?([A-Z]\d{2}-\d{4}|\d{4}\.[\w-]+\.\d+)(?![\d])",
        "acl",
    ),
    (r"proceedings\.mlr\.press/(v\d+/[\w-]+?)(?:\.html|/[\w.-]+\.pdf)?$", "pmlr"),
    (
        r"(?:proceedings\.neurips\.cc|papers\.n(?:eur)?ips\.cc)/paper(?:_files/paper)?/(?:\d{4}/)?"
        r"(?:hash|file)/([0-9a-f]{16,})",
        "neurips",
    ),
    (r"openaccess\.thecvf\.com/(?:.*/)?(\w[\w-]*_paper)\.(?:html|pdf)$", "cvf"),
    (r"jmlr\.org/papers/(?:volume|v)(\d+/[\w-]+?)(?:\.html|/[\w-]+\.pdf)?$", "jmlr"),
    (r"(?:www\.)?nature\.com/articles/([\w.-]+?)(?:\.pdf)?$", "doi:10.1038"),
)
"""Addresses of proceedings and journals that name a paper by an id of their own."""

_VENUES = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in VENUES)

DOI_OF_ARXIV = "10.48550/arxiv."
DOI_OF_ACL = "10.18653/v1/"

# Parameters that only tell the site where a reader came from.
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|ref|source)=", re.IGNORECASE)

_FORMATTING = re.compile(
    r"\\(?:emph|text\w*|math\w*|boldsymbol|bm|operatorname|ensuremath|left|right|displaystyle|"
    r"(?:it|bf|em|rm|tt|sc|sf)(?:series|shape|family)?)(?![a-zA-Z])\*?"
)
"""Commands of TeX that change how something looks, and not what it says."""

_ACCENT = re.compile(r"\\[uvHcdbkrt]\s*\{(\w)\}")
_COMMAND = re.compile(r"\\(?:var(?=epsilon|theta|phi|rho|pi|sigma|kappa))?([a-zA-Z]+)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_MARKS = re.compile("[\u0300-\u036f]")
_SIGNS = str.maketrans(
    {
        "&": " and ",
        "+": " plus ",
        "×": "x",
        "ℓ": "ell",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
        "ı": "i",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
    }
)


def of_address(url: str) -> str:
    """The key of the paper that an address leads to.

    "arxiv:2103.03230", "doi:10.1145/3442188", "openreview:…", or for a page of which no more is
    known "at:example.org/a/paper": then scheme, "www." and a last slash make no difference.
    """
    host, path = _split(url)
    if key := _arxiv_at(host, path):
        return key
    for pattern, kind in _VENUES:
        if found := pattern.match(f"{host}/{path}"):
            if kind.startswith("doi:"):
                return f"{kind}/{found[1].lower()}"
            return f"{kind}:{found[1].lower() if kind == 'acl' else found[1]}"
    if key := of_doi(path):
        return key
    return f"at:{host}/{path}"


def of_arxiv(text: str) -> str:
    """The key of an arXiv id, "arxiv:2103.03230", as people write it; "" where it is none."""
    if found := ARXIV.search(text):
        return f"arxiv:{found[1]}"
    if found := OLD_ARXIV.search(text):
        return f"arxiv:{found[1].lower()}/{found[2]}"
    return ""


def of_doi(text: str) -> str:
    """The key of a DOI, "doi:10.1145/3442188", as people write it; "" where it is none.

    A DOI has no case. Those that arXiv and the ACL Anthology give are keys of theirs.
    """
    found = DOI.search(_decoded(text))
    if found is None:
        return ""
    doi = TAILS.sub("", found[1].split("?")[0].split("#")[0]).rstrip("/.,;)").lower()
    if doi.startswith(DOI_OF_ARXIV):
        return of_arxiv(doi.removeprefix(DOI_OF_ARXIV)) or f"doi:{doi}"
    if doi.startswith(DOI_OF_ACL):
        return f"acl:{doi.removeprefix(DOI_OF_ACL)}"
    if versioned := BIORXIV.match(doi):
        doi = versioned[1]
    return f"doi:{doi}"


def shown(key: str) -> str:
    """A key for people: "arXiv 2103.03230", "DOI 10.1145/3442188", "openreview …"."""
    kind, _, rest = key.partition(":")
    names = {"arxiv": "arXiv", "doi": "DOI", "acl": "ACL Anthology", "openreview": "OpenReview"}
    if kind == "at":
        return rest
    return f"{names.get(kind, kind.upper())} {rest}"


def is_page(key: str) -> bool:
    """Whether a key is only the address of a page, and nothing that identifies a paper."""
    return key.startswith("at:")


def is_same_page(one: str, other: str) -> bool:
    """Whether two addresses show a reader the same: one paper on one site, in whatever form."""
    return _site(one) == _site(other) and of_address(one) == of_address(other)


def _site(url: str) -> str:
    host, _ = _split(url)
    if host.endswith(".arxiv.org") and not host.startswith("ar5iv"):
        return "arxiv.org"
    return host.removeprefix("dx.")


def _split(url: str) -> tuple[str, str]:
    """The host in small letters, without "www." and the usual port, and what follows it."""
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://", "", url.strip(), flags=re.IGNORECASE)
    host, _, path = bare.partition("/")
    if "/" not in bare:
        host, mark, query = bare.partition("?")
        path = mark + query
    host = re.sub(r":(?:80|443)$", "", host.lower()).removeprefix("www.")
    path, mark, query = path.partition("?")
    query, hash_mark, fragment = query.partition("#")
    kept = "&".join(each for each in query.split("&") if each and not _TRACKING.match(each))
    path = path.rstrip("/")
    if kept:
        path += f"{mark}{kept}"
    if fragment:
        path += f"{hash_mark}{fragment}"
    return host, path


def _arxiv_at(host: str, path: str) -> str:
    if host not in ARXIV_SITES and not host.endswith(".arxiv.org"):
        return ""
    path = _decoded(path)
    if not path.startswith(ARXIV_FOLDERS.get(host, "")):
        return ""
    if found := BIBCODE.search(path):
        return f"arxiv:{found[1]}.{found[2]}"
    if found := ARXIV.search(path):
        return f"arxiv:{found[1]}"
    # "abs/" is a folder of the site, and no archive.
    folders = r"^(?:abs|pdf|html|ps|format|src|e-print|papers|arxiv)/"
    if found := OLD_ARXIV.search(re.sub(folders, "", path)):
        return f"arxiv:{found[1].lower()}/{found[2]}"
    return ""


def _decoded(text: str) -> str:
    """The text with percent-encoded characters as themselves (RFC 3986)."""
    return re.sub(
        "(?:%[0-9A-Fa-f]{2})+",
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"),
        text,
    )


def title_form(title: str) -> str:
    """What a title says: letters and digits, without case, accents, quotes, TeX and punctuation.

    A Greek letter, its name, and TeX's command for it are the same.
    """
    text = _TAG.sub("", html.unescape(title))
    text = _FORMATTING.sub("", text.replace(r"\times", "x").replace(r"\&", "&"))
    text = _COMMAND.sub(r"\1", _ACCENT.sub(r"\1", text))
    text = unicodedata.normalize("NFKD", text.translate(_SIGNS)).casefold()
    return "".join(map(_written, _MARKS.sub("", text)))


def _written(char: str) -> str:
    if unicodedata.category(char)[0] not in "LMN":
        return ""
    name = unicodedata.name(char, "")
    if not name.startswith("GREEK SMALL LETTER "):
        return char
    # Unicode spells it LAMDA.
    return name.split()[3].lower().replace("lamda", "lambda")


def is_telling(title: str) -> bool:
    """Whether two papers hardly share a title by chance, as they do "Introduction"."""
    form = title_form(title)
    if sum(char >= "\u2e80" for char in form) >= 6:
        return True
    return len(form) >= 14 and len(re.findall(r"\w+", title)) >= 3
