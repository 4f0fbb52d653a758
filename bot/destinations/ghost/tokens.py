"""The token of each call to Ghost: a JSON Web Token (RFC 7519), signed with the key's secret."""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta

LIFE = timedelta(minutes=5)
"""The longest that Ghost accepts."""
AUDIENCE = "/admin/"

_KEY = re.compile(r"(?P<id>[0-9a-f]{24}):(?P<secret>(?:[0-9a-f]{2}){16,})", re.IGNORECASE)


def is_key(key: str) -> bool:
    """Whether this looks like an Admin API key: an id and a secret in hexadecimal digits."""
    return _KEY.fullmatch(key) is not None


def token(key: str, now: datetime) -> str:
    """A token for the calls of the next minutes; `now` is by Ghost's clock. The key is one."""
    match = _KEY.fullmatch(key)
    assert match
    issued = int(now.timestamp())
    header = {"alg": "HS256", "typ": "JWT", "kid": match["id"]}
    claims = {"iat": issued, "exp": issued + int(LIFE.total_seconds()), "aud": AUDIENCE}
    signed = f"{_encoded(header)}.{_encoded(claims)}"
    secret = bytes.fromhex(match["secret"])
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64(signature)}"


def _encoded(value: object) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
