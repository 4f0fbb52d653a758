"""Gives collages that were imported without their pictures what lies in a folder by now."""

from dataclasses import dataclass
from pathlib import Path

from bot.config import Series
from bot.context import Context
from bot.core import collage
from bot.core.collage import Collage, State
from bot.core.errors import BadInput, NotAllowed
from bot.deciding import queue_changes
from bot.intake import accept
from bot.intake.accept import Arrival, Taken


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of a series' imported collages that have no picture.

    `missing` are those whose file is not in the folder, `refused` those whose file cannot be taken,
    each with the reason as a sentence.
    """

    taken: tuple[Taken, ...]
    missing: tuple[Collage, ...]
    refused: tuple[tuple[Collage, str], ...]


def attach(context: Context, series: Series, folder: Path) -> Attached:
    """Give each collage without a picture the file that its article names, where it is there.

    What has a picture keeps it: attaching once more changes nothing. Alt texts stay as they are.
    """
    with context.read() as work:
        without = work.queue.without_picture(series.name)
    taken, missing, refused = [], [], []
    for item in without:
        try:
            picture = accept.picture_in(folder, item.picture_file)
            if picture is None:
                missing.append(item)
                continue
            arrival = Arrival(item, picture)
            taken.append(_attach(context, series, item, arrival))
        except (BadInput, NotAllowed) as error:
            refused.append((item, collage.one_line(str(error))))
    return Attached(tuple(taken), tuple(missing), tuple(refused))


def _attach(context: Context, series: Series, item: Collage, arrival: Arrival) -> Taken:
    if item.state is State.POSTED:
        return accept.complete_history(context, series, item, arrival)
    return queue_changes.edit(context, series, item, arrival).taken
