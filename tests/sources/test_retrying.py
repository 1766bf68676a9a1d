"""Trying again: after what, how often, how long, and how it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from tui.domain.errors import (
    Forbidden,
    Garbled,
    KeyMissing,
    NotFound,
    RateLimited,
    Rejected,
    SourceError,
    TimedOut,
    Unauthorized,
    Unavailable,
    Unreachable,
    Untrusted,
)
from tui.domain.page import Page, PageRequest, Waiting
from tui.domain.time_range import Window
from tui.sources.base import WaitListener, unheard
from tui.sources.bodies import Oversized
from tui.sources.retrying import RetryingSource, RetryPolicy

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REQUEST = PageRequest(Window(NOW - timedelta(hours=1), NOW), NOW)
PAGE = Page((), 0)
LIMITED = RateLimited("slow down", retry_after=7.0)


class Scripted:
    """A source that fails as told, then answers."""

    def __init__(self, errors: Iterable[SourceError]) -> None:
        self.errors = list(errors)
        self.attempts = 0
        self.closed = False

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        self.attempts += 1
        if self.errors:
            raise self.errors.pop(0)
        return PAGE

    async def aclose(self) -> None:
        self.closed = True


class Scene:
    """A retrying source whose clock moves only by its waits."""

    def __init__(self, *errors: SourceError, policy: RetryPolicy | None = None, chance: float = 1.0) -> None:
        self.inner = Scripted(errors)
        self.now = 0.0
        self.waits: list[float] = []
        self.told: list[Waiting | None] = []
        self.source = RetryingSource(
            self.inner, policy or RetryPolicy(), clock=lambda: self.now, sleep=self.sleep, random=lambda: chance
        )

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    async def fetch(self) -> Page:
        return await self.source.fetch(REQUEST, self.told.append)


class TestWhatIsTriedAgain:
    @pytest.mark.parametrize(
        "error",
        [LIMITED, Unavailable("busy", status=503), Unreachable("gone"), TimedOut("late"), Garbled("cut")],
        ids=str,
    )
    async def test_what_passes_by_itself(self, error: SourceError) -> None:
        scene = Scene(error)
        assert await scene.fetch() is PAGE
        assert scene.inner.attempts == 2

    @pytest.mark.parametrize(
        "kind", [KeyMissing, Unauthorized, Forbidden, NotFound, Rejected, Untrusted, Oversized, SourceError]
    )
    async def test_and_nothing_else(self, kind: type[SourceError]) -> None:
        scene = Scene(kind("no"))
        with pytest.raises(kind):
            await scene.fetch()
        assert scene.inner.attempts == 1
        assert scene.told == []

    async def test_a_good_page_is_asked_for_once(self) -> None:
        scene = Scene()
        assert await scene.fetch() is PAGE
        assert (scene.inner.attempts, scene.waits) == (1, [])

    async def test_four_attempts_and_the_last_error_is_the_one_that_is_told(self) -> None:
        errors = [Garbled(str(number)) for number in range(9)]
        scene = Scene(*errors)
        with pytest.raises(Garbled) as caught:
            await scene.fetch()
        assert caught.value is errors[3]
        assert scene.inner.attempts == 4


class TestHowLong:
    async def test_each_wait_is_a_share_of_twice_the_one_before(self) -> None:
        scene = Scene(*[Garbled("cut")] * 3, chance=0.5)
        await scene.fetch()
        assert scene.waits == [0.125, 0.25, 0.5]

    async def test_up_to_a_longest(self) -> None:
        scene = Scene(*[Garbled("cut")] * 8, policy=RetryPolicy(attempts=9))
        await scene.fetch()
        assert scene.waits == [0.25, 0.5, 1, 2, 4, 8, 8, 8]

    async def test_the_server_s_wish_is_honoured(self) -> None:
        scene = Scene(LIMITED, Unavailable("busy", status=503, retry_after=120.0))
        await scene.fetch()
        assert scene.waits == [7.0, 120.0]

    async def test_a_server_that_wishes_no_wait_gets_the_usual_one(self) -> None:
        scene = Scene(RateLimited("slow down", retry_after=0.0), RateLimited("slow down"))
        await scene.fetch()
        assert scene.waits == [0.25, 0.5]


class TestTheBudget:
    POLICY = RetryPolicy(attempts=100, budget=3, refill=0.5, first_wait=0.0)

    async def test_all_requests_together_have_so_many_retries(self) -> None:
        scene = Scene(*[Garbled("cut")] * 9, policy=self.POLICY)
        with pytest.raises(Garbled):
            await scene.fetch()
        assert scene.inner.attempts == 4
        with pytest.raises(Garbled):
            await scene.fetch()
        assert scene.inner.attempts == 5

    async def test_they_come_back_with_time_and_never_beyond_the_budget(self) -> None:
        scene = Scene(*[Garbled("cut")] * 20, policy=self.POLICY)
        with pytest.raises(Garbled):
            await scene.fetch()
        scene.now += 2
        with pytest.raises(Garbled):
            await scene.fetch()
        assert scene.inner.attempts == 4 + 2
        scene.now += 1000
        with pytest.raises(Garbled):
            await scene.fetch()
        assert scene.inner.attempts == 4 + 2 + 4


class TestHowItIsTold:
    @pytest.mark.parametrize(
        ("error", "reason"),
        [(LIMITED, "429"), (Unavailable("busy", status=502), "502"), (TimedOut("late"), "timeout"),
         (Unreachable("gone"), "no connection"), (Garbled("cut"), "bad answer")],
    )  # fmt: skip
    async def test_why_and_how_long_and_then_that_it_goes_on(self, error: SourceError, reason: str) -> None:
        scene = Scene(error)
        await scene.fetch()
        assert scene.told == [Waiting(scene.waits[0], reason), None]

    async def test_a_wait_that_is_cancelled_is_over_at_once_and_says_so(self) -> None:
        inner = Scripted([LIMITED])
        told: list[Waiting | None] = []
        waiting = asyncio.Event()

        async def sleep(_: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        source = RetryingSource(inner, clock=lambda: 0.0, sleep=sleep, random=lambda: 0.0)
        task = asyncio.create_task(source.fetch(REQUEST, told.append))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert told == [Waiting(7.0, "429"), None]
        assert inner.attempts == 1

    async def test_closing_goes_through(self) -> None:
        scene = Scene()
        await scene.source.aclose()
        assert scene.inner.closed
