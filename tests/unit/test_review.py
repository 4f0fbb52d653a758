"""Whether a roundup may go out: what people have said, and what silence means."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import review
from bot.core.month import Rule
from bot.core.review import Review

AT = datetime(2021, 8, 28, 16, tzinfo=UTC)
NOBODY = None
ASKED = Review(AT)
APPROVED = Review(AT, AT, "ada")
NOT_YET = Review(AT, None, "ada")


@pytest.mark.parametrize(
    ("silence", "said", "goes_out"),
    [
        ("publish", NOBODY, True),
        ("publish", ASKED, True),
        ("publish", APPROVED, True),
        ("publish", NOT_YET, False),
        ("wait", NOBODY, False),
        ("wait", ASKED, False),
        ("wait", APPROVED, True),
        ("wait", NOT_YET, False),
    ],
)
def test_silence_counts_only_where_nobody_has_said_anything(
    silence: str, said: Review | None, goes_out: bool
) -> None:
    rule = Rule(review=timedelta(days=3), silence=silence)
    assert review.lets_out(rule, said) is goes_out


@pytest.mark.parametrize("said", [NOBODY, ASKED, APPROVED, NOT_YET])
def test_where_nobody_is_asked_nothing_is_waited_for(said: Review | None) -> None:
    assert review.lets_out(Rule(silence="wait"), said)
