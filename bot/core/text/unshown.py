"""What stands in a text for characters that no font shows."""

import re
import unicodedata
from collections.abc import Collection, Iterable

LEFT_OUT = "…"


def without(text: str, clusters: Collection[str]) -> str:
    """The text without these: a letter stands without its accent, for others an ellipsis."""
    held = sorted((each for each in clusters if each in text), key=len, reverse=True)
    if not held:
        return text
    for cluster in held:
        base = unicodedata.normalize("NFD", cluster)[0]
        text = text.replace(cluster, base if base.isascii() else LEFT_OUT)
    return re.sub(rf"{LEFT_OUT}(?:[\s{LEFT_OUT}]*{LEFT_OUT})", LEFT_OUT, text)


def runs(texts: Iterable[str], clusters: Collection[str]) -> list[str]:
    """These where they stand in the texts, each run of them once."""
    if not clusters:
        return []
    one = "|".join(map(re.escape, sorted(clusters, key=len, reverse=True)))
    pattern = re.compile(rf"(?:{one})+")
    return list(dict.fromkeys(found[0] for text in texts for found in pattern.finditer(text)))
