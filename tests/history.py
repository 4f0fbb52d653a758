"""Years of history in a database, made at once."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, text

from bot.context import Context
from bot.core.settings import Secret
from bot.storage import tables

FIRST = 1_000
"""The first id: what is in the database before stays below."""


HOOK = "http://127.0.0.1:9/hook"
"""The address that has taken all events."""


def fill(context: Context, rows: int) -> None:
    """History as years of posting leave it: one row of each kind a minute, back from now."""
    now = context.clock.now()
    paper = {
        "id": FIRST,
        "title": "t",
        "authors": [],
        "others": False,
        "figures": [],
        "reference_list": [],
    }
    month = {
        "id": FIRST,
        "series_id": 1,
        "title_month": "2001-01",
        "title": "t",
        "slug": "s",
        "state": "announced",
        # Imported: it has no page here that could be missed.
        "published_elsewhere": True,
    }
    with context.write() as work:
        work.conn.execute(insert(tables.papers).values(paper))
        work.conn.execute(insert(tables.roundups).values(month | {"due_at": now}))
        for start in range(FIRST, FIRST + rows, 5_000):
            ids = range(start, min(FIRST + rows, start + 5_000))
            for table, made in _rows(
                ids, {n: now - timedelta(minutes=n - FIRST + 1) for n in ids}
            ).items():
                work.conn.execute(insert(tables.metadata.tables[table]), made)
    with context.write() as work:
        work.conn.execute(text("ANALYZE"))


def _rows(ids: range, at: dict[int, Any]) -> dict[str, list[dict[str, Any]]]:
    its = {"series_id": 1}
    posted = {"paper_id": FIRST, "state": "posted", "thread": [], "roundup_id": FIRST}
    sent = {"kind": "collage", "account_id": 1, "state": "sent", "begun": True, "saved": {}}
    heard = {"kind": "empty", "text": "t"}
    hook = Secret(HOOK).fingerprint
    return {
        "collages": [
            its
            | posted
            | {
                "id": n,
                "name": f"c{n}",
                "position": n,
                "number": n,
                "due_at": at[n],
                "posted_at": at[n],
            }
            for n in ids
        ],
        "slots": [
            its | {"due_at": at[n], "local_on": at[n].date(), "state": "claimed", "collage_id": n}
            for n in ids
        ],
        "deliveries": [
            its
            | sent
            | {
                "id": n,
                "key": f"k{n}",
                "collage_id": n,
                "due_at": at[n],
                "next_at": at[n],
                "local_on": at[n].date(),
            }
            for n in ids
        ],
        "parts": [
            {
                "delivery_id": n,
                "position": 1,
                "text": f"t{n}",
                "beginning": f"t{n}",
                "receipt_id": str(n),
            }
            for n in ids
        ],
        "attempts": [
            {"delivery_id": n, "fence": 1, "started_at": at[n], "outcome": "sent"} for n in ids
        ],
        "notices": [
            heard
            | {"id": n, "key": f"n{n}", "created_at": at[n]}
            | dict.fromkeys(("printed_at", "alerted_at", "acknowledged_at"), at[n])
            for n in ids
        ],
        "alerts": [
            {"notice_id": n, "destination": "d", "next_at": at[n], "ended_at": at[n]} for n in ids
        ],
        "events": [
            {"id": n, "key": f"e{n}", "type": "delivery.sent", "subject": f"delivery/{n}"}
            | {"at": at[n], "body": "{}"}
            for n in ids
        ],
        "event_sendings": [
            {"event_id": n, "destination": hook, "next_at": at[n], "ended_at": at[n]} for n in ids
        ],
        "log": [{"at": at[n], "who": "w", "what": "add", "subject": f"s{n}"} for n in ids],
    }
