"""One connection at a time: kept while all goes well, given up with whatever did not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from tui.sources.lean_httpx import httpx

T = TypeVar("T")


class Lane:
    """Requests one after the other over a connection of its own.

    A request that fails or is cancelled takes the connection with it, and everything that httpx knows of it: a shared
    pool can keep a half-opened connection for ever when the cancellation comes between connecting and sending.  So does
    an answer that more came after: that would be taken for the answer to the next request.
    """

    def __init__(self, open_client: Callable[[], httpx.AsyncClient]) -> None:
        self._open_client = open_client
        self._client: httpx.AsyncClient | None = None
        self._stream: Any = None

    async def get(self, url: str, read: Callable[[httpx.Response], Awaitable[T]]) -> T:
        """What `read` makes of the answer.  Raises `httpx.HTTPError`, `httpx.InvalidURL` and what `read` raises."""
        done = False
        try:
            response = await self._send(url)
            try:
                result = await read(response)
            finally:
                await response.aclose()
            done = not _left_over(response)
            return result
        finally:
            if not done:
                await self.aclose()

    async def aclose(self) -> None:
        client, self._client = self._client, None
        stream, self._stream = self._stream, None
        try:
            if client is not None:
                await client.aclose()
        finally:
            if stream is not None:
                await stream.aclose()

    async def _send(self, url: str) -> httpx.Response:
        """Send the request, and once more at once where the server turns out to have left the connection kept."""
        if self._client is not None:
            try:
                return await self._ask(self._client, url)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                await self.aclose()
        self._client = self._open_client()
        return await self._ask(self._client, url)

    async def _ask(self, client: httpx.AsyncClient, url: str) -> httpx.Response:
        request = client.build_request("GET", url, extensions={"trace": self._notice})
        return await client.send(request, stream=True)

    async def _notice(self, event: str, info: Mapping[str, Any]) -> None:
        """Know of the connection as soon as it is there: given up before TLS is agreed on, httpx leaves it open."""
        if event == "connection.connect_tcp.complete":
            self._stream = info["return_value"]


def _left_over(response: httpx.Response) -> bool:
    """Whether bytes came after an answer that was read.

    Only httpcore's own state knows.  Where that can't be found any more, they may have come.
    """
    inner: Any = response.stream
    for name in ("_stream", "_httpcore_stream", "_stream", "_connection", "_h11_state"):
        inner = getattr(inner, name, None)
    return inner is None or inner.trailing_data[0] != b""
