"""What a stage works with: configuration, database, clock, publishers, and whether it is a
rehearsal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event

from bot.config import Config
from bot.core.schedule import Clock
from bot.publishers.protocol import Publisher
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Context:
    """`rehearsal` is 0 when live, else the number of the rehearsal that runs; `who` is named in the
    log.

    `say` tells a person who watches what is being done. Once `stop` is set, the request in flight
    is the last one.
    """

    config: Config
    database: Database
    clock: Clock
    publishers: Mapping[str, Publisher]
    rehearsal: int
    who: str
    say: Callable[[str], None] = field(default=lambda words: None)
    stop: Event = field(default_factory=Event)
