"""A mistaken name leads to the known one that is most like it, or to none."""

import time

from bot.core import hints

KNOWN = ("zone", "live", "series", "accounts")


def test_the_nearest_name_is_found_and_nothing_where_none_is_near() -> None:
    assert hints.nearest("zon", KNOWN) == "zone"
    assert hints.nearest("serie", KNOWN) == "series"
    assert hints.nearest("xyz", KNOWN) == ""
    assert hints.nearest("zone", ()) == ""


def test_a_name_of_a_million_letters_takes_no_time() -> None:
    start = time.monotonic()
    assert hints.nearest("accounts" * 125_000, KNOWN) == ""
    assert time.monotonic() - start < 1
