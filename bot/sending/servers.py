"""Keeps what servers tell of their limits, so that composing need not ask: once a day is enough,
for all processes together.
"""

from bot.context import Context
from bot.publishers.protocol import Publisher


def refresh(context: Context, publisher: Publisher, account_id: int) -> None:
    """Ask the account's server for its limits and store them, if what is known is too old.

    A server that does not answer is asked again later; nothing waits for it meanwhile.
    """
    server = publisher.server
    if server is None or not server.is_old:
        return
    # Another process may have asked since this one began.
    with context.read() as work:
        server.recall(work.accounts.get(account_id).learned)
    if not server.is_old:
        return
    learned = server.learn()
    with context.write() as work:
        work.accounts.learn(account_id, learned)
