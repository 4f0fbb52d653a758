"""The real command line, killed at a point: `python -m tests.chaos.command FILE POINT COMMAND…`; 0
kills nowhere.

FILE receives the names of the points.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from bot import __main__ as program
from bot.publishers import table
from tests.chaos.points import Points, watched
from tests.fakes import keyed


def die(name: str) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError(name)


if __name__ == "__main__":
    table.NETWORKS[keyed.NAME] = keyed.PLACE
    points = Points(int(sys.argv[2]), die)
    told = Path(sys.argv[1])
    sys.argv = ["mlcollage", *sys.argv[3:]]
    try:
        with watched(points):
            program.main()
    finally:
        told.write_text("\n".join(points.names), encoding="utf-8")
