"""Follows a query without a screen: what comes in is handed on, the oldest first, whatever the network does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING

from tui.domain.errors import SourceError
from tui.domain.page import SKEW_SECONDS
from tui.domain.plan import plan_query
from tui.domain.time_range import instant_of
from tui.formats.times import format_span, format_time
from tui.session.follow import REACH, Follower
from tui.session.pace import SLOWEST_SECONDS

if TYPE_CHECKING:
    from tui.domain.page import Waiting
    from tui.exporting.reading import Inquiry
    from tui.session.follow import Arrival

MOST_HELD = 20_000
"""Records that are held back to be put in order; beyond that they are handed on as they came."""
GRACE_SECONDS = 10.0
"""How long what is still to be read may take when the time to follow is over."""

FROM_NOW = timedelta()
"""The beginning of a range that holds only what comes in from now on."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When to end before the range of time does: after so many records, and after so long."""

    records: int | None = None
    length: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where it all goes: records to `write`, sentences to `tell`; `is_read` says whether anybody reads the records."""

    write: Callable[[Sequence[Arrival]], None]
    tell: Callable[[str], None]
    is_read: Callable[[], bool]


class Tailing:
    """A query that is followed from the beginning of its range, to its end if that has one."""

    def __init__(
        self,
        inquiry: Inquiry,
        outlet: Outlet,
        limit: Limit,
        *,
        pace: float,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        """`pace` as in `Follower`."""
        self.written = 0
        self.late = 0
        self._inquiry = inquiry
        self._outlet = outlet
        self._limit = limit
        self._pace = pace
        self._sleep = sleep
        self._began = inquiry.clock()
        self._ends = None if limit.length is None else self._began + limit.length
        self._answered = False
        self._asked = self._began
        self._lost_since: datetime | None = None
        self._notes: set[str] = set()
        self._held: list[Arrival] = []
        self._follow(skew=0.0)

    async def run(self) -> bool:
        """Go on to the end; True where everything up to it has been read.

        Raises the `SourceError` that doesn't pass by itself, and BrokenPipeError where nobody reads any more.
        """
        length = self._limit.length
        try:
            async with asyncio.timeout(None if length is None else length.total_seconds() + GRACE_SECONDS):
                return await self._go_on()
        except TimeoutError:
            self._hand_on()
            return False

    @property
    def problem(self) -> SourceError | None:
        """Why the last look failed, None where it didn't."""
        return self._follower.problem

    def summary(self) -> str:
        """What was written, and how far everything has been read."""
        if not self._answered:
            return "nothing could be read yet"
        now = self._inquiry.clock()
        late = f", {self.late:,} late," if self.late else ""
        told = f"{_count(self.written)}{late} in {format_span((now - self._began).total_seconds())}"
        told += f" · everything read up to {_stamp(self._follower.frontier)}"
        lag = self._follower.lag(now)
        rests = self._lost_since is None and self._follower.rest(now) > 0
        return told if rests or lag <= SLOWEST_SECONDS else f"{told} · {format_span(lag)} behind"

    # When to do what

    async def _go_on(self) -> bool:
        while not self._is_over():
            if not self._outlet.is_read():
                raise BrokenPipeError
            now = self._inquiry.clock()
            pause, left = self._follower.rest(now), self._left(now)
            if pause and left > 0:
                await self._sleep(min(pause, left))
            elif pause and self.problem is not None:
                return False
            else:
                await self._look()
        return True

    def _left(self, now: datetime) -> float:
        """Seconds until the time to follow is over."""
        return inf if self._ends is None else (self._ends - now).total_seconds()

    def _is_over(self) -> bool:
        """Whether an end has been reached."""
        if self.written == self._limit.records or self._follower.finished:
            return True
        if self._ends is None or self._left(self._inquiry.clock()) > 0:
            return False
        end = self._follower.server_now(self._ends)
        return self._follower.frontier >= (end if self._until is None else min(end, self._until))

    # Looking

    async def _look(self) -> None:
        """Ask for a page, and hand on what came where a look or a stretch of time is done with it."""
        follower, clock = self._follower, self._inquiry.clock
        self._asked = clock()
        try:
            page = await self._inquiry.source.fetch(follower.next_request(self._asked), self._wait)
            fits = await asyncio.to_thread(lambda: list(map(self._inquiry.matcher, page.records)))
        except SourceError as error:
            self._fail(error)
            return
        now, frontier = clock(), follower.frontier
        self._held += filter(self._is_wanted, follower.take(page, fits, now))
        self._tell_once(page.notes)
        if self._was_range_wrong():
            self._follow(skew=follower.skew)
            return
        rests = follower.rest(now) > 0
        if rests or follower.frontier > frontier or len(self._held) >= MOST_HELD:
            self._hand_on()
        if rests:
            self._regain(now)

    def _follow(self, *, skew: float) -> None:
        """Begin by a server's clock that is so far ahead of ours."""
        time_range, now = self._inquiry.query.time_range, self._inquiry.clock()
        until = time_range.until
        self._until = None if until is None else instant_of(until, now + timedelta(seconds=skew))
        self._held = []
        self._follower = Follower(
            plan_query(self._inquiry.query, self._inquiry.names),
            since=REACH if time_range.since == FROM_NOW else time_range.since,
            now=now,
            until=self._until,
            skew=skew,
            pace=self._pace,
        )

    def _was_range_wrong(self) -> bool:
        """Whether the first answer shows that our clock was no measure of an end that is told as so long ago."""
        first, self._answered = not self._answered, True
        ends_ago = isinstance(self._inquiry.query.time_range.until, timedelta)
        return first and ends_ago and abs(self._follower.skew) > SKEW_SECONDS

    def _is_wanted(self, arrival: Arrival) -> bool:
        """Whether a record came in after we began, where only those are asked for; its own time may be older."""
        if self._inquiry.query.time_range.since != FROM_NOW or not arrival.early:
            return True
        return arrival.record.time is not None and arrival.record.time > self._follower.server_now(self._began)

    def _hand_on(self) -> None:
        """Write what is held, the oldest first."""
        edge = self._follower.frontier
        # Pages have the newest first: turned round, records of the same second keep the order in which they happened.
        held, self._held = self._held[::-1], []
        arrivals = sorted(held, key=lambda arrival: arrival.record.time or edge)
        if self._limit.records is not None:
            arrivals = arrivals[: self._limit.records - self.written]
        if arrivals:
            self._outlet.write(arrivals)
            self.written += len(arrivals)
            self.late += sum(arrival.late for arrival in arrivals)

    # Trouble

    def _fail(self, error: SourceError) -> None:
        """What is here already needn't wait for what is not; raises the error where trying again is of no use."""
        self._hand_on()
        if not error.transient:
            raise error
        self._follower.fail(error, self._inquiry.clock())
        self._lose(f"{error.reason}, trying again: {error.cause}")

    def _wait(self, waiting: Waiting | None) -> None:
        """A look that takes this long before it tries again is worth telling, though it has not failed yet."""
        if waiting is not None:
            until = self._inquiry.clock() + timedelta(seconds=waiting.seconds)
            if (until - self._asked).total_seconds() > SLOWEST_SECONDS:
                self._lose(f"{waiting.reason}, trying again in {format_span(waiting.seconds)}")

    def _lose(self, told: str) -> None:
        """Say once that nothing can be had."""
        if self._lost_since is None:
            self._lost_since = self._inquiry.clock()
            self._outlet.tell(f"{_stamp(self._follower.server_now(self._lost_since))} {told}")

    def _regain(self, now: datetime) -> None:
        """Say that what could not be had has been read."""
        if self._lost_since is not None:
            lasted, at = now - self._lost_since, _stamp(self._follower.server_now(now))
            self._lost_since = None
            self._outlet.tell(f"{at} there again after {format_span(lasted.total_seconds())}: nothing was missed")

    def _tell_once(self, notes: Sequence[str]) -> None:
        for note in notes:
            if note not in self._notes:
                self._notes.add(note)
                self._outlet.tell(note)


def _stamp(instant: datetime) -> str:
    return f"{format_time(instant, UTC)}Z"


def _count(number: int) -> str:
    return f"{number:,} record" + ("" if number == 1 else "s")
