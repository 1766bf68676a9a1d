"""A log is copied into an archive: newest first, to be gone on with, and nothing is called whole that isn't proved."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from tests.archive.syncing import Api, Copy, copying
from tests.session.growing_log import GrowingLog, at, entry
from tests.session.scene import NOW
from tui.archive.coverage import Grade, Span, Stretch, milliseconds
from tui.archive.store import Store
from tui.archive.sync import SYNCED, Sync
from tui.domain.errors import ArchiveTrouble, Rejected, Unauthorized, Unavailable
from tui.domain.names import Named, NameKind, Names
from tui.domain.page import Page, PageRequest
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange
from tui.sources.base import WaitListener, unheard

pytestmark = pytest.mark.anyio

HOUR = TimeRange(timedelta(hours=1))
SETTLED = Span(milliseconds(at(-3_600)), milliseconds(at(-180)))
"""What is to be whole of the last hour."""


def log_of_an_hour(count: int = 3_000, **how: object) -> GrowingLog:
    """Records spread over the last hour, the newest of now."""
    log = GrowingLog(**how)  # type: ignore[arg-type]
    log.add(*(entry(-number * 3_600 // count, f"{number}") for number in range(count)))
    return log


@pytest.fixture
async def copy(tmp_path: Path) -> AsyncIterator[Copy]:
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        yield copy


async def is_exact(copy: Copy, span: Span = SETTLED) -> bool:
    truth = copy.api.log.visible(copy.api.server_now)
    there = {
        record: n for record, n in truth.items() if record.time and span.start <= milliseconds(record.time) < span.end
    }
    return await copy.held(span) == there


async def test_all_that_has_settled_is_proved(copy: Copy):
    sync = await copy.sync(HOUR)
    assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
    assert await is_exact(copy)
    assert sync.doubted == 0
    assert sync.share == 1.0


async def test_what_is_younger_is_kept_and_not_called_whole(copy: Copy):
    sync = await copy.sync(HOUR)
    young = await copy.held(Span(SETTLED.end, milliseconds(at(1))))
    assert young.total() == 151
    assert sync.new == (await copy.held()).total() == 3_000


async def test_the_newest_comes_first(copy: Copy):
    await copy.sync(HOUR)
    begun = [request.window.end for request in copy.api.requests if request.size > 1 and not request.number]
    settled = [end for end in begun if milliseconds(end) <= SETTLED.end + 1_000]
    assert settled == sorted(settled, reverse=True)
    assert len(settled) >= 3


async def test_two_requests_are_in_flight_and_no_more(copy: Copy):
    await copy.sync(HOUR)
    assert copy.api.most_in_flight == 2


async def test_it_asks_hardly_more_than_the_pages_there_are(copy: Copy):
    await copy.sync(HOUR)
    assert len(copy.api.requests) < 3_000 / 100 * 1.3


async def test_a_second_run_asks_for_nothing_that_is_there(copy: Copy):
    await copy.sync(HOUR)
    asked = len(copy.api.requests)
    sync = await copy.sync(HOUR)
    again = copy.api.requests[asked:]
    assert all(request.size == 1 or milliseconds(request.window.start) >= SETTLED.end - 1_000 for request in again)
    assert sync.new == 0


async def test_only_gaps_are_fetched(copy: Copy):
    await copy.sync(TimeRange(at(-1_200), at(-600)))
    asked = len(copy.api.requests)
    await copy.sync(HOUR)
    inside = [
        request for request in copy.api.requests[asked:]
        if request.size > 1 and at(-1_198) < request.window.end and request.window.start < at(-602)
    ]  # fmt: skip
    assert inside == []
    assert await is_exact(copy)
    assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)


async def test_what_has_settled_is_told_by_the_servers_clock(tmp_path: Path):
    api = Api(log_of_an_hour(), now=NOW - timedelta(hours=5), ahead=5 * 3_600)
    async with copying(api, tmp_path) as copy:
        await copy.sync(HOUR)
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
        assert await is_exact(copy)


async def test_an_empty_log_is_proved_to_be_empty_by_two_answers(tmp_path: Path):
    async with copying(Api(GrowingLog()), tmp_path) as copy:
        await copy.sync(HOUR)
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
        assert [request.size for request in copy.api.requests[:3]] == [1, 100, 89]


async def test_a_second_with_more_than_a_window_is_proved_too(tmp_path: Path):
    log = GrowingLog()
    log.add(*(entry(-600, f"{number}") for number in range(3_000)))
    async with copying(Api(log), tmp_path) as copy:
        await copy.sync(HOUR)
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
        assert await is_exact(copy)


async def test_twins_that_two_pages_part_are_found_to_be_two(tmp_path: Path):
    log = log_of_an_hour(300)
    twin = entry(-1_200, "twin")
    log.add(twin, twin)
    for count in range(95, 105):
        log.add(entry(-700, f"more-{count}"))
    async with copying(Api(log), tmp_path) as copy:
        await copy.sync(HOUR)
        assert (await copy.held())[twin] == 2
        assert await is_exact(copy)


class TestCutOff:
    """Whatever ends a run, what was written stays, and the next goes on from there."""

    @pytest.mark.parametrize("requests", [1, 2, 3, 8, 15, 25, 33])
    async def test_by_hand(self, tmp_path: Path, requests: int):
        api = Api(log_of_an_hour())
        async with copying(api, tmp_path) as copy:
            run = asyncio.create_task(copy.sync(HOUR))
            await api.until(lambda: len(api.requests) >= requests)
            run.cancel()
            await asyncio.wait([run])
        async with copying(api, tmp_path) as copy:
            for span in (await copy.coverage()).spans:
                assert await is_exact(copy, span)
            await copy.sync(HOUR)
            assert await is_exact(copy)
            assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)

    async def test_by_an_api_that_is_gone_for_good(self, copy: Copy):
        api = copy.api

        async def go_down() -> None:
            await api.until(lambda: len(api.requests) >= 30)
            api.down = True

        going_down = asyncio.create_task(go_down())
        since = TimeRange(at(-3_600))
        with pytest.raises(Unavailable):
            await copy.sync(since)
        await going_down
        assert api.slept[:3] == [1.0, 2.0, 4.0]
        assert max(api.slept) <= 60.0
        coverage = await copy.coverage()
        assert coverage.stretches
        assert not coverage.is_whole(SETTLED)
        api.down = False
        await copy.sync(since)
        assert (await copy.coverage()).is_whole(SETTLED)

    async def test_where_nothing_was_ever_answered_it_ends_at_once(self, copy: Copy):
        copy.api.down = True
        with pytest.raises(Unavailable):
            await copy.sync(HOUR)
        assert copy.api.slept == []

    async def test_by_a_refusal(self, tmp_path: Path):
        class Refusing(Api):
            async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
                if len(self.requests) == 10:
                    raise Unauthorized("The key is no good any more.")
                return await super().fetch(request, on_wait)

        async with copying(Refusing(log_of_an_hour()), tmp_path) as copy:
            with pytest.raises(Unauthorized):
                await copy.sync(HOUR)
            assert copy.api.slept == []

    async def test_a_locked_archive_is_waited_for(self, copy: Copy, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("tui.archive.schema._WAIT_MILLISECONDS", 10)
        await copy.sync(TimeRange(at(-300)))
        other = sqlite3.connect(copy.archive.file, isolation_level=None)
        await copy.archive.write(lambda store: store._connection.execute("PRAGMA busy_timeout = 10").fetchall())
        other.execute("BEGIN IMMEDIATE")
        copy.api.slept.clear()

        async def let_go() -> None:
            await copy.api.until(lambda: bool(copy.api.slept))
            other.execute("COMMIT")
            other.close()

        letting_go = asyncio.create_task(let_go())
        await copy.sync(HOUR)
        await letting_go
        assert await is_exact(copy)


class TestManners:
    async def test_a_rate_is_kept(self, copy: Copy):
        began = copy.api.now
        sync = await copy.sync(HOUR, rate=5)
        assert (copy.api.now - began).total_seconds() >= (sync.requests - 1) / 5 - 0.001

    async def test_it_tells_how_far_it_is(self, copy: Copy):
        sync = Sync(copy.api, copy.archive, copy.api.means)
        told: list[tuple[float, int]] = []
        run = asyncio.create_task(sync.fill(HOUR))
        while not run.done():
            told.append((sync.share, sync.records))
            await asyncio.sleep(0)
        assert told == sorted(told)
        assert sync.share == 1.0
        assert sync.records == 3_000

    async def test_names_are_learnt(self, copy: Copy):
        class Directory:
            async def names(self) -> AsyncIterator[Names]:
                yield Names()
                yield Names({NameKind.USER: {"u1": Named("Ana Ortiz", ("ana@example.com",))}})

        await Sync(copy.api, copy.archive, copy.api.means).fill(HOUR, Directory())
        known = await copy.archive.read(lambda store: store.names())
        assert known == {NameKind.USER: {"u1": Named("Ana Ortiz", ("ana@example.com",))}}

    async def test_when_it_came_to_its_end_is_noted(self, copy: Copy):
        await copy.sync(HOUR)
        assert await copy.archive.read(lambda store: store.fact(SYNCED)) == "2026-11-22T20:48:03Z"

    async def test_records_of_another_organisation_are_not_mixed_in(self, tmp_path: Path):
        def log(organisation: str) -> GrowingLog:
            log = GrowingLog()
            log.add(entry(-600, organisation, organisation_id=organisation))
            return log

        async with copying(Api(log("one")), tmp_path) as copy:
            await copy.sync(HOUR)
        async with copying(Api(log("other")), tmp_path) as copy:
            with pytest.raises(ArchiveTrouble, match="another organisation"):
                await copy.sync(HOUR)
            assert (await copy.held()).total() == 1

    async def test_nor_is_what_an_unknown_key_does_not_have(self, tmp_path: Path, copy: Copy):
        await copy.sync(HOUR)
        stranger = Api(GrowingLog())
        sync = Sync(stranger, copy.archive, stranger.means)
        with pytest.raises(ArchiveTrouble, match="may be another's"):
            await sync.fill(HOUR, is_known=False)


class TestWhatWasRead:
    """Stretches that the explorer read without proving them."""

    async def held_as_read(self, copy: Copy) -> None:
        """Have the archive hold the last hour as the explorer leaves it."""
        await copy.sync(HOUR)

        def forget(store: Store) -> None:
            store.uncover(SETTLED)
            store.cover(SETTLED, Grade.READ)

        await copy.archive.write(forget)
        copy.api.requests.clear()

    async def test_they_are_proved_by_a_few_cheap_requests(self, copy: Copy):
        await self.held_as_read(copy)
        await copy.sync(HOUR)
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
        settled = [r for r in copy.api.requests if r.size > 1 and milliseconds(r.window.end) <= SETTLED.end]
        assert settled == []
        assert len(copy.api.requests) < 15

    async def test_where_one_is_missing_only_the_part_without_it_is_read_again(self, copy: Copy):
        await self.held_as_read(copy)
        copy.api.log.add(entry(-1_800, "missing"))
        await copy.sync(HOUR)
        assert await is_exact(copy)
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
        pages = [r for r in copy.api.requests if r.size > 1 and milliseconds(r.window.end) <= SETTLED.end]
        assert 0 < len(pages) < 15

    @pytest.mark.parametrize("start", [True, False])
    @pytest.mark.parametrize("end", [True, False])
    async def test_whatever_the_ends_of_a_window_mean(self, tmp_path: Path, start: bool, end: bool):
        async with copying(Api(log_of_an_hour(start_inclusive=start, end_inclusive=end)), tmp_path) as copy:
            await self.held_as_read(copy)
            await copy.sync(HOUR)
            assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
            assert not [r for r in copy.api.requests if r.size > 1 and milliseconds(r.window.end) <= SETTLED.end]


class Withholding(Api):
    """Counts a record that it never gives."""

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        page = await super().fetch(request, on_wait)
        kept_back = tuple(record for record in page.records if record.request_id != "r1500")
        return Page(kept_back, page.total, server_time=page.server_time, skew=page.skew)


class TestWhatCanNotBeProved:
    async def test_around_a_record_that_never_comes_a_moment_is_unverified_and_all_else_is_proved(self, tmp_path: Path):
        async with copying(Withholding(log_of_an_hour()), tmp_path) as copy:
            sync = await copy.sync(HOUR)
            doubted = [span for span, grade in (await copy.coverage()).stretches if grade is Grade.DOUBTED]
            assert len(doubted) == 1
            assert doubted[0].length <= timedelta(seconds=3)
            assert (await copy.coverage()).is_whole(SETTLED)
            assert 1 <= sync.doubted <= 3
            assert (await copy.held()).total() == 2_999

    async def test_it_is_not_read_again_by_the_next_run(self, tmp_path: Path):
        async with copying(Withholding(log_of_an_hour()), tmp_path) as copy:
            await copy.sync(HOUR)
            asked = len(copy.api.requests)
            await copy.sync(HOUR)
            again = [r for r in copy.api.requests[asked:] if r.size > 1 and milliseconds(r.window.end) <= SETTLED.end]
            assert again == []

    async def test_an_api_whose_totals_are_wrong_everywhere_is_not_asked_for_ever(self, tmp_path: Path):
        class Miscounting(Api):
            async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
                page = await super().fetch(request, on_wait)
                return Page(page.records, (page.total or 0) + 1, server_time=page.server_time, skew=page.skew)

        async with copying(Miscounting(log_of_an_hour()), tmp_path) as copy:
            await copy.sync(HOUR)
            assert {grade for _, grade in (await copy.coverage()).stretches} == {Grade.DOUBTED}
            assert (await copy.held()).total() == 3_000
            assert len(copy.api.requests) < 3_000

    @pytest.mark.parametrize("counts", ["page", "nothing"])
    async def test_without_a_count_everything_is_read_twice_and_unverified(self, tmp_path: Path, counts: str):
        async with copying(Api(log_of_an_hour(counts=counts)), tmp_path) as copy:
            await copy.sync(HOUR)
            assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.DOUBTED),)
            assert await is_exact(copy)
            assert len(copy.api.requests) < 3_000 / 100 * 4

    async def test_a_few_records_whose_count_may_be_the_pages_are_proved_no_more(self, tmp_path: Path):
        log = log_of_an_hour(40, counts="page")
        async with copying(Api(log), tmp_path) as copy:
            await copy.sync(HOUR)
            assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.DOUBTED),)

    async def test_an_api_that_heeds_no_window_is_told_of(self, tmp_path: Path):
        async with copying(Api(log_of_an_hour(heedless=True)), tmp_path) as copy:
            with pytest.raises(Rejected, match="other times than it was asked for"):
                await copy.sync(HOUR)

    async def test_in_any_order_within_a_moment_all_are_found(self, tmp_path: Path):
        log = GrowingLog(shuffle=Random(5))  # noqa: S311 - it shuffles pretend records
        log.add(*(entry(-600 - number // 400, f"{number}") for number in range(1_600)))
        async with copying(Api(log), tmp_path) as copy:
            await copy.sync(HOUR)
            assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
            assert await is_exact(copy)


class TestFollowing:
    async def test_what_settles_meanwhile_is_fetched_every_minute(self, tmp_path: Path):
        log = log_of_an_hour()
        for second in range(600):
            log.add(entry(second, f"new-{second}"), late=second % 170)
        api = Api(log)
        async with copying(api, tmp_path) as copy:
            sync = Sync(api, copy.archive, api.means, endless=True)
            await sync.fill(HOUR)
            run = asyncio.create_task(sync.follow(TimeRange(timedelta(hours=1))))
            await api.until(lambda: api.now >= NOW + timedelta(seconds=900))
            run.cancel()
            await asyncio.wait([run])
            [stretch] = (await copy.coverage()).stretches
            assert stretch.grade is Grade.PROVED
            assert stretch.span.end >= milliseconds(at(600))
            assert await is_exact(copy, stretch.span)

    async def test_it_outlives_a_network_that_is_gone(self, tmp_path: Path):
        api = Api(log_of_an_hour())
        async with copying(api, tmp_path) as copy:
            sync = Sync(api, copy.archive, api.means, endless=True)
            await sync.fill(HOUR)
            run = asyncio.create_task(sync.follow(HOUR))
            api.down = True
            await api.until(lambda: api.now >= NOW + timedelta(hours=2))
            assert not run.done()
            api.down = False
            await api.until(lambda: api.now >= NOW + timedelta(hours=2, minutes=5))
            run.cancel()
            await asyncio.wait([run])
            assert (await copy.coverage()).is_whole(Span(SETTLED.start, milliseconds(at(7_000))))

    async def test_it_ends_where_the_range_does(self, tmp_path: Path):
        api = Api(log_of_an_hour())
        until = TimeRange(at(-3_600), at(300))
        async with copying(api, tmp_path) as copy:
            sync = Sync(api, copy.archive, api.means)
            await sync.fill(until)
            await sync.follow(until)
            assert (await copy.coverage()).is_whole(Span(SETTLED.start, milliseconds(at(300))))


async def test_without_records_there_is_no_trouble(tmp_path: Path):
    record = AuditRecord.model_validate({"timestamp": at(-600).isoformat(), "request_id": "only"})
    log = GrowingLog()
    log.add(record)
    async with copying(Api(log), tmp_path) as copy:
        await copy.sync(HOUR)
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
        assert (await copy.held())[record] == 1
