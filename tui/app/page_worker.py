"""The thin worker between an exploration, which decides, and a source, which fetches: it decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from tui.domain.errors import SourceError

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer
    from textual.worker import WorkType

    from tui.domain.matching import Matcher
    from tui.domain.page import PageRequest, Waiting
    from tui.domain.record import AuditRecord
    from tui.session.exploration import Change, Exploration
    from tui.sources.base import AuditSource

_GROUP = "pages"


class PageWorker:
    """Fetches whatever the exploration wants next, and checks it against the query, as workers of `owner`.

    `changed` is told what an answer changed, before more is fetched; `told` that waiting began, goes on or ended.
    `ticks` is a clock in seconds that never goes back.
    """

    def __init__(
        self,
        owner: Screen[None],
        exploration: Exploration,
        *,
        ticks: Callable[[], float],
        changed: Callable[[Change], None],
        told: Callable[[], None],
    ) -> None:
        self.source: AuditSource | None = None
        self.stopped = False
        self._owner = owner
        self._exploration = exploration
        self._ticks = ticks
        self._changed = changed
        self._told = told
        self._waiting: Waiting | None = None
        self._waits_until = 0.0
        self._countdown: Timer | None = None
        self._resting: Timer | None = None

    @property
    def waiting(self) -> tuple[int, str] | None:
        """The seconds left before another attempt and why it is needed, None while there is no such wait."""
        if self._waiting is None:
            return None
        return max(1, ceil(self._waits_until - self._ticks())), self._waiting.reason

    def go_on(self) -> None:
        """Fetch what is wanted, once the view rests."""
        if self.source is None or self.stopped:
            return
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        if delay := self._exploration.rest(self._ticks()):
            self._resting = self._owner.set_timer(delay, self.go_on)
            return
        for request in self._exploration.next_requests():
            # Not a coroutine, which would never be awaited where the worker is cancelled before it began.
            fetch: WorkType[None] = partial(self._fetch, self.source, request)
            self._owner.run_worker(fetch, group=_GROUP)

    def begin_anew(self) -> None:
        """Cancel what is under way for another query, and fetch for the present one."""
        self._owner.workers.cancel_group(self._owner, _GROUP)
        self.stopped = False
        self._wait(None)
        self.go_on()

    def stop(self) -> None:
        """Cancel what is under way, and fetch nothing until begun anew or resumed."""
        self._owner.workers.cancel_group(self._owner, _GROUP)
        self._exploration.give_up()
        self.stopped = True
        self._wait(None)

    def resume(self) -> None:
        """Try again what failed or was stopped."""
        self.stopped = False
        self._exploration.retry()
        self.go_on()

    async def _fetch(self, source: AuditSource, request: PageRequest) -> None:
        matcher, matches_here = self._exploration.matcher, self._exploration.matches_here
        try:
            page = await source.fetch(request, self._wait)
            fits = await check_records(page.records, matcher, in_thread=matches_here)
        except SourceError as error:
            change = self._exploration.fail(request, error)
        else:
            change = self._exploration.accept(request, page, fits)
        self._changed(change)
        self.go_on()

    def _wait(self, waiting: Waiting | None) -> None:
        self._waiting = waiting
        if waiting is not None:
            self._waits_until = self._ticks() + waiting.seconds
            self._countdown = self._countdown or self._owner.set_interval(1, self._told)
        elif self._countdown is not None:
            self._countdown.stop()
            self._countdown = None
        self._told()


async def check_records(records: Sequence[AuditRecord], matcher: Matcher, *, in_thread: bool) -> list[bool]:
    """What the matcher says of each record.

    Bodies may be large and expressions slow, so a thread does it where part of the query is done here; to confirm the
    few plain values that the API was asked for takes less time than to hand a page over.
    """

    def check() -> list[bool]:
        return [matcher(record) for record in records]

    return await asyncio.to_thread(check) if in_thread else check()
