"""A server that sends exactly the bytes a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Act = Callable[[asyncio.StreamWriter], Awaitable[None]]
Reply = bytes | Act
"""Bytes after which the connection stays open, or something to do with the connection."""

DATE = "Fri, 20 Nov 2026 12:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Received:
    """A request: its target as sent, its parameters decoded, and its headers by lower-case name."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))


@dataclass(slots=True)
class Hostile:
    """Where the server is, what it replies and what happened there."""

    replies: Sequence[Reply]
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    accepted: int = 0
    connections: int = 0
    in_flight: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def wait_until(self, condition: Callable[[Hostile], bool]) -> None:
        """Come back as soon as the condition holds."""
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: condition(self))

    async def note(self, **differences: int) -> None:
        async with self.changed:
            for name, difference in differences.items():
                setattr(self, name, getattr(self, name) + difference)
            self.changed.notify_all()


@asynccontextmanager
async def serving(*replies: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Hostile]:
    """Serve the replies, one a request in the order of arrival; the last one again for every further request."""
    hostile = Hostile(replies)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await hostile.note(accepted=1, connections=1)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                hostile.requests.append(_received(head))
                await hostile.note(in_flight=1)
                reply = hostile.replies[min(len(hostile.requests), len(hostile.replies)) - 1]
                try:
                    await _unless_left(reader, _reply(reply, writer))
                finally:
                    await hostile.note(in_flight=-1)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            await hostile.note(connections=-1)
            tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def http(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A well-formed answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Date: {DATE}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + body


def answer(value: Any, status: int = 200, **headers: str) -> bytes:
    """A well-formed answer with a JSON body."""
    return http(json.dumps(value).encode(), status, content_type="application/json", **headers)


def page(*records: Any, **envelope: Any) -> bytes:
    """A page of audit records as the API frames it."""
    return answer({"records": list(records), "total": len(records), "object": "analytics-graph", **envelope})


def gzipped(body: bytes) -> bytes:
    return http(gzip.compress(body), content_encoding="gzip")


def cut(data: bytes) -> Act:
    """These bytes, and then the end of the connection."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        raise ConnectionResetError

    return act


def endless(head: bytes, piece: bytes, gap: float = 0.0) -> Act:
    """The head, and then the piece again and again until the client has had enough."""

    async def act(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(gap)

    return act


async def silence(_: asyncio.StreamWriter) -> None:
    """Nothing, for as long as the client stays."""
    await asyncio.Event().wait()


async def _reply(reply: Reply, writer: asyncio.StreamWriter) -> None:
    if callable(reply):
        await reply(writer)
    else:
        writer.write(reply)
    await writer.drain()


async def _unless_left(reader: asyncio.StreamReader, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but stop when the client ends the connection.  Raises ConnectionResetError then."""
    doing = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait((doing, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise ConnectionResetError
        doing.result()
    finally:
        for future in (doing, leaving):
            future.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)


def _received(head: str) -> Received:
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    return Received(method, target, {name.lower(): value.strip() for name, _, value in pairs})
