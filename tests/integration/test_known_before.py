"""What a network would refuse is known when a collage is added, made ready, looked ahead at and
briefed about; no slot finds out first.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import Series
from bot.context import Context
from bot.core.collage import Collage, State
from bot.core.errors import NotAllowed
from bot.core.notices.entry import Kind
from bot.deciding import candidates, coming, descriptions, queue_changes
from bot.intake import accept
from bot.intake.accept import Arrival, Taken
from bot.pictures import read
from bot.scheduling import tick
from bot.watching import briefing
from tests.conftest import StoppedClock, make_context, png, write_item

pytestmark = pytest.mark.slow_on_postgresql

SLOT = datetime(2021, 8, 4, 15, tzinfo=UTC)
REFUSED = (
    "big for outbox: its picture big.png has 9,000 × 4 pixels, and made as small as X takes it, "
    "its shorter side has fewer than 4; export it in another shape."
)


@pytest.fixture
def context(tmp_path: Path, clock: StoppedClock, database_url: str) -> Iterator[Context]:
    """A running bot, in a rehearsal with an outbox that composes as X does."""
    made = make_context(tmp_path / "bot", clock=clock, url=database_url)
    tick.tick(made)
    yield made
    made.database.close()


@pytest.fixture
def series(context: Context) -> Series:
    return context.config.series["mlcollage"]


def add(context: Context, name: str, *, draft: bool = False, **more: object) -> Taken:
    """Add an item; `big` has a picture that X refuses."""
    file = write_item(context.config.folder, name, **more)
    if name == "big":
        file.with_suffix(".png").write_bytes(png(size=(9_000, 4)))
    (taken,) = accept.take(
        context, context.config.series["mlcollage"], [accept.from_file(file)], draft=draft
    )
    return taken


def collage(context: Context, name: str) -> Collage:
    with context.read() as work:
        return work.queue.get("mlcollage", name)


def insist(context: Context, name: str) -> None:
    """Make ready what cannot go out, as a change of templates would leave it."""
    with context.write() as work:
        work.queue.change_state(work.queue.get("mlcollage", name), State.READY)


def smaller(context: Context, series: Series, name: str) -> Taken:
    """Give a collage a picture that is taken."""
    item = collage(context, name)
    arrival = Arrival(item, read.check(png(), "small.png"))
    return queue_changes.edit(context, series, item, arrival).taken


def brief(context: Context, clock: StoppedClock) -> str:
    clock.at = SLOT - timedelta(hours=20)
    briefing.give(context)
    [notice] = [one for one in tick.unheard(context) if one.kind is Kind.BRIEF]
    return notice.text


def test_what_would_be_refused_is_added_as_a_draft_that_says_why(context: Context) -> None:
    taken = add(context, "big")
    assert taken.problems == (REFUSED,)
    assert taken.missing == ()
    assert (taken.collage.state, taken.collage.note) == (State.DRAFT, REFUSED)


def test_what_is_to_be_a_draft_is_told_of_and_not_kept_back(
    context: Context, clock: StoppedClock
) -> None:
    taken = add(context, "big", draft=True)
    assert (taken.problems, taken.collage.note) == ((REFUSED,), "")
    add(context, "small")
    assert brief(context, clock).endswith("small [1/52] goes to outbox; all is well.")


def test_ready_means_that_it_can_go_out(context: Context, series: Series) -> None:
    add(context, "big")
    with pytest.raises(NotAllowed) as caught:
        queue_changes.make_ready(context, series, ["big"])
    assert str(caught.value) == (f"big cannot go out. {REFUSED} Change it with: mlcollage edit big")
    assert smaller(context, series, "big").problems == ()
    assert collage(context, "big").note == ""
    queue_changes.make_ready(context, series, ["big"])
    assert collage(context, "big").state is State.READY


def test_an_edit_that_would_be_refused_makes_a_draft_of_it(
    context: Context, series: Series
) -> None:
    add(context, "small")
    item = collage(context, "small")
    picture = read.check(png(size=(9_000, 4)), "big.png")
    taken = queue_changes.edit(context, series, item, Arrival(item, picture)).taken
    assert len(taken.problems) == 1
    assert (taken.collage.state, taken.collage.note) == (State.DRAFT, taken.problems[0])


def test_what_is_released_and_would_be_refused_is_a_draft(context: Context, series: Series) -> None:
    add(context, "big")
    insist(context, "big")
    queue_changes.hold(context, series, "big")
    assert queue_changes.release(context, series, "big").problems == (REFUSED,)
    assert (collage(context, "big").state, collage(context, "big").note) == (State.DRAFT, REFUSED)


def test_next_passes_over_what_a_slot_would_hold_and_names_it(
    context: Context, series: Series
) -> None:
    add(context, "big")
    insist(context, "big")
    add(context, "small")
    ahead = coming.look(context, series, 2)
    taken = [(slot.collage and slot.collage.name, slot.number) for slot in ahead.slots]
    assert taken == [("small", 1), (None, None)]
    assert ahead.stopped == (("big", State.READY, (REFUSED,)),)
    described = descriptions.coming(series, ahead)["stopped"]
    assert described == [{"name": "big", "state": "ready", "problems": [REFUSED]}]


def test_next_names_the_drafts_that_are_kept_back(context: Context, series: Series) -> None:
    add(context, "big")
    add(context, "lacking", alt=None)
    assert coming.look(context, series, 1).stopped == (("big", State.DRAFT, (REFUSED,)),)


def test_a_preview_shows_the_thread_with_all_that_is_wrong_with_it(
    context: Context, series: Series
) -> None:
    add(context, "big", thread='["#mlcollage $AAPL and $MSFT", "Two."]')
    item = collage(context, "big")
    _, [thread] = candidates.preview(context, series, item, series.accounts)
    assert thread.problems == (
        REFUSED,
        "big for outbox: part 1 has 2 cashtags ($AAPL, $MSFT), and X takes 1 a post; "
        "write them otherwise in entry 1 of its thread.",
    )
    assert len(thread.parts) == 3
    assert thread.cost is None


def test_the_briefing_says_what_would_be_held_and_the_slot_takes_the_next_one(
    context: Context, clock: StoppedClock
) -> None:
    add(context, "big")
    insist(context, "big")
    add(context, "small")
    said = brief(context, clock)
    assert f"small [1/52] goes to outbox; big would be held: {REFUSED}" in said
    clock.at = SLOT
    heard = [notice.kind for notice in tick.tick(context)]
    assert heard == [Kind.HELD, Kind.DRY]
    assert collage(context, "big").state is State.HELD
    assert (collage(context, "small").state, collage(context, "small").number) == (State.POSTED, 1)


def test_the_briefing_names_a_draft_that_is_kept_back_before_the_slot_s_collage(
    context: Context, series: Series, clock: StoppedClock
) -> None:
    add(context, "big")
    add(context, "small")
    assert brief(context, clock).endswith(
        f"small [1/52] goes to outbox; big stays behind as a draft: {REFUSED} "
        "Then: mlcollage ready big"
    )


def test_a_draft_behind_the_slot_s_collage_is_no_matter_of_this_slot(
    context: Context, clock: StoppedClock
) -> None:
    add(context, "small")
    add(context, "big")
    assert brief(context, clock).endswith("all is well.")


def test_a_problem_of_one_account_keeps_the_collage_from_all(
    tmp_path: Path, clock: StoppedClock
) -> None:
    accounts = (
        '[accounts.long]\nnetwork = "outbox"\nlike = "mastodon"\nfolder = "long"\n'
        '[accounts.short]\nnetwork = "outbox"\nlike = "x"\n'
    )
    context = make_context(tmp_path / "two", accounts, clock)
    tick.tick(context)
    title = "word " * 60
    [problem] = add(context, "wordy", title=f'"{title.strip()}"').problems
    assert problem.startswith("wordy for short: its first part, without a word of the paragraph,")
    assert problem.endswith("too many); shorten its title.")
    context.database.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title": f'"{"x" * 300}"'}, "too many); shorten its title."),
        ({"authors": f'["A {"x" * 190}", "B {"y" * 190}"]'}, "too many); shorten its authors."),
        (
            {"thread": f'["#mlcollage", "{"x" * 281}"]'},
            "part 2 has 281 of 280 characters (1 too many); shorten entry 2 of its thread.",
        ),
        (
            {"title": '"A\ufffeB"'},
            "part 1 holds the character U+FFFE, which X refuses; remove it from its title.",
        ),
        ({"thread": '["One."]'}, "no part holds the hashtag #mlcollage"),
        (
            {"thread": '["#mlcollage", "Same.", "Same."]'},
            "part 3 has the same text as part 2, and X refuses the same text again; "
            "change entry 3 of its thread.",
        ),
    ],
)
def test_the_field_to_change_is_named(
    context: Context, given: dict[str, object], said: str
) -> None:
    problems = add(context, "odd", **given).problems
    assert any(said in problem for problem in problems), problems


def test_what_stands_in_the_paragraph_is_named_as_such(context: Context, series: Series) -> None:
    item = replace(add(context, "odd").collage, paragraph="$AAPL and $MSFT rise. And fall.")
    problems = queue_changes.edit(context, series, item, Arrival(item)).taken.problems
    assert problems[0].endswith("write them otherwise in its paragraph.")


def test_a_template_that_makes_a_part_too_long_is_named(context: Context) -> None:
    own = context.config.folder / "templates/posts/collage/first.txt"
    own.parent.mkdir(parents=True)
    own.write_text("{{ hashtag }} {{ 'x' * 300 }}", encoding="utf-8")
    [problem] = add(context, "odd").problems
    assert problem.endswith("shorten the template posts/collage/first.txt.")


# The field to change


def configured(tmp_path: Path, clock: StoppedClock, settings: str) -> Context:
    made = make_context(tmp_path / "other", settings, clock)
    tick.tick(made)
    return made


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (f'hashtag = "#{"m" * 230}"', "the hashtag under [series.mlcollage]."),
        (f'hashtag = "#{"m" * 290}"', "the hashtag under [series.mlcollage]."),
        (f'title = "{"Collage " * 32}"', "the title under [series.mlcollage]."),
        (
            f'numbering = {{ format = "{{n}}/{"5" * 250}" }}',
            "the format under [series.mlcollage.numbering].",
        ),
    ],
)
def test_what_the_series_puts_into_every_thread_is_named(
    tmp_path: Path, clock: StoppedClock, settings: str, said: str
) -> None:
    made = configured(tmp_path, clock, f"[series.mlcollage]\n{settings}\n")
    authors = '["Adalbert Longname", "Bertram Othername"]'
    problems = add(made, "odd", authors=authors).problems
    assert [problem.rpartition("; shorten ")[2] for problem in problems] == [said]
    made.database.close()


def test_the_alt_text_is_not_blamed_for_what_the_text_holds(context: Context) -> None:
    alt = '"Tickers $AAPL and $MSFT are drawn in an alt text that is longer than all else."'
    [problem] = add(context, "odd", title='"Buy $AAPL or $MSFT now"', alt=alt).problems
    assert problem.endswith("write them otherwise in its title.")


def test_a_cashtag_is_looked_for_in_what_its_own_part_is_made_of(
    context: Context, series: Series
) -> None:
    item = replace(
        add(context, "odd", title='"About $AAPL shares"').collage,
        paragraph="Trade with $MSFT only.",
    )
    [problem] = queue_changes.edit(context, series, item, Arrival(item)).taken.problems
    assert problem.endswith("write them otherwise in its paragraph.")


def test_an_entry_of_the_thread_is_named_by_its_place(context: Context) -> None:
    thread = f'["#mlcollage", "Look", "Look {"x" * 280}"]'
    [problem] = add(context, "odd", thread=thread).problems
    assert "part 3 has 285 of 280 characters" in problem
    assert problem.endswith("shorten entry 3 of its thread.")


def test_of_parts_that_are_the_same_each_later_one_is_told_of_once(context: Context) -> None:
    thread = '["#mlcollage", "Same.", "Other.", "Same.", "Same."]'
    told = add(context, "odd", thread=thread).problems
    assert [problem.partition("has the same text as ")[2][:6] for problem in told] == ["part 2"] * 2
    assert [problem.rpartition("change ")[2] for problem in told] == [
        "entry 4 of its thread.",
        "entry 5 of its thread.",
    ]


def test_with_markers_the_field_is_found_as_well(tmp_path: Path, clock: StoppedClock) -> None:
    made = configured(tmp_path, clock, "[series.mlcollage]\nmarkers = true\n")
    [problem] = add(made, "odd", title='"Buy $AAPL or $MSFT now"').problems
    assert problem.endswith("write them otherwise in its title.")
    made.database.close()


# What nobody can see


INVISIBLE = "\u200b\u00ad\u2060\ufffe\u3164\ufe0f\u2800 \u00a0"


def test_an_alt_text_that_shows_nothing_is_lacking(context: Context) -> None:
    for name, sign in zip("abcdefghi", INVISIBLE, strict=True):
        taken = add(context, name, alt=f'"{sign}{sign}"')
        assert (taken.missing, taken.collage.state) == (("alt text",), State.DRAFT), ascii(sign)


def test_fields_that_show_nothing_are_lacking(context: Context, series: Series) -> None:
    blank = f'"{INVISIBLE}"'
    taken = add(context, "odd", title=blank, authors=f"[{blank}]")
    assert taken.missing == ("a title", "authors")
    item = replace(add(context, "other").collage, paragraph=INVISIBLE)
    taken = queue_changes.edit(context, series, item, Arrival(item)).taken
    assert (taken.missing, taken.collage.state) == (("a paragraph",), State.DRAFT)


def test_entries_of_a_thread_that_show_nothing_are_left_out_and_told_of(context: Context) -> None:
    taken = add(context, "odd", thread='["#mlcollage", "", "\\u200b", "Four."]')
    assert taken.collage.thread == ("#mlcollage", "Four.")
    assert taken.remarks == (
        "entry 2 of its thread is empty and was left out",
        "entry 3 of its thread is empty and was left out",
    )


def test_an_alt_text_with_what_is_no_character_is_told(context: Context) -> None:
    for name, sign in (("one", "fffe"), ("two", "ffff")):
        [problem] = add(context, name, alt=f'"A \\u{sign} bell"').problems
        assert problem == (
            f"{name} for outbox: its alt text holds the character U+{sign.upper()}, "
            "which X refuses; remove it."
        )


def test_what_turns_the_direction_is_named_in_texts_and_alt_text(context: Context) -> None:
    title = '"A \\u2066B\\u2069 \\u2066C\\u2069"'
    item = add(context, "odd", title=title, alt='"A \\u202e bell"').collage
    series = context.config.series["mlcollage"]
    _, [thread] = candidates.preview(context, series, item, series.accounts)
    assert thread.notes == (
        "its title holds characters that nobody sees (U+2066, U+2069); they are left out",
        "its alt text holds characters that nobody sees (U+202E); they are left out",
    )
    assert "A B C" in thread.parts[0].text
    assert thread.parts[0].image is not None
    assert thread.parts[0].image.alt == "A bell"
