"""X: pictures with alt text uploaded first, then a chain of replies, each posted once or looked
for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

from bot import http_calls
from bot.core import network as networks
from bot.core import settings
from bot.core.collage import shown
from bot.core.delivery import Found, Look, NotSeen, Part, Post, Receipt, Survey, Thread
from bot.core.errors import BadInput, MlcollageError, Rejected, Unavailable, Uncertain
from bot.core.network import Limits
from bot.core.price import Price
from bot.core.schedule import Clock
from bot.core.settings import Secret, setting
from bot.publishers.protocol import Saved
from bot.publishers.x import errors, matching, media, setup
from bot.publishers.x.calls import POST_FIELDS, Calls
from bot.publishers.x.matching import inner, text_of
from bot.publishers.x.transport import Answer, Keys

REPLY_WAIT, REPLY_TRIES = timedelta(seconds=5), 6
"""X may not know a parent yet that it accepted a moment ago: the first wait, which doubles, and how
often.
"""

DUPLICATE = "duplicate"
"""Saved when X says that it has a text which is not seen; the next survey forgets it."""

READ_BACK_FIELDS = {
    "post.fields": POST_FIELDS["post.fields"] + ",media_metadata",
    "expansions": "attachments.media_keys",
    "media.fields": "alt_text,media_key,type",
}


def _base_url(value: object) -> str:
    address = settings.address(value)
    parts = urlsplit(address)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ValueError("must be https; plain http is for this machine only")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("must be a bare address, as in https://api.x.com")
    return address


def _is_loopback(host: str) -> bool:
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


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
    permission); the files that may hold them are read by `config.with_secrets`. A request takes no
    longer than `total_timeout`: where it is None, as long as any may, so that none outlives its
    lease.
    """

    base_url: str = setting(_base_url, "https://api.x.com")
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


