"""What an approval covers, who must approve, and what is different."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import approval
from bot.core.approval import Approval, Sent, SentPart, SentThread
from bot.core.delivery import Card, Image

AT = datetime(2021, 8, 2, tzinfo=UTC)


def sent(
    *texts: str,
    number: str = "29/52",
    account: str = "x",
    picture: str = "aa",
    alt: str = "A slide",
) -> Sent:
    first, *others = texts
    parts = (SentPart(first, picture, alt, "a.png"), *(SentPart(text) for text in others))
    return Sent(number, (SentThread(account, "x", parts),))


def approved(who: str, what: Sent, minutes: int = 0) -> Approval:
    return Approval(minutes + 1, who, AT + timedelta(minutes=minutes), what)


def test_the_same_thread_with_another_number_is_covered_and_has_the_same_hash() -> None:
    before = sent("[29/52] One", "Two", alt="ML-Collage 29/52")
    after = sent("[9/52] One", "Two", alt="ML-Collage 9/52", number="9/52")
    assert approval.covers(before, after)
    assert before.hash == after.hash
    assert approval.difference(before, after) == []


@pytest.mark.parametrize(
    "after",
    [
        sent("[29/52] One", "Two!"),
        sent("[29/52] One"),
        sent("[29/52] One", "Two", picture="bb"),
        sent("[29/52] One", "Two", alt="Another slide"),
        sent("[29/52] One", "Two", account="bluesky"),
        sent("[29/52] One ", "Two"),
        sent("[30/52] One", "Two"),
    ],
)
def test_whatever_else_is_different_is_not_covered(after: Sent) -> None:
    before = sent("[29/52] One", "Two")
    assert not approval.covers(before, after)
    assert before.hash != after.hash
    assert approval.difference(before, after)


def test_a_number_without_a_total_may_stand_elsewhere_in_the_text() -> None:
    before = sent("[7] 7 billion parameters", number="7")
    assert approval.covers(before, sent("[8] 7 billion parameters", number="8"))
    assert not approval.covers(before, sent("[8] 9 billion parameters", number="8"))


def test_without_a_number_texts_are_compared_as_they_are() -> None:
    assert approval.covers(sent("One", number=""), sent("One", number=""))
    assert not approval.covers(sent("One", number=""), sent("Two", number=""))
    assert not approval.covers(sent("[1/52] One", number="1/52"), sent("One", number=""))


def test_an_account_more_or_less_is_not_covered() -> None:
    one = sent("[29/52] One")
    two = one._replace(threads=(*one.threads, *sent("[29/52] One", account="second").threads))
    assert not approval.covers(one, two)
    assert not approval.covers(two, one)
    signs = [line.sign for line in approval.difference(one, two)]
    assert signs == [" ", "+", "+", "+"]


def test_a_link_card_is_stored_and_not_compared() -> None:
    card = Card(2, "https://a.example", "A page", "", Image("cc", "a.png", "image/png", ""))
    before, after = sent("One"), sent("One")
    with_card = before._replace(threads=(before.threads[0]._replace(card=card),))
    assert approval.covers(with_card, after)
    assert with_card.hash == after.hash
    assert approval.from_json(approval.as_json(with_card)) == with_card
    assert with_card.card_of("x") == card
    assert with_card.card_of("another") is None


def test_the_difference_leaves_out_the_lines_that_differ_by_the_number_only() -> None:
    before = sent("ML-Collage [29/52]\nA title\n#one")
    after = sent("ML-Collage [30/52]\nA title\n#two", number="30/52")
    shown = [(line.sign, line.text) for line in approval.difference(before, after)]
    assert shown == [(" ", "x:"), ("-", "#one"), ("+", "#two")]


def test_one_approval_is_enough_for_one_and_two_people_for_four_eyes() -> None:
    what = sent("One")
    by_ann, by_ben = approved("ann", what), approved("ben", what, 1)
    assert approval.standing("none", [], what, "").is_enough
    assert not approval.standing("one", [], what, "").is_enough
    assert approval.standing("one", [by_ann], what, "ann").is_enough
    assert not approval.standing("four-eyes", [by_ann], what, "").is_enough
    assert approval.standing("four-eyes", [by_ann, by_ben], what, "eve").is_enough


def test_with_four_eyes_one_person_counts_once_and_the_last_to_change_it_never() -> None:
    what = sent("One")
    by_ann, again, by_ben = (
        approved("ann", what),
        approved("ann", what, 1),
        approved("ben", what, 2),
    )
    assert not approval.standing("four-eyes", [by_ann, again], what, "").is_enough
    found = approval.standing("four-eyes", [by_ann, by_ben], what, "ben")
    assert not found.is_enough
    assert found.why == "ann has approved it, and somebody else has to as well"
    alone = approval.standing("four-eyes", [by_ben], what, "ben")
    assert alone.why == "ben changed it last, so that two others have to approve it"


def test_an_approval_of_something_else_is_put_aside_and_counts_again_when_it_is_back() -> None:
    before, after = sent("One"), sent("Two")
    found = approval.standing("one", [approved("ann", before)], after, "")
    assert [each.who for each in found.aside] == ["ann"]
    assert found.why == "what would be sent is not what ann approved"
    assert approval.standing("one", [approved("ann", before)], before, "").why == ""


def test_of_one_person_the_newest_approval_counts() -> None:
    before, after = sent("One"), sent("Two")
    given = [approved("ann", before), approved("ann", after, 1)]
    assert approval.standing("one", given, after, "").is_enough
    assert not approval.standing("one", given, before, "").is_enough


def test_a_content_warning_is_approved_with_the_texts() -> None:
    before = sent("One")
    (thread,) = before.threads
    after = before._replace(threads=(thread._replace(beside=("content warning: long",)),))
    assert not approval.covers(before, after)
    assert before.hash != after.hash
    assert [line.text for line in approval.difference(before, after)] == [
        "x:",
        "content warning: long",
    ]
    assert approval.from_json(approval.as_json(after)) == after
    assert after.beside_of("x") == ("content warning: long",)
