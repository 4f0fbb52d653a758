"""The tools that read: the queue, the coming weeks, previews, texts, history, notices, roundups.

Each is the use case of a command, described as that command's --json does. None changes anything.
"""

from collections.abc import Iterable
from typing import Any

from bot.assistants.arguments import Flag, OneOf, Record, Text, Whole
from bot.assistants.call import MOST_OF_NAME, NAME, SERIES, Call, Tool
from bot.composing.fittings import Fittings
from bot.core import hints, month
from bot.core.collage import LENGTHS, Collage, State
from bot.core.errors import BadInput
from bot.deciding import (
    approvals,
    awaited,
    candidates,
    collages,
    coming,
    descriptions,
    preview_descriptions,
    roundups,
)
from bot.deciding import series as all_series
from bot.deciding.descriptions import Description
from bot.watching import notices

BRIEFLY = (
    "name",
    "state",
    "shown_number",
    "title",
    "citation",
    "pinned_on",
    "note",
    "missing",
    "posted_at",
    "roundup",
)
"""What a list shows of a collage; show_collage shows all."""

MOST_LISTED = 1_000


def _most(default: int, most: int) -> Whole:
    return Whole(f"How many at most; {default} if it is left out.", 1, most)


def _briefly(call: Call, items: Iterable[Collage]) -> list[Description]:
    whole = [descriptions.collage(call.series, item) for item in items]
    return [{key: each[key] for key in BRIEFLY} for each in whole]


def installation(call: Call) -> Description:
    """Whom the assistant works for, and in which series, with their accounts and limits."""
    context = call.context
    listed = {each.name: each for each in all_series.listed(context) if each.is_configured}
    return {
        "now": context.clock.now().isoformat(),
        "your_name_in_the_log": context.who,
        "takes_pictures": call.pictures is not None,
        "series": [_series(call, name) | _counts(listed[name]) for name in context.config.series],
    }


def _counts(listed: all_series.Listed) -> Description:
    return {"waiting": listed.contents.waiting, "posted": listed.contents.posted}


def _series(call: Call, name: str) -> Description:
    series = call.context.config.series[name]
    return {
        "name": name,
        "title": series.title,
        "hashtag": series.hashtag,
        "language": series.language,
        "zone": series.zone.key,
        "slots": list(map(str, series.slots)),
        "accounts": [_account(call, account) for account in series.accounts],
    }


def _account(call: Call, name: str) -> Description:
    publisher = call.context.publishers[name]
    limits = publisher.limits()
    return {
        "name": name,
        "network": publisher.network.name,
        "characters_of_a_post": limits.length,
        "characters_of_an_alt_text": limits.alt_length,
    }


def queue(call: Call) -> Description:
    """The queue in its order, with drafts and what is held."""
    state = call.given.get("state")
    items = collages.listed(call.context, call.series, State(state) if state else None)
    most = call.given.get("most", 100)
    return {"collages": _briefly(call, items[:most]), "not_listed": max(0, len(items) - most)}


def show(call: Call) -> Description:
    """Everything about one collage, with the revision that an edit has to name."""
    shown = collages.show(call.context, call.series, call.given["name"])
    described = descriptions.collage_with_history(call.series, shown)
    return described | {"revision": shown.item.revision}


def coming_weeks(call: Call) -> Description:
    """What goes out when, if nothing changes."""
    ahead = coming.look(call.context, call.series, call.given.get("slots", 5))
    return descriptions.coming(call.series, ahead)


def preview(call: Call) -> Description:
    """The exact parts of a collage per account, as they would be sent."""
    context, series = call.context, call.series
    item = _wanted(call)
    accounts = _accounts(call)
    fits = Fittings.of(context, series)
    number, threads = candidates.preview(context, series, item, accounts, fits)
    described = preview_descriptions.collage(series, item, number, threads)
    asked = approvals.asked(context, series, item)
    return described | {
        "problem": candidates.obstacle(context, series, item) or None,
        "approval": asked.described if asked else None,
        "left_out": list(context.left_out(item, accounts)),
        "repeated": collages.repeated(context, series, item),
    }


def _wanted(call: Call) -> Collage:
    """The collage that is named, or the next one; raises `BadInput` where there is none."""
    if "name" in call.given:
        return collages.get(call.context, call.series, call.given["name"])
    item = coming.next_collage(call.context, call.series)
    if item is None:
        raise BadInput("No collage is ready to go out; name one.")
    return item


def _accounts(call: Call) -> tuple[str, ...]:
    """The series' accounts, or the one that is named; raises `BadInput`."""
    known, account = call.series.accounts, call.given.get("account")
    if account is None:
        return known
    if account not in known:
        hint = hints.did_you_mean(account, known)
        has = ", ".join(known)
        raise BadInput(f"Series {call.series.name} has no account {account}; it has {has}.{hint}")
    return (account,)


def count(call: Call) -> Description:
    """A text as the network of each account counts it."""
    found = []
    for account in _accounts(call):
        publisher = call.context.publishers[account]
        measured = preview_descriptions.counted(
            call.given["text"], publisher.network, publisher.limits(), call.series.words.colon
        )
        found.append({"account": account, "network": publisher.network.name, **measured})
    return {"accounts": found}


def history(call: Call) -> Description:
    """What is out, the newest first."""
    items = collages.posted(call.context, call.series, call.given.get("most", 20))
    return {"collages": _briefly(call, items)}


