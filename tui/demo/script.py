"""What happens in which kind of hour: one scene of steps for each hour of a weekday and of a weekend day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import NamedTuple

from tui.demo.cast import PEOPLE, ROBOTS, Actor, Person
from tui.demo.desk import Beat
from tui.demo.episodes import episode_of, system_episode
from tui.demo.mixing import mix
from tui.demo.step import Step

HOUR = 3600
_DAY = 24 * HOUR
LONGEST_PASSAGE = 200
"""So many steps at most are taken from a scene in one go; every scene has more."""
_MEAN_PAUSE = 100
_SYSTEM_WEIGHT = 0.015
"""The system's part of all episodes."""


class HourKind(NamedTuple):
    """An hour of the day (UTC), and whether that day is of the weekend."""

    weekend: bool
    hour: int

    @classmethod
    def at(cls, second: int) -> HourKind:
        """The kind of the hour that `second` (Unix time) lies in; Unix time began on a Thursday."""
        return cls((second // _DAY + 3) % 7 >= 5, second % _DAY // HOUR)


HOUR_KINDS = tuple(HourKind(weekend, hour) for weekend in (False, True) for hour in range(24))


class Script:
    """All steps of all scenes in one row, with the time between them.

    `lags[i]` and `pauses[i]` are sums over the steps before step i: of the seconds that episodes want between their
    calls, and of free time, which is stretched to whatever an hour has to spare.  `scenes` tells where each kind of
    hour has its steps.
    """

    def __init__(self, seed: int, planted: tuple[Beat, ...] = ()) -> None:
        """`planted` becomes one more scene at the end, without pauses."""
        beats: list[Beat] = []
        pauses: list[int] = []
        self.scenes: dict[HourKind, range] = {}
        for number, kind in enumerate(HOUR_KINDS):
            first = len(beats)
            chance = Random(mix(seed, number))  # noqa: S311 - scenery, not a secret
            for beat, pause in _scene(chance, kind):
                beats.append(beat)
                pauses.append(pause)
            self.scenes[kind] = range(first, len(beats))
        self.planted = range(len(beats), len(beats) + len(planted))
        self.steps: tuple[Step, ...] = tuple(beat.step for beat in (*beats, *planted))
        self.lags = (0, *accumulate(beat.lag for beat in (*beats, *planted)))
        self.pauses = (0, *accumulate((*pauses, *(0 for _ in planted))))


def presence(kind: HourKind) -> dict[Actor | None, float]:
    """Who is at work, and how much of the hour is theirs; None is the system."""
    shares: dict[Actor | None, float] = {somebody: 100 * _at_work(somebody, kind) for somebody in PEOPLE}
    shares |= {robot: robot.weight * (0.3 if kind.weekend else 1) for robot in ROBOTS if kind.hour in robot.hours}
    shares[None] = _SYSTEM_WEIGHT * sum(shares.values())
    return shares


def _scene(chance: Random, kind: HourKind) -> Iterator[tuple[Beat, int]]:
    """The steps of an hour, each with the free time before it: only before the first of an episode there is any."""
    shares = presence(kind)
    actors, weights = list(shares), list(shares.values())
    length = 0
    while length < (LONGEST_PASSAGE + 50 if kind.weekend else 2 * LONGEST_PASSAGE):
        actor = chance.choices(actors, weights)[0]
        episode = episode_of(chance, actor) if actor else system_episode(chance)
        for place, beat in enumerate(episode):
            length += 1
            if place == 0:
                yield beat._replace(lag=0), 1 + round(chance.expovariate(1 / _MEAN_PAUSE))
            else:
                yield beat, 0


def _at_work(somebody: Person, kind: HourKind) -> float:
    """How likely somebody works in this hour of theirs: fully in working hours, a little around them."""
    local = (kind.hour + somebody.zone) % 24
    if somebody.begins <= local < somebody.ends:
        lunch = 0.5 if 12 <= local < 13 else 1.0
        return lunch * (0.1 if kind.weekend else 1.0)
    shoulder = min((somebody.begins - local) % 24, (local - somebody.ends) % 24) < 3
    return 0.03 if shoulder else 0.002
