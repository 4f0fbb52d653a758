"""The publisher for X: uploads pictures with alt texts, then posts a chain of replies.

X takes no idempotency key, so that a post with an unknown outcome is looked up among the account's
posts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bot import http_calls
from bot.core import identity, settings
from bot.core import layout as layouts
from bot.core import network as networks
from bot.core.answers import Response, inner, text_of
from bot.core.audit import Difference, Kind
from bot.core.collage import shown
from bot.core.delivery import (
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
from bot.core.text import sameness
from bot.publishers import chains, uploads
from bot.publishers.protocol import Saved
from bot.publishers.x import errors, matching, media, setup
from bot.publishers.x.calls import FEW, Api, Owner
from bot.publishers.x.transport import Keys

REPLY_BACKOFF, REPLY_TRIES = timedelta(seconds=5), 6
"""The first wait, which doubles, and the number of tries of a reply to a post X does not show yet.

That happens for moments after X has accepted the post.
"""

JUST_NOW = timedelta(minutes=1)
"""How old the account's count of posts may be where a thread begins; asking again costs a cent."""

DUPLICATE = "duplicate"
"""The key saved when X refuses a text as a duplicate that no lookup shows.

The next survey drops it.
"""


def _username(value: object) -> str:
    name = settings.some_text(value).removeprefix("@")
    if not re.fullmatch(r"\w{1,15}", name, re.ASCII):
        raise ValueError(f'must be a name on X such as "mlcollage", not {shown(value)}')
    return name


def _money(value: object) -> Decimal:
    try:
        amount = Decimal(settings.text(value))
    except InvalidOperation:
        amount = Decimal(-1)
    if not (amount.is_finite() and 0 <= amount < 1_000_000):
        raise ValueError(f'must be US dollars in quotes such as "5.00", not {shown(value)}')
    return amount


@dataclass(frozen=True, slots=True)
class Settings:
    """`[accounts.NAME]` with `network = "x"`. `budget` is in US dollars a month.

    The four keys are an X app's for its owner's account (OAuth 1.0a, with read and write
    permission); the files that may hold them are read by `secret_sources`. A request takes no
    longer than `total_timeout`: where it is None, as long as any may, so that none outlives its
    lease. `length` is how long X lets the account's posts be: with Premium, up to 25,000. `name` is
    what the configuration calls the account.
    """

    base_url: str = setting(settings.base_url(setup.SERVER), setup.SERVER)
    consumer_key: Secret = setting(settings.secret_text, Secret())
    consumer_secret: Secret = setting(settings.secret_text, Secret())
    access_token: Secret = setting(settings.secret_text, Secret())
    access_token_secret: Secret = setting(settings.secret_text, Secret())
    consumer_key_file: str = setting(settings.text, "")
    consumer_secret_file: str = setting(settings.text, "")
    access_token_file: str = setting(settings.text, "")
    access_token_secret_file: str = setting(settings.text, "")
    secrets_file: str = setting(settings.text, "")
    username: str = setting(_username, "")
    connect_timeout: timedelta = setting(settings.some_span, timedelta(seconds=5))
    read_timeout: timedelta = setting(settings.some_span, timedelta(seconds=20))
    total_timeout: timedelta | None = setting(settings.some_span, None)
    budget: Decimal | None = setting(_money, None)
    length: int = setting(settings.whole(1, 25_000), networks.X.limits.length)
    layout: str = setting(settings.one_of(*layouts.LAYOUTS), layouts.THREAD)
    name: str = "x"


