"""The publisher for servers with Mastodon's API: uploads pictures with alt texts, then posts a
chain of replies.

Servers that honour an idempotency key do so for a while, and others not at all: it helps, and is
no proof. So a post with an unknown outcome is looked up among the account's own.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from bot import http_calls
from bot.core import address, identity, settings
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
from bot.core.text import graphemes, sameness
from bot.publishers import chains, uploads
from bot.publishers.mastodon import errors, instance, matching, media, setup
from bot.publishers.mastodon.calls import Api, Me, Owner
from bot.publishers.mastodon.matching import Status, id_of
from bot.publishers.protocol import Saved
from bot.publishers.server import Server, Told

REPLY_BACKOFF, REPLY_TRIES = timedelta(seconds=5), 6
"""The first wait, which doubles, and the number of tries of a reply to a post that a server does
not know yet.
"""

JUST_NOW = timedelta(minutes=1)
"""How old the account's count of posts may be where a thread begins."""

PLAIN = "text/plain"
VISIBILITIES = ("public", "unlisted", "private")


def _username(value: object) -> str:
    """A name on the server, with its host or without: the server is known."""
    name = settings.some_text(value).removeprefix("@").partition("@")[0]
    if not re.fullmatch(r"[\w.-]{1,100}", name, re.ASCII):
        raise ValueError(f'must be a name on the server such as "mlcollage", not {shown(value)}')
    return name


def _language(value: object) -> str:
    """A language's tag, or "" for none."""
    return "" if value == "" else settings.language(value)


@dataclass(frozen=True, slots=True)
class Settings:
    """`[accounts.NAME]` with `network = "mastodon"`.

    `visibility` is that of the first part, `reply_visibility` that of all others. Without a
    `language` posts have that of their series. A `content_warning` hides the texts
    until a reader asks for them. No post is longer than `length`, though its server may take more;
    where the server has told nothing yet, it takes that. A request takes no longer than
    `total_timeout`: where it is None, as long as any may. `name` is what the configuration calls
    the account.
    """

    base_url: str = setting(settings.base_url(setup.EXAMPLE))
    access_token: Secret = setting(settings.secret_text, Secret())
    access_token_file: str = setting(settings.text, "")
    secrets_file: str = setting(settings.text, "")
    username: str = setting(_username, "")
    visibility: str = setting(settings.one_of(*VISIBILITIES), "public")
    reply_visibility: str = setting(settings.one_of(*VISIBILITIES), "unlisted")
    language: str = setting(_language, "")
    content_warning: str = setting(settings.text, "")
    connect_timeout: timedelta = setting(settings.some_span, timedelta(seconds=5))
    read_timeout: timedelta = setting(settings.some_span, timedelta(seconds=20))
    total_timeout: timedelta | None = setting(settings.some_span, None)
    length: int | None = setting(settings.whole(1, 1_000_000), None)
    layout: str = setting(settings.one_of(*layouts.LAYOUTS), layouts.THREAD)
    name: str = "mastodon"


