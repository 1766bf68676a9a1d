"""A history that goes on: records arrive as the clock passes, some late, and some repeat a request id."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from random import Random
from typing import Any, NamedTuple, Protocol

from tui.demo.handler import Records, Selection
from tui.demo.switches import Switches

MOST_ARRIVALS = 100_000
"""Then growth ends, so that a stand-in left running for weeks stays within a few hundred megabytes."""

_LATE_SHARE = 0.3
"""How many of the arrivals are late, where lateness is switched on."""


class GrowingRecords(Records, Protocol):
    """A finished history that can make up records to follow it."""

    def fresh(self, sequence: int, at: datetime) -> dict[str, Any]: ...


class _Arrival(NamedTuple):
    """Ordered by time, then by number; no two have the same number, so records are never compared."""

    at: datetime
    number: int
    record: dict[str, Any]


class LiveHistory:
    """A finished history and what arrived since `now`.

    Arrivals are worked out when asked for, from the clock alone: no thread makes them, and the same clock and seed
    give the same arrivals however often it was asked between.
    """

    def __init__(self, history: GrowingRecords, *, now: datetime, seed: int) -> None:
        self.users = history.users
        self.workspaces = history.workspaces
        self.api_keys = history.api_keys
        self._history = history
        self._chance = Random(seed)  # noqa: S311 - it plans pretend traffic
        self._arrivals: list[_Arrival] = []
        self._earliest = now
        self._pace = Switches()
        self._paced_since = now
        self._arrived_at_this_pace = 0
        self._latest_request_id = ""

    def __len__(self) -> int:
        """How many arrived."""
        return len(self._arrivals)

    def set_pace(self, switches: Switches, now: datetime) -> None:
        """From `now` on records arrive as `grow`, `late` and `repeated_ids` say."""
        self.catch_up(now)
        self._pace, self._paced_since, self._arrived_at_this_pace = switches, now, 0

    def catch_up(self, now: datetime) -> None:
        """Let everything arrive that is due at `now`."""
        grow = self._pace.grow
        due = int((now - self._paced_since).total_seconds() * grow)
        for number in range(self._arrived_at_this_pace + 1, due + 1):
            if len(self._arrivals) >= MOST_ARRIVALS:
                break
            self._arrive(self._paced_since + timedelta(seconds=number / grow))
            self._arrived_at_this_pace = number

    def arrive(self, count: int, now: datetime) -> None:
        """Let `count` records arrive at once."""
        for _ in range(min(count, MOST_ARRIVALS - len(self._arrivals))):
            self._arrive(now)

    def select(
        self,
        start: datetime,
        end: datetime,
        *,
        start_inclusive: bool = True,
        end_inclusive: bool = True,
        where: Mapping[str, Callable[[str], bool]] | None = None,
        request_id: str = "",
    ) -> Selection:
        """As of the last `catch_up`, so that a page and its total agree."""
        where = where or {}
        settled = self._history.select(
            start, end, start_inclusive=start_inclusive, end_inclusive=end_inclusive, where=where, request_id=request_id
        )
        low = (bisect_left if start_inclusive else bisect_right)(self._arrivals, start, key=_time)
        high = (bisect_right if end_inclusive else bisect_left)(self._arrivals, end, key=_time)
        arrived = self._arrivals[low:high][::-1]
        if where or request_id:
            arrived = [
                arrival
                for arrival in arrived
                if not request_id or arrival.record["request_id"] == request_id
                if all(fits(str(arrival.record[field])) for field, fits in where.items())
            ]
        if not arrived:
            return settled
        woven = self._history.select(
            max(start, self._earliest),
            end,
            start_inclusive=start_inclusive or self._earliest > start,
            end_inclusive=end_inclusive,
            where=where,
            request_id=request_id,
        )
        return _Merged(arrived, settled, woven.total)

    def _arrive(self, visible_at: datetime) -> None:
        lateness = 0.0
        if self._pace.late and self._chance.random() < _LATE_SHARE:
            lateness = self._chance.uniform(0, self._pace.late)
        at = (visible_at - timedelta(seconds=lateness)).replace(microsecond=0)
        record = self._history.fresh(len(self._arrivals), at)
        if self._latest_request_id and self._chance.random() < self._pace.repeated_ids:
            record = {**record, "request_id": self._latest_request_id}
        self._latest_request_id = str(record["request_id"])
        self._earliest = min(self._earliest, at)
        insort(self._arrivals, _Arrival(at, len(self._arrivals), record))


class _Merged:
    """Arrivals before a settled selection, woven into the newest `woven` of its records."""

    def __init__(self, arrived: list[_Arrival], settled: Selection, woven: int) -> None:
        self._arrived = arrived
        self._newest = settled.page(0, woven) if woven else []
        self._settled = settled
        self.total = len(arrived) + settled.total

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        arrived = (arrival.record for arrival in self._arrived)
        rows = list(islice(merge(arrived, self._newest, key=_timestamp, reverse=True), offset, offset + limit))
        missing = limit - len(rows)
        if missing:
            rows += self._settled.page(max(offset + len(rows) - len(self._arrived), len(self._newest)), missing)
        return rows


def _time(arrival: _Arrival) -> datetime:
    return arrival.at


def _timestamp(record: dict[str, Any]) -> str:
    return str(record["timestamp"])
