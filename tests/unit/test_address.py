"""What is taken as a web address, and what is said of one that is not."""

import pytest

from bot.core import address

GOOD = [
    "https://example.org",
    "http://example.org:8080/a(b)?c=d#e",
    "https://example.org.?x=1",
    "https://[2001:db8::1]:443/",
    "https://bücher.example/ä",
    "https://हिन्दी.भारत/",
    "https://my_lab.example.org/x@y:z",
    "http://localhost/",
    "HTTPS://EXAMPLE.ORG/A",
    "Http://example.org",
]
TURNS = "holds a character that turns the direction of the text: it would read as another"

BAD = [
    ("", "is no http(s) address"),
    ("ftp://example.org", "is no http(s) address"),
    ("javascript:alert(1)", "is no http(s) address"),
    ("https://exam ple.org", "is no http(s) address"),
    ("https://example.org/a b", "is no http(s) address"),
    ("https://example.org/<b>", "is no http(s) address"),
    ("https://", "has no host"),
    ("https:///september", "has no host"),
    ("https://?q", "has no host"),
    ("https://:80/", "has no host"),
    ("https://a..b/", "has no host that can be read"),
    ("https://.org/", "has no host that can be read"),
    ("https://[::1/", "has no host that can be read"),
    ("https://[1.2.3]/", "has no host that can be read"),
    ("https://ex%61mple.org/", "has no host that can be read"),
    ("https://a\\b.org/", "has no host that can be read"),
    (f"https://{'a' * 64}.org/", "has no host that can be read"),
    (f"https://{'a.' * 130}org/", "has no host that can be read"),
    ("https://example.org:99999/", "has a port that is none"),
    ("https://example.org:http/", "has a port that is none"),
    ("https://example.org/\x1b[2J", "holds a control character"),
    ("https://example.org/\x9b2J", "holds a control character"),
    ("https://example.org/\u202egro.live", TURNS),
    ("https://\u2066example.org/", TURNS),
    ("https://example.org/\udcff", "holds a control character"),
    (f"https://example.org/{'a' * 2_000}", "has 2,020 characters, at most 2,000 are allowed"),
]
WITH_USER = ["https://ada:secret@example.org/", "https://ada@example.org", "http://a:b@c@d.org/"]


@pytest.mark.parametrize("url", GOOD)
def test_an_address_with_a_host_has_no_problem(url: str) -> None:
    assert address.problem(url) == ""


@pytest.mark.parametrize(("url", "problem"), BAD)
def test_what_is_no_address_is_told_with_its_reason(url: str, problem: str) -> None:
    assert address.problem(url) == problem
    assert address.problem(url, may_have_user=True) == problem


@pytest.mark.parametrize("url", WITH_USER)
def test_a_password_is_refused_where_everybody_would_see_it_and_never_shown(url: str) -> None:
    assert address.problem(url).startswith("holds a user name or a password")
    assert address.problem(url, may_have_user=True) == ""
    assert address.without_user(url).startswith(("https://***@", "http://***@"))
    assert not any(part in address.without_user(url) for part in ("ada", "secret", "a:b"))


def test_schemes_are_read_in_any_case() -> None:
    assert address.is_web("HTTPS://x.org")
    assert address.is_web("http://x.org")
    assert not address.is_web("HTTPX://x.org")
    assert address.is_https("HttpS://x.org")
    assert not address.is_https("HTTP://x.org")
    assert address.with_small_scheme("HTTPS://X.org/A://b") == "https://X.org/A://b"
    assert address.open_problem("HTTPS://x.org") == ""
    assert (
        address.open_problem("HTTP://x.org") == "must be https; plain http is for this machine only"
    )
