"""Sends notices to people, and the heartbeat by which a monitoring service sees the bot alive."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import http_calls
from bot.config import Config
from bot.context import Context
from bot.core import times
from bot.core.notices.entry import Kind
from bot.core.notices.upkeep import AlertUndelivered
from bot.storage.alerts import Alerts
from bot.storage.notices import Notice
from bot.storage.work import Work
from bot.watching import courier, outgoing, ways
from bot.watching.outgoing import MOST, Route
from bot.watching.ways import Destination

MENTION = (
    # A group, wherever it stands: Discord, Mattermost, Matrix, Teams.
    r"@(?=(?:everyone|here|channel|all|room|team)\b)"
    # A person or a role, but not in a mail address, nor in the path of a web address.
    r"|(?:(?<![\w/])|(?<![\w.:-]/)(?<=/))@(?=[\w&!])"
    # What stands behind `<` in Slack's own form: `<!channel>`, `<@U123>`.
    r"|(?<=<)[@#!]|!(?=(?:everyone|here|channel|subteam)\b)"
    # A link with other words than its address: `[words](address)`, `<address|words>`.
    r"|\](?=[(\[])|<(?=[a-z]+:)"
)
"""What begins a mention in a chat, or a link whose words can lie."""

EVERY = 60.0
"""Seconds between two heartbeats."""


class _Way(Route[Notice]):
    """The way of notices to one destination."""

    def due(self, work: Work, longest: timedelta) -> list[Notice]:
        return work.alerts.due(self.destination.id, longest, MOST)

    def sendings(self, work: Work) -> Alerts:
        return work.alerts

    def key(self, thing: Notice) -> tuple[int, datetime]:
        return thing.id, thing.created_at

    def name(self, thing: Notice) -> str:
        return f"Notice {thing.id}"

    def hand_over(self, thing: Notice) -> str:
        told = message(self.context, thing)
        return courier.hand_over(self.destination.url, told, self.request.total_seconds())

    def give_up(self, work: Work, thing: Notice, reason: str) -> None:
        """Tell the other destinations."""
        # A notice about a failed alert may fail as well: telling of that one would never end.
        if thing.kind is Kind.ALERTS:
            return
        place = self.destination
        undelivered = AlertUndelivered(thing.id, thing.kind, str(place), place.id, reason)
        undelivered_id = work.notices.add(undelivered)
        if undelivered_id is not None:
            work.alerts.leave_out(undelivered_id, place.id, "It speaks of this destination.")


def destinations(config: Config) -> list[Destination]:
    """The configured destinations, in the order of `alerts.urls`."""
    return ways.destinations(config.alerts.urls, "alerts.urls")


def send(context: Context) -> None:
    """Send every open notice to every destination that has not got it.

    The destinations are served side by side. Raises nothing but `NoDatabase`.
    """
    with context.read() as work:
        if not work.alerts.is_any_open():
            return
    configured = destinations(context.config)
    if not configured or context.config.alerts.only_trouble:
        with context.write() as work:
            work.alerts.skip(only_trouble=bool(configured))
    if not configured:
        return
    request = context.config.alerts.request
    outgoing.send([_Way(context, destination, request) for destination in configured])
    with context.write() as work:
        work.alerts.close([destination.id for destination in configured])


def message(context: Context, notice: Notice) -> courier.Message:
    """A notice as people get it; by its number they recognise one that comes twice."""
    rehearsal = " (rehearsal)" if notice.rehearsal else ""
    title = f"[mlcollage] {notice.kind} (notice {notice.id}){rehearsal}"
    zone = next(iter(context.config.series.values())).zone
    at = f"{times.full(notice.created_at, zone)} ({zone.key})"
    body = "\n\n".join(part for part in (notice.text, notice.details, at) if part)
    return courier.Message(title, without_mentions(body), notice.is_trouble)


def without_mentions(text: str) -> str:
    """The text with a space of no width in whatever a chat would take for a mention or a link.

    Addresses alone stay as they are. Titles, texts and errors in notices are written by others, and
    `@everyone` in one would wake a whole room.
    """
    return re.sub(MENTION, "\\g<0>\u200b", text, flags=re.IGNORECASE)


def unreadable(config: Config) -> list[str]:
    """A sentence for each entry of `alerts.urls` that cannot be used."""
    problems = _ask_all(config, courier.check)
    return [
        f"No alert can go to {destination} in {config.file.name}: {problem}"
        for destination, problem in problems.items()
        if problem
    ]


def test(config: Config) -> dict[Destination, str]:
    """Send a test message to every destination.

    Returns what went wrong at each, which is empty where it was accepted.
    """
    body = f"Notices of the mlcollage in {config.folder.name} arrive here."
    message = courier.Message("[mlcollage] test", body, False)
    return _ask_all(config, lambda url, seconds: courier.hand_over(url, message, seconds))


def _ask_all(config: Config, ask: Callable[[str, float], str]) -> dict[Destination, str]:
    """The answers of `ask`, called with each URL and the longest time in seconds, side by side."""
    seconds = config.alerts.request.total_seconds()
    return outgoing.ask_all(destinations(config), lambda destination: ask(destination.url, seconds))


@dataclass(slots=True)
class _Heart:
    """When this process last told that it is at work, and what was wrong with the URL then."""

    called_at: float | None = None
    problem: str = ""


_HEARTS: dict[tuple[str, str], _Heart] = {}
"""By database and URL."""


def note_at_work(context: Context) -> None:
    """Note in the database that the bot is at work, for the desk."""
    with context.write() as work:
        work.installation.beat()


def beat(context: Context) -> None:
    """Tell that the bot is at work, at most once a minute in a process: the database, for the desk,
    and the heartbeat's URL, where there is one.

    A message tells when the URL stops answering, and when it answers again.
    """
    url = context.config.alerts.heartbeat_url
    mine = (context.database.shown, url)
    heart, now = _HEARTS.setdefault(mine, _Heart()), context.clock.monotonic()
    if heart.called_at is not None and now - heart.called_at < EVERY:
        return
    heart.called_at = now
    note_at_work(context)
    if not url:
        return
    problem = _call(url, context.config.alerts.request)
    if problem == heart.problem:
        return
    heart.problem = problem
    if problem:
        context.say(f"The heartbeat is not heard: {problem}")
    else:
        context.say("The heartbeat is heard again.")


def _call(url: str, longest: timedelta) -> str:
    """What went wrong with the call, without any part of the URL, which is a secret."""
    limits = http_calls.Limits(longest, body=1_000_000, redirects=20, unpack=False)
    try:
        answer = http_calls.get(url, limits)
    except http_calls.NoAnswer as error:
        return f"{error}."
    if not answer.is_success:
        return f"it answered {answer.status}."
    return ""
