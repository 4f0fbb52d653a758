"""Every notice of the catalogue: its words to the letter, its key, and the command it names."""

import re
import shlex
import unicodedata
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import click
import pytest

from bot import cli
from bot.core import month
from bot.core.delivery import Delivery, Likely, Post, Receipt, State
from bot.core.delivery import Kind as DeliveryKind
from bot.core.identity import Mismatch
from bot.core.notices import (
    accounts,
    briefing,
    clocks,
    deliveries,
    gone,
    overdue,
    pages,
    publications,
    queue,
    reviews,
    roundups,
    upkeep,
)
from bot.core.notices.entry import TROUBLE, Entry, Kind
from bot.core.schedule import SlotState
from tests.conftest import ROOT

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2021, 8, 4, 13, 0, tzinfo=UTC)
"""Three in the afternoon there."""
LATER = datetime(2021, 8, 4, 15, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

THREAD = Delivery(
    id=12,
    key="weekly/2021-08-04T13:00:00Z/x",
    kind=DeliveryKind.COLLAGE,
    series="weekly",
    series_id=1,
    account="x",
    account_id=2,
    state=State.WAITING,
    due_at=AT,
    local_on=date(2021, 8, 4),
    collage_id=1,
    roundup_id=None,
    fence=3,
    begun=True,
    saved={},
)


def replace(entry: Entry, **changed: object) -> Entry:
    """The notice with some facts changed."""
    return type(entry)(**(vars(entry) | changed))


ON_X = "The thread weekly/2021-08-04T13:00:00Z/x on x"
WHEN = "Wednesday 2021-08-04 15:00"
SEE = "See: mlcollage deliveries show 12"
RELEASE = "mlcollage release --account x"
URLS = ("https://x.com/lab/status/1", "https://x.com/lab/status/2")
LIKELY = Likely(1, Post(Receipt("1", URLS[0], AT), "Some words"), "its picture is missing")
BROKEN = "The connection broke."
OCCASION = briefing.briefing_key("weekly", AT, DAY)
BRIEFING = briefing.Briefing(
    occasion=OCCASION,
    heading=briefing.briefing_heading(AT, ZONE),
    plan="moco [1/52]",
    accounts=("x", "outbox"),
    cost="$0.33",
    lines=("first", "a post\nof two lines"),
)

SAMPLES: list[tuple[Entry, str, str]] = [
    (
        queue.SlotEmpty("weekly", AT, ZONE),
        "weekly/2021-08-04 13:00:00+00:00",
        f"The slot of weekly on {WHEN} was empty: no collage is ready. "
        "What each one lacks: mlcollage list",
    ),
    (
        queue.SlotEmpty("weekly", AT, ZONE, ("moco", "mu")),
        "weekly/2021-08-04 13:00:00+00:00",
        f"The slot of weekly on {WHEN} was empty: what is ready waits for approval (moco, mu). "
        "Approve one; to post it now: mlcollage post moco --now",
    ),
    (
        queue.NotApproved("weekly", "moco", AT, ZONE, "nobody has approved it"),
        "weekly/moco/2021-08-04 13:00:00+00:00",
        f"The slot of weekly on {WHEN} passed over moco: nobody has approved it. It stays ready. "
        "Look at it and approve it: mlcollage approve moco --series weekly",
    ),
    (
        queue.ApprovalMissing("weekly", "moco", AT, ZONE, "nobody has approved it"),
        "weekly/moco/2021-08-04 13:00:00+00:00/soon",
        f"moco waits for approval before the slot of weekly on {WHEN}: nobody has approved it. "
        "Look at it and approve it: mlcollage approve moco --series weekly",
    ),
    (
        queue.SlotMissed("weekly", AT, ZONE),
        "weekly/2021-08-04 13:00:00+00:00",
        f"The slot of weekly on {WHEN} was missed: nothing went out. "
        "The queue goes on with the next slot; to post now: mlcollage post NAME --now",
    ),
    (
        queue.SlotMissed("weekly", AT, ZONE, SlotState.PAUSED, "moco"),
        "weekly/2021-08-04 13:00:00+00:00",
        f"The slot of weekly on {WHEN} was paused: nothing went out. "
        "moco, pinned to that day, is back in its place in the queue.",
    ),
    (
        queue.RunningDry("weekly", AT, 2, 3, 21 * DAY),
        "weekly/2021-08-04 13:00:00+00:00",
        "weekly is running dry: 2 collages for 3 slots in the next 21 days.",
    ),
    (
        queue.RunningDry("weekly", AT, 1, 2, 8 * DAY),
        "weekly/2021-08-04 13:00:00+00:00",
        "weekly is running dry: 1 collage for 2 slots in the next 8 days.",
    ),
    (
        queue.RunningDry("weekly", AT, 0, 1, DAY),
        "weekly/2021-08-04 13:00:00+00:00",
        "weekly is running dry: no collage for 1 slot in the next 1 day.",
    ),
    (
        queue.NumbersPastTotal("weekly", AT, ZONE, "53/52", 52, 53),
        "weekly/2021/53/52",
        "The slot of weekly on Wednesday 2021-08-04 15:00 would get the number 53/52. 2021 has 53 "
        "slots. Give the format under [series.weekly.numbering] another total, or leave out a "
        "slot: mlcollage skip 2021-08-04 --series weekly",
    ),
    (
        queue.CollageHeld("weekly", "moco", 4, "It has no alt text."),
        "weekly/moco/4",
        "moco is held, and its slot passes over it: It has no alt text. "
        "Then: mlcollage release moco",
    ),
    (
        queue.SlotsChanged("weekly", "Europe/Berlin | monday 15:00 | friday 09:00", AT),
        "weekly/2021-08-04 13:00:00+00:00",
        "The slots of weekly have changed: from now on Europe/Berlin, monday 15:00, friday 09:00.",
    ),
    (
        queue.RehearsalBegun(AT),
        "2021-08-04 13:00:00+00:00",
        "The configuration says live = false: a rehearsal has begun, and nothing goes out to the "
        "accounts any more. If that is a mistake, set live = true.",
    ),
    (
        queue.RehearsalEnded(1, AT),
        "2021-08-04 13:00:00+00:00",
        "The rehearsal has ended: 1 collage is ready again, what it made is set aside. It is live.",
    ),
    (
        queue.RehearsalEnded(0, AT),
        "2021-08-04 13:00:00+00:00",
        "The rehearsal has ended: 0 collages are ready again, what it made is set aside. "
        "It is live.",
    ),
    (
        accounts.AccountHeld("x", "X says that it is suspended.", AT),
        "x/2021-08-04 13:00:00+00:00",
        f"Account x is held: X says that it is suspended. Then: {RELEASE}",
    ),
    (
        accounts.AccountHeldUntil(THREAD, datetime(2021, 9, 1, tzinfo=UTC), "It is spent.", AT),
        "x/until/2021-08-04/It is spent.",
        "Account x is held until 2021-09-01: It is spent.",
    ),
    (
        accounts.AccountHeldUntil(THREAD, LATER, "Set the clock.", AT),
        "x/until/2021-08-04/Set the clock.",
        "Account x is held until 15:30 UTC: Set the clock.",
    ),
    (
        accounts.StrangePosts(THREAD, URLS, AT),
        "x/2021-08-04 13:00:00+00:00",
        "Account x is held: it shows what looks like ours and is not in this database: "
        f"{URLS[0]}, {URLS[1]} Does another copy of mlcollage post there? {SEE}. "
        f"If all is well: {RELEASE}",
    ),
    (
        accounts.AnotherIdentity("x", "x", Mismatch("The keys are those of @you.", "you"), AT),
        "x/2021-08-04 13:00:00+00:00",
        "Account x is held: The keys are those of @you. "
        "Give it the right keys: mlcollage connect x --account x. "
        f'If these are right, write username = "you" under [accounts.x]. Then: {RELEASE}',
    ),
    (
        accounts.AnotherIdentity("x", "x", Mismatch("Account lab has the same keys."), AT),
        "x/2021-08-04 13:00:00+00:00",
        "Account x is held: Account lab has the same keys. "
        f"Give it the right keys: mlcollage connect x --account x. Then: {RELEASE}",
    ),
    (
        accounts.AccountGone("x", 1, AT),
        "x/2021-08-04 13:00:00+00:00",
        "Account x is not in the configuration any more: 1 delivery to it is held. "
        f"Put it back and run: {RELEASE}",
    ),
    (
        accounts.AccountGone("x", 2, AT),
        "x/2021-08-04 13:00:00+00:00",
        "Account x is not in the configuration any more: 2 deliveries to it are held. "
        f"Put it back and run: {RELEASE}",
    ),
    (
        accounts.AccountGoneUncertain("x"),
        "x/gone",
        "Account x is not in the configuration any more, and a thread may or may not be out "
        "there. Put it back, so that it can be looked for.",
    ),
    (
        deliveries.DeliveryHeld(THREAD, "It is late.", AT),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04 13:00:00+00:00",
        f"{ON_X} is held: It is late. Send it with: mlcollage deliveries retry 12",
    ),
    (
        deliveries.DeliveryFailed(THREAD, "X refuses it.", AT),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04 13:00:00+00:00",
        f"{ON_X} failed: X refuses it. {SEE}",
    ),
    (
        deliveries.CollageBack(THREAD, "moco", "X refuses it.", AT),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04 13:00:00+00:00",
        "moco is held and its number free again: nothing of it is out. X refuses it. "
        "Then: mlcollage release moco",
    ),
    (
        deliveries.DeliveryUncertain(THREAD, BROKEN, 1),
        "weekly/2021-08-04T13:00:00Z/x/doubt/1/2021-08-04T13:00:00",
        f"{ON_X} may or may not be out: {BROKEN} It will be looked for. {SEE}",
    ),
    (
        deliveries.PostByHand(THREAD, "It is to be posted by hand on LinkedIn; it is in /bot/1."),
        "weekly/2021-08-04T13:00:00Z/x/3",
        f"{ON_X}: It is to be posted by hand on LinkedIn; it is in /bot/1. "
        "Then: mlcollage deliveries resolve 12 --posted URL",
    ),
    (
        deliveries.LookInconclusive(THREAD, "the newest known post is not shown"),
        "weekly/2021-08-04T13:00:00Z/x/ask/3",
        f"{ON_X} may or may not be out, and looking does not tell: the newest known post is not "
        "shown; please look yourself. "
        "Then: mlcollage deliveries resolve 12 --posted URL, or --not-posted",
    ),
    (
        deliveries.LookInconclusive(THREAD, "the newest known post is not shown", 2),
        "weekly/2021-08-04T13:00:00Z/x/ask/3",
        f"{ON_X} may or may not be out, and looking does not tell: the newest known post is not "
        "shown; please look yourself. If part 2 was deleted: mlcollage deliveries resolve 12 "
        "--gone 2. Then: mlcollage deliveries resolve 12 --posted URL, or --not-posted",
    ),
    (
        deliveries.LooksLikePart(THREAD, LIKELY),
        "weekly/2021-08-04T13:00:00Z/x/likely/1",
        f"{ON_X} may be out: {URLS[0]} looks like part 1, but its picture is missing. "
        f"If it is that part: mlcollage deliveries resolve 12 --posted {URLS[0]}. "
        "If it is another post: mlcollage deliveries resolve 12 --not-posted",
    ),
    (
        deliveries.PartTwice(THREAD, 1, URLS[0], URLS[1]),
        f"weekly/2021-08-04T13:00:00Z/x/twice/{URLS[1]}",
        f"Part 1 of the thread weekly/2021-08-04T13:00:00Z/x is on x twice: {URLS[0]} and "
        f"{URLS[1]}; does another copy of mlcollage post there? Delete the second one: "
        f"mlcollage deliveries resolve 12 --delete {URLS[1]}",
    ),
    (
        deliveries.PartTwice(THREAD, 1, URLS[0], URLS[1], is_held=True),
        f"weekly/2021-08-04T13:00:00Z/x/twice/{URLS[1]}/held",
        f"Part 1 of the thread weekly/2021-08-04T13:00:00Z/x is on x twice: {URLS[0]} and "
        f"{URLS[1]}; account x is held, so that nothing more goes out twice. Does another copy "
        "of mlcollage post there? Stop it, and delete the second one: "
        f"mlcollage deliveries resolve 12 --delete {URLS[1]}. "
        "Then: mlcollage release --account x",
    ),
    (
        deliveries.PartUnrecorded(THREAD, 1, URLS[0]),
        f"weekly/2021-08-04T13:00:00Z/x/unrecorded/{URLS[0]}",
        f"{ON_X} was taken not to be out, but {URLS[0]} has the text of part 1. "
        f"If it is that part: mlcollage deliveries resolve 12 --posted {URLS[0]}",
    ),
    (
        deliveries.TextRepeated(THREAD, 2, "https://x.com/lab/status/1"),
        "weekly/2021-08-04T13:00:00Z/x/reword/3",
        f"{ON_X} may or may not be out, and looking does not tell: its part 2 has the same text "
        "as https://x.com/lab/status/1. If the part is not out, give it other words: "
        "mlcollage deliveries reword 12 2 --not-posted",
    ),
    (
        deliveries.DeliveryDiffers(THREAD, 2, "Part 2 has another text.", "another text"),
        "weekly/2021-08-04T13:00:00Z/x/2/another text",
        f"{ON_X}: Part 2 has another text.",
    ),
    (
        roundups.RoundupOut("weekly", "2021-09", "Two Papers", "https://lab.org/two"),
        "weekly/2021-09",
        "The roundup 2021-09 is out: Two Papers, https://lab.org/two",
    ),
    (
        roundups.RoundupsWithoutLink("weekly", "https://example.org/weekly"),
        "weekly/https://example.org/weekly",
        "The roundups of weekly go out without a link to their pages: https://example.org/weekly "
        "is an example. Write where you publish them as base_url under [series.weekly.roundup].",
    ),
    (
        roundups.RoundupsWithoutLink("weekly", ""),
        "weekly/",
        "The roundups of weekly go out without a link to their pages: there is no address for "
        "them. Write where you publish them as base_url under [series.weekly.roundup].",
    ),
    (
        roundups.RoundupOut("weekly", "2021-09", "Four Papers", ""),
        "weekly/2021-09",
        "The roundup 2021-09 is out: Four Papers, without a link.",
    ),
    (
        roundups.NoRoundup("weekly", "2021-09", "2021-08"),
        "weekly/2021-09",
        "There is no roundup 2021-09 of weekly: nothing went out in 2021-08 that it could hold.",
    ),
    (
        roundups.RoundupTaken("weekly", "2021-09", "2021-09"),
        "weekly/2021-09/2021-09",
        "There is a roundup 2021-09 of weekly already, made before the configuration of roundups "
        "changed: what went out in 2021-09 comes into the next one.",
    ),
    (
        roundups.RoundupChanged("weekly", "2021-09", AT, ZONE, AT),
        "weekly/2021-08-04 13:00:00+00:00",
        f"The roundups of weekly have changed: the next one is 2021-09, on {WHEN}.",
    ),
    (
        roundups.RoundupWaits("weekly", "2021-09", "https://lab.org/two", "site"),
        "weekly/2021-09/https://lab.org/two",
        "The roundup 2021-09 waits until https://lab.org/two answers: publish site, "
        "or say where it is: mlcollage roundup link 2021-09 URL",
    ),
    (
        roundups.RoundupWaits("weekly", "2021-09", "https://lab.org/two", "site", "Two Papers"),
        "weekly/2021-09/https://lab.org/two/Two Papers",
        "The roundup 2021-09 waits until its page is at https://lab.org/two; what answers "
        "there does not show its title, Two Papers: publish site, or say where it is: "
        "mlcollage roundup link 2021-09 URL",
    ),
    (
        roundups.RoundupWaitsForHome("weekly", "2021-09", "blog", "https://lab.org/two", AT, ZONE),
        "weekly/2021-09/at blog",
        "The roundup 2021-09 waits until it can be read at blog, but no longer than "
        "Wednesday 2021-08-04 15:00; then its link is https://lab.org/two. See: mlcollage "
        "roundup show 2021-09 --series weekly",
    ),
    (
        roundups.RoundupWaitsForHome("weekly", "2021-09", "press", "", AT, ZONE),
        "weekly/2021-09/at press",
        "The roundup 2021-09 waits until it can be read at press, but no longer than "
        "Wednesday 2021-08-04 15:00; then it goes out without a link. See: mlcollage "
        "roundup show 2021-09 --series weekly",
    ),
    (
        roundups.RoundupAtOwnPage("weekly", "2021-09", "blog", "https://lab.org/two"),
        "weekly/2021-09/own/blog",
        "The link of the roundup 2021-09 is its own page, https://lab.org/two: it was "
        "waited for in vain at blog. When it can be read there, have its page say so: "
        "mlcollage roundup link 2021-09 URL --series weekly",
    ),
    (
        roundups.LinkUntitled("weekly", "2021-09", "https://lab.org/two", "Two Papers"),
        "weekly/2021-09/untitled/https://lab.org/two",
        "https://lab.org/two, the link of the roundup 2021-09, does not show its title, Two "
        "Papers. Look whether it is the right page.",
    ),
    (
        reviews.RoundupToReview("weekly", "2021-09", AT, ZONE, count=2, waits=True),
        "weekly/2021-09",
        "The draft of the roundup 2021-09 of weekly is ready, with 2 collages so far; on "
        "Wednesday 2021-08-04 15:00 it waits until it is approved. Look at it: mlcollage "
        "roundup preview 2021-09 --series weekly, or: mlcollage roundup export 2021-09 "
        "--series weekly. Then: mlcollage roundup approve 2021-09 --series weekly",
    ),
    (
        reviews.RoundupToReview("weekly", "2021-10", AT, ZONE, count=1, waits=False),
        "weekly/2021-10",
        "The draft of the roundup 2021-10 of weekly is ready, with 1 collage so far; it "
        "goes out on Wednesday 2021-08-04 15:00, approved or not. Look at it: mlcollage "
        "roundup preview 2021-10 --series weekly, or: mlcollage roundup export 2021-10 "
        "--series weekly. To keep it back: mlcollage roundup approve 2021-10 --series "
        "weekly --take-back",
    ),
    (
        reviews.RoundupUnapproved("weekly", "2021-09", AT, ZONE),
        "weekly/2021-09/approve",
        "The roundup 2021-09 of weekly waits until somebody approves it; it was due on "
        "Wednesday 2021-08-04 15:00. Look at it: mlcollage roundup preview 2021-09 --series "
        "weekly. Then: mlcollage roundup approve 2021-09 --series weekly",
    ),
    (
        reviews.RoundupUnapproved("weekly", "2021-09", AT, ZONE, 2),
        "weekly/2021-09/approve/2",
        "The roundup 2021-09 of weekly waits until somebody approves it; it was due on "
        "Wednesday 2021-08-04 15:00. Look at it: mlcollage roundup preview 2021-09 --series "
        "weekly. Then: mlcollage roundup approve 2021-09 --series weekly",
    ),
    (
        pages.PageNotCorrected("weekly", "2021-09", "The disk is full."),
        "weekly/2021-09/page/The disk is full.",
        "The page of the roundup 2021-09 of weekly is older than what it shows, and cannot "
        "be made again: The disk is full. It is tried again at every tick.",
    ),
    (
        roundups.RoundupStuck("weekly", "2021-09", "The disk is full."),
        "weekly/2021-09/The disk is full.",
        "The roundup 2021-09 of weekly cannot go on: The disk is full. "
        "It is tried again at every tick.",
    ),
    (
        pages.CoverNotMade("weekly", "2021-09", "Template cover.typ, line 3: unclosed."),
        "weekly/2021-09/cover/Template cover.typ, line 3: unclosed.",
        "The roundup 2021-09 of weekly has no cover, so its thread shows the picture of its first "
        "collage: Template cover.typ, line 3: unclosed. Mend that while its thread is not out, "
        "and make it with: mlcollage roundup render 2021-09 --series weekly",
    ),
    (
        pages.CoverNotMade("weekly", "2021-09", "Template cover.typ, line 3: unclosed.", True),
        "weekly/2021-09/cover-of-page/Template cover.typ, line 3: unclosed.",
        "The page of the roundup 2021-09 of weekly has no cover: Template cover.typ, line 3: "
        "unclosed. Mend that, and make it with: mlcollage roundup render 2021-09 --series weekly",
    ),
    (
        pages.CoverNotMade("weekly", "2021", "Template cover.typ, line 3: unclosed."),
        "weekly/2021/cover/Template cover.typ, line 3: unclosed.",
        "The roundup 2021 of weekly has no cover, so its thread shows the picture of its first "
        "collage: Template cover.typ, line 3: unclosed. Mend that while its thread is not out, "
        "and look at it with: mlcollage roundup preview 2021 --series weekly",
    ),
    (
        pages.SiteEdited("weekly", "site/index.html"),
        "weekly/site/edited/site/index.html",
        "site/index.html was edited by hand, and is left as it is. To write it anew, with the "
        "edited one kept beside it: mlcollage site --series weekly --over-edits",
    ),
    (
        pages.PageEdited("weekly", "2021-09", "site/two/index.html"),
        "weekly/2021-09/edited/site/two/index.html",
        "site/two/index.html was edited by hand, and is left as it is. To write it anew, with the "
        "edited one kept beside it: mlcollage roundup render 2021-09 --series weekly --over-edits",
    ),
    (
        pages.PageGone("weekly", "2021-09", "site/two/index.html"),
        "weekly/2021-09/gone/site/two/index.html",
        "site/two/index.html, the page of the roundup 2021-09, is gone. "
        "Make it again with: mlcollage roundup render 2021-09 --series weekly",
    ),
    (
        publications.RoundupPublished("weekly", "2021-09", "blog", "https://lab.example/sep/"),
        "weekly/2021-09/blog",
        "The roundup 2021-09 of weekly is published: blog, https://lab.example/sep/",
    ),
    (
        publications.SitePublished("weekly", "web"),
        "weekly/web/site",
        "The site of weekly, with what was imported, is published: web.",
    ),
    (
        publications.PublishingRehearsed("weekly", "2021-09", ("blog", "pages")),
        "weekly/2021-09/blog, pages/rehearsed",
        "In this rehearsal the roundup 2021-09 of weekly is published nowhere; live it would be: "
        "blog, pages.",
    ),
    (
        publications.PublicationWaits("weekly", "2021-09", "blog", "The token is refused."),
        "weekly/2021-09/blog/The token is refused.",
        "The roundup 2021-09 of weekly is not published at blog: The token is refused. When that "
        "is mended: mlcollage roundup publish 2021-09 --to blog --series weekly",
    ),
    (
        publications.PublicationWaits("weekly", "2021-09", "blog", "The token is refused.", AT),
        f"weekly/2021-09/blog/The token is refused./{AT}",
        "The roundup 2021-09 of weekly is not brought up to date at blog: The token is refused. "
        "When that is mended: mlcollage roundup publish 2021-09 --to blog --series weekly",
    ),
    (
        publications.DraftReady("weekly", "2021-09", "blog", "Send it there.", "a" * 64),
        "weekly/2021-09/blog/draft/aaaaaaaaaaaaaaaa",
        "The roundup 2021-09 of weekly lies ready at blog. Send it there.",
    ),
    (
        publications.PublicationStays("weekly", "2021-09", "letter", "It was mailed.", "a" * 64),
        "weekly/2021-09/letter/stays/aaaaaaaaaaaaaaaa",
        "The roundup 2021-09 of weekly stays as it was at letter. It was mailed.",
    ),
    (
        publications.PublicationLate("weekly", "2021-09", "blog", 7, "No route to host.", 2),
        "weekly/2021-09/blog/publication/2",
        "The roundup 2021-09 of weekly is not published at blog after 7 tries: No route to host. "
        "It is tried again by itself; at once by: "
        "mlcollage roundup publish 2021-09 --to blog --series weekly",
    ),
    (
        publications.PublicationLate("weekly", "2021-09", "blog", 7, "No route to host.", 2, AT),
        f"weekly/2021-09/blog/publication/2/{AT}",
        "The roundup 2021-09 of weekly is not brought up to date at blog after 7 tries: No route "
        "to host. It is tried again by itself; at once by: "
        "mlcollage roundup publish 2021-09 --to blog --series weekly",
    ),
    (
        publications.FilesLeft("weekly", "web", ("a", "b", "c", "d", "e")),
        "weekly/web/left/a, b, c, d, e",
        "At web of weekly these were edited there, or are not of our making, and are left as they "
        "are: a, b, c and 2 more. To have ours there, move them away; ours follow with the next "
        "roundup.",
    ),
    (
        publications.DestinationGone("weekly", "blog"),
        "weekly/blog/no destination",
        "blog is no destination of weekly any more: what was published there stays as it is. If it "
        "was renamed, give it its old name back under [destinations.NAME] and in destinations of "
        "[series.weekly.roundup].",
    ),
    (
        BRIEFING,
        "weekly/2021-08-04T13:00:00Z/24h",
        f"{WHEN}: moco [1/52] goes to x, outbox for $0.33; all is well.",
    ),
    (
        replace(BRIEFING, cost="", wrong=("x is held.", "It is late.")),
        "weekly/2021-08-04T13:00:00Z/24h",
        f"{WHEN}: moco [1/52] goes to x, outbox; x is held; It is late.",
    ),
    (
        briefing.Briefing(
            occasion=briefing.briefing_key("weekly", AT, timedelta(minutes=90), "2021-09"),
            heading=briefing.briefing_heading(AT, ZONE, series="weekly", is_rehearsal=True),
            plan="nothing goes out",
            wrong=("no collage is ready; see: mlcollage list",),
        ),
        "weekly/roundup-2021-09/1.5h",
        f"weekly, {WHEN}, a rehearsal: nothing goes out; no collage is ready; see: mlcollage list",
    ),
    (
        replace(BRIEFING, plan="nothing goes out; the slot is skipped.", is_wanted=False),
        "weekly/2021-08-04T13:00:00Z/24h",
        f"{WHEN}: nothing goes out; the slot is skipped.",
    ),
    (
        clocks.ClockDiffers("x", -7 * HOUR, AT),
        "x/2021-08-04",
        "The clock of this machine is 7 hours behind that of x: set it, because slots and waits go "
        "by it.",
    ),
    (
        clocks.RowsAhead(LATER, AT, ZONE),
        "rows/2021-08-04 15:30:00+00:00",
        f"By the clock of this machine it is {WHEN}, and the newest rows of the database are of "
        "Wednesday 2021-08-04 17:30: the clock is behind, or it was ahead. "
        "If it is right now: mlcollage repair",
    ),
    (
        clocks.ClockWasAhead("weekly", LATER, ZONE, 2),
        "weekly/2021-08-04 15:30:00+00:00",
        "By a clock that was ahead, weekly had settled its slots until Wednesday 2021-08-04 17:30; "
        "2 slots are to come again. What else it left: mlcollage repair",
    ),
    (
        clocks.ClockSet(3 * HOUR, 0, AT),
        "2021-08-04 13:00:00+00:00",
        "The clock of this machine was set forward by 3 hours while the bot ran. "
        "What is done is not done again.",
    ),
    (
        clocks.ClockSet(-HOUR, 1, AT),
        "2021-08-04 13:00:00+00:00",
        "The clock of this machine was set back by 1 hour while the bot ran. "
        "1 thread waits as long as before to be looked for.",
    ),
    (
        overdue.DeliveryOverdue(THREAD._replace(note=BROKEN), "waiting", LATER, None, ZONE),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04T13:00/waiting",
        f"{ON_X} was due on {WHEN}: it waits, and is tried again on Wednesday 2021-08-04 17:30. "
        f"{BROKEN} {SEE}",
    ),
    (
        overdue.DeliveryOverdue(THREAD, "uncertain", LATER, None, ZONE),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04T13:00/uncertain",
        f"{ON_X} was due on {WHEN}: it may or may not be out, and is looked for again at 17:30. "
        f"{SEE}",
    ),
    (
        overdue.DeliveryOverdue(THREAD, "uncertain", None, None, ZONE),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04T13:00/uncertain",
        f"{ON_X} was due on {WHEN}: it may or may not be out, and a person has to say. {SEE}",
    ),
    (
        overdue.DeliveryOverdue(THREAD._replace(note=BROKEN), "waiting", LATER, BROKEN, ZONE),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04T13:00/waiting/held",
        f"{ON_X} was due on {WHEN}: its account is held: {BROKEN} {SEE}",
    ),
    (
        overdue.DeliveryOverdue(THREAD._replace(tried_from=LATER), "waiting", LATER, "", ZONE),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04T15:30/waiting/held",
        f"{ON_X} was due on {WHEN}: its account is held. {SEE}",
    ),
    (
        overdue.StillByHand(THREAD._replace(note="It is to be posted by hand."), ZONE),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04T13:00/by-hand/0",
        f"{ON_X} was due on Wednesday 2021-08-04 15:00, and nobody has said yet where it is "
        "posted. It is to be posted by hand. If it shall not be posted: mlcollage deliveries "
        "cancel 12 --not-posted. If it is posted: mlcollage deliveries resolve 12 --posted URL",
    ),
    (
        overdue.StillByHand(THREAD._replace(note="It is to be posted by hand."), ZONE, 2),
        "weekly/2021-08-04T13:00:00Z/x/2021-08-04T13:00/by-hand/2",
        f"{ON_X} was due on Wednesday 2021-08-04 15:00, and nobody has said yet where it is "
        "posted. It is to be posted by hand. If it shall not be posted: mlcollage deliveries "
        "cancel 12 --not-posted. If it is posted: mlcollage deliveries resolve 12 --posted URL",
    ),
    (
        overdue.DeliveryAbandoned(THREAD, 3),
        "weekly/2021-08-04T13:00:00Z/x/lease-3",
        f"{ON_X} was being sent by a bot that has ended, and no tick has gone on with it, "
        f"see the log. {SEE}",
    ),
    (
        overdue.ManyOverdue(20, AT),
        "threads/2021-08-04",
        "More than 20 threads are past due. See: mlcollage deliveries list",
    ),
    (
        overdue.SlotOverdue("weekly", AT, ZONE),
        "weekly/2021-08-04 13:00:00+00:00",
        f"The slot of weekly on {WHEN} is past and was not seen to: "
        "a tick hangs or fails, see the log.",
    ),
    (
        overdue.SlotOverdue("weekly", AT, ZONE, 2),
        "weekly/2021-08-04 13:00:00+00:00",
        f"The slot of weekly on {WHEN}, and 2 after it, are past and were not seen to: "
        "a tick hangs or fails, see the log.",
    ),
    (
        overdue.RoundupOverdue("weekly", "2021-09", AT, ZONE),
        "weekly/2021-09",
        f"The roundup 2021-09 of weekly was due on {WHEN}: no tick has seen to it, see the log.",
    ),
    (
        overdue.RoundupOverdue("weekly", "2021-09", AT, ZONE, LATER),
        "weekly/2021-09",
        f"The roundup 2021-09 of weekly was due on {WHEN}: it waits for threads on their way, "
        "until Wednesday 2021-08-04 17:30.",
    ),
    (
        overdue.RoundupUnannounced("weekly", "2021-09", month.State.DUE, AT, ZONE),
        "weekly/2021-09/due",
        f"The roundup 2021-09 of weekly was due on {WHEN}: its page is not rendered. "
        "See: mlcollage notices",
    ),
    (
        overdue.RoundupUnannounced("weekly", "2021-09", month.State.RENDERED, AT, ZONE),
        "weekly/2021-09/rendered",
        f"The roundup 2021-09 of weekly was due on {WHEN}: its link does not answer. "
        "See: mlcollage notices",
    ),
    (
        overdue.RoundupUnannounced("weekly", "2021-09", month.State.LINKED, AT, ZONE),
        "weekly/2021-09/linked",
        f"The roundup 2021-09 of weekly was due on {WHEN}: "
        "its thread is not out on any account. See: mlcollage notices",
    ),
    (
        overdue.AccountStillHeld("x", AT, 1, 1, ""),
        "x/2021-08-04 13:00:00+00:00/1",
        f"Account x has been held for 1 day, and 1 thread waits. Then: {RELEASE}",
    ),
    (
        overdue.AccountStillHeld("x", AT, 2, 5, "X says that it is suspended."),
        "x/2021-08-04 13:00:00+00:00/2",
        "Account x has been held for 2 days, and 5 threads wait: X says that it is suspended. "
        f"Then: {RELEASE}",
    ),
    (
        overdue.AlertsOverdue(1, AT),
        "alerts/2021-08-04",
        "1 notice has not reached everybody who is to be alerted. See: mlcollage notices",
    ),
    (
        overdue.AlertsOverdue(2, AT),
        "alerts/2021-08-04",
        "2 notices have not reached everybody who is to be alerted. See: mlcollage notices",
    ),
    (
        overdue.EventsOverdue(1, AT),
        "events/2021-08-04",
        "1 event has not reached every address in events.urls. See: mlcollage events list",
    ),
    (
        overdue.SlotNotKept("weekly", AT, ZONE),
        "kept/weekly/2021-08-04 13:00:00+00:00",
        f"A brief of weekly announced the slot of {WHEN}, and it did not come: the configuration "
        "was changed in between. To post now: mlcollage post NAME --now",
    ),
    (
        overdue.RoundupNotKept("weekly", "2021-09"),
        "kept/weekly/2021-09",
        "A brief of weekly announced the roundup 2021-09, and it was not made: the configuration "
        "was changed in between. See: mlcollage roundup list",
    ),
    (
        overdue.BriefingOverdue(OCCASION, "weekly", AT, DAY, ZONE),
        "brief/weekly/2021-08-04T13:00:00Z/24h",
        f"The brief of weekly for {WHEN} was due on Tuesday 2021-08-03 15:00 and was not given. "
        "See: mlcollage doctor",
    ),
    (
        upkeep.AlertUndelivered(7, Kind.HELD, "json://… (entry 1 of alerts.urls)", "ab", BROKEN),
        "7/ab",
        f"Notice 7 (held) did not reach json://… (entry 1 of alerts.urls): {BROKEN} "
        "See: mlcollage notices",
    ),
    (
        upkeep.EventUndelivered(
            "evt_1", "delivery.sent", "https://… (entry 1 of events.urls)", "ab", BROKEN
        ),
        "evt_1/ab",
        "The event evt_1 (delivery.sent) did not reach https://… (entry 1 of events.urls), and is "
        f"not sent there any more: {BROKEN} See: mlcollage events list",
    ),
    (
        upkeep.HookGone("https://… (entry 1 of events.urls)", "ab", AT),
        f"gone/ab/{AT.isoformat()}",
        "https://… (entry 1 of events.urls) answered that it takes no more events: none is sent "
        "there now. Take it out of events.urls; if it is to get them again: mlcollage events test",
    ),
    (
        gone.SeriesGone("weekly", "4 collages in its queue", ("monthly",)),
        "weekly/gone/monthly",
        "The database has the series weekly (4 collages in its queue), and the configuration "
        "does not know it. If it is called monthly now: mlcollage series rename weekly monthly. "
        "If it is missing by mistake, put [series.weekly] back. "
        "If it is to be gone: mlcollage series retire weekly",
    ),
    (
        gone.SeriesGone("weekly", "29 out"),
        "weekly/gone/",
        "The database has the series weekly (29 out), and the configuration does not know it. "
        "If it was renamed: mlcollage series rename weekly NEW. "
        "If it is missing by mistake, put [series.weekly] back. "
        "If it is to be gone: mlcollage series retire weekly",
    ),
    (
        gone.SeriesGone("weekly", "29 out", ("a", "b")),
        "weekly/gone/a,b",
        "The database has the series weekly (29 out), and the configuration does not know it. "
        "If it is one of a or b now: mlcollage series rename weekly NEW. "
        "If it is missing by mistake, put [series.weekly] back. "
        "If it is to be gone: mlcollage series retire weekly",
    ),
    (
        gone.SeriesSwapped("a", "b", "UTC | monday 15:00"),
        "a/b/UTC | monday 15:00",
        "The configuration gives a the slots that b had, and b those of a: were their names "
        "swapped? If they were, and the queues are to follow: mlcollage series rename a b --swap",
    ),
    (
        gone.AccountMissing("x", 2, ("lab-x",)),
        "account-x/lab-x",
        "The configuration does not know the account x, to which 2 threads are on the way. Put "
        "[accounts.x] back; if it has another name now: mlcollage accounts rename x lab-x",
    ),
    (
        gone.AccountMissing("x", 1),
        "account-x/",
        "The configuration does not know the account x, to which 1 thread is on the way. Put "
        "[accounts.x] back; if it has another name now: mlcollage accounts rename x NEW",
    ),
    (
        upkeep.Exposed("/srv/my bot/config.toml", "keys or passwords"),
        "/srv/my bot/config.toml",
        "/srv/my bot/config.toml holds keys or passwords, and other users of this machine can open "
        "it. Run: chmod 600 '/srv/my bot/config.toml'",
    ),
    (
        upkeep.NoWords("weekly", "pl", ("authors", "summary")),
        "weekly/pl",
        "There are no phrases in the language pl yet: on the posts and pages of weekly these are "
        "English: authors, summary. Give them under [series.weekly.words] and "
        "[series.weekly.roundup]; docs/templates.md lists all.",
    ),
    (
        upkeep.NoWords("weekly", "pl", tuple("abcdefgh")),
        "weekly/pl",
        "There are no phrases in the language pl yet: on the posts and pages of weekly these are "
        "English: a, b, c, d, e, f and 2 more. Give them under [series.weekly.words] and "
        "[series.weekly.roundup]; docs/templates.md lists all.",
    ),
    (
        upkeep.StrangeInOutbox("/srv/outbox", ("'pipe' is no folder", "'old' does not begin")),
        "/srv/outbox/d7b2b94bf40dbf94",
        "The outbox /srv/outbox holds what is no thread, and it is passed over: "
        "'pipe' is no folder; 'old' does not begin. Move it elsewhere.",
    ),
    (
        upkeep.StrangeInOutbox("/srv/outbox", ("a b",) * 9),
        "/srv/outbox/20651d165c56d51c",
        "The outbox /srv/outbox holds what is no thread, and it is passed over: "
        "a b; a b; a b; a b; a b; and 4 more. Move it elsewhere.",
    ),
    (
        upkeep.Upgraded("queue-before.db", "/bot/backups/queue-before.db"),
        "queue-before.db",
        "The database was brought to this version of mlcollage; "
        "as it was before it is kept in /bot/backups/queue-before.db.",
    ),
    (
        upkeep.Restored("a backup of 2021-08-03 12:00 UTC", 0, AT),
        "2021-08-04T13:00:00+00:00",
        "This database was restored from a backup of 2021-08-03 12:00 UTC. What went out since "
        "then is not known here: before a thread begins, its account's own posts are read, so "
        "that nothing goes out twice.",
    ),
    (
        upkeep.Restored("a backup of 2021-08-03 12:00 UTC", 1, AT),
        "2021-08-04T13:00:00+00:00",
        "This database was restored from a backup of 2021-08-03 12:00 UTC. What went out since "
        "then is not known here: before a thread begins, its account's own posts are read, so "
        "that nothing goes out twice. 1 thread that had begun is looked for first.",
    ),
    (
        upkeep.Restored("a backup of 2021-08-03 12:00 UTC", 2, AT),
        "2021-08-04T13:00:00+00:00",
        "This database was restored from a backup of 2021-08-03 12:00 UTC. What went out since "
        "then is not known here: before a thread begins, its account's own posts are read, so "
        "that nothing goes out twice. 2 threads that had begun are looked for first.",
    ),
]
ENTRIES = [entry for entry, _, _ in SAMPLES]
HOSTILE = "one\ntwo\r\nthree\ttab \x1b[31mred\x00 \ud800 \u2028end \x85."


def named(value: object) -> str:
    return type(value).__name__ if isinstance(value, Entry) else ""


def hostile(entry: Entry) -> Entry:
    """The same notice, with control characters in every fact that is text."""
    changed: dict[str, object] = {}
    for name, value in vars(entry).items():
        if type(value) is str:
            changed[name] = value + HOSTILE
        elif isinstance(value, Likely):
            changed[name] = value._replace(difference=value.difference + HOSTILE)
        elif isinstance(value, Mismatch):
            changed[name] = Mismatch(*(each + HOSTILE for each in value))
        elif isinstance(value, tuple) and not isinstance(value, Delivery):
            changed[name] = tuple(each + HOSTILE for each in value)
        elif isinstance(value, Delivery):
            changed[name] = value._replace(note=value.note + HOSTILE)
    return replace(entry, **changed)


def controls(text: str) -> list[str]:
    unwanted = {"Cc", "Cs", "Zl", "Zp"}
    return [char for char in text if unicodedata.category(char) in unwanted]


@pytest.mark.parametrize(("entry", "key", "text"), SAMPLES, ids=named)
def test_a_notice_has_this_key_and_says_this(entry: Entry, key: str, text: str) -> None:
    assert (entry.key, entry.text) == (key, text)


def test_every_notice_of_the_catalogue_is_looked_at_here_and_every_kind_has_one() -> None:
    catalogue = {
        each.__name__
        for each in Entry.__subclasses__()
        if each.__module__.startswith("bot.core.notices.")
    }
    assert {type(entry).__name__ for entry in ENTRIES} == catalogue
    assert {entry.kind for entry in ENTRIES} == set(Kind)


def test_different_notices_of_a_kind_have_different_keys() -> None:
    """Apart from those whose key is the moment, when only one of them can be made."""
    classes: dict[tuple[Kind, str], set[str]] = {}
    for entry in ENTRIES:
        classes.setdefault((entry.kind, entry.key), set()).add(type(entry).__name__)
    shared = [names for names in classes.values() if len(names) > 1]
    assert sorted(map(sorted, shared)) == [
        ["AccountGone", "AccountHeld", "AnotherIdentity", "StrangePosts"],
        ["CollageBack", "DeliveryHeld"],
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_the_same_facts_make_the_same_notice(entry: Entry) -> None:
    again = replace(entry)
    assert again == entry
    assert (again.kind, again.key, again.text) == (entry.kind, entry.key, entry.text)


def test_a_notice_is_made_from_all_its_facts_and_no_others() -> None:
    assert overdue.SlotOverdue("weekly", AT, zone=ZONE) == overdue.SlotOverdue(
        "weekly", AT, ZONE, 0
    )
    for given, more in (((), {}), (("x", "y"), {}), (("x",), {"at": AT}), ((), {"name": "x"})):
        with pytest.raises(TypeError):
            accounts.AccountGoneUncertain(*given, **more)


def test_what_was_said_stays_as_it_is() -> None:
    gone = accounts.AccountGoneUncertain("x")
    with pytest.raises(AttributeError):
        gone.account = "y"
    assert gone == accounts.AccountGoneUncertain("x")
    assert gone != accounts.AccountGoneUncertain("y")
    assert repr(gone) == "AccountGoneUncertain(account='x')"


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_a_notice_is_one_line_whatever_its_facts_hold(entry: Entry) -> None:
    told = hostile(entry)
    assert controls(told.text) == []
    assert controls(told.details.replace("\n", "")) == []


@pytest.mark.parametrize(
    "entry",
    [
        roundups.RoundupStuck("weekly", "2021-09", HOSTILE),
        pages.CoverNotMade("weekly", "2021-09", HOSTILE),
        upkeep.Upgraded(HOSTILE, HOSTILE),
    ],
    ids=named,
)
def test_a_key_that_holds_foreign_words_can_be_written_down(entry: Entry) -> None:
    assert controls(entry.key) == []


def test_what_cannot_be_printed_is_a_space_or_an_escape() -> None:
    held = accounts.AccountHeld("x", "a\nb\tc\x1b[0m\x00\ud800 ,\u3000。", AT)
    assert held.text == f"Account x is held: a b c\\x1b[0m\\x00\\ud800 ,\u3000。 Then: {RELEASE}"


def test_a_briefings_details_keep_their_lines() -> None:
    told = replace(BRIEFING, lines=("first", "a post\nof two\x07 lines", ""))
    assert told.details == "first\na post\nof two\\x07 lines\n"


# What to do

GOES_ON_BY_ITSELF = {"AccountHeldUntil"}
"""Held for a time: nothing is asked of anybody, and the sentence says until when."""


@pytest.mark.parametrize("entry", [each for each in ENTRIES if each.is_trouble], ids=named)
def test_trouble_says_what_to_do(entry: Entry) -> None:
    assert entry.advice or type(entry).__name__ in GOES_ON_BY_ITSELF


def test_a_person_is_asked_by_these_kinds_and_by_a_briefing_that_needs_somebody() -> None:
    asked = {entry.kind for entry in ENTRIES if entry.is_trouble}
    assert asked == TROUBLE | {Kind.BRIEF}
    well, unwanted = BRIEFING, replace(BRIEFING, wrong=("No.",), is_wanted=False)
    wrong = replace(BRIEFING, wrong=("x is held.",))
    assert [entry.needs_nobody for entry in (well, unwanted, wrong)] == [True, True, False]
    assert [entry.is_trouble for entry in (well, unwanted, wrong)] == [False, False, True]
    assert not any(entry.needs_nobody for entry in ENTRIES if entry.kind is not Kind.BRIEF)


@pytest.mark.parametrize("entry", [each for each in ENTRIES if each.command], ids=named)
def test_the_command_that_is_named_is_in_the_advice(entry: Entry) -> None:
    assert entry.command in entry.advice


def can_be_typed(line: str) -> bool:
    """Whether the command is there and takes these arguments and options; nothing is run."""
    command, words = cli.main, shlex.split(line)[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, line
        command = found
    with command.make_context(line, words):
        return True


COMMANDS = sorted(
    {
        line
        for entry in ENTRIES
        # A command goes on until the end, a comma, or the end of its sentence.
        for line in re.findall(
            r"mlcollage(?! post there| [^a-z])(?: [^\s,]*[^\s,.](?=[\s.,]|$))+", entry.text
        )
    }
)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_a_notice_names_can_be_typed(line: str) -> None:
    assert can_be_typed(line)


def test_no_command_a_notice_names_is_overlooked() -> None:
    assert {entry.command for entry in ENTRIES} - {""} <= set(COMMANDS)


def test_a_person_may_also_say_that_it_was_not_posted() -> None:
    assert can_be_typed("mlcollage deliveries resolve 12 --not-posted")


# The table in docs/trouble.md

TABLE = (ROOT / "docs/trouble.md").read_text(encoding="utf-8").partition("## Every notice")[2]
ROWS = re.findall(r"^\| (?!kind )(\w[\w ]*) \| (.+) \| .+ \|$", TABLE, re.MULTILINE)
"""Kind and sentence, in which "…" stands for facts."""


def row_says(sentence: str, text: str) -> bool:
    return re.fullmatch(re.escape(sentence).replace("…", ".+"), text) is not None


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_the_documents_table_has_the_notice(entry: Entry) -> None:
    assert [row for row in ROWS if row[0] == entry.kind and row_says(row[1], entry.text)]


@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_the_documents_table_has_nothing_that_is_not_said(row: tuple[str, str]) -> None:
    kind, sentence = row
    assert [entry for entry in ENTRIES if entry.kind == kind and row_says(sentence, entry.text)]
