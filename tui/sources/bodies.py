"""Bodies of answers, of which no more is ever held than an answer may have."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from tui.domain.clean import clean
from tui.domain.errors import Garbled
from tui.sources.lean_httpx import httpx

_CHUNK = 65536
_REFUSAL_BYTES = 65536
_GZIP = 31
"""What zlib calls one gzip stream with the largest window."""


class Oversized(Garbled):
    """The answer is bigger than an answer may be; asking for the same again won't help."""

    transient = False


async def read_body(response: httpx.Response, most: int) -> bytes:
    """The whole body, decompressed.  Raises `Oversized` beyond `most` bytes, and `Garbled`."""
    body = bytearray()
    async for part in _decompressed(response, most + 1):
        body += part
        if len(body) > most:
            host = clean(response.url.host)
            raise Oversized(f"{host} sent more than the {most / 1048576:g} MiB that an answer may have.")
    return bytes(body)


async def read_refusal(response: httpx.Response) -> bytes:
    """The beginning of a body that explains a status, as far as it can be had: the status matters more."""
    body = bytearray()
    try:
        async for part in _decompressed(response, _REFUSAL_BYTES):
            body += part
            if len(body) >= _REFUSAL_BYTES:
                break
    except (Garbled, httpx.TransportError):
        pass
    return bytes(body)


async def _decompressed(response: httpx.Response, most: int) -> AsyncIterator[bytes]:
    """The body in parts; decompression stops at `most` bytes.  One coding, gzip, is taken.  Raises `Garbled`."""
    host = clean(response.url.host)
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        raise Garbled(f"{host} answered in a coding that was not asked for.")
    if coding == "identity":
        async for chunk in response.aiter_raw(_CHUNK):
            yield chunk
        return
    inflater = zlib.decompressobj(_GZIP)
    async for chunk in response.aiter_raw(_CHUNK):
        try:
            part = inflater.decompress(chunk, most)
        except zlib.error:
            raise Garbled(f"{host} sent an answer that can't be decompressed.") from None
        yield part
        most -= len(part)
        if most <= 0:
            return
    if not inflater.eof:
        raise Garbled(f"{host} cut its answer off.")
