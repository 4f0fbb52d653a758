"""One of several workers on one queue, as a process: `python -m tests.integration.racer URL FILE
ACCOUNT...`.
"""

import gc
import os
import sys
from datetime import UTC, datetime, timedelta

from bot.core.delivery import Outcome, Receipt, State
from bot.storage.database import Database
from bot.storage.work import at_once, writing

LEASE = timedelta(minutes=2)


def race(database: Database, sends: int, account_id: int) -> int:
    """Claim and send until nothing of the account is due: claim, intent, send, record.

    How many were sent.
    """
    count = 0
    while True:
        with at_once(database, datetime.now(UTC)) as work:
            delivery = work.deliveries.claim(account_id, LEASE)
        if delivery is None:
            return count
        with writing(database, datetime.now(UTC)) as work:
            attempt = work.attempts.start(delivery, 1, LEASE)
        os.write(sends, f"{delivery.key}\n".encode())
        now = datetime.now(UTC)
        with writing(database, now) as work:
            work.parts.record(delivery, {1: Receipt(delivery.key, "https://x.example", now)})
            work.attempts.end(attempt, Outcome.SENT, "")
        with at_once(database, datetime.now(UTC)) as work:
            work.deliveries.move(delivery, State.SENT)
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
