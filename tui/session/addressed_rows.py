"""Rows that are addressed by page: the API does the whole query, so any row is one request away."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count, takewhile
from typing import TYPE_CHECKING

from tui.session.extent import Extent, tell_overlap, tell_repetition
from tui.session.rows import Place, RowState, Taken
from tui.session.streamed_rows import StreamedRows

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from tui.domain.page import Page
    from tui.domain.record import AuditRecord
    from tui.session.rows import Leave, Limits, Pause, Tell, View


class AddressedRows:
    """The rows of one stream: row r is row r % size of page r // size.

    At most `limits.pages` are kept: beyond it the pages fetched longest ago are let go, and asked for again when they
    come into view.  A record that doesn't fit shows that the API leaves part of the query undone: from then on the
    stream is read from its beginning, for those that do.
    """

    scanning = False
    merged = False

    def __init__(self, branch: int, limits: Limits, tell: Tell) -> None:
        self._branch = branch
        self._limits = limits
        self._tell = tell
        self._extent = Extent(tell)
        self._pages: OrderedDict[int, Page] = OrderedDict()

    # Reading

    def wanted(self, view: View, failed: Container[Place]) -> list[Place]:
        """The pages in view, that of the row wanted beside it, and one ahead in the direction of travel."""
        first, last = self._number(view.first), self._number(view.last)
        ahead = last + 1 if view.direction > 0 else first - 1
        beside = [] if view.beside is None else [self._number(view.beside)]
        last_page = self._number(max(0, self.row_count - 1))
        numbers = [n for n in (*range(first, last + 1), *beside, ahead) if 0 <= n <= last_page and n not in self._pages]
        if self._extent.doubtful:
            numbers.append(1)
        return [place for n in dict.fromkeys(numbers) if (place := Place(self._branch, n)) not in failed]

    def size_of(self, branch: int) -> int:  # noqa: ARG002 - there is but one
        return self._extent.size

    def take(self, place: Place, page: Page, fits: Sequence[bool]) -> Taken:
        if not all(fits):
            rows = self._read_through(place, page, fits)
            return Taken(rows, range(rows.row_count))
        number = place.number
        self._extent.learn(number, page)
        self._tell_missing(number, len(page.records))
        self._pages[number] = page
        self._pages.move_to_end(number)
        while len(self._pages) > self._limits.pages:
            self._pages.popitem(last=False)
        self._compare_neighbours(number)
        return Taken(self, self.rows_on(place))

    def go_on(self, leave: Leave) -> None:
        """Nothing waits here: what is in view is fetched."""

    def paused(self, view: View) -> Pause | None:  # noqa: ARG002 - whatever is in view
        return None

    # What is here

    @property
    def row_count(self) -> int:
        """All that match where the API told, otherwise those loaded and a page to go on to."""
        length = self._extent.length
        if length is not None:
            return length
        return (max(self._extent.counts) + 2) * self._extent.size if self._extent.counts else 0

    @property
    def extent_known(self) -> bool:
        return self._extent.length is not None

    @property
    def loaded(self) -> int:
        return sum(self._extent.counts.values())

    @property
    def scanned(self) -> int:
        return self.loaded

    @property
    def total(self) -> int | None:
        return self._extent.length

    @property
    def at_most(self) -> int | None:
        return self._extent.length

    @property
    def finished(self) -> bool:
        return self.extent_known and len(self._extent.counts) * self._extent.size >= self.row_count

    def record(self, row: int) -> AuditRecord | None:
        page, offset = self._pages.get(self._number(row)), row % self._extent.size
        return page.records[offset] if page is not None and offset < len(page.records) else None

    def state(self, row: int, failed: Container[Place]) -> RowState:
        number = self._number(row)
        if number in self._pages:
            return RowState.MISSING
        return RowState.FAILED if Place(self._branch, number) in failed else RowState.PENDING

    def place_of(self, row: int) -> Place | None:
        return Place(self._branch, self._number(row))

    def rows_on(self, place: Place) -> range:
        return range(place.number * self._extent.size, (place.number + 1) * self._extent.size)

    def loaded_rows(self) -> Iterator[tuple[int, AuditRecord]]:
        for number in sorted(self._pages):
            yield from enumerate(self._pages[number].records, number * self._extent.size)

    def let_go(self, rows: int) -> None:
        for number in [number for number in self._pages if (number + 1) * self._extent.size <= rows]:
            del self._pages[number]

    # How it does it

    def _number(self, row: int) -> int:
        return row // self._extent.size

    def _read_through(self, place: Place, page: Page, fits: Sequence[bool]) -> StreamedRows:
        """The same stream to be read for what fits, beginning with what is here of it."""
        rows = StreamedRows([self._branch], self._limits, self._tell, local=True)
        for number in takewhile(self._pages.__contains__, count()):
            here = self._pages[number]
            rows.take(Place(self._branch, number), here, [True] * len(here.records))
        rows.take(place, page, fits)
        rows.go_on(self._limits.leave)
        return rows

    def _tell_missing(self, number: int, found: int) -> None:
        """Say which rows of a page the total promises and the page doesn't have."""
        extent, start = self._extent, number * self._extent.size
        expected = min(extent.size, max(0, (extent.total or 0) - start))
        if found < expected:
            self._tell(f"Rows {start + found + 1:,}–{start + expected:,} were not delivered by the API.")

    def _compare_neighbours(self, number: int) -> None:
        here = self._identities(number)
        for neighbour in (number - 1, number + 1):
            there = self._identities(neighbour)
            common, low = here & there, min(number, neighbour)
            if common and common == here == there and self._extent.total is None:
                self._extent.end = (low + 1) * self._extent.size
                tell_repetition(self._tell, low)
            elif common:
                tell_overlap(self._tell, len(common), low)

    def _identities(self, number: int) -> set[object]:
        page = self._pages.get(number)
        return {record.identity for record in page.records} if page is not None else set()
