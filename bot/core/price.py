"""What a thread costs on a network that charges, and what makes it dear."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.core.network import PRICES, Price
from bot.core.text import counting


@dataclass(frozen=True, slots=True)
class Cost:
    """A thread's cost: US dollars, its parts, those with a link, and the cost with all links in one
    part.
    """

    total: Decimal
    parts: int
    linked: int
    least: Decimal

    def __str__(self) -> str:
        if self.linked > 1:
            dear = f"{self.linked} of {self.parts} parts hold a link: ${cents(self.total)}"
            return f"{dear}; all links in one part: ${cents(self.least)}"
        return f"${cents(self.total)}" + (
            ", most of it for the part with a link" if self.linked else ""
        )


def cents(amount: Decimal) -> Decimal:
    """Rounded as money is."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def of(texts: Sequence[str], pictures: int, network: str) -> Cost | None:
    """The cost of a thread with so many pictures; None where the network charges nothing."""
    price = PRICES.get(network)
    if price is None:
        return None
    linked = sum(1 for said in texts if counting.urls(said, network))
    least = _total(price, len(texts), min(linked, 1), pictures)
    return Cost(_total(price, len(texts), linked, pictures), len(texts), linked, least)


def _total(price: Price, parts: int, linked: int, pictures: int) -> Decimal:
    return price.post_with_url * linked + price.post * (parts - linked) + price.alt * pictures
