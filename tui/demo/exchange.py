"""A request and a response as values, and their form on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import unquote, unquote_plus

Headers = tuple[tuple[str, str], ...]

REASONS = {
    200: "OK", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 400: "Bad Request",
    401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    411: "Length Required", 413: "Content Too Large", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
}  # fmt: skip


class MalformedRequest(ValueError):
    """What came isn't an HTTP/1.1 request that the stand-in reads."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Request:
    """A request as it came: `target` is path and query still encoded, header names are in lower case, `at` is the
    stand-in's clock when it was read."""

    method: str
    target: str
    headers: Mapping[str, str]
    at: datetime
    body: bytes = b""
    version: str = "HTTP/1.1"

    @cached_property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @cached_property
    def query(self) -> dict[str, str]:
        """Parameters, decoded; a raw `+` becomes a blank, and of a repeated name the last value holds."""
        pairs = (part.partition("=") for part in self.target.partition("?")[2].split("&") if part)
        return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}

    def with_body(self, body: bytes) -> Request:
        return replace(self, body=body)

    @property
    def keeps_alive(self) -> bool:
        return self.version == "HTTP/1.1" and self.headers.get("connection", "").lower() != "close"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer before it goes on the wire; length and connection headers are added there."""

    status: int
    body: bytes
    headers: Headers = field(default=(("Content-Type", "application/json; charset=utf-8"),))

    def with_headers(self, *headers: tuple[str, str]) -> Response:
        """This answer with more headers in front."""
        return replace(self, headers=(*headers, *self.headers))

    def head(self, *framing: tuple[str, str]) -> bytes:
        """Status line and headers up to and with the blank line; `framing` says how the body's end is found."""
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in (*self.headers, *framing)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def whole(self) -> bytes:
        """The answer as a well-behaved server writes it."""
        return self.head(("Content-Length", str(len(self.body)))) + self.body


def json_response(value: Any, status: int = 200) -> Response:
    """Half a surrogate pair, which UTF-8 doesn't have, is sent as the escape that JSON has for it."""
    return Response(
        status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    )


def html_response(status: int, title: str, text: str) -> Response:
    page = (
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>\n"
    )
    return Response(status, page.encode(), (("Content-Type", "text/html; charset=UTF-8"),))


def http_date(moment: datetime) -> str:
    """The form of `Date` and `Retry-After`, in any locale."""
    utc = moment.astimezone(UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[utc.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[utc.month - 1]
    return f"{day}, {utc.day:02} {month} {utc.year:04} {utc:%H:%M:%S} GMT"


def parse_head(head: bytes, at: datetime) -> Request:
    """Request line and headers, without the blank line after them.  Raises `MalformedRequest`."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0") or not words[1].startswith("/"):
        raise MalformedRequest(400, "not a request line of HTTP/1.1")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip() or not name:
            raise MalformedRequest(400, "a header line without a name")
        headers[name.lower()] = value.strip()
    return Request(words[0], words[1], headers, at, version=words[2])


def body_length(request: Request, most: int) -> int:
    """How many bytes of body follow the head.  Raises `MalformedRequest`."""
    if "transfer-encoding" in request.headers:
        raise MalformedRequest(411, "only bodies with a Content-Length are read here")
    text = request.headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise MalformedRequest(400, "Content-Length is not a number")
    if len(text) > 12 or int(text) > most:
        raise MalformedRequest(413, f"a body has at most {most} bytes here")
    return int(text)
