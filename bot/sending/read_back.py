"""Looks once whether what is out is what was meant, and tells where it is not."""

from collections.abc import Iterable

from bot.context import Context
from bot.core import errors
from bot.core.delivery import Delivery, Receipt, Thread
from bot.core.notices.deliveries import DeliveryDiffers
from bot.publishers.protocol import Publisher
from bot.sending import charges, failures


def part(
    context: Context, publisher: Publisher, delivery: Delivery, thread: Thread, position: int
) -> None:
    """Compare a part with what the network shows of it; a notice says what differs.

    Its receipt is stored by then, so whatever comes of it is a notice and no more.
    """
    try:
        differs = publisher.read_back(thread, position, delivery.saved)
    except Exception as error:  # noqa: BLE001 - looking cannot publish, and the part is out
        failures.log_unexpected(error, publisher, f"reading back {delivery.key}")
        differs = f"Part {position} is out but could not be read back: {errors.sentence(error)}"
    with context.write() as work:
        charges.charge(work, publisher, delivery)
        if differs:
            work.notices.add(DeliveryDiffers(delivery, position, differs))


def taken_over(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    receipts: dict[int, Receipt],
) -> None:
    """As `part`, for parts that were found on the network and taken over."""
    thread = thread.with_receipts(receipts)
    for position in _to_read(publisher, receipts):
        part(context, publisher, delivery, thread, position)


def _to_read(publisher: Publisher, positions: Iterable[int]) -> list[int]:
    """The parts to read back; a network that takes threads whole has them as they were written."""
    if publisher.whole:
        return []
    return sorted(positions)
