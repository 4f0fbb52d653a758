"""Files that are no article in Markdown, by what they are: HTML, PDF, Word and others."""

import re

_START = 4_000
"""Characters or bytes of a file that are looked at."""

_BY_BYTES = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a rich text file (RTF)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"\xd0\xcf\x11\xe0", "an old Word document (.doc)"),
    (b"\xff\xfe", "a text in UTF-16"),
    (b"\xfe\xff", "a text in UTF-16"),
    (b"SQLite format 3", "a database"),
    (b"7z\xbc\xaf", "an archive (7z)"),
)
_IN_ARCHIVES = (
    (b"word/", "a Word document (.docx)"),
    (b"mimetypeapplication/epub", "a book (EPUB)"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"ppt/", "a PowerPoint file (.pptx)"),
    (b"xl/", "an Excel file (.xlsx)"),
)
_HTML = re.compile(
    r"(?:<\?xml[^<>]*>\s*)?(?:<!doctype\s+html|<html\b|<head\b|<body\b|<meta\b|<article\b|<main\b"
    r"|<div\b[^<>]*>\s*<|<section\b[^<>]*>\s*<|<h[1-6]\b[^<>]*>[^\n]*</h[1-6]>\s*<(?!img)"
    r"|<p\b[^<>]*>[^\n]*</p>\s*<)",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(r"^(?: {0,3}#{1,6}\s+\S|[^\n<]{0,300}\]\((?i:https?)://)", re.MULTILINE)
_BY_TEXT = (
    (re.compile(r"%PDF-"), "a PDF"),
    (re.compile(r"\{\\rtf"), "a rich text file (RTF)"),
    (re.compile(r"(?:<\?xml[^<>]*>\s*)?<(?:rss|feed|rdf:RDF)\b"), "a feed (RSS or Atom)"),
    (re.compile(r"<\?xml\b"), "an XML file"),
    (re.compile(r"\\documentclass|\\begin\{document\}|%[^\n]*\n\\documentclass"), "a LaTeX file"),
    (re.compile(r"@(?:article|inproceedings|misc|book|online)\s*\{", re.I), "a BibTeX file"),
    (re.compile(r"\{\s*\"(?:cells|metadata|nbformat)\"\s*:"), "a Jupyter notebook"),
    (re.compile(r"\[\s*\{\s*\""), "a JSON file"),
    (re.compile(r"\{\s*\"\w+\"\s*:(?![^\x00]{0,3000}\n\}\s*\n\s*\S)"), "a JSON file"),
    (re.compile(r"version https://git-lfs"), "a Git LFS pointer"),
    (
        re.compile(r"(?:#\+\w+:[^\n]*\n)+|\*+ [^\n]+\n(?:[^\n]*\n){0,5}:PROPERTIES:", re.I),
        "an Org file",
    ),
)


def of_bytes(data: bytes) -> str:
    """What a file is by its first bytes, as in "a PDF"; "" where they do not tell."""
    start = data[:_START]
    for magic, name in _BY_BYTES:
        if start.startswith(magic):
            return name
    if start.startswith(b"PK\x03\x04"):
        named = (name for part, name in _IN_ARCHIVES if part in data[:200_000])
        return next(named, "an archive (ZIP)")
    return ""


def of_text(text: str) -> str:
    """What a text is, as in "an HTML page"; "" where it may be an article in Markdown."""
    start = text.lstrip("\ufeff \t\r\n")[:_START]
    if not start:
        return "empty"
    for pattern, name in _BY_TEXT:
        if pattern.match(start):
            return name
    without = re.sub(r"<!--.{0,3000}?-->\s*", "", start, flags=re.DOTALL)
    if _HTML.match(without):
        is_page = re.match(r"(?:<\?xml[^<>]*>\s*)?<(?:!doctype|html|head|body|meta)", without, re.I)
        if is_page or not _MARKDOWN.search(text[:200_000]):
            return "an HTML page"
    return ""


def advice(name: str) -> str:
    """What to do with such a file, as the rest of a sentence."""
    match name:
        case "empty":
            return "is empty: give a published roundup or list as Markdown"
        case "an HTML page":
            return "is an HTML page; save the article as Markdown and import that"
        case "a text in UTF-16":
            return "is a text in UTF-16; save it as UTF-8"
    return f"is {name}, and no article in Markdown; save the article as Markdown and import that"
