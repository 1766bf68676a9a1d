"""Scrolling back and going back cost no request, and what may have changed is asked for again."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime, timedelta

import pytest

from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.errors import Unreachable
from tui.domain.names import Names
from tui.domain.page import Origin, Page, PageRequest, Waiting
from tui.domain.plan import freeze
from tui.domain.query import AuditQuery, Value
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.domain.time_range import TimeRange, Window
from tui.sources.base import WaitListener, unheard
from tui.sources.cached import CachedSource
from tui.sources.portkey import PortkeySource
from tui.sources.transport import Transport

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = Window(NOW - timedelta(days=1), NOW)
FIRST = PageRequest(DAY, NOW)
MINUTES_LATER = PageRequest(DAY, NOW + timedelta(minutes=5))
OLD = (NOW - timedelta(seconds=61)).isoformat()
YOUNG = (NOW - timedelta(seconds=59)).isoformat()


def page(*timestamps: str, size_bytes: int = 1000) -> Page:
    records = tuple(AuditRecord(timestamp=timestamp) for timestamp in timestamps)
    return Page(records, len(records), size_bytes=size_bytes, notes=("Told once.",))


class Scripted:
    """A source that answers with the same page each time, or with an error, and remembers what it was asked."""

    def __init__(self, answer: Page | Unreachable) -> None:
        self.answer = answer
        self.asked: list[PageRequest] = []
        self.closed = False

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        self.asked.append(request)
        if isinstance(self.answer, Unreachable):
            raise self.answer
        return self.answer

    async def aclose(self) -> None:
        self.closed = True


class Held(Scripted):
    """A source whose answers come when `let_go` is set; `asking` and `cancelled` tell how far it is."""

    def __init__(self, answer: Page | Unreachable) -> None:
        super().__init__(answer)
        self.let_go = asyncio.Event()
        self.asking = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.on_wait: WaitListener = unheard

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        self.on_wait = on_wait
        self.asking.set()
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            if isinstance(self.answer, Unreachable):
                raise self.answer from None
            raise
        return await super().fetch(request, on_wait)


class TestOneQuery:
    """Within one frozen query a page is fetched once."""

    async def test_a_page_asked_for_again_comes_from_memory_and_says_so(self) -> None:
        inner = Scripted(page(YOUNG))
        cached = CachedSource(inner)
        first, second = await cached.fetch(FIRST), await cached.fetch(FIRST)
        assert first.origin is Origin.API
        assert second.origin is Origin.CACHE
        assert second.records is first.records
        assert second.total == first.total
        assert inner.asked == [FIRST]

    async def test_notes_are_told_once(self) -> None:
        cached = CachedSource(Scripted(page(OLD)))
        assert (await cached.fetch(FIRST)).notes == ("Told once.",)
        assert (await cached.fetch(FIRST)).notes == ()

    @pytest.mark.parametrize(
        "other",
        [
            PageRequest(DAY, NOW, number=1),
            PageRequest(DAY, NOW, size=10),
            PageRequest(DAY, NOW, (("method", "PUT"),)),
            PageRequest(Window(DAY.start, NOW + timedelta(seconds=1)), NOW),
        ],
        ids=["number", "size", "filters", "window"],
    )
    async def test_another_page_is_another_request(self, other: PageRequest) -> None:
        inner = Scripted(page(OLD))
        cached = CachedSource(inner)
        await cached.fetch(FIRST)
        await cached.fetch(other)
        assert inner.asked == [FIRST, other]

    async def test_errors_are_not_kept(self) -> None:
        inner = Scripted(Unreachable("No way there."))
        cached = CachedSource(inner)
        with pytest.raises(Unreachable):
            await cached.fetch(FIRST)
        inner.answer = page(OLD)
        assert (await cached.fetch(FIRST)).origin is Origin.API

    async def test_forgetting_asks_again(self) -> None:
        inner = Scripted(page(OLD))
        cached = CachedSource(inner)
        await cached.fetch(FIRST)
        cached.forget()
        assert (await cached.fetch(FIRST)).origin is Origin.API
        assert len(inner.asked) == 2


class TestAnotherQuery:
    """A query frozen later gets only what can't have changed since."""

    @pytest.mark.parametrize(
        ("answer", "origin"),
        [
            (page(OLD, OLD), Origin.CACHE),
            (page(YOUNG, OLD), Origin.API),
            (page(OLD, "some day"), Origin.API),
            (page(OLD, ""), Origin.API),
            (page(), Origin.API),
        ],
        ids=["old", "young", "unreadable time", "no time", "empty"],
    )
    async def test_pages_of_old_records_are_given_again(self, answer: Page, origin: Origin) -> None:
        cached = CachedSource(Scripted(answer))
        await cached.fetch(FIRST)
        assert (await cached.fetch(MINUTES_LATER)).origin is origin

    async def test_an_empty_page_is_given_again_where_its_window_is_long_over(self) -> None:
        window = Window(DAY.start, NOW - timedelta(seconds=61))
        cached = CachedSource(Scripted(page()))
        await cached.fetch(PageRequest(window, NOW))
        assert (await cached.fetch(PageRequest(window, NOW + timedelta(hours=1)))).origin is Origin.CACHE

    async def test_pages_of_a_window_that_goes_on_are_fetched_again_since_they_move(self) -> None:
        window = Window(DAY.start, NOW + timedelta(hours=1))
        cached = CachedSource(Scripted(page(OLD)))
        await cached.fetch(PageRequest(window, NOW))
        assert (await cached.fetch(PageRequest(window, NOW + timedelta(minutes=30)))).origin is Origin.API

    async def test_what_was_young_once_is_kept_as_it_is_fetched_again(self) -> None:
        inner = Scripted(page(YOUNG))
        cached = CachedSource(inner)
        for request in (FIRST, MINUTES_LATER, MINUTES_LATER, PageRequest(DAY, NOW + timedelta(minutes=9))):
            await cached.fetch(request)
        assert inner.asked == [FIRST, MINUTES_LATER]


