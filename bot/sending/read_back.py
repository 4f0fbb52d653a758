"""Looks once whether what is out is what was meant, and tells where it is not."""

from collections.abc import Iterable, Mapping, Sequence

from bot.context import Context
from bot.core import errors
from bot.core.audit import Difference, Kind
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
    tell(context, delivery, _differences(context, publisher, delivery, thread, [position]))


def taken_over(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    receipts: Mapping[int, Receipt],
) -> Sequence[str]:
    """As `part`, for parts that were found on the network and taken over; what differs of them."""
    return tell(context, delivery, differences(context, publisher, delivery, thread, receipts))


def differences(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    receipts: Mapping[int, Receipt],
) -> dict[int, Difference]:
    """Compare parts with what the network shows at these receipts; what differs, by position.

    A network that has threads exactly as they were written is not asked.
    """
    if publisher.indivisible:
        return {}
    thread = thread.with_receipts(dict(receipts))
    return _differences(context, publisher, delivery, thread, sorted(receipts))


def _differences(
    context: Context,
    publisher: Publisher,
    delivery: Delivery,
    thread: Thread,
    positions: Iterable[int],
) -> dict[int, Difference]:
    found = {}
    for position in positions:
        try:
            difference = publisher.read_back(thread, position, delivery.saved)
        except Exception as error:  # noqa: BLE001 - looking cannot publish, and the part is out
            failures.log_unexpected(error, publisher, f"reading back {delivery.key}")
            reason = errors.sentence(error)
            sentence = f"Part {position} is out but could not be read back: {reason}"
            difference = Difference(sentence, frozenset({Kind.UNREAD}))
        if difference:
            found[position] = difference
    with context.write() as work:
        charges.charge(work, publisher, delivery)
    return found


def tell(context: Context, delivery: Delivery, found: Mapping[int, Difference]) -> Sequence[str]:
    """Store a notice of each part that differs; return their sentences."""
    if found:
        with context.write() as work:
            for position, each in found.items():
                work.notices.add(DeliveryDiffers(delivery, position, each.sentence, each.what))
    return [each.sentence for each in found.values()]