class Mastodon:
    """One account on a server with Mastodon's API."""

    network = networks.MASTODON
    whole = False
    indivisible = False
    link_cards = False
    proves_absence = False
    by_hand = ""
    price: Price | None = None
    budget: Decimal | None = None

    def __init__(self, settings: Settings, base: Path, clock: Clock, longest: timedelta) -> None:
        self.settings, self.layout = settings, settings.layout
        self._clock = clock
        self._owner = Owner(settings.name, settings.base_url)
        self.handle = self.identity = ""
        if settings.username:
            self.handle = f"{settings.username}@{self._owner.host}"
            self.identity = f"@{self.handle}"
        self.secrets = (settings.access_token,) if settings.access_token else ()
        limits = http_calls.Limits(
            total=settings.total_timeout or longest,
            connect=settings.connect_timeout,
            read=settings.read_timeout,
        )
        self._api = Api(settings.access_token, self._owner, limits, clock)
        self._me: Me | None = None
        self._asked_at: datetime | None = None
        # A content warning counts with the text.
        taken = 0
        if settings.content_warning:
            taken = graphemes.count(settings.content_warning)
        self.server: Server | None = Server(
            settings.base_url, self._ask_server, clock, taken, settings.length
        )

    @property
    def known(self) -> Profile | None:
        """What `profile` answered last, in this process."""
        return self._me.profile if self._me else None

    @property
    def duty(self) -> str:
        """What servers ask of accounts that a bot posts to; "" once the account has it."""
        return "" if self._me and self._me.is_marked else setup.DUTY

    @property
    def clock_ahead(self) -> timedelta | None:
        """How far this machine's clock was ahead of the server's at the last answer, if known."""
        return self._api.clock_ahead

    @property
    def beside(self) -> tuple[str, ...]:
        """What readers get beside the texts, and who sees them."""
        own = self.settings
        found = [f"visibility: {own.visibility}, replies {own.reply_visibility}"]
        if own.content_warning:
            found.insert(0, f"content warning: {own.content_warning}")
        return tuple(found)

    def limits(self) -> Limits:
        """The server's own, no longer than the account's, less what a content warning takes."""
        assert self.server
        return self.server.limits(self.network.limits)

    def _ask_server(self) -> Told:
        told = self._api.instance()
        return Told(instance.limits(told), instance.formats(told))

    def profile(self) -> Profile:
        """Whose token it is, asked anew."""
        return self._ask_who().profile

    def _ask_who(self) -> Me:
        me = self._api.me()
        self._me, self._asked_at = me, self._clock.now()
        self.identity = f"@{me.profile.handle}"
        return me

    def _profile_just_now(self) -> Profile:
        """The profile with a count of posts that nothing of ours has changed; asked if need be."""
        is_new = self._asked_at and timedelta(0) <= self._clock.now() - self._asked_at < JUST_NOW
        if self._me is None or not is_new:
            return self.profile()
        return self._me.profile

    @property
    def _user(self) -> str:
        """The account's id on the server."""
        return (self._me or self._ask_who()).id

    def usage(self) -> Requests:
        """None: no server charges."""
        return Requests()

    def problems(self, parts: Sequence[Part]) -> Sequence[str]:
        """Nothing: a server tells of few accounts elsewhere whether they exist."""
        return ()

    def survey(self, thread: Thread, saved: Saved, since: str | None) -> Survey:
        """Read what is newer than this thread's newest receipt, or than `since`.

        The newest id is saved as the anchor at which later lookups start. Raises `Blocked` where
        another identity began the thread.
        """
        saved = self._saved_by_us(thread, saved)
        is_counted_anew = not thread.is_refused and not _newest(thread)
        if is_counted_anew or "count" not in saved:
            known = len(thread.on_the_network)
            saved |= {"count": self._profile_just_now().posts, "counted": known}
            saved.pop("counted_to", None)
        start = _newest(thread) or since
        posts = self._api.timeline(self._user, start).newer
        found = self._parts_among(posts, thread)
        with_found = thread.with_receipts(found)
        likely = self._likely_among(posts, with_found)
        ours = {receipt.id for receipt in found.values()}
        others = tuple(self._post_of(post) for post in posts if id_of(post) not in ours)
        newest = id_of(posts[-1]) if posts else start or ""
        saved["anchor"] = newest
        saved.setdefault("counted_to", newest)
        hidden = 0
        if thread.is_refused and not self._witness_agrees(with_found, posts, saved):
            hidden = max(1, self._uncounted(with_found, posts, saved) or 1)
        return Survey(found, others, saved, likely, newest, hidden)

    def receipt(self, url: str) -> Receipt:
        """The receipt of the post at an address; raises `BadInput` where it is not our own."""
        parts = _parts_of(url)
        if parts is None:
            example = f"{self.settings.base_url}/@NAME/112233445566778899"
            raise BadInput(f"{shown(url, 200)} is no address of a post; it has the form {example}.")
        status = self._status_at(url.strip(), parts)
        if status is None:
            raise BadInput(
                f"{self._owner.host} shows no post of this account at {shown(url, 200)}; "
                "give the address of one that is out."
            )
        return self._receipt_of(status)

    def _status_at(self, url: str, id_in_it: str) -> Status | None:
        """The account's own status at an address; None where there is none.

        Most servers have its id in there. Where not, it is among the account's own.
        """
        status = self._api.status(id_in_it) if id_in_it else None
        if status and _is_at(status, url, id_in_it, self._owner.host):
            return status if id_of(status.get("account")) == self._user else None
        everything = self._api.everything(self._user)
        return next((each for each in everything if url in _addresses(each)), None)

    def prepare(self, thread: Thread, saved: Saved) -> Saved:
        """Upload each picture that is still to go out, with its alt text."""
        for part in thread.parts:
            if part.image and part.receipt is None:
                saved = media.ensure(self._api, self._clock, self.limits(), part.image, saved)
        return saved

    def send(self, thread: Thread, position: int | None, saved: Saved) -> dict[int, Receipt]:
        """Post one part as a reply to the one before it."""
        assert position is not None
        self._asked_at = None
        part = thread.parts[position - 1]
        body = self._body(thread, part, saved)
        response = self._api.post(body, idempotency_key(thread, part))
        if not response.is_success:
            raise self._refused(response, part, saved)
        status = response.body
        if not isinstance(status, dict) or not id_of(status):
            raise Uncertain(f"The server answered {response.status}, but not with the post's id.")
        receipt = Receipt(id_of(status), self._url_of(status), self._clock.now())
        return {position: receipt}

    def _body(self, thread: Thread, part: Part, saved: Saved) -> dict[str, object]:
        """The request for a part."""
        own = self.settings
        visibility = own.visibility if part.position == 1 else own.reply_visibility
        body: dict[str, object] = {"status": part.text, "visibility": visibility}
        if language := own.language or thread.language:
            body["language"] = language
        if own.content_warning:
            body["spoiler_text"] = own.content_warning
        learned = self.server and self.server.learned
        if learned and PLAIN in learned.formats:
            # The account's own choice may be Markdown.
            body["content_type"] = PLAIN
        if part.image:
            body["media_ids"] = [media.id_to_post(saved, part.image, self._clock)]
        if part.position > 1:
            parent = thread.parent_of(part.position)
            if parent is None:
                raise Unavailable(f"Part {part.position} waits for the one before it.")
            body["in_reply_to_id"] = parent.id
        return body

    def _refused(self, response: Response, part: Part, saved: Saved) -> Exception:
        """The error of a refused post."""
        message = self._api.message(response)
        if part.image and errors.is_media_processed_later(response):
            text = f"The server still works on the picture ({message})."
            return Unavailable(text, self._clock.now() + media.SOON, is_claim=True)
        if part.image and errors.is_media_gone(response):
            forgotten = uploads.without(saved, part.image)
            if forgotten is not None:
                text = f"The server has lost the picture ({message}); it is uploaded again."
                return Unavailable(text, None, forgotten, is_claim=True)
        if part.position > 1 and errors.is_parent_gone(response):
            return self._reply_too_early(part, saved, message)
        return self._api.refusal(response, "post")

    def _reply_too_early(self, part: Part, saved: Saved, message: str) -> MlcollageError:
        """The error for a reply whose parent the server does not know: wait, then give up."""
        position = part.position
        tries = inner(saved.get("replies"), str(position))
        tried = tries if isinstance(tries, int) else 0
        if tried >= REPLY_TRIES:
            return Rejected(
                f"The server does not find the post that part {position} answers: {message}."
            )
        return Unavailable(
            f"The server does not show the post yet that part {position} answers ({message}).",
            self._clock.now() + REPLY_BACKOFF * 2**tried,
            saved | {"replies": {str(position): tried + 1}},
            is_claim=True,
        )

    def find(self, thread: Thread, saved: Saved) -> Look:
        """Look for the parts without a receipt among the account's posts since the anchor.

        The anchor is the newest post that is known to be out: where the server does not show it,
        nothing can be said about newer posts. An account that had none is as it was where it shows
        none. The account's count of posts is the second witness, or where the server does not
        count, its home timeline.
        """
        anchor = _newest(thread) or text_of(saved.get("anchor"))
        read = self._api.timeline(self._user, anchor or None)
        if found := self._parts_among(read.newer, thread):
            return Found(found)
        likely = self._likely_among(read.newer, thread)
        # Asked anew: a count of before the request proves nothing.
        self._asked_at = None
        count_agrees = self._witness_agrees(thread, read.newer, saved)
        is_as_it_was = read.anchor is not None or not (anchor or read.newer)
        return NotSeen(is_as_it_was, count_agrees, likely)

    def _witness_agrees(self, thread: Thread, posts: Sequence[Status], saved: Saved) -> bool:
        """Whether a second witness says that the account has no more posts than it shows."""
        uncounted = self._uncounted(thread, posts, saved)
        if uncounted is not None:
            return uncounted == 0
        return self._home_agrees(thread, posts, saved)

    def _uncounted(self, thread: Thread, posts: Sequence[Status], saved: Saved) -> int | None:
        """By how many posts the account has grown that neither this thread nor its timeline shows.

        `posts` are what the timeline shows. None where the server does not count: some tell 0
        always, which a count that is 0 before and after cannot be told from.
        """
        before, counted = saved.get("count"), saved.get("counted")
        now = self._profile_just_now().posts
        if not (isinstance(before, int) and isinstance(counted, int)) or not now:
            return None
        ours = {receipt.id for receipt in thread.on_the_network}
        ids = [id_of(post) for post in posts]
        counted_to = saved.get("counted_to")
        if counted_to in ids:
            ids = ids[ids.index(str(counted_to)) + 1 :]
        by_hand = [each for each in ids if each not in ours]
        return now - before - (len(ours) - counted) - len(by_hand)

    def _home_agrees(self, thread: Thread, posts: Sequence[Status], saved: Saved) -> bool:
        """Whether the home timeline shows our newest post, and none of ours that is not known."""
        known = {id_of(post) for post in posts}
        anchor = id_of(posts[-1]) if posts else _newest(thread) or text_of(saved.get("anchor"))
        home = self._api.home(anchor or None)
        own = [post for post in home.newer if id_of(post.get("account")) == self._user]
        hidden = [post for post in own if id_of(post) not in known]
        return not hidden and (home.anchor is not None or not anchor)

    def _parts_among(self, posts: Sequence[Status], thread: Thread) -> dict[int, Receipt]:
        """Receipts of the parts among these posts, each as a reply to the part before it."""
        ours = [post for post in posts if id_of(post) not in thread.foreign]
        return chains.parts_among(
            thread,
            lambda part, parent, _: matching.find(ours, part, parent),
            self._receipt_of,
        )

    def _likely_among(self, posts: Sequence[Status], thread: Thread) -> tuple[Likely, ...]:
        """Those of these posts that may be the next part, though none is what was sent."""
        missing = chains.missing(thread)
        if missing is None:
            return ()
        not_it = {*(part.receipt.id for part in thread.parts if part.receipt), *thread.foreign}
        parents = chains.parents(thread, missing.position)
        candidates = [
            post
            for post in posts
            if id_of(post) not in not_it
            and any(matching.may_be(post, missing, parent) for parent in parents)
        ]
        return tuple(
            Likely(missing.position, self._post_of(post), _likeness(missing, post))
            for post in candidates
        )

    def _post_of(self, post: Status) -> Post:
        return Post(self._receipt_of(post), matching.shown_text(post))

    def read_back(self, thread: Thread, position: int, saved: Saved) -> Difference | None:
        """What differs between a part and what the server shows of it, or None."""
        part = thread.parts[position - 1]
        if part.receipt is None:
            return None
        url = part.receipt.url
        try:
            status = self._api.status(part.receipt.id)
        except MlcollageError as error:
            sentence = f"Part {position} is out but could not be read back: {error} See {url}"
            return Difference(sentence, frozenset({Kind.UNREAD}))
        if status is None:
            sentence = f"Part {position} is out, but {self._owner.host} does not show it. See {url}"
            return Difference(sentence, frozenset({Kind.UNSHOWN}))
        differences = _differences(thread, part, status, self.settings.content_warning)
        if not differences:
            return None
        words = "; ".join(each for _, each in differences)
        return Difference(
            f"Part {position} is out, but differs on {self._owner.host}: {words}. See {url}",
            frozenset(kind for kind, _ in differences),
            matching.shown_text(status),
            is_elsewhere=_is_elsewhere(thread, part, status),
        )

    def shown(self, since: str) -> list[ShownPost]:
        """Read the account's own posts from the one with this id on."""
        read = self._api.timeline(self._user, since or None)
        posts = [read.anchor, *read.newer] if read.anchor else read.newer
        return [
            ShownPost(
                self._receipt_of(post),
                matching.shown_text(post),
                matching.parent_of(post),
                len(matching.pictures(post)),
                matching.alt_texts(post),
            )
            for post in posts
        ]

    def put_away(self, thread: Thread, saved: Saved) -> None:
        """Nothing waits for anybody here."""

    def delete(self, post_id: str) -> None:
        """Delete one of the account's own posts, where the server has a way to do that."""
        self._api.delete(post_id)

    def check(self) -> str:
        """A sentence on why the account cannot post, or ""; also learns whose token it is.

        Tried is what posting needs: the token, what it may do as far as the server tells, and the
        account's timeline.
        """
        try:
            profile = self.profile()
            if mismatch := identity.not_as_configured(self.handle, profile):
                return mismatch.sentence
            scopes = list(self._api.scopes())
            if scopes and (lacking := setup.lacking(scopes)):
                return (
                    f"This access token lacks {', '.join(lacking)}; make another one with: "
                    f"{setup.command(self.settings.name)}"
                )
            self._api.timeline(self._user, None)
        except MlcollageError as error:
            return str(error)
        return ""

    def _saved_by_us(self, thread: Thread, saved: Saved) -> Saved:
        """What is saved, without what another identity saved.

        Raises `Blocked` where another identity has parts of this thread out: ours would not answer
        them.
        """
        me = (self._me or self._ask_who()).profile
        user = text_of(saved.get("user"))
        if not user or user == me.id:
            return saved | {"user": me.id, "username": me.handle}
        if _newest(thread):
            raise Blocked(
                f"@{text_of(saved.get('username'))} has begun this thread, "
                f"and the access token is that of @{me.handle} now."
            )
        return {"user": me.id, "username": me.handle}

    def _receipt_of(self, status: Status) -> Receipt:
        """A status's receipt, at the time the server says, or now where it does not say one."""
        try:
            at = datetime.fromisoformat(text_of(status.get("created_at")))
        except ValueError:
            at = self._clock.now()
        if at.tzinfo is None:
            at = self._clock.now()
        return Receipt(id_of(status), self._url_of(status), at)

    def _url_of(self, status: Status) -> str:
        for url in _addresses(status):
            if address.is_web(url):
                return url
        return f"{self.settings.base_url}/web/statuses/{id_of(status)}"