class TestMemory:
    """What was asked for longest ago makes room."""

    async def test_the_page_used_longest_ago_is_let_go(self) -> None:
        requests = [PageRequest(DAY, NOW, number=number) for number in range(3)]
        inner = Scripted(page(OLD, size_bytes=10_000))
        cached = CachedSource(inner, limit_bytes=30_000)
        await cached.fetch(requests[0])
        await cached.fetch(requests[1])
        await cached.fetch(requests[0])
        await cached.fetch(requests[2])
        assert (await cached.fetch(requests[0])).origin is Origin.CACHE
        assert (await cached.fetch(requests[2])).origin is Origin.CACHE
        assert (await cached.fetch(requests[1])).origin is Origin.API

    async def test_a_page_bigger_than_all_memory_is_given_and_not_kept(self) -> None:
        cached = CachedSource(Scripted(page(OLD, size_bytes=10_000)), limit_bytes=5_000)
        assert (await cached.fetch(FIRST)).origin is Origin.API
        assert (await cached.fetch(FIRST)).origin is Origin.API

    async def test_fetching_a_page_anew_does_not_count_it_twice(self) -> None:
        cached = CachedSource(Scripted(page(YOUNG, size_bytes=10_000)), limit_bytes=30_000)
        other = PageRequest(DAY, NOW, number=1)
        await cached.fetch(other)
        for minutes in range(5):
            await cached.fetch(PageRequest(DAY, NOW + timedelta(minutes=minutes)))
        assert (await cached.fetch(other)).origin is Origin.CACHE


