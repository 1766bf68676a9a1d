"""Where the key may go: one scheme, host and port, encrypted or on this computer."""

from __future__ import annotations

import re
from collections.abc import Generator
from ipaddress import ip_address

from tui.domain.clean import clean
from tui.domain.errors import SourceError, Untrusted
from tui.domain.secret import Secret
from tui.sources.lean_httpx import httpx

_HEADER = "x-portkey-api-key"
_HOST = re.compile(rb"[\w.:-]+")


def parse_base_url(text: str) -> httpx.URL:
    """The base URL of an API that the key may be sent to.  Raises `SourceError`."""
    try:
        url = httpx.URL(text.strip().rstrip("/"))
    except httpx.InvalidURL:
        url = httpx.URL()
    is_place = url.scheme in ("http", "https") and _HOST.fullmatch(url.raw_host) and 0 < _port(url) < 65536
    if not is_place or url.userinfo or url.query or url.fragment:
        raise SourceError(
            "The base URL is not an address of an API.",
            "It is written https://host/path, as in https://api.portkey.ai/v1, without a name, a password or a query.",
        )
    if url.scheme == "http" and not is_loopback(url):
        raise Untrusted(
            f"{clean(str(url))} is not encrypted, so the key is not sent to it.", "Write the base URL with https."
        )
    return url


def is_loopback(url: httpx.URL) -> bool:
    """Whether it is on this computer, by its spelling: names are not looked up."""
    try:
        return ip_address(url.host).is_loopback
    except ValueError:
        return url.host == "localhost"


class KeyForOrigin(httpx.Auth):
    """Sends the key along, to the origin of the base URL and nowhere else; a request holds it only while under way."""

    def __init__(self, base_url: httpx.URL, key: Secret) -> None:
        self._origin = _origin(base_url)
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if _origin(request.url) == self._origin:
            request.headers[_HEADER] = self._key.reveal()
        try:
            yield request
        finally:
            request.headers.pop(_HEADER, None)


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, _port(url)


def _port(url: httpx.URL) -> int:
    return (443 if url.scheme == "https" else 80) if url.port is None else url.port