def idempotency_key(thread: Thread, part: Part) -> str:
    """The key of a part, which is the same at every try, and another one for another text."""
    return hashlib.sha256(f"{thread.key}\n{part.position}\n{part.text}".encode()).hexdigest()


def _newest(thread: Thread) -> str:
    """The id of a thread's newest part that is there; "" where there is none.

    Parts go out in order, so what is missing is newer.
    """
    there = thread.on_the_network
    return there[-1].id if there else ""


def _parts_of(url: str) -> str | None:
    """What may be a status's id in an address: its last piece; None where it is no address."""
    url = url.strip()
    if len(url) > 2_000 or not url.isprintable():
        return None
    try:
        address = urlsplit(url)
    except ValueError:
        return None
    if address.scheme not in {"http", "https"} or not address.netloc or not url.isascii():
        return None
    return address.path.rstrip("/").rpartition("/")[2]


def _addresses(status: Status) -> list[str]:
    """The addresses that a server gives a status, for people first."""
    return [text for key in ("url", "uri") if (text := text_of(status.get(key)))]


def _is_at(status: Status, url: str, id_in_it: str, host: str) -> bool:
    """Whether a status is the one at an address: by the server's word, or by its id there."""
    return url in _addresses(status) or (urlsplit(url).netloc == host and id_of(status) == id_in_it)


