"""A query followed over a socket: each record once and in order, whatever the API does, to the end that was set."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.cli.scene import inquiring
from tests.demo.asking import NOW
from tui.cli.asking import Asked, read_question
from tui.cli.connections import open_connection
from tui.cli.inquiring import inquire
from tui.cli.tailing import Limit, Outlet, Tailing
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.errors import QueryTooSlow, SourceError, Unauthorized
from tui.domain.record import AuditRecord
from tui.domain.secret import Secret
from tui.exporting.reading import Reading
from tui.session.follow import LATE, Arrival
from tui.settings import Settings
from tui.state.views import ViewShelf

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)
UNLIMITED = Limit()


class Clock:
    """A clock that goes on while somebody sleeps, and by `step` whenever it is looked at."""

    def __init__(self, *, step: float = 0.0) -> None:
        self.now = NOW
        self.step = step

    def __call__(self) -> datetime:
        self.now += self.step * SECOND
        return self.now


class Scene:
    """A stand-in that grows by a clock, and somebody who follows it and wakes up to `events`, one after each pause."""

    def __init__(self, history: History, *, step: float = 0.0, seed: int = 7) -> None:
        self.clock = Clock(step=step)
        self.server = DemoServer(history, clock=self.clock, seed=seed)
        self.ahead = 0.0
        """Seconds that our own clock is ahead of the server's."""
        self.events: list[Callable[[], object]] = []
        self.batches: list[list[Arrival]] = []
        self.told: list[str] = []
        self.slept: list[float] = []
        self.is_read = True

    @property
    def arrivals(self) -> list[Arrival]:
        return [arrival for batch in self.batches for arrival in batch]

    @property
    def written(self) -> list[AuditRecord]:
        return [arrival.record for arrival in self.arrivals]

    @asynccontextmanager
    async def following(self, text: str, limit: Limit = UNLIMITED) -> AsyncIterator[Tailing]:
        question = read_question(Asked((text,)), Settings(), self.local(), ViewShelf(None))
        connection = open_connection(
            self.server.base_url, Secret(self.server.key), clock=self.local, sleep=self.sleep_in_a_look
        )
        try:
            inquiry = await inquire(connection, question, clock=self.local, marked=frozenset())
            outlet = Outlet(lambda batch: self.batches.append(list(batch)), self.told.append, lambda: self.is_read)
            inquiry = replace(inquiry, source=connection.live)
            yield Tailing(inquiry, outlet, limit, pace=2.0, sleep=self.sleep)
        finally:
            await connection.aclose()

    async def run(self, text: str, limit: Limit = UNLIMITED) -> bool:
        async with self.following(text, limit) as tailing:
            return await tailing.run()

    def local(self) -> datetime:
        return self.clock() + self.ahead * SECOND

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.now += seconds * SECOND
        if self.events:
            self.events.pop(0)()

    async def sleep_in_a_look(self, seconds: float) -> None:
        self.clock.now += seconds * SECOND

    def break_down(self) -> None:
        """From now on no look succeeds."""
        self.server.set_faults({"500": 1})

    def recover(self) -> None:
        self.server.set_faults({})


@pytest.fixture
def scene(history: History) -> Iterator[Scene]:
    scene = Scene(history)
    with scene.server:
        yield scene


@pytest.fixture
def moving(history: History) -> Iterator[Scene]:
    """A scene whose clock also goes on from page to page."""
    scene = Scene(history, step=0.04)
    with scene.server:
        yield scene


def times(arrivals: Sequence[Arrival]) -> list[datetime]:
    return [arrival.record.time for arrival in arrivals if arrival.record.time]


def until(seconds: float) -> str:
    """The term for a range that ends so many seconds after the beginning."""
    return f"until:{(NOW + seconds * SECOND).isoformat()}"


