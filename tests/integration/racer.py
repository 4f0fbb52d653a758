"""One of several workers on one queue, as a process: `python -m tests.integration.racer URL FILE
ACCOUNT...`.
"""

import gc
import os
import sys
from datetime import UTC, datetime, timedelta

from bot.core.delivery import Outcome, Receipt, State
from bot.storage import ledger
from bot.storage.database import Database

LEASE = timedelta(minutes=2)


def race(database: Database, sends: int, account_id: int) -> int:
    """Claim and send until nothing of the account is due: claim, intent, send, record.

    How many were sent.
    """
    count = 0
    while True:
        now = datetime.now(UTC)
        with database.at_once() as conn:
            delivery = ledger.claim(conn, account_id, now, database.instant(now, LEASE), 0)
        if delivery is None:
            return count
        with database.write() as conn:
            now = datetime.now(UTC)
            attempt = ledger.start_attempt(conn, delivery, 1, now, database.instant(now, LEASE))
        os.write(sends, f"{delivery.key}\n".encode())
        now = datetime.now(UTC)
        with database.write() as conn:
            ledger.record(conn, delivery, {1: Receipt(delivery.key, "https://x.example", now)})
            ledger.end_attempt(conn, attempt, Outcome.SENT, "", now)
        with database.at_once() as conn:
            ledger.move(conn, delivery, State.SENT, datetime.now(UTC))
        count += 1


def main() -> None:
    url, file, *accounts = sys.argv[1:]
    database = Database(url)
    database.shares_clock = not database.is_sqlite
    assert database.version()
    # As every command does.
    gc.disable()
    sends = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    print("ready", flush=True)
    sys.stdin.readline()
    for account in accounts:
        race(database, sends, int(account))
    database.close()


if __name__ == "__main__":
    main()
