"""What `is:` can say of a record, a row a predicate: query language, completion and help are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from tui.domain.names import Names

if TYPE_CHECKING:
    from tui.domain.identity import Identity
    from tui.domain.record import AuditRecord

_OFFICE_HOURS = range(8, 18)
_WEEKEND = (5, 6)
DESTRUCTIVE = frozenset({"delete", "rotate", "reset"})
PEOPLE = frozenset({"user", "human"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What records are compared with beside the query: names for ids, the reader's marks, when this run began, the
    values in files that the query names (by their paths), and the zone of office hours (None: the machine's own)."""

    names: Names = field(default_factory=Names)
    marked: AbstractSet[Identity] = frozenset()
    began: datetime | None = None
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Predicate:
    """A sentence that a record fits or doesn't."""

    about: str
    fits: Callable[[AuditRecord, Surroundings], bool]


def _is_offhours(record: AuditRecord, around: Surroundings) -> bool:
    if record.time is None:
        return False
    try:
        there = record.time.astimezone(around.zone)
    except (ValueError, OverflowError, OSError):  # the first and the last day of the calendar, and its ends in libc
        return False
    return there.weekday() in _WEEKEND or there.hour not in _OFFICE_HOURS


PREDICATES: Mapping[str, Predicate] = {
    "failed": Predicate("the answer was 400 or above", lambda record, _: record.failed),
    "destructive": Predicate(
        "something was deleted, rotated or reset", lambda record, _: record.operation.name in DESTRUCTIVE
    ),
    "machine": Predicate(
        "an API key or the system did it, not a person",
        lambda record, _: record.user_type.strip().casefold() not in PEOPLE,
    ),
    "new": Predicate(
        "it happened after this run began",
        lambda record, around: around.began is not None and record.time is not None and record.time > around.began,
    ),
    "marked": Predicate("you marked it with m", lambda record, around: record.identity in around.marked),
    "offhours": Predicate("before 8:00, from 18:00 on, or on a weekend, by this machine's clock", _is_offhours),
}
