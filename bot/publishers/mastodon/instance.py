"""What a server says that a post may hold, in whichever form it says it."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from bot.core import network as networks
from bot.core.answers import inner
from bot.core.network import SENT, Limits, PictureLimits

Instance = Mapping[str, object]


def limits(told: Instance) -> Limits:
    """The limits in what a server tells of itself; Mastodon's own where it says nothing.

    Mastodon and most others have them in `configuration`, Pleroma and older forks at the top.
    """
    default = networks.MASTODON.limits
    statuses = inner(told.get("configuration"), "statuses")
    media = inner(told.get("configuration"), "media_attachments")
    return default._replace(
        length=_first(default.length, inner(statuses, "max_characters"), _old_length(told)),
        url_length=_first(
            networks.MASTODON.limits.url_length, inner(statuses, "characters_reserved_per_url")
        ),
        alt_length=_first(
            default.alt_length, inner(media, "description_limit"), told.get("description_limit")
        ),
        pictures=_pictures(told, media),
    )


def formats(told: Instance) -> tuple[str, ...]:
    """The MIME types of texts among which a post may choose; none on most servers."""
    statuses = inner(told.get("configuration"), "statuses")
    of_pleroma = inner(inner(told.get("pleroma"), "metadata"), "post_formats")
    for listed in (inner(statuses, "supported_mime_types"), of_pleroma):
        if isinstance(listed, list):
            return tuple(each for each in listed if isinstance(each, str))
    return ()


def _old_length(told: Instance) -> object:
    return told.get("max_toot_chars") or told.get("max_characters")


def _pictures(told: Instance, media: object) -> Mapping[str, PictureLimits]:
    default = next(iter(networks.MASTODON.limits.pictures.values()))
    its = PictureLimits(
        size=_first(default.size, inner(media, "image_size_limit"), told.get("upload_limit")),
        pixels=_first(default.pixels, inner(media, "image_matrix_limit")),
    )
    patterns = inner(media, "supported_mime_types")
    taken: list[str] = []
    if isinstance(patterns, list):
        known = [pattern for pattern in patterns if isinstance(pattern, str)]
        taken = [mime for mime in SENT if any(fnmatchcase(mime, each) for each in known)]
    return dict.fromkeys(taken or SENT, its)


def _first(default: int | None, *told: object) -> int:
    """The first that is a number greater than 0, else the default."""
    for value in told:
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**12:
            return value
    assert default is not None
    return default
