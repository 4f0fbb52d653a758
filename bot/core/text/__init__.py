"""Texts as the networks see them: counted, split, and made plain.

Some are loaded when they are first used (PEP 562): together they take 15 ms, and the commands that
only list or change rows read no text but plain titles.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.text import counting as counting
    from bot.core.text import labels as labels
    from bot.core.text import parts as parts
    from bot.core.text import renderers as renderers
    from bot.core.text import rewriting as rewriting
    from bot.core.text import sentences as sentences
    from bot.core.text import span as span
    from bot.core.text import syntax as syntax

_LATE = frozenset(
    {"counting", "labels", "parts", "renderers", "rewriting", "sentences", "span", "syntax"}
)


def __getattr__(name: str) -> ModuleType:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
