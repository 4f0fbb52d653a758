"""Waiting for what another process does."""

import time
from collections.abc import Callable

PATIENCE = 180.0
"""Seconds to wait for what takes a few, on a machine that has other things to do."""


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
