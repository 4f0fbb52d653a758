"""What an account shows against what the ledger says of it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import audit
from bot.core.audit import Difference, Kind, Meant
from bot.core.delivery import Image, Part, Receipt, ShownPost

AT = datetime(2021, 8, 4, 13, 0, tzinfo=UTC)
ALT = "A white slide about Barlow Twins."


def receipt(number: int) -> Receipt:
    return Receipt(str(number), f"https://x.com/lab/status/{number}", AT)


PARTS = (
    Part(1, "ML-Collage [29/52] #mlcollage", Image("0", "a.png", "image/png", ALT), receipt(11)),
    Part(2, "The paragraph of it.", None, receipt(12)),
    Part(3, "Paper: https://example.org/paper", None, receipt(13)),
)
LEDGER = audit.meant(7, PARTS)


def as_sent(part: Meant, number: int | None = None) -> ShownPost:
    """The post of a part, as it was meant, or another one like it."""
    where = receipt(number) if number else part.receipt
    assert where
    alts = (part.alt,) if part.alt else ()
    return ShownPost(where, part.text, part.parent, len(alts), alts)


SHOWN = [as_sent(part) for part in LEDGER]


def found(shown: list[ShownPost], ledger: list[Meant] = LEDGER) -> list[tuple[Kind, str]]:
    return [(each.kind, each.url.rpartition("/")[2]) for each in audit.check(ledger, shown)]


def test_an_account_that_shows_what_was_meant_is_well() -> None:
    assert found(SHOWN) == []


def test_each_part_answers_the_one_before_it_and_none_that_was_taken_off() -> None:
    assert [part.parent for part in LEDGER] == [None, "11", "12"]
    without = audit.meant(7, (PARTS[0], PARTS[1]._replace(is_gone=True), PARTS[2]))
    assert [(part.position, part.parent) for part in without] == [(1, None), (3, "11")]


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_part_that_is_not_shown_is_missing(position: int) -> None:
    shown = SHOWN[: position - 1] + SHOWN[position:]
    assert found(shown) == [(Kind.MISSING, str(10 + position))]


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_second_post_of_a_part_is_named_with_both_addresses(position: int) -> None:
    double = as_sent(LEDGER[position - 1], 99)
    (finding,) = audit.check(LEDGER, [*SHOWN, double])
    assert finding.kind is Kind.TWICE
    assert finding.url == receipt(99).url
    assert finding.other == receipt(10 + position).url
    assert finding.needs_a_person


def test_a_post_of_a_part_that_is_not_known_to_be_out_is_unrecorded() -> None:
    ledger = audit.meant(7, [part._replace(receipt=None) for part in PARTS])
    assert found([as_sent(ledger[0], 50)], ledger) == [(Kind.UNRECORDED, "50")]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"text": "ML-Collage [29/52]"}, Kind.TEXT),
        ({"pictures": 0, "alts": ()}, Kind.PICTURE),
        ({"alts": ()}, Kind.ALT),
        ({"alts": ("Another one.",)}, Kind.ALT),
        ({"parent": "5"}, Kind.PARENT),
    ],
)
def test_a_post_that_is_not_what_was_meant_is_told(changed: dict[str, object], kind: Kind) -> None:
    shown = [SHOWN[0]._replace(**changed), *SHOWN[1:]]  # type: ignore[arg-type]
    assert found(shown) == [(kind, "11")]


def test_a_reply_that_answers_nothing_has_the_wrong_parent() -> None:
    assert found([*SHOWN[:2], SHOWN[2]._replace(parent=None)]) == [(Kind.PARENT, "13")]


def test_what_a_network_may_change_is_no_difference() -> None:
    shown = [
        SHOWN[0]._replace(alts=(f" {ALT.upper()}",)),
        SHOWN[1]._replace(text="The  paragraph of it."),
        SHOWN[2]._replace(text="Paper: https://t.co/abc"),
    ]
    assert found(shown) == []


def test_a_post_by_hand_is_extra_and_needs_nobody() -> None:
    by_hand = ShownPost(receipt(20), "Hello from the lab.", None, 0, ())
    (finding,) = audit.check(LEDGER, [*SHOWN, by_hand])
    assert (finding.kind, finding.meant) == (Kind.EXTRA, None)
    assert not finding.needs_a_person


def newer(minutes: int) -> ShownPost:
    """A post by hand, made so long after the parts."""
    at = AT + timedelta(minutes=minutes)
    return ShownPost(receipt(90)._replace(at=at), "Hello from the lab.", None, 0, ())


@pytest.mark.parametrize(
    ("shown", "age", "is_unsettled"),
    [
        ([], timedelta(minutes=1), True),
        ([newer(-60)], timedelta(minutes=59), True),
        ([newer(-60)], timedelta(minutes=60), False),
        ([newer(1)], timedelta(minutes=2), False),
        ([], timedelta(days=8), False),
    ],
)
def test_a_new_part_may_only_not_be_shown_yet_where_nothing_newer_is(
    shown: list[ShownPost], age: timedelta, is_unsettled: bool
) -> None:
    missing = [each for each in audit.check(LEDGER, shown) if each.kind is Kind.MISSING]
    urls = {receipt(number).url for number in (11, 12, 13)}
    assert audit.unsettled(missing, shown, AT + age) == (urls if is_unsettled else set())


@pytest.mark.parametrize(
    ("position", "text", "is_elsewhere", "is_another"),
    [
        (2, "Hello from the lab.", True, True),
        (2, "Hello from the lab.", False, False),
        (1, "Hello from the lab.", False, True),
        (2, "Paper: https://t.co/abc", False, True),
        (2, "The paragraph of", True, False),
        (1, "ML-Collage [29/52]", False, False),
    ],
)
def test_another_text_in_another_place_is_another_post(
    position: int, text: str, is_elsewhere: bool, is_another: bool
) -> None:
    difference = Difference("It differs.", frozenset({Kind.TEXT}), text, is_elsewhere)
    assert audit.is_another_post(difference, PARTS[position - 1], PARTS) is is_another


def test_a_post_that_cannot_be_read_or_has_the_text_is_not_taken_for_another() -> None:
    for difference in (
        Difference("It cannot be read.", frozenset({Kind.UNREAD})),
        Difference("No picture.", frozenset({Kind.PICTURE}), PARTS[0].text, is_elsewhere=True),
    ):
        assert not audit.is_another_post(difference, PARTS[0], PARTS)


def test_the_same_differences_have_one_name_however_they_are_put() -> None:
    first = Difference("Its text and picture.", frozenset({Kind.TEXT, Kind.PICTURE}))
    second = Difference("Its picture and text.", frozenset({Kind.PICTURE, Kind.TEXT}))
    assert first.what == second.what == "another text+lost picture"
