"""One GET to the API, bounded in time, in size and in where the key may go."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from tui import __version__
from tui.domain.clean import clean
from tui.domain.errors import Rejected, SourceError, TimedOut, Untrusted
from tui.domain.secret import Secret
from tui.sources.answers import Answer, parse_http_date
from tui.sources.bodies import read_body, read_refusal
from tui.sources.lane import Lane
from tui.sources.lean_httpx import httpx
from tui.sources.origin import KeyForOrigin, is_loopback, parse_base_url
from tui.sources.outages import outage


@dataclass(frozen=True, slots=True)
class Limits:
    """What requests may take, in seconds and bytes.

    `total` is for one request from its turn to the end of the answer; `in_flight` is how many have their turn at once,
    each on a connection of its own.
    """

    connect: float = 5.0
    read: float = 15.0
    write: float = 10.0
    pool: float = 5.0
    total: float = 30.0
    body_bytes: int = 8 * 1024 * 1024
    in_flight: int = 2
    keep_alive: float = 60.0


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Peer:
    """What a server shows of itself in an answer, whatever its status; "" and None are for what it doesn't show.

    `tls` is the version spoken ("TLSv1.3"), `issuer` who signed its certificate, and `expires` when that ends (UTC).
    `skew` is how far its clock is ahead of ours, in seconds.
    """

    tls: str
    issuer: str
    expires: datetime | None
    skew: float | None


class Transport:
    """The way to one API, over which everything about it is asked."""

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        clock: Callable[[], datetime],
        ca_bundle: Path | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """`ca_bundle` replaces the certificate authorities of this computer; `clock` tells our own time, aware.

        Slow where certificates are loaded; needs no event loop.  Raises `SourceError` for a base URL that the key
        can't be sent to.
        """
        base = parse_base_url(base_url)
        self.base_url = str(base).rstrip("/")
        self.host = clean(base.host)
        self.peer: Peer | None = None
        """What the first answer showed of the server; None before it came."""
        self._key = key
        self._clock = clock
        self._limits = limits
        context = _ssl_context(base.scheme, ca_bundle)

        def open_client() -> httpx.AsyncClient:
            return _client(KeyForOrigin(base, key), context, limits, direct=is_loopback(base))

        # Finds out here whether a proxy can't be used, and loads what the first request would have to wait for.
        open_client()
        self._lanes = [Lane(open_client) for _ in range(limits.in_flight)]
        self._free: asyncio.LifoQueue[Lane] = asyncio.LifoQueue()
        for lane in self._lanes:
            self._free.put_nowait(lane)
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)

    async def get(self, path: str, parameters: Iterable[tuple[str, str]] = ()) -> Answer:
        """Ask for `path` under the base URL ("/audit-logs"); the answer may have any status.

        Raises `SourceError` where no complete answer comes.  May be cancelled at any point.
        """
        url = f"{self.base_url}{path}"
        query = urlencode(list(parameters), quote_via=quote, errors="replace")
        lane = await self._free.get()
        try:
            async with asyncio.timeout(self._limits.total):
                return await lane.get(f"{url}?{query}" if query else url, self._read)
        except TimeoutError:
            raise TimedOut(f"{self.host} did not finish its answer within {self._limits.total:g} s.") from None
        except httpx.InvalidURL:
            raise Rejected("The filters are too long to be sent.", "Shorten or drop one.") from None
        except httpx.HTTPError as error:
            raise outage(error, self.host) from None
        finally:
            self._free.put_nowait(lane)

    async def aclose(self) -> None:
        """Give back the connections, also those in use; no request may follow."""
        for lane in self._lanes:
            await lane.aclose()

    async def _read(self, response: httpx.Response) -> Answer:
        server_time = parse_http_date(response.headers.get("date", ""))
        skew = (server_time - self._clock()).total_seconds() if server_time else 0.0
        self.peer = self.peer or _peer(response, skew if server_time else None)
        if response.status_code == 200:
            body = await read_body(response, self._limits.body_bytes)
        else:
            body = await read_refusal(response)
        # It may stand in a record, too, in places where nothing else tells that it is a secret.
        body = self._key.hide_in(body)
        url = str(response.url.copy_with(query=None))
        return Answer(url, response.status_code, response.headers, body, server_time, skew)


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


def _peer(response: httpx.Response, skew: float | None) -> Peer:
    tls = response.extensions["network_stream"].get_extra_info("ssl_object")
    certificate = (tls.getpeercert() if tls else None) or {}
    names = {name: value for part in certificate.get("issuer", ()) for name, value in part}
    until = certificate.get("notAfter")
    return Peer(
        tls=(tls.version() if tls else None) or "",
        issuer=clean(names.get("organizationName") or names.get("commonName", "")),
        expires=datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC) if until else None,
        skew=skew,
    )


def _client(auth: httpx.Auth, context: ssl.SSLContext, limits: Limits, *, direct: bool) -> httpx.AsyncClient:
    """httpx with one connection; `direct` ignores the proxies of the environment.  Raises `SourceError`."""
    try:
        return httpx.AsyncClient(
            auth=auth,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"portkey-audit/{__version__}",
            },
            timeout=httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=limits.keep_alive),
            verify=context,
            trust_env=not direct,
            follow_redirects=False,
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        raise SourceError(
            "The proxy that the environment names can't be used.",
            "HTTPS_PROXY and ALL_PROXY take an address such as http://proxy:3128; SOCKS is not spoken.",
        ) from None
