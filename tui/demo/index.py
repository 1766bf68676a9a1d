"""Which records fit a query, found without looking at records: steps are asked, passages are counted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

from tui.demo.step import Step
from tui.demo.timeline import Timeline

Where = Mapping[str, Callable[[str], bool]]
"""Predicates by record attribute; each is given the attribute's value as text."""

_ATTRIBUTES = (
    "method", "uri", "user_id", "user_type", "organisation_id", "workspace_id", "response_status_code",
    "resource_type", "action", "client_ip", "country",
)  # fmt: skip
"""What can be filtered by."""


class Index:
    """The filterable values of all steps, a column an attribute."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        columns = dict(zip(Step._fields, zip(*timeline.script.steps, strict=True), strict=True))
        self._columns: dict[str, tuple[str, ...]] = {attribute: columns[attribute] for attribute in _ATTRIBUTES}

    def find(self, where: Where, low: int, high: int) -> Sequence[int]:
        """The numbers of the records from `low` to `high` (exclusive) that every predicate accepts, newest first.

        A predicate is asked once for each distinct value.  Raises KeyError for an attribute that can't be filtered by.
        """
        if not where:
            return range(high - 1, low - 1, -1)
        return _Found(self._timeline, self._accepted(where), low, high)

    def _accepted(self, where: Where) -> list[int]:
        """The steps that every predicate accepts, in order."""
        accepted: Sequence[int] = range(len(self._timeline.script.steps))
        for attribute, accepts in where.items():
            column = self._columns[attribute]
            verdicts = {value: accepts(value) for value in set(column)}
            accepted = [step for step in accepted if verdicts[column[step]]]
        return list(accepted)


class _Found(Sequence[int]):
    """Record numbers, newest first; known by how many of them lie in each passage, made when asked for."""

    def __init__(self, timeline: Timeline, accepted: list[int], low: int, high: int) -> None:
        self._timeline = timeline
        self._accepted = accepted
        self._passages: list[int] = []
        """The passages that hold any, newest first."""
        self._past: list[int] = []
        """For each of them, how many numbers there are up to its end."""
        self._below: list[int] = []
        """For each of them, how many accepted steps lie below the last one that is in range."""
        total = 0
        ranks = _ranks(accepted, len(timeline.script.steps))
        for position, first, last in _clipped(timeline, low, high):
            if count := ranks[last] - ranks[first]:
                total += count
                self._passages.append(position)
                self._past.append(total)
                self._below.append(ranks[last])

    def __len__(self) -> int:
        return self._past[-1] if self._past else 0

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return [self._number(each) for each in range(len(self))[place]]
        return self._number(range(len(self))[place])

    def _number(self, place: int) -> int:
        which = bisect_right(self._past, place)
        before = self._past[which - 1] if which else 0
        step = self._accepted[self._below[which] - 1 - (place - before)]
        position = self._passages[which]
        return self._timeline.numbers[position] + step - self._timeline.passages[position].first


def _ranks(accepted: list[int], steps: int) -> list[int]:
    """For each step, and for the end, how many accepted steps lie below it."""
    ranks = [0] * (steps + 1)
    for step in accepted:
        ranks[step + 1] = 1
    count = 0
    for step, here in enumerate(ranks):
        count += here
        ranks[step] = count
    return ranks


def _clipped(timeline: Timeline, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """The passages with records from `low` to `high`, newest first: position, and first and last step in range."""
    if low >= high:
        return
    for position in range(timeline.passage_of(high - 1), timeline.passage_of(low) - 1, -1):
        passage, number = timeline.passages[position], timeline.numbers[position]
        yield position, passage.first + max(low - number, 0), min(passage.last, passage.first + high - number)
