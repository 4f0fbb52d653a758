"""What threads cost on a network that charges, and when a month's budget is passed."""

from datetime import date
from decimal import Decimal

import pytest

from bot.core import price
from bot.core.delivery import Image, Part
from bot.core.network import BLUESKY, X
from bot.core.price import Cost, Price, Requests

PRICES = Price(*(Decimal(10**n) for n in range(7)), read_on=date(2026, 11, 28))
IMAGE = Image("0" * 64, "slide.png", "image/png", "A white slide.")


def thread(*texts: str) -> list[Part]:
    first, *rest = texts
    return [Part(1, first, IMAGE), *(Part(position, text) for position, text in enumerate(rest, 2))]


def cost(*texts: str) -> Cost:
    found = X.cost(thread(*texts))
    assert found is not None
    return found


def of_total(total: str) -> Cost:
    """A thread of two parts, one with a link, that costs so much."""
    return Cost(Decimal(total), 2, 1, Decimal(total), Decimal("0.012"), PRICES.read_on)


def test_each_request_has_its_kind_and_its_price() -> None:
    requests = Requests(
        2, posts_with_url=1, alts=1, owned_reads=1, post_reads=2, user_reads=1
    )._replace(media_reads=1)
    assert list(PRICES.each(requests)) == [
        ("post", Decimal(1)),
        ("post", Decimal(1)),
        ("post with a link", Decimal(10)),
        ("alt text", Decimal(100)),
        ("own post read", Decimal(1_000)),
        ("post read", Decimal(10_000)),
        ("post read", Decimal(10_000)),
        ("media read", Decimal(100_000)),
        ("account read", Decimal(1_000_000)),
    ]
    assert PRICES.of(requests) == 1_121_112
    assert PRICES.of(Requests()) == 0


def test_a_thread_costs_its_posts_and_the_alt_text_of_its_picture() -> None:
    found = cost("Words.", "More.")
    assert found.total - found.reads == Decimal("0.015") * 2 + Decimal("0.005")


def test_a_thread_costs_its_reads_too_whose_account_it_is_and_each_part_read_back() -> None:
    found = cost("Words.", "More.")
    assert found.reads == Decimal("0.010") + 2 * Decimal("0.001")
    assert str(found) == "$0.05"
    under_way = X.cost(thread("Words.", "More."), is_under_way=True)
    assert under_way
    assert found.total - under_way.total == Decimal("0.010")


def test_the_part_with_a_link_is_most_of_the_cost() -> None:
    assert str(cost("Words.", "https://example.org")) == (
        "$0.23, most of it for the part with a link"
    )


def test_links_in_several_parts_are_set_against_all_in_one() -> None:
    found = cost("See model.py.", "Words.", "https://example.org")
    assert (found.parts, found.linked) == (3, 2)
    assert str(found) == ("2 of 3 parts hold a link: $0.43; all links in one part: $0.25")


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
    half = of_total("0.205")
    found = price.overrun(half, Decimal(spent), Decimal(budget) if budget else None)
    assert bool(found) == is_over


def test_what_costs_nothing_passes_no_budget() -> None:
    assert price.overrun(None, Decimal(5), Decimal(1)) is None


def test_an_overrun_is_said_in_whole_cents() -> None:
    dear = of_total("0.205")
    assert str(price.overrun(dear, Decimal("0.9"), Decimal(1))) == (
        "the thread costs $0.21, and $0.90 of $1.00 are spent"
    )
