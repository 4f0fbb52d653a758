"""The number that a collage goes out with, as far as it can be known before."""

from bot.config import Series
from bot.context import Context
from bot.core import agenda
from bot.core.agenda import Line
from bot.core.collage import Collage, State
from bot.deciding import candidates
from bot.scheduling import forecast


def shown(context: Context, series: Series, item: Collage) -> int:
    """The number a collage has or kept, else the one that its slot gives it.

    What is before it in the queue is tried, as slots do: they pass over what cannot go out. For one
    that is not ready, which counts as the last, nothing is tried.
    """

    def is_stopped(line: Line) -> bool:
        if line.collage is None or line.collage.id == item.id:
            return False
        with context.read() as work:
            other = work.queue.by_ids([line.collage.id]).get(line.collage.id)
        # None: removed since the agenda was made.
        if other is None:
            return True
        found = candidates.of(context, series, other, line.number, line.slot.local_on)
        return bool(found.problems)

    if item.state is not State.READY:
        return forecast.provisional_number(context, series, item, agenda.never)
    return forecast.provisional_number(context, series, item, is_stopped)
