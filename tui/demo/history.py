"""The stand-in's seeded audit history: every record is made from its number, when it is asked for.

The cast at work with the catalogue of calls gives episodes, episodes fill a script of some thousand steps, and the
timeline plays stretches of that script over the days.  All that can be filtered by is decided in the script, so that an
index of its steps answers for any number of records; bodies and headers are made up as a record is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tui.demo.hostile import Attackers
from tui.demo.incidents import planted_beats
from tui.demo.index import Index, Where
from tui.demo.mixing import RequestIds, mix
from tui.demo.name_lists import api_keys, users, workspaces
from tui.demo.script import HourKind, Script
from tui.demo.step import Step
from tui.demo.timeline import Timeline, insert, planted_passage, play
from tui.demo.writing import write_record

EVERYTHING: Where = MappingProxyType({})
"""Predicates that every record fits: none."""

_LEAST_RECORDS = 1_000
_LEAST_DAYS = 2
"""What a history must have for incidents to be planted in it."""

_FRESH = 1 << 60
"""Numbers from here on are those of records that arrive later."""

_ID_LENGTH = 36
"""What attackers write into a request id stands behind it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class Selection:
    """The records of one query, newest first; records of the same second always in the same order."""

    def __init__(self, numbers: Sequence[int], make: Callable[[int], dict[str, Any]]) -> None:
        self._numbers = numbers
        self._make = make
        self.total = len(numbers)

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """At most `limit` records from `offset` on, counted from the newest."""
        return [self._make(number) for number in self._numbers[offset : offset + limit]]


class History:
    """What an organisation did in the `days` before `now`; a pure function of its arguments.

    Records are dicts of the API's sixteen fields: the status a number, the rest text, timestamps in UTC as
    `2026-07-24T21:04:11.000Z`.  From 1,000 records and 2 days on the planted incidents are among them.  In a `hostile`
    one attackers wrote what they could into any of that, and into the names of who acted.
    """

    def __init__(
        self, *, records: int = 50_000, days: int = 90, seed: int = 7, now: datetime, hostile: bool = False
    ) -> None:
        self._seed = seed
        self._attackers = Attackers(seed) if hostile else None
        self._request_ids = RequestIds(seed)
        end = _floor(now)
        eventful = records >= _LEAST_RECORDS and days >= _LEAST_DAYS
        begins, beats = planted_beats(end) if eventful else (end, ())
        script = Script(seed, beats)
        if self._attackers:
            script.steps = self._attackers.steps(script.steps)
        passages = play(script, records=records - len(beats), start=end - days * 86_400, end=end, seed=seed)
        if beats:
            passages = insert(script, passages, planted_passage(script, begins))
        self._timeline = Timeline(script, list(passages))
        self._index = Index(self._timeline)
        lists = (users(end), workspaces(end), api_keys(end))
        self.users, self.workspaces, self.api_keys = map(self._attackers.listed, lists) if self._attackers else lists

    def __len__(self) -> int:
        return len(self._timeline)

    def select(self, start: datetime, end: datetime, *, start_inclusive: bool = True, end_inclusive: bool = True,
               where: Where = EVERYTHING, request_id: str = "") -> Selection:  # fmt: skip
        """The records between `start` and `end` that every predicate of `where` accepts.

        A predicate is asked for each distinct value of its attribute, not for each record.  `request_id` is looked up
        in full; "" is any.  Raises KeyError for an attribute that can't be filtered by.
        """
        low = self._timeline.first_since(_ceiling(start) if start_inclusive else _floor(start) + 1)
        high = self._timeline.first_since(_floor(end) + 1 if end_inclusive else _ceiling(end))
        if request_id:
            numbers: Sequence[int] = self._requested(request_id, low, high, where)
        else:
            numbers = self._index.find(where, low, high)
        return Selection(numbers, self._record)

    def fresh(self, sequence: int, at: datetime) -> dict[str, Any]:
        """The record that arrives as number `sequence` (from 0) beyond the history, at `at`."""
        second = _floor(at)
        scene = self._timeline.script.scenes[HourKind.at(second)]
        step = scene[(mix(self._seed) + sequence) % len(scene)]
        return self._write(_FRESH + sequence, step, second, is_first=sequence == 0)

    def _requested(self, request_id: str, low: int, high: int, where: Where) -> list[int]:
        """The records of one request: the one its id was made from, and the one after, which may share it."""
        number = self._request_ids.number(request_id[:_ID_LENGTH])
        if number is None:
            return []
        nearby = self._index.find(where, max(low, number), min(high, number + 2))
        return [each for each in nearby if self._record(each)["request_id"] == request_id]

    def _record(self, number: int) -> dict[str, Any]:
        position = self._timeline.passage_of(number)
        passage = self._timeline.passages[position]
        step = passage.first + number - self._timeline.numbers[position]
        second = passage.second(self._timeline.script, step)
        return self._write(number, step, second, is_first=step == passage.first)

    def _write(self, number: int, step: int, second: int, *, is_first: bool) -> dict[str, Any]:
        """Record `number`; the first of a passage has no call before it whose request it could share."""
        played: Step = self._timeline.script.steps[step]
        request = number - 1 if played.shares_request and not is_first else number
        record = write_record(played, second, self._request_ids.of(request), mix(self._seed, number))
        return self._attackers.record(record, number) if self._attackers else record


def _floor(moment: datetime) -> int:
    return (moment - _EPOCH) // _SECOND


def _ceiling(moment: datetime) -> int:
    return -((_EPOCH - moment) // _SECOND)
