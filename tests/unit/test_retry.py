"""After a failure: again at, never, or ask a person."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import errors, retry
from bot.core.retry import Again, HoldAccount, Look, Never, Policy

steady = settings(derandomize=True, deadline=None)
NOW = datetime(2021, 8, 4, 15, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POLICY = Policy()

spans = st.timedeltas(timedelta(milliseconds=1), timedelta(days=3_650))
policies = st.builds(Policy, retry_first=spans, retry_longest=spans, give_up=spans)
raised = st.sampled_from(
    [
        errors.Rejected,
        errors.Blocked,
        errors.Unavailable,
        errors.Uncertain,
        OSError,
        ValueError,
        KeyError,
        MemoryError,
    ]
).map(lambda kind: kind("what happened"))


def decide(error: Exception, failures: int = 0, late: timedelta = timedelta(0)) -> retry.Decision:
    return retry.decide(error, retry.History(failures, NOW - late), POLICY, NOW)


def test_rejected_content_is_never_sent_again_by_itself() -> None:
    assert decide(errors.Rejected()) == Never()


def test_a_blocked_account_waits_for_a_person() -> None:
    assert decide(errors.Blocked()) == HoldAccount()


@pytest.mark.parametrize(
    "error", [errors.Uncertain(), OSError(), ValueError("?"), errors.NotAllowed(), RuntimeError()]
)
def test_what_may_be_out_and_what_nobody_foresaw_is_looked_for(error: Exception) -> None:
    assert decide(error) == Look()


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (10_000, 60)],
)
def test_waits_double_from_the_first_to_the_longest(failures: int, minutes: int) -> None:
    assert decide(errors.Unavailable(), failures) == Again(NOW + minutes * MINUTE)


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 240), (0.25, 225), (0.5, 210), (1.0, 180)])
def test_jitter_shortens_a_wait_by_up_to_a_quarter(jitter: float, seconds: int) -> None:
    assert retry.wait(2, POLICY, jitter) == timedelta(seconds=seconds)


def test_a_time_the_network_names_is_kept() -> None:
    assert decide(errors.Unavailable(retry_at=NOW + 7 * HOUR)) == Again(NOW + 7 * HOUR)
    assert decide(errors.Unavailable(retry_at=NOW + timedelta(seconds=1)), 5) == Again(
        NOW + timedelta(seconds=1)
    )


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), timedelta(days=1)])
def test_a_time_the_network_names_that_is_past_does_not_make_us_hurry(ago: timedelta) -> None:
    assert decide(errors.Unavailable(retry_at=NOW - ago), 2) == Again(NOW + 4 * MINUTE)


def test_a_thread_that_is_too_late_has_failed_whatever_the_network_says() -> None:
    late = POLICY.give_up + timedelta(microseconds=1)
    assert decide(errors.Unavailable(), late=POLICY.give_up) == Again(NOW + MINUTE)
    assert decide(errors.Unavailable(), late=late) == Never()
    assert decide(errors.Unavailable(retry_at=NOW + HOUR), late=late) == Never()


def test_lateness_makes_no_failure_of_what_may_be_out() -> None:
    assert decide(errors.Uncertain(), late=timedelta(days=400)) == Look()


@steady
@given(raised, st.integers(0, 10**9), spans, policies)
def test_every_error_has_one_next_step_and_only_a_sure_failure_is_tried_again(
    error: Exception, failures: int, late: timedelta, policy: Policy
) -> None:
    decision = retry.decide(error, retry.History(failures, NOW - late), policy, NOW)
    assert isinstance(decision, Again | Never | HoldAccount | Look)
    assert isinstance(decision, Again) <= isinstance(error, errors.Unavailable)
    if isinstance(decision, Again):
        assert (
            NOW + min(policy.retry_first, policy.retry_longest)
            <= decision.at
            <= NOW + policy.retry_longest
        )


@steady
@given(st.integers(0, 10**6), policies)
def test_no_wait_is_shorter_than_the_one_before(failures: int, policy: Policy) -> None:
    assert retry.wait(failures, policy) <= retry.wait(failures + 1, policy) <= policy.retry_longest
