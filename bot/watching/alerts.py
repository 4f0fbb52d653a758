"""Sends notices to people, and the heartbeat by which a monitoring service sees the bot alive."""

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
from bot.core.notices.entry import Kind
from bot.core.notices.upkeep import AlertUndelivered
from bot.core.settings import Secret
from bot.storage.alerts import Claim
from bot.storage.notices import Notice
from bot.watching import courier

MOST = 50
"""Notices sent to one destination in one call of `send`; the rest is due at the next."""

TRIES = 3
"""Tries before a sending is given up, however old the notice: no process may have run meanwhile."""

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


@dataclass(frozen=True, slots=True)
class Destination:
    """An entry of `alerts.urls`, counted from 1.

    As a string it shows the URL's scheme and its place only, for all else may be a secret.
    """

    url: Secret
    entry: int

    @property
    def id(self) -> str:
        """Its name in the database: a hash, which does not reveal the URL."""
        return hashlib.sha256(self.url.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def __str__(self) -> str:
        place = f"entry {self.entry} of alerts.urls"
        scheme = re.match(r"[a-z]+://", self.url)
        if scheme is None:
            return place
        return f"{scheme[0]}… ({place})"


def destinations(config: Config) -> list[Destination]:
    """The configured destinations, in the order of `alerts.urls`."""
    return [Destination(url, entry) for entry, url in enumerate(config.alerts.urls, 1)]


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
    with ThreadPoolExecutor(len(configured), thread_name_prefix="alerts") as threads:
        for sent in [threads.submit(_send_all, context, each) for each in configured]:
            sent.result()
    with context.write() as work:
        work.alerts.close([destination.id for destination in configured])


def _send_all(context: Context, destination: Destination) -> None:
    """Send what is due at one destination.

    The first failure ends it until the next call, and so does the time that one request may take.
    """
    longest, started = context.config.alerts.request.total_seconds(), context.clock.monotonic()
    with context.read() as work:
        due = work.alerts.due(destination.id, _longest(context), MOST)
    for notice in due:
        if context.stop.is_set() or context.clock.monotonic() - started > longest:
            return
        if not _send_one(context, destination, notice):
            return


def _lease(context: Context) -> timedelta:
    """How long a sending is claimed for.

    The request takes a third of that at most, and as much again may pass before it begins.
    """
    return 3 * context.config.alerts.request


def _longest(context: Context) -> timedelta:
    """The longest time that the next try may lie ahead; twice, for the clocks of hosts differ."""
    return 2 * (_lease(context) + context.config.delivery.retry_longest)


def _send_one(context: Context, destination: Destination, notice: Notice) -> bool:
    """Claim a sending, send with no transaction open, and store the outcome.

    Returns whether the next notice may be sent: False after a failure or a suspension.
    """
    now, started = context.clock.now(), context.clock.monotonic()
    with context.write() as work:
        claim = work.alerts.claim(notice.id, destination.id, _lease(context), _longest(context))
    if claim is None:
        return True
    request = context.config.alerts.request.total_seconds()
    # Both clocks: while a machine sleeps, the monotonic one may stand still.
    passed = abs((context.clock.now() - now).total_seconds())
    if max(passed, context.clock.monotonic() - started) > request:
        # This process was suspended after the claim, and another host may have sent it since. It is
        # due again when the lease has ended.
        return False
    reason = courier.hand_over(destination.url, message(context, notice), request)
    if reason:
        _failed(context, destination, notice, claim, reason)
        return False
    with context.write() as work:
        work.alerts.taken(claim)
    return True


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


def _failed(
    context: Context, destination: Destination, notice: Notice, claim: Claim, reason: str
) -> None:
    """Schedule the next try; or give up after long enough, and tell the other destinations."""
    settings, now = context.config.delivery, context.clock.now()
    is_over = claim.failures + 1 >= TRIES and now - notice.created_at > settings.give_up
    wait = None
    if not is_over:
        jitter = retry.jitter(f"{notice.id}/{destination.id}", claim.failures)
        wait = retry.wait(claim.failures, settings, jitter)
    with context.write() as work:
        if not work.alerts.failed(claim, wait, reason):
            return
        # A notice about a failed alert may fail as well: telling of that one would never end.
        if is_over and notice.kind is not Kind.ALERTS:
            undelivered = AlertUndelivered(
                notice.id, notice.kind, str(destination), destination.id, reason
            )
            undelivered_id = work.notices.add(undelivered)
            if undelivered_id is not None:
                work.alerts.leave_out(
                    undelivered_id, destination.id, "It speaks of this destination."
                )
    if wait is not None and claim.failures == 0:
        context.say(
            f"Notice {notice.id} has not reached {destination} yet: {reason} It is tried again."
        )


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
    seconds, configured = config.alerts.request.total_seconds(), destinations(config)
    with ThreadPoolExecutor(max(1, len(configured))) as threads:
        answers = threads.map(lambda destination: ask(destination.url, seconds), configured)
        return dict(zip(configured, answers, strict=True))


@dataclass(slots=True)
class _Heart:
    """When this process last called a heartbeat's URL, and what was wrong then."""

    called_at: float | None = None
    problem: str = ""


_HEARTS: dict[str, _Heart] = {}
"""By URL."""


def beat(context: Context) -> None:
    """Call the heartbeat's URL, at most once a minute in a process; raises nothing.

    A message tells when it stops answering, and when it answers again.
    """
    url = context.config.alerts.heartbeat_url
    if not url:
        return
    heart, now = _HEARTS.setdefault(url, _Heart()), context.clock.monotonic()
    if heart.called_at is not None and now - heart.called_at < EVERY:
        return
    heart.called_at = now
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
