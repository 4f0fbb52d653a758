"""The publisher for Bluesky: a thread goes out whole, in one commit, under keys known before.

Keys and records are made once and stored before anything is sent. A key that the server has takes
no second record, so that what is out can be proved at any time, and so can that nothing is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path

from bot import http_calls
from bot.core import cards, identity, settings
from bot.core import layout as layouts
from bot.core import network as networks
from bot.core.answers import Response, text_of
from bot.core.audit import Difference, Kind
from bot.core.collage import shown
from bot.core.delivery import (
    Absent,
    Found,
    Likely,
    Look,
    NotSeen,
    Part,
    Post,
    Receipt,
    ShownPost,
    Survey,
    Thread,
)
from bot.core.errors import BadInput, Blocked, MlcollageError, Rejected, Unavailable, Uncertain
from bot.core.identity import Profile
from bot.core.network import Limits
from bot.core.price import Price, Requests
from bot.core.schedule import Clock
from bot.core.settings import Secret, setting
from bot.publishers import chains
from bot.publishers.bluesky import cids, errors, keys, matching, media, records, setup
from bot.publishers.bluesky.calls import POST, Api, Credentials, Entry, Owner, Record
from bot.publishers.bluesky.records import Ref, Reply
from bot.publishers.protocol import Saved

WRITE, WRITE_ALL = "com.atproto.repo.createRecord", "com.atproto.repo.applyWrites"

MADE_AT, RECORDS, HANDLES = "made_at", "records", "handles"
"""Keys of what is saved: when the records were made, they by position, ids of who is mentioned."""
ONE_BY_ONE = "one_by_one"
"""Saved where the server takes no thread as a whole."""
AT_ONCE = timedelta(seconds=1)
"""When the first part is sent, once it is known that a thread has to go out part by part."""

OVERLAP = timedelta(days=7)
"""So much before our newest record others are read as well: keys are of a slot's time, so that what
another installation posted late has an earlier one.
"""

HANDLE = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"


def _handle(value: object) -> str:
    name = settings.text(value).strip().removeprefix("@").lower()
    if name and (len(name) > 253 or not re.fullmatch(HANDLE, name)):
        raise ValueError(f'must be a handle such as "mlcollage.bsky.social", not {shown(value)}')
    return name


@dataclass(frozen=True, slots=True)
class Settings:
    """`[accounts.NAME]` with `network = "bluesky"`.

    `base_url` is the account's server (its PDS). The app password may stand in a file that
    `secret_sources` reads. A request takes no longer than `total_timeout`: where it is None, as
    long as any may, so that none outlives its lease. `name` is what the configuration calls the
    account.
    """

    base_url: str = setting(settings.base_url(setup.SERVER), setup.SERVER)
    handle: str = setting(_handle, "")
    app_password: Secret = setting(settings.secret_text, Secret())
    app_password_file: str = setting(settings.text, "")
    secrets_file: str = setting(settings.text, "")
    connect_timeout: timedelta = setting(settings.some_span, timedelta(seconds=5))
    read_timeout: timedelta = setting(settings.some_span, timedelta(seconds=20))
    total_timeout: timedelta | None = setting(settings.some_span, None)
    layout: str = setting(settings.one_of(*layouts.LAYOUTS), layouts.THREAD)
    link_cards: bool = setting(settings.flag, False)
    name: str = "bluesky"


class Bluesky:
    """One account on Bluesky."""

    network = networks.BLUESKY
    whole = True
    indivisible = False
    proves_absence = True
    by_hand = ""
    server = None
    price: Price | None = None
    budget: Decimal | None = None

    def __init__(self, settings: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.handle = settings.handle
        self.layout = settings.layout
        self.link_cards = settings.link_cards
        self.known: Profile | None = None
        self.identity = f"@{settings.handle}" if settings.handle else ""
        self.settings = settings
        self._clock = clock
        self.secrets = tuple(filter(None, (settings.app_password,)))
        limits = http_calls.Limits(
            total=settings.total_timeout or longest,
            connect=settings.connect_timeout,
            read=settings.read_timeout,
        )
        credentials = Credentials(settings.handle, settings.app_password)
        self._api = Api(credentials, Owner(settings.name, settings.base_url), limits, clock)

    @property
    def duty(self) -> str:
        """That an app password would do, where the account's own one is used; else ""."""
        return setup.OWN_PASSWORD if self._api.has_own_password else ""

    def limits(self) -> Limits:
        return self.network.limits

    def profile(self) -> Profile:
        """Whose app password this is, asked anew."""
        self.known = self._api.me()
        self.identity = f"@{self.known.handle}"
        return self.known

    def usage(self) -> Requests:
        return Requests()

    def problems(self, parts: Sequence[Part]) -> Sequence[str]:
        """That a part mentions somebody whom Bluesky does not know."""
        found, known = [], dict[str, object]()
        for part in parts:
            try:
                known = self._dids(part, {HANDLES: known})
            except Rejected as error:
                found.append(str(error))
            except MlcollageError:
                break
        return found

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        """Look at this thread's keys, then read what is newer than `since`.

        A part that is out under another key, from another installation, is taken over as well.
        Raises `Blocked` where another identity began the thread.
        """
        saved = self._saved_by_us(thread, saved)
        did = self._me().id
        at_keys = self._at_keys(thread)
        found = self._ours(thread, at_keys, saved)
        listed = self._newer(matching.key_of(since, did))
        found |= self._among(listed, thread.with_receipts(found))
        ours = {receipt.id for receipt in found.values()}
        ours |= {receipt.id for receipt in thread.on_the_network}
        others = tuple(self._post_of(entry) for entry in listed if entry.uri not in ours)
        likely = self._likely(thread.with_receipts(found), at_keys)
        newest = max((entry.uri for entry in listed), default=since or "")
        return Survey(found, others, saved, likely, newest)

    def _newer(self, key: str) -> list[Entry]:
        """The account's records with greater keys than this, and those made later than its record;
        the newest of all for "".
        """
        entries = self._api.since(keys.before(key, OVERLAP))
        anchor = next((entry for entry in entries if entry.key == key), None)
        if anchor is None:
            return [entry for entry in entries if entry.key > key]
        made_at = matching.at(anchor.value, self._clock.now())
        return [
            entry
            for entry in entries
            if entry.key > key or matching.at(entry.value, made_at) > made_at
        ]

    def receipt(self, url: str) -> Receipt:
        """The receipt of the post at an address; raises `BadInput` where it is not our own."""
        address = matching.address_in(url)
        if address is None:
            example = matching.url_of("NAME.bsky.social", "3jzfcijpj2z2a")
            raise BadInput(
                f"{shown(url, 200)} is no address of a post on Bluesky; it has the form {example}."
            )
        who, key = address
        me = self._me()
        if who not in {me.handle.casefold(), me.id.casefold()}:
            raise BadInput(
                f"{shown(url, 200)} is not a post of @{me.handle}; give the address of one that is."
            )
        entry = self._api.get(key)
        if entry is None:
            raise BadInput(
                f"Bluesky has no post {shown(key)} of @{me.handle}; give the address of one that "
                "is out."
            )
        return self._receipt_of(entry)

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        """Upload pictures, look up who is mentioned, and make the records that are to go out.

        Raises `Rejected` where a part mentions nobody that Bluesky knows.
        """
        saved = dict(self._saved_by_us(thread, saved))
        saved.setdefault(MADE_AT, self._clock.now().isoformat())
        missing = [part for part in thread.parts if part.receipt is None]
        for part in missing:
            saved[HANDLES] = self._dids(part, saved)
        for part in missing:
            if part.image:
                pictures = self.limits().pictures
                saved = media.ensure(self._api, self._clock, pictures, part.image, saved)
        saved = self._with_card_picture(thread, saved)
        return saved | {RECORDS: self._records(thread, saved)}

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        """Write what is missing in one commit; or its first part, where that cannot be."""
        made = _saved_records(saved)
        missing = [part.position for part in thread.parts if part.receipt is None]
        if not set(missing) <= made.keys():
            raise Unavailable("The records have to be made again.")
        if saved.get(ONE_BY_ONE):
            missing = missing[:1]
        wanted = {place: made[place] for place in missing}
        try:
            response = self._write(thread, wanted, is_whole=not saved.get(ONE_BY_ONE))
        except Uncertain as error:
            return self._look_for(thread, wanted, error)
        if not response.is_success:
            return self._handle_refusal(response, thread, wanted, saved)
        if not isinstance(response.body, dict):
            broken = Uncertain(f"Bluesky answered {response.status}, but not with what it wrote.")
            return self._look_for(thread, wanted, broken)
        return self._receipts(thread, wanted)

    def find(self, thread: Thread, saved: Saved) -> Look:
        """Look at the keys of the parts without a receipt, which prove what is out and what not."""
        at_keys = self._at_keys(thread)
        if found := self._ours(thread, at_keys, saved):
            return Found(found)
        if at_keys:
            likely = self._likely(thread, at_keys)
            return NotSeen(anchor_seen=True, count_agrees=False, likely=likely)
        return Absent()

    def read_back(self, thread: Thread, position: int, saved: Saved) -> Difference | None:
        """What differs between a part and what the account's server has of it, or None."""
        part = thread.parts[position - 1]
        if part.receipt is None:
            return None
        url = part.receipt.url
        key = matching.key_of(part.receipt.id, self._me().id)
        entry = self._api.get(key) if key else None
        if entry is None:
            sentence = f"Part {position} is out, but Bluesky does not have it. See {url}"
            return Difference(sentence, frozenset({Kind.UNSHOWN}))
        parents = chains.parents(thread, position)
        found = matching.differences(entry.value, part, parents)
        if not found:
            return None
        words = "; ".join(each for _, each in found)
        return Difference(
            f"Part {position} is out, but differs on Bluesky: {words}. See {url}",
            frozenset(kind for kind, _ in found),
            matching.text(entry.value),
            is_elsewhere=matching.parent(entry.value) not in parents,
        )

    def shown(self, since: str) -> list[ShownPost]:
        """Read the account's own posts from the one with this id on."""
        key = matching.key_of(since, self._me().id)
        entries = self._api.since(keys.before(key))
        return [
            matching.shown_post(entry, self._receipt_of(entry))
            for entry in entries
            if entry.key >= key
        ]

    def put_away(self, thread: Thread, saved: Saved) -> None:
        """Nothing waits for anybody here."""

    def delete(self, post_id: str) -> None:
        """Delete one of the account's own posts."""
        me = self._me()
        key = matching.key_of(post_id, me.id)
        if not key:
            raise BadInput(f"{shown(post_id, 200)} is no post of @{me.handle}.")
        self._api.delete(key)

    def check(self) -> str:
        """A sentence on why the account cannot post, or ""; also learns whose password it is."""
        try:
            profile = self.profile()
            if mismatch := identity.not_as_configured(self.handle, profile):
                return mismatch.sentence
            self._api.since("")
        except MlcollageError as error:
            return str(error)
        return ""

    def _me(self) -> Profile:
        return self.known or self.profile()

    def _saved_by_us(self, thread: Thread, saved: Saved) -> Saved:
        """What is saved, without what another identity saved.

        Raises `Blocked` where another identity has parts of this thread out: ours would not answer
        them.
        """
        me = self._me()
        did = text_of(saved.get("did"))
        if not did or did == me.id:
            return saved | {"did": me.id}
        if thread.on_the_network:
            raise Blocked(
                f"{did} has begun this thread, and the app password is that of @{me.handle} "
                f"({me.id}) now."
            )
        # The card is no identity's.
        return {"did": me.id} | {key: saved[key] for key in (cards.SAVED,) if key in saved}

    def _with_card_picture(self, thread: Thread, saved: Saved) -> Saved:
        """What is saved, with the picture of a link card uploaded that is not out yet."""
        card, pictures = thread.card, self.network.card_pictures
        if card is None or card.image is None or pictures is None:
            return saved
        if thread.parts[card.position - 1].receipt:
            return saved
        return media.ensure(self._api, self._clock, pictures, card.image, saved)

    def _at_keys(self, thread: Thread) -> dict[int, Entry]:
        """What the server has under the keys of the parts without a receipt."""
        found = {}
        for part in thread.parts:
            if part.receipt is None and (entry := self._api.get(keys.of(thread, part.position))):
                found[part.position] = entry
        return found

    def _ours(
        self, thread: Thread, at_keys: Mapping[int, Entry], saved: Saved
    ) -> dict[int, Receipt]:
        """The receipts of those of these records that are what was or would be sent."""
        made = _saved_records(saved)
        found: dict[int, Receipt] = {}
        for place, entry in at_keys.items():
            if entry.uri in thread.foreign:
                continue
            if self._is_ours(thread.with_receipts(found), place, entry, made.get(place)):
                found[place] = self._receipt_of(entry)
        return found

    def _is_ours(self, thread: Thread, place: int, entry: Entry, made: Record | None) -> bool:
        if made is not None and matching.is_ours(entry, made):
            return True
        # Nothing is saved of it, as after an older backup was restored: what it shows has to do.
        part = thread.parts[place - 1]
        return not matching.differences(entry.value, part, chains.parents(thread, place))

    def _likely(self, thread: Thread, at_keys: Mapping[int, Entry]) -> tuple[Likely, ...]:
        """Records under this thread's keys that are something else: a person is asked."""
        found = []
        for place, entry in at_keys.items():
            part = thread.parts[place - 1]
            if part.receipt or entry.uri in thread.foreign:
                continue
            differences = matching.differences(entry.value, part, chains.parents(thread, place))
            words = "; ".join(each for _, each in differences) or "it is another record"
            found.append(Likely(place, self._post_of(entry), words))
        return tuple(found)

    def _among(self, listed: Sequence[Entry], thread: Thread) -> dict[int, Receipt]:
        """Receipts of the next parts among these records, under whatever keys they are."""

        def find(part: Part, parent: str | None, so_far: Thread) -> Entry | None:
            taken = {*thread.foreign, *(receipt.id for receipt in so_far.on_the_network)}
            matches = (
                entry
                for entry in listed
                if entry.uri not in taken and matching.has_part(entry.value, part, parent)
            )
            return next(matches, None)

        return chains.parts_among(thread, find, self._receipt_of)

    def _dids(self, part: Part, saved: Saved) -> Record:
        """The ids of those whom a part mentions, and of those who are known already."""
        me, known = self._me(), saved.get(HANDLES)
        dids: Record = dict(known) if isinstance(known, dict) else {}
        for handle in records.mentioned(part):
            if handle.casefold() == me.handle.casefold():
                dids[handle] = me.id
            if handle in dids:
                continue
            try:
                dids[handle] = self._api.did_of(handle)
            except BadInput as error:
                raise Rejected(f"Part {part.position} mentions nobody: {error}.") from None
        return dids

    def _records(self, thread: Thread, saved: Saved) -> Record:
        """The records of all parts without a receipt, by position, each answering the one before.

        Their hashes are known before they are out, so that replies can name them.
        """
        handles = saved[HANDLES] if isinstance(saved.get(HANDLES), dict) else {}
        assert isinstance(handles, dict)
        moment = datetime.fromisoformat(str(saved[MADE_AT]))
        blobs, me = media.blobs(saved), self._me()
        made: Record = {}
        root: Ref | None = None
        parent: Ref | None = None
        for part in thread.parts:
            if part.is_gone:
                continue
            if part.receipt:
                parent = self._ref_of(part.receipt)
            else:
                created_at = records.made_at(moment, part.position)
                record = records.of(thread, part, created_at, handles, blobs)
                if root and parent:
                    record = records.answering(record, Reply(root, parent))
                made[str(part.position)] = record
                uri = matching.uri_of(me.id, keys.of(thread, part.position))
                parent = Ref(uri, cids.of_record(record))
            root = root or parent
        return made

    def _ref_of(self, receipt: Receipt) -> Ref:
        """What a reply names a part by that is out."""
        key = matching.key_of(receipt.id, self._me().id)
        entry = self._api.get(key) if key else None
        if entry is None:
            raise Rejected(f"The post that the next part answers is gone: {receipt.url}")
        return Ref(entry.uri, entry.cid)

    def _write(self, thread: Thread, wanted: Mapping[int, Record], *, is_whole: bool) -> Response:
        """Create these records under their keys; the response whatever it is."""
        did = self._me().id
        writes = [
            {"collection": POST, "rkey": keys.of(thread, place), "value": record}
            for place, record in wanted.items()
        ]
        if is_whole:
            kind = f"{WRITE_ALL}#create"
            body = {"repo": did, "writes": [{"$type": kind, **write} for write in writes]}
            return self._api.publish(WRITE_ALL, body)
        (write,) = writes
        alone = {"repo": did, "collection": POST, "rkey": write["rkey"], "record": write["value"]}
        return self._api.publish(WRITE, alone)

    def _handle_refusal(
        self, response: Response, thread: Thread, wanted: Mapping[int, Record], saved: Saved
    ) -> dict[int, Receipt]:
        """Return the receipts of refused records that are out already, else raise the next step."""
        message = self._api.message(response)
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not errors.is_unable(response):
            # A key that exists is answered with 500: the records may be out since another try.
            return self._look_for(thread, wanted, _failed(response, message))
        now = self._clock.now()
        if errors.is_blob_gone(response):
            text = f"Bluesky does not have the picture any more ({message}); it is uploaded again."
            raise Unavailable(text, now + AT_ONCE, media.without(saved), is_claim=True)
        if errors.is_expired(response):
            self._api.forget_session()
            text = f"The session with Bluesky has ended ({message})."
            raise Unavailable(text, now + AT_ONCE, is_claim=True)
        if errors.is_unable(response) and not saved.get(ONE_BY_ONE):
            text = f"Bluesky does not take the thread as a whole ({message}): it goes part by part."
            raise Unavailable(text, now + AT_ONCE, saved | {ONE_BY_ONE: True}, is_claim=True)
        raise errors.refusal(response, now, "post", message)

    def _look_for(
        self, thread: Thread, wanted: Mapping[int, Record], error: MlcollageError
    ) -> dict[int, Receipt]:
        """The receipts of records whose writing had no clear outcome, where they are out.

        Raises the error where they are not, and `Uncertain` where the server cannot be asked.
        """
        try:
            there = {place: self._api.get(keys.of(thread, place)) for place in wanted}
        except MlcollageError as unasked:
            raise Uncertain(f"{error} Looking for it failed: {unasked}") from None
        if not any(there.values()):
            raise error
        for place, entry in there.items():
            if entry is None or not matching.is_ours(entry, wanted[place]):
                raise Uncertain(f"{error} Its key has another record, or a part of it is out.")
        return {place: self._receipt_of(entry) for place, entry in there.items() if entry}

    def _receipts(self, thread: Thread, wanted: Mapping[int, Record]) -> dict[int, Receipt]:
        """The receipts of records that were written."""
        did, now = self._me().id, self._clock.now()
        uris = {place: matching.uri_of(did, keys.of(thread, place)) for place in wanted}
        return {
            place: self._receipt_of(Entry(uris[place], "", record), now)
            for place, record in wanted.items()
        }

    def _receipt_of(self, entry: Entry, otherwise: datetime | None = None) -> Receipt:
        """A record's receipt, at the time that it says, or now where it says none with a zone."""
        made = matching.at(entry.value, otherwise or self._clock.now())
        return Receipt(entry.uri, matching.url_of(self._me().handle, entry.key), made)

    def _post_of(self, entry: Entry) -> Post:
        return Post(self._receipt_of(entry), matching.text(entry.value))


def _failed(response: Response, message: str) -> MlcollageError:
    """The error for a server's own failure, once it is known that nothing of the request is out."""
    return Unavailable(f"Bluesky answered {response.status} ({message}).", is_claim=True)


def _saved_records(saved: Saved) -> dict[int, Record]:
    """The records that were made, by position."""
    made = saved.get(RECORDS)
    if not isinstance(made, dict):
        return {}
    return {int(place): record for place, record in made.items()}
