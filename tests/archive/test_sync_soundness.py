"""Whatever the log holds, whenever it becomes visible and however the API gives it: what is called proved is all there
is, each once; and where the API counts at all, and no two records look the same, everything is proved.

For a longer run: pytest --figures=large tests/archive/test_sync_soundness.py
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archive.syncing import Api, Copy, copying
from tests.proof import figure
from tests.session.growing_log import GrowingLog, at, entry
from tui.archive.coverage import Coverage, Grade, Span, milliseconds
from tui.domain.time_range import TimeRange

pytestmark = pytest.mark.proof("T8")

EXAMPLES = figure(ci=100, large=2_000)
SECONDS = 400
LATEST = 170
WHOLE = TimeRange(at(0) - timedelta(seconds=10))


@dataclass(frozen=True)
class Happening:
    """A record: when it happened, how many seconds later it can be seen, and its name among those of its second."""

    second: int
    late: int
    name: int


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        st.one_of(st.integers(0, SECONDS), st.integers(100, 103)),
        st.one_of(st.just(0), st.integers(0, LATEST), st.just(LATEST)),
        st.integers(0, 5),
    ),
    max_size=60,
)


@dataclass(frozen=True)
class Reading:
    """How the API gives its records: as many as `size` on a page, where more are asked for."""

    size: int
    counts: Literal["window", "page", "nothing"]
    shuffled: bool
    start_inclusive: bool
    end_inclusive: bool


READINGS = st.builds(
    Reading, st.integers(3, 9), st.sampled_from(("window", "window", "page", "nothing")),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip


def log_of(happenings: list[Happening], reading: Reading) -> GrowingLog:
    log = GrowingLog(
        size=reading.size,
        counts=reading.counts,
        shuffle=Random(3) if reading.shuffled else None,  # noqa: S311 - it shuffles pretend records
        start_inclusive=reading.start_inclusive,
        end_inclusive=reading.end_inclusive,
    )
    for happening in happenings:
        log.add(entry(happening.second, f"{happening.second}-{happening.name}"), late=happening.late)
    return log


def small_windows() -> ExitStack:
    """Pages and windows so small that a few records take several."""
    stack = ExitStack()
    stack.enter_context(patch("tui.archive.walk._SIZES", (6, 4, 5, 7)))
    for module in ("windows", "walk"):
        stack.enter_context(patch(f"tui.archive.{module}.USUAL", 10))
        stack.enter_context(patch(f"tui.archive.{module}.MOST", 15))
    stack.enter_context(patch("tui.archive.walk.PAGE_SIZE", 6))
    stack.enter_context(patch("tui.archive.sync.USUAL", 10))
    return stack


def is_provable(happenings: list[Happening], reading: Reading) -> bool:
    return reading.counts == "window" and len({(each.second, each.name) for each in happenings}) == len(happenings)


async def check(copy: Copy, began: datetime) -> Coverage:
    """Everything that is called whole is, and all that had settled when it `began` is called so; gives what is said of
    it."""
    coverage, truth = await copy.coverage(), copy.api.log.visible(copy.api.server_now)
    for span, grade in coverage.stretches:
        there = Counter({r: n for r, n in truth.items() if r.time and span.start <= milliseconds(r.time) < span.end})
        held = await copy.held(span)
        if grade is Grade.PROVED:
            assert held == there
        else:
            assert not held - there
    settled_until = milliseconds(began) // 1_000 * 1_000 - 181_000
    assert coverage.is_whole(Span(milliseconds(at(-9)), max(milliseconds(at(-8)), settled_until)))
    return coverage


@settings(max_examples=EXAMPLES, deadline=None)
@given(HAPPENINGS, READINGS, st.sampled_from((0.0, 0.3)), st.integers(200, SECONDS + 400))
def test_what_is_proved_is_all_there_is(happenings: list[Happening], reading: Reading, failing: float, age: int):
    async def story(folder: Path) -> None:
        api = Api(log_of(happenings, reading), now=at(age), took=0.05, failing=failing)
        async with copying(api, folder) as copy:
            began = api.server_now
            await copy.sync(WHOLE)
            coverage = await check(copy, began)
            if is_provable(happenings, reading):
                assert {stretch.grade for stretch in coverage.stretches} == {Grade.PROVED}
            # Later, when more has settled, what was proved is asked for no more.
            asked = len(api.requests)
            api.now += timedelta(seconds=600)
            began = api.server_now
            await copy.sync(WHOLE)
            await check(copy, began)
            if is_provable(happenings, reading):
                edge = min(span.end for span in coverage.spans) - 1_001
                assert all(milliseconds(r.window.start) >= edge for r in api.requests[asked + 1 :])
        assert api.most_in_flight <= 2

    with tempfile.TemporaryDirectory() as folder, small_windows():
        asyncio.run(story(Path(folder)))
