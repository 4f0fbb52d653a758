"""Whether every account can post now, as whom, and what that costs."""

from dataclasses import dataclass
from decimal import Decimal

from bot.composing import slides
from bot.context import Context
from bot.core import layout as layouts
from bot.core.errors import MlcollageError, ended
from bot.core.identity import Profile
from bot.deciding import budgets, preview, samples
from bot.intake import numbers
from bot.pictures import typeset
from bot.publishers import table
from bot.publishers.protocol import Publisher
from bot.scheduling import forecast
from bot.sending import charges, identity, servers
from bot.storage.accounts import AccountRow
from bot.storage.charges import month_of


@dataclass(frozen=True, slots=True)
class Examination:
    """What an account can do now.

    `problem` says why it cannot post; `characters` is the most a part may have, `layout` whether
    what fits into one post goes out as one. Amounts are US dollars: `week` is what a week of slots
    would cost, `spent` what this month (UTC) has cost so far; both are None where the network
    charges nothing, and `week` where nothing is ready that it could be estimated by.
    """

    account: str
    network: str
    identity: str
    problem: str
    characters: int
    layout: str
    week: Decimal | None
    spent: Decimal | None
    budget: Decimal | None
    duty: str
    takes: str = ""
    """What its posts may hold and how they are laid out, where that is not its network's usual."""
    waits: str = ""
    """That the next thread would not go out for the month's budget, and why."""


def damage(context: Context) -> str:
    """A sentence on what is wrong with the database itself, or ""."""
    found = context.database.damage()
    if not found:
        return ""
    return (
        f"The database {context.database.shown} is damaged ({found}): stop the bot, and restore "
        "the last backup with mlcollage restore."
    )


def examine_all(context: Context) -> list[Examination]:
    """Every account of the configuration, as it would be live; each network is asked."""
    asked: dict[str, Profile] = {}
    return [examine(context, name, asked) for name in context.config.accounts]


def examine(context: Context, name: str, asked: dict[str, Profile]) -> Examination:
    """Ask an account's network whether it could post now, in a rehearsal too.

    `asked` has whose keys the accounts examined before have.
    """
    config = context.config
    raw = config.accounts[name]
    # The account's own publisher: in a rehearsal the context holds an outbox in its place.
    publisher = table.make(raw, config.folder, context.clock, config.delivery.request)
    problem = check(context, name, publisher, asked)
    with context.read() as work:
        row = {row.name: row for row in work.accounts.all()}[name]
        spent: Decimal | None = None
        if publisher.price:
            spent = work.charges.spent(row.id, month_of(context.clock.now()))
    problem = problem or _held(context, row)
    return Examination(
        account=name,
        network=row.network,
        identity=publisher.identity,
        problem=problem,
        characters=publisher.limits().length,
        layout=publisher.layout,
        takes="; ".join(filter(None, (_takes(publisher), _laid_out(publisher)))),
        week=_week(context, name, publisher),
        waits="" if problem else _waits(context, name, publisher, spent),
        spent=spent,
        budget=publisher.budget,
        duty=publisher.duty,
    )


def _takes(publisher: Publisher) -> str:
    """What an account's posts may hold, in words; "" where the limits are the network's."""
    server, limits = publisher.server, publisher.limits()
    if server is None:
        if limits.length == publisher.network.limits.length:
            return ""
        return f"its posts have up to {limits.length:,} characters"
    size = max(its.size for its in limits.pictures.values())
    source = "it takes"
    if server.learned is None or server.learned.limits is None:
        source = f"it has not told its limits; {publisher.network.title}'s are"
    return (
        f"{source} {limits.length:,} characters a post, {limits.alt_length:,} of alt text, "
        f"pictures of {size / 1e6:.1f} MB"
    )


def _laid_out(publisher: Publisher) -> str:
    """That threads become one post where they fit; "" where they stay threads."""
    if publisher.layout == layouts.POST:
        return "what fits into one post goes out as one"
    return ""


def check(context: Context, account: str, publisher: Publisher, asked: dict[str, Profile]) -> str:
    """Ask whether the account could post now, as the identity that it has; a sentence, or "".

    What asking costs is booked. The publisher is the account's own, or what stands in for it.
    `asked` is filled with whose keys the accounts have.
    """
    try:
        problem = publisher.check()
    finally:
        with context.read() as work:
            account_id = work.accounts.ids()[account]
        charges.book(context, publisher, account_id)
        servers.refresh(context, publisher, account_id)
    mismatch = identity.unlike(context, account, publisher, asked)
    if problem or mismatch is None:
        return problem
    return mismatch.sentence


def _held(context: Context, row: AccountRow) -> str:
    """Why nothing goes out on a held account, and how it is released."""
    if not row.is_held(context.clock.now()):
        return ""
    reason = "It is held."
    if row.note:
        reason = f"It is held: {ended(row.note)}"
    return f"{reason} Then: mlcollage release --account {row.name}"


def _waits(context: Context, name: str, publisher: Publisher, spent: Decimal | None) -> str:
    """That the next thread on an account would wait for its budget; "" where it would not."""
    if publisher.budget is None or spent is None:
        return ""
    for series in context.config.series.values():
        item = forecast.next_collage(context, series) if name in series.accounts else None
        if item is None:
            continue
        for cost in preview.costs(context, series, item, (name,)):
            if waits := budgets.over(name, cost, spent, publisher.budget):
                return waits
    return ""


def _week(context: Context, name: str, publisher: Publisher) -> Decimal | None:
    """What the slots of a week would cost in all series, estimated by each one's next collage.

    None where the network charges nothing, or no series has a collage to go by.
    """
    if publisher.price is None:
        return None
    total: Decimal | None = None
    for series in context.config.series.values():
        if name not in series.accounts:
            continue
        item = forecast.next_collage(context, series)
        if item:
            cost = preview.cost(context, series, item, (name,))
            total = (total or Decimal(0)) + cost * len(series.timetable.slots)
    return total


SCRIPTS = {
    "Latin": "Aéßł",
    "Greek": "αΩ",
    "Cyrillic": "Жя",
    "Chinese": "文論论",
    "Japanese": "あア",
    "Korean": "한글",
    "mathematics": "∑∫ℝ≤→",
}
"""Letters of each script that slides are written in."""


def slide_hints(context: Context) -> list[str]:
    """What keeps slides from being drawn, and which scripts no font here shows, a line each."""
    hints = []
    for folder in {series.slide.fonts_folder for series in context.config.series.values()}:
        try:
            lacking = typeset.unshown(list(SCRIPTS.values()), folder)
        except MlcollageError as error:
            return [f"No slide can be drawn: {ended(str(error))}"]
        for script, letters in SCRIPTS.items():
            if any(set(run) & set(letters) for run in lacking):
                hints.append(
                    f"No font here shows {script}: on slides it is left out; install a font that "
                    "has it, or name a folder with one as fonts in [series.NAME.slide]."
                )
    return list(dict.fromkeys(hints))


def slide_problems(context: Context) -> list[str]:
    """Why a series' slides cannot be drawn as it is configured, a sentence each."""
    problems = []
    for series in context.config.series.values():
        sample = samples.BARE
        try:
            slides.draw(context.config, series, sample, "", samples.figure_of)
        except MlcollageError as error:
            problems.append(f"{series.name}: no slide can be drawn: {ended(str(error))}")
    return problems


def number_hints(context: Context) -> list[str]:
    """What a person should know of the next number of each series."""
    return [
        f"{series.name}: {hint}"
        for series in context.config.series.values()
        for hint in numbers.hints(context, series)
    ]
