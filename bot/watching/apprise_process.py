"""The process that sends one message to one destination by apprise; `courier` starts it.

What apprise imports, logs and prints stays out of the bot. It imports nothing of ours, because it
is run by its path.
"""

import gc
import io
import json
import logging
import os
import re
import signal
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any
from urllib.parse import quote, unquote

LONGEST = 300
"""Characters kept of what apprise says went wrong."""

HINT = "\n… The rest: mlcollage notices --json"

UNREADABLE = "apprise cannot read the address; check how it is written."
LACKING = "apprise needs another package for such an address; its page on that service names it."


def main() -> None:
    """The process: it reads a question from stdin, and writes what went wrong to stdout."""
    # A service manager that stops the bot signals all of its processes; the sending is finished.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # The process ends before its garbage matters.
    gc.disable()
    question = json.load(sys.stdin.buffer)
    with redirect_stdout(io.StringIO()):
        wrong = _wrong(question["url"], question)
    # On a line of its own: a library may have printed something before.
    sys.stdout.write("\n" + json.dumps({"wrong": wrong}))
    sys.stdout.flush()
    # Not `sys.exit`, which waits for threads that a destination's plugin may have left behind.
    os._exit(0)


class _Collected(logging.Handler):
    """Collects the warnings and errors that apprise logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record's message."""
        self.messages.append(record.getMessage())


def _wrong(url: str, message: Mapping[str, Any]) -> str:
    """Send the message, or check the URL where there is none; what went wrong."""
    collected = _Collected()
    logger = logging.getLogger("apprise")
    logger.addHandler(collected)
    logger.propagate = False
    try:
        service = _service(url, message["seconds"])
        if service is None:
            if any("disabled" in logged for logged in collected.messages):
                return LACKING
            return UNREADABLE
        if "title" not in message or _sent(service, url, message):
            return ""
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        # Only its class: the message may hold a secret that does not look like a part of the URL.
        collected.messages.append(type(error).__name__)
    reasons = "; ".join(dict.fromkeys(collected.messages))
    return without_secrets(url, reasons) or "it was not taken."


def _service(url: str, seconds: float) -> Any:
    """Apprise's object for the URL, set to a single try within the time; None where it has none."""
    import apprise  # heavy: 300 ms with its 140 plugins

    asset = apprise.AppriseAsset(
        app_id="mlcollage",
        app_desc="mlcollage",
        app_url="",
        interpret_emojis=False,
        # A redirected POST becomes a GET, whose success says nothing of the message.
        http_redirects=False,
        async_mode=False,
        # By default messages carry pictures from apprise's own site.
        image_url_mask="",
        image_url_logo="",
    )
    service: Any = apprise.Apprise.instantiate(url, asset=asset)
    if service is not None:
        service.socket_connect_timeout = service.socket_read_timeout = seconds
        service.retry = service.request_rate_per_sec = 0
    return service


def _sent(service: Any, url: str, message: Mapping[str, Any]) -> bool:
    """Send the message; whether the destination has accepted it."""
    from apprise import Apprise, NotifyFormat, NotifyType, OverflowMode  # heavy: as above

    title, body = message["title"], message["body"]
    if "overflow=" not in url:
        # Not split into several messages: all would come again when the last one fails.
        service.overflow_mode = OverflowMode.TRUNCATE
        body = _fitting(body, service, service.body_maxlen - len(title) - 8)
    kind = NotifyType.WARNING if message["is_trouble"] else NotifyType.INFO
    # Not by the service itself, which would take the text for what it is used to: `<` would begin
    # a tag of HTML in it, and a `*` what is bold.
    notified = Apprise(asset=service.asset)
    notified.add(service)
    return bool(
        notified.notify(title=title, body=body, notify_type=kind, body_format=NotifyFormat.TEXT)
    )


def _fitting(body: str, service: Any, most: int) -> str:
    """The body, cut so that it has at most `most` characters in the format that is sent."""
    from apprise import NotifyFormat, conversion  # heavy: as above

    # It has no types.
    convert: Any = conversion.convert_between
    target = service.resolve_format(NotifyFormat.TEXT)
    cut = _cut(body, most)
    while (length := len(convert(NotifyFormat.TEXT, target, content=cut))) > most:
        shorter = min(len(cut) - 1, len(cut) * most // length)
        if shorter <= len(HINT):
            break
        cut = _cut(body, shorter)
    return cut


def _cut(body: str, most: int) -> str:
    """The body, cut to `most` characters with a hint where the rest is to be read."""
    if len(body) <= most or most <= len(HINT):
        return body
    return body[: most - len(HINT)] + HINT


def without_secrets(url: str, text: str) -> str:
    """The text on one line, with every part of the URL replaced by asterisks.

    Every part, because not even apprise knows which parts are secrets.
    """
    address = url.partition("://")[2] or url
    marks = r"[\s:/?#@&=+,;]"
    whole = re.split(marks, address)
    parts = {address, *whole, *map(unquote, whole), *re.split(marks, unquote(address))}
    parts |= {quote(part, safe=safe, errors="replace") for part in parts for safe in ("", "/")}
    for part in sorted((part for part in parts if len(part) > 3), key=len, reverse=True):
        text = re.sub(re.escape(part), "***", text, flags=re.IGNORECASE)
    line = " ".join(word for word in text.split() if word.isprintable())[:LONGEST].rstrip()
    if line and not line.endswith((".", "!", "?")):
        line += "."
    return line


if __name__ == "__main__":
    main()
