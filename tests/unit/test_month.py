"""The roundup's rules: which month names it, when it goes out, how it is called and where its page
lies.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import month
from bot.core.month import Rule
from bot.core.words import of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
)
NEXT, SAME = Rule(), Rule(names_month="same")

steady = settings(derandomize=True, deadline=None)
zones = st.sampled_from(ZONES).map(ZoneInfo)
months = st.dates(date(1995, 1, 1), date(2037, 12, 1)).map(lambda day: f"{day:%Y-%m}")
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
rules = st.builds(
    Rule, day=st.integers(0, 31), time=times, names_month=st.sampled_from(["next", "same"])
)
instants = st.datetimes(
    datetime.fromisoformat("1995-01-01"),
    datetime.fromisoformat("2037-01-01"),
    timezones=st.just(UTC),
)
languages = st.sampled_from(["en", "de", "zh", "pl", "ja"])


def moment(rule: Rule, title_month: str, zone: str = "Europe/Berlin") -> str:
    at = month.moment(rule, title_month, ZoneInfo(zone))
    assert at.tzinfo is UTC
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def test_the_roundup_of_september_goes_out_at_the_end_of_august() -> None:
    assert month.reading_month(NEXT, "2021-09") == "2021-08"
    assert month.title_month(NEXT, date(2021, 8, 31)) == "2021-09"
    assert moment(NEXT, "2021-09") == "2021-08-31 18:00"


def test_a_series_may_name_its_roundups_after_the_month_itself() -> None:
    assert month.reading_month(SAME, "2021-08") == "2021-08"
    assert month.title_month(SAME, date(2021, 8, 31)) == "2021-08"
    assert moment(SAME, "2021-08") == "2021-08-31 18:00"


def test_the_roundup_of_january_goes_out_in_december_of_the_year_before() -> None:
    assert moment(NEXT, "2022-01") == "2021-12-31 18:00"
    assert month.title_month(NEXT, date(2021, 12, 1)) == "2022-01"


@pytest.mark.parametrize(
    ("day", "title_month", "expected"),
    [
        (0, "2021-03", "2021-02-28"),
        (0, "2024-03", "2024-02-29"),
        (31, "2021-03", "2021-02-28"),
        (31, "2024-03", "2024-02-29"),
        (31, "2021-05", "2021-04-30"),
        (31, "2021-04", "2021-03-31"),
        (30, "2021-03", "2021-02-28"),
        (28, "2024-03", "2024-02-28"),
        (1, "2021-03", "2021-02-01"),
    ],
)
def test_a_day_that_the_month_does_not_have_is_its_last(
    day: int, title_month: str, expected: str
) -> None:
    assert moment(Rule(day=day), title_month) == f"{expected} 18:00"


def test_a_moment_in_the_gap_is_the_first_instant_after_it() -> None:
    assert moment(Rule(day=28, time=time(2, 30)), "2021-04") == "2021-03-28 03:00"
    assert month.moment(Rule(day=31, time=time(2, 30)), "2021-11", BERLIN) == datetime(
        2021, 10, 31, 0, 30, tzinfo=UTC
    )


@steady
@given(rules, months, zones)
def test_a_moment_lies_in_the_month_that_was_read(
    rule: Rule, title_month: str, zone: ZoneInfo
) -> None:
    at = month.moment(rule, title_month, zone)
    # In the gap of a whole day, as Apia had one at the end of a year, the first instant after it is
    # the next month's.
    local = (
        (at - timedelta(seconds=1)).astimezone(zone)
        if at.astimezone(zone).time() == time(0)
        else at.astimezone(zone)
    )
    reading = month.parse(month.reading_month(rule, title_month))
    assert local.date() in {
        reading.replace(day=min(rule.day or 31, (month.after(reading) - timedelta(days=1)).day))
        - timedelta(days=back)
        for back in (0, 1)
    }


@steady
@given(rules, months)
def test_the_months_that_are_read_and_those_that_name_are_each_others_inverse(
    rule: Rule, title_month: str
) -> None:
    assert (
        month.title_month(rule, month.parse(month.reading_month(rule, title_month))) == title_month
    )


@steady
@given(rules, instants, zones)
def test_the_newest_month_before_now_is_past_and_the_next_one_is_not(
    rule: Rule, now: datetime, zone: ZoneInfo
) -> None:
    before = month.last_before(rule, now, zone)
    coming, at = next(month.coming(rule, before, zone))
    assert month.moment(rule, before, zone) < now <= at == month.moment(rule, coming, zone)


def test_a_moment_that_is_now_is_not_left_alone() -> None:
    now = month.moment(NEXT, "2021-09", BERLIN)
    assert month.last_before(NEXT, now, BERLIN) == "2021-08"
    assert list(month.due_after(NEXT, "2021-08", now, BERLIN)) == [("2021-09", now)]
    assert list(month.due_after(NEXT, "2021-08", now - timedelta(seconds=1), BERLIN)) == []


@steady
@given(rules, months, st.integers(0, 40), zones)
def test_due_are_the_months_whose_moment_has_come_each_once_and_in_order(
    rule: Rule, handled: str, count: int, zone: ZoneInfo
) -> None:
    ahead = list(islice(month.coming(rule, handled, zone), count + 1))
    assert [name for name, _ in ahead] == [
        month.key(month.after(month.parse(handled), 1 + n)) for n in range(count + 1)
    ]
    assert (
        list(month.due_after(rule, handled, ahead[-1][1] - timedelta(seconds=1), zone))
        == ahead[:-1]
    )


@pytest.mark.parametrize(
    "text", ["", "2021", "2021-9", "2021-13", "2021-00", "0021-09", "2021-09-01", "3021-09", "now"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        month.parse(text)


ENGLISH = [
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "13",
    "14",
]
GERMAN = [
    "Ein",
    "Zwei",
    "Drei",
    "Vier",
    "Fünf",
    "Sechs",
    "Sieben",
    "Acht",
    "Neun",
    "Zehn",
    "Elf",
    "Zwölf",
    "13",
    "14",
]
CHINESE = ["一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "13", "14"]


@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH), ("de", GERMAN), ("zh", CHINESE)])
def test_numbers_are_words_up_to_twelve_and_digits_from_thirteen_on(
    language: str, words: list[str]
) -> None:
    assert [of(language).number(count) for count in range(1, 15)] == words
    assert of(language).number(0) == "0"


@pytest.mark.parametrize(
    ("count", "title_month", "expected"),
    [
        (1, "2021-09", "One Deep Learning Paper to Read in September 2021"),
        (3, "2021-09", "Three Deep Learning Papers to Read in September 2021"),
        (4, "2021-06", "Four Deep Learning Papers to Read in June 2021"),
        (4, "2022-01", "Four Deep Learning Papers to Read in January 2022"),
        (5, "2021-09", "Five Deep Learning Papers to Read in September 2021"),
        (13, "2021-09", "13 Deep Learning Papers to Read in September 2021"),
    ],
)
def test_a_title_gives_the_real_count(count: int, title_month: str, expected: str) -> None:
    assert month.title(NEXT, title_month, count, of("en")) == expected


def test_a_title_may_be_another_one_in_another_language() -> None:
    german = Rule(title=("{count} {papers} im {month} {year}",), papers=("Aufsatz", "Aufsätze"))
    assert month.title(german, "2021-03", 1, of("de")) == "Ein Aufsatz im März 2021"
    chinese = Rule(title=("{year}年{month}要读的{count}篇{papers}",), papers=("论文",))
    assert month.title(chinese, "2021-09", 4, of("zh")) == "2021年9月要读的四篇论文"


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("de", 1, "Ein Deep-Learning-Paper, das man im September 2021 lesen sollte"),
        ("de", 4, "Vier Deep-Learning-Paper, die man im September 2021 lesen sollte"),
        ("de-AT", 13, "13 Deep-Learning-Paper, die man im September 2021 lesen sollte"),
        ("zh", 1, "2021年9月值得一读的一篇深度学习论文"),
        ("zh", 2, "2021年9月值得一读的两篇深度学习论文"),
        ("zh", 13, "2021年9月值得一读的13篇深度学习论文"),
        ("zh-Hant", 2, "2021年9月值得一讀的兩篇深度學習論文"),
        # A language without phrases: English ones, its own month, and no number word of another.
        ("pl", 4, "4 Deep Learning Papers to Read in wrzesień 2021"),
    ],
)
def test_a_title_is_in_the_series_language_by_the_language_alone(
    language: str, count: int, expected: str
) -> None:
    assert month.title(NEXT, "2021-09", count, of(language)) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "1 Studie für den September 2021"),
        (3, "Drei Studien, die man im September 2021 lesen sollte"),
    ],
)
def test_a_german_title_of_papers_called_otherwise_does_not_depend_on_their_gender(
    count: int, expected: str
) -> None:
    rule = Rule(papers=("Studie", "Studien"))
    assert month.title(rule, "2021-09", count, of("de")) == expected


def test_a_title_may_have_a_form_for_one_paper_and_one_for_several() -> None:
    rule = Rule(
        title=("Eine {papers} für den {month} {year}", "{count} {papers} für den {month} {year}"),
        papers=("Studie", "Studien"),
    )
    titles = [month.title(rule, "2021-09", count, of("de")) for count in (1, 2)]
    assert titles == ["Eine Studie für den September 2021", "Zwei Studien für den September 2021"]


@pytest.mark.parametrize(
    ("language", "papers", "by_count"),
    [
        ("zh", ("论文",), {1: "论文", 4: "论文"}),
        ("zh", ("论文", "论文"), {1: "论文", 4: "论文"}),
        ("zh", ("Paper", "Papers"), {1: "Paper", 2: "Papers"}),
        ("de", ("Artikel",), {1: "Artikel", 2: "Artikel"}),
        ("pl", ("artykuł", "artykuły", "artykułów"),
         {1: "artykuł", 2: "artykuły", 5: "artykułów", 12: "artykułów", 22: "artykuły"}),
        ("ru", ("статья", "статьи", "статей"),
         {1: "статья", 3: "статьи", 11: "статей", 21: "статья", 25: "статей"}),
        ("ru", ("", "статья", "", "статьи", "статей", "статей"), {21: "статья", 5: "статей"}),
        ("cs", ("článek", "články", "článků"), {1: "článek", 4: "články", 5: "článků"}),
        ("fr", ("article", "articles"), {1: "article", 2: "articles"}),
        ("ja", ("論文",), {1: "論文", 7: "論文"}),
    ],
)  # fmt: skip
def test_papers_are_called_by_the_plural_rule_of_the_language(
    language: str, papers: tuple[str, ...], by_count: dict[int, str]
) -> None:
    assert month.odd_forms(papers, language) == ""
    assert {count: of(language).form(papers, count) for count in by_count} == by_count


def test_as_many_forms_as_no_rule_of_the_language_has_are_refused_with_those_it_has() -> None:
    told = month.odd_forms(("a", "b", "c", "d"), "pl")
    assert told == (
        "has 4 forms; give one, or two for one and for several, or one for each of one, few, many"
    )
    assert "or no more" in month.odd_forms(("a", "b", "c"), "de")


def test_months_are_named_in_each_series_own_language_whichever_was_named_before() -> None:
    named = [
        month.month_name("2021-03", language) for language in ("zh", "de", "en", "de", "zh", "en")
    ]
    assert named == ["3月", "März", "March", "März", "3月", "March"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        (
            "Four Deep Learning Papers to Read in September 2021",
            "four-deep-learning-papers-to-read-in-september-2021",
        ),
        ("Zwölf Aufsätze im März 2021", "zwolf-aufsatze-im-marz-2021"),
        ("2021年九月要读的四篇论文", "roundup-2021-09"),
        ("四篇 Deep Learning 论文 2021", "deep-learning-2021-2021-09"),
        ("../../etc/passwd?x=1&y=<b>", "etc-passwd-x-1-y-b"),
        ("x " * 100, "roundup-2021-09"),
        ("", "roundup-2021-09"),
    ],
)
def test_a_slug_follows_from_the_title(title: str, slug: str) -> None:
    assert month.slug(title, "2021-09") == slug


names = st.text(min_size=1, max_size=150).filter(lambda text: not re.search(r"[{}]", text))
titles = st.permutations(["{count}", "{papers}", "{month}", "{year}"]).flatmap(
    lambda pieces: st.lists(names, min_size=4, max_size=4).map(
        lambda words: "".join(piece + word for piece, word in zip(pieces, words, strict=True))
    )
)


@steady
@given(titles, names, months, months, st.integers(1, 20), st.integers(1, 20), languages)
def test_no_two_months_share_a_page(
    title: str, papers: str, one: str, other: str, count: int, its_count: int, language: str
) -> None:
    rule = Rule(title=(title,), papers=(papers, papers))
    slugs = [
        month.slug(month.title(rule, name, number, of(language)), name)
        for name, number in ((one, count), (other, its_count))
    ]
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) < 200 for slug in slugs)
    assert one == other or slugs[0] != slugs[1]
