"""Rows that came in while a query was followed, above those that were there when it was frozen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.session.rows import Taken
from tui.session.streamed_rows import StreamedRows

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from datetime import datetime

    from tui.domain.page import Page
    from tui.domain.record import AuditRecord
    from tui.session.follow import Follower
    from tui.session.rows import Leave, Limits, Pause, Place, Rows, RowState, Tell, View

EDGE = timedelta(seconds=2)
"""Around the border between the two parts, which the API may count to either, records are looked for in both."""


class Border:
    """Where the rows of a frozen query end, and which of the records around it are among them."""

    def __init__(self, at: datetime, first_pages: Iterable[Page]) -> None:
        """`at` is the end of the query's window, `first_pages` are those of its streams."""
        self.at = at
        pages = [[record for record in page.records if record.time is not None] for page in first_pages]
        near = [record for records in pages for record in records if record.time and record.time >= at - EDGE]
        self.count = len(near)
        """How many of the query's records will come in once more."""
        self._near = {record.identity for record in near}
        # What is older than a first page stands on those after it, which nobody has seen yet.
        self._seen_down_to = max((records[-1].time for records in pages if records and records[-1].time), default=None)

    def is_below(self, record: AuditRecord) -> bool:
        """Whether a record that came in is one of the query's."""
        if record.time is None or record.time >= self.at + EDGE:
            return False
        return record.identity in self._near or (self._seen_down_to is not None and record.time <= self._seen_down_to)


class Inserted:
    """Where rows came in, in numbers of before; what stood below has another number now."""

    def __init__(self, places: Sequence[int], gone: Sequence[AuditRecord] = ()) -> None:
        """`places` are the rows above which one came in, from top to bottom; a place as often as rows did.  `gone` are
        those that left in turn, at the end."""
        self._places = places
        self.gone = gone

    def __len__(self) -> int:
        return len(self._places)

    def moved(self, row: int) -> int:
        """The number that a row has now."""
        return row + bisect_right(self._places, row)


class Newest:
    """Records in order of time, the newest first; one whose time can't be read counts as the newest of its moment."""

    def __init__(self, border: datetime) -> None:
        """All of them are newer than `border`."""
        self.records: list[AuditRecord] = []
        self._ages: list[float] = []
        self._least = -border.timestamp()

    def let_in(self, records: Sequence[AuditRecord]) -> list[int]:
        """Put records, the newest first, in their places, above those of the same time; gives which rows they are
        above now, in numbers of before."""
        before, places = list(self._ages), []
        for record in reversed(records):
            age = -record.time.timestamp() if record.time is not None else self._ages[0] if self._ages else self._least
            place = bisect_left(self._ages, age)
            self.records.insert(place, record)
            self._ages.insert(place, age)
            places.append(bisect_left(before, age))
        return sorted(places)

    def keep(self, count: int) -> list[AuditRecord]:
        """Keep the newest `count` alone; gives the others."""
        gone = self.records[count:]
        del self.records[count:], self._ages[count:]
        return gone


