"""What can go wrong between a good answer and the client, by name."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from threading import Event
from typing import Any

from tui.demo.exchange import Headers, Request, Response, html_response, http_date
from tui.demo.refusals import Refusal, banned_agent_response, forbidden, refusal_response, unauthorised
from tui.demo.switches import SettingError, Switches, nearest


class Ending(Enum):
    """What becomes of the connection after an answer."""

    KEEP = auto()
    CLOSE = auto()
    RESET = auto()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes on the wire: pieces of bytes with `gap` seconds between them, `pause` seconds before the first.

    A delivery with a `gate` first waits until that opens.
    """

    pieces: Iterable[bytes]
    pause: float = 0.0
    gap: float = 0.0
    gate: Event | None = None
    ending: Ending = Ending.KEEP


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault may look at beside the answer it spoils."""

    request: Request
    switches: Switches
    gate: Event
    """Opens when what is held shall go."""

    @property
    def now(self) -> datetime:
        return self.request.at


Deliver = Callable[[Response, Scene], Delivery]
HeaderMaker = Callable[[Scene], Headers]


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to spoil an answer, and what it stands for in a few words."""

    about: str
    deliver: Deliver


def delivered(response: Response) -> Delivery:
    """The answer as it should be: whole, in one piece, on a connection that stays open."""
    return Delivery((response.whole(),))


def check_fault(name: str) -> str:
    """The name, if there is such a fault.  Raises `SettingError`."""
    if name not in FAULTS:
        raise SettingError(f"no fault {name!r}; {nearest(name, FAULTS)}")
    return name


def parse_chance(text: str) -> tuple[str, float]:
    """`KIND:PROBABILITY` as its two parts.  Raises `SettingError`."""
    name, _, probability = text.partition(":")
    return check_fault(name), check_probability(name, probability)


def check_probability(name: str, value: Any) -> float:
    """A share from 0 to 1.  Raises `SettingError`."""
    try:
        share = float(value)
    except (TypeError, ValueError):
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingError(f"fault {name} needs a probability from 0 to 1, as in {name}:0.1")
    return share


def _no_headers(_: Scene) -> Headers:
    return ()


def _refused(refusal: Refusal, headers: HeaderMaker = _no_headers) -> Deliver:
    """A refusal of the API, in the envelope that the switches say."""

    def deliver(_: Response, scene: Scene) -> Delivery:
        answer = refusal_response(refusal, scene.switches.error_envelope)
        return delivered(_dated(answer, scene).with_headers(*headers(scene)))

    return deliver


def _instead(answer: Response, headers: HeaderMaker = _no_headers) -> Deliver:
    """An answer from something in front of the API."""
    return lambda _, scene: delivered(_dated(answer, scene).with_headers(*headers(scene)))


def _dated(answer: Response, scene: Scene) -> Response:
    return answer.with_headers(("Date", http_date(scene.now)))


def _wait_seconds(scene: Scene) -> Headers:
    return (("Retry-After", str(scene.switches.retry_after)),)


def _wait_date(scene: Scene) -> Headers:
    return (("Retry-After", http_date(scene.now + timedelta(seconds=scene.switches.retry_after))),)


def _redirected(status: int) -> Deliver:
    return _instead(html_response(status, "Moved", "This has moved."), _elsewhere)


def _elsewhere(scene: Scene) -> Headers:
    return (("Location", scene.switches.redirect_to + scene.request.target),)


def _reshaped(change: Callable[[dict[str, Any]], Any]) -> Deliver:
    """The answer's JSON, changed; an answer that is a refusal is left as it is."""

    def deliver(response: Response, _: Scene) -> Delivery:
        if response.status != 200:
            return delivered(response)
        return delivered(replace(response, body=json.dumps(change(json.loads(response.body))).encode()))

    return deliver


def _rows_of(value: dict[str, Any]) -> str:
    return "data" if "data" in value else "records"


def _without_total(value: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name != "total"}


def _deep(response: Response, _: Scene) -> Delivery:
    nested = b"[" * 100_000 + b"]" * 100_000
    return delivered(replace(response, body=b'{"records":[{"request_body":' + nested + b'}],"total":1}'))


def _slow(response: Response, scene: Scene) -> Delivery:
    return Delivery((response.whole(),), pause=scene.switches.slow_seconds)


def _dripped(response: Response, scene: Scene) -> Delivery:
    whole = response.whole()
    return Delivery((whole[i : i + 1] for i in range(len(whole))), gap=scene.switches.drip_seconds)


