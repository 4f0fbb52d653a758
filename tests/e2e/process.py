"""The real command, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

# Without our own settings, without what `make test` tells a make inside it, and with Python's own
# buffers: what is written only at the end can fail there.
_LEFT_OUT = ("MLCOLLAGE_", "MAKE", "MFLAGS", "PYTHONUNBUFFERED", "COLUMNS", "NO_COLOR", "FORCE_")
_KEPT = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
ENVIRONMENT = _KEPT | {
    "PYTHONPATH": str(ROOT),
    # Nothing may depend on the machine's own zone.
    "TZ": "Pacific/Chatham",
}
COMMAND = (sys.executable, "-m", "bot")


def mlcollage(folder: Path, *args: object, code: int = 0) -> str:
    """Run a command in `folder` and check its exit code; what it printed."""
    done = subprocess.run(
        [*COMMAND, *map(str, args)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }
