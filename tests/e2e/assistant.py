"""An assistant's program: the SDK's own client, with `mlcollage mcp` as its server."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from mcp import Client, StdioServerParameters, stdio_client

from tests.e2e.process import COMMAND, ENVIRONMENT

T = TypeVar("T")


class Told(NamedTuple):
    """What a tool has answered."""

    text: str
    is_error: bool

    @property
    def document(self) -> dict[str, Any]:
        assert not self.is_error, self.text
        read: dict[str, Any] = json.loads(self.text)
        return read

    @property
    def result(self) -> Any:
        return self.document["result"]

    @property
    def refusal(self) -> str:
        """The sentence of a tool error."""
        assert self.is_error, self.text
        assert "Traceback" not in self.text
        assert "unexpected" not in self.text
        assert len(self.text.splitlines()) == 1, self.text
        return self.text


class Assistant:
    """A client that is connected to the server."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def __call__(self, tool: str, **given: Any) -> Told:
        answer = await self.client.call_tool(tool, given)
        (content,) = answer.content
        assert content.type == "text"
        return Told(content.text, answer.is_error)


def work(folder: Path, do: Callable[[Assistant], Awaitable[T]], *options: object) -> T:
    """What an assistant of ada's does in a folder; the server ends by itself and prints nothing
    beside the protocol.
    """
    # Only what the server asks for is inherited.
    environment = {key: ENVIRONMENT[key] for key in ("PYTHONPATH", "TZ")}
    server = StdioServerParameters(
        command=sys.executable,
        args=[*COMMAND[1:], "mcp", *map(str, options)],
        cwd=folder,
        env=environment | {"MLCOLLAGE_USER": "ada"},
    )

    async def connected() -> T:
        with (folder / "stderr.txt").open("w", encoding="utf-8") as said:
            async with Client(stdio_client(server, said), read_timeout_seconds=60) as client:
                return await do(Assistant(client))

    done = asyncio.run(connected())
    assert (folder / "stderr.txt").read_text(encoding="utf-8") == ""
    return done


def ask(folder: Path, tool: str, *options: object, **given: Any) -> Told:
    """What one tool answers."""

    async def once(assistant: Assistant) -> Told:
        return await assistant(tool, **given)

    return work(folder, once, *options)
