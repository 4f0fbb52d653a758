"""Series and accounts that get another name: their rows stay, and so do the keys of their threads.

Whatever is found by a name follows: the log, and notices of what is not over. Idempotency keys hold
the names of the day on which their threads were made, for networks know them by these keys.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select, update

from bot.core.delivery import State as Sending
from bot.core.errors import BadInput, NotAllowed
from bot.core.notices.entry import Kind
from bot.storage.deliveries import OPEN
from bot.storage.lookup import STOPPED
from bot.storage.statements import Statements
from bot.storage.tables import (
    accounts,
    charges,
    collages,
    deliveries,
    log,
    notices,
    reviews,
    roundups,
    series,
    slots,
)

SUBJECTS = ("collage", "roundup", "review", "page", "slot", "brief", "series")
"""What the subjects of notices that name a series begin with."""

HELD = and_(STOPPED, deliveries.c.state == "held")
"""The condition for held threads, for whose index `STOPPED` has to stand beside it."""

BETWEEN = "~"
"""What a series is called for a moment while two swap their names; no series can be."""


class Contents(NamedTuple):
    """How much there is of a series.

    `waiting` collages are in its queue, `posted` ones out; `threads` of the mode that runs are not
    at their end.
    """

    waiting: int
    posted: int
    threads: int
    roundups: int

    @property
    def is_any(self) -> bool:
        return any(self)


class Renames(Statements):
    """What another name changes, and what there is under a name."""

    def contents(self, series_name: str) -> Contents:
        """How much there is of a series."""
        mine = self.series_id(series_name)
        there = (collages.c.series_id == mine, collages.c.removed_at.is_(None))
        return Contents(
            waiting=self._count(collages.c.id, *there, collages.c.state != "posted"),
            posted=self._count(collages.c.id, *there, collages.c.state == "posted"),
            threads=self._open(deliveries.c.series_id == mine),
            roundups=self._count(roundups.c.id, roundups.c.series_id == mine),
        )

    def open_threads(self) -> dict[str, int]:
        """How many threads of the mode that runs are not at their end, by account."""
        found: dict[str, int] = {}
        # Each by its own partial index.
        for state in (OPEN, HELD):
            statement = (
                select(accounts.c.name, func.count())
                .select_from(deliveries)
                .join(accounts, accounts.c.id == deliveries.c.account_id)
                .where(state, deliveries.c.rehearsal == self.rehearsal)
                .group_by(accounts.c.name)
            )
            for row in self.conn.execute(statement):
                found[row[0]] = found.get(row[0], 0) + row[1]
        return found

    def _open(self, mine: ColumnElement[bool]) -> int:
        """How many threads of the mode that runs are not at their end."""
        where = (mine, or_(OPEN, HELD), deliveries.c.rehearsal == self.rehearsal)
        return self._count(deliveries.c.id, *where)

    def _count(self, column: ColumnElement[Any], *where: ColumnElement[bool]) -> int:
        return self.conn.execute(select(func.count(column)).where(*where)).scalar_one()

    def series(self, old: str, new: str) -> Contents:
        """Give a series another name; how much there is of it.

        A series that has this name already is taken in where nothing of it is out. Raises
        `NotAllowed` where something is, where both have a collage of one name, or while one of its
        threads is being sent; `BadInput` where there is no series of the old name.
        """
        self.conn.execute(select(series.c.id).order_by(series.c.id).with_for_update())
        series_id = self._idle(old)
        taken = self.conn.execute(select(series.c.id).where(series.c.name == new)).scalar()
        if taken is not None:
            self._take_in(series_id, taken, new)
        self._call(old, new)
        return self.contents(new)

    def swap(self, one: str, other: str) -> None:
        """Let two series swap their names; raises as `series` does."""
        self.conn.execute(select(series.c.id).order_by(series.c.id).with_for_update())
        self._idle(one)
        self._idle(other)
        self._call(one, BETWEEN)
        self._call(other, one)
        self._call(BETWEEN, other)

    def answer_swapped(self, one: str, other: str) -> None:
        """Acknowledge the notices that ask whether these two have swapped their names."""
        asked = [
            notices.c.key.contains(f"{Kind.GONE.value}/{pair}/", autoescape=True)
            for pair in (f"{one}/{other}", f"{other}/{one}")
        ]
        statement = update(notices).where(notices.c.acknowledged_at.is_(None), or_(*asked))
        self.conn.execute(statement.values(acknowledged_at=self.now))

    def _idle(self, name: str) -> int:
        """The id of a series none of whose threads is being sent; raises `NotAllowed` else."""
        series_id = self.series_id(name)
        sending = (deliveries.c.series_id == series_id, deliveries.c.state == Sending.SENDING.value)
        key = self.conn.execute(select(deliveries.c.key).where(*sending).limit(1)).scalar()
        if key:
            raise NotAllowed(
                f"The thread {key} is being sent at this moment: stop the bot, or wait until "
                "mlcollage deliveries list shows it no more, and repeat."
            )
        return series_id

    def _call(self, old: str, new: str) -> None:
        self.conn.execute(update(series).where(series.c.name == old).values(name=new))
        self.scope.series_ids.pop(old, None)
        self.scope.series_ids.pop(new, None)
        self._rename_subjects(old, new)
        self._rename_keys(old, new)

    def _rename_subjects(self, old: str, new: str) -> None:
        """In the log, and in notices, so that `show` and `tick` find them by the new name."""
        mine = or_(
            log.c.subject == old,
            # Of two pieces: those of a thread's key, which stays, are three.
            log.c.subject.startswith(f"{old}/", autoescape=True) & ~log.c.subject.like("%/%/%"),
        )
        renamed = literal(new).concat(func.substr(log.c.subject, len(old) + 1))
        self.conn.execute(update(log).where(mine).values(subject=renamed))
        for kind in SUBJECTS:
            prefix = f"{kind}/{old}"
            about = or_(
                notices.c.subject == prefix,
                notices.c.subject.startswith(f"{prefix}/", autoescape=True),
            )
            rest = func.substr(notices.c.subject, len(prefix) + 1)
            subject = literal(f"{kind}/{new}").concat(rest)
            self.conn.execute(update(notices).where(about).values(subject=subject))

    def _rename_keys(self, old: str, new: str) -> None:
        """Of notices about the series: what was told is not told again under the new name."""
        about = (
            ~notices.c.subject.startswith("delivery/"),
            ~notices.c.subject.startswith("account/"),
        )
        statement = select(notices.c.id, notices.c.key, notices.c.kind, notices.c.rehearsal)
        for row in self.conn.execute(statement.where(*about)).all():
            before = f"rehearsal-{row.rehearsal}/{row.kind}" if row.rehearsal else row.kind
            if not row.key.startswith(f"{before}/{old}/"):
                continue
            key = f"{before}/{new}{row.key.removeprefix(f'{before}/{old}')}"
            is_free = ~exists().where(notices.alias().c.key == key)
            mine = (notices.c.id == row.id, is_free)
            self.conn.execute(update(notices).where(*mine).values(key=key))

    def _take_in(self, series_id: int, taken: int, name: str) -> None:
        """Move what a series has that only began to be there, and remove its row."""
        begun = (
            self._count(roundups.c.id, roundups.c.series_id == taken)
            + self._count(deliveries.c.id, deliveries.c.series_id == taken)
            + self._count(
                collages.c.id, collages.c.series_id == taken, collages.c.number.is_not(None)
            )
            + self._count(
                collages.c.id, collages.c.series_id == taken, collages.c.state == "posted"
            )
        )
        if begun:
            raise NotAllowed(
                f"{name} is another series already, and something of it is out; name a new one, "
                "or swap the two with --swap."
            )
        self._move_collages(series_id, taken, name)
        self._move_slots(series_id, taken)
        # Its months hold other collages now.
        self.conn.execute(delete(reviews).where(reviews.c.series_id == taken))
        self.conn.execute(delete(series).where(series.c.id == taken))
        self.scope.series_ids.pop(name, None)

    def _move_collages(self, series_id: int, taken: int, name: str) -> None:
        theirs = select(collages.c.name).where(
            collages.c.series_id == taken, collages.c.removed_at.is_(None)
        )
        both = select(collages.c.name).where(
            collages.c.series_id == series_id,
            collages.c.removed_at.is_(None),
            collages.c.name.in_(theirs),
        )
        twice = self.conn.execute(both.limit(1)).scalar()
        if twice:
            raise NotAllowed(
                f"Both series have a collage {twice}; first remove that of {name}, or give it "
                f"another name: mlcollage edit {twice} --series {name} --name NAME"
            )
        last = self.conn.execute(
            select(func.coalesce(func.max(collages.c.position), 0)).where(
                collages.c.series_id == series_id
            )
        ).scalar_one()
        moved = {"series_id": series_id, "position": collages.c.position + last}
        self.conn.execute(update(collages).where(collages.c.series_id == taken).values(moved))

    def _move_slots(self, series_id: int, taken: int) -> None:
        """Slots that it has settled stay settled; each happens once."""
        there = slots.alias()
        twice = exists().where(
            there.c.series_id == series_id,
            there.c.due_at == slots.c.due_at,
            there.c.rehearsal == slots.c.rehearsal,
        )
        self.conn.execute(delete(slots).where(slots.c.series_id == taken, twice))
        mine = slots.c.series_id == taken
        self.conn.execute(update(slots).where(mine).values(series_id=series_id))

    def account(self, old: str, new: str) -> int:
        """Give an account another name; how many of its threads are not at their end.

        An account that has this name already is taken in where nothing was ever made for it.
        Raises `NotAllowed` where something was, or while a thread is being sent to it; `BadInput`
        where there is no account of the old name.
        """
        rows = self.conn.execute(select(accounts.c.name, accounts.c.id))
        known = {row.name: row.id for row in rows}
        if old not in known:
            names = ", ".join(sorted(known))
            raise BadInput(f"There is no account {old} in the database; it has {names}.")
        sending = (deliveries.c.account_id == known[old], deliveries.c.state == "sending")
        if self._count(deliveries.c.id, *sending):
            raise NotAllowed(
                f"A thread is being sent to {old} at this moment: stop the bot, and repeat."
            )
        if new in known:
            self._remove_account(new, known[new])
        mine = accounts.c.id == known[old]
        self.conn.execute(update(accounts).where(mine).values(name=new))
        for table in (log, notices):
            about = table.c.subject == f"account/{old}"
            self.conn.execute(update(table).where(about).values(subject=f"account/{new}"))
        return self._open(deliveries.c.account_id == known[old])

    def _remove_account(self, name: str, account_id: int) -> None:
        of_it = deliveries.c.account_id == account_id
        if self._count(deliveries.c.id, of_it):
            raise NotAllowed(f"{name} is another account already, and threads were made for it.")
        # What its keys were asked was paid for by the same people, and belongs to nothing else.
        self.conn.execute(delete(charges).where(charges.c.account_id == account_id))
        self.conn.execute(delete(accounts).where(accounts.c.id == account_id))
