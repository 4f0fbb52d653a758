"""A thread on its way: its legal moves, and keys that name it for ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.delivery import MOVES, State, thread_key

steady = settings(derandomize=True, deadline=None)

LEGAL = {
    "waiting": {"sending", "waiting", "sent", "held", "failed"},
    "sending": {"sent", "waiting", "failed", "uncertain", "held"},
    "uncertain": {"sent", "waiting", "failed"},
    "held": {"waiting", "sent", "failed"},
    "failed": {"waiting", "sent", "failed"},
    "sent": set(),
}


@pytest.mark.parametrize("state", State)
def test_from_each_state_a_delivery_goes_to_these_and_no_others(state: State) -> None:
    assert {to.value for to in MOVES[state]} == LEGAL[state.value]


def test_what_may_be_out_is_not_sent_again_before_somebody_looked() -> None:
    assert State.SENDING not in MOVES[State.UNCERTAIN]
    assert {state for state in State if State.SENDING in MOVES[state]} == {State.WAITING}


def test_every_state_can_be_reached_and_only_sent_is_an_end() -> None:
    seen, ahead = set(), [State.WAITING]
    while ahead:
        state = ahead.pop()
        seen.add(state)
        ahead += MOVES[state] - seen
    assert seen == set(State)
    assert [state for state in State if not MOVES[state]] == [State.SENT]


def test_a_key_names_series_moment_and_account_and_the_rehearsal_it_belongs_to() -> None:
    assert (
        thread_key("mlcollage", "2021-08-04T13:00:00Z", "outbox", 0)
        == "mlcollage/2021-08-04T13:00:00Z/outbox"
    )
    assert (
        thread_key("mlcollage", "roundup-2021-09", "outbox", 2)
        == "rehearsal-2/mlcollage/roundup-2021-09/outbox"
    )


names = st.from_regex(r"\A(rehearsal-[0-9]|[a-z0-9]{1,4}([-_][a-z0-9]{1,3})?)\Z")
moments = st.from_regex(r"\A(roundup-20[0-9]{2}-(09|10)|2021-08-0[0-9]T1[0-9]:00:00Z)\Z")
threads = st.tuples(names, moments, names, st.integers(0, 3))


@steady
@given(threads, threads)
def test_two_threads_share_a_key_exactly_when_they_are_the_same(
    one: tuple[str, str, str, int], other: tuple[str, str, str, int]
) -> None:
    assert (thread_key(*one) == thread_key(*other)) is (one == other)
    assert thread_key(*one) == thread_key(*one)
