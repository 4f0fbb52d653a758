"""Asks servers for their limits once a day, so that composing knows them before a slot."""

from bot.context import Context
from bot.sending import servers


def look(context: Context) -> None:
    """Ask the servers of all accounts whose limits are not known, or known for too long."""
    old = [
        name
        for name, publisher in context.publishers.items()
        if publisher.server and publisher.server.is_old
    ]
    if not old:
        return
    with context.read() as work:
        ids = work.accounts.ids()
    for name in old:
        servers.refresh(context, context.publishers[name], ids[name])
