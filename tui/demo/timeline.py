"""When everything happens: a history is a row of passages, each a stretch of the script played at some time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

from tui.demo.mixing import mix
from tui.demo.script import HOUR, HOUR_KINDS, LONGEST_PASSAGE, HourKind, Script, presence


class Passage(NamedTuple):
    """Steps `first` to `last` (exclusive) of the script, as part of a playing that began with step `origin` at `start`.

    The playing takes `lag_span` seconds for all its lags, which come to `lag_total`, and `pause_span` seconds for its
    pauses, which come to `pause_total`.  Times are Unix seconds.
    """

    first: int
    last: int
    origin: int
    start: int
    lag_total: int
    lag_span: int
    pause_total: int
    pause_span: int

    def second(self, script: Script, step: int) -> int:
        """When `step` happens."""
        lag = (script.lags[step + 1] - script.lags[self.origin]) * self.lag_span // self.lag_total
        pause = (script.pauses[step + 1] - script.pauses[self.origin]) * self.pause_span // self.pause_total
        return self.start + lag + pause


class Timeline:
    """Records by number, from 0, the oldest, on: which step of the script each is, and when it happens."""

    def __init__(self, script: Script, passages: list[Passage]) -> None:
        self.script = script
        self.passages = passages
        self.numbers = [0, *accumulate(passage.last - passage.first for passage in passages)]
        """The number of each passage's first record, and after the last passage the number of all records."""

    def __len__(self) -> int:
        return self.numbers[-1]

    def passage_of(self, number: int) -> int:
        """The position of the passage that record `number` belongs to."""
        return bisect_right(self.numbers, number) - 1

    def second(self, number: int) -> int:
        """When record `number` happens, in Unix seconds."""
        position = self.passage_of(number)
        passage = self.passages[position]
        return passage.second(self.script, passage.first + number - self.numbers[position])

    def first_since(self, second: int) -> int:
        """The number of the first record that happens at `second` or later; the number of all where there is none."""
        return bisect_left(range(len(self)), second, key=self.second)


def play(script: Script, *, records: int, start: int, end: int, seed: int) -> Iterator[Passage]:
    """Passages that come to `records` records between two seconds, in the rhythm of the organisation's week."""
    bounds = [start, *range(start - start % HOUR + HOUR, end, HOUR), end]
    busy = {kind: 1 + round(sum(presence(kind).values())) for kind in HOUR_KINDS}
    weights = [
        (until - since) * busy[HourKind.at(since)] * (60 + mix(seed, since) % 81) for since, until in pairwise(bounds)
    ]
    total = sum(weights)
    done = 0
    for (since, until), weight in zip(pairwise(bounds), accumulate(weights), strict=True):
        due = records * weight // total
        yield from _play_hour(script, due - done, since, until, seed)
        done = due


def insert(script: Script, passages: Iterator[Passage], planted: Passage) -> Iterator[Passage]:
    """All passages and a planted one, cut up so that everything is in order of time."""
    rest = planted.first
    for passage in passages:
        ends = passage.second(script, passage.last - 1)
        step = passage.first
        while rest < planted.last and (moment := planted.second(script, rest)) < ends:
            cut = _first_after(script, passage, step, moment)
            if cut > step:
                yield passage._replace(first=step, last=cut)
            stop = _first_after(script, planted, rest, passage.second(script, cut) - 1)
            yield planted._replace(first=rest, last=stop)
            step, rest = cut, stop
        yield passage._replace(first=step)
    if rest < planted.last:
        yield planted._replace(first=rest)


def planted_passage(script: Script, start: int) -> Passage:
    """The planted scene, its first step at `start`, in its own time."""
    return Passage(script.planted.start, script.planted.stop, script.planted.start, start, 1, 1, 1, 0)


def _play_hour(script: Script, records: int, since: int, until: int, seed: int) -> Iterator[Passage]:
    scene = script.scenes[HourKind.at(since)]
    parts = -(-records // LONGEST_PASSAGE)
    for part in range(parts):
        length = records * (part + 1) // parts - records * part // parts
        start = since + (until - since) * part // parts
        span = since + (until - since) * (part + 1) // parts - start
        # Not every hour begins with a call on its first second.
        lead = mix(seed, start) % (span // length + 1)
        start, span = start + lead, span - lead
        first = scene.start + mix(seed, since, part) % (len(scene) - length + 1)
        last = first + length
        lag_total = script.lags[last] - script.lags[first]
        # In a busy hour the episodes are played faster, so that they leave half of the time to the pauses.
        lag_span = min(lag_total, span // 2)
        # Beyond the last step there is as much free time as a pause has on average.
        pause_total = (script.pauses[last] - script.pauses[first]) * (length + 1) // length + 1
        yield Passage(first, last, first, start, max(lag_total, 1), lag_span, pause_total, span - lag_span)


def _first_after(script: Script, passage: Passage, since: int, moment: int) -> int:
    """The first step of the passage, from `since` on, that happens after `moment`."""
    return bisect_right(range(passage.last), moment, lo=since, key=lambda step: passage.second(script, step))
