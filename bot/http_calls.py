"""Calls over HTTP that end by a deadline, wherever they are stuck, with bounds on what comes back.

X, the heartbeat and the check of a roundup's page all call through here: a server that drips its
answer, never ends it, or packs gigabytes into a few bytes holds none of them.
"""

import io
import ipaddress
import logging
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

from bot.core import times

T = TypeVar("T")

PIECE = 65_536
"""Bytes of a body that are read at once."""

AGENT = "mlcollage"
"""As which we call: some servers refuse what libraries call themselves."""

# It logs whole addresses, at WARNING too, and some hold a secret.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class Limits(NamedTuple):
    """What a call may take.

    `total` covers everything: looking up the name, connecting, headers, body and redirects.
    `connect` bounds the way to one address, `read` the wait for the next piece of an answer; both
    are as long as `total` where they are None. `body` is in bytes, packed as well as unpacked; with
    `unpack` False it stays as it came, for whoever asks for the status alone.
    """

    total: timedelta
    connect: timedelta | None = None
    read: timedelta | None = None
    body: int = 8_000_000
    redirects: int = 0
    unpack: bool = True


class Answer(NamedTuple):
    """A whole answer, whatever its status; its body is unpacked, if that was wanted.

    `url` is where `get` found it, behind all redirects.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = ""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class NoAnswer(Exception):
    """No whole answer came back.

    The message says why, for the end of a sentence, and shows no part of the address.
    """


class Unsent(NoAnswer):
    """No connection came about: the request surely was not sent."""


class Cut(NoAnswer):
    """The request may have arrived, and no whole answer came back."""


class _Refused(Exception):
    """An answer that is not taken; the message says why."""


def get(url: str, limits: Limits, *, is_public_only: bool = False) -> Answer:
    """GET a page or a feed; raises `Unsent` or `Cut`.

    Redirects are followed to any host, but not from a public one into a private network: what is
    there trusts whoever can reach it. With `is_public_only` the address itself may not lead there:
    for what other people have written, and for what everybody will be shown.
    """
    deadline = Deadline(limits)
    if is_public_only:
        deadline.refuse_private()
    return deadline.run(lambda: _follow(url, limits, deadline))


def post(url: str, body: bytes, headers: Mapping[str, str], limits: Limits) -> Answer:
    """POST a body, once; raises `Unsent` or `Cut`. A redirect is an answer, and is not followed."""
    deadline = Deadline(limits)

    def call() -> Answer:
        with deadline.session() as session:
            sent = deadline.request(session, "POST", url, data=body, headers=headers)
            return Answer(sent.status_code, sent.headers, sent.content)

    return deadline.run(call)


def _follow(url: str, limits: Limits, deadline: "Deadline") -> Answer:
    # One session for all: a site may set a cookie before it redirects.
    with deadline.session() as session:
        if deadline.is_public_only:
            url = _public(_prepared(url))
        for _ in range(limits.redirects + 1):
            response = deadline.request(session, "GET", url)
            target = session.get_redirect_target(response)
            if target is None:
                return Answer(response.status_code, response.headers, response.content, url)
            if not deadline.has_met_private and not _names_private(url):
                deadline.refuse_private()
            # What is judged is what is sent: proxies and libraries read odd addresses differently.
            url = _prepared(_redirected(url, target))
            if deadline.is_public_only:
                url = _public(url)
    raise _Refused(f"it redirects more than {times.counted(limits.redirects, 'time')}")


def _redirected(url: str, target: str) -> str:
    try:
        url = urljoin(url, target)
        if urlsplit(url).scheme in {"http", "https"}:
            return url
    except ValueError:
        pass
    raise _Refused(NO_ADDRESS)


def _public(url: str) -> str:
    """The address; raises `_Refused` where it names a host of a private network."""
    if _names_private(url):
        raise _Refused(PRIVATE)
    return url


def _prepared(url: str) -> str:
    """The address as `requests` sends it; raises `_Refused` where it does not take it."""
    from requests import PreparedRequest, RequestException  # heavy: as in `session`

    prepared = PreparedRequest()
    try:
        prepared.prepare_url(url, None)
    except (RequestException, ValueError):
        raise _Refused(NO_ADDRESS) from None
    return str(prepared.url)


NO_ADDRESS = "it redirects to what is no web address"
PRIVATE = "it leads to an address of a private network"


def _names_private(url: str) -> bool:
    """Whether an address names a host of this machine or of a private network, as far as that can
    be told without a look-up.
    """
    host = unquote(urlsplit(url).hostname or "").rstrip(".").lower()
    # Space would end an address for `inet_aton`.
    with suppress(OSError, UnicodeError):
        # Also the forms of IPv4 addresses that no standard has, such as 0x7f.1.
        return " " in host or _is_private(socket.inet_ntoa(socket.inet_aton(host)))
    if ":" in host:
        return _is_private(host)
    # Without a dot it is looked up in the network's own domain.
    return "." not in host or host.endswith(LOCAL_NAMES)


def _is_private(host: str) -> bool:
    """Whether an IP address is no public one; raises `ValueError` where it is none at all."""
    # "fe80::1%eth0": behind the sign is the interface.
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            embedded = ipaddress.IPv4Address(address.packed[-4:])
        address = embedded or address
    is_special = address.is_multicast or address.is_reserved or not address.is_global
    return is_special or any(address in network for network in SPECIAL)


LOCAL_NAMES = (
    *(".localhost", ".local", ".internal", ".intranet", ".private", ".localdomain"),
    *(".lan", ".home", ".corp", ".home.arpa", ".test"),
)
"""How names end that only a network of one's own knows (RFC 6761, 6762, 8375; ICANN's lists)."""

SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        ("64:ff9b:1::/48", "fec0::/10", "::/96", "3fff::/20", "5f00::/16", "192.88.99.0/24"),
    )
)
"""Networks that are no public ones, and that not every version of Python knows as such: RFC 8215,
3879, 4291 (2.5.5.1), 9637, 9602, 7526.
"""

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses that hold one of IPv4, for networks that have only IPv6 (RFC 6052)."""


