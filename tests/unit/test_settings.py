"""The readers of settings: what each takes, what it says of the rest; secrets stay unseen."""

from dataclasses import dataclass, make_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.core import settings
from bot.core.errors import BadConfig
from bot.core.schedule import Weekly
from bot.core.settings import Reader, Secret, Table, setting

steady = hypothesis_settings(derandomize=True, deadline=None)

READERS: dict[str, Reader] = {
    "text": settings.text,
    "some_text": settings.some_text,
    "secret_text": settings.secret_text,
    "flag": settings.flag,
    "whole": settings.whole(1, 31),
    "one_of": settings.one_of("next", "same"),
    "span": settings.span,
    "some_span": settings.some_span,
    "zone": settings.zone,
    "clock_time": settings.clock_time,
    "list_of": settings.list_of(settings.some_text),
    "weekly": settings.weekly,
    "days": settings.days,
    "hashtag": settings.hashtag,
    "number_format": settings.number_format,
    "title_format": settings.title_format,
    "month_day": settings.month_day,
    "forms": settings.forms(settings.some_text),
    "language": settings.language,
    "quotes": settings.quotes,
    "with_place": settings.with_place,
    "formatted": settings.formatted("month", "hashtag"),
    "address": settings.address,
}


@pytest.mark.parametrize(
    ("reader", "value", "expected"),
    [
        ("text", "", ""),
        ("some_text", " x ", " x "),
        ("flag", True, True),
        ("whole", 31, 31),
        ("one_of", "same", "same"),
        ("span", "48h", timedelta(hours=48)),
        ("span", "0s", timedelta(0)),
        ("span", "500ms", timedelta(milliseconds=500)),
        ("span", "3650 d", timedelta(days=3_650)),
        ("some_span", "1ms", timedelta(milliseconds=1)),
        ("zone", "Europe/Berlin", ZoneInfo("Europe/Berlin")),
        ("clock_time", "00:00", time(0)),
        ("clock_time", "9:05", time(9, 5)),
        ("clock_time", "23:59", time(23, 59)),
        ("list_of", [], ()),
        ("list_of", ["a", "b"], ("a", "b")),
        ("weekly", "sun 02:30", Weekly(6, time(2, 30))),
        ("days", "2021-12-29", (date(2021, 12, 29), date(2021, 12, 29))),
        ("days", date(2021, 12, 29), (date(2021, 12, 29), date(2021, 12, 29))),
        ("days", "2021-12-29 .. 2022-01-02", (date(2021, 12, 29), date(2022, 1, 2))),
        ("hashtag", "mlcollage", "#mlcollage"),
        ("hashtag", "#机器学习", "#机器学习"),
        ("number_format", "none", ""),
        ("number_format", "{n}/52", "{n}/52"),
        ("number_format", "No. {n}", "No. {n}"),
        ("title_format", "{month} {year}", "{month} {year}"),
        ("month_day", "last", 0),
        ("month_day", 31, 31),
        ("forms", [], ()),
        ("forms", "", ()),
        ("forms", "论文", ("论文",)),
        ("forms", ["论文"], ("论文",)),
        ("forms", ["Paper", "Papers"], ("Paper", "Papers")),
        ("forms", ["论文", "论文"], ("论文", "论文")),
        ("forms", ["artykuł", "artykuły", "artykułów"], ("artykuł", "artykuły", "artykułów")),
        ("forms", {"one": "a", "few": "b", "many": "c"}, ("", "a", "", "b", "c", "c")),
        ("forms", {"one": "a", "other": "b"}, ("", "a", "", "", "", "b")),
        ("language", "de", "de"),
        ("language", "EN", "en"),
        ("language", "pt_br", "pt-BR"),
        ("language", "zh-hant", "zh-Hant"),
        ("language", "zh-TW", "zh-TW"),
        ("language", "pl", "pl"),
        ("quotes", "‘’", ("‘", "’")),
        ("quotes", ["«\u00a0", "\u00a0»"], ("«\u00a0", "\u00a0»")),
        ("with_place", "by {}", "by {}"),
        ("formatted", "{month}, {hashtag}", "{month}, {hashtag}"),
        ("address", "https://example.org/a/", "https://example.org/a"),
        ("address", "http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_a_good_value_is_read(reader: str, value: Any, expected: Any) -> None:
    assert READERS[reader](value) == expected


REFUSED: dict[str, list[Any]] = {
    "text": [1, None, True, ["a"], "two\nlines", "tab\t", "nul\x00", "a" * 2_001],
    "some_text": ["", "  ", 1, "\n"],
    "secret_text": ["", 5, ["a"], "a\nb"],
    "flag": [0, 1, "true", "", None],
    "whole": [0, 32, -1, 1.0, "1", True, 10**5_000],
    "one_of": ["other", "", 1, ["next"], True],
    "span": [
        "",
        "48",
        "h",
        "-1h",
        "1.5h",
        "1w",
        "48hours",
        48,
        "9999999s",
        "1h 30m",
        "3651d",
        "999999d",
        True,
    ],
    "some_span": ["0s", "0ms", "0d", ""],
    "zone": [
        "Mars/Olympus",
        "",
        "Europe",
        "../../etc/passwd",
        "/etc/passwd",
        "europe",
        1,
        "a" * 1_000,
        "UTC\n",
        ".",
    ],
    "clock_time": ["24:00", "12:60", "12", "", "12:0", "noon", 12, time(12), "-1:00", "12:00:00"],
    "list_of": ["a", {"a": 1}, [1], ["a", "a"], [""], [str(n) for n in range(1_001)]],
    "weekly": ["wednesday", "someday 15:00", "wednesday 25:00", 15, ""],
    "days": [
        "2021-02-29",
        "2021-12-29..2021-12-28",
        "",
        20211229,
        datetime.fromisoformat("2021-12-29T00:00"),
    ],
    "hashtag": ["", "#", "# ", "two words", "#a#b", "123", "#123", "a-b", 1],
    "number_format": ["", "52", "{n", "{n}{m}", "{}", "{n}{", 1, "{0}"],
    "title_format": [
        "",
        "{month}",
        "{year}",
        "{month} {year} {n}",
        "{month} {year} {",
        "{{month}} {year}",
        1,
    ],
    "month_day": [0, 32, "first", "", -1, 1.5, True, "31"],
    "forms": [1, [1, 2], ["", "b"], list("abcdefg"), {}, {"some": "a"}, {"one": ""}],
    "language": ["", "xx", "english", "de-XX", "e", "de DE", "../de", 1],
    "quotes": ["", "“", "“”“", ["“"], ["", "”"], 1],
    "with_place": ["", "by", "{} {}", "{} {x}", "{0}", 1],
    "formatted": ["", "{year}", "{", "{}", 1],
    "address": [
        "example.org",
        "ftp://example.org",
        "https://",
        "https:///path",
        "https://a b",
        "javascript:x",
        "",
        1,
    ],
}


@pytest.mark.parametrize("reader", READERS)
def test_a_bad_value_is_refused_with_what_must_be(reader: str) -> None:
    for value in REFUSED[reader]:
        with pytest.raises(ValueError, match=r"^(must|may|has|names|is) ") as refused:
            READERS[reader](value)
        assert len(str(refused.value).splitlines()) == 1


leaves = (
    st.text(max_size=20)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.times()
    | st.datetimes()
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@steady
@given(st.sampled_from(sorted(READERS)), values)
def test_a_reader_takes_a_value_or_says_in_one_line_of_a_setting_why_not(
    reader: str, value: Any
) -> None:
    own = make_dataclass("Own", [("here", Any, setting(READERS[reader]))])
    said = ""
    try:
        settings.read(Table("config.toml", "some", {"here": value}), own)
    except BadConfig as error:
        said = str(error)
    assert not said or said.startswith("some.here in config.toml ")
    assert len(said.splitlines()) <= 1


@dataclass(frozen=True, slots=True)
class Sample:
    needed: str = setting(settings.text)
    lease: timedelta = setting(settings.span, timedelta(minutes=2))


def complaint(values: dict[str, Any]) -> str:
    with pytest.raises(BadConfig) as refused:
        settings.read(Table("config.toml", "delivery", values), Sample)
    return str(refused.value)


def test_settings_that_are_left_out_keep_their_default() -> None:
    assert settings.read(Table("config.toml", "", {"needed": "x"}), Sample) == Sample(
        "x", timedelta(minutes=2)
    )


def test_a_setting_without_default_is_missing_where_it_is_left_out() -> None:
    assert complaint({}) == "delivery.needed in config.toml is missing."


def test_an_unknown_key_is_named_with_the_one_that_may_be_meant() -> None:
    assert (
        complaint({"leas": "1m"})
        == 'delivery.leas in config.toml is no setting; did you mean "lease".'
    )
    assert (
        complaint({"zzz": 1})
        == "delivery.zzz in config.toml is no setting; known here: needed, lease."
    )


@pytest.mark.parametrize("key", ["a\nb", "a\u2028b", "\x1b[31m", "a" * 100_000, "\u202e", "\ud800"])
def test_a_key_cannot_break_the_line_of_the_message(key: str) -> None:
    message = complaint({key: 1})
    assert message.isprintable()
    assert len(message) < 500


def test_a_section_that_is_none_is_named_and_not_shown() -> None:
    with pytest.raises(BadConfig) as refused:
        Table("config.toml", "", {"database": "postgresql://user:hunter2@host/db"}).table(
            "database"
        )
    assert (
        str(refused.value)
        == "database in config.toml must be a section of settings, as in [database]."
    )


def test_a_secret_does_not_show_itself_unless_it_is_used() -> None:
    secret = Secret("hunter2")
    assert repr(secret) == "Secret('***')"
    assert repr({"url": secret}) == "{'url': Secret('***')}"
    assert secret == "hunter2"


@pytest.mark.parametrize("value", [["hunter2"], {"a": "hunter2"}, "hunter2\nmore", "hunter2" * 300])
def test_what_is_wrong_with_a_secret_is_said_without_showing_it(value: Any) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        settings.secret_text(value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "is_example"),
    [
        ("https://example.org/mlcollage", True),
        ("http://EXAMPLE.com", True),
        ("https://www.example.net:443/a?b#c", True),
        ("https://me@example.org/", True),
        ("https://lab.example/x", True),
        ("https://lab.test", True),
        ("https://lab.invalid/", True),
        ("https://myexample.org/", False),
        ("https://example.org.lab.edu/", False),
        ("https://lab.edu/example.org", False),
        ("https://example.io/", False),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000/", False),
        ("", False),
    ],
)
def test_addresses_that_belong_to_nobody_are_examples(address: str, is_example: bool) -> None:
    assert settings.is_example(address) == is_example
