"""The pictures of an article: how they are called at a destination, and put into its HTML."""

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple

from bot.core.network import EXTENSIONS
from bot.destinations.protocol import Article, ArticlePicture

_TAG = re.compile(r'<(\w+)((?:\s+[\w:-]+(?:="[^"]*")?)+)\s*/?>')
_ATTRIBUTE = re.compile(r'\s+([\w:-]+)(?:="([^"]*)")?')


class Placed(NamedTuple):
    """A picture at a destination: its address, its size there, and what its element gets as well.

    The size is 0 where the destination does not tell, and then stays as it is.
    """

    url: str
    width: int = 0
    height: int = 0
    css_class: str = ""


def name(article: Article, picture: ArticlePicture) -> str:
    """What a picture is called: the same article and bytes always give the same name."""
    digest = hashlib.sha256(picture.data).hexdigest()[:16]
    return f"{article.key.replace('/', '-')}-{digest}"


def file_name(article: Article, picture: ArticlePicture) -> str:
    """The name of its file."""
    return f"{name(article, picture)}.{EXTENSIONS[picture.mime]}"


def with_addresses(html: str, placed: Mapping[str, Placed]) -> str:
    """The HTML with the pictures' addresses in place of their keys.

    The HTML is as nh3 writes it: each attribute in double quotes. What else looks like a tag in
    one is escaped: WordPress would end the element there.
    """

    def rewritten(match: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(match[2]))
        there = placed.get(attributes.get("src", ""))
        if match[1] == "img" and there is not None:
            attributes |= _of(there)
        return f"<{match[1]}{''.join(map(_attribute, attributes.items()))}>"

    return _TAG.sub(rewritten, html)


def _of(there: Placed) -> dict[str, str]:
    """The attributes of an element that shows a picture where it is now."""
    attributes = {"src": there.url.replace("&", "&amp;")}
    if there.width and there.height:
        attributes |= {"width": str(there.width), "height": str(there.height)}
    if there.css_class:
        attributes["class"] = there.css_class
    return attributes


def _attribute(pair: tuple[str, str]) -> str:
    name, value = pair
    escaped = value.replace("<", "&lt;").replace(">", "&gt;")
    return f' {name}="{escaped}"'