def clock_ahead(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How far our clock is ahead of a server's, by the `date` header; None without one."""
    try:
        date = datetime.strptime(headers["date"], "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=UTC)
    except (KeyError, ValueError):
        return None
    return now - date


def unsigned(request: Any) -> Any:
    """A session's `auth` that leaves its headers alone: else a file of passwords in the user's home
    would replace the key in them.
    """
    return request


class Deadline:
    """The time that one call has: shared by all its connections, and kept whatever they do.

    Timeouts of a socket count from the last byte, so that a server which drips holds a caller for
    ever. Here the call runs on a thread of its own; at the deadline its connection is shut down,
    which ends it. Only a look-up of a name cannot be ended: it is left behind, and what it finds
    is not connected to any more.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._is_over = False
        self._may_be_sent = False
        self.has_met_private = False
        """Whether a connection has led into a private network, other than to a proxy."""
        self.is_public_only = False

    def refuse_private(self) -> None:
        """Let no connection from now on lead into a private network."""
        self.is_public_only = True

    def meet(self, connection: socket.socket) -> None:
        """Look where a connection leads, which is none to a proxy; raises `_Refused`."""
        if _is_private(connection.getpeername()[0]):
            self.has_met_private = True
            if self.is_public_only:
                raise _Refused(PRIVATE)

    def run(self, call: Callable[[], T]) -> T:
        """The result of a call that uses this deadline's session.

        Raises `Unsent` or `Cut` for whatever goes wrong in it; what is no `Exception` is raised on.
        """
        results: list[T] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                results.append(call())
            except BaseException as error:  # noqa: BLE001 - the caller is told, on its own thread
                errors.append(error)
            finally:
                self._release()

        thread = threading.Thread(target=work, name="http call", daemon=True)
        thread.start()
        try:
            thread.join(self._limits.total.total_seconds())
            # Asked before the connection is shut down: a body without a length seems to end there.
            is_in_time = not thread.is_alive()
        finally:
            self._end()
        if is_in_time and results:
            return results[0]
        failure = errors[0] if is_in_time else None
        if failure is not None and not isinstance(failure, Exception):
            # What ends a process is for the caller's thread: here it would end this one alone.
            raise failure
        raise Cut(self._why(failure)) if self._may_be_sent else Unsent(self._why(failure))

    def _why(self, failure: Exception | None) -> str:
        """Why no whole answer came: what failed, or that the time is over."""
        if failure is None:
            what = "whole answer" if self._may_be_sent else "connection"
            return f"no {what} within {times.wait(self._limits.total)}"
        nothing_said = "the connection broke" if self._may_be_sent else "it cannot be asked"
        return _innermost(failure) or nothing_said

    def session(self, *, use_proxies: bool = True) -> Any:
        """A `requests.Session` to call `request` with.

        With `use_proxies` the environment may name a proxy.
        """
        import requests  # heavy: 80 ms, and only what calls needs it

        session: Any = requests.Session()
        session.trust_env = use_proxies
        # What is packed otherwise cannot be unpacked piece by piece.
        session.headers["Accept-Encoding"] = "gzip"
        adapter = _Adapter(self, self._limits)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        # It would be prepared, though not followed, and an odd address makes that fail.
        session.resolve_redirects = lambda *_, **__: iter(())
        return session

    def request(self, session: Any, method: str, url: str, **more: Any) -> Any:
        """The `requests.Response` to one request on a fresh connection.

        Its body is read; a redirect is not followed.
        """
        limits = self._limits
        # Where only the deadline is meant to end a wait, nothing else may come before it.
        longer = 2 * limits.total
        connect, read = limits.connect or longer, limits.read or longer
        waits = (connect.total_seconds(), read.total_seconds())
        return session.request(method, url, timeout=waits, allow_redirects=False, **more)

    def watch(self, connection: socket.socket) -> None:
        """Shut this connection down at the deadline; raises `TimeoutError` when that has passed."""
        # A copy: TLS takes the socket over, and leaves an empty one behind.
        copy = connection.dup()
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = copy
            if self._is_over:
                raise TimeoutError

    def open(self, connection: socket.socket) -> None:
        """Let a request go out on this connection; raises `TimeoutError`, before anything is sent,
        when the deadline has passed.
        """
        with self._lock:
            if self._is_over:
                raise TimeoutError
            # urllib3 would give a whole upload no longer than the time to connect.
            connection.settimeout(self._limits.total.total_seconds())
            self._may_be_sent = True

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            if self._connection is not None:
                with suppress(OSError):
                    self._connection.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class _Body(io.BytesIO):
    """A whole body in place of the connection it came from; its headers stay, for the cookies."""

    def __init__(self, data: bytes, original: object) -> None:
        super().__init__(data)
        self._original_response = original


class _Adapter:
    """What `requests` calls through: a fresh connection for each request, so that nothing is ever
    sent on one that the server has closed.
    """

    def __init__(self, deadline: Deadline, limits: Limits) -> None:
        self._deadline = deadline
        self._limits = limits

    def send(self, request: Any, **more: Any) -> Any:
        from requests.adapters import HTTPAdapter  # heavy: as above

        inner = HTTPAdapter(max_retries=0)
        try:
            pool = inner.get_connection_with_tls_context(
                request, more["verify"], more["proxies"], more["cert"]
            )
            pool.ConnectionCls = self._watched(pool.ConnectionCls)
            response = inner.send(request, **more | {"stream": True})
            with closing(response.raw) as raw:
                coding = ""
                if self._limits.unpack:
                    coding = response.headers.get("Content-Encoding", "")
                most = self._limits.body
                data = _unpacked(_pieces(raw, most), coding, most)
            response.raw = _Body(data, raw._original_response)
        finally:
            inner.close()
        return response

    def close(self) -> None:
        """Nothing is kept open."""

    def _watched(self, kind: type[Any]) -> type[Any]:
        """A class of connections that are shut down at the deadline."""
        deadline = self._deadline

        def new_connection(connection: Any) -> socket.socket:
            made: socket.socket = kind._new_conn(connection)
            try:
                deadline.watch(made)
                # Before anything is sent. A proxy may be in a private network.
                if connection.proxy is None:
                    deadline.meet(made)
            except BaseException:
                made.close()
                raise
            return made

        def connect(connection: Any) -> None:
            kind.connect(connection)
            deadline.open(connection.sock)

        return type(kind.__name__, (kind,), {"_new_conn": new_connection, "connect": connect})


def _pieces(raw: Any, most: int) -> Iterator[bytes]:
    """A body as it comes, packed. With `read` the lines between its chunks are bounded too, which
    they are not with urllib3's own `stream`.
    """
    size = 0
    while piece := raw.read(PIECE, decode_content=False):
        size += len(piece)
        if size > most:
            raise _too_large(most)
        yield piece


def unpacked(answer: Answer, most: int) -> bytes:
    """The body of an answer that was taken as it came; raises `Cut` where it cannot be unpacked."""
    try:
        return _unpacked(iter([answer.body]), answer.headers.get("Content-Encoding", ""), most)
    except (_Refused, zlib.error) as error:
        raise Cut(str(error)) from None


def _unpacked(pieces: Iterator[bytes], coding: str, most: int) -> bytes:
    """The body; never more than `most` bytes are unpacked, whatever lies in the rest."""
    match coding.strip().lower():
        case "" | "identity":
            return b"".join(pieces)
        case "gzip" | "x-gzip" | "deflate":
            return _inflated(pieces, most)
    raise _Refused("its answer is packed in a way that was not asked for")


def _inflated(pieces: Iterator[bytes], most: int) -> bytes:
    body = bytearray()
    unpacker = None
    for piece in pieces:
        rest = piece
        while rest:
            # 32: gzip or zlib, as the first bytes say.
            unpacker = unpacker or zlib.decompressobj(zlib.MAX_WBITS | 32)
            body += unpacker.decompress(rest, most + 1 - len(body))
            if len(body) > most:
                raise _too_large(most)
            # A file of gzip may have several members, one after the other.
            rest = unpacker.unused_data
            if unpacker.eof:
                unpacker = None
    if unpacker is not None:
        raise _Refused("its answer is cut off before its end")
    return bytes(body)


def _too_large(most: int) -> _Refused:
    return _Refused(f"its answer has more than {most:,} bytes")


def _innermost(error: BaseException) -> str:
    """What is known of a failure, from the innermost error that says something."""
    why = _said(error)
    following = error.__cause__ or error.__context__
    while following is not None:
        why = _said(following) or why
        following = following.__cause__ or following.__context__
    return why


def _said(error: BaseException) -> str:
    """What one error says in plain words; nothing where its words are for programmers."""
    if isinstance(error, _Refused):
        return str(error)
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, zlib.error):
        return "its answer cannot be unpacked"
    if isinstance(error, socket.gaierror):
        return f"its name cannot be looked up ({_lower(error.strerror or 'no reason given')})"
    # An `ssl.SSLCertVerificationError`: the module is heavy, and loaded where there was one.
    if certificate := getattr(error, "verify_message", ""):
        return f"its certificate is refused ({_lower(certificate)})"
    if isinstance(error, OSError) and error.strerror:
        return _lower(error.strerror)
    return ""


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