def _cut(response: Response, _: Scene) -> Delivery:
    whole = response.whole()
    return Delivery((whole[: len(whole) - len(response.body) // 2 - 1],), ending=Ending.CLOSE)


def _chunks(body: bytes) -> bytes:
    parts = (body[i : i + 4096] for i in range(0, len(body), 4096))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def _chunked(response: Response, _: Scene) -> Delivery:
    return Delivery((response.head(("Transfer-Encoding", "chunked")) + _chunks(response.body) + b"0\r\n\r\n",))


def _cut_chunked(response: Response, _: Scene) -> Delivery:
    half = _chunks(response.body[: len(response.body) // 2])
    return Delivery((response.head(("Transfer-Encoding", "chunked")) + half,), ending=Ending.CLOSE)


def _cut_close(response: Response, _: Scene) -> Delivery:
    """No length was told, so the client can't know of the cut except by the JSON."""
    head = response.head(("Connection", "close"))
    return Delivery((head + response.body[: len(response.body) // 2],), ending=Ending.CLOSE)


def _huge_number(response: Response, _: Scene) -> Delivery:
    rows, _name, total = response.body.rpartition(b'"total":')
    return delivered(replace(response, body=rows + b'"total":1' + b"0" * 5_000 + total[-1:] if rows else response.body))


def _two_lengths(response: Response, _: Scene) -> Delivery:
    length = len(response.body)
    head = response.head(("Content-Length", str(length)), ("Content-Length", str(length - 1)))
    return Delivery((head + response.body,), ending=Ending.CLOSE)


def _endless_headers(response: Response, _: Scene) -> Delivery:
    return Delivery((response.with_headers(("X-Long", "x" * 200_000)).whole(),), ending=Ending.CLOSE)


def _compressed(response: Response) -> Response:
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(response.body) + packer.flush()
    return replace(response.with_headers(("Content-Encoding", "gzip")), body=body)


def _cut_gzip(response: Response, _: Scene) -> Delivery:
    """HTTP's length is right; it is the compressed stream that has no end."""
    packed = _compressed(response)
    return delivered(replace(packed, body=packed.body[: len(packed.body) // 2]))


def _gzip_bomb(response: Response, _: Scene) -> Delivery:
    padded = replace(response, body=response.body + b" " * (64 << 20))
    return delivered(_compressed(padded))


_LIMITED = Refusal(429, "AB06", "Rate limit exceeded")
_UNAVAILABLE = html_response(503, "503 Service Unavailable", "The service is temporarily unavailable.")

FAULTS: Mapping[str, Fault] = {
    "401": Fault("the key stopped working", _refused(unauthorised())),
    "402": Fault("subscription exhausted (AB09)", _refused(Refusal(402, "AB09", "Subscription exhausted"))),
    "403": Fault("not allowed (AB03)", _refused(forbidden())),
    "403-html": Fault("the edge bans the user agent (error code 1010)", _instead(banned_agent_response())),
    "429": Fault("rate limit without Retry-After", _refused(_LIMITED)),
    "429-seconds": Fault("rate limit with Retry-After in seconds", _refused(_LIMITED, _wait_seconds)),
    "429-date": Fault("rate limit with Retry-After as a date", _refused(_LIMITED, _wait_date)),
    "500": Fault("internal error (AB04)", _refused(Refusal(500, "AB04", "Something went wrong"))),
    "500-html": Fault("internal error as HTML", _instead(html_response(500, "500 Error", "Internal Server Error"))),
    "502-html": Fault("bad gateway as HTML", _instead(html_response(502, "502 Bad Gateway", "nginx"))),
    "503-html": Fault("unavailable as HTML", _instead(_UNAVAILABLE)),
    "503-seconds": Fault("unavailable with Retry-After", _instead(_UNAVAILABLE, _wait_seconds)),
    "html": Fault("a sign-in page with status 200", _instead(html_response(200, "Sign in", "Welcome to the proxy"))),
    "redirect-301": Fault("moved to another origin", _redirected(301)),
    "redirect-302": Fault("found at another origin", _redirected(302)),
    "redirect-307": Fault("for now at another origin", _redirected(307)),
    "list": Fault("the rows without their envelope", _reshaped(lambda value: value[_rows_of(value)])),
    "null": Fault("null for an answer", _reshaped(lambda _: None)),
    "no-rows": Fault("an object without rows", _reshaped(lambda _: {"status": "ok"})),
    "rows-object": Fault("rows that are not a list", _reshaped(lambda value: {**value, _rows_of(value): {"0": {}}})),
    "row-text": Fault(
        "rows that are not objects",
        _reshaped(lambda value: {**value, _rows_of(value): ["a row", None, 7, *value[_rows_of(value)]]}),
    ),
    "no-total": Fault("the total is missing", _reshaped(_without_total)),
    "total-text": Fault("the total is a string", _reshaped(lambda value: {**value, "total": str(value.get("total"))})),
    "nan": Fault("NaN, which JSON has not", _reshaped(lambda value: {**value, "total": float("nan")})),
    "deep": Fault("JSON nested 100,000 deep", _deep),
    "slow": Fault("nothing for slow_seconds, then the answer", _slow),
    "hold": Fault("nothing until released", lambda response, scene: Delivery((response.whole(),), gate=scene.gate)),
    "drip": Fault("byte by byte, drip_seconds apart", _dripped),
    "empty": Fault("status 200 and no body", lambda response, _: delivered(replace(response, body=b""))),
    "not-utf8": Fault(
        "bytes that are no UTF-8",
        lambda response, _: delivered(replace(response, body=response.body.replace(b'"records"', b'"\xff\xfe"'))),
    ),
    "huge-number": Fault("a total of 5,000 digits", _huge_number),
    "two-lengths": Fault("two Content-Lengths that differ", _two_lengths),
    "endless-headers": Fault("a header of 200 kB", _endless_headers),
    "cut": Fault("fewer bytes than Content-Length tells", _cut),
    "cut-chunked": Fault("chunks that stop before the last", _cut_chunked),
    "cut-close": Fault("half the body, then the end of the connection", _cut_close),
    "close": Fault("the connection closes without an answer", lambda *_: Delivery((), ending=Ending.CLOSE)),
    "reset": Fault("the connection is reset", lambda *_: Delivery((), ending=Ending.RESET)),
    "garbage": Fault(
        "bytes that are not HTTP",
        lambda *_: Delivery((b"\x16\x03\x01\x02\x00\x01\x00\xfc\x1b]0;owned\x07\r\n\r\n",), ending=Ending.CLOSE),
    ),
    "chunked": Fault("the answer, well, in chunks", _chunked),
    "gzip": Fault("the answer, well, compressed", lambda response, _: delivered(_compressed(response))),
    "cut-gzip": Fault("compressed, and the stream is cut", _cut_gzip),
    "gzip-bomb": Fault("compressed, 64 MiB when unpacked", _gzip_bomb),
}
"""Every fault by its name."""
