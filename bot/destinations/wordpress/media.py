"""Uploads an article's pictures to WordPress with their alt texts and captions, once each."""

from collections.abc import Mapping
from html import escape, unescape

from bot.core.answers import inner, text_of
from bot.destinations import pictures
from bot.destinations.pictures import Placed
from bot.destinations.protocol import Article, ArticlePicture, Saved
from bot.destinations.wordpress.calls import Api, id_of, raw

Entry = Mapping[str, object]


def ensure(api: Api, article: Article, post_id: int, saved: Saved) -> dict[str, Entry]:
    """The pictures as WordPress has them, by their keys; those that it lacks are uploaded.

    They are known by their slugs, which come from article and bytes, and else by the ids in
    `saved`.
    """
    names = {key: pictures.name(article, each) for key, each in article.pictures.items()}
    if not names:
        return {}
    there = _oldest_by_slug(api, sorted(set(names.values())))
    found: dict[str, Entry] = {}
    for key, picture in article.pictures.items():
        name = names[key]
        if name not in there:
            there[name] = _saved(api, name, saved) or _uploaded(api, article, picture, post_id)
        there[name] = _described(api, there[name], picture)
        found[key] = there[name]
    return found


def placed(entry: Entry) -> Placed:
    """Where a picture is; with the class by which WordPress knows it, to add its other sizes."""
    details = entry.get("media_details")
    sides = [inner(details, "width"), inner(details, "height")]
    width, height = (side if isinstance(side, int) else 0 for side in sides)
    css_class = f"wp-image-{id_of(entry)}"
    return Placed(text_of(entry.get("source_url")), width, height, css_class)


def _oldest_by_slug(api: Api, slugs: list[str]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in sorted(api.pictures(slugs), key=id_of):
        found.setdefault(text_of(entry.get("slug")), entry)
    return found


def _saved(api: Api, name: str, saved: Saved) -> Entry | None:
    """The picture whose id is saved, if it is still there: somebody gave it another slug."""
    known = inner(saved.get("pictures"), name)
    if not isinstance(known, int):
        return None
    return api.picture(known)


def _uploaded(api: Api, article: Article, picture: ArticlePicture, post_id: int) -> Entry:
    name = pictures.name(article, picture)
    file = (pictures.file_name(article, picture), picture.data, picture.mime)
    form = {"title": name, "slug": name, "post": str(post_id), **_facts(picture)}
    made = api.upload(file, form)
    if text_of(made.get("slug")) == name:
        return made
    # Another run was faster: WordPress has given ours another slug.
    faster = _oldest_by_slug(api, [name]).get(name)
    if faster is None:
        return made
    api.delete(f"/wp/v2/media/{id_of(made)}")
    return faster


def _described(api: Api, entry: Entry, picture: ArticlePicture) -> Entry:
    """The picture with its alt text and caption, which are set where they are others."""
    facts = _facts(picture)
    has_alt = text_of(entry.get("alt_text")) == facts["alt_text"]
    if has_alt and unescape(raw(entry, "caption")) == picture.caption:
        return entry
    return api.change(f"/wp/v2/media/{id_of(entry)}", facts)


def _facts(picture: ArticlePicture) -> dict[str, str]:
    return {"alt_text": picture.alt, "caption": escape(picture.caption, quote=False)}
