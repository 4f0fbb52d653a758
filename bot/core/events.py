"""What scripts are told: the types of events, their body, and how it is signed.

As the Standard Webhooks specification has it (standardwebhooks.com), so that its libraries can
check what arrives.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.core.delivery import State

PREFIX = "whsec_"
"""What a secret begins with; the key stands behind it, in Base64."""

SHORTEST, LONGEST = 24, 64
"""Bytes of a key, by the specification."""


NOBODYS = PREFIX + 32 * "A"
"""A secret that signs nothing: a simulation's."""


class Type(StrEnum):
    SENT = "delivery.sent"
    FAILED = "delivery.failed"
    UNCERTAIN = "delivery.uncertain"
    HELD = "delivery.held"
    ANNOUNCED = "roundup.announced"
    TEST = "test"


OF_STATE: Mapping[State, Type] = {
    State.SENT: Type.SENT,
    State.FAILED: Type.FAILED,
    State.UNCERTAIN: Type.UNCERTAIN,
    State.HELD: Type.HELD,
}
"""The states that scripts are told of when a delivery comes into them."""


def timestamp(at: datetime) -> str:
    """An instant as it stands in a body."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def body(kind: Type, at: datetime, data: Mapping[str, Any]) -> str:
    """The JSON document that is sent."""
    return json.dumps({"type": kind.value, "timestamp": timestamp(at), "data": data})


def key_of(secret: str) -> bytes:
    """The key of a secret; raises `ValueError` where what stands behind its prefix is no Base64."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def secret_problem(secret: str) -> str:
    """Why this is no secret, for the end of a sentence that shows nothing of it; or ""."""
    if not secret.startswith(PREFIX):
        return f"must begin with {PREFIX}"
    try:
        length = len(key_of(secret))
    except ValueError:
        return f"must be Base64 behind {PREFIX}"
    if not SHORTEST <= length <= LONGEST:
        return f"must be a key of {SHORTEST} to {LONGEST} bytes in Base64, and has {length}"
    return ""


def signed(key: str, at: datetime, content: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of one request: the event's key, the moment of the try, a signature a secret."""
    seconds = str(int(at.timestamp()))
    told = f"{key}.{seconds}.".encode() + content
    digests = [hmac.digest(key_of(secret), told, hashlib.sha256) for secret in secrets]
    signatures = [f"v1,{base64.b64encode(digest).decode()}" for digest in digests]
    return {
        "webhook-id": key,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }
