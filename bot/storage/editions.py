"""What the pages of a series are made from, read for many roundups at once."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, ColumnElement, Text, cast, or_, select

from bot.core import address
from bot.core.collage import Picture
from bot.storage.statements import Statements
from bot.storage.tables import (
    accounts,
    collages,
    deliveries,
    fittings,
    links,
    papers,
    parts,
    pictures,
    roundups,
)

MOST = 200
"""Values in one statement; SQLite takes no more than 999 where it is old."""

_NOT_SHOWN = frozenset(
    {"position", "pinned_on", "thread", "note", "revision", "on_networks", "state"}
    | {"kept_number", "posted_at", "posted_is_assumed", "series_id", "rehearsal", "removed_at"}
)
"""Columns of a collage that no page shows."""


class Named(NamedTuple):
    """A collage as other pages link to it: its NAME and its paper's title, as it is stored."""

    name: str
    title: str


class Stamp(NamedTuple):
    """What a roundup holds: `made_of` is the same exactly where its collages and posts are."""

    made_of: str
    collages: tuple[Named, ...]


class Post(NamedTuple):
    """The first part of a thread that is out, at a web address."""

    account: str
    network: str
    url: str


class Made(NamedTuple):
    """A picture that was made of another one, by the key of its limits."""

    original_sha256: str
    page: int
    key: str
    picture: Picture


class CoverMade(NamedTuple):
    """The hash of a roundup's cover, and what it was made of."""

    sha256: str
    made_of: str


class Editions(Statements):
    """Roundups with their collages, pictures and posts, many of them in a few statements."""

    def stamps(self, series_name: str) -> dict[int, Stamp]:
        """What each roundup of a series holds, by the roundup's id."""
        links_by_paper = self._links(series_name)
        posts = self._posts(_of_series(self.series_id(series_name)))
        held = defaultdict[int, list[Named]](list)
        hashes = dict[int, Any]()
        # All at once: row by row takes twice as long.
        for row in self.conn.execute(self._shown(series_name)).all():
            held[row.roundup_id].append(Named(row.name, row.its_title))
            made_of = (tuple(row), links_by_paper.get(row.paper_id), posts.get(row.id))
            known = hashes.setdefault(row.roundup_id, hashlib.sha256())
            known.update(repr(made_of).encode("utf-8", "surrogatepass"))
        return {
            roundup_id: Stamp(hashes[roundup_id].hexdigest(), tuple(named))
            for roundup_id, named in held.items()
        }

    def _shown(self, series_name: str) -> Any:
        """The collages of all roundups of a series, with what pages show of them."""
        columns = [_plain(column) for column in collages.c if column.name not in _NOT_SHOWN]
        its = [_plain(column).label(f"its_{column.name}") for column in papers.c]
        return (
            select(*columns, *its)
            .join(papers, papers.c.id == collages.c.paper_id)
            .where(
                collages.c.series_id == self.series_id(series_name),
                collages.c.roundup_id.is_not(None),
                collages.c.removed_at.is_(None),
            )
            .order_by(collages.c.roundup_id, collages.c.due_at, collages.c.id)
        )

    def _links(self, series_name: str) -> dict[int, list[tuple[str, str]]]:
        mine = (
            collages.c.series_id == self.series_id(series_name),
            collages.c.roundup_id.is_not(None),
        )
        statement = (
            select(links.c.paper_id, links.c.kind, links.c.url)
            .join(collages, collages.c.paper_id == links.c.paper_id)
            .where(*mine)
            .order_by(links.c.paper_id, links.c.position)
        )
        found = defaultdict[int, list[tuple[str, str]]](list)
        for row in self.conn.execute(statement).all():
            found[row.paper_id].append((row.kind, row.url))
        return found

    def posts(self, collage_ids: Iterable[int]) -> dict[int, tuple[Post, ...]]:
        """Where the first parts of these collages' threads are, by collage."""
        found = dict[int, tuple[Post, ...]]()
        for some in _in_pieces(list(collage_ids)):
            found |= self._posts(deliveries.c.collage_id.in_(some))
        return found

    def _posts(self, which: ColumnElement[bool]) -> dict[int, tuple[Post, ...]]:
        statement = (
            select(deliveries.c.collage_id, accounts.c.name, accounts.c.network)
            .add_columns(parts.c.receipt_url)
            .join(accounts, accounts.c.id == deliveries.c.account_id)
            .join(parts, parts.c.delivery_id == deliveries.c.id)
            .where(
                which,
                deliveries.c.collage_id.is_not(None),
                or_(deliveries.c.rehearsal == 0, deliveries.c.rehearsal == self.rehearsal),
                parts.c.position == 1,
                parts.c.receipt_url.is_not(None),
                parts.c.gone_at.is_(None),
            )
            .order_by(deliveries.c.collage_id, deliveries.c.id)
        )
        found = defaultdict[int, list[Post]](list)
        for row in self.conn.execute(statement):
            if address.is_web(row.receipt_url):
                found[row.collage_id].append(Post(row.name, row.network, row.receipt_url))
        return {collage_id: tuple(posts) for collage_id, posts in found.items()}

    def made_of(self, hashes: Sequence[str], keys: Sequence[str]) -> list[Made]:
        """The pictures that were made of these originals for limits with these keys."""
        found = list[Made]()
        sides = (pictures.c.mime, pictures.c.width, pictures.c.height, pictures.c.size)
        for some in _in_pieces(hashes):
            statement = (
                select(fittings.c.original_sha256, fittings.c.page, fittings.c.key)
                .add_columns(fittings.c.sha256, *sides)
                .join(pictures, pictures.c.sha256 == fittings.c.sha256)
                .where(fittings.c.original_sha256.in_(some), fittings.c.key.in_(keys))
            )
            for row in self.conn.execute(statement):
                its = Picture(row.sha256, row.mime, row.width, row.height, row.size, "")
                found.append(Made(row.original_sha256, row.page, row.key, its))
        return found

    def data(self, hashes: Sequence[str]) -> dict[str, bytes]:
        """The bytes of pictures by their hashes."""
        found = dict[str, bytes]()
        for some in _in_pieces(hashes):
            statement = select(pictures.c.sha256, pictures.c.data)
            for row in self.conn.execute(statement.where(pictures.c.sha256.in_(some))):
                found[row.sha256] = row.data
        return found

    def covers(self, series_name: str) -> dict[int, CoverMade]:
        """The cover of each roundup that has one, by the roundup's id."""
        columns = select(roundups.c.id, roundups.c.cover_sha256, roundups.c.cover_made_of)
        mine = (
            roundups.c.series_id == self.series_id(series_name),
            roundups.c.cover_sha256.is_not(None),
        )
        rows = self.conn.execute(columns.where(*mine))
        return {row.id: CoverMade(row.cover_sha256, row.cover_made_of) for row in rows}


def _of_series(series_id: int) -> ColumnElement[bool]:
    return deliveries.c.series_id == series_id


def _plain(column: Column[Any]) -> ColumnElement[Any]:
    """A column whose JSON is read as the text it is: to compare it, nobody needs its values."""
    if isinstance(column.type, JSON):
        return cast(column, Text).label(column.name)
    return column


def _in_pieces(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), MOST):
        yield values[start : start + MOST]
