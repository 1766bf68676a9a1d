"""What the API's answers say: their JSON, their clock, and what their refusals mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tui.domain.clean import clean
from tui.domain.errors import (
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    Rejected,
    SourceError,
    Unauthorized,
    Unavailable,
)
from tui.domain.sent_json import parse_json

_LONGEST_WAIT = 300.0
_SNIPPET_SOURCE = 2048
_TAG = re.compile(r"<[^>]*>")
_BASE_URL_CURE = (
    "Check the base URL: Portkey's cloud is https://api.portkey.ai/v1, a control plane of your own usually ends in "
    "/albus/v1, and a gateway has no audit logs."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer.

    `url` is what was asked, without the query.  `body` is decompressed.  `server_time` is the server's clock (UTC),
    None where it didn't tell; `skew` is how far that was ahead of ours on arrival, in seconds.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    server_time: datetime | None = None
    skew: float = 0.0

    @property
    def host(self) -> str:
        return clean(urlsplit(self.url).hostname or "")


class Complaint(NamedTuple):
    """What a refusal says of itself: the API's code ("AB03") and its words, "" for what it doesn't say.

    `from_api` tells the API's own refusals from those of whatever stands in front of it.
    """

    code: str
    words: str
    from_api: bool


def value_of(answer: Answer, *, scope: str) -> Any:
    """The JSON value of a successful answer.

    Raises the `SourceError` that a refusal means; `scope` is what the key must be allowed to do ("audit_logs.list").
    """
    if answer.status != 200:
        raise refusal(answer, scope=scope)
    text = answer.body.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] == "<":
        raise NotFound(f"{clean(answer.url)} answered with a web page instead of data.", _BASE_URL_CURE)
    try:
        return parse_json(text)
    except (ValueError, RecursionError):
        raise Garbled(f"{answer.host} answered with what is not JSON: it may have been cut off.") from None


def refusal(answer: Answer, *, scope: str) -> SourceError:
    """The error that an answer other than 200 means."""
    host, status, told = answer.host, answer.status, describe(answer)
    if status == 401:
        return Unauthorized(
            f"{host} does not accept the API key ({told}).",
            "Check that it was copied whole, and that it was not revoked, rotated or left to expire.",
        )
    if status == 403:
        return _forbidden(answer, scope)
    if status == 404:
        return NotFound(f"There is nothing at {clean(answer.url)} ({told}).", _BASE_URL_CURE)
    if status == 429:
        wait = retry_after(answer.headers.get("retry-after", ""), answer.server_time)
        return RateLimited(
            f"{host} gets too many requests ({told}).", "Wait a little, then try again.", retry_after=wait
        )
    if status in (408, 425) or status >= 500:
        wait = retry_after(answer.headers.get("retry-after", ""), answer.server_time)
        cure = "The fault is on the server's side: try again in a while."
        return Unavailable(f"{host} can't answer now ({told}).", cure, status=status, retry_after=wait)
    if status == 402:
        return Rejected(f"{host} refuses ({told}).", "The organisation's Portkey subscription may be used up.")
    if status >= 400:
        return Rejected(f"{host} does not accept the request ({told}).")
    if status >= 300:
        return Rejected(
            f"{host} redirects to {_target(answer)} ({status}), and the key is not sent on to other addresses.",
            "If that is where the API lives, make it the base URL.",
        )
    return Garbled(f"{host} answered {status}, which says nothing about records.")


def describe(answer: Answer) -> str:
    """Status, code and words of a refusal, fit to be shown: `403 AB03: “Not allowed”`."""
    complaint = read_complaint(answer.body)
    words = f": “{complaint.words}”" if complaint.words else ""
    return f"{answer.status} {complaint.code}".rstrip() + words


def read_complaint(body: bytes) -> Complaint:
    """Code and words of a refusal, cleaned, out of any envelope that is known; else the beginning of the text."""
    text = body.decode("utf-8-sig", "replace")
    try:
        value = parse_json(text)
    except (ValueError, RecursionError):
        words = " ".join(_TAG.sub(" ", text[:_SNIPPET_SOURCE]).split())
        return Complaint("", clean(words), from_api=False)
    code = _first(value, ("data", "errorCode"), ("error", "code"), ("errorCode",))
    words = _first(value, ("data", "message"), ("error", "message"), ("message",), ("error_message",), ("error",))
    return Complaint(clean(code, 20), clean(words), from_api=isinstance(value, dict))


def retry_after(header: str, server_time: datetime | None) -> float | None:
    """Seconds a `Retry-After` asks to wait, within 0 to 300; None for junk.  A date is told by the server's clock."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(float(header), _LONGEST_WAIT)
    moment = parse_http_date(header)
    if moment is None or server_time is None:
        return None
    return min(max((moment - server_time).total_seconds(), 0.0), _LONGEST_WAIT)


def parse_http_date(header: str) -> datetime | None:
    """The instant of a `Date` header, in UTC; None where it can't be read."""
    try:
        moment = parsedate_to_datetime(header)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _forbidden(answer: Answer, scope: str) -> SourceError:
    told = describe(answer)
    if not read_complaint(answer.body).from_api:
        return Forbidden(
            f"Something in front of {answer.host} turned the request away ({told}).",
            "A firewall may not like this network or a proxy on the way: try from elsewhere, or ask who runs it.",
        )
    return Forbidden(
        f"{answer.host} does not let this key do that ({told}).",
        f"It takes an Admin key (a workspace key is always refused) with the scope {scope}, an organisation on the "
        "Enterprise plan, and, where an organisation id is set, the id of the key's own organisation.",
    )


def _target(answer: Answer) -> str:
    """The host that a redirect points to, fit to be shown."""
    try:
        host = urlsplit(answer.headers.get("location", "")).hostname
    except ValueError:
        return "an address that can't be read"
    return clean(host) if host else "another path of its own"


def _first(value: Any, *paths: tuple[str, ...]) -> str:
    """The first text or number that stands at one of the paths."""
    for path in paths:
        found = value
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
            return str(found)
    return ""
