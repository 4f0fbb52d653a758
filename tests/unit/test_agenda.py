"""The agenda: what becomes of each slot, with which collage and which number."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import agenda
from bot.core.agenda import Snapshot, Supply, Waiting
from bot.core.numbering import Numbering
from bot.core.schedule import STEP, SlotState, Timetable, Weekly

WEDNESDAY, FRIDAY = Weekly(2, time(15)), Weekly(4, time(15))
YEARLY, NEVER = Numbering(), Numbering(restart="never", first=29)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(*slots: Weekly, blackout: tuple[tuple[date, date], ...] = ()) -> Timetable:
    return Timetable(ZoneInfo("UTC"), slots or (WEDNESDAY,), blackout)


def queue(*items: str) -> tuple[Waiting, ...]:
    """ "moco", or "moco@2021-08-04" with its pin, or "moco#31" with the number it brought along."""
    made = []
    for place, text in enumerate(items, 1):
        text, _, number = text.partition("#")
        name, _, day = text.partition("@")
        pinned_on = date.fromisoformat(day) if day else None
        made.append(Waiting(place, name, pinned_on, int(number) if number else None))
    return tuple(made)


def series(*items: str, now: str = "2021-08-02 09:00", **more: object) -> Snapshot:
    """A weekly series with these collages ready, that has looked until now."""
    ready = queue(*items)
    plain = Snapshot(
        series_id=1,
        roundups_through="2021-08",
        timetable=weekly(),
        numbering=YEARLY,
        lateness=timedelta(hours=48),
        now=utc(now),
        looked_until=utc(now) - STEP,
        ready=ready,
        kept={item.id: item.kept_number for item in ready if item.kept_number is not None},
    )
    return replace(plain, **more)


def said(snapshot: Snapshot, count: int, without: tuple[int, ...] = ()) -> list[str]:
    """The first lines: the day, then the collage and its number, or what else becomes of it."""
    found = []
    for line in islice(agenda.lines(snapshot, without), count):
        what = f"{line.collage.name} {line.number}" if line.collage else str(line.state)
        found.append(f"{line.slot.local_on:%m-%d} {what}")
    return found


# The queue


def test_each_slot_takes_the_first_collage_and_the_next_number_until_none_is_left() -> None:
    assert said(series("barlow", "moco"), 4) == [
        "08-04 barlow 1",
        "08-11 moco 2",
        "08-18 empty",
        "08-25 empty",
    ]


def test_an_empty_queue_leaves_every_slot_empty() -> None:
    assert said(series(), 2) == ["08-04 empty", "08-11 empty"]


def test_a_series_without_slots_has_no_lines() -> None:
    bare = series("barlow", timetable=Timetable(ZoneInfo("UTC"), ()))
    assert said(bare, 5) == []
    assert agenda.number_of(bare, bare.ready[0]) == 1


def test_a_line_that_takes_a_collage_says_claimed_and_has_its_numbering_year() -> None:
    first, second = islice(agenda.lines(series("barlow")), 2)
    assert (first.state, first.year, first.is_settled) == (SlotState.CLAIMED, 2021, False)
    assert (second.state, second.collage, second.number) == (SlotState.EMPTY, None, None)


def test_what_cannot_be_composed_is_passed_over_and_its_number_goes_to_the_next() -> None:
    assert said(series("barlow", "moco"), 2, without=(1,)) == ["08-04 moco 1", "08-11 empty"]


# Where it begins


def test_what_lies_before_the_series_looks_is_not_on_the_agenda() -> None:
    start = utc("2021-08-04 15:00")
    looked = series("barlow", now="2021-08-04 15:30", looked_until=start)
    assert said(looked, 1) == ["08-11 barlow 1"]
    just = series("barlow", now="2021-08-04 15:30", looked_until=start - STEP)
    assert said(just, 1) == ["08-04 barlow 1"], "a slot at the very instant it looks from"


def test_nothing_is_lost_where_the_clock_was_set_back_behind_what_is_settled() -> None:
    ahead = series("barlow", looked_until=utc("2021-08-11 15:00"))
    assert said(ahead, 1) == ["08-18 barlow 1"]
    assert agenda.due(ahead) == []


# Late slots


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2021-08-04 14:59", []),
        ("2021-08-04 15:00", ["08-04 barlow"]),
        ("2021-08-06 15:00", ["08-04 barlow"]),
        ("2021-08-06 15:01", ["08-04 missed"]),
        ("2021-08-12 15:00", ["08-04 missed", "08-11 barlow"]),
        ("2021-08-19 09:00", ["08-04 missed", "08-11 missed", "08-18 barlow"]),
        ("2021-08-24 09:00", ["08-04 missed", "08-11 missed", "08-18 missed"]),
    ],
)
def test_of_the_due_slots_the_newest_within_the_limit_is_done_and_the_others_are_missed(
    now: str, expected: list[str]
) -> None:
    found = series("barlow", now=now, looked_until=utc("2021-08-02"))
    lines = [
        f"{line.slot.local_on:%m-%d} {line.collage.name if line.collage else line.state}"
        for line in agenda.due(found)
    ]
    assert lines == expected


def test_of_two_slots_within_the_limit_only_the_newer_one_is_done() -> None:
    twice = series("barlow", now="2021-08-06 14:00", looked_until=utc("2021-08-02"))
    daily = weekly(WEDNESDAY, Weekly(3, time(15)))
    assert said(replace(twice, timetable=daily), 2) == ["08-04 missed", "08-05 barlow 1"]


def test_a_settled_slot_is_not_due_and_makes_no_other_late() -> None:
    found = series(
        "barlow",
        now="2021-08-05 16:00",
        timetable=weekly(WEDNESDAY, Weekly(3, time(15))),
        looked_until=utc("2021-08-02"),
        settled={utc("2021-08-05 15:00"): SlotState.SKIPPED},
    )
    [line] = agenda.due(found)
    assert (line.slot.local_on.day, line.state) == (4, SlotState.CLAIMED)


# Skips, blackouts, pauses


def test_a_skipped_slot_takes_nothing_and_the_queue_waits_for_the_next() -> None:
    skipped = series("barlow", settled={utc("2021-08-04 15:00"): SlotState.SKIPPED})
    assert said(skipped, 2) == ["08-04 skipped", "08-11 barlow 1"]
    assert next(agenda.lines(skipped)).is_settled


def test_a_blackout_has_no_slots_at_all() -> None:
    dark = weekly(blackout=((date(2021, 8, 3), date(2021, 8, 12)),))
    assert said(series("barlow", timetable=dark), 1) == ["08-18 barlow 1"]


PAUSED = {"now": "2021-08-12 09:00", "looked_until": utc("2021-08-02")}


@pytest.mark.parametrize(
    ("paused_at", "paused_until", "expected"),
    [
        ("2021-08-03", None, ["08-04 paused", "08-11 paused", "08-18 paused"]),
        ("2021-08-05", None, ["08-04 missed", "08-11 paused", "08-18 paused"]),
        ("2021-08-12", None, ["08-04 missed", "08-11 missed", "08-18 paused"]),
        ("2021-08-03", "2021-08-10", ["08-04 paused", "08-11 barlow 1", "08-18 empty"]),
        ("2021-08-05", "2021-08-10", ["08-04 missed", "08-11 barlow 1", "08-18 empty"]),
        ("2021-08-05", "2021-08-18", ["08-04 missed", "08-11 paused", "08-18 barlow 1"]),
    ],
)
def test_what_a_pause_finds_unsettled_is_missed_and_what_falls_into_it_paused(
    paused_at: str, paused_until: str | None, expected: list[str]
) -> None:
    until = utc(paused_until) if paused_until else None
    found = series("barlow", **PAUSED, paused_at=utc(paused_at), paused_until=until)
    assert said(found, 3) == expected


def test_a_slot_at_the_instant_a_pause_ends_is_not_paused() -> None:
    until = utc("2021-08-04 15:00")
    found = series("barlow", paused_at=utc("2021-08-02 08:00"), paused_until=until)
    assert said(found, 1) == ["08-04 barlow 1"]


def test_a_skipped_slot_in_a_pause_stays_skipped() -> None:
    settled = {utc("2021-08-04 15:00"): SlotState.SKIPPED}
    found = series("barlow", paused_at=utc("2021-08-02 08:00"), settled=settled)
    assert said(found, 2) == ["08-04 skipped", "08-11 paused"]


# Pins


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["barlow", "moco@2021-08-04"], ["08-04 moco 1", "08-11 barlow 2", "08-18 empty"]),
        (["moco@2021-08-11", "barlow"], ["08-04 barlow 1", "08-11 moco 2", "08-18 empty"]),
        (["moco@2021-08-18"], ["08-04 empty", "08-11 empty", "08-18 moco 1"]),
        # The day has no slot, or has passed: it is free in its place.
        (["barlow", "moco@2021-08-05"], ["08-04 barlow 1", "08-11 moco 2", "08-18 empty"]),
        (["moco@2021-07-28", "barlow"], ["08-04 moco 1", "08-11 barlow 2", "08-18 empty"]),
    ],
)
def test_a_pin_keeps_a_collage_for_its_day_and_no_longer(
    items: list[str], expected: list[str]
) -> None:
    assert said(series(*items), 3) == expected


def test_a_pin_to_a_day_that_takes_nothing_is_worth_no_more_than_its_place() -> None:
    missed = series(
        "barlow", "moco@2021-08-04", now="2021-08-09 09:00", looked_until=utc("2021-08-02")
    )
    assert said(missed, 3) == ["08-04 missed", "08-11 barlow 1", "08-18 moco 2"]


def test_on_a_day_with_two_slots_the_first_takes_what_is_pinned_to_it() -> None:
    twice = weekly(WEDNESDAY, Weekly(2, time(9)))
    found = series("barlow", "moco@2021-08-04", timetable=twice)
    assert said(found, 2) == ["08-04 moco 1", "08-04 barlow 2"]


# Numbers


def test_numbers_go_on_after_the_newest_of_their_year_and_begin_anew_with_the_next() -> None:
    december = series("barlow", "moco", "byol", now="2021-12-27 09:00", newest={2021: 51})
    assert said(december, 3) == ["12-29 barlow 52", "01-05 moco 1", "01-12 byol 2"]


def test_the_year_is_that_of_the_slots_own_local_day() -> None:
    kiritimati = Timetable(ZoneInfo("Pacific/Kiritimati"), (Weekly(5, time(1)),))
    found = series("barlow", now="2021-12-30 09:00", timetable=kiritimati, newest={2021: 51})
    line = next(agenda.lines(found))
    assert (line.slot.due_at.year, line.year, line.number) == (2021, 2022, 1)


def test_numbers_that_never_restart_go_on_through_the_turn_of_the_year() -> None:
    december = series(
        "barlow", "moco", now="2021-12-27 09:00", numbering=NEVER, newest={0: 51, 2021: 7}
    )
    assert said(december, 2) == ["12-29 barlow 52", "01-05 moco 53"]
    assert said(replace(december, newest={}), 2) == ["12-29 barlow 29", "01-05 moco 30"]


def test_a_kept_number_is_kept_and_the_others_count_on_behind_all_that_wait() -> None:
    found = series("barlow", "moco#31", "byol", newest={2021: 7})
    assert said(found, 3) == ["08-04 barlow 32", "08-11 moco 31", "08-18 byol 33"]


def test_a_number_that_a_draft_keeps_is_given_to_no_other() -> None:
    found = series("barlow", kept={99: 4}, newest={2021: 2})
    assert said(found, 1) == ["08-04 barlow 5"]


def test_a_kept_number_counts_in_the_year_in_which_it_was_taken_and_in_no_later_one() -> None:
    december = series("barlow#52", "moco", now="2021-12-27 09:00")
    assert said(december, 2) == ["12-29 barlow 52", "01-05 moco 1"]


def test_what_is_taken_before_all_others_gets_the_next_number_or_the_one_it_kept() -> None:
    found = series("barlow", "moco#31", newest={2021: 7})
    day = date(2021, 8, 3)
    assert agenda.number_for(found, found.ready[0], day) == (32, 2021)
    assert agenda.number_for(found, found.ready[1], day) == (31, 2021)
    assert agenda.number_for(found, found.ready[0], date(2022, 1, 3)) == (32, 2022)


# The number of one collage


def test_a_ready_collage_has_the_number_of_the_line_that_takes_it() -> None:
    found = series("barlow", "moco", "byol@2021-08-04", newest={2021: 7})
    assert [agenda.number_of(found, item) for item in found.ready] == [9, 10, 8]


def test_what_is_not_ready_gets_the_number_after_all_that_are() -> None:
    found = series("barlow", "moco", newest={2021: 7})
    assert agenda.number_of(found, Waiting(99, "draft")) == 10
    assert agenda.number_of(found, Waiting(99, "draft", kept_number=4)) == 4
    assert agenda.number_of(series(), Waiting(99, "draft")) == 1


def test_what_is_not_ready_gets_the_number_of_the_year_in_which_its_turn_comes() -> None:
    december = series("barlow", now="2021-12-27 09:00", newest={2021: 51})
    assert agenda.number_of(december, Waiting(99, "draft")) == 1


def test_a_pause_without_an_end_leaves_the_numbers_in_the_order_of_the_queue() -> None:
    found = series("barlow", "moco", paused_at=utc("2021-08-02 08:00"), newest={2021: 7})
    assert [agenda.number_of(found, item) for item in found.ready] == [8, 9]


def test_the_number_of_what_is_pinned_out_of_sight_is_the_next_one() -> None:
    found = series("barlow@2999-08-07", newest={2021: 7})
    assert agenda.number_of(found, found.ready[0]) == 8


# How far the queue goes


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["a", "b", "c", "d"], Supply(3, 3)),
        (["a", "b"], Supply(3, 2)),
        ([], Supply(3, 0)),
        # What waits for a later day fills none of these slots.
        (["a", "b", "c@2021-10-06"], Supply(3, 2)),
    ],
)
def test_the_supply_is_how_many_slots_of_a_span_get_a_collage(
    items: list[str], expected: Supply
) -> None:
    after, until = utc("2021-08-04 15:00"), utc("2021-08-25 15:00")
    looked = series(*items, looked_until=after)
    assert agenda.supply(looked, after, until) == expected


def test_slots_that_are_skipped_or_paused_want_nothing() -> None:
    after, until = utc("2021-08-04 15:00"), utc("2021-08-25 15:00")
    looked = series("barlow", looked_until=after)
    skipped = replace(looked, settled={utc("2021-08-11 15:00"): SlotState.SKIPPED})
    assert agenda.supply(skipped, after, until) == Supply(2, 1)
    paused = replace(looked, paused_at=after, paused_until=utc("2021-08-20"))
    assert agenda.supply(paused, after, until) == Supply(1, 1)


def test_after_a_claim_the_slot_is_settled_and_the_collage_gone() -> None:
    found = series("barlow", "moco", now="2021-08-04 15:00")
    [line] = agenda.due(found)
    later = found.after_claim(1, line.slot, (1, 2021))
    assert agenda.due(later) == []
    assert [item.name for item in later.ready] == ["moco"]


# For all queues

days = st.dates(date(2021, 8, 1), date(2021, 10, 30))
waiting = st.lists(st.tuples(st.none() | days, st.none() | st.integers(1, 99)), max_size=8)


@given(waiting, st.integers(0, 60), st.sampled_from([YEARLY, NEVER]))
def test_no_collage_is_taken_twice_none_is_lost_and_no_number_given_twice(
    items: list[tuple[date | None, int | None]], hours: int, numbering: Numbering
) -> None:
    kept = {number for _, number in items if number is not None}
    ready = tuple(
        Waiting(place, f"c{place}", pinned_on, kept.pop() if number in kept else None)
        for place, (pinned_on, number) in enumerate(items, 1)
    )
    found = series(
        now="2021-08-12 09:00",
        looked_until=utc("2021-08-12") - timedelta(hours=hours),
        numbering=numbering,
        timetable=weekly(WEDNESDAY, FRIDAY),
        ready=ready,
        kept={item.id: item.kept_number for item in ready if item.kept_number is not None},
    )
    ahead = [line for line in islice(agenda.lines(found), 40) if line.collage]
    assert sorted(line.collage.id for line in ahead) == [item.id for item in ready]
    numbers = [(line.year, line.number) for line in ahead]
    assert len(set(numbers)) == len(numbers)
    for line in ahead:
        assert line == agenda.at(found, line.slot.due_at)
        assert line.number == agenda.number_of(found, line.collage)


# Numbers past their total


THURSDAY = Weekly(3, time(15))


def past(now: str, newest: int | None = None, **more: object) -> tuple[str, int, int] | None:
    """The day, the number and the slots of the year that are to be told of."""
    taken = {} if newest is None else {utc(now).year: newest}
    snapshot = series(now=now, newest=taken, **{"timetable": weekly(THURSDAY), **more})
    found = agenda.past_total(snapshot)
    return found and (f"{found.slot.local_on}", found.number, found.slots)


@pytest.mark.parametrize(
    ("now", "newest", "expected"),
    [
        # 2026 has 53 Thursdays, the last one on its last day.
        ("2026-11-30 14:00", 48, None),
        ("2026-11-30 15:00", 48, ("2026-12-31", 53, 53)),
        ("2026-12-30 15:00", 52, ("2026-12-31", 53, 53)),
        # A slot that stayed empty took no number.
        ("2026-12-30 15:00", 51, None),
        ("2026-12-30 15:00", None, None),
        ("2025-12-20 15:00", 50, ("2026-12-31", 53, 53)),
    ],
)
def test_a_number_past_its_total_is_told_a_month_ahead(
    now: str, newest: int | None, expected: tuple[str, int, int] | None
) -> None:
    assert past(now, newest) == expected


def test_a_year_with_a_slot_too_many_is_told_a_month_before_it_begins() -> None:
    assert past("2025-11-30 15:00", 47) is None
    assert past("2025-12-02 15:00", 47) == ("2026-12-31", 53, 53)
    assert past("2025-12-02 15:00", 47, numbering=Numbering("{n}/53")) is None


@pytest.mark.parametrize(
    "more",
    [
        {"timetable": weekly(THURSDAY, blackout=((date(2026, 12, 24), date(2026, 12, 24)),))},
        {"settled": {utc("2026-12-24 15:00"): SlotState.SKIPPED}},
        {"numbering": Numbering("{n}/53")},
        {"numbering": Numbering("No. {n}")},
        {"numbering": Numbering("")},
    ],
)
def test_a_slot_left_out_or_another_total_puts_it_right(more: dict[str, object]) -> None:
    assert past("2026-12-05 12:00", 49) == ("2026-12-31", 53, 53)
    assert past("2026-12-05 12:00", 49, **more) is None


def test_numbers_that_never_restart_run_past_their_total_in_any_month() -> None:
    snapshot = series(
        now="2026-06-01 09:00",
        newest={0: 51},
        timetable=weekly(THURSDAY),
        numbering=Numbering(restart="never"),
    )
    found = agenda.past_total(snapshot)
    assert found
    assert (found.number, f"{found.slot.local_on}") == (53, "2026-06-11")


@pytest.mark.parametrize(
    ("format", "total"),
    [("{n}/52", 52), ("{n} von 52", 52), ("#{n}", None), ("", None), ("52: {n}", None)],
)
def test_the_total_is_what_follows_the_number(format: str, total: int | None) -> None:
    assert Numbering(format).total == total
