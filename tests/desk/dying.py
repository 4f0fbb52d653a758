"""A bot whose desk dies: `python -m tests.desk.dying FILE COMMAND…`, once there is that file."""

import sys
from pathlib import Path
from typing import Any

import uvicorn

from bot import __main__ as program


def main() -> None:
    """Run a command of the program, with a web server that breaks once there is the file."""
    signal = Path(sys.argv.pop(1))
    on_tick = uvicorn.Server.on_tick

    async def ticked(server: uvicorn.Server, counter: int) -> bool:
        if signal.exists():
            raise RuntimeError("the web server breaks")
        return await on_tick(server, counter)

    server: Any = uvicorn.Server
    server.on_tick = ticked
    program.main()


if __name__ == "__main__":
    main()