def _likeness(part: Part, post: Status) -> str:
    """What is not as it should be at a post that may be this part."""
    if not matching.has_text(post, part.text):
        return f"its text is {shown(matching.shown_text(post), 300)}"
    if part.image and not matching.pictures(post):
        return "its picture is missing"
    return "it is not in its place, or has a picture that was not sent"


def _is_elsewhere(thread: Thread, part: Part, status: Status) -> bool:
    """Whether a status is surely in another thread than the part."""
    parent = matching.parent_of(status)
    if part.position == 1:
        return parent is not None
    ids = {each.receipt.id for each in thread.parts if each.receipt}
    # A server leaves it out where the parent is gone.
    return parent is not None and parent not in ids


def _differences(
    thread: Thread, part: Part, status: Status, warning: str
) -> Sequence[tuple[Kind, str]]:
    """How a status as the server shows it differs from a part: each kind, and words for it."""
    differences = []
    if not matching.shows_text(status, part.text):
        differences.append((Kind.TEXT, f"its text is {shown(matching.content_of(status), 300)}"))
    if not sameness.is_same(matching.warning_of(status), warning):
        differences.append((Kind.TEXT, "it has another content warning or none"))
    links = matching.links_of(status)
    # A host in its ASCII form cannot be compared with the letters that were written.
    if not any(matching.ASCII_HOST in link for link in links):
        differences += [
            (Kind.LINK, f"{url.text} is no link")
            for url in networks.MASTODON.urls(part.text)
            if sameness.normalized(url.text) not in links
        ]
    if part.image and not matching.pictures(status):
        differences.append((Kind.PICTURE, "its picture is missing"))
    elif part.image and not matching.has_alt_text(status, part.image.alt):
        differences.append((Kind.ALT, "its picture has another alt text or none"))
    if matching.parent_of(status) not in chains.parents(thread, part.position):
        differences.append((Kind.PARENT, "it is not in its place in the thread"))
    return differences
