"""One of the streams that a query is read in, from its newest record on."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from tui.session.extent import Extent, tell_overlap, tell_repetition
from tui.session.rows import Place

if TYPE_CHECKING:
    from tui.domain.page import Page
    from tui.domain.record import AuditRecord
    from tui.session.rows import Tell

_NEWEST = datetime.max.replace(tzinfo=UTC)


class Match(NamedTuple):
    """A record that fits, on which page it stood, and the time it is merged by."""

    time: datetime
    number: int
    record: AuditRecord


class Stream:
    """Pages taken in their order, whatever order they come in, and the matches that were found on them.

    `horizon` is how far back the stream has been read.  A record whose time can't be read counts as of the time of the
    record before it, so that it stays behind that.  Records that stand on two pages in a row are there because the log
    moved: the second time they are told and left out.
    """

    def __init__(self, branch: int, tell: Tell) -> None:
        self.branch = branch
        self.extent = Extent(tell)
        self.scanned = 0
        self.misfits = 0
        self.ended = False
        self.horizon = _NEWEST
        self.matches: deque[Match] = deque()
        """Those not given away yet, newest first."""
        self._tell = tell
        self._next = 0
        self._early: dict[int, tuple[Page, Sequence[bool]]] = {}
        self._page_before: Counter[AuditRecord] = Counter()

    @property
    def front(self) -> datetime:
        """No record to come from here is newer than this."""
        return self.matches[0].time if self.matches else self.horizon

    @property
    def next_page(self) -> Place:
        return Place(self.branch, self._next)

    @property
    def pages_ahead(self) -> list[Place]:
        """The next page, and the one behind it where it is sure to be there."""
        ahead = self._next + 1
        sure = self.extent.total is not None and ahead * self.extent.size < self.extent.total
        return [self.next_page, Place(self.branch, ahead)] if sure and ahead not in self._early else [self.next_page]

    def take(self, number: int, page: Page, fits: Sequence[bool]) -> None:
        """Read a page if it is its turn, and those behind it that came before theirs; else lay it by."""
        if number >= self._next and not self.ended:
            self._early[number] = (page, fits)
        while not self.ended and self._next in self._early:
            self._read(*self._early.pop(self._next))

    def _read(self, page: Page, fits: Sequence[bool]) -> None:
        number, before, here = self._next, self._page_before, Counter(page.records)
        self._next, self._page_before = number + 1, here
        self.extent.learn(number, page)
        repeated = before & here
        if here and here == before:
            self.extent.end = number * self.extent.size
            tell_repetition(self._tell, number - 1)
        elif repeated:
            tell_overlap(self._tell, repeated.total(), number - 1)
        for record, fit in zip(page.records, fits, strict=True):
            if repeated[record]:
                repeated[record] -= 1
            else:
                self._look_at(record, number, fit=fit)
        self.ended = self._is_read()

    def _look_at(self, record: AuditRecord, number: int, *, fit: bool) -> None:
        self.scanned += 1
        self.horizon = record.time or self.horizon
        if fit:
            self.matches.append(Match(self.horizon, number, record))
        else:
            self.misfits += 1

    def _is_read(self) -> bool:
        """Whether the page just read was the last.  Where pages moved or fell short, more than the total says are
        read, up to one that is empty."""
        if not self._page_before or self.extent.end is not None:
            return True
        return self.extent.total is not None and self.scanned >= self.extent.total and not self.extent.doubtful
