"""What a network will refuse, known before it is asked: each as the rest of a sentence.

The limits themselves are data, in `network`. Whatever shows or sends a thread asks here, by way of
the composer, so that no slot finds out first.
"""

import re
from collections.abc import Iterator, Sequence

from bot.core import scaling
from bot.core.collage import Picture
from bot.core.network import Limits, Network
from bot.core.text.span import Span


def of_picture(network: Network, limits: Limits, picture: Picture) -> Iterator[str]:
    """What the network would refuse of a picture: its type, bytes, pixels."""
    of_type = limits.pictures.get(picture.mime)
    its, taker = f"its picture {picture.file}", f"and {network.title} takes"
    if of_type is None:
        kinds = ", ".join(map(_kind, limits.pictures))
        yield f"{its} is {picture.mime}, {taker} only {kinds}; export it as one of these"
        return
    if picture.size > of_type.size:
        most = f"{of_type.size:,} ({of_type.size / 1e6:g} MB) of a {_kind(picture.mime)}"
        yield f"{its} has {picture.size:,} bytes, {taker} at most {most}; export it smaller"
    size = f"{picture.width:,} × {picture.height:,} pixels"
    width, height = of_type.width or picture.width, of_type.height or picture.height
    if picture.width > width or picture.height > height:
        most = f"{width:,} × {height:,} of a {_kind(picture.mime)}"
        yield f"{its} has {size}, {taker} at most {most}; export it smaller"
    if min(picture.width, picture.height) < of_type.least_side:
        least = f"{of_type.least_side} × {of_type.least_side}"
        yield f"{its} has {size}, {taker} at least {least}; export it larger"
    pixels = picture.width * picture.height
    if of_type.pixels is not None and pixels > of_type.pixels:
        megapixels = f"{pixels / 1e6:.1f} megapixels"
        yield f"{its} has {megapixels}, {taker} at most {of_type.pixels / 1e6:g}; export it smaller"


def of_original(network: Network, limits: Limits, picture: Picture) -> Iterator[str]:
    """What no fitting can help: a side that is too small, or becomes so where the other fits."""
    size = (picture.width, picture.height)
    if any(scaling.is_possible(size, its) for its in limits.pictures.values()):
        return
    least = min(its.least_side for its in limits.pictures.values())
    its = f"its picture {picture.file} has {picture.width:,} × {picture.height:,} pixels, and"
    if min(size) < least:
        yield f"{its} {network.title} takes at least {least} × {least}; export it larger"
    else:
        yield (
            f"{its} made as small as {network.title} takes it, its shorter side has fewer than "
            f"{least}; export it in another shape"
        )


def nothing_fits(network: Network, limits: Limits, picture: Picture) -> str:
    """That a picture cannot be made to fit, and what would."""
    most = max(its.size for its in limits.pictures.values())
    kinds = ", ".join(map(_kind, limits.pictures))
    return (
        f"its picture {picture.file} cannot be made to fit: {network.title} takes {kinds} of at "
        f"most {most:,} bytes, and nothing of it is so small; export it in another shape"
    )


def _kind(mime: str) -> str:
    return mime.removeprefix("image/").upper()


def of_alt_text(network: Network, limits: Limits, alt: str) -> Iterator[str]:
    """What the network would refuse of an alt text."""
    if refused := network.forbidden(alt) or _nonsense(alt):
        named = f"the character U+{ord(refused):04X}, which {network.title} refuses"
        yield f"its alt text holds {named}; remove it"
    if len(alt) > limits.alt_length:
        most = f"of at most {limits.alt_length:,} characters"
        yield f"its alt text has {len(alt):,} {most}; shorten it"


def too_long(network: Network, limits: Limits, text: str) -> str:
    """By how much a text is too long for one post: "has 291 of 280 characters …"; "" if it fits."""
    length = network.length(text, limits)
    if length > limits.length:
        over = length - limits.length
        return f"has {length:,} of {limits.length:,} characters ({over:,} too many)"
    size = len(network.visible(text).encode("utf-8", "replace"))
    if limits.byte_length is not None and size > limits.byte_length:
        over = size - limits.byte_length
        return f"has {size:,} of {limits.byte_length:,} bytes ({over:,} too many)"
    return ""


def bad_character(network: Network, text: str) -> tuple[str, str]:
    """The first character that the network refuses or leaves out, and that it does; else ""."""
    if refused := network.forbidden(text):
        return refused, f"holds the character U+{ord(refused):04X}, which {network.title} refuses"
    if dropped := network.dropped(text):
        return dropped, f"holds the character U+{ord(dropped):04X}, which {network.title} drops"
    return "", ""


def _nonsense(text: str) -> str:
    """The first code point that is no character, which no network takes; else ""."""
    found = re.search("[\ufffe\uffff]", text)
    return found[0] if found else ""


def turned(text: str) -> str:
    """The characters that turn the direction of a text, so that it reads as it is not, by name.

    Each once: "U+202A, U+202E"; "" where there are none.
    """
    found = dict.fromkeys(re.findall("[\u202a-\u202e\u2066-\u2069]", text))
    return ", ".join(f"U+{ord(char):04X}" for char in found)


def cashtags(network: Network, limits: Limits, text: str) -> Sequence[Span]:
    """The cashtags of a text, where they are more than one post may have."""
    if limits.cashtags is None:
        return ()
    found = network.cashtags(text)
    if len(found) <= limits.cashtags:
        return ()
    return found