class TestAPastRange:
    async def test_is_read_once_from_its_oldest_record_on(self, scene: Scene, everything: list[AuditRecord]):
        assert await scene.run("since:30d until:2m")
        assert scene.written == [r for r in reversed(everything) if r.time and r.time <= NOW - timedelta(minutes=2)]
        assert times(scene.arrivals) == sorted(times(scene.arrivals))
        assert scene.told == []

    async def test_gives_only_what_fits(self, scene: Scene, everything: list[AuditRecord]):
        assert await scene.run("is:failed -type:api_key since:30d until:1m")
        assert scene.written == [r for r in reversed(everything) if r.failed and r.user_type != "api_key"]

    async def test_of_streams_that_the_api_can_be_asked_for_is_read_as_one(
        self, scene: Scene, everything: list[AuditRecord]
    ):
        assert await scene.run("method:POST,DELETE since:30d until:1m")
        assert scene.written == [r for r in reversed(everything) if r.method in ("POST", "DELETE")]

    async def test_is_checked_here_where_the_api_honours_no_filter(self, scene: Scene, everything: list[AuditRecord]):
        scene.server.set(filters="ignored")
        assert await scene.run("method:DELETE since:30d until:1m")
        assert scene.written == [r for r in reversed(everything) if r.method == "DELETE"]

    @pytest.mark.parametrize("ahead", [86_400.0 * 40, -86_400.0 * 40, 7.0])
    async def test_is_one_by_the_servers_clock(self, scene: Scene, everything: list[AuditRecord], ahead: float):
        scene.ahead = ahead
        assert await scene.run("since:12d until:2d")
        start, end = NOW - timedelta(days=12), NOW - timedelta(days=2)
        assert scene.written == [r for r in reversed(everything) if r.time and start <= r.time <= end]

    async def test_of_more_than_is_held_at_a_time_is_whole(
        self, scene: Scene, everything: list[AuditRecord], monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("tui.cli.tailing.MOST_HELD", 150)
        assert await scene.run("since:30d until:1m")
        assert max(map(len, scene.batches)) < 300
        assert sorted(scene.written, key=AuditRecord.model_dump_json) == sorted(
            everything, key=AuditRecord.model_dump_json
        )


class TestWhatComesIn:
    async def test_follows_what_was_there(self, scene: Scene, everything: list[AuditRecord]):
        scene.events = [lambda: scene.server.arrive(3)]
        assert await scene.run("since:10m", Limit(records=4))
        assert scene.written[0] == everything[0]
        assert [arrival.early for arrival in scene.arrivals] == [True, False, False, False]

    async def test_is_written_in_the_order_of_a_look(self, scene: Scene):
        scene.server.set(grow=5, late=45)
        assert await scene.run("since:10m", Limit(records=200))
        assert len(scene.batches) > 10
        for batch in scene.batches:
            assert times(batch) == sorted(times(batch))

    async def test_late_is_what_tells_of_a_time_that_had_been_read(self, scene: Scene):
        def come_late() -> None:
            scene.server.set(late=45)
            scene.server.arrive(40)

        scene.events = [come_late]
        async with scene.following("since:0s", Limit(records=40)) as tailing:
            assert await tailing.run()
            assert tailing.late == sum(arrival.late for arrival in scene.arrivals) > 0
        for arrival, time in zip(scene.arrivals, times(scene.arrivals), strict=True):
            assert arrival.late is (time < NOW - LATE)

    async def test_ends_with_its_range_but_waits_for_what_comes_late(self, scene: Scene):
        def come_late() -> None:
            scene.server.set(late=20)
            scene.server.arrive(30)
            scene.server.set(late=0)

        scene.events = [*[lambda: None] * 12, come_late]
        assert await scene.run(f"since:10m {until(60)}")
        assert scene.clock.now >= NOW + timedelta(seconds=120)
        assert len(scene.written) == 1 + sum(
            time <= NOW + timedelta(seconds=60) for time in times(scene.arrivals) if time > NOW
        )
        assert max(times(scene.arrivals)) <= NOW + timedelta(seconds=60)


class TestFromNowOn:
    async def test_nothing_is_written_that_was_there(self, scene: Scene):
        scene.server.arrive(50)
        assert await scene.run("since:0s", Limit(length=timedelta(seconds=30)))
        assert scene.written == []

    async def test_what_comes_late_is_written_however_old_it_says_it_is(self, scene: Scene):
        def come_late() -> None:
            scene.server.set(late=100)
            scene.server.arrive(40)

        scene.server.arrive(50)
        scene.events = [come_late]
        assert await scene.run("since:0s", Limit(records=40))
        assert min(times(scene.arrivals)) < NOW - timedelta(seconds=30)
        assert len({record.request_id for record in scene.written}) == 40

    async def test_what_came_during_the_first_look_is_written(self, moving: Scene):
        moving.server.set(grow=50)
        assert await moving.run("since:0s", Limit(records=100))
        assert min(times(moving.arrivals)) <= NOW + 2 * SECOND

    async def test_it_is_the_servers_now(self, scene: Scene):
        scene.ahead = 3_600
        scene.events = [lambda: scene.server.arrive(2)]
        assert await scene.run("since:0s", Limit(records=2))


class TestEnds:
    async def test_after_so_many_records_the_oldest_ones(self, scene: Scene, everything: list[AuditRecord]):
        assert await scene.run("since:30d", Limit(records=7))
        assert scene.written == everything[:-8:-1]

    async def test_after_so_long_with_a_look_at_the_end(self, scene: Scene):
        scene.server.set(grow=1)
        assert await scene.run("since:0s", Limit(length=timedelta(seconds=33)))
        assert scene.clock.now == NOW + timedelta(seconds=33)
        assert times(scene.arrivals) == [NOW + number * SECOND for number in range(1, 34)]

    async def test_incomplete_where_the_end_could_not_be_read(self, scene: Scene):
        scene.events = [scene.break_down]
        async with scene.following("since:10m", Limit(length=timedelta(seconds=40))) as tailing:
            assert not await tailing.run()
            assert tailing.problem is not None
            assert tailing.summary().endswith("behind")
        assert len(scene.written) == 1

    async def test_incomplete_where_an_answer_doesn_t_come(self, scene: Scene, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("tui.cli.tailing.GRACE_SECONDS", 0.2)
        scene.server.queue("hold")
        assert not await scene.run("since:10m", Limit(length=timedelta(seconds=0.1)))
        scene.server.release()

    async def test_what_failed_is_not_asked_for_before_it_may_be(self, scene: Scene):
        scene.server.set(retry_after=250)
        scene.events = [lambda: scene.server.queue(*["429-seconds"] * 4)]
        assert not await scene.run("since:10m", Limit(length=timedelta(seconds=900)))
        assert scene.server.queued == {}
        assert scene.server.request_count == 5

    async def test_when_nobody_reads_any_more_though_nothing_comes(self, scene: Scene):
        def leave() -> None:
            scene.is_read = False

        scene.events = [lambda: None, leave]
        with pytest.raises(BrokenPipeError):
            await scene.run("since:0s")
        assert scene.server.request_count == 2


class TestTrouble:
    async def test_what_a_retry_heals_is_not_told(self, scene: Scene):
        scene.server.queue("429", "500", "reset", "cut")
        assert await scene.run("since:30d", Limit(records=1_200))
        assert scene.told == []

    async def test_a_loss_is_told_when_it_begins_and_when_it_is_over(self, scene: Scene):
        scene.server.set(grow=1)
        scene.events = [scene.break_down, *[lambda: None] * 9, scene.recover]
        assert await scene.run("since:0s", Limit(records=60))
        began, over = scene.told
        assert began.startswith("2026-11-20 14:05:1")
        assert "Z 500, trying again: 127.0.0.1 can't answer now" in began
        assert "Z there again after 1m " in over
        assert over.endswith(": nothing was missed")
        assert times(scene.arrivals)[:60] == [NOW + number * SECOND for number in range(1, 61)]

    async def test_so_is_one_that_was_there_from_the_beginning(self, scene: Scene, everything: list[AuditRecord]):
        scene.break_down()
        scene.events = [lambda: None, scene.recover]
        assert await scene.run("since:30d until:1m")
        assert len(scene.told) == 2
        assert scene.written == everything[::-1]

    async def test_so_is_a_long_wait_that_the_api_asks_for(self, scene: Scene):
        scene.server.set(retry_after=90)
        scene.server.queue("429-seconds")
        assert await scene.run("since:10m", Limit(records=1))
        assert scene.told == [
            "2026-11-20 14:05:09Z 429, trying again in 1m 30s",
            "2026-11-20 14:06:39Z there again after 1m 30s: nothing was missed",
        ]

    async def test_what_came_before_a_loss_is_not_held_back(self, scene: Scene):
        scene.server.queue("chunked", *["500"] * 4)
        scene.events = [lambda: scene.told.append(f"{len(scene.written)} written")]
        assert await scene.run("since:30d until:1m")
        assert scene.told[1] == "100 written"
        assert len(scene.written) == 1_200

    @pytest.mark.parametrize(("fault", "error"), [("401", Unauthorized), ("403", SourceError), ("402", SourceError)])
    async def test_what_does_not_pass_ends_it(self, scene: Scene, fault: str, error: type[SourceError]):
        scene.events = [lambda: scene.server.queue(fault)]
        with pytest.raises(error):
            await scene.run("since:10m")
        assert len(scene.written) == 1
        assert scene.told == []

    async def test_so_does_a_term_that_takes_too_long(self, scene: Scene):
        with pytest.raises(QueryTooSlow):
            await scene.run("/(.*a){30}!/ since:30d")

    async def test_what_the_api_has_to_say_is_told_once(self, scene: Scene):
        assert await scene.run("org:elsewhere-0000 since:0s", Limit(length=timedelta(seconds=30)))
        assert len(scene.told) == 1


class TestSummary:
    async def test_how_much_how_long_and_how_far(self, scene: Scene):
        scene.server.set(grow=5, late=45)
        async with scene.following("since:0s", Limit(length=timedelta(seconds=70))) as tailing:
            await tailing.run()
            assert tailing.summary() == (
                f"{len(scene.written):,} records, {tailing.late:,} late, in 1m 10s "
                "· everything read up to 2026-11-20 14:06:19Z"
            )

    async def test_one_record(self, scene: Scene):
        async with scene.following("since:10m", Limit(records=1)) as tailing:
            await tailing.run()
            assert tailing.summary().startswith("1 record in 0s · ")

    async def test_that_nothing_came_yet(self, scene: Scene):
        async with scene.following("since:10m") as tailing:
            assert tailing.summary() == "nothing could be read yet"


@pytest.mark.parametrize("seed", range(3))
async def test_every_record_of_a_lively_log_is_written_once_whatever_goes_wrong(seed: int):
    """Late ones, many to a second and in any order, repeated ids, and one request in five that fails."""
    scene = Scene(History(records=300, days=1, seed=seed, now=NOW), step=0.04, seed=seed)
    scene.server.set(grow=8, late=45, repeated_ids=0.2, tie_order="shuffled")
    scene.server.set_faults({"429": 0.05, "500": 0.05, "cut": 0.05, "reset": 0.05})
    window = f"since:2026-11-20T06:00Z {until(90)}"
    with scene.server:
        assert await scene.run(window)
        scene.recover()
        scene.server.set(grow=0, tie_order="stable")
        async with inquiring(scene.server, window, local=scene.clock()) as inquiry:
            reading = Reading(inquiry, inquiry.freeze(scene.clock()))
            there = [record async for records in reading.matches() for record in records]
    assert len(there) == reading.total
    assert len(there) > 700
    assert Counter(record.identity for record in scene.written) == Counter(record.identity for record in there)
