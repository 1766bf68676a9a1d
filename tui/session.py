"""An exploration without a screen: which pages to fetch next, what came, and what that changes.

It decides and does no IO.  A worker asks `next_requests`, fetches, and hands every answer to `accept` or `fail`.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from tui.domain.fields import BY_NAME
from tui.domain.page import PAGE_SIZE, Origin, Page, PageRequest

if TYPE_CHECKING:
    from tui.domain.errors import SourceError
    from tui.domain.query import AuditQuery, FrozenQuery
    from tui.domain.record import AuditRecord

IN_FLIGHT = 2
"""Pages asked for at a time."""
BURST_SECONDS = 0.15
"""Views that follow each other this quickly, a screen or more apart, are passed over until they rest."""
SKEW_SECONDS = 5.0
"""A server clock this far from ours is worth pinning the query again."""
SETTLE = timedelta(seconds=60)
"""Records younger than this when a query is frozen may still be joined by late ones."""


class RowState(Enum):
    """What stands at a row that has no record to show."""

    PENDING = auto()
    FAILED = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Change:
    """What an answer changed: the rows to draw anew, and whether their number did.

    `fresh`: these are the first rows of another query, and none of the rows before are there any more.  `repin`: the
    query was pinned by a wrong clock and is to be frozen and opened once more.
    """

    first: int = 0
    last: int = -1
    count: bool = False
    fresh: bool = False
    repin: bool = False


NOTHING = Change()


class Exploration:
    """One reader's walk through the rows of one frozen query at a time.

    The rows of the last query stay until the first page of the next is here, so that a failure costs none.  Row r is
    row r % size of page r // size.  `kept_pages` bounds memory: beyond it the pages fetched longest ago are let go, and
    asked for again when they come into view.
    """

    def __init__(self, *, kept_pages: int = 400) -> None:
        self.frozen: FrozenQuery | None = None
        self.asked: FrozenQuery | None = None
        self.ticket = 0
        self.skew = 0.0
        self._server_clock_known = False
        self._kept_pages = kept_pages
        self._in_flight: set[int] = set()
        self._failed: dict[int, SourceError] = {}
        self._view = (0, 0)
        self._direction = 1
        self._moved_at = float("-inf")
        self._rests_at = float("-inf")
        self._forget_rows()

    def _forget_rows(self) -> None:
        self.total: int | None = None
        self.notices: list[str] = []
        self.origins: set[Origin] = set()
        self._size = PAGE_SIZE
        self._pages: OrderedDict[int, tuple[AuditRecord, ...]] = OrderedDict()
        self._row_counts: dict[int, int] = {}
        self._end: int | None = None

    # What the screen tells

    def open(self, frozen: FrozenQuery) -> None:
        """Ask another query from now on; answers to the last one will be dropped, its rows stay until one comes."""
        self.ticket += 1
        self.asked = frozen
        self._in_flight.clear()
        self._failed.clear()

    def look(self, first: int, last: int, at: float) -> None:
        """The rows now in view, both included; `at` is a clock that never goes back, in seconds."""
        moved = first - self._view[0]
        hurried = abs(moved) > last - first and at - self._moved_at < BURST_SECONDS
        if moved:
            self._direction = 1 if moved > 0 else -1
            self._moved_at = at
            self._rests_at = at + BURST_SECONDS if hurried else at
        self._view = (max(0, first), max(0, last))

    def retry(self) -> None:
        """Ask again for what failed."""
        self._failed.clear()

    def give_up(self) -> None:
        """Forget what is in flight: the reader cancelled it."""
        self._in_flight.clear()

    # What the worker asks

    def rest(self, at: float) -> float:
        """How many seconds the view must still rest before fetching for it makes sense."""
        return max(0.0, self._rests_at - at)

    def next_requests(self) -> list[PageRequest]:
        """The pages to fetch now: those in view first, then one ahead; each is in flight until answered."""
        asking = self.asked or self.frozen
        if asking is None:
            return []
        room = IN_FLIGHT - len(self._in_flight)
        numbers = [n for n in self._wanted() if n not in self._in_flight and n not in self._failed][: max(0, room)]
        self._in_flight.update(numbers)
        size = PAGE_SIZE if self.asked else self._size
        return [asking.page(number, ticket=self.ticket, size=size) for number in numbers]

    def accept(self, request: PageRequest, page: Page) -> Change:
        """Take a page in.  A page of an earlier query changes nothing."""
        frozen = self.asked or self.frozen
        if request.ticket != self.ticket or frozen is None:
            return NOTHING
        self._in_flight.discard(request.number)
        if self._note_clock(page, frozen):
            return Change(repin=True)
        count_before, fresh = self.row_count, self.asked is not None
        if fresh:
            self._forget_rows()
            self.frozen, self.asked = frozen, None
        for note in page.notes:
            self._notice(note)
        self.origins.add(page.origin)
        self._learn_extent(request, page)
        self._keep(request.number, page.records)
        self._check_overlap(request.number, page.records)
        self._check_filters(frozen.query, page.records)
        first = request.number * self._size
        return Change(first, first + self._size - 1, count=fresh or self.row_count != count_before, fresh=fresh)

    def fail(self, request: PageRequest, error: SourceError) -> Change:
        """A page could not be had; its rows say so until `retry`."""
        if request.ticket != self.ticket:
            return NOTHING
        self._in_flight.discard(request.number)
        self._failed[request.number] = error
        first = request.number * self._size
        return Change(first, first + self._size - 1)

    # What the screen shows

    def now(self, local: datetime) -> datetime:
        """The server's clock, as far as it is known."""
        return local + timedelta(seconds=self.skew)

    @property
    def row_count(self) -> int:
        """Rows the table has: all that match where the API told, otherwise those loaded and a page to go on to."""
        if self._end is not None:
            return self._end
        if self.total is not None:
            return self.total
        if not self._row_counts:
            return 0
        return (max(self._row_counts) + 2) * self._size

    @property
    def loaded(self) -> int:
        """Rows that have been loaded for this query."""
        return sum(self._row_counts.values())

    @property
    def loading(self) -> bool:
        return bool(self._in_flight)

    @property
    def started(self) -> bool:
        """Whether any rows, or the news that there are none, have ever come."""
        return self.frozen is not None

    def row_of(self, record: AuditRecord) -> int | None:
        """Where a record stands among the loaded rows, None where it doesn't."""
        for number, page in self._pages.items():
            for offset, other in enumerate(page):
                if other.identity == record.identity:
                    return number * self._size + offset
        return None

    @property
    def problem(self) -> SourceError | None:
        """The error of the first page that could not be had."""
        return self._failed[min(self._failed)] if self._failed else None

    @property
    def extent_known(self) -> bool:
        """Whether `row_count` is the number of all matching records."""
        return self.total is not None or self._end is not None

    def record(self, row: int) -> AuditRecord | None:
        """The record at a row, or None while it isn't here (`state` says why)."""
        page = self._pages.get(row // self._size)
        offset = row % self._size
        return page[offset] if page is not None and offset < len(page) else None

    def request_for(self, row: int) -> PageRequest | None:
        """The request whose page holds a row."""
        if self.frozen is None:
            return None
        return self.frozen.page(row // self._size, ticket=self.ticket, size=self._size)

    def state(self, row: int) -> RowState:
        """Why there is no record at a row."""
        number = row // self._size
        if number in self._pages:
            return RowState.MISSING
        return RowState.FAILED if number in self._failed else RowState.PENDING

    # How it decides

    def _wanted(self) -> list[int]:
        if self.asked is not None:
            return [0]
        first, last = self._view[0] // self._size, self._view[1] // self._size
        in_view = range(first, last + 1)
        ahead = last + 1 if self._direction > 0 else first - 1
        last_page = max(0, self.row_count - 1) // self._size
        wanted = [n for n in (*in_view, ahead) if 0 <= n <= last_page and n not in self._pages]
        if self._total_is_doubtful and 1 not in self._row_counts:
            wanted.append(1)
        return wanted

    @property
    def _total_is_doubtful(self) -> bool:
        """A total of exactly the page asked for may count the page, not the query: the next page tells."""
        return self.total == self._size == self._row_counts.get(0) and self._end is None

    def _note_clock(self, page: Page, frozen: FrozenQuery) -> bool:
        """Learn the server's clock; True where the query was pinned by one too far off."""
        if page.server_time is None or self._server_clock_known:
            return False
        self._server_clock_known = True
        self.skew = page.skew
        return abs(page.skew) > SKEW_SECONDS and frozen.query.time_range.is_relative

    def _learn_extent(self, request: PageRequest, page: Page) -> None:
        start, count = request.number * self._size, len(page.records)
        if request.number == 0:
            self.total = page.total
            if count and self.total is not None and count < min(self._size, self.total):
                self._size = count
        elif count and page.total is not None and self.total is not None and page.total != self.total:
            self._notice(f"The total moved from {self.total:,} to {page.total:,} while reading: press r to begin anew.")
        if self.total is not None and count and start + count > self.total:
            self._notice(f"The API's total ({self.total:,}) is less than what it gives: the end isn't known yet.")
            self.total = None
        if self.total is None and self._end is None and count < self._size:
            self._end = start + count
        elif self._total_is_doubtful and request.number == 1 and not count:
            self._end = start
        elif self.total is not None and count < min(self._size, max(0, self.total - start)):
            missing = min(self._size, self.total - start) - count
            self._notice(f"Rows {start + count + 1:,}–{start + count + missing:,} were not delivered by the API.")

    def _keep(self, number: int, records: tuple[AuditRecord, ...]) -> None:
        self._pages[number] = records
        self._pages.move_to_end(number)
        self._row_counts[number] = len(records)
        while len(self._pages) > self._kept_pages:
            self._pages.popitem(last=False)

    def _check_overlap(self, number: int, records: tuple[AuditRecord, ...]) -> None:
        here = {record.identity for record in records}
        for neighbour in (number - 1, number + 1):
            there = {record.identity for record in self._pages.get(neighbour, ())}
            if not (common := here & there):
                continue
            low, high = sorted((number, neighbour))
            if common == here == there and self.total is None:
                self._end = high * self._size
                self._notice(f"The API repeats page {low + 1} for ever: the rows end there.")
                return
            self._notice(
                f"{len(common):,} records stand on page {low + 1:,} and again on page {high + 1:,}: the log moved "
                "while reading, so others may be missing. Press r to begin anew."
            )

    def _check_filters(self, query: AuditQuery, records: tuple[AuditRecord, ...]) -> None:
        for record in records:
            if clause := query.broken_clause(record):
                label = BY_NAME[clause.field].label
                self._notice(f"The API did not honour the filter {label}: rows that don't fit it are shown too.")
                return

    def _notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)
