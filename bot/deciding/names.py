"""The names in the database that a person may mean while typing a command."""

from bot.config import Config
from bot.storage import names
from bot.storage.names import Named as Named


def collages(config: Config, series: str, start: str) -> list[Named]:
    """The series' collages whose names begin like that, the queue first, with their titles."""
    return _read(config, names.COLLAGES, series, start)


def queued(config: Config, series: str, start: str) -> list[Named]:
    """As `collages`, without what is out."""
    return _read(config, names.QUEUED, series, start)


def roundups(config: Config, series: str, start: str) -> list[Named]:
    """The months of the series' roundups, the newest first, with their titles."""
    return _read(config, names.ROUNDUPS, series, start)


def deliveries(config: Config, series: str, start: str) -> list[Named]:
    """The numbers of the deliveries of all series that are not sent, the newest first."""
    return _read(config, names.DELIVERIES, series, start)


def people(config: Config, series: str, start: str) -> list[Named]:
    """The names of the people who were not removed, with their roles."""
    return _read(config, names.PEOPLE, series, start)


def _read(config: Config, query: str, series: str, start: str) -> list[Named]:
    values = {"series": series, "start": start, "live": config.live}
    return names.read(config.database_url, query, values)
