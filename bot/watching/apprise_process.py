"""One message handed to one destination by apprise, in a process of its own that is over at the
deadline.

A process, since nothing else can be ended wherever it hangs: a mail server may send a byte a second
for ever, and a look-up of a name has no timeout at all. Its modules, what it logs and what it
prints stay out of the bot, too.
"""

import gc
import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

LONGEST = 300
"""Characters of a complaint that are kept."""

UNREADABLE = "apprise cannot read the address; check how it is written."
LACKING = "apprise needs another package for such an address; its page on that service names it."


class Message(NamedTuple):
    title: str
    body: str
    is_trouble: bool


def hand_over(url: str, message: Message, seconds: float) -> str:
    """Send it; what went wrong as words without any part of the URL, none when the destination has
    taken it.
    """
    return _ask({"url": url, "seconds": seconds, **message._asdict()}, seconds)


def check(url: str, seconds: float) -> str:
    """What keeps apprise from using this URL, in such words; nothing is sent."""
    return _ask({"url": url, "seconds": seconds}, seconds)


def _ask(question: Mapping[str, object], seconds: float) -> str:
    # By its path, so that it needs neither the folder we were started in nor any module of ours.
    command = (sys.executable, "-P", __file__)
    # The URL goes in by a pipe: arguments and environment are shown to others. A session of its
    # own, so that Ctrl-C ends no sending in the middle.
    pipes: dict[str, Any] = {"input": json.dumps(question).encode(), "stdout": subprocess.PIPE}
    try:
        done = subprocess.run(
            command,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            start_new_session=True,
            check=False,
            **pipes,
        )
    except subprocess.TimeoutExpired:
        return f"it did not end within {seconds:g} s."
    except OSError as error:
        return f"the sending could not be started: {error.strerror}."
    try:
        return str(json.loads(done.stdout.rpartition(b"\n")[2])["wrong"])
    except (KeyError, TypeError, ValueError):
        return f"the sending broke off ({done.returncode})."


def main() -> None:
    """In that process: what to do comes from stdin, what went wrong goes to stdout."""
    # A service that is stopped lets the sending come to its end.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # It is over before its garbage matters.
    gc.disable()
    question = json.load(sys.stdin.buffer)
    deadline = threading.Timer(question["seconds"], os._exit, [1])
    deadline.daemon = True
    deadline.start()
    with redirect_stdout(io.StringIO()):
        wrong = _wrong(question["url"], question)
    # On a line of its own: what was taken must not count as failed because a library has printed
    # something.
    sys.stdout.write("\n" + json.dumps({"wrong": wrong}))
    sys.stdout.flush()
    # Whatever threads a destination's plugin may have left behind, this is the end.
    os._exit(0)


class _Heard(logging.Handler):
    """Keeps what apprise complains of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(record.getMessage())


def _wrong(url: str, message: Mapping[str, Any]) -> str:
    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    logger.propagate = False
    try:
        service = _service(url, message["seconds"])
        if service is None:
            return LACKING if any("disabled" in words for words in heard.words) else UNREADABLE
        if "title" not in message or _sent(service, url, message):
            return ""
    except Exception as error:  # noqa: BLE001 - whatever a plugin trips over, its words may hold a secret
        heard.words.append(type(error).__name__)
    return without_secrets(url, "; ".join(dict.fromkeys(heard.words))) or "it was not taken."


def _service(url: str, seconds: float) -> Any:
    """What apprise makes of the URL: one try, without pauses, within the time; None when it makes
    nothing of it.
    """
    import apprise  # heavy: 300 ms with its 140 plugins

    # A POST that is led elsewhere becomes a GET whose success says nothing: no redirects. No
    # pictures from elsewhere.
    quiet: dict[str, Any] = {
        "http_redirects": False,
        "async_mode": False,
        "image_url_mask": "",
        "image_url_logo": "",
    }
    asset = apprise.AppriseAsset(
        app_id="mlcollage", app_desc="mlcollage", app_url="", interpret_emojis=False, **quiet
    )
    service: Any = apprise.Apprise.instantiate(url, asset=asset)
    if service is not None:
        service.socket_connect_timeout = service.socket_read_timeout = seconds
        service.retry = service.request_rate_per_sec = 0
    return service


def _sent(service: Any, url: str, message: Mapping[str, Any]) -> bool:
    from apprise import NotifyFormat, NotifyType, OverflowMode  # heavy: as above

    title, body = message["title"], message["body"]
    if "overflow=" not in url:
        # Several pieces would all come again when the last one fails.
        service.overflow_mode = OverflowMode.TRUNCATE
        body = _cut(body, service.body_maxlen - len(title) - 8)
    kind = NotifyType.WARNING if message["is_trouble"] else NotifyType.INFO
    return bool(
        service.notify(title=title, body=body, notify_type=kind, body_format=NotifyFormat.TEXT)
    )


def _cut(body: str, most: int) -> str:
    rest = "\n… The rest: mlcollage notices --json"
    return body[: max(0, most - len(rest))] + rest if len(body) > most > len(rest) else body


def without_secrets(url: str, words: str) -> str:
    """Complaints on one line, without any part of the URL: not even apprise knows which of them are
    secrets.
    """
    address = url.partition("://")[2] or url
    marks = r"[\s:/?#@&=+,;]"
    whole = re.split(marks, address)
    parts = {address, *whole, *map(unquote, whole), *re.split(marks, unquote(address))}
    parts |= {quote(part, safe=safe, errors="replace") for part in parts for safe in ("", "/")}
    for part in sorted((part for part in parts if len(part) > 3), key=len, reverse=True):
        words = re.sub(re.escape(part), "***", words, flags=re.IGNORECASE)
    line = " ".join(word for word in words.split() if word.isprintable())[:LONGEST].rstrip()
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


if __name__ == "__main__":
    main()
