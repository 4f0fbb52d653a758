"""Taking back what a slot has claimed: what has not begun is cancelled, the rest is named."""

from typing import NamedTuple

from bot.config import Series
from bot.context import Context
from bot.core.collage import Collage, State
from bot.core.delivery import Delivery
from bot.core.delivery import State as Sending
from bot.core.errors import MlcollageError, NotAllowed
from bot.deciding import deliveries


class OnAccount(NamedTuple):
    """How a claimed collage stands on one account; `urls` are the parts that are out."""

    delivery: Delivery
    urls: tuple[str, ...]

    @property
    def account(self) -> str:
        """The account's name."""
        return self.delivery.account

    @property
    def can_be_cancelled(self) -> bool:
        """Whether nothing of it can be out, and nobody is about to send it."""
        is_waiting = self.delivery.state in {Sending.WAITING, Sending.HELD}
        return is_waiting and not self.delivery.begun and not self.urls

    @property
    def words(self) -> str:
        """What becomes of it: a sentence without its end."""
        if self.can_be_cancelled:
            return "has not begun, and will not be sent"
        if self.urls:
            return "is out in part" if self.delivery.state is not Sending.SENT else "is out"
        match self.delivery.state:
            case Sending.SENDING:
                return "is being sent at this moment"
            case Sending.FAILED:
                return "has failed: nothing of it is out"
            case Sending.UNCERTAIN:
                return "may be out: first say whether it is, among the deliveries"
            case _:
                return "has begun: decide about it among the deliveries"


class Claimed(NamedTuple):
    """A claimed collage, and how it stands on each account."""

    item: Collage
    accounts: tuple[OnAccount, ...]

    @property
    def is_possible(self) -> bool:
        """Whether anything of it can be taken back."""
        return any(each.can_be_cancelled for each in self.accounts)


class TakenBack(NamedTuple):
    """The collage afterwards, and what was cancelled; `left` is what cannot be taken back."""

    item: Collage
    cancelled: tuple[str, ...]
    left: tuple[OnAccount, ...]

    @property
    def is_back(self) -> bool:
        """Whether the collage is in the queue again, held, its number free."""
        return self.item.state is State.HELD


def look(context: Context, series: Series, name: str) -> Claimed:
    """How a collage stands that a slot has claimed; raises `BadInput` where there is none."""
    with context.read() as work:
        item = work.queue.get(series.name, name)
        found = []
        newest = {each.account: each for each in work.lookup.of_collage(item.id)}
        for each in newest.values():
            receipts = [part.receipt for part in work.parts.of(each.id) if part.receipt]
            found.append(OnAccount(each, tuple(receipt.url for receipt in receipts)))
    return Claimed(item, tuple(found))


def take_back(context: Context, series: Series, name: str) -> TakenBack:
    """Cancel the threads of a claimed collage that have not begun.

    Where nothing of it is out on any account, it goes back to the queue, held. Raises `NotAllowed`
    where nothing can be taken back.
    """
    claimed = look(context, series, name)
    item = claimed.item
    if item.state not in {State.CLAIMED, State.POSTED}:
        raise NotAllowed(f"{item.name} is {item.state}; no slot has claimed it.")
    if not claimed.is_possible:
        raise NotAllowed(f"Nothing of {item.name} can be taken back any more.")
    cancelled = list[str]()
    for each in claimed.accounts:
        if each.can_be_cancelled and _is_cancelled(context, each):
            cancelled.append(each.account)
    after = look(context, series, item.name)
    left = tuple(
        each
        for each in after.accounts
        if each.account not in cancelled and each.delivery.state is not Sending.FAILED
    )
    if not cancelled:
        raise NotAllowed(f"It is too late: {item.name} is being sent already.")
    return TakenBack(after.item, tuple(cancelled), left)


def _is_cancelled(context: Context, wanted: OnAccount) -> bool:
    """Cancel a thread; False where it has begun at this very moment."""
    try:
        deliveries.cancel(context, str(wanted.delivery.id))
    except MlcollageError:
        return False
    return True
