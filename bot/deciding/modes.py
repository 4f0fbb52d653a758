"""What the next tick changes where the configuration says another mode than the one that runs."""

from bot.context import Context
from bot.core.notices.entry import counted


def change_ahead(context: Context) -> str:
    """That a rehearsal ends or begins at the next tick, and what changes then; else empty."""
    live = context.config.live
    with context.read() as work:
        if not work.installation.differs(live=live):
            return ""
        if not live:
            return (
                "Not shown yet: a rehearsal begins at the next tick. Then slots that are due live "
                "are missed, and nothing goes out to the accounts any more."
            )
        given_back = counted(work.installation.rehearsed(), "collage is", "collages are")
    return (
        f"Not shown yet: the rehearsal ends at the next tick. Then {given_back} ready again, with "
        "new numbers, and slots count from that moment."
    )
