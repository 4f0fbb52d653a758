"""What follows a lookup that does not show a part whose outcome is unknown."""

from datetime import timedelta
from itertools import product

import pytest

from bot.core import lookups
from bot.core.delivery import NotSeen
from bot.core.lookups import Ask, Doubt, LookAgain, Refused, SendAgain
from bot.core.retry import Policy

POLICY = Policy()
ABSENT = NotSeen(anchor_seen=True, count_agrees=True)
FIRST = Doubt(looks=0, is_refused=False, was_sent_again=False)
SECOND = FIRST._replace(looks=1)
WITNESSES = [NotSeen(*both) for both in product([True, False], repeat=2)]


@pytest.mark.parametrize("seen", WITNESSES, ids=str)
def test_the_first_lookup_of_an_unknown_outcome_concludes_nothing(seen: NotSeen) -> None:
    assert lookups.after(seen, FIRST, POLICY) == LookAgain(timedelta(minutes=8))


def test_only_where_both_witnesses_agree_a_second_time_is_it_sent_again() -> None:
    assert lookups.after(ABSENT, SECOND, POLICY) == SendAgain()
    for seen in WITNESSES[1:]:
        assert lookups.after(seen, SECOND, POLICY) == Ask(timedelta(hours=1))


def test_what_was_sent_again_once_is_never_sent_again_by_itself() -> None:
    for looks in range(12):
        doubt = Doubt(looks, is_refused=False, was_sent_again=True)
        assert lookups.after(ABSENT, doubt, POLICY) != SendAgain()


@pytest.mark.parametrize("seen", WITNESSES, ids=str)
def test_once_a_person_was_asked_lookups_conclude_nothing_and_come_to_an_end(
    seen: NotSeen,
) -> None:
    waits = []
    for looks in range(lookups.ASKED, lookups.ASKED + 20):
        for is_refused in (True, False):
            doubt = Doubt(looks, is_refused, was_sent_again=False)
            follows = lookups.after(seen, doubt, POLICY)
            assert isinstance(follows, LookAgain)
        waits.append(follows.after)
    assert waits == [timedelta(days=1)] * 7 + [None] * 13


def test_a_refusal_is_believed_after_one_lookup_where_the_count_of_posts_agrees() -> None:
    refused = FIRST._replace(is_refused=True)
    assert lookups.after(ABSENT, refused, POLICY) == Refused()
    without_posts = NotSeen(anchor_seen=False, count_agrees=True)
    assert lookups.after(without_posts, refused, POLICY) == Refused()


def test_a_refusal_that_the_count_of_posts_speaks_against_is_looked_at_again_then_asked_about() -> (
    None
):
    refused = FIRST._replace(is_refused=True)
    one_more = NotSeen(anchor_seen=True, count_agrees=False)
    assert lookups.after(one_more, refused, POLICY) == LookAgain(timedelta(minutes=8))
    assert lookups.after(one_more, refused._replace(looks=1), POLICY) == Ask(timedelta(hours=1))
