"""The calls to Bluesky for one account, with each failure as an error named by the next step."""

import base64
import json
from threading import RLock
from typing import NamedTuple

from bot import http_calls
from bot.core.answers import Response, dicts, inner, text_of
from bot.core.collage import one_line
from bot.core.errors import BadInput, Blocked, Unavailable, Uncertain
from bot.core.identity import Profile
from bot.core.schedule import Clock
from bot.publishers.bluesky import errors, setup
from bot.publishers.bluesky.transport import Client, Request

POST = "app.bsky.feed.post"
PAGE = 100
"""Records on a page, and the most that are read where there is none to begin at."""
MOST_PAGES = 20
"""Pages that a survey reads."""

LOGIN = "com.atproto.server.createSession"
REFRESH = "com.atproto.server.refreshSession"

OWN = "com.atproto.access"
"""The scope of a session that an account's own password opens; one for apps has another."""

NO_HANDLE = "handle.invalid"
"""What a server says while it cannot confirm an account's handle."""

Record = dict[str, object]


class Credentials(NamedTuple):
    """The account's handle and its app password."""

    handle: str
    password: str

    def __repr__(self) -> str:
        return "Credentials(***)"


class Owner(NamedTuple):
    """Whose calls they are: the account's name in the configuration, and where its server is."""

    account: str
    base_url: str


class Session(NamedTuple):
    """Tokens of the server: one for calls, one for renewing both. They are kept in memory only."""

    did: str
    access: str
    refresh: str

    def __repr__(self) -> str:
        return "Session(***)"

    @property
    def is_of_own_password(self) -> bool:
        """Whether the account's own password opened it, by what the token says it is for."""
        payload = self.access.partition(".")[2].partition(".")[0]
        try:
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except ValueError:
            # Nothing says that a token can be read.
            return False
        return inner(claims, "scope") == OWN


class Entry(NamedTuple):
    """A record of the account as its server has it."""

    uri: str
    cid: str
    value: Record

    @property
    def key(self) -> str:
        """Its key, the last part of its address."""
        return self.uri.rpartition("/")[2]


