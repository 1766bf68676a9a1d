"""Whether the API can be asked with this key, and whether it counts pages and records as the explorer takes it to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from tui.cli.doctor.finding import Finding, fail, failed, ok, skip, warn
from tui.domain.clean import clean
from tui.domain.errors import Forbidden, Rejected, SourceError, Unauthorized, Untrusted
from tui.domain.names import NameKind
from tui.domain.page import SETTLE, Page, PageRequest
from tui.domain.time_range import Window

if TYPE_CHECKING:
    from tui.cli.connections import BareClient
    from tui.domain.identity import Identity
    from tui.sources.transport import Peer

NAMES = ("answer", "tls", "clock", "scope", "pages", "total", "names")
"""What is looked at once there is a key and an address."""

_SKEW_SECONDS = 30
_SOON = timedelta(days=14)
_PERIOD = timedelta(days=30)
"""Records younger than this may still come in."""
_PAGE_SIZE = 5
_NAME_WORDS = {NameKind.USER: "people", NameKind.API_KEY: "API keys", NameKind.WORKSPACE: "workspaces"}
_TOO_FEW = "there are too few records in the last 30 days to tell"
_PAGING_CURE = (
    "portkey-audit counts pages from 0, newest first, as Portkey's API does.  Check the base URL, and what stands in "
    "front of the API."
)

T = TypeVar("T")


def check_proxy(base_url: str, environ: Mapping[str, str]) -> Finding:
    """Which proxy requests to another machine take; nothing of its address but host and port is told."""
    parts = urlsplit(base_url)
    names = (f"{parts.scheme}_proxy", "all_proxy")
    spellings = [spelling for name in names for spelling in (name, name.upper())]
    name = next((spelling for spelling in spellings if environ.get(spelling)), "")
    if not name:
        return ok("proxy", "none")
    spared = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if any(_spares(entry.strip(), parts.hostname or "") for entry in spared.split(",")):
        return ok("proxy", f"none: NO_PROXY spares {clean(parts.hostname or '')}")
    return ok("proxy", f"{_host_and_port(environ[name])} ({name})")


def _spares(entry: str, host: str) -> bool:
    """Whether an entry of NO_PROXY is the host, a domain that it is in, or all of them."""
    return entry == "*" or (bool(entry) and f".{host}".endswith(f".{entry.removeprefix('.')}"))


def _host_and_port(address: str) -> str:
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        return clean(f"{parts.hostname or '?'}:{parts.port}" if parts.port else parts.hostname or "?")
    except ValueError:
        return "an address that can't be read"


@dataclass(frozen=True, slots=True)
class Examination:
    """The client that is looked at, and what the looking needs.

    `clock` tells our own time (UTC) and `ticks` seconds; `waiting` stands around every request.
    """

    client: BareClient
    organisation_id: str
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    waiting: Callable[[], AbstractAsyncContextManager[None]]

    async def findings(self) -> AsyncIterator[Finding]:
        """What is found, each as soon as it is known, in the order of `NAMES`, as far as can be gone."""
        host = self.client.transport.host
        began = self.ticks()
        first = await self._caught(self._fetch(0, 1, self._window()))
        took = self.ticks() - began
        peer = self.client.transport.peer
        if isinstance(first, SourceError) and peer is None:
            yield failed("tls" if isinstance(first, Untrusted) else "answer", first)
            return
        counts_from_1 = False
        if isinstance(first, Rejected):
            second = await self._caught(self._fetch(1, 1, self._window()))
            first, counts_from_1 = (second, True) if isinstance(second, Page) else (first, False)
        refused = isinstance(first, Unauthorized | Forbidden)
        if isinstance(first, SourceError) and not refused:
            yield failed("answer", first)
        else:
            yield ok("answer", f"{host} answered in {took:.1f} s")
        if peer is not None:
            yield _tls(peer, self.clock())
            yield _clock(peer)
        if isinstance(first, SourceError):
            if refused:
                yield failed("scope", first)
            return
        yield _scope(first)
        if counts_from_1:
            found = "this server counts pages from 1 and refuses page 0, which every query begins with"
            yield fail("pages", found, _PAGING_CURE)
        else:
            async for finding in self._counting():
                yield finding
        yield _names(await self._awaited(self.client.directory.reach()))

    async def _counting(self) -> AsyncIterator[Finding]:
        """How pages and records are counted in a range that has ended, so that nothing moves meanwhile."""
        window = self._window()
        try:
            first, second = [await self._awaited(self._fetch(number, _PAGE_SIZE, window)) for number in (0, 1)]
        except SourceError as error:
            yield failed("pages", error)
            return
        yield judge_pages(first, second, window)
        last: Page | None = None
        if first.total is not None and first.total > 2 * _PAGE_SIZE:
            try:
                last = await self._awaited(self._fetch((first.total - 1) // _PAGE_SIZE, _PAGE_SIZE, window))
            except SourceError as error:
                yield warn("total", f"The last page can't be had. {error.cause}", error.cure)
                return
        yield judge_total(first, second, last)

    def _window(self) -> Window:
        peer = self.client.transport.peer
        ahead = timedelta(seconds=peer.skew if peer and peer.skew else 0.0)
        end = self.clock() + ahead - SETTLE
        return Window(end - _PERIOD, end)

    async def _fetch(self, number: int, size: int, window: Window) -> Page:
        named = (("organisation_id", self.organisation_id),) if self.organisation_id else ()
        return await self.client.source.fetch(PageRequest(window, window.end + SETTLE, named, number, size))

    async def _awaited(self, asked: Awaitable[T]) -> T:
        async with self.waiting():
            return await asked

    async def _caught(self, asked: Awaitable[T]) -> T | SourceError:
        try:
            return await self._awaited(asked)
        except SourceError as error:
            return error


def _tls(peer: Peer, now: datetime) -> Finding:
    if not peer.tls:
        return ok("tls", "none: what is sent stays on this machine")
    found = f"{peer.tls}, certificate by {peer.issuer or 'nobody named'}"
    if peer.expires is None:
        return ok("tls", found)
    found = f"{found} until {peer.expires:%Y-%m-%d} ({(peer.expires - now).days} days)"
    if peer.expires - now < _SOON:
        return warn("tls", found, "Whoever runs the server has to renew it, or nobody gets in.")
    return ok("tls", found)


def _clock(peer: Peer) -> Finding:
    if peer.skew is None:
        cure = "Relative times such as 15m are then told by this machine's clock."
        return warn("clock", "the server does not tell its time", cure)
    seconds, direction = round(abs(peer.skew)), "ahead of" if peer.skew > 0 else "behind"
    if seconds > _SKEW_SECONDS:
        cure = "Set this machine's clock.  Until then ranges of time go by the server's, ages by this machine's."
        return warn("clock", f"the server is {seconds:,} s {direction} this machine", cure)
    return ok("clock", f"within {max(1, seconds)} s of the server's")


def _scope(page: Page) -> Finding:
    if page.notes:
        return warn("scope", page.notes[0], "Leave organisation_id out of the profile or the environment.")
    return ok("scope", "audit_logs.list: the log can be read")


def _names(against: Mapping[NameKind, str]) -> Finding:
    troubles = [f"{_NAME_WORDS[kind]}: {trouble}" for kind, trouble in against.items() if trouble]
    if troubles:
        return warn("names", "; ".join(troubles), "Until that is mended ids stand where names would.")
    return ok("names", ", ".join(_NAME_WORDS[kind] for kind in against))


def judge_pages(first: Page, second: Page, window: Window) -> Finding:
    """What pages 0 and 1 of a closed range say of how pages are counted."""
    if not second.records and (first.total or 0) <= len(first.records):
        return skip("pages", _TOO_FEW)
    if not second.records:
        return fail("pages", f"page 1 is empty, though there are {first.total:,} records", _PAGING_CURE)
    rows = [*first.records, *second.records]
    here, there = _identities(first), _identities(second)
    if here == there:
        found = "pages 0 and 1 are the same: this server counts from 1, and the first rows would stand there twice"
        return fail("pages", found, _PAGING_CURE)
    times = [time for record in rows if (time := record.time) is not None]
    if any(earlier < later for earlier, later in pairwise(times)):
        return fail("pages", "records do not come newest first", _PAGING_CURE)
    if any(not window.start <= time < window.end + timedelta(seconds=1) for time in times):
        found = "records come from outside of the time that was asked for"
        return warn("pages", found, "Counts and rows may hold more than a query's range of time.")
    if common := len(set(here) & set(there)):
        found = f"{common} of {len(here)} records of page 0 stand on page 1 again, so records of one second move"
        return warn("pages", found, "Some rows may stand there twice and others not at all: ask for less time at once.")
    return ok("pages", "counted from 0, newest first, none twice")


def judge_total(first: Page, second: Page, last: Page | None) -> Finding:
    """What pages 0 and 1 and the last one, where there are more, say of the total."""
    total = first.total
    if total is None:
        return warn("total", "the API does not say how many records there are", "Counts are of what was read so far.")
    cure = "Rows are then read one page after the other to be sure; counts take longer."
    if second.records and total == len(first.records):
        return warn("total", "it counts the records of a page, not those of the query", cure)
    if second.total not in (None, total):
        return warn("total", f"it says {total:,} on one page and {second.total:,} on the next", cure)
    if last is not None and len(last.records) != (total - 1) % _PAGE_SIZE + 1:
        return warn("total", f"it says {total:,}, and the last page does not end there", cure)
    return ok("total", f"{total:,} records in 30 days" + (", and the last page ends there" if last else ""))


def _identities(page: Page) -> Sequence[Identity]:
    return [record.identity for record in page.records]
