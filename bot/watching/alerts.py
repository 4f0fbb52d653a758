"""Notices on their way to people, and the heartbeat that tells a watching service that we live."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from bot import http_calls
from bot.config import Config
from bot.context import Context
from bot.core import retry, times
from bot.core.notices import AlertUndelivered, Kind
from bot.core.settings import Secret
from bot.storage.alerts import Claim
from bot.storage.notices import Notice
from bot.watching import apprise_process

MOST = 50
"""Notices for one destination in one call; what is left is due at the next."""

TRIES = 3
"""At least so many, however long ago the notice was made: nothing may have run in between."""

EVERY = 60.0
"""Seconds between two beats."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An entry of `alerts.urls`; it shows itself without anything that could be a secret."""

    url: Secret
    entry: int

    @property
    def id(self) -> str:
        """Its name in the database."""
        return hashlib.sha256(self.url.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def __str__(self) -> str:
        kind = re.match(r"[a-z]+://", self.url)
        place = f"entry {self.entry} of alerts.urls"
        return f"{kind[0]}… ({place})" if kind else place


def destinations(own: Config) -> list[Destination]:
    return [Destination(url, entry) for entry, url in enumerate(own.alerts.urls, 1)]


def send(context: Context) -> None:
    """Send every open notice to every destination that has not got it; raises nothing but
    `NoDatabase`.
    """
    with context.read() as work:
        if not work.alerts.is_any_open():
            return
    own = destinations(context.config)
    if not own or context.config.alerts.only_trouble:
        with context.write() as work:
            work.alerts.skip(only_trouble=bool(own))
    if not own:
        return
    with ThreadPoolExecutor(len(own), thread_name_prefix="alerts") as threads:
        for done in [threads.submit(_send_all, context, destination) for destination in own]:
            done.result()
    with context.write() as work:
        work.alerts.close([destination.id for destination in own])


def _send_all(context: Context, destination: Destination) -> None:
    """What is due at one destination; a failure, or too slow a one, ends it until the next call."""
    request, started = context.config.alerts.request.total_seconds(), context.clock.monotonic()
    with context.read() as work:
        due = work.alerts.due(destination.id, _longest(context), MOST)
    for notice in due:
        if context.stop.is_set() or context.clock.monotonic() - started > request:
            return
        if not _send_one(context, destination, notice):
            return


def _lease(context: Context) -> timedelta:
    """How long a sending is ours: it ends in a third of that."""
    return 3 * context.config.alerts.request


def _longest(context: Context) -> timedelta:
    """No honest time to try again lies further ahead; twice, for the clocks of several hosts."""
    return 2 * (_lease(context) + context.config.delivery.retry_longest)


def _send_one(context: Context, destination: Destination, notice: Notice) -> bool:
    """Claim, send with no transaction open, and write down what came of it; whether it was taken."""
    now, started = context.clock.now(), context.clock.monotonic()
    with context.write() as work:
        claim = work.alerts.claim(notice.id, destination.id, _lease(context), _longest(context))
    if claim is None:
        return True
    gone = max(
        abs((context.clock.now() - now).total_seconds()), context.clock.monotonic() - started
    )
    if gone > context.config.alerts.request.total_seconds():
        # We were stopped so long that another host may have it by now: it is due again when the
        # lease has ended.
        return False
    request = context.config.alerts.request.total_seconds()
    wrong = apprise_process.hand_over(destination.url, message(context, notice), request)
    if wrong:
        _failed(context, destination, notice, claim, wrong)
        return False
    with context.write() as work:
        work.alerts.taken(claim)
    return True


def message(context: Context, notice: Notice) -> apprise_process.Message:
    """A notice as people get it: its number lets them see that one which comes again is the same."""
    rehearsal = " (rehearsal)" if notice.rehearsal else ""
    title = f"[mlcollage] {notice.kind} (notice {notice.id}){rehearsal}"
    zone = next(iter(context.config.series.values())).zone
    at = f"{times.full(notice.created_at, zone)} ({zone.key})"
    body = "\n\n".join(part for part in (notice.text, notice.details, at) if part)
    return apprise_process.Message(title, body, notice.is_trouble)


def _failed(
    context: Context, destination: Destination, notice: Notice, claim: Claim, wrong: str
) -> None:
    """Try again later; or, when it was tried for long enough, end it and tell the others."""
    own, now = context.config.delivery, context.clock.now()
    is_over = claim.failures + 1 >= TRIES and now - notice.created_at > own.give_up
    jitter = retry.jitter(f"{notice.id}/{destination.id}", claim.failures)
    wait = None if is_over else retry.wait(claim.failures, own, jitter)
    with context.write() as work:
        if not work.alerts.failed(claim, wait, wrong):
            return
        # Of what is said about alerts nothing more is said: that would never end.
        if is_over and notice.kind is not Kind.ALERTS:
            undelivered = AlertUndelivered(
                notice.id, notice.kind, str(destination), destination.id, wrong
            )
            made = work.notices.add(undelivered)
            if made is not None:
                work.alerts.leave_out(made, destination.id, "It speaks of this destination.")
    if wait is not None and claim.failures == 0:
        context.say(
            f"Notice {notice.id} has not reached {destination} yet: {wrong} It is tried again."
        )


def unreadable(own: Config) -> list[str]:
    """A sentence for each entry of `alerts.urls` that cannot be used."""
    wrong = _ask_all(own, apprise_process.check)
    return [
        f"No alert can go to {one} in {own.file.name}: {words}"
        for one, words in wrong.items()
        if words
    ]


def test(own: Config) -> dict[Destination, str]:
    """Send a test message to every destination; what went wrong at each, empty where it was taken."""
    words = apprise_process.Message(
        "[mlcollage] test", f"Notices of the mlcollage in {own.folder.name} arrive here.", False
    )
    return _ask_all(own, lambda url, seconds: apprise_process.hand_over(url, words, seconds))


def _ask_all(own: Config, ask: Callable[[str, float], str]) -> dict[Destination, str]:
    seconds, found = own.alerts.request.total_seconds(), destinations(own)
    with ThreadPoolExecutor(max(1, len(found))) as threads:
        return dict(zip(found, threads.map(lambda one: ask(one.url, seconds), found), strict=True))


@dataclass(slots=True)
class _Heart:
    """What this process knows of one heartbeat URL."""

    beaten: float | None = None
    wrong: str = ""


_HEARTS: dict[str, _Heart] = {}


def beat(context: Context) -> None:
    """Call the heartbeat's URL, at most once a minute in a process; raises nothing."""
    url = context.config.alerts.heartbeat_url
    if not url:
        return
    heart, now = _HEARTS.setdefault(url, _Heart()), context.clock.monotonic()
    if heart.beaten is not None and now - heart.beaten < EVERY:
        return
    heart.beaten = now
    wrong = _call(url, context.config.alerts.request)
    if wrong != heart.wrong:
        context.say(
            f"The heartbeat is not heard: {wrong}" if wrong else "The heartbeat is heard again."
        )
    heart.wrong = wrong


def _call(url: str, longest: timedelta) -> str:
    """What went wrong with the call, without any part of the URL, which is a secret."""
    limits = http_calls.Limits(longest, body=1_000_000, redirects=20)
    try:
        answer = http_calls.get(url, limits)
    except http_calls.NoAnswer as error:
        return f"{error}."
    return "" if answer.is_success else f"it answered {answer.status}."