class X:
    """One account on X."""

    network = networks.X
    whole = False
    indivisible = False
    link_cards = False
    proves_absence = False
    by_hand = ""
    price: Price | None = networks.X.price
    server = None
    duty = setup.DUTY

    def __init__(self, settings: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.budget, self.layout = settings.budget, settings.layout
        self.handle = settings.username
        self.known: Profile | None = None
        self._asked_at: datetime | None = None
        self.identity = ""
        if settings.username:
            self.identity = f"@{settings.username}"
        self.settings = settings
        self._clock = clock
        keys = Keys(
            settings.consumer_key,
            settings.consumer_secret,
            settings.access_token,
            settings.access_token_secret,
        )
        self.secrets = tuple(key for key in keys if key)
        limits = http_calls.Limits(
            total=settings.total_timeout or longest,
            connect=settings.connect_timeout,
            read=settings.read_timeout,
        )
        self._api = Api(keys, Owner(settings.name, settings.base_url), limits, clock)

    @property
    def clock_ahead(self) -> timedelta | None:
        """How far this machine's clock was ahead of X's at the last answer, where that is known."""
        return self._api.clock_ahead

    def limits(self) -> Limits:
        """Those of X, with the length that the account has by its settings."""
        return self.network.limits._replace(length=self.settings.length)

    def profile(self) -> Profile:
        """Whose keys these are, asked anew."""
        profile = self._api.me()
        self.known, self._asked_at = profile, self._clock.now()
        self.identity = f"@{profile.handle}"
        return profile

    def _profile_just_now(self) -> Profile:
        """The profile with a count of posts that nothing of ours has changed; asked if need be."""
        is_new = self._asked_at and timedelta(0) <= self._clock.now() - self._asked_at < JUST_NOW
        if self.known is None or not is_new:
            return self.profile()
        return self.known

    def usage(self) -> Requests:
        return self._api.usage()

    def problems(self, parts: Sequence[Part]) -> Sequence[str]:
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        """Read what is newer than this thread's newest receipt, or than `since`.

        X charges for each post that is read, so no older one is asked for. Reposts are left out.
        The newest id is saved as the anchor at which later lookups start. Raises `Blocked` where
        another identity began the thread.
        """
        saved = self._saved_by_us(thread, saved)
        is_counted_anew = not thread.is_refused and not _newest(thread)
        if is_counted_anew or "count" not in saved:
            known = len(thread.on_the_network)
            saved |= {"count": self._profile_just_now().posts, "counted": known}
            saved.pop("counted_to", None)
        start = _newest(thread) or matching.number(since)
        posts = self._api.timeline(str(saved["user"]), start)
        found = self._parts_among(posts, thread, saved)
        likely = self._likely_among(posts, thread.with_receipts(found), saved)
        ours = {receipt.id for receipt in found.values()}
        others = tuple(
            self._post_of(post, saved)
            for post in posts
            if post.get("id") not in ours and not matching.is_repost(post)
        )
        saved["anchor"] = newest = str(max(map(matching.number_of, posts), default=start))
        saved.setdefault("counted_to", newest)
        hidden = 0
        if thread.is_refused:
            hidden = max(0, self._uncounted(thread.with_receipts(found), posts, saved))
        return Survey(found, others, saved, likely, newest, hidden)

    def receipt(self, url: str) -> Receipt:
        """The receipt of the post at an address; raises `BadInput` where it is not our own."""
        post_id = matching.id_in(url)
        if not post_id:
            example = "https://x.com/NAME/status/1420000000000000000"
            raise BadInput(f"{shown(url)} is no address of a post on X; it has the form {example}.")
        me = self.known or self.profile()
        # What the timeline shows is ours, and costs less than a post by its id with its author.
        post = self._api.own_post(me.id, post_id) or self._api.post_with_id(post_id, me)
        return self._receipt_of(post, {"username": me.handle})

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        """Upload each picture that is still to go out, and set its alt text."""
        for part in thread.parts:
            if part.image and part.receipt is None:
                saved = media.ensure(self._api, self._clock, self.limits(), part.image, saved)
        return saved

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        """Post one part as a reply to the one before it."""
        assert position is not None
        self._asked_at = None
        part = thread.parts[position - 1]
        body: dict[str, object] = {"text": part.text}
        if part.image:
            body["media"] = {"media_ids": [media.id_of(saved, part.image, self._clock)]}
        if position > 1:
            parent = thread.parent_of(position)
            if parent is None:
                raise Unavailable(f"Part {position} waits for the one before it.")
            body["reply"] = {"in_reply_to_tweet_id": parent.id}
        response = self._api.post(body)
        if not response.is_success:
            return self._handle_refusal(response, thread, part, saved)
        post_id = text_of(inner(inner(response.body, "data"), "id"))
        if not matching.is_id(post_id):
            raise Uncertain(f"X answered {response.status}, but not with the post's id.")
        return {position: Receipt(post_id, self._url(post_id, saved), self._clock.now())}

    def find(self, thread: Thread, saved: Saved) -> Look:
        """Look for the parts without a receipt among the account's posts since the anchor.

        The anchor is the newest post that is known to be out. It is asked for, too: where X does
        not show it, nothing can be said about newer posts. The account's count of posts is the
        second witness: a timeline may show the anchor and hide what is newer.
        """
        anchor = _newest(thread) or matching.number(saved.get("anchor"))
        user = text_of(saved.get("user")) or self.profile().id
        posts = self._api.timeline(user, max(anchor - 1, 0))
        newer = [post for post in posts if matching.number_of(post) > anchor]
        if found := self._parts_among(newer, thread, saved):
            return Found(found)
        likely = self._likely_among(newer, thread, saved)
        if saved.get(DUPLICATE):
            # While X says that it has this text, not seeing it is no proof of absence.
            return NotSeen(anchor_seen=False, count_agrees=False, likely=likely)
        anchor_seen = anchor in map(matching.number_of, posts)
        return NotSeen(anchor_seen, self._uncounted(thread, newer, saved) == 0, likely)

    def _uncounted(self, thread: Thread, posts: Sequence[matching.Post], saved: Saved) -> int:
        """By how many posts the account has grown that neither this thread nor its timeline shows.

        `posts` are what the timeline shows: somebody may have posted by hand since the count was
        taken. Less than 0 where posts were deleted. Where X has told no count, before the thread's
        first part or now, nothing is known, and it is 1.
        """
        before, counted = saved.get("count"), saved.get("counted")
        now = self.profile().posts
        if not (isinstance(before, int) and isinstance(counted, int)) or now is None:
            return 1
        ours = {receipt.id for receipt in thread.on_the_network}
        since = matching.number(saved.get("counted_to"))
        by_hand = [
            post
            for post in posts
            if matching.number_of(post) > since and text_of(post.get("id")) not in ours
        ]
        return now - before - (len(ours) - counted) - len(by_hand)

    def _parts_among(
        self, posts: Sequence[matching.Post], thread: Thread, saved: Saved
    ) -> dict[int, Receipt]:
        """Receipts of the parts among these posts, each as a reply to the part before it."""
        ours = [post for post in posts if text_of(post.get("id")) not in thread.foreign]
        return chains.parts_among(
            thread,
            lambda part, parent, so_far: matching.find(ours, part, parent, chains.root(so_far)),
            lambda post: self._receipt_of(post, saved),
        )

    def _likely_among(
        self, posts: Sequence[matching.Post], thread: Thread, saved: Saved
    ) -> tuple[Likely, ...]:
        """Those of these posts that may be the next part, though none is what was sent."""
        missing = chains.missing(thread)
        if missing is None:
            return ()
        not_it = {*(part.receipt.id for part in thread.parts if part.receipt), *thread.foreign}
        parents, root = chains.parents(thread, missing.position), chains.root(thread)
        candidates = [
            post
            for post in posts
            if text_of(post.get("id")) not in not_it
            and any(matching.may_be(post, missing, parent, root) for parent in parents)
        ]
        return tuple(
            Likely(missing.position, self._post_of(post, saved), _likeness(missing, post))
            for post in candidates
        )

    def _post_of(self, post: matching.Post, saved: Saved) -> Post:
        return Post(self._receipt_of(post, saved), matching.shown_text(post))

    def read_back(self, thread: Thread, position: int, saved: Saved) -> Difference | None:
        """What differs between a part and what X shows of it, or None.

        The timeline is asked first, which costs less. It may lag behind, or leave an alt text out:
        what differs there is asked for by its id before it is told.
        """
        part = thread.parts[position - 1]
        if part.receipt is None or self._is_as_meant(thread, part, saved):
            return None
        url = part.receipt.url
        try:
            response = self._api.shown(part.receipt.id)
        except MlcollageError as error:
            sentence = f"Part {position} is out but could not be read back: {error} See {url}"
            return Difference(sentence, frozenset({Kind.UNREAD}))
        post = inner(response.body, "data")
        if not isinstance(post, dict):
            message = self._api.message(response)
            sentence = f"Part {position} is out, but X does not show it ({message}). See {url}"
            return Difference(sentence, frozenset({Kind.UNSHOWN}))
        included = inner(inner(response.body, "includes"), "media")
        differences = _differences(thread, part, post, included)
        if not differences:
            return None
        words = "; ".join(each for _, each in differences)
        return Difference(
            f"Part {position} is out, but differs on X: {words}. See {url}",
            frozenset(kind for kind, _ in differences),
            matching.shown_text(post),
            is_elsewhere=matching.is_elsewhere(post, part, chains.root(thread)),
        )

    def shown(self, since: str) -> list[ShownPost]:
        """Read the account's own posts from the one with this id on; each is charged."""
        me = self.known or self.profile()
        posts = self._api.timeline(me.id, max(matching.number(since) - 1, 0), purpose="audit")
        return [
            ShownPost(
                self._receipt_of(post, {"username": me.handle}),
                matching.shown_text(post),
                matching.parent_of(post),
                len(matching.media_keys(post)),
                tuple(matching.alt_texts(post, None)),
            )
            for post in posts
            if not matching.is_repost(post)
        ]

    def put_away(self, thread: Thread, saved: Saved) -> None:
        """Nothing waits for anybody here."""

    def delete(self, post_id: str) -> None:
        """Delete one of the account's own posts."""
        self._api.delete(post_id)

    def _is_as_meant(self, thread: Thread, part: Part, saved: Saved) -> bool:
        """Whether the account's timeline shows a part as it was meant."""
        assert part.receipt
        try:
            user = text_of(saved.get("user")) or (self.known or self.profile()).id
            post = self._api.own_post(user, part.receipt.id)
        except MlcollageError:
            return False
        return post is not None and not _differences(thread, part, post, None)

    def check(self) -> str:
        """A sentence on why the account cannot post, or ""; also learns whose keys these are.

        Tried is what posting needs: the keys, what they may do, and the account's timeline.
        """
        try:
            profile = self.profile()
            if mismatch := identity.not_as_configured(self.handle, profile):
                return mismatch.sentence
            if self._api.access_level == "read":
                return setup.read_only(self.settings.name)
            self._api.timeline(profile.id, 0, FEW)
        except MlcollageError as error:
            return str(error)
        return ""

    def _saved_by_us(self, thread: Thread, saved: Saved) -> Saved:
        """What is saved, without what another identity saved or the last claim was told.

        Raises `Blocked` where another identity has parts of this thread out: ours would not answer
        them.
        """
        me = self.known or self.profile()
        saved = {key: value for key, value in saved.items() if key != DUPLICATE}
        user = text_of(saved.get("user"))
        if not user or user == me.id:
            return saved | {"user": me.id, "username": me.handle}
        if _newest(thread):
            raise Blocked(
                f"@{text_of(saved.get('username'))} has begun this thread, "
                f"and the keys are those of @{me.handle} now."
            )
        return {"user": me.id, "username": me.handle}

    def _handle_refusal(
        self, response: Response, thread: Thread, part: Part, saved: Saved
    ) -> dict[int, Receipt]:
        """Return the receipts of a refused post that is out already, else raise the next step."""
        message = self._api.message(response)
        if errors.is_duplicate(response):
            return self._find_duplicate(thread, part, saved, message)
        if part.image and errors.is_media_gone(response):
            forgotten = uploads.without(saved, part.image)
            if forgotten is not None:
                text = f"X does not have the picture any more ({message}); it is uploaded again."
                retry_at = self._clock.now() + errors.COUNTED
                raise Unavailable(text, retry_at, forgotten, is_claim=True)
        if part.position > 1 and errors.is_reply_too_early(response):
            raise self._reply_too_early(part, saved, message)
        refused = errors.refusal(response, self._clock.now(), "post", message)
        length = self.network.length(part.text)
        if isinstance(refused, Rejected) and length > self.network.limits.length:
            # X says nothing of Premium: 403 "You are not permitted to perform this action".
            raise Rejected(
                f"{refused}; part {part.position} has {length:,} characters, and more than "
                f"{self.network.limits.length} need X Premium: without it, set length = "
                f"{self.network.limits.length} under [accounts.{self.settings.name}]"
            )
        raise refused

    def _reply_too_early(self, part: Part, saved: Saved, message: str) -> MlcollageError:
        """The error for a reply whose parent X does not show: wait a few times, then give up."""
        position = part.position
        tries = matching.number(inner(saved.get("replies"), str(position)))
        if tries >= REPLY_TRIES:
            return Rejected(f"X does not find the post that part {position} answers: {message}.")
        return Unavailable(
            f"X does not show the post yet that part {position} answers ({message}).",
            self._clock.now() + REPLY_BACKOFF * 2**tries,
            saved | {"replies": {str(position): tries + 1}},
            is_claim=True,
        )

    def _find_duplicate(
        self, thread: Thread, part: Part, saved: Saved, message: str
    ) -> dict[int, Receipt]:
        """Look for a part whose text X says it has already; raise `Uncertain` if it is not seen."""
        try:
            look = self.find(thread, saved)
            if isinstance(look, Found) and part.position in look.receipts:
                return look.receipts
            why = "it is not among the account's posts where it belongs: please look where it is."
        except MlcollageError as error:
            why = f"looking for it failed: {error}"
        claim = f"X says that it has the text of part {part.position} already ({message})"
        raise Uncertain(f"{claim}, and {why}", saved | {DUPLICATE: True})

    def _receipt_of(self, post: matching.Post, saved: Saved) -> Receipt:
        """A post's receipt, at the time X says, or now where it does not say one with a zone."""
        post_id = text_of(post.get("id"))
        try:
            at = datetime.fromisoformat(text_of(post.get("created_at")))
        except ValueError:
            at = self._clock.now()
        if at.tzinfo is None:
            at = self._clock.now()
        return Receipt(post_id, self._url(post_id, saved), at)

    def _url(self, post_id: str, saved: Saved) -> str:
        # X finds a post by its id alone, and redirects from any name: "i" stands for none.
        name = self.settings.username or saved.get("username") or "i"
        return f"https://x.com/{name}/status/{post_id}"


def _newest(thread: Thread) -> int:
    """The id of a thread's newest part that is there; 0 where there is none.

    Parts go out in order, so what is missing is newer.
    """
    return max((matching.number(receipt.id) for receipt in thread.on_the_network), default=0)


def _likeness(part: Part, post: matching.Post) -> str:
    """What is not as it should be at a post that may be this part."""
    if not matching.has_text(post, part.text):
        return f"its text is {shown(matching.shown_text(post), 300)}"
    if part.image and not matching.media_keys(post):
        return "its picture is missing"
    return "it is not in its place, or has a picture that was not sent"


def _differences(
    thread: Thread, part: Part, post: matching.Post, included: object
) -> Sequence[tuple[Kind, str]]:
    """How a post as X shows it differs from a part: each difference's kind, and words for it."""
    differences = []
    if not matching.has_text(post, part.text):
        differences.append((Kind.TEXT, f"its text is {shown(matching.shown_text(post), 300)}"))
    links = matching.links_of(post)
    # A host in its ASCII form cannot be compared with the letters that were written.
    if not any(matching.ASCII_HOST in link for link in links):
        differences += [
            (Kind.LINK, f"{url.text} is no link")
            for url in networks.X.urls(part.text)
            if sameness.normalized(url.text) not in links
        ]
    if part.image and not matching.media_keys(post):
        differences.append((Kind.PICTURE, "its picture is missing"))
    elif part.image and not matching.has_alt_text(post, included, part.image.alt):
        differences.append((Kind.ALT, "its picture has another alt text or none"))
    if matching.is_elsewhere(post, part, chains.root(thread)):
        differences.append((Kind.PARENT, "it is not in its place in the thread"))
    return differences
