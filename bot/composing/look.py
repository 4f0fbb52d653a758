"""How slides and covers of a series look: their templates, logo and fonts."""

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot import files, series_settings
from bot.composing import slide_templates
from bot.config import Config, Series
from bot.core.errors import BadInput
from bot.pictures import typeset
from bot.pictures.typeset import Page, Source

AS_DRAWN = 1
"""Grows when the program draws otherwise from the same texts, figures and templates."""


class Look(NamedTuple):
    """The files that a series' pages are set with; `logo` is its bytes, None without one."""

    templates: Mapping[str, Source]
    logo: bytes | None
    fonts: Path | None

    @classmethod
    def of(cls, config: Config, series: Series) -> "Look":
        """Read them; raises `BadInput` for what cannot be read."""
        return cls(
            slide_templates.found(config.templates, series.name),
            _logo(series),
            series.slide.fonts_folder,
        )

    def fingerprint(self, data: Mapping[str, Any], pictures: Sequence[object]) -> str:
        """What is the same exactly where a page is: by its data and what names its pictures."""
        slide_templates.check_theme(self.templates, data["theme"])
        made_of = {
            "data": data,
            "templates": {name: _hash(source.data) for name, source in self.templates.items()},
            "logo": _hash(self.logo or b""),
            "fonts": _listing(self.fonts),
            "figures": list(pictures),
            "by": [AS_DRAWN, importlib.metadata.version("typst")],
        }
        return _hash(json.dumps(made_of, sort_keys=True).encode())

    def set(self, template: str, data: Mapping[str, Any], pictures: Mapping[str, bytes]) -> Page:
        """Set the page; raises `BadInput` naming the template's line, and `Unavailable`."""
        slide_templates.check_theme(self.templates, data["theme"])
        every = dict(pictures)
        if self.logo is not None:
            every[data["logo"]] = self.logo
        return typeset.render(template, data, every, self.templates, self.fonts)


def logo_name(series: Series) -> str | None:
    """What the logo is called in a page's folder."""
    if series.slide.logo_file is None:
        return None
    return f"logo{series.slide.logo_file.suffix.lower()}"


def _logo(series: Series) -> bytes | None:
    file = series.slide.logo_file
    if file is None:
        return None
    try:
        return files.read(file, series_settings.LOGO_SIZE, "a logo")
    except files.Unreadable as error:
        raise BadInput(f"The logo {file} cannot be read: {error}.") from None


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _listing(folder: Path | None) -> list[tuple[str, int]]:
    """The files of a folder with their sizes."""
    if folder is None:
        return []
    every = sorted(file for file in folder.rglob("*") if file.is_file())
    return [(file.relative_to(folder).as_posix(), file.stat().st_size) for file in every]
