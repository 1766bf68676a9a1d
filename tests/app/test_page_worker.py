"""The worker fetches what the exploration wants, checks it against the query, and hands over what came."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tests.session.scene import NOW, ask, frozen, record, shown
from tui.app.page_worker import PageWorker
from tui.domain.errors import QueryTooSlow, Unavailable
from tui.domain.matching import Matcher
from tui.domain.page import Page, PageRequest, Waiting
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.session.exploration import Change, Exploration
from tui.sources.base import WaitListener, unheard

LOG = tuple(record(n, response_status_code=500 if n % 40 == 0 else 200) for n in range(400))


@dataclass
class Pages:
    """A source over `LOG`, which holds answers back while it is shut."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[int] = field(default_factory=list)
    waits: tuple[Waiting, ...] = ()
    broken: bool = False

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        self.asked.append(request.number)
        for waiting in self.waits:
            on_wait(waiting)
        await self.open.wait()
        if self.broken:
            raise Unavailable("The API is down.", status=503)
        return Page(LOG[request.number * 100 :][:100], len(LOG))

    async def aclose(self) -> None:
        pass


@dataclass
class Work:
    """A worker on its exploration and its source."""

    worker: PageWorker
    exploration: Exploration
    source: Pages
    changes: list[Change]
    pilot: Pilot[None]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await self.pilot.pause()


@asynccontextmanager
async def working(text: str = "") -> AsyncIterator[Work]:
    """A worker that was just asked a query."""
    exploration, changes = Exploration(), list[Change]()
    app = App[None]()
    async with app.run_test() as pilot:
        screen = Screen[None]()
        await app.push_screen(screen)
        worker = PageWorker(
            screen, exploration, ticks=asyncio.get_running_loop().time, changed=changes.append, told=lambda: None
        )
        source = Pages()
        source.open.set()
        worker.source = source
        ask(exploration, text)
        exploration.look(0, 29, at=0)
        yield Work(worker, exploration, source, changes, pilot)


class Watched(Matcher):
    """A matcher that knows in which threads it was asked."""

    def __init__(self, text: str) -> None:
        super().__init__(parse_query(text, now=NOW).query.terms, Surroundings())
        self.threads: set[threading.Thread] = set()

    def __call__(self, record: AuditRecord) -> bool:
        self.threads.add(threading.current_thread())
        return super().__call__(record)


class TooSlow(Matcher):
    """A matcher that can't be waited for."""

    def __call__(self, record: AuditRecord) -> bool:
        raise QueryTooSlow("The expression takes too long.")


class TestFetching:
    async def test_it_goes_on_until_nothing_is_wanted_any_more(self):
        async with working("is:failed") as work:
            work.worker.begin_anew()
            await work.until(lambda: work.exploration.finished)
            assert shown(work.exploration) == [f"r{n}" for n in range(0, 400, 40)]
            assert work.source.asked == [0, 1, 2, 3]
            assert work.changes[0].fresh

    async def test_what_does_not_fit_is_not_shown_whatever_the_source_was_asked_for(self):
        async with working("status:500") as work:
            work.worker.begin_anew()
            await work.until(lambda: work.exploration.finished)
            assert shown(work.exploration) == [f"r{n}" for n in range(0, 400, 40)]
            assert "did not honour status:500" in work.exploration.notices[0]

    async def test_a_page_that_failed_is_asked_for_again_on_demand(self):
        async with working() as work:
            work.source.broken = True
            work.worker.begin_anew()
            await work.until(lambda: work.exploration.problem)
            work.source.broken = False
            work.worker.resume()
            await work.until(lambda: work.exploration.loaded == 200)
            assert work.exploration.problem is None

    async def test_stopped_it_fetches_nothing_and_resumed_it_loses_nothing(self):
        async with working("is:failed") as work:
            work.source.open.clear()
            work.worker.begin_anew()
            await work.until(lambda: work.source.asked)
            work.worker.stop()
            work.source.open.set()
            assert not work.exploration.loading
            work.worker.go_on()
            assert not work.exploration.loading
            work.worker.resume()
            await work.until(lambda: work.exploration.finished)
            assert shown(work.exploration) == [f"r{n}" for n in range(0, 400, 40)]

    async def test_another_query_cancels_what_is_under_way(self):
        async with working() as work:
            work.source.open.clear()
            work.worker.begin_anew()
            await work.until(lambda: work.source.asked)
            ask(work.exploration, "is:failed")
            work.worker.begin_anew()
            work.source.open.set()
            await work.until(lambda: work.exploration.finished)
            assert work.source.asked == [0, 0, 1, 2, 3]
            assert [change.fresh for change in work.changes] == [True, False, False, False]

    async def test_a_wait_is_told_with_the_seconds_that_are_left(self):
        async with working() as work:
            work.source.open.clear()
            work.source.waits = (Waiting(3.0, "429"),)
            work.worker.begin_anew()
            await work.until(lambda: work.worker.waiting)
            assert work.worker.waiting == (3, "429")
            work.worker.stop()
            assert work.worker.waiting is None


class TestChecking:
    async def test_what_is_done_here_is_done_in_a_thread(self):
        async with working() as work:
            matcher = Watched("is:failed")
            work.exploration.open(frozen("is:failed"), matcher)
            work.worker.begin_anew()
            await work.until(lambda: work.exploration.finished)
            assert matcher.threads
            assert threading.main_thread() not in matcher.threads

    async def test_what_the_api_did_is_confirmed_at_once(self):
        async with working() as work:
            matcher = Watched("status:500")
            work.exploration.open(frozen("status:500"), matcher)
            work.worker.begin_anew()
            await work.until(lambda: work.exploration.finished)
            assert matcher.threads == {threading.main_thread()}

    async def test_an_expression_that_takes_too_long_is_told_as_the_problem(self):
        async with working() as work:
            work.exploration.open(frozen("is:failed"), TooSlow((), Surroundings()))
            work.worker.begin_anew()
            await work.until(lambda: work.exploration.problem)
            assert isinstance(work.exploration.problem, QueryTooSlow)
            assert not work.exploration.started