def changes(call: Call) -> Description:
    """Who changed what when, the newest first."""
    made = collages.changes(call.context, call.given.get("most", 20))
    return {"changes": [descriptions.change(each) for each in made]}


def all_notices(call: Call) -> Description:
    """What a maintainer must hear, the newest first."""
    found = notices.listed(call.context, everything=call.given.get("all", False))
    most = call.given.get("most", 50)
    listed = [_notice(*each) for each in found[:most]]
    return {"notices": listed, "not_listed": max(0, len(found) - most)}


def _notice(*listed: Any) -> Description:
    """A notice without how far its alerts have got: where those go is not an assistant's."""
    described = descriptions.notice(*listed)
    return {key: value for key, value in described.items() if key != "alerts"}


def all_roundups(call: Call) -> Description:
    """All roundups, the newest first."""
    found = awaited.listed(call.context, call.series)
    return {"roundups": [descriptions.listed_roundup(each) for each in found]}


def show_roundup(call: Call) -> Description:
    """One roundup: its collages, its link, its threads."""
    title_month = call.given["month"]
    try:
        if not month.is_year(title_month):
            month.parse(title_month)
    except ValueError:
        raise BadInput(f'{title_month!r} is no month; write it as "2021-09".') from None
    shown = roundups.show(call.context, call.series, title_month)
    return descriptions.roundup_with_threads(shown)


ACCOUNT = Text("Only for this account of the series.", MOST_OF_NAME)

TOOLS = (
    Tool(
        "describe_installation",
        "What is run here",
        "Name the series with their hashtag, language, time zone, slots and accounts, and how many "
        "characters a post and an alt text on each account may have. Call it first.",
        Record("Nothing is needed.", {}),
        installation,
    ),
    Tool(
        "list_queue",
        "List the queue",
        "List the collages that wait, in the order in which they go out, with drafts and what is "
        "held, and what each still lacks.",
        Record(
            "What is to be listed.",
            {
                "state": OneOf("Only what is in this state.", tuple(each.value for each in State)),
                "most": _most(100, MOST_LISTED),
                "series": SERIES,
            },
        ),
        queue,
    ),
    Tool(
        "show_collage",
        "Show a collage",
        "Show everything about one collage: its paper, texts, picture, threads with the addresses "
        "of what is out, notes on what a reader would not see as it was written, who changed it "
        "when, whether an assistant has drafted it, and the revision that edit_draft needs.",
        Record("Which collage.", {"name": NAME, "series": SERIES}, ("name",)),
        show,
    ),
    Tool(
        "coming_weeks",
        "Show the coming weeks",
        "Show what goes out when if nothing changes: the next slots with their collages and their "
        "prices in US dollars, what would be held and why, and the next roundup. Times are ISO "
        "8601; numbers are provisional.",
        Record(
            "How far ahead.",
            {
                "slots": Whole("How many slots ahead; 5 if it is left out.", 1, 104),
                "series": SERIES,
            },
        ),
        coming_weeks,
    ),
    Tool(
        "preview_collage",
        "Preview a collage",
        "Show the exact parts of a collage's thread on each account as they would be sent, each "
        "with its length and limit in characters as the network counts, its links, tags and "
        "mentions, the picture with its alt text, what the thread costs in US dollars, and what "
        "would keep it from going out. Nothing is sent.",
        Record(
            "Which collage; without a name the next one.",
            {"name": NAME, "account": ACCOUNT, "series": SERIES},
        ),
        preview,
    ),
    Tool(
        "count_text",
        "Count a text",
        "Measure a text as the network of each account does: its length and limit in characters, "
        "whether it fits, and what in it is a link, a tag or a mention.",
        Record(
            "Which text.",
            {
                "text": Text("The text of one post.", LENGTHS["thread"], lines=True),
                "account": ACCOUNT,
                "series": SERIES,
            },
            ("text",),
        ),
        count,
    ),
    Tool(
        "list_history",
        "List what is out",
        "List the collages that have been posted, the newest first.",
        Record("How many.", {"most": _most(20, MOST_LISTED), "series": SERIES}),
        history,
    ),
    Tool(
        "list_changes",
        "List who changed what",
        "List who changed what when, from what to what, in all series, the newest first. What an "
        'assistant has done is under a name that begins with "assistant for".',
        Record("How many.", {"most": _most(20, 200)}),
        changes,
    ),
    Tool(
        "list_notices",
        "List notices",
        "List what the maintainers have to hear and have not acknowledged yet, the newest first.",
        Record(
            "Which of them.",
            {"all": Flag("Those acknowledged as well."), "most": _most(50, MOST_LISTED)},
        ),
        all_notices,
    ),
    Tool(
        "list_roundups",
        "List roundups",
        "List the roundups of a series with their states and links, the newest first.",
        Record("Of which series.", {"series": SERIES}),
        all_roundups,
    ),
    Tool(
        "show_roundup",
        "Show a roundup",
        "Show one roundup: its collages, its link, and how far its threads have got.",
        Record(
            "Which roundup.",
            {
                "month": Text(
                    'The month in its title, such as "2021-09"; of the thread of a year the year.',
                    MOST_OF_NAME,
                ),
                "series": SERIES,
            },
            ("month",),
        ),
        show_roundup,
    ),
)