class LiveRows:
    """The rows of a frozen query, and above them whatever came in since.

    Of these at most `limits.live` are kept.  Beyond it the oldest rows of all leave: first those of the frozen query,
    for good, so that no row is ever missing between two others.
    """

    def __init__(
        self, base: Rows, border: Border, follower: Follower, limits: Limits, tell: Tell, newest: Newest | None = None
    ) -> None:
        """`border` is where the rows of `base` end; `newest` are rows above it that came in already."""
        self._base = base
        self._border = border
        self._follower = follower
        self._limits = limits
        self._tell = tell
        self._newest = newest or Newest(border.at)
        self._cut = False

    def let_in(self, records: Sequence[AuditRecord], *, all_older_gone: bool = False) -> Inserted:
        """Put records in their places in time; `all_older_gone`: some between these and the present rows are lost."""
        gone = []
        if all_older_gone:
            gone += self._newest.keep(0)
            self._drop_base()
        inserted = self._newest.let_in([record for record in records if not self._border.is_below(record)])
        if len(self.newest) > self._limits.live:
            gone += self._newest.keep(self._limits.live)
            self._drop_base()
        return Inserted(inserted, gone)

    # Reading

    def wanted(self, view: View, failed: Container[Place]) -> list[Place]:
        return self._base.wanted(self._below(view), failed)

    def size_of(self, branch: int) -> int:
        return self._base.size_of(branch)

    def take(self, place: Place, page: Page, fits: Sequence[bool]) -> Taken:
        if self._cut:
            return Taken(self, range(0))
        rows, drawn = self._base.take(place, page, fits)
        drawn = range(drawn.start + len(self.newest), drawn.stop + len(self.newest))
        if rows is self._base:
            return Taken(self, drawn)
        return Taken(LiveRows(rows, self._border, self._follower, self._limits, self._tell, self._newest), drawn)

    def go_on(self, leave: Leave) -> None:
        self._base.go_on(leave)

    def paused(self, view: View) -> Pause | None:
        return self._base.paused(self._below(view))

    # What is here

    @property
    def newest(self) -> Sequence[AuditRecord]:
        """The rows that came in: the first of all."""
        return self._newest.records

    @property
    def until(self) -> datetime:
        """How far what came in has been read."""
        return max(self._border.at, self._follower.frontier)

    @property
    def row_count(self) -> int:
        return len(self.newest) + self._base.row_count

    @property
    def extent_known(self) -> bool:
        return self._base.extent_known and not self._cut

    @property
    def loaded(self) -> int:
        return len(self.newest) + self._base.loaded

    @property
    def scanned(self) -> int:
        return self._came_in + self._base.scanned

    @property
    def total(self) -> int | None:
        return None if self._base.total is None or self._cut else self._came_in + self._base.total

    @property
    def at_most(self) -> int | None:
        return None if self._base.at_most is None or self._cut else self._came_in + self._base.at_most

    @property
    def finished(self) -> bool:
        return self._base.finished

    @property
    def scanning(self) -> bool:
        return self._base.scanning

    @property
    def merged(self) -> bool:
        return self._base.merged

    def record(self, row: int) -> AuditRecord | None:
        if 0 <= row < len(self.newest):
            return self.newest[row]
        return self._base.record(row - len(self.newest))

    def state(self, row: int, failed: Container[Place]) -> RowState:
        return self._base.state(row - len(self.newest), failed)

    def place_of(self, row: int) -> Place | None:
        return self._base.place_of(row - len(self.newest)) if row >= len(self.newest) else None

    def rows_on(self, place: Place) -> range:
        rows = self._base.rows_on(place)
        return range(rows.start + len(self.newest), rows.stop + len(self.newest))

    def loaded_rows(self) -> Iterator[tuple[int, AuditRecord]]:
        yield from enumerate(self.newest)
        yield from ((row + len(self.newest), record) for row, record in self._base.loaded_rows())

    def let_go(self, rows: int) -> None:
        self._base.let_go(rows - len(self.newest))

    # How it does it

    @property
    def _came_in(self) -> int:
        """Records that were looked at beside those of the frozen query."""
        return max(0, self._follower.looked_at - self._border.count)

    def _below(self, view: View) -> View:
        """The view in numbers of the frozen query's rows."""
        above = len(self.newest)
        beside = view.beside - above if view.beside is not None and view.beside >= above else None
        return replace(view, first=max(0, view.first - above), last=max(0, view.last - above), beside=beside)

    def _drop_base(self) -> None:
        self._base = StreamedRows((), self._limits, self._tell, local=self._base.scanning)
        self._cut = True
        self._tell(
            f"The table keeps the newest {self._limits.live:,} rows while it follows; older ones have left it: "
            "r has all of the range again."
        )
