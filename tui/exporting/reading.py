"""Everything that fits a query, read without a screen, and whether that is proved to be all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from sys import maxsize
from typing import TYPE_CHECKING

from tui.domain.errors import SourceError
from tui.domain.page import Origin
from tui.domain.plan import FrozenQuery, freeze
from tui.session.exploration import Exploration

if TYPE_CHECKING:
    from tui.domain.matching import Matcher
    from tui.domain.names import Names
    from tui.domain.page import Page, PageRequest, Waiting
    from tui.domain.query import AuditQuery
    from tui.domain.record import AuditRecord
    from tui.sources.base import AuditSource

_Answer = tuple["PageRequest", "Page", list[bool]]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A query to a source, with the names that are known and what its records are checked by; `clock` is our own."""

    source: AuditSource
    query: AuditQuery
    names: Names
    matcher: Matcher
    clock: Callable[[], datetime]

    def freeze(self, now: datetime) -> FrozenQuery:
        """The query pinned to a moment of the server's clock.  Raises `TimeTextError`."""
        return freeze(self.query, now, self.names)


class Reading:
    """The matches of a query as they are found, and how far it has come with them.

    `frozen` is pinned anew where our clock is found to be wrong.  What can't be had ends the reading: `problem` says
    why.
    """

    def __init__(self, inquiry: Inquiry, frozen: FrozenQuery) -> None:
        self.frozen = frozen
        self.problem: SourceError | None = None
        self.waiting: Waiting | None = None
        """The wait before another attempt, while there is one."""
        self.partial = False
        """Whether there are records that could not be asked for, being offline: the remarks say of when."""
        self.skew: float | None = None
        """Seconds that the server's clock was ahead of ours at first, None as long as it didn't tell."""
        self._inquiry = inquiry
        self._exploration = Exploration(budget=None, kept_matches=maxsize)
        self._proof = _Proof()

    @property
    def matched(self) -> int:
        return self._exploration.row_count

    @property
    def scanned(self) -> int:
        """Records that were looked at."""
        return self._exploration.scanned

    @property
    def total(self) -> int | None:
        """Records there are to look at, twice where streams overlap; None where the API doesn't say."""
        return self._exploration.at_most if self._exploration.started else None

    @property
    def counted(self) -> int | None:
        """As `total`, and as the API counts them: None where it doesn't, or counts something else."""
        return self._proof.total

    @property
    def proved(self) -> bool:
        """Whether the matches are all there are, beyond doubt."""
        return self.problem is None and self._exploration.finished and self._proof.holds and not self.partial

    @property
    def incomplete(self) -> bool:
        """Whether matches may well be missing."""
        return self.problem is not None or not self._exploration.finished or self._proof.contradicted

    @property
    def remarks(self) -> list[str]:
        """What should be known of how the matches came about."""
        told = list(self._exploration.notices)
        if self._exploration.finished and not self._proof.counted:
            told.append("The API doesn't say how many records there are, so nothing proves that these are all.")
        elif self.incomplete and self.problem is None and not told:
            told.append("The records didn't come as the API counts them: some may be missing.")
        return told

    async def matches(self) -> AsyncGenerator[tuple[AuditRecord, ...], None]:
        """The matches, newest first, some at a time."""
        self._exploration.open(self.frozen, self._inquiry.matcher)
        under_way: set[asyncio.Task[_Answer]] = set()
        given = 0
        try:
            while True:
                under_way |= {asyncio.create_task(self._fetch(r)) for r in self._exploration.next_requests()}
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                failed = {answer for answer in done if answer.exception() is not None}
                for answer in done - failed:
                    self._take(*answer.result())
                found = [self._exploration.record(row) for row in range(given, self.matched)]
                given = self.matched
                self._exploration.let_go(given)
                yield tuple(record for record in found if record is not None)
                for answer in failed:
                    answer.result()
        except SourceError as error:
            self.problem = error
        finally:
            for task in under_way:
                task.cancel()
            # Also takes note of the errors of the others, or asyncio prints them.
            await asyncio.gather(*under_way, return_exceptions=True)
            self.waiting = None

    async def _fetch(self, request: PageRequest) -> _Answer:
        """A page, and which of its records fit; a thread finds out, so that the page after is fetched meanwhile."""
        page = await self._inquiry.source.fetch(request, self._wait)
        return request, page, await asyncio.to_thread(lambda: list(map(self._inquiry.matcher, page.records)))

    def _take(self, request: PageRequest, page: Page, fits: list[bool]) -> None:
        if request.ticket != self._exploration.ticket:
            return
        self.partial = self.partial or page.partial
        if self.skew is None and page.server_time is not None:
            self.skew = page.skew
        if self._exploration.accept(request, page, fits).repin:
            self.frozen = self._inquiry.freeze(self._exploration.now(self._inquiry.clock()))
            self._exploration.open(self.frozen, self._inquiry.matcher)
        else:
            self._proof.note(request, page)

    def _wait(self, waiting: Waiting | None) -> None:
        self.waiting = waiting


def how_far(reading: Reading | None) -> str:
    """In a line how far a reading has come, and what it waits for."""
    if reading is None:
        return "asking"
    total = "" if reading.total is None else f" of {reading.total:,}"
    told = f"scanned {reading.scanned:,}{total} · {reading.matched:,} match"
    waiting = reading.waiting
    return f"{told} · {waiting.reason}, trying again in {waiting.seconds:.0f} s" if waiting else told


class _Proof:
    """Whether the records of each stream are as many as the API counts, and none of them came twice."""

    def __init__(self) -> None:
        self._totals: dict[int, int | None] = {}
        self._delivered: dict[int, int] = {}
        self._seen: dict[int, set[int]] = {}
        self._moved = False
        self._repeated = False

    def note(self, request: PageRequest, page: Page) -> None:
        """Take note of a page; the first of a stream comes before the others."""
        branch, count = request.branch, len(page.records)
        total = self._totals.setdefault(branch, page.total)
        self._moved = self._moved or (count > 0 and page.total is not None and page.total != total)
        self._delivered[branch] = self._delivered.get(branch, 0) + count
        # A request may be told of by several records, so what tells them apart is all that they say; on one page even
        # records that are the same are several: the API counts them so.
        contents = {hash(record) for record in page.records}
        seen = self._seen.setdefault(branch, set())
        # In a file they may stand side by side, and nothing moves from page to page.
        self._repeated = self._repeated or (page.origin is not Origin.FILE and not contents.isdisjoint(seen))
        seen |= contents

    @property
    def counted(self) -> bool:
        """Whether the API told how many there are; a total that it exceeds counts something else."""
        return all(total is not None and self._delivered[branch] <= total for branch, total in self._totals.items())

    @property
    def total(self) -> int | None:
        """What the API told of all streams."""
        totals = [total for total in self._totals.values() if total is not None]
        return sum(totals) if totals and self.counted else None

    @property
    def contradicted(self) -> bool:
        """Whether the pages can't all be those that were there when the reading began."""
        return self._repeated or (self.counted and (self._moved or self._delivered != self._totals))

    @property
    def holds(self) -> bool:
        return self.counted and not self.contradicted
