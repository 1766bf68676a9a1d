"""One connection at a time: kept while all goes well, given up with whatever did not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tui.sources.lean_httpx import httpx

T = TypeVar("T")


class Lane:
    """Requests one after the other over a connection of its own.

    A request that fails or is cancelled takes the connection with it, and everything that httpx knows of it: a shared
    pool can keep a half-opened connection for ever when the cancellation comes between connecting and sending.
    """

    def __init__(self, open_client: Callable[[], httpx.AsyncClient]) -> None:
        self._open_client = open_client
        self._client: httpx.AsyncClient | None = None

    async def get(self, url: str, read: Callable[[httpx.Response], Awaitable[T]]) -> T:
        """What `read` makes of the answer.  Raises `httpx.HTTPError`, `httpx.InvalidURL` and what `read` raises."""
        done = False
        try:
            response = await self._send(url)
            try:
                result = await read(response)
            finally:
                await response.aclose()
            done = True
            return result
        finally:
            if not done:
                await self.aclose()

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _send(self, url: str) -> httpx.Response:
        """Send the request, and once more at once where the server turns out to have left the connection kept."""
        if self._client is not None:
            try:
                return await self._client.send(self._client.build_request("GET", url), stream=True)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                await self.aclose()
        self._client = self._open_client()
        return await self._client.send(self._client.build_request("GET", url), stream=True)
