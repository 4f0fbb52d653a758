"""Texts as the networks see them: counted, split, and made plain.

`counting` and `parts` are loaded when they are first used (PEP 562): together they take 8 ms, and
the commands that only list or change rows read no text.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.text import counting as counting
    from bot.core.text import parts as parts


def __getattr__(name: str) -> ModuleType:
    if name not in {"counting", "parts"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
