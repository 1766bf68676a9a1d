"""A window read to its end, more than once where need be, and whether that is proved to be all of it.

It decides and does no IO.  A window is asked for with a second beyond either end: whether the API takes its ends for
a part of it or not, all between them comes.  What was seen once stays seen: where records of one moment come in another
order each time, several readings together have them all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tui.archive.coverage import Span, milliseconds
from tui.archive.windows import MOST, SECOND, USUAL, newest_part
from tui.domain.page import PAGE_SIZE, PageRequest

if TYPE_CHECKING:
    from tui.domain.page import Page
    from tui.domain.record import AuditRecord

_SIZES = (PAGE_SIZE, 89, 97, 83)
"""Of pages, one reading after the other: what fell between two pages once stands on one page the next time."""
_MOST_BYTES = 32 * 1024 * 1024
_MOST_PAGES = 20_000
_FEW = 10
"""Records of which none need be of the right time: a log may have odd ones."""


@dataclass(slots=True)
class Walk:
    """The records of a window, as far as they were seen.

    `walks` are the readings that were begun, `fruitless` how many of the last ones saw nothing new.  `total` is what
    the API counts in the window and a second beyond, as the last reading was told; None where that isn't known.
    """

    span: Span
    walks: int = 0
    fruitless: int = 0
    total: int | None = None
    pages: int = 0
    """How many the reading has had so far."""
    is_over: bool = False
    """Whether the reading has come to its end."""
    is_odd: bool = False
    """Whether most of what comes is of another time than was asked for."""
    _seen: dict[AuditRecord, int] = field(default_factory=dict)
    """How many of each: those that look the same on one page are several."""
    _times: dict[AuditRecord, int] = field(default_factory=dict)
    """The millisecond of each; one whose time can't be read is of the time beside it."""
    _here: dict[AuditRecord, int] = field(default_factory=dict)
    """What the last reading saw."""
    _full: int = 0
    _bytes: int = 0
    _last: int | None = None
    _grew: bool = False
    _sound: bool = True

    @property
    def asked(self) -> Span:
        """What the API is asked for."""
        return Span(self.span.start - SECOND, self.span.end + SECOND)

    @property
    def count(self) -> int:
        """Records that were seen, those beyond the ends among them."""
        return sum(self._seen.values())

    @property
    def is_proved(self) -> bool:
        """Whether the last reading came to its end, and all that was seen is as many as the API counts.  That it has
        nothing it must say twice."""
        is_told = self.total is not None and (self.total > 0 or self.walks > 1)
        return self.is_over and self._sound and is_told and self.count == self.total

    @property
    def fitting_part(self) -> Span | None:
        """The newest part of a window that has more records than are to be held at once; None of one that hasn't, or
        that can't be cut."""
        count = self.count if self.total is None else self.total
        fitting = MOST if not self._bytes else min(MOST, _MOST_BYTES * sum(self._here.values()) // self._bytes)
        if count <= max(fitting, PAGE_SIZE):
            return None
        if self.total is not None:
            part = newest_part(self.span, count, min(USUAL, max(fitting // 2, 1)))
        else:
            # Nobody knows how many there are, so as much as has been read.
            part = Span(((self._last or 0) // SECOND + 1) * SECOND, self.span.end)
        return part if self.span.start < part.start < part.end else None

    def begin(self) -> None:
        """Read it once more, from its newest page on."""
        self.walks += 1
        self.total, self.is_over = None, False
        self._here = {}
        self.pages = self._full = self._bytes = 0
        self._last, self._grew, self._sound = None, False, True

    def request(self, now: datetime) -> PageRequest:
        """The page to fetch next; `now` is the server's clock."""
        size = _SIZES[(self.walks - 1) % len(_SIZES)]
        return PageRequest(self.asked.window, now, number=self.pages, size=size)

    def take(self, page: Page) -> None:
        """Take note of the page that was asked for."""
        self._full = self._full or len(page.records)
        self._sound = self._sound and (page.total is None or self.total in (None, page.total))
        self.total = page.total if self.total is None else self.total
        self._bytes += page.size_bytes
        is_news = self._note(page.records)
        self.pages += 1
        if self.total is None:
            # Pages may be smaller than asked for, so that only one that brings nothing is the last.
            self.is_over = not is_news
        else:
            self.is_over = not page.records or self.pages * self._full >= self.total
        if self.pages >= _MOST_PAGES:
            self.is_over, self._sound = True, False
        if self.is_over:
            self._end()

    def distrust_total(self) -> None:
        """Take note that the API counts a page, not the window: the reading goes on to where nothing more comes."""
        self.total, self.is_over = None, False

    def records(self) -> list[AuditRecord]:
        """The records of the window itself, newest first, those of one time as the API gave them; and whatever it gave
        that tells of quite another time."""
        kept = [record for record in self._seen if self._is_within(record, self.span) or self._is_stray(record)]
        kept.sort(key=self._times.__getitem__, reverse=True)
        return [record for record in kept for _ in range(self._seen[record])]

    def part(self, span: Span) -> Walk:
        """A walk through a part of the window, in which what was seen of it stays seen."""
        part = Walk(span)
        for record, number in self._seen.items():
            if self._is_within(record, span):
                part._seen[record], part._times[record] = number, self._times[record]
        return part

    def _is_within(self, record: AuditRecord, span: Span) -> bool:
        return span.start <= self._times[record] < span.end

    def _is_stray(self, record: AuditRecord) -> bool:
        return not self._is_within(record, Span(self.asked.start - SECOND, self.asked.end + SECOND))

    def _note(self, records: tuple[AuditRecord, ...]) -> bool:
        """Take note of a page's records; gives whether there are any that this reading had not come upon."""
        for record, time in zip(records, self._times_of(records), strict=True):
            self._times.setdefault(record, time)
        strays = sum(map(self._is_stray, records))
        self._sound = self._sound and not strays
        self.is_odd = self.is_odd or strays * 2 > max(len(records), _FEW)
        counts = Counter(records)
        is_news = any(number > self._here.get(record, 0) for record, number in counts.items())
        for record, number in counts.items():
            self._here[record] = max(number, self._here.get(record, 0))
            if number > self._seen.get(record, 0):
                self._seen[record] = number
                self._grew = True
        return is_news

    def _times_of(self, records: tuple[AuditRecord, ...]) -> list[int]:
        known = [milliseconds(record.time) for record in records if record.time is not None]
        last = self._last if self._last is not None else known[0] if known else self.span.end - 1
        times = []
        for record in records:
            last = milliseconds(record.time) if record.time is not None else last
            times.append(last)
        self._last = last if known or self._last is not None else None
        return times

    def _end(self) -> None:
        self.fruitless = 0 if self._grew else self.fruitless + 1
        if self.total is not None and self.count > self.total:
            # One that says something else by now was taken for two: the last reading alone counts.
            self._seen = dict(self._here)
