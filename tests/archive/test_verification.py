"""What is held is counted against the API, and what differs is found and not called whole any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.archive.syncing import Api, Copy, copying
from tests.archive.test_sync import HOUR, SETTLED, log_of_an_hour
from tests.session.growing_log import GrowingLog, at, entry
from tui.archive.coverage import Grade, Stretch, milliseconds
from tui.domain.errors import ArchiveTrouble
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange

pytestmark = pytest.mark.anyio


def log_without(name: str, *more: AuditRecord, **how: object) -> GrowingLog:
    """The log of an hour as it is when a record has been removed, and others were added."""
    log = GrowingLog(**how)  # type: ignore[arg-type]
    there = (entry(-number * 3_600 // 3_000, f"{number}") for number in range(3_000))
    log.add(*(record for record in there if record.request_id != name), *more)
    return log


async def verified_by(log: GrowingLog, copy: Copy, time_range: TimeRange = HOUR):
    """What a verification finds once the API has another log."""
    copy.api.log = log
    copy.api.requests.clear()
    return await copy.verify(time_range)


async def test_where_all_is_equal_nothing_differs(tmp_path: Path):
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        await copy.sync(HOUR)
        verification = await verified_by(log_of_an_hour(), copy)
        assert verification.differences == verification.uncounted == []
        assert verification.records == 2_849
        assert verification.share == 1.0
        assert all(request.size <= 100 for request in copy.api.requests)
        assert len(copy.api.requests) < 12


async def test_a_record_that_was_removed_is_found(tmp_path: Path):
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        await copy.sync(HOUR)
        [difference] = (await verified_by(log_without("r2000"), copy)).differences
        assert difference.held == difference.counted + 1
        assert difference.span.start <= milliseconds(at(-2_400)) < difference.span.end
        assert difference.span.length <= timedelta(minutes=1)
        assert not (await copy.coverage()).is_whole(difference.span)
        assert (await copy.held()).total() == 3_000


async def test_one_that_was_added_is_found_and_fetched_by_the_next_sync(tmp_path: Path):
    added = entry(-2_000, "added")
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        await copy.sync(HOUR)
        [difference] = (await verified_by(log_without("", added), copy)).differences
        assert difference.counted == difference.held + 1
        assert difference.span.start <= milliseconds(at(-2_000)) < difference.span.end
        await copy.sync(HOUR)
        assert (await copy.held())[added] == 1
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)
        assert (await verified_by(log_without("", added), copy)).differences == []


async def test_one_removed_and_one_added_do_not_make_up_for_each_other(tmp_path: Path):
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        await copy.sync(HOUR)
        found = (await verified_by(log_without("r2900", entry(-300, "added")), copy)).differences
        assert sorted(each.held - each.counted for each in found) == [-1, 1]


@pytest.mark.parametrize("start", [True, False])
@pytest.mark.parametrize("end", [True, False])
async def test_whatever_the_ends_of_a_window_mean(tmp_path: Path, start: bool, end: bool):
    async with copying(Api(log_of_an_hour(start_inclusive=start, end_inclusive=end)), tmp_path) as copy:
        await copy.sync(HOUR)
        verification = await copy.verify(HOUR)
        assert verification.differences == []
        assert verification.records == 2_849


async def test_only_what_is_asked_for_is_looked_at(tmp_path: Path):
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        await copy.sync(HOUR)
        found = await verified_by(log_without("r2000"), copy, TimeRange(at(-1_200), at(-600)))
        assert found.differences == []
        assert 490 <= found.records <= 510


async def test_what_was_only_read_is_proved_by_it(tmp_path: Path):
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        await copy.sync(HOUR)
        await copy.archive.write(
            lambda store: (store.uncover(SETTLED), store.cover(SETTLED, Grade.READ))  # type: ignore[func-returns-value]
        )
        await copy.verify(HOUR)
        assert (await copy.coverage()).stretches == (Stretch(SETTLED, Grade.PROVED),)


@pytest.mark.parametrize("counts", ["page", "nothing"])
async def test_where_the_api_does_not_count_nothing_is_called_wrong(tmp_path: Path, counts: str):
    async with copying(Api(log_of_an_hour(counts=counts)), tmp_path) as copy:
        await copy.sync(HOUR)
        verification = await copy.verify(HOUR)
        assert verification.differences == []
        assert verification.uncounted
        assert (await copy.coverage()).is_whole(SETTLED)


async def test_where_nothing_is_held_nothing_is_asked(tmp_path: Path):
    async with copying(Api(log_of_an_hour()), tmp_path) as copy:
        verification = await copy.verify(HOUR)
        assert verification.records == 0
        assert len(copy.api.requests) == 1


async def test_a_key_of_somebody_else_leaves_all_as_it_is(tmp_path: Path):
    log = GrowingLog()
    log.add(entry(-600, "one", organisation_id="one"))
    other = GrowingLog()
    other.add(entry(-600, "other", organisation_id="other"))
    async with copying(Api(log), tmp_path) as copy:
        await copy.sync(HOUR)
        with pytest.raises(ArchiveTrouble, match="another organisation"):
            await verified_by(other, copy)
        assert (await copy.coverage()).is_whole(SETTLED)
