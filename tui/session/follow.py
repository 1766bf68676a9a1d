"""Following a query: what to ask, and when, so that each record that comes in is seen, and seen once.

The log is read again and again in closed windows, from the server's present down to a little below what is known, and
each window's page but the last is followed by a window that ends where it did: whatever comes in meanwhile, and in
whatever order records of one second are given, nothing is passed over.

`frontier` is how far the log has been read once.  `mark` is how far it has been read for good: all the way down, a
minute and more after the fact.  Each reading goes `OVERLAP` below the mark, so that a record may come three minutes
late and be seen all the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tui.domain.page import PAGE_SIZE, SETTLE, SKEW_SECONDS, PageRequest, Parameters
from tui.domain.time_range import Moment, Window, instant_of
from tui.session.pace import USUAL_SECONDS, Pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui.domain.errors import SourceError
    from tui.domain.identity import Identity
    from tui.domain.page import Page
    from tui.domain.plan import Plan
    from tui.domain.record import AuditRecord

OVERLAP = timedelta(seconds=120)
"""How far below the mark is read."""
REACH = OVERLAP + SETTLE
"""How late a record may come."""
HEAD_OVERLAP = timedelta(seconds=10)
"""How far below the frontier each look reads; what lies deeper is read again bit by bit."""
DEEPER_PAGES = 3
"""Pages of what lies deeper that each look reads; as many as the rest of it took, if that is more."""
LATE = timedelta(seconds=5)
"""A record this far below the frontier came late."""
MOST_AT_ONCE = 2_000
"""Where there is more to catch up on, it is read in stretches of time, the oldest first."""

_SHORTEST_STRETCH = REACH
"""With a shorter one more would be read again than is new."""
_LONGEST_STRETCH = timedelta(days=36_600)
_SECOND = timedelta(seconds=1)
_REST_OF_SECOND = timedelta(milliseconds=999)
"""Windows end at a millisecond; what is written to the second may have happened up to here."""
_MOST_PAGES = 100
"""Pages of one window that are asked for by their number: enough for any second there ever was."""
_SLIGHT_SKEW = 2.0
"""`Date` tells whole seconds, and an answer takes its time: below this the clocks agree."""


class Arrival(NamedTuple):
    """A record that came in and fits the query.

    `early`: it was there before everything had been read once.  `late`: the time it tells of had been read before.
    """

    record: AuditRecord
    early: bool
    late: bool


@dataclass(slots=True)
class _Reading:
    """A way down through the log: `began` is the server's clock when it was begun, `top` where it begins.

    Asked for next is page `number` of the window that ends at `end`; `pages` have been read.
    """

    began: datetime
    top: datetime
    end: datetime
    number: int = 0
    pages: int = 0
    last: tuple[Identity, ...] = ()

    def go_down(self, page: Page, bottom: datetime) -> bool:
        """Go on below a page; True where nothing is left to read down to `bottom`."""
        self.pages += 1
        if _is_last(page, self.number * len(self.last)):
            return True
        here = tuple(record.identity for record in page.records)
        again, self.last = here == self.last, here
        oldest = next((record.time for record in reversed(page.records) if record.time is not None), None)
        if oldest is not None and oldest + _REST_OF_SECOND < self.end:
            # All of the oldest second is asked for again: its other records may stand on the page after.
            self.end, self.number = oldest + _REST_OF_SECOND, 0
        elif not self.number and again and oldest is not None and oldest > self.end:
            return True  # whatever window is asked for, the API gives this
        elif (self.number and again) or self.number == _MOST_PAGES:
            self.end, self.number = self.end - _SECOND, 0
        else:
            self.number += 1
        return self.end < bottom


class _Known(NamedTuple):
    """Hashes of the records of one identity, and the time they tell of."""

    contents: tuple[int, ...]
    time: datetime


_NOTHING_KNOWN = _Known((), datetime.max.replace(tzinfo=UTC))


class Follower:
    """Says what to ask next, takes the answers in, and tells what came.

    Whoever works for it asks `rest` how long to wait and `next_request` what to ask, and hands what comes of it to
    `take` or `fail`.  `now` is always our own clock; the server's is learnt from its answers.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        since: Moment,
        now: datetime,
        until: datetime | None = None,
        skew: float = 0.0,
        pace: float = USUAL_SECONDS,
    ) -> None:
        """Records from `since` on, up to `until` if that is given.  Several streams of a plan are followed as the one
        that holds them all.  `skew` is what is known already of the server's clock, and `pace` as in `Pace`."""
        self.skew = skew
        self.problem: SourceError | None = None
        """Why the last look failed, None where it didn't."""
        self.failures = 0
        """Looks in a row that failed."""
        self.found = 0
        """Records that came in and fit, but for those that were there before."""
        self.late = 0
        """Those of them that came late."""
        self.looked_at = 0
        """Records that came in, whether they fit or not."""
        self.caught_up = False
        """Whether everything up to the present has been read once."""
        self._parameters = _common(plan)
        self._since = since
        self._until = until
        self._pace = Pace(pace)
        self._clock_known = False
        self._floor = self.frontier = self.mark = instant_of(since, self.server_now(now))
        self._stretch = _LONGEST_STRETCH
        self._head: _Reading | None = None
        self._deeper: _Reading | None = None
        self._pages_left = 0
        self._hit = False
        self._paused_at = self._due = now
        self._lag = 0.0
        self._known: dict[Identity, _Known] = {}

    # What the worker asks

    def rest(self, now: datetime) -> float:
        """Seconds until there is something to ask; none where our clock has been set back meanwhile."""
        return max(0.0, (self._due - now).total_seconds()) if now >= self._paused_at else 0.0

    def hurry(self, now: datetime) -> None:
        """Have something to ask at once, whatever pause is due."""
        self._pause(0.0, now)

    def next_request(self, now: datetime) -> PageRequest:
        """The page to fetch now."""
        reading = self._reading(now)
        window = Window(min(self._bottom, reading.end), reading.end)
        return PageRequest(window, reading.began, self._parameters, reading.number)

    def take(self, page: Page, fits: Sequence[bool], now: datetime) -> list[Arrival]:
        """Take in the page that was asked for; `fits` says of each of its records whether it fits the query."""
        self.failures, self.problem = 0, None
        if self._learn_clock(page, now):
            return []
        reading = self._reading(now)
        if reading is self._head and self._shortened(reading, page):
            return []
        arrivals = [self._arrival(record) for record, fit in self._fresh(page, fits, reading) if fit]
        news = [arrival for arrival in arrivals if not arrival.early]
        self.found += len(news)
        self.late += sum(arrival.late for arrival in news)
        self._hit = self._hit or bool(news)
        self._go_on(reading, now, at_bottom=reading.go_down(page, self._bottom))
        return arrivals

    def fail(self, error: SourceError, now: datetime) -> None:
        """What was asked for could not be had: it will be asked for again."""
        self.failures += 1
        self.problem = error
        if self._head is not None and not self._head.pages:
            self._head = None
        self._pause(self._pace.after_failures(self.failures, getattr(error, "retry_after", None)), now)

    # What is shown

    def server_now(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.skew)

    def lag(self, now: datetime) -> float:
        """How many seconds old, at most, the newest is that the reader can't know of yet."""
        return max(self._lag, (self._end_at(now) - self.frontier).total_seconds(), 0.0)

    @property
    def finished(self) -> bool:
        """Whether everything up to `until` has been read for good."""
        return self._until is not None and self.mark >= self._until

    # How it does it

    @property
    def _bottom(self) -> datetime:
        return max(self._floor, self.mark - OVERLAP)

    @property
    def _forgotten(self) -> datetime:
        """What is older than this is known no longer, and not asked for."""
        return self._bottom - 2 * _SECOND

    def _end_at(self, now: datetime) -> datetime:
        present = self.server_now(now)
        return present if self._until is None else min(present, self._until)

    def _reading(self, now: datetime) -> _Reading:
        """The reading that goes on: of a look's own, and after that of what lies deeper."""
        if self._pages_left and self._deeper is not None:
            return self._deeper
        if self._head is None:
            present = self._end_at(now)
            stretch = min(present - self.frontier, self._stretch)
            top = max(self.frontier + stretch, self._bottom)
            self._head = _Reading(self.server_now(now), top, top)
        return self._head

    def _reaches_the_present(self, reading: _Reading) -> bool:
        """Whether a reading began at the newest that there was."""
        return reading.top >= min(reading.began, self._until or reading.began)

    def _learn_clock(self, page: Page, now: datetime) -> bool:
        """Learn the server's clock; True where so much was asked by a wrong one that it is asked anew."""
        if page.server_time is None:
            return False
        before, self.skew = self.skew, page.skew if abs(page.skew) > _SLIGHT_SKEW else 0.0
        first, self._clock_known = not self._clock_known, True
        wrong = first and abs(self.skew - before) > SKEW_SECONDS
        if wrong and isinstance(self._since, timedelta):
            self._floor = self.frontier = self.mark = self._floor + timedelta(seconds=self.skew - before)
        ahead = self._head is not None and self._head.began > self.server_now(now) + timedelta(seconds=SKEW_SECONDS)
        if wrong or ahead:
            self._head = None
        return wrong or ahead

    def _shortened(self, head: _Reading, page: Page) -> bool:
        """Whether there is too much to catch up on at once; then a shorter stretch is to be read first."""
        stretch = head.top - self.frontier
        if head.pages or stretch <= _SHORTEST_STRETCH or not _is_much(page):
            return False
        self._stretch = stretch / 2
        head.top = head.end = self.frontier + self._stretch
        return True

    def _fresh(self, page: Page, fits: Sequence[bool], reading: _Reading) -> Iterator[tuple[AuditRecord, bool]]:
        """The records that are not known yet.

        There are as many of one identity as stand on one page.  Which of them are known is told by all that they say:
        they may come in another order each time.
        """
        alike: dict[Identity, list[tuple[AuditRecord, bool]]] = {}
        for record, fit in zip(page.records, fits, strict=True):
            if record.time is None or record.time >= self._forgotten:
                alike.setdefault(record.identity, []).append((record, fit))
        for identity, found in alike.items():
            known = self._known.get(identity, _NOTHING_KNOWN)
            left = Counter(known.contents)
            for record, fit in found if len(found) > len(known.contents) else ():
                if left[hash(record)]:
                    left[hash(record)] -= 1
                elif len(found) > len(known.contents):
                    known = _Known((*known.contents, hash(record)), record.time or reading.end)
                    self.looked_at += 1
                    yield record, fit
            self._known[identity] = known

    def _arrival(self, record: AuditRecord) -> Arrival:
        early = not self.caught_up
        return Arrival(record, early, not early and record.time is not None and record.time < self.frontier - LATE)

    def _go_on(self, reading: _Reading, now: datetime, *, at_bottom: bool) -> None:
        """Work out what comes after a page: more of this look, what lies deeper, or a pause."""
        is_head = reading is self._head
        if at_bottom:
            self._settle(reading)
        elif is_head and self._reaches_the_present(reading) and reading.end <= self.frontier - HEAD_OVERLAP:
            self._deeper = self._deeper or reading
            self._pages_left = max(DEEPER_PAGES, reading.pages)
        elif is_head:
            return
        else:
            self._pages_left -= 1
        if is_head:
            self._end_head(reading, now)
        if at_bottom or not self._pages_left:
            self._end_look(reading, now)

    def _settle(self, reading: _Reading) -> None:
        """Everything that `reading` was begun for has been read."""
        self.mark = max(self.mark, min(reading.top, reading.began - SETTLE))
        self._deeper, self._pages_left = None, 0
        self._known = {identity: known for identity, known in self._known.items() if known.time >= self._forgotten}

    def _end_head(self, head: _Reading, now: datetime) -> None:
        self._lag = max(0.0, (self._end_at(now) - self.frontier).total_seconds()) if self.caught_up else 0.0
        self.frontier = max(self.frontier, head.top)
        self._head = None
        self._stretch = min(2 * self._stretch, _LONGEST_STRETCH)
        self.caught_up = self.caught_up or self._reaches_the_present(head)

    def _end_look(self, reading: _Reading, now: datetime) -> None:
        if self._reaches_the_present(reading):
            self._pause(self._pace.after(hit=self._hit, more=self._deeper is not None), now)
        else:
            self._pause(0.0, now)
        self._hit = False

    def _pause(self, seconds: float, now: datetime) -> None:
        self._paused_at, self._due = now, now + timedelta(seconds=seconds)


def _common(plan: Plan) -> Parameters:
    """What all streams of a plan are asked for."""
    first, *others = plan.branches
    return tuple(pair for pair in first if all(pair in other for other in others))


def _counts_itself(page: Page) -> bool:
    """Whether the total of a page, if it has one, may be its own and not the window's."""
    return page.total is None or page.total <= len(page.records)


def _is_last(page: Page, before: int) -> bool:
    """Whether no record of the window lies beyond a page, which so many of its records stand before."""
    count = len(page.records)
    return count < PAGE_SIZE if _counts_itself(page) else before + count >= (page.total or 0)


def _is_much(page: Page) -> bool:
    """Whether the first page of a window shows that there may be a lot in it."""
    return len(page.records) >= PAGE_SIZE if _counts_itself(page) else (page.total or 0) > MOST_AT_ONCE
