"""Serves the tools to one assistant over standard input and output, by the official SDK."""

import asyncio
import errno
import json
import logging
import signal
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from importlib import metadata
from typing import Any, cast

from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from bot import system
from bot.assistants import tools, wire
from bot.assistants.call import Tool
from bot.assistants.tools import Installation
from bot.core.errors import MlcollageError

log = logging.getLogger(__name__)

ServerContext = ServerRequestContext[Any]


def serve(installation: Installation) -> None:
    """Answer one client until it goes away, or SIGTERM or SIGINT ends this.

    A call that is under way is finished; calls are done one after the other. Raises
    `MlcollageError` where answers cannot be written though the client is there.
    """
    # What the SDK logs is about its client, which may be any: ours is in tools.py.
    sdk = logging.getLogger("mcp")
    sdk.addHandler(logging.NullHandler())
    sdk.propagate = False
    with ThreadPoolExecutor(1, "tool") as worker:
        try:
            asyncio.run(_serve(installation, worker))
        finally:
            worker.shutdown(cancel_futures=True)


async def _serve(installation: Installation, worker: Executor) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with wire.claimed() as ends:
        writer = wire.Writer(ends.outgoing, stop.set)
        session = _session(_server(installation, worker), ends.incoming, writer)
        serving = asyncio.create_task(session)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        is_stopped = stop.is_set()
        for task in (serving, stopping):
            task.cancel()
        await asyncio.wait({serving, stopping})
    # Asked for in any case: an error that nobody has asked for is printed when the task is gone.
    failure = None if serving.cancelled() else serving.exception()
    # A client that has gone away is no trouble.
    if writer.error and writer.error.errno != errno.EPIPE:
        raise MlcollageError(f"Standard output cannot be written: {system.why(writer.error)}.")
    if failure and not is_stopped:
        raise failure
    if failure:
        # Where the SDK is stopped at work, it finds its own streams closed.
        log.debug("The session was ended: %r", failure)


async def _session(server: "Server[Any]", incoming: int, writer: wire.Writer) -> None:
    """Serve until the end of what comes in."""
    lines = _readable(wire.lines(incoming, lambda: writer.say(wire.TOO_LONG)), writer)
    # The SDK asks for files of anyio, and of these it uses what the wire has.
    async with stdio_server(cast(Any, lines), cast(Any, writer)) as (read, write):
        await server.run(read, write, server.create_initialization_options())


async def _readable(lines: AsyncIterator[str], writer: wire.Writer) -> AsyncIterator[str]:
    """The lines that the SDK can read. It drops others, and whoever asked would wait for ever."""
    async for line in lines:
        try:
            types.jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValueError:
            if refusal := _refusal(line):
                writer.say(refusal)
        else:
            yield line


def _refusal(line: str) -> str:
    """What is answered to a request that cannot be read; "" where it is none, or has no id."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    is_request = isinstance(asked, dict) and "method" in asked
    if not is_request or not isinstance(asked.get("id"), str | int):
        return ""
    error = {"code": types.INVALID_REQUEST, "message": "This is no request that can be read."}
    return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}) + "\n"


def _server(installation: Installation, worker: Executor) -> "Server[Any]":
    async def list_tools(
        context: ServerContext, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in tools.TOOLS.values()])

    async def call_tool(
        context: ServerContext, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        given = params.arguments or {}
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(worker, tools.answer, installation, params.name, given)
        content = types.TextContent(type="text", text=answer.text)
        return types.CallToolResult(content=[content], is_error=answer.is_error)

    return Server(
        "mlcollage",
        version=metadata.version("mlcollage"),
        title="mlcollage",
        instructions=tools.INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.says,
        input_schema=tool.takes.schema(),
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.writes,
            # What a draft said before stands in the log.
            destructive_hint=False,
            idempotent_hint=not tool.writes,
            open_world_hint=False,
        ),
    )
