"""A question to the audit log, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.domain.fields import BY_NAME, FILTERS
from tui.domain.page import PageRequest, Parameters
from tui.domain.time_range import LAST_DAY, TimeRange, Window

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord


@dataclass(frozen=True, slots=True)
class Clause:
    """One field and the one value it must have."""

    field: str
    value: str

    def matches(self, record: AuditRecord) -> bool:
        return BY_NAME[self.field].fits(record, self.value)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """A range of time and clauses that must all hold; at most one clause a field, in the order of the field table."""

    time_range: TimeRange = LAST_DAY
    clauses: tuple[Clause, ...] = ()

    def value(self, field: str) -> str:
        """What `field` must be, "" where it may be anything."""
        return next((clause.value for clause in self.clauses if clause.field == field), "")

    def with_(self, field: str, value: str) -> AuditQuery:
        """This query with `field` at `value`; an empty value lifts the clause.  Raises KeyError for a field the API
        can't filter by."""
        values = {clause.field: clause.value for clause in self.clauses}
        values[_FILTER_NAMES[field]] = value.strip()
        return replace(self, clauses=tuple(Clause(name, values[name]) for name in _FILTER_NAMES if values.get(name)))

    def without(self, field: str) -> AuditQuery:
        return self.with_(field, "")

    def with_range(self, time_range: TimeRange) -> AuditQuery:
        return replace(self, time_range=time_range)

    @property
    def parameters(self) -> Parameters:
        """What is sent to the API, beside the times."""
        return tuple((BY_NAME[clause.field].parameter, clause.value) for clause in self.clauses)

    def broken_clause(self, record: AuditRecord) -> Clause | None:
        """The first clause that the record doesn't fit: the sign of a filter the API did not honour."""
        return next((clause for clause in self.clauses if not clause.matches(record)), None)

    def freeze(self, now: datetime) -> FrozenQuery:
        """The query pinned to the window it means at `now`, the server's clock.  Raises `TimeTextError`."""
        return FrozenQuery(self, self.time_range.resolve(now), now)


@dataclass(frozen=True, slots=True)
class FrozenQuery:
    """A query whose window no longer moves, so that page numbers keep their meaning."""

    query: AuditQuery
    window: Window
    frozen_at: datetime

    def page(self, number: int, *, ticket: int, size: int) -> PageRequest:
        return PageRequest(self.window, self.frozen_at, self.query.parameters, number, size, ticket)


_FILTER_NAMES = {field.name: field.name for field in FILTERS}