class TestFetchesAtTheSameTime:
    """Whoever asks for a page that is on its way waits for that one."""

    async def test_two_fetches_share_one_request(self) -> None:
        inner = Held(page(OLD))
        cached = CachedSource(inner)
        both = asyncio.gather(cached.fetch(FIRST), cached.fetch(FIRST))
        await inner.asking.wait()
        inner.let_go.set()
        first, second = await both
        assert first is second
        assert inner.asked == [FIRST]

    async def test_one_who_leaves_does_not_take_the_page_from_the_other(self) -> None:
        inner = Held(page(OLD))
        cached = CachedSource(inner)
        leaving, staying = asyncio.create_task(cached.fetch(FIRST)), asyncio.create_task(cached.fetch(FIRST))
        await inner.asking.wait()
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        inner.let_go.set()
        assert (await staying).records
        assert not inner.cancelled.is_set()

    async def test_when_all_leave_the_request_is_given_up_and_nothing_is_kept(self) -> None:
        inner = Held(page(OLD))
        cached = CachedSource(inner)
        waiters = [asyncio.create_task(cached.fetch(FIRST)) for _ in range(2)]
        await inner.asking.wait()
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
        await inner.cancelled.wait()
        inner.let_go.set()
        assert (await cached.fetch(FIRST)).origin is Origin.API

    async def test_an_error_reaches_everybody_who_waits(self) -> None:
        inner = Held(Unreachable("No way there."))
        cached = CachedSource(inner)
        both = asyncio.gather(cached.fetch(FIRST), cached.fetch(FIRST), return_exceptions=True)
        await inner.asking.wait()
        inner.let_go.set()
        assert list(await both) == [inner.answer, inner.answer]

    async def test_an_error_nobody_waits_for_any_more_is_not_complained_about(self) -> None:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        inner = Held(Unreachable("The connection was closed."))
        before = asyncio.all_tasks()
        waiter = asyncio.create_task(CachedSource(inner).fetch(FIRST))
        await inner.asking.wait()
        under_way = asyncio.all_tasks() - before
        waiter.cancel()
        await asyncio.wait(under_way)
        del under_way, waiter, inner
        gc.collect()
        assert complaints == []

    async def test_everybody_who_waits_is_told_of_waits(self) -> None:
        told: list[tuple[str, Waiting | None]] = []
        inner = Held(page(OLD))
        cached = CachedSource(inner)
        both = asyncio.gather(
            cached.fetch(FIRST, lambda waiting: told.append(("one", waiting))),
            cached.fetch(FIRST, lambda waiting: told.append(("two", waiting))),
        )
        await inner.asking.wait()
        inner.on_wait(Waiting(2.0, "429"))
        inner.on_wait(None)
        inner.let_go.set()
        await both
        assert told == [("one", Waiting(2.0, "429")), ("two", Waiting(2.0, "429")), ("one", None), ("two", None)]

    async def test_an_answer_from_before_forgetting_is_given_and_not_kept(self) -> None:
        inner = Held(page(OLD))
        cached = CachedSource(inner)
        early = asyncio.create_task(cached.fetch(FIRST))
        await inner.asking.wait()
        cached.forget()
        inner.let_go.set()
        assert (await early).records
        assert (await cached.fetch(FIRST)).origin is Origin.API
        assert (await cached.fetch(FIRST)).origin is Origin.CACHE

    async def test_closing_closes_what_is_behind(self) -> None:
        inner = Scripted(page(OLD))
        await CachedSource(inner).aclose()
        assert inner.closed


class TestAtASocket:
    """What reaches the API when a reader scrolls, goes back and asks anew."""

    async def test_scrolling_back_and_going_back_cost_no_request(self) -> None:
        with DemoServer(History(records=1_000, days=3, now=NOW), clock=lambda: NOW) as server:
            transport = Transport(server.base_url, Secret(server.key), clock=lambda: NOW)
            cached = CachedSource(PortkeySource(transport, redact=redact))
            try:
                day = freeze(AuditQuery(), NOW, Names())
                deletes = freeze(AuditQuery().with_("method", (Value("DELETE"),)), NOW, Names())
                for query, number in ((day, 0), (day, 1), (day, 0), (deletes, 0), (day, 1), (deletes, 0)):
                    await cached.fetch(query.page(number, ticket=number, size=100))
                assert len(server.requests) == 3
                cached.forget()
                await cached.fetch(day.page(0, ticket=9, size=100))
                assert len(server.requests) == 4
            finally:
                await cached.aclose()

    async def test_a_query_of_the_past_asked_again_later_costs_no_request(self) -> None:
        with DemoServer(History(records=1_000, days=3, now=NOW), clock=lambda: NOW) as server:
            transport = Transport(server.base_url, Secret(server.key), clock=lambda: NOW)
            cached = CachedSource(PortkeySource(transport, redact=redact))
            yesterday = AuditQuery(TimeRange(NOW - timedelta(days=2), NOW - timedelta(days=1)))
            try:
                first = await cached.fetch(freeze(yesterday, NOW, Names()).page(0, ticket=1, size=100))
                later = freeze(yesterday, NOW + timedelta(hours=1), Names())
                again = await cached.fetch(later.page(0, ticket=2, size=100))
                assert first.records
                assert again.records == first.records
                assert again.origin is Origin.CACHE
                assert len(server.requests) == 1
            finally:
                await cached.aclose()
