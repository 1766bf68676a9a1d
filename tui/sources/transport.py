"""One GET to the API, bounded in time, in size and in where the key may go."""

from __future__ import annotations

import asyncio
import logging
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Generator, Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urlencode

from tui import __version__
from tui.domain.clean import clean
from tui.domain.errors import Garbled, Rejected, SourceError, TimedOut, Untrusted
from tui.domain.secret import Secret
from tui.sources.answers import Answer, parse_http_date
from tui.sources.lean_httpx import httpx
from tui.sources.outages import outage

_CHUNK = 65536
_REFUSAL_BYTES = 65536
_GZIP = 31
"""What zlib calls one gzip stream with the largest window."""


class Oversized(Garbled):
    """The answer is bigger than an answer may be; asking for the same again won't help."""

    transient = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take, in seconds and bytes; `total` counts from its turn to the end of the answer."""

    connect: float = 5.0
    read: float = 15.0
    write: float = 10.0
    pool: float = 5.0
    total: float = 30.0
    body_bytes: int = 8 * 1024 * 1024
    connections: int = 4
    in_flight: int = 2


DEFAULT_LIMITS = Limits()


class Transport:
    """Connections to one API, over which everything about it is asked.

    Making one loads certificates, which is slow; it needs no event loop.
    """

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        clock: Callable[[], datetime],
        ca_bundle: Path | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """`ca_bundle` replaces the certificate authorities of this computer.  Raises `SourceError`."""
        base = _parse_base_url(base_url)
        local = _is_loopback(base.host)
        if base.scheme == "http" and not local:
            raise Untrusted(
                f"{clean(str(base))} is not encrypted, so the key is not sent to it.", "Write the base URL with https."
            )
        self.base_url = str(base).rstrip("/")
        self.host = clean(base.host)
        self._clock = clock
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.in_flight)
        self._client = _client(base, key, _ssl_context(base.scheme, ca_bundle), limits, direct=local)
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)

    async def get(self, path: str, parameters: Iterable[tuple[str, str]] = ()) -> Answer:
        """Ask for `path` under the base URL ("/audit-logs"); the answer may have any status.

        Raises `Unreachable`, `Untrusted` or `Garbled` where no complete answer comes.  May be cancelled at any point.
        """
        query = urlencode(list(parameters), quote_via=quote, errors="replace")
        url = self.base_url + path
        async with self._turns:
            try:
                async with asyncio.timeout(self._limits.total):
                    return await self._exchange(url, query)
            except TimeoutError:
                seconds = self._limits.total
                raise TimedOut(f"{self.host} did not finish its answer within {seconds:g} s.") from None
            except httpx.InvalidURL:
                raise Rejected("The filters are too long to be sent.", "Shorten or drop one.") from None
            except httpx.HTTPError as error:
                raise outage(error, self.host) from None

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _exchange(self, url: str, query: str) -> Answer:
        response = await self._send(f"{url}?{query}" if query else url)
        try:
            server_time = parse_http_date(response.headers.get("date", ""))
            skew = (server_time - self._clock()).total_seconds() if server_time else 0.0
            body = await (self._read(response) if response.status_code == 200 else self._read_refusal(response))
        finally:
            await response.aclose()
        return Answer(url, response.status_code, response.headers, body, server_time, skew)

    async def _send(self, url: str) -> httpx.Response:
        """Send the request, once more at once for each kept connection that the server turns out to have left."""
        connected = False

        async def trace(event: str, _: object) -> None:
            nonlocal connected
            connected = connected or event == "connection.connect_tcp.started"

        while True:
            request = self._client.build_request("GET", url, extensions={"trace": trace})
            try:
                return await self._client.send(request, stream=True)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if connected:
                    raise

    async def _read(self, response: httpx.Response) -> bytes:
        """The whole body.  Raises `Oversized` and `Garbled`."""
        most = self._limits.body_bytes
        body = bytearray()
        async for part in _decoded(response, most + 1, self.host):
            body += part
            if len(body) > most:
                raise Oversized(f"{self.host} sent more than the {most / 1048576:g} MiB that an answer may have.")
        return bytes(body)

    async def _read_refusal(self, response: httpx.Response) -> bytes:
        """The beginning of a body that explains a status, as far as it can be had: the status matters more."""
        body = bytearray()
        try:
            async for part in _decoded(response, _REFUSAL_BYTES, self.host):
                body += part
                if len(body) > _REFUSAL_BYTES:
                    break
        except (Garbled, httpx.HTTPError):
            pass
        return bytes(body)


class KeyForOrigin(httpx.Auth):
    """Sends the key along, to one scheme, host and port and nowhere else."""

    def __init__(self, origin: httpx.URL, key: Secret) -> None:
        self._origin = _origin(origin)
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if _origin(request.url) == self._origin:
            request.headers["x-portkey-api-key"] = self._key.reveal()
        yield request


def _parse_base_url(text: str) -> httpx.URL:
    """The base URL without slashes at its end.  Raises `SourceError`."""
    try:
        url = httpx.URL(text.strip().rstrip("/"))
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise SourceError(
            "The base URL is not an address of an API.",
            "It is written https://host/path, as in https://api.portkey.ai/v1, without a name, a password or a query.",
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def _ssl_context(scheme: str, ca_bundle: Path | None) -> ssl.SSLContext:
    """A context that trusts the bundle, else this computer's authorities, else those that come with httpx."""
    if scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context = ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        reason = clean(error.strerror or str(error))
        raise Untrusted(
            f"The certificates in {clean(str(ca_bundle))} can't be read: {reason}.",
            "A bundle is a PEM file of certificates.",
        ) from None
    folder = ssl.get_default_verify_paths().capath
    has_authorities = context.cert_store_stats()["x509_ca"] or (folder and any(Path(folder).iterdir()))
    return context if ca_bundle or has_authorities else httpx.create_ssl_context()


def _client(
    base: httpx.URL, key: Secret, context: ssl.SSLContext, limits: Limits, *, direct: bool
) -> httpx.AsyncClient:
    """httpx as we use it; `direct` ignores the proxies of the environment.  Raises `SourceError`."""
    try:
        return httpx.AsyncClient(
            auth=KeyForOrigin(base, key),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"portkey-audit/{__version__}",
            },
            timeout=httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool),
            limits=httpx.Limits(
                max_connections=limits.connections, max_keepalive_connections=limits.connections, keepalive_expiry=60
            ),
            verify=context,
            trust_env=not direct,
            follow_redirects=False,
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        raise SourceError(
            "The proxy that the environment names can't be used.",
            "HTTPS_PROXY and ALL_PROXY take an address such as http://proxy:3128; SOCKS is not spoken.",
        ) from None


async def _decoded(response: httpx.Response, most: int, host: str) -> AsyncIterator[bytes]:
    """The body in parts, decompressed, of which no more than `most` bytes are ever made.  Raises `Garbled`."""
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
        most = max(1, most - len(part))
        yield part
    if not inflater.eof:
        raise Garbled(f"{host} cut its answer off.")