class X:
    """One account on X. It has no key of ours: whether a post is out can only be seen among the
    account's posts.
    """

    network = networks.X
    whole = False
    proves_absence = False
    price: Price | None = networks.X.price
    duty = setup.DUTY

    def __init__(self, own: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.own = own
        self.budget = own.budget
        self.identity = f"@{own.username}" if own.username else ""
        self._clock = clock
        keys = Keys(
            own.consumer_key, own.consumer_secret, own.access_token, own.access_token_secret
        )
        limits = http_calls.Limits(
            own.total_timeout or longest, own.connect_timeout, own.read_timeout
        )
        self.secrets = tuple(key for key in keys if key)
        self._calls = Calls(keys, own.base_url, limits, clock)

    def limits(self) -> Limits:
        return self.network.limits

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        """Read what is newer than this thread's newest receipt, or than `since`; a look would start
        where it ends.

        Every post read costs, so no older one is asked for. What only shows another post once more
        is left out.
        """
        made = {key: value for key, value in saved.items() if key != DUPLICATE}
        if not text_of(made.get("user")):
            made |= self._calls.me()
        start = _newest(thread) or matching.number(since)
        posts = self._calls.own_posts(str(made["user"]), start)
        found = self._parts_among(posts, thread, made)
        ours = {receipt.id for receipt in found.values()}
        others = tuple(
            Post(self._receipt_of(post, made), matching.shown_text(post))
            for post in posts
            if post.get("id") not in ours and not matching.is_repost(post)
        )
        made["anchor"] = str(max(map(matching.number_of, posts), default=start))
        return Survey(found, others, made)

    def receipt(self, url: str) -> Receipt:
        post_id = matching.id_in(url)
        if not post_id:
            example = "https://x.com/NAME/status/1420000000000000000"
            raise BadInput(f"{shown(url)} is no address of a post on X; it has the form {example}.")
        me = self._calls.me()
        return self._receipt_of(self._calls.own_post(post_id, me), dict(me))

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        """Upload each picture that is still to go out, and set its alt text."""
        made = dict(saved)
        for part in thread.parts:
            if part.image and part.receipt is None:
                made = media.ensure(self._calls, self._clock, self.limits(), part.image, made)
        return made

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        """Post one part as a reply to the one before it."""
        assert position is not None
        part = thread.parts[position - 1]
        body: dict[str, object] = {"text": part.text}
        if part.image:
            body["media"] = {"media_ids": [media.id_of(saved, part.image, self._clock)]}
        if position > 1:
            parent = thread.parts[position - 2].receipt
            if parent is None:
                raise Unavailable(f"Part {position} waits for the one before it.")
            body["reply"] = {"in_reply_to_tweet_id": parent.id}
        answer = self._calls.post(body)
        if not answer.is_success:
            return self._refused(answer, thread, part, saved)
        post_id = text_of(inner(inner(answer.body, "data"), "id"))
        if not matching.is_id(post_id):
            raise Uncertain(f"X answered {answer.status}, but not with the post's id.")
        return {position: Receipt(post_id, self._url(post_id, saved), self._clock.now())}

    def find(self, thread: Thread, saved: Saved) -> Look:
        """Look for the parts without a receipt among the account's posts since the last one we know
        of.

        That one is asked for too: whether it shows up says whether X shows what is newer.
        """
        anchor = _newest(thread) or matching.number(saved.get("anchor"))
        posts = self._calls.own_posts(
            text_of(saved.get("user")) or self._calls.me()["user"], max(anchor - 1, 0)
        )
        found = self._parts_among(
            [post for post in posts if matching.number_of(post) > anchor], thread, saved
        )
        if found:
            return Found(found)
        # X says that it has this text: not seeing it is no proof then, however often.
        return NotSeen(anchor in map(matching.number_of, posts) and not saved.get(DUPLICATE))

    def _parts_among(
        self, posts: Sequence[matching.Post], thread: Thread, saved: Saved
    ) -> dict[int, Receipt]:
        """The parts without a receipt that are among these posts, each as an answer to the one
        before it.
        """
        known = {part.position: part.receipt.id for part in thread.parts if part.receipt}
        found: dict[int, Receipt] = {}
        for part in thread.parts:
            if part.position in known:
                continue
            parent = known.get(part.position - 1)
            post = (
                matching.find(posts, part, parent, known.get(1))
                if parent or part.position == 1
                else None
            )
            if post is None:
                break
            known[part.position] = text_of(post.get("id"))
            found[part.position] = self._receipt_of(post, saved)
        return found

    def read_back(self, thread: Thread, position: int, saved: Saved) -> str:
        """What differs between a part that is out and what X shows of it: a sentence, or nothing."""
        part = thread.parts[position - 1]
        if part.receipt is None:
            return ""
        try:
            answer = self._calls.read(f"/2/tweets/{part.receipt.id}", READ_BACK_FIELDS)
        except MlcollageError as error:
            return (
                f"Part {position} is out but could not be read back: {error} See {part.receipt.url}"
            )
        post = inner(answer.body, "data")
        if not isinstance(post, dict):
            return f"Part {position} is out, but X does not show it ({self._calls.said(answer)}). See {part.receipt.url}"
        differs = "; ".join(
            _differences(part, post, inner(inner(answer.body, "includes"), "media"))
        )
        return (
            f"Part {position} is out, but differs on X: {differs}. See {part.receipt.url}"
            if differs
            else ""
        )

    def check(self) -> str:
        try:
            name = str(self._calls.me()["username"])
        except MlcollageError as error:
            return str(error)
        self.identity = f"@{name}"
        if self.own.username and name and name.lower() != self.own.username.lower():
            return (
                f"The keys are those of @{name}, but the configuration says @{self.own.username}."
            )
        return ""

    def _refused(
        self, answer: Answer, thread: Thread, part: Part, saved: Saved
    ) -> dict[int, Receipt]:
        """What follows when X did not take a post: its receipts if it is there already, or an
        error.
        """
        said = self._calls.said(answer)
        if errors.is_duplicate(answer):
            return self._looked_for(thread, part, saved, said)
        if part.image and errors.is_media_gone(answer):
            forgotten = media.without(saved, part.image)
            if forgotten is not None:
                raise Unavailable(
                    f"X does not have the picture any more ({said}); it is uploaded again.",
                    None,
                    forgotten,
                )
        if part.position > 1 and errors.is_reply_too_early(answer):
            tries = matching.number(inner(saved.get("replies"), str(part.position)))
            if tries < REPLY_TRIES:
                at = self._clock.now() + REPLY_WAIT * 2**tries
                words = f"X does not show the post yet that part {part.position} answers ({said})."
                raise Unavailable(words, at, saved | {"replies": {str(part.position): tries + 1}})
            raise Rejected(f"X does not find the post that part {part.position} answers: {said}.")
        raise errors.refusal(answer, self._clock.now(), "post", said)

    def _looked_for(
        self, thread: Thread, part: Part, saved: Saved, said: str
    ) -> dict[int, Receipt]:
        try:
            look = self.find(thread, saved)
            if isinstance(look, Found) and part.position in look.receipts:
                return look.receipts
            why = "it is not among the account's posts where it belongs: please look where it is."
        except MlcollageError as error:
            why = f"looking for it failed: {error}"
        words = f"X says that it has the text of part {part.position} already ({said}), and {why}"
        raise Uncertain(words, saved | {DUPLICATE: True})

    def _receipt_of(self, post: matching.Post, saved: Saved) -> Receipt:
        post_id = text_of(post.get("id"))
        try:
            at = datetime.fromisoformat(text_of(post.get("created_at")))
        except ValueError:
            at = self._clock.now()
        return Receipt(post_id, self._url(post_id, saved), at if at.tzinfo else self._clock.now())

    def _url(self, post_id: str, saved: Saved) -> str:
        return f"https://x.com/{self.own.username or saved.get('username') or 'i'}/status/{post_id}"


def _newest(thread: Thread) -> int:
    """The newest receipt of a thread; 0 where it has none.

    Parts go out in order, so nothing older is of interest.
    """
    return max(
        (matching.number(part.receipt.id) for part in thread.parts if part.receipt), default=0
    )


def _differences(part: Part, post: matching.Post, included: object) -> Sequence[str]:
    """How a post as X shows it differs from a part."""
    found = []
    if not matching.says(post, part.text):
        found.append(f"its text is {shown(matching.shown_text(post), 300)}")
    links = matching.links_of(post)
    found += [
        f"{url.text} is no link"
        for url in networks.X.urls(part.text)
        if matching.loose(url.text) not in links
        and not any(matching.ASCII_HOST in link for link in links)
    ]
    if part.image and not matching.media_keys(post):
        found.append("its picture is missing")
    elif part.image and not matching.has_alt_text(post, included, part.image.alt):
        found.append("its picture has another alt text or none")
    return found