class Api:
    """One account's calls to Bluesky. No error message contains its password or tokens.

    Logins are counted by the server, a few hundred a day: there is one a process, and it is
    renewed when it has ended.
    """

    def __init__(
        self, credentials: Credentials, owner: Owner, limits: http_calls.Limits, clock: Clock
    ) -> None:
        self._credentials, self._account = credentials, owner.account
        self._client = Client(owner.base_url, limits)
        self._base_url = owner.base_url
        self._clock = clock
        # A briefing asks beside the worker that sends.
        self._lock = RLock()
        self._session: Session | None = None
        self._secrets = {credentials.password}

    @property
    def did(self) -> str:
        """The account's lasting id; raises as a login does."""
        return self._logged_in().did

    @property
    def has_own_password(self) -> bool:
        """Whether the last login was by the account's own password."""
        return self._session is not None and self._session.is_of_own_password

    def forget_session(self) -> None:
        """Have the next call log in anew."""
        self._session = None

    def message(self, response: Response) -> str:
        """The server's own error message, with our secrets masked in case it repeats them."""
        message = errors.message(response)
        for secret in self._secrets:
            if secret:
                message = message.replace(secret, "***")
        return message

    def me(self) -> Profile:
        """The account that the app password belongs to; raises `Blocked` where it may not post."""
        response = self._read("com.atproto.server.getSession")
        did, handle = (text_of(inner(response.body, key)) for key in ("did", "handle"))
        if not did.startswith("did:") or not handle:
            raise Unavailable("Bluesky does not say whose app password this is.")
        if handle == NO_HANDLE:
            handle = self._credentials.handle
        if inner(response.body, "active") is False:
            status = one_line(text_of(inner(response.body, "status")) or "not active")
            raise Blocked(f"Bluesky says that this account is {status}.")
        return Profile(did, one_line(handle))

    def upload(self, data: bytes, mime: str) -> Record:
        """Upload a blob; the reference to it that a record needs."""
        request = Request("com.atproto.repo.uploadBlob", "POST", body=data, mime=mime)
        response = self._checked(self._signed(request, "upload"), "upload")
        blob = inner(response.body, "blob")
        if not isinstance(blob, dict) or not text_of(inner(inner(blob, "ref"), "$link")):
            raise Unavailable("Bluesky took the picture, but did not answer with its reference.")
        return blob

    def publish(self, nsid: str, body: object) -> Response:
        """Write records; the response whatever it is. Raises `Uncertain` where none came.

        One request, whatever comes back: no second one may outlive the lease.
        """
        token = self._logged_in().access
        return self._request(Request(nsid, "POST", body=body, token=token), "post")

    def delete(self, key: str) -> None:
        """Delete one of the account's posts; one that is gone already stays gone."""
        body = {"repo": self.did, "collection": POST, "rkey": key}
        request = Request("com.atproto.repo.deleteRecord", "POST", body=body)
        self._checked(self._signed(request, "delete"), "delete")

    def get(self, key: str) -> Entry | None:
        """One of the account's posts by its key; None where its server has none."""
        params = {"repo": self.did, "collection": POST, "rkey": key}
        request = Request("com.atproto.repo.getRecord", params=params)
        response = self._signed(request, "read")
        if errors.is_no_record(response):
            return None
        self._checked(response, "read")
        found = _entry(response.body)
        if found is None or found.key != key:
            raise Unavailable(f"Bluesky did not answer with a post ({self.message(response)}).")
        return found

    def since(self, key: str) -> list[Entry]:
        """The account's posts with greater keys, oldest first; the newest of all for ""."""
        params: dict[str, object] = {"repo": self.did, "collection": POST, "limit": PAGE}
        if not key:
            return sorted(self._page(params)[0], key=lambda entry: entry.key)
        # In this order the cursor is the key behind which a page begins.
        params |= {"reverse": "true", "cursor": key}
        found: list[Entry] = []
        for _ in range(MOST_PAGES):
            entries, cursor = self._page(params)
            found += entries
            if not entries or not cursor:
                break
            params["cursor"] = cursor
        return sorted((entry for entry in found if entry.key > key), key=lambda entry: entry.key)

    def _page(self, params: dict[str, object]) -> tuple[list[Entry], str]:
        """A page of records and the cursor to the next; raises unless every entry is one."""
        response = self._read("com.atproto.repo.listRecords", params)
        records = inner(response.body, "records")
        entries = [found for each in dicts(records) if (found := _entry(each))]
        if not isinstance(records, list) or len(entries) != len(records):
            raise Unavailable(f"Bluesky did not answer with posts ({self.message(response)}).")
        return entries, text_of(inner(response.body, "cursor"))

    def did_of(self, handle: str) -> str:
        """The id of the account with this handle; raises `BadInput` where there is none."""
        request = Request("com.atproto.identity.resolveHandle", params={"handle": handle})
        response = self._signed(request, "read")
        did = text_of(inner(response.body, "did"))
        if response.status in {400, 404} and not errors.is_expired(response):
            raise BadInput(f"Bluesky knows no account @{handle} ({self.message(response)})")
        self._checked(response, "read")
        if not did.startswith("did:"):
            raise Unavailable(f"Bluesky does not say who @{handle} is.")
        return did

    def _read(self, nsid: str, params: dict[str, object] | None = None) -> Response:
        """GET; raises the error that a refusal stands for."""
        return self._checked(self._signed(Request(nsid, params=params), "read"), "read")

    def _checked(self, response: Response, kind: errors.Kind) -> Response:
        if response.is_success:
            return response
        raise errors.refusal(response, self._clock.now(), kind, self.message(response))

    def _signed(self, request: Request, kind: errors.Kind) -> Response:
        """Send a request that cannot publish; the session is renewed once where it has ended."""
        session = self._logged_in()
        response = self._request(request._replace(token=session.access), kind)
        if not errors.is_expired(response):
            return response
        session = self._renewed(session)
        return self._request(request._replace(token=session.access), kind)

    def _logged_in(self) -> Session:
        with self._lock:
            return self._session or self._begun(self._login())

    def _begun(self, session: Session) -> Session:
        self._session = session
        self._secrets |= {session.access, session.refresh}
        return session

    def _renewed(self, ended: Session) -> Session:
        """A session in place of one that has ended; another thread may have made it already."""
        with self._lock:
            if self._session is not None and self._session != ended:
                return self._session
            response = self._request(Request(REFRESH, "POST", token=ended.refresh), "read")
            if errors.is_expired(response):
                self._session = None
                return self._begun(self._login())
            # Whatever else is wrong: logins are few, and one would not help.
            return self._begun(self._opened(self._checked(response, "read")))

    def _login(self) -> Session:
        handle, password = self._credentials
        if not password or not handle:
            missing = "handle" if not handle else "app_password"
            raise Blocked(
                f"This account has no {missing}; set it up with: {setup.command(self._account)}"
            )
        body = {"identifier": handle, "password": password}
        response = self._request(Request(LOGIN, "POST", body=body), "read")
        if response.status in errors.NOT_THERE and not errors.error_name(response):
            raise Unavailable(
                f"{self._base_url} is no server of Bluesky's kind ({response.status}, "
                f"{self.message(response)}): is base_url right?"
            )
        return self._opened(self._checked(response, "read"))

    def _opened(self, response: Response) -> Session:
        """The session that a server opened."""
        wanted = ("did", "accessJwt", "refreshJwt")
        values = [text_of(inner(response.body, key)) for key in wanted]
        if not all(values):
            raise Unavailable("Bluesky did not answer with a session.")
        return Session(*values)

    def _request(self, request: Request, kind: errors.Kind) -> Response:
        """Send one request; the response whatever its status.

        Raises `Unavailable` where surely nothing was sent, and where no response came `Uncertain`
        for a request that may have published, else `Unavailable`.
        """
        try:
            return self._client.send(request)
        except http_calls.Unsent as error:
            at = "" if self._base_url == setup.SERVER else f" at {self._base_url}"
            raise Unavailable(f"Bluesky cannot be reached{at}: {error}.") from None
        except http_calls.Cut as error:
            message = f"The connection to Bluesky ended before its answer: {error}."
            if kind == "post":
                raise Uncertain(message) from None
            raise Unavailable(message) from None


def _entry(value: object) -> Entry | None:
    """A record with its address; None for anything else."""
    uri, cid = text_of(inner(value, "uri")), text_of(inner(value, "cid"))
    record = inner(value, "value")
    if not uri.startswith("at://") or not isinstance(record, dict):
        return None
    return Entry(uri, cid, record)
