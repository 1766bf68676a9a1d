"""Whatever the log holds, whenever it becomes visible and however the API gives it: who follows it is given each record
once, and asks no more than it takes.

For a longer run: pytest --figures=large tests/session/test_follow_soundness.py
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Literal
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proof import figure
from tests.session.growing_log import GrowingLog, Watch, at, entry
from tui.domain.errors import Garbled, RateLimited, SourceError, Unreachable
from tui.domain.page import SETTLE
from tui.session import follow

pytestmark = pytest.mark.proof("T8")

EXAMPLES = figure(ci=150, large=5_000)
SECONDS = 240
LATEST = 170


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
        st.integers(0, 2),
    ),
    max_size=40,
)


@dataclass(frozen=True)
class Reading:
    """How the API gives its records: as many as `size` on a page, where up to `asked` are asked for."""

    asked: int
    size: int
    counts: Literal["window", "page", "nothing"]
    shuffled: bool
    start_inclusive: bool
    end_inclusive: bool


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    asked = draw(st.integers(2, 6))
    counts: Literal["window", "page", "nothing"] = draw(st.sampled_from(("window", "page", "nothing")))
    # Smaller pages than asked for are known by the total alone.
    size = draw(st.integers(2, asked)) if counts == "window" else asked
    return Reading(asked, size, counts, *(draw(st.booleans()) for _ in range(3)))


@dataclass(frozen=True)
class Luck:
    """How it goes: the share of requests that fail, the clock, how long requests take and how late the next comes."""

    seed: int
    failing: float
    ahead: float
    took: float
    idle: float


LUCKS = st.builds(
    Luck,
    st.integers(0, 1_000),
    st.sampled_from((0.0, 0.2, 0.6)),
    st.sampled_from((0.0, 1.3, -7.4, 3_600.4, -3_600.4)),
    st.sampled_from((0.0, 0.3, 3.0)),
    st.sampled_from((0.0, 1.0, 20.0, 400.0)),
)


def log_of(happenings: list[Happening], reading: Reading, luck: Luck) -> GrowingLog:
    """Where more happen in a second than a page holds, none of them look alike, and they keep their order: else nobody
    could tell how many there are."""
    crowds = Counter(one.second for one in happenings)
    shuffled = reading.shuffled and max(crowds.values(), default=0) <= reading.size
    log = GrowingLog(
        size=reading.size,
        counts=reading.counts,
        shuffle=Random(luck.seed) if shuffled else None,  # noqa: S311 - it shuffles records
        start_inclusive=reading.start_inclusive,
        end_inclusive=reading.end_inclusive,
    )
    for number, one in enumerate(happenings):
        name = one.name if crowds[one.second] <= reading.size else number
        log.add(entry(one.second, f"{one.second}-{name}"), late=one.late)
    return log


@settings(max_examples=EXAMPLES, deadline=None)
@given(HAPPENINGS, readings(), LUCKS)
def test_each_record_is_given_once(happenings: list[Happening], reading: Reading, luck: Luck):
    chance = Random(luck.seed)  # noqa: S311 - it chooses what happens
    log = log_of(happenings, reading, luck)
    errors: tuple[SourceError, ...] = (Garbled("x"), Unreachable("x"), RateLimited("x", retry_after=20.0))
    with patch.object(follow, "PAGE_SIZE", reading.asked):
        watch = Watch(log, since=at(-0.5), ahead=luck.ahead, took=luck.took)
        looks = 1
        while watch.follower.mark < at(SECONDS + LATEST) - SETTLE:
            if pause := watch.follower.rest(watch.now):
                looks += 1
                watch.now += timedelta(seconds=pause + chance.random() * luck.idle)
            watch.ask(chance.choice(errors) if chance.random() < luck.failing else None)
            assert len(watch.requests) <= looks * (5 * len(happenings) + 20)
    assert watch.given == log.visible(watch.server_now)
    assert watch.given.total() == len(happenings)
