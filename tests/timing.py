"""Whether time grows with length only."""

import time
from collections.abc import Callable

SHORT, LONG = 2_000, 16_000


def is_linear(read: Callable[[str], object], piece: str) -> bool:
    """Whether eight times as much of a piece takes about eight times as long; squared it would be
    64.
    """

    def spent(said: str) -> float:
        times = []
        for _ in range(3):
            began = time.thread_time()
            read(said)
            times.append(time.thread_time() - began)
        return min(times)

    def is_once() -> bool:
        short, long = (spent(piece * (count // len(piece))) for count in (SHORT, LONG))
        return long < 32 * max(short, 0.001)

    read(piece)
    # A busy machine can only make it look worse: what grows with the square is never seen to be
    # linear.
    return any(is_once() for _ in range(5))
