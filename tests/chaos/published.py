"""A real process that publishes what is due: `python -m tests.chaos.published FOLDER SECONDS`,
so long after the roundup's moment.
"""

import sys
from datetime import timedelta
from pathlib import Path

from bot import config
from bot.app import assemble
from bot.roundups import publish
from tests.chaos.publishing import MOMENT
from tests.conftest import StoppedClock

if __name__ == "__main__":
    file = Path(sys.argv[1]) / "config.toml"
    clock = StoppedClock(MOMENT + timedelta(seconds=float(sys.argv[2])))
    made = assemble.context(config.load(file), clock=clock)
    publish.everything(made)
    made.database.close()
