"""What people get wrong in TOML is named for what it is, with its line."""

import pytest

from bot.core import toml

MISTAKES = [
    ("“live” = true", 1, "typographic quotes (“)"),
    ("x = 1\nlive = “true”", 2, "typographic quotes (“)"),
    ("a = ‘x’", 1, "typographic quotes (‘)"),
    ("a = „x“", 1, "typographic quotes („)"),
    ("a = «x»", 1, "typographic quotes («)"),
    ("a = 「x」", 1, "typographic quotes (「)"),
    ("a = [“x”]", 1, "typographic quotes (“)"),
    ('a = "abc”\nb = 1', 1, "typographic quotes (”)"),
    ("live\u00a0= true", 1, "no-break space, U+00A0"),
    ("\u00a0live = true", 1, "no-break space, U+00A0"),
    ("live = true\u202f", 1, "U+202F"),
    ("live = true\u200b", 1, "zero width space, U+200B); remove it"),
    ("\ufeff\ufeffa = 1", 1, "U+FEFF"),
    ("zone = 1\rlive = true", 1, "carriage returns (CR)"),
    ('a = "\x07"', 1, "U+0007"),
    ("live ＝ true", 1, "the full-width ＝ stands in it; type ="),
    ("a = [1， 2]", 1, "the full-width ， stands in it; type ,"),
    ("a = 1\nbudget = 5,00", 2, "a number has a point, not a comma"),
    ('a = "abc\nb = 1', 1, "the closing quote of a text is missing"),
    ("a = 'abc", 1, "the closing quote of a text is missing"),
    ('a = 1\nb = """abc\nc = 1\n', 2, 'has no end; close it with """'),
    ("[x]\na = 1\nb = 2\na = 3", 4, "the key a is there twice; see line 2"),
    ("a = 1\n[x]\na = 2\na = 3", 4, "the key a is there twice; see line 3"),
    ("[a]\nb = 1\n[a]", 3, "the section [a] is there twice; see line 1"),
    ("a = {b = 1, b = 2}", 1, "the key b is there twice"),
    (r'p = "C:\Users\me"', 1, "a backslash in a text begins an escape; write it twice"),
    (r'p = "C:\data"', 1, "a backslash in a text begins an escape; write it twice"),
    ("zone = Europe/Berlin", 1, "a text needs quotes"),
    ("live = True", 1, "write true in small letters"),
    ("live = yes", 1, "write true or false"),
    ('zone: "UTC"', 1, "a colon stands in the place of ="),
    ('{"a": 1}', 1, "this is not TOML"),
    ("live = # nothing", 1, "the value is missing"),
    ("a = [1,", 1, "the list has no end; close it with ]"),
    ("a" + ".b" * 200 + " = 1", 1, "a hundred dots in a row"),
]


@pytest.mark.parametrize(("source", "line", "reason"), MISTAKES)
def test_a_mistake_is_named_with_its_line(source: str, line: int, reason: str) -> None:
    with pytest.raises(toml.BadToml) as told:
        toml.load(source)
    assert told.value.line == line
    assert reason in told.value.reason
    assert told.value.is_ours


@pytest.mark.parametrize(
    "source",
    [
        "# “in a comment” it's no matter",
        'title = "“Attention” is\u00a0all"',
        "path = 'C:\\Users\\me'",
        'a\t=\t"x"\t# tabs are spaces',
        'a = """\nfirst\nsecond"""',
        "a = [1,5]",
        'a = "x"\r\nb = "y"\r\n',
    ],
)
def test_what_only_looks_like_a_mistake_is_taken(source: str) -> None:
    toml.load(source)


def test_another_mistake_is_told_in_the_words_of_the_library_which_may_quote_a_value() -> None:
    with pytest.raises(toml.BadToml, match="line 1: expected newline or end") as told:
        toml.load("a = 1 2")
    assert not told.value.is_ours
