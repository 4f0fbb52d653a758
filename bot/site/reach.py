"""Checks whether a page answers at its address."""

import logging
from datetime import timedelta

from bot import http_calls

LIMITS = http_calls.Limits(timedelta(seconds=10), body=20_000_000, redirects=20, unpack=False)
"""What the request may take; a page that is slower is asked again later."""

log = logging.getLogger(__name__)


def answers(url: str) -> bool:
    """Whether a GET of this address ends in a status of 2xx; any failure counts as no."""
    try:
        answer = http_calls.get(url, LIMITS)
    except http_calls.NoAnswer as error:
        log.info("%s does not answer: %s.", url, error)
        return False
    if not answer.is_success:
        log.info("%s answers %d.", url, answer.status)
    return answer.is_success
