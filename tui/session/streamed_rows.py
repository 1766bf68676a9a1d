"""Rows that are found: streams of pages read newest first, merged by time, and only what fits is kept."""

from __future__ import annotations

from array import array
from collections import Counter
from math import ceil
from typing import TYPE_CHECKING

from tui.domain.plan import MOST_BRANCHES
from tui.session.rows import Pause, Place, RowState, Taken
from tui.session.stream import Match, Stream

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from tui.domain.page import Page
    from tui.domain.record import AuditRecord
    from tui.session.rows import Leave, Limits, Tell, View

_SCREENS_AHEAD = 2
"""A scan waits once so many screens of matches lie beyond the one in view."""


class StreamedRows:
    """The matches of some of a plan's streams, as far as these have been read; at most `limits.matches` of them.

    The stream that was read back the least is read next: a match is a row as soon as no stream can have a newer one.
    Matches of one instant stand in the order of the streams.  A record that several streams have is a row as often as
    the one that has it most often.
    """

    def __init__(
        self, branches: Iterable[int], limits: Limits, tell: Tell, *, local: bool, disjoint: bool = True
    ) -> None:
        """`local`: part of the query is done here, so that records are bound to be turned away.  `disjoint`: as far as
        the API honours what it is asked, no record is in two of the streams."""
        self._streams = [Stream(branch, tell) for branch in branches]
        self._limits = limits
        self._tell = tell
        self._local = local
        self._disjoint = disjoint
        self._given: Counter[tuple[int, int]] = Counter()
        self._shown: Counter[int] = Counter()
        self._records: list[AuditRecord | None] = []
        self._gone = 0
        self._places = array("Q")
        self.go_on(limits.leave)

    # Reading

    def wanted(self, view: View, failed: Container[Place]) -> list[Place]:
        """The next page of each stream that others wait for; nothing while one of them is missing for good."""
        unread = sorted((s for s in self._streams if not s.ended), key=lambda stream: stream.horizon, reverse=True)
        if self.paused(view) is not None or any(stream.next_page in failed for stream in unread):
            return []
        if len(unread) == 1:
            places = [place for place in unread[0].pages_ahead if place not in failed]
        else:
            places = [stream.next_page for stream in unread if len(stream.matches) < stream.extent.size]
        if self._until is None or not unread:
            return places
        return places[: ceil((self._until - self.scanned) / unread[0].extent.size)]

    def size_of(self, branch: int) -> int:
        return self._stream(branch).extent.size

    def take(self, place: Place, page: Page, fits: Sequence[bool]) -> Taken:
        count = len(self._records)
        self._stream(place.branch).take(place.number, page, fits)
        self._merge()
        if self.finished:
            self._tell_missing()
        elif len(self._records) >= self._limits.matches:
            self._tell(
                f"{len(self._records):,} matches are here, the most that are kept: narrow the query to see others."
            )
        return Taken(self, range(count, len(self._records)))

    def go_on(self, leave: Leave) -> None:
        self._until = None if leave.records is None else self.scanned + leave.records
        self._past_screen = leave.past_screen

    def paused(self, view: View) -> Pause | None:
        if self.finished:
            return None
        if len(self._records) >= self._limits.matches:
            return Pause.HELD
        spent = self._until is not None and self.scanned >= self._until
        if (spent or not self._past_screen) and self._fills(view):
            return Pause.SCREEN
        return Pause.BUDGET if spent else None

    # What is here

    @property
    def row_count(self) -> int:
        return len(self._records)

    @property
    def extent_known(self) -> bool:
        return self.finished

    @property
    def loaded(self) -> int:
        return len(self._records)

    @property
    def scanned(self) -> int:
        return sum(stream.scanned for stream in self._streams)

    @property
    def total(self) -> int | None:
        return self.at_most if self._disjoint else None

    @property
    def at_most(self) -> int | None:
        lengths = [stream.extent.length for stream in self._streams]
        known = [length for length in lengths if length is not None]
        return sum(known) if len(known) == len(lengths) else None

    @property
    def finished(self) -> bool:
        return all(stream.ended for stream in self._streams)

    @property
    def scanning(self) -> bool:
        return self._local or any(stream.misfits for stream in self._streams)

    @property
    def merged(self) -> bool:
        return len(self._streams) > 1 and not self.scanning

    def record(self, row: int) -> AuditRecord | None:
        return self._records[row] if 0 <= row < len(self._records) else None

    def state(self, row: int, failed: Container[Place]) -> RowState:  # noqa: ARG002 - whichever is asked for
        """A row without a record is one that has not been found yet."""
        return RowState.PENDING

    def place_of(self, row: int) -> Place | None:
        if not 0 <= row < len(self._places):
            return None
        number, branch = divmod(self._places[row], MOST_BRANCHES)
        return Place(branch, number)

    def rows_on(self, place: Place) -> range:  # noqa: ARG002 - whichever is asked for
        """None: what a page will bring isn't known before it is here."""
        return range(0)

    def loaded_rows(self) -> Iterator[tuple[int, AuditRecord]]:
        return ((row, record) for row, record in enumerate(self._records) if record is not None)

    def let_go(self, rows: int) -> None:
        for row in range(self._gone, rows):
            self._records[row] = None
        self._gone = max(self._gone, rows)

    # How it does it

    def _stream(self, branch: int) -> Stream:
        return next(stream for stream in self._streams if stream.branch == branch)

    def _fills(self, view: View) -> bool:
        """Whether there are rows enough beyond those that are looked at."""
        last = max(view.last, view.beside or 0)
        return len(self._records) - 1 - last >= _SCREENS_AHEAD * view.height

    def _merge(self) -> None:
        """Make rows of all matches that no stream can have a newer one than."""
        while streams := [stream for stream in self._streams if stream.matches or not stream.ended]:
            newest = max(streams, key=lambda stream: stream.front)
            if not newest.matches:
                return
            self._give(newest.branch, newest.matches.popleft())

    def _give(self, branch: int, match: Match) -> None:
        if len(self._streams) > 1:
            # All that is told of a record is kept in a number: whoever reads everything lets go of the records.
            told = _fingerprint(match.record)
            self._given[branch, told] += 1
            if self._given[branch, told] <= self._shown[told]:
                return
            self._shown[told] += 1
        self._records.append(match.record)
        self._places.append(match.number * MOST_BRANCHES + branch)

    def _tell_missing(self) -> None:
        total = self.at_most
        if total is not None and self.scanned < total:
            self._tell(f"{total - self.scanned:,} of {total:,} records were not delivered by the API.")


def _fingerprint(record: AuditRecord) -> int:
    """A number that no other record has, but by a chance that is not worth a thought."""
    return hash((record, repr(record.model_extra))) if record.model_extra else hash(record)
