"""One delivery from claim to receipt.

The protocol: claim → freeze the composed parts → check whose keys the account has → survey the
account's own posts → check that it may begin → prepare (uploads) → for each request: write the
intent, check the lease, send, store the receipts → sent. No transaction is open while a network is
called; what is known is committed at once. `failures` decides what follows when a step fails,
`rescue` what follows a worker that died.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from bot.composing import composer
from bot.context import Context
from bot.core import cards, errors
from bot.core.delivery import (
    Absent,
    Card,
    Delivery,
    Found,
    Handed,
    Likely,
    NotSeen,
    Outcome,
    Post,
    State,
    Survey,
    Thread,
)
from bot.core.price import Requests
from bot.publishers.protocol import Publisher
from bot.sending import (
    charges,
    duplicates,
    failures,
    identity,
    preconditions,
    read_back,
    rescue,
)
from bot.sending.failures import Ending
from bot.sending.lease import Lease
from bot.storage.accounts import AccountRow
from bot.storage.deliveries import Lost
from bot.storage.work import Work

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


def run(context: Context, account: AccountRow, *, has_doubt: bool = True) -> None:
    """Look for, then send, everything of an account that is due, one delivery after the other.

    Without `has_doubt` nothing is known to be uncertain, and nothing is looked for.
    """
    publisher = context.publishers[account.name]
    if has_doubt:
        with context.read() as work:
            doubtful = work.deliveries.uncertain(account.id)
        for delivery in doubtful:
            rescue.look(context, publisher, delivery)
        charges.book(context, publisher, account.id)
    while not context.stop.is_set() and not account.is_held(context.clock.now()):
        with context.at_once() as work:
            claimed = work.deliveries.claim(account.id, context.config.delivery.lease)
        if claimed is None:
            return
        log.debug("Claimed %s with fence %d", claimed.key, claimed.fence)
        # Lost: the lease has run out, and another worker goes on with the delivery.
        with suppress(Lost):
            Sending(context, publisher, claimed).run()
        # What was read before a step failed.
        charges.book(context, publisher, account.id)
        with context.read() as work:
            account = work.accounts.get(account.id)


class Sending:
    """A claimed thread under way.

    Each step returns None to go on with the next, or how the delivery has ended for now, once that
    is stored. A step raises `Lost` where the delivery belongs to another worker by now.
    """

    def __init__(self, context: Context, publisher: Publisher, delivery: Delivery) -> None:
        self.context = context
        self.publisher = publisher
        self.delivery = delivery
        self.thread = Thread.empty(delivery)
        self.others: tuple[Post, ...] = ()
        self.likely: tuple[Likely, ...] = ()
        self.newest = ""
        self.hidden = 0

    def run(self) -> Ending:
        """Take the thread as far as it goes now."""
        for step in (
            self._check_series,
            self._freeze,
            self._check_identity,
            self._survey,
            self._check_likely,
            self._check_hidden,
            self._check_duplicates,
            self._check_preconditions,
            self._prepare,
            self._send,
        ):
            ended = step()
            if ended is not None:
                return ended
        return self._finish()

    def _check_series(self) -> Ending | None:
        refusal = preconditions.unknown_series(self.context, self.delivery)
        return failures.refuse(self.context, self.delivery, refusal) if refusal else None

    def _freeze(self) -> Ending | None:
        """Compose the parts and store them; from the first attempt on they stay as they are.

        Those that were approved stay from the claim on.
        """
        if not self.delivery.is_frozen:
            try:
                composed = composer.thread_of(self.context, self.delivery)
            except errors.Unusable as error:
                return failures.fail(self.context, self.delivery, str(error))
            except errors.Unavailable as error:
                return self._failed(error)
            with self.context.write() as work:
                work.parts.save(self.delivery, composed.parts)
                self._save_card(work, composed.card)
        language = self.context.config.series[self.delivery.series].language
        with self.context.read() as work:
            thread = work.parts.thread(self.delivery)
            card = self._saved_card(work)
        self.thread = thread._replace(language=language, card=card)
        return None

    def _save_card(self, work: Work, card: Card | None) -> None:
        """Save the thread's link card beside its parts, so that a retry sends the same."""
        saved = {key: value for key, value in self.delivery.saved.items() if key != cards.SAVED}
        if card:
            saved[cards.SAVED] = cards.as_json(card)
        if saved != self.delivery.saved:
            work.deliveries.save(self.delivery, saved)
            self.delivery = self.delivery._replace(saved=saved)

    def _saved_card(self, work: Work) -> Card | None:
        """The link card as it was saved, with the bytes of its picture."""
        card = cards.from_json(self.delivery.saved)
        if card is None or card.image is None:
            return card
        data = work.pictures.data(card.image.sha256)
        return card._replace(image=card.image._replace(data=data))

    def _check_identity(self) -> Ending | None:
        """Hold the account where its keys are another identity's than it posts as.

        Before a thread's first part the network is asked anew; for the rest of one that has begun,
        what this process heard is enough.
        """
        profile = self.publisher.known
        if profile is None or not self.thread.has_begun:
            answer = self._ask(
                lambda: identity.ask(self.context, self.publisher, self.delivery.account_id)
            )
            if answer is None or isinstance(answer, Ending):
                return answer
            profile = answer
        mismatch = identity.settle(self.context, self.delivery.account, self.publisher, profile)
        if mismatch:
            return failures.wrong_identity(self.context, self.delivery, mismatch)
        return None

    def _survey(self) -> Ending | None:
        """Read the account's own posts; take over the parts of this thread that are out already."""
        with self.context.read() as work:
            since = work.parts.last_receipt(self.delivery)
        seen = self._ask(lambda: self.publisher.survey(self.thread, self.delivery.saved, since))
        if isinstance(seen, Ending):
            return seen
        seen = duplicates.without_known(self.context, self.delivery, seen)
        self.others = seen.others
        self.likely = seen.likely
        self.newest = seen.newest
        self.hidden = seen.hidden
        if seen.found or seen.saved != self.delivery.saved or self.publisher.price:
            self._take_over(seen)
        return self._finish() if self.thread.is_out else None

    def _check_likely(self) -> Ending | None:
        """Ask a person about a post that may be the next part, though it is not what was meant."""
        if not self.likely:
            return None
        with self.context.write() as work:
            return failures.ask_about_likely(work, self.delivery, self.likely[0])

    def _check_hidden(self) -> Ending | None:
        """Look for the part once more, where a request that was refused may have taken effect."""
        if not self.hidden:
            return None
        with self.context.write() as work:
            return failures.look_for_hidden(self.context, work, self.delivery, self.hidden)

    def _take_over(self, seen: Survey) -> None:
        found = [part for part in self.thread.parts if part.position in seen.found]
        with self.context.write() as work:
            work.deliveries.save(self.delivery, seen.saved)
            posts = self.publisher.network.posts(found)
            charges.charge(work, self.publisher, self.delivery, posts)
            if seen.found:
                work.parts.adopt(self.delivery, seen.found)
                positions = ", ".join(map(str, sorted(seen.found)))
                work.attempts.saw(
                    self.delivery.id, f"out already, and taken over: part {positions}"
                )
        begun = self.delivery.begun or bool(seen.found)
        self.delivery = self.delivery._replace(saved=seen.saved, begun=begun)
        self.thread = self.thread.with_receipts(seen.found)
        read_back.taken_over(self.context, self.publisher, self.delivery, self.thread, seen.found)

    def _check_duplicates(self) -> Ending | None:
        """Hold the account where its posts look like another installation's."""
        if self.context.rehearsal or not self.others:
            return None
        unknown_posts = duplicates.unknown_posts(
            self.context, self.publisher, self.delivery, self.others
        )
        if not unknown_posts:
            return None
        return failures.ask_about(self.context, self.delivery, unknown_posts)

    def _check_preconditions(self) -> Ending | None:
        refusal = preconditions.refusal(self.context, self.publisher, self.delivery, self.thread)
        return failures.refuse(self.context, self.delivery, refusal) if refusal else None

    def _prepare(self) -> Ending | None:
        """Upload pictures and reserve keys: repeatable, and never able to publish."""
        saved = self._ask(lambda: self.publisher.prepare(self.thread, self.delivery.saved))
        if isinstance(saved, Ending):
            return saved
        if saved != self.delivery.saved:
            with self.context.write() as work:
                work.deliveries.save(self.delivery, saved)
                charges.charge(work, self.publisher, self.delivery)
            self.delivery = self.delivery._replace(saved=saved)
        return None

    def _send(self) -> Ending | None:
        """Send what is not out yet, in one request or part by part."""
        if self.publisher.whole:
            return self._send_whole()
        last = len(self.thread.parts)
        for position in range(1, len(self.thread.parts) + 1):
            # Asked anew for each part: a request may bring back receipts of later parts, too.
            if self.thread.parts[position - 1].receipt:
                continue
            ended = self._request(position)
            if ended is not None:
                return ended
            read_back.part(self.context, self.publisher, self.delivery, self.thread, position)
            # Another copy of the bot may have begun the same thread at the same moment: none of the
            # two saw anything before its first part.
            if position in {1, last} and (ended := self._check_doubles()):
                return ended
        return None

    def _send_whole(self) -> Ending | None:
        """Send all of it in one request, or in as many as the network makes of it."""
        while not self.thread.is_out:
            ended = self._request(None)
            if ended is not None:
                return ended
        return None

    def _check_doubles(self) -> Ending | None:
        """Hold the account where it shows a part of this thread twice."""
        if self.publisher.proves_absence or self.context.rehearsal:
            return None
        try:
            double = duplicates.double(self.publisher, self.delivery, self.thread, self.newest)
        except Exception as error:  # noqa: BLE001 - looking cannot publish, and the part is out
            self._log(error)
            return None
        with self.context.write() as work:
            charges.charge(work, self.publisher, self.delivery)
            if double is None:
                return None
            failures.hold_for_double(work, self.delivery, double)
            if self.thread.is_out:
                return None
            return failures.wait(work, self.delivery, double.reason)

    def _request(self, position: int | None) -> Ending | None:
        """One request that can publish: intent, lease, request, receipts.

        A `position` of None stands for the whole thread.
        """
        if self.context.stop.is_set():
            return failures.give_back(self.context, self.delivery)
        costs = self._costs(position)
        lease = Lease.begin(self.context)
        with self.context.write() as work:
            attempt = work.attempts.start(
                self.delivery, position, self.context.config.delivery.lease
            )
        if not lease.has_room(self.context):
            unsent = errors.Unavailable("The lease ended before the request; nothing was sent.")
            return self._failed(unsent, attempt, position)
        log.debug("Sending part %s of %s", position or "1 to the last", self.delivery.key)
        try:
            receipts = self.publisher.send(self.thread, position, self.delivery.saved)
        except Exception as error:  # noqa: BLE001 - the request may have reached the network
            return self._failed(error, attempt, position)
        if isinstance(receipts, Handed):
            return failures.hand_over(self.context, self.delivery, attempt, receipts)
        # Committed at once: nothing that may fail stands before it.
        with self.context.write() as work:
            work.parts.record(self.delivery, receipts)
            work.attempts.end(attempt, Outcome.SENT)
            charges.charge(work, self.publisher, self.delivery, costs)
        self.thread = self.thread.with_receipts(receipts)
        return None

    def _costs(self, position: int | None) -> Requests:
        """What the network charges for posting that part, or the whole thread."""
        if self.publisher.price is None:
            return Requests()
        parts = self.thread.parts
        if position is not None:
            parts = parts[position - 1 : position]
        return self.publisher.network.posts(parts)

    def _ask(self, call: Callable[[], Answer]) -> Answer | Ending:
        """The answer of a call that cannot publish: whatever goes wrong, nothing of it is out."""
        try:
            return call()
        except (errors.Rejected, errors.Blocked, errors.Unavailable) as error:
            return self._failed(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent
            trace = self._log(error)
            unavailable = errors.Unavailable(errors.sentence(error))
            return self._handle(failures.Failure(unavailable, None, trace))

    def _failed(
        self, error: Exception, attempt: int | None = None, position: int | None = None
    ) -> Ending:
        failure = failures.Failure(error, attempt, self._log(error), position)
        if not failures.is_claim(failure):
            return self._handle(failure)
        return self._confirm(failure)

    def _confirm(self, failure: failures.Failure) -> Ending:
        """Look once whether a request took effect of which the network says that it did not."""
        try:
            seen = self.publisher.find(self.thread, self.delivery.saved)
        except Exception as error:  # noqa: BLE001 - looking cannot publish: look again later
            self._log(error)
            return self._handle(failure, is_in_doubt=True)
        with self.context.write() as work:
            charges.charge(work, self.publisher, self.delivery)
            work.attempts.saw(self.delivery.id, rescue.described(seen))
        if isinstance(seen, Found):
            return self._take_over_refused(seen, failure)
        is_absent = isinstance(seen, Absent)
        if isinstance(seen, NotSeen):
            is_absent = seen.count_agrees and not seen.likely
        return self._handle(failure, is_in_doubt=not is_absent)

    def _take_over_refused(self, seen: Found, failure: failures.Failure) -> Ending:
        """Store the receipts of what is out although the network refused it."""
        reason = f"{errors.sentence(failure.error)} Then: found on the network"
        with self.context.write() as work:
            work.parts.record(self.delivery, seen.receipts)
            assert failure.attempt is not None
            work.attempts.end(failure.attempt, Outcome.SENT, reason, failure.trace)
            work.deliveries.move(self.delivery, State.WAITING, next_at=work.now)
            ending = Ending(State.WAITING, work.now)
        read_back.taken_over(
            self.context, self.publisher, self.delivery, self.thread, seen.receipts
        )
        return ending

    def _handle(self, failure: failures.Failure, *, is_in_doubt: bool = False) -> Ending:
        return failures.handle(
            self.context, self.delivery, self.thread, failure, is_in_doubt=is_in_doubt
        )

    def _log(self, error: Exception) -> str:
        return failures.log_unexpected(error, self.publisher, f"sending {self.delivery.key}")

    def _finish(self) -> Ending:
        with self.context.write() as work:
            work.deliveries.move(self.delivery, State.SENT)
        count = len(self.thread.parts)
        self.context.say(
            f"{self.delivery.account}: {self.thread.name} is out, "
            f"{count} part{'s' if count > 1 else ''}"
        )
        return Ending(State.SENT)
