"""X: pictures with alt text uploaded first, then a chain of replies, each posted once or looked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import urlsplit

from bot.core import settings, text
from bot.core.collage import shown
from bot.core.delivery import Found, Look, NotSeen, Part, Receipt, Thread
from bot.core.errors import MlcollageError, Rejected, Unavailable, Uncertain
from bot.core.network import LIMITS, PRICES, Limits, Price
from bot.core.schedule import Clock
from bot.core.settings import Secret, setting
from bot.publishers import x_errors, x_match, x_media
from bot.publishers.protocol import Saved
from bot.publishers.x_calls import POST_FIELDS, Calls
from bot.publishers.x_match import Post, inner, text_of
from bot.publishers.x_transport import Answer, Keys, Timeouts

REPLY_WAIT, REPLY_TRIES = timedelta(seconds=5), 6
"""X may not know a parent yet that it accepted a moment ago: the first wait, which doubles, and how often."""

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

    The four keys are an X app's for its owner's account (OAuth 1.0a, with read and write permission); the files that
    may hold them are read by `config.with_secrets`. A request takes no longer than `total_timeout`: where it is None,
    as long as any may, so that none outlives its lease.
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
    """One account on X. It has no key of ours: whether a post is out can only be seen among the account's posts."""

    network = "x"
    whole = False
    proves_absence = False
    price: Price | None = PRICES["x"]

    def __init__(self, own: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.own = own
        self.budget = own.budget
        self.identity = f"@{own.username}" if own.username else ""
        self._clock = clock
        keys = Keys(own.consumer_key, own.consumer_secret, own.access_token, own.access_token_secret)
        timeouts = Timeouts(own.connect_timeout, own.read_timeout, own.total_timeout or longest)
        self._calls = Calls(keys, own.base_url, timeouts, clock)

    def limits(self) -> Limits:
        return LIMITS["x"]

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        """Remember the account's newest post, from which a look would start; upload each picture, set its alt text."""
        made = dict(saved)
        if "anchor" not in made:
            made |= self._calls.me()
            made["anchor"] = self._calls.newest_post(str(made["user"]))
        for part in thread.parts:
            if part.image and part.receipt is None:
                made = x_media.ensure(self._calls, self._clock, self.limits(), part.image, made)
        return made

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        """Post one part as a reply to the one before it."""
        assert position is not None
        part = thread.parts[position - 1]
        body: dict[str, object] = {"text": part.text}
        if part.image:
            body["media"] = {"media_ids": [x_media.id_of(saved, part.image, self._clock)]}
        if position > 1:
            parent = thread.parts[position - 2].receipt
            if parent is None:
                raise Unavailable(f"Part {position} waits for the one before it.")
            body["reply"] = {"in_reply_to_tweet_id": parent.id}
        answer = self._calls.post(body)
        if not answer.is_success:
            return self._refused(answer, thread, part, saved)
        post_id = text_of(inner(inner(answer.body, "data"), "id"))
        if not x_match.is_id(post_id):
            raise Uncertain(f"X answered {answer.status}, but not with the post's id.")
        return {position: Receipt(post_id, self._url(post_id, saved), self._clock.now())}

    def find(self, thread: Thread, saved: Saved) -> Look:
        """Look for the parts without a receipt among the account's posts since the last one we know of."""
        known = {part.position: part.receipt.id for part in thread.parts if part.receipt}
        # Parts go out in order: behind a receipt of this thread, nothing older is of interest.
        anchor = max(map(x_match.number, known.values())) if known else x_match.number(saved.get("anchor"))
        posts = self._calls.own_posts(text_of(saved.get("user")) or self._calls.me()["user"], anchor)
        newer = [post for post in posts if x_match.number_of(post) > anchor]
        found: dict[int, Receipt] = {}
        for part in thread.parts:
            if part.position in known:
                continue
            parent = known.get(part.position - 1)
            post = x_match.find(newer, part, parent, known.get(1)) if parent or part.position == 1 else None
            if post is None:
                break
            known[part.position] = text_of(post.get("id"))
            found[part.position] = self._receipt_of(post, saved)
        return Found(found) if found else NotSeen(anchor in map(x_match.number_of, posts))

    def read_back(self, thread: Thread, position: int, saved: Saved) -> str:
        """What differs between a part that is out and what X shows of it: a sentence, or nothing."""
        part = thread.parts[position - 1]
        if part.receipt is None:
            return ""
        try:
            answer = self._calls.read(f"/2/tweets/{part.receipt.id}", READ_BACK_FIELDS)
        except MlcollageError as error:
            return f"Part {position} is out but could not be read back: {error} See {part.receipt.url}"
        post = inner(answer.body, "data")
        if not isinstance(post, dict):
            return (
                f"Part {position} is out, but X does not show it ({self._calls.said(answer)}). See {part.receipt.url}"
            )
        differs = "; ".join(_differences(part, post, inner(inner(answer.body, "includes"), "media")))
        return f"Part {position} is out, but differs on X: {differs}. See {part.receipt.url}" if differs else ""

    def check(self) -> str:
        try:
            name = str(self._calls.me()["username"])
        except MlcollageError as error:
            return str(error)
        self.identity = f"@{name}"
        if self.own.username and name and name.lower() != self.own.username.lower():
            return f"The keys are those of @{name}, but the configuration says @{self.own.username}."
        return ""

    def _refused(self, answer: Answer, thread: Thread, part: Part, saved: Saved) -> dict[int, Receipt]:
        """What follows when X did not take a post: its receipts if it is there already, or an error."""
        said = self._calls.said(answer)
        if x_errors.is_duplicate(answer):
            return self._looked_for(thread, part, saved, said)
        if part.image and x_errors.is_media_gone(answer):
            forgotten = x_media.without(saved, part.image)
            if forgotten is not None:
                raise Unavailable(
                    f"X does not have the picture any more ({said}); it is uploaded again.", None, forgotten
                )
        if part.position > 1 and x_errors.is_reply_too_early(answer):
            tries = x_match.number(inner(saved.get("replies"), str(part.position)))
            if tries < REPLY_TRIES:
                at = self._clock.now() + REPLY_WAIT * 2**tries
                words = f"X does not show the post yet that part {part.position} answers ({said})."
                raise Unavailable(words, at, saved | {"replies": {str(part.position): tries + 1}})
            raise Rejected(f"X does not find the post that part {part.position} answers: {said}.")
        raise x_errors.refusal(answer, self._clock.now(), "post", said)

    def _looked_for(self, thread: Thread, part: Part, saved: Saved, said: str) -> dict[int, Receipt]:
        try:
            look = self.find(thread, saved)
        except MlcollageError as error:
            raise Uncertain(f"X says it has this text already ({said}), and looking failed: {error}") from None
        if isinstance(look, Found) and part.position in look.receipts:
            return look.receipts
        raise Rejected(f"X already has this text ({said}): where is it? Or change it.")

    def _receipt_of(self, post: Post, saved: Saved) -> Receipt:
        post_id = text_of(post.get("id"))
        try:
            at = datetime.fromisoformat(text_of(post.get("created_at")))
        except ValueError:
            at = self._clock.now()
        return Receipt(post_id, self._url(post_id, saved), at if at.tzinfo else self._clock.now())

    def _url(self, post_id: str, saved: Saved) -> str:
        return f"https://x.com/{self.own.username or saved.get('username') or 'i'}/status/{post_id}"


def _differences(part: Part, post: Post, media: object) -> Sequence[str]:
    """How a post as X shows it differs from a part."""
    found = []
    if not x_match.says(post, part.text):
        found.append(f"its text is {shown(x_match.shown_text(post), 300)}")
    links = x_match.links_of(post)
    found += [
        f"{url.text} is no link"
        for url in text.urls(part.text, "x")
        if x_match.loose(url.text) not in links and not any(x_match.ASCII_HOST in link for link in links)
    ]
    if part.image and not x_match.media_keys(post):
        found.append("its picture is missing")
    elif part.image and not x_match.has_alt_text(post, media, part.image.alt):
        found.append("its picture has another alt text or none")
    return found
