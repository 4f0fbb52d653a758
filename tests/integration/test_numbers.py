"""Numbers after imported history: which comes next, and what a person is told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.config import Series
from bot.context import Context
from bot.core.errors import NotAllowed
from bot.core.numbering import Numbering
from bot.deciding import coming, deliveries, doctor, queue_changes
from bot.intake import accept, article, numbers
from bot.intake.accept import Import
from tests.conftest import StoppedClock, make_context, write_item

PAPER = """## ‘Paper {n} of {month}’

*Authors: Adams et al. ({year})* | 📝 [Paper](https://arxiv.org/abs/{year}.{n:05})

**One paragraph summary:** It says {n}.

![A chart]({n}.png)

ML-Collage [{printed}]: Figures by the authors | 📝 [Paper](https://arxiv.org/abs/{year}.{n:05})
"""


@pytest.fixture
def context(tmp_path: Path, database_url: str, clock: StoppedClock) -> Iterator[Context]:
    """A series in September 2021, with slots on Wednesdays."""
    clock.at = datetime(2021, 9, 6, 9, tzinfo=UTC)
    made = make_context(tmp_path / "bot", clock=clock, url=database_url)
    yield made
    made.database.close()


@pytest.fixture
def series(context: Context) -> Series:
    return context.config.series["mlcollage"]


def roundup(tmp_path: Path, month: str, *printed: str, year: int = 2021) -> article.Article:
    """A published roundup that shows these numbers."""
    papers = [
        PAPER.format(n=1000 * len(month) + place, month=month, year=year, printed=number)
        for place, number in enumerate(printed)
    ]
    title = f"# {len(printed)} Deep Learning Papers to Read in {month} {year}\n\n"
    file = tmp_path / f"{month}.md"
    file.write_text(title + "\n".join(papers), encoding="utf-8")
    return article.load(file)


def imported(
    context: Context, series: Series, source: article.Article, *, posted: bool = True
) -> list[str]:
    """What is said of the numbers once it is imported."""
    taken = accept.import_article(context, series, source, Import(posted=posted))
    return numbers.after_import(context, series, [one.collage for one in taken])


def span(first: int, last: int, total: str = "/52") -> list[str]:
    return [f"{number}{total}" for number in range(first, last + 1)]


def ready(context: Context, series: Series, tmp_path: Path, name: str) -> None:
    accept.take(context, series, [accept.from_file(write_item(tmp_path, name))])


def test_after_history_up_to_32_the_next_number_is_33(
    context: Context, series: Series, tmp_path: Path
) -> None:
    told = imported(context, series, roundup(tmp_path, "September", *span(29, 32)))
    assert told == [
        "What is out of 2021 goes from 29/52 to 32/52.",
        "The next number is 33/52.",
    ]
    ready(context, series, tmp_path, "one")
    assert coming.look(context, series, 1).slots[0].number == 33
    assert coming.look(context, series, 1).careful == ()
    deliveries.post_now(context, series, "one")
    ready(context, series, tmp_path, "two")
    assert coming.look(context, series, 1).slots[0].number == 34


def test_articles_in_any_order_lead_to_the_same_next_number_and_gaps_are_told(
    context: Context, series: Series, tmp_path: Path
) -> None:
    imported(context, series, roundup(tmp_path, "September", *span(29, 32)))
    told = imported(context, series, roundup(tmp_path, "July", *span(20, 22), "22/52"))
    assert told[0] == "What is out of 2021 goes from 20/52 to 32/52."
    assert told[1] == "Missing between: 23/52, 24/52, 25/52, 26/52, 27/52 and 1 more."
    assert told[2].startswith("22/52 stands twice: ")
    assert told[3:] == ["The next number is 33/52."]


def test_an_older_year_taken_after_the_one_that_is_counted_asks_nothing(
    context: Context, series: Series, tmp_path: Path, clock: StoppedClock
) -> None:
    clock.at = datetime(2022, 3, 7, 9, tzinfo=UTC)
    imported(context, series, roundup(tmp_path, "February", *span(3, 6), year=2022))
    told = imported(context, series, roundup(tmp_path, "September", *span(29, 32)))
    assert told[-1] == "The next number is 7/52."


def test_in_a_new_numbering_year_a_person_is_told_until_it_is_decided(
    context: Context, series: Series, tmp_path: Path, clock: StoppedClock
) -> None:
    clock.at = datetime(2022, 3, 7, 9, tzinfo=UTC)
    told = imported(context, series, roundup(tmp_path, "September", *span(29, 32)))
    why = told[-1]
    assert told[-2] == "The next number is 1/52."
    assert why.startswith("History goes to 32/52 of 2021, and numbers restart each year")
    assert "To count on: mlcollage number --next 33" in why
    assert coming.look(context, series, 1).careful == (why,)
    assert doctor.number_hints(context) == [f"mlcollage: {why}"]
    assert queue_changes.count_from(context, series, 33) == (1, 33)
    assert coming.look(context, series, 1).careful == ()
    assert queue_changes.count_from(context, series, 1) == (33, 1)
    assert doctor.number_hints(context) == []


def test_a_number_that_was_taken_ends_the_question(
    context: Context, series: Series, tmp_path: Path, clock: StoppedClock
) -> None:
    clock.at = datetime(2022, 3, 7, 9, tzinfo=UTC)
    imported(context, series, roundup(tmp_path, "September", *span(29, 32)))
    ready(context, series, tmp_path, "one")
    deliveries.post_now(context, series, "one")
    assert coming.look(context, series, 1).careful == ()


def test_history_that_comes_after_live_posts_is_told_with_what_stands_twice(
    context: Context, series: Series, tmp_path: Path, clock: StoppedClock
) -> None:
    for name in ("one", "two", "three"):
        clock.go(minutes=1)
        ready(context, series, tmp_path, name)
        deliveries.post_now(context, series, name)
    told = imported(context, series, roundup(tmp_path, "September", *span(3, 6)))
    assert told[0] == "What is out of 2021 goes from 1/52 to 6/52."
    assert told[1].startswith("3/52 stands twice: ")
    assert "three" in told[1]
    assert told[2:] == ["The next number is 7/52."]


def test_older_history_changes_nothing_of_a_series_that_is_further(
    context: Context, series: Series, tmp_path: Path
) -> None:
    queue_changes.count_from(context, series, 40)
    ready(context, series, tmp_path, "one")
    deliveries.post_now(context, series, "one")
    told = imported(context, series, roundup(tmp_path, "September", *span(29, 32)))
    assert "The next number is 41/52." in told


def test_a_series_that_never_restarts_counts_on_from_any_year(
    tmp_path: Path, clock: StoppedClock
) -> None:
    clock.at = datetime(2022, 3, 7, 9, tzinfo=UTC)
    settings = '[series.mlcollage]\nnumbering = { restart = "never", format = "#{n}" }\n'
    context = make_context(tmp_path / "bot", settings, clock)
    series = context.config.series["mlcollage"]
    told = imported(context, series, roundup(tmp_path, "September", "29", "30"))
    assert told == ["What is out goes from #29 to #30.", "The next number is #31."]
    context.database.close()


def test_what_is_no_number_of_the_series_does_not_count(
    context: Context, series: Series, tmp_path: Path
) -> None:
    told = imported(context, series, roundup(tmp_path, "September", "31/52", "320/52"))
    assert "Not counted, because it is no number of this series: " in told[1]
    assert "(320/52)" in told[1]
    assert told[-1] == "The next number is 32/52."


def test_of_a_list_for_the_queue_it_is_told_that_printed_numbers_are_not_kept(
    context: Context, series: Series, tmp_path: Path
) -> None:
    source = roundup(tmp_path, "September", *span(29, 32))
    [told] = imported(context, series, source, posted=False)
    assert told.startswith("Printed numbers in the queue are not kept (29/52 to 32/52)")
    assert "count on from 1/52" in told
    assert "--keep-numbers" in told


def test_the_next_number_is_not_one_that_is_taken(
    context: Context, series: Series, tmp_path: Path
) -> None:
    queue_changes.count_from(context, series, 5)
    ready(context, series, tmp_path, "one")
    deliveries.post_now(context, series, "one")
    for number in (5, 4):
        with pytest.raises(NotAllowed, match="5/52 is taken already"):
            queue_changes.count_from(context, series, number)
    assert queue_changes.count_from(context, series, 6) == (6, 6)


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("29/52", 29),
        ("29", 29),
        ("#29", 29),
        ("No. 29 / 52", 29),
        ("52/52", 52),
        ("53/52", None),
        ("", None),
        ("twenty", None),
        ("1.2.3", None),
        ("٢٩", None),
    ],
)
def test_a_printed_number_is_read_or_counts_for_nothing(printed: str, number: int | None) -> None:
    assert Numbering().read(printed) == number


def test_days_that_are_given_decide_the_numbering_year(
    context: Context, series: Series, tmp_path: Path
) -> None:
    source = roundup(tmp_path, "September", *span(29, 30))
    days = (date(2020, 12, 30), date(2021, 1, 6))
    taken = accept.import_article(context, series, source, Import(posted=True, dates=days))
    told = numbers.after_import(context, series, [one.collage for one in taken])
    assert told[0].startswith("What is out of 2020 has the number 29/52.")
    assert "The next number is 31/52." in told
