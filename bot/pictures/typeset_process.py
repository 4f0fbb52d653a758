"""The process that typesets pages: `typeset` asks it, `processes` bounds its memory and time.

It is run by its path, and finds our modules beside it. A page's folder is all that typst reads; it
fetches no packages, for the environment that `typeset` gives it leads to no network.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typst

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.core.text import unshown as lacking

_NOT_SHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
"""How typst names what it may not put into a PDF for archives: what no font has a glyph for."""
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
_PLACE = re.compile(r"┌─ (.+?):(\d+):\d+")
_ALWAYS_SHOWN = frozenset(map(chr, range(0x20, 0x7F)))


_SOURCE = b"""#for text in json(bytes(sys.inputs.texts)) [#text #parbreak()]"""
"""A page with texts in any fonts."""


class _Fonts:
    """Fonts that pages are set in, and the characters that they are known to show or to lack."""

    def __init__(self, folder: str, *, with_system: bool) -> None:
        folders = [folder] if folder else []
        self.fonts = typst.Fonts(include_system_fonts=with_system, font_paths=folders)
        self.families = {family.casefold() for family in self.fonts.families()}
        self._shown = set(_ALWAYS_SHOWN)
        self._lacking: set[str] = set()

    def unshown(self, texts: Iterable[str]) -> set[str]:
        """What of the texts no font shows: characters, each with what combines with it."""
        new = [text for text in texts if not self._shown.issuperset(text)]
        if new:
            found = self._looked_up(new)
            self._lacking |= found
            missing = {letter for cluster in found for letter in cluster}
            self._shown |= {letter for text in new for letter in text} - missing
        return {cluster for cluster in self._lacking if any(cluster in text for text in new)}

    def _looked_up(self, texts: list[str]) -> set[str]:
        inputs = {"texts": json.dumps(texts)}
        compiler = typst.Compiler(_SOURCE, font_paths=self.fonts, sys_inputs=inputs)
        try:
            compiler.compile(format="pdf", pdf_standards=["a-2b"])
        except typst.TypstError as error:
            return {_unescaped(text) for text in _NOT_SHOWN.findall(error.diagnostic)}
        return set()


def _unescaped(text: str) -> str:
    """A string as Rust's debug format writes it."""
    signs = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
    return _ESCAPED.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else signs.get(found[2], found[2]), text
    )


_sets: dict[tuple[str, bool], _Fonts] = {}


def _fonts(folder: str, *, with_system: bool) -> _Fonts:
    key = (folder, with_system)
    if key not in _sets:
        _sets[key] = _Fonts(folder, with_system=with_system)
    return _sets[key]


def _chosen(folder: str, families: Iterable[str], texts: list[str]) -> tuple[_Fonts, set[str]]:
    """The fonts to set the texts in, and what of the texts these do not show.

    Those that typst brings along, and the maintainer's, where they have the families and show
    everything: so a page looks the same on every machine. All others of the system, which take long
    to look through, only where these do not.
    """
    own = _fonts(folder, with_system=False)
    if own.families.issuperset(map(str.casefold, families)) and not own.unshown(texts):
        return own, set()
    every = _fonts(folder, with_system=True)
    return every, every.unshown(texts)


def answer(question: bytes) -> bytes:
    """Set a page: a line of JSON with its `root`, `main` file, `fonts` folder and so on.

    Returns a line of JSON with the page's `facts`, what is `unshown`, or the `problem` with its
    `file` and `line`; then the PNG.
    """
    asked = json.loads(question)
    try:
        facts, png = _done(asked.pop("task"), asked)
    except typst.TypstError as error:
        facts, png = _problem(error), b""
    return json.dumps(facts).encode() + b"\n" + png


def _page(root: str, main: str, fonts: str, ppi: float) -> tuple[dict[str, Any], bytes]:
    file = Path(root, "data.json")
    data = json.loads(file.read_bytes())
    texts = list(_texts(data))
    chosen, unshown = _chosen(fonts, _families(root, data.get("theme", "")), texts)
    data = _without(data, unshown)
    if "fonts" in data:
        # Typst warns of each family that is not there.
        data["fonts"] = [name for name in data["fonts"] if name.casefold() in chosen.families]
    file.write_text(json.dumps(data), encoding="utf-8")
    compiler = typst.Compiler(
        str(Path(root, main)),
        root=root,
        font_paths=chosen.fonts,
        package_path=str(Path(root, "packages")),
        package_cache_path=str(Path(root, "packages")),
    )
    png = compiler.compile(format="png", ppi=ppi)
    if isinstance(png, list):
        return {"problem": f"makes {len(png)} pages in place of one", "file": main, "line": 0}, b""
    assert png is not None
    told = json.loads(compiler.query("<facts>", field="value"))
    return {"facts": told[0] if told else {}, "unshown": lacking.runs(texts, unshown)}, png


def _texts(value: object) -> Iterable[str]:
    """All texts in the data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


def _without(value: Any, unshown: set[str]) -> Any:
    """The data without what no font shows: a letter without its accent, or an ellipsis."""
    if isinstance(value, str):
        return lacking.without(value, unshown)
    if isinstance(value, list):
        return [_without(each, unshown) for each in value]
    if isinstance(value, dict):
        return {key: _without(each, unshown) for key, each in value.items()}
    return value


def _problem(error: typst.TypstError) -> dict[str, Any]:
    """What is wrong in a template, with its file and line where typst names them."""
    # Warnings come before the error.
    _, _, told = error.diagnostic.rpartition(f"error: {error.message}")
    found = _PLACE.search(told)
    file, line = (found[1], int(found[2])) if found else ("", 0)
    return {"problem": error.message, "hints": error.hints, "file": file, "line": line}


def _families(root: str, theme: str) -> list[str]:
    """The families that a theme names first."""
    try:
        themes = tomllib.loads(Path(root, "themes.toml").read_text(encoding="utf-8"))
        chosen = themes[theme]
        return [chosen[key][0] for key in ("title_font", "text_font")]
    except (OSError, ValueError, LookupError, TypeError):
        # The template says what is wrong with it.
        return []


def _told(fonts: str, texts: list[str]) -> tuple[dict[str, Any], bytes]:
    """What of some texts the fonts of this machine do not show, and which families there are."""
    every = _fonts(fonts, with_system=True)
    return {"unshown": sorted(every.unshown(texts)), "families": sorted(every.families)}, b""


def _done(task: str, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    if task == "page":
        return _page(**asked)
    return _told(**asked)
