"""What threads cost on a network that charges, and when a month's budget is passed."""

from datetime import date
from decimal import Decimal

import pytest

from bot.core import price
from bot.core.delivery import Image, Part
from bot.core.network import BLUESKY, X
from bot.core.price import Cost, Price, Requests

PRICES = Price(*(Decimal(10**n) for n in range(6)), read_on=date(2026, 11, 28))
IMAGE = Image("0" * 64, "slide.png", "image/png", "A white slide.")


def thread(*texts: str) -> list[Part]:
    first, *rest = texts
    return [Part(1, first, IMAGE), *(Part(position, text) for position, text in enumerate(rest, 2))]


def cost(*texts: str) -> Cost:
    found = X.cost(thread(*texts))
    assert found is not None
    return found


def test_each_request_has_its_kind_and_its_price() -> None:
    requests = Requests(2, posts_with_url=1, alts=1, owned_reads=1, post_reads=2, user_reads=1)
    assert list(PRICES.each(requests)) == [
        ("post", Decimal(1)),
        ("post", Decimal(1)),
        ("post with a link", Decimal(10)),
        ("alt text", Decimal(100)),
        ("own post read", Decimal(1_000)),
        ("post read", Decimal(10_000)),
        ("post read", Decimal(10_000)),
        ("account read", Decimal(100_000)),
    ]
    assert PRICES.of(requests) == 121_112
    assert PRICES.of(Requests()) == 0


def test_a_thread_costs_its_posts_and_the_alt_text_of_its_picture() -> None:
    assert cost("Words.", "More.").total == Decimal("0.015") * 2 + Decimal("0.005")
    assert str(cost("Words.", "More.")) == "$0.04"


def test_the_part_with_a_link_is_most_of_the_cost() -> None:
    assert str(cost("Words.", "https://example.org")) == (
        "$0.22, most of it for the part with a link"
    )


def test_links_in_several_parts_are_set_against_all_in_one() -> None:
    found = cost("See model.py.", "Words.", "https://example.org")
    assert (found.parts, found.linked) == (3, 2)
    assert str(found) == ("2 of 3 parts hold a link: $0.42; all links in one part: $0.24")


def test_a_network_that_charges_nothing_has_no_cost() -> None:
    assert BLUESKY.cost(thread("https://example.org")) is None


@pytest.mark.parametrize(
    ("spent", "budget", "is_over"),
    [
        ("0.79", "1.00", False),
        ("0.795", "1.00", False),
        ("0.796", "1.00", True),
        ("9", None, False),
    ],
)
def test_a_budget_may_be_used_up_but_not_passed(
    spent: str, budget: str | None, is_over: bool
) -> None:
    half = Cost(total=Decimal("0.205"), parts=2, linked=1, least=Decimal("0.205"))
    found = price.overrun(half, Decimal(spent), Decimal(budget) if budget else None)
    assert bool(found) == is_over


def test_what_costs_nothing_passes_no_budget() -> None:
    assert price.overrun(None, Decimal(5), Decimal(1)) is None


def test_an_overrun_is_said_in_whole_cents() -> None:
    dear = Cost(total=Decimal("0.205"), parts=2, linked=1, least=Decimal("0.205"))
    assert str(price.overrun(dear, Decimal("0.9"), Decimal(1))) == (
        "the thread costs $0.21, and $0.90 of $1.00 are spent"
    )
