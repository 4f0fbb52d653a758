"""Sends events to scripts: signed webhooks, each at least once and in order for each delivery."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import http_calls
from bot.config import Config
from bot.context import Context
from bot.core import events as rules
from bot.core import times
from bot.core.notices.upkeep import EventUndelivered, HookGone
from bot.storage.events import Event, Events, new_key
from bot.storage.sendings import Claim
from bot.storage.work import Work
from bot.watching import outgoing, ways
from bot.watching.outgoing import MOST, Route
from bot.watching.ways import Destination, Listed

__all__ = ["Event", "Listed", "destinations", "listed", "send", "test", "unreached"]

GONE = 410
"""The status by which a receiver says that it takes no more."""

KEPT = timedelta(days=30)
"""How long an event is kept that is not on its way any more."""

UNSEEN = timedelta(days=7)
"""How long events are kept for a destination that is in no process' configuration."""

NOTED = timedelta(hours=1)
"""How often the database hears that a destination is still in the configuration."""

ANSWER = 1_000_000
"""Bytes an answer may have; nobody reads it."""


class _Way(Route[Event]):
    """The way of events to one destination."""

    def __init__(self, context: Context, destination: Destination, request: timedelta) -> None:
        super().__init__(context, destination, request)
        self.is_gone = False

    def due(self, work: Work, longest: timedelta) -> list[Event]:
        return work.events.due(self.destination.id, longest, MOST)

    def sendings(self, work: Work) -> Events:
        return work.events

    def key(self, thing: Event) -> tuple[int, datetime]:
        return thing.id, thing.at

    def name(self, thing: Event) -> str:
        return f"The event {thing.key} ({thing.type})"

    def hand_over(self, thing: Event) -> str:
        now = self.context.clock.now()
        status, reason = _post(self.context.config, self.destination, thing.key, thing.body, now)
        self.is_gone = status == GONE
        return reason

    def refused(self, thing: Event, claim: Claim, reason: str) -> None:
        if not self.is_gone:
            super().refused(thing, claim, reason)
            return
        place = self.destination
        with self.context.write() as work:
            work.events.end_hook(place.id, reason)
            work.notices.add(HookGone(str(place), place.id, work.now))

    def give_up(self, work: Work, thing: Event, reason: str) -> None:
        place = self.destination
        work.notices.add(EventUndelivered(thing.key, thing.type, str(place), place.id, reason))


def _post(
    config: Config, destination: Destination, key: str, body: str, now: datetime
) -> tuple[int, str]:
    """Send one body: the status, 0 without an answer, and why it was not taken; "" where it was."""
    content = body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "mlcollage",
        **rules.signed(key, now, content, config.events.secrets),
    }
    limits = http_calls.Limits(config.events.request, body=ANSWER, unpack=False)
    try:
        answer = http_calls.post(destination.url, content, headers, limits)
    except http_calls.NoAnswer as error:
        return 0, f"{error}."
    if answer.is_success:
        return answer.status, ""
    return answer.status, f"it answered {answer.status}."


def destinations(config: Config) -> list[Destination]:
    """The configured destinations, in the order of `events.urls`."""
    return ways.destinations(config.events.urls, "events.urls")


def send(context: Context) -> None:
    """Send every open event to every destination that has not got it.

    The destinations are served side by side. Raises nothing but `NoDatabase`.
    """
    configured = destinations(context.config)
    _note_down(context)
    with context.read() as work:
        if not work.events.is_any_open([destination.id for destination in configured]):
            return
    request = context.config.events.request
    outgoing.send([_Way(context, destination, request) for destination in configured])
    with context.write() as work:
        work.events.prune(work.now - KEPT)


def _note_down(context: Context) -> None:
    """Let the database know which destinations are configured, and forget those that are not."""
    configured, now = context.config.events.destinations, context.clock.now()
    with context.read() as work:
        hooks = work.events.hooks()
    fresh = {hook.destination for hook in hooks if abs(now - hook.seen_at) < NOTED}
    unknown = configured - fresh
    old = [
        hook for hook in hooks if hook.destination not in configured and now - hook.seen_at > UNSEEN
    ]
    if unknown or old:
        with context.write() as work:
            work.events.register(unknown)
            work.events.forget(work.now - UNSEEN)


def listed(context: Context, most: int) -> list[Listed[Event]]:
    """The newest events, at most so many, each with how far it has got."""
    with context.read() as work:
        found = work.events.listed(most)
        its_ways = work.events.ways([event.id for event in found])
    things = {event.id: event for event in found}
    return ways.listed(things, its_ways, destinations(context.config))


def unreached(context: Context) -> list[str]:
    """A sentence for each configured destination that does not take what is sent to it."""
    configured: Sequence[Destination] = destinations(context.config)
    if not configured:
        return []
    problems = []
    with context.read() as work:
        gone = {hook.destination for hook in work.events.hooks() if hook.gone_at}
        for destination in configured:
            backlog = work.events.backlog(destination.id)
            if destination.id in gone:
                problems.append(f"{destination} takes no more events: it answered {GONE}.")
            elif backlog and backlog.note:
                waiting = times.counted(backlog.waiting, "event")
                wait = "waits" if backlog.waiting == 1 else "wait"
                problems.append(f"No event gets to {destination}, {waiting} {wait}: {backlog.note}")
    advice = "Then: mlcollage events test"
    return [f"{problem} {advice}" for problem in problems]


def test(context: Context) -> dict[Destination, str]:
    """Send a test event to every destination.

    Returns what went wrong at each, which is empty where it was accepted. One that had said that it
    takes no more, and accepts it, gets events again.
    """
    now, configured = context.clock.now(), destinations(context.config)
    body = rules.body(rules.Type.TEST, now, {"rehearsal": not context.config.live})

    def ask(destination: Destination) -> str:
        return _post(context.config, destination, new_key(), body, now)[1]

    problems = outgoing.ask_all(configured, ask)
    with context.write() as work:
        for destination, problem in problems.items():
            if not problem:
                work.events.resume_hook(destination.id)
    return problems
