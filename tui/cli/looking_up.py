"""Finds the records of a request by its id, which the API is asked for whatever it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tui.domain.fields import REQUEST_ID
from tui.domain.matching import Matcher
from tui.domain.predicates import Surroundings
from tui.domain.query import Clause, Value
from tui.exporting.reading import Inquiry, Reading

if TYPE_CHECKING:
    from tui.domain.names import Names
    from tui.domain.plan import FrozenQuery
    from tui.domain.record import AuditRecord


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a request, the newest first, and the reading that found them."""

    records: tuple[AuditRecord, ...]
    names: Names
    reading: Reading


@dataclass(frozen=True, slots=True)
class _ById(Inquiry):
    """An inquiry for one request: a query would take an id that is no uuid for the beginning of one, and look here."""

    request_id: str = ""

    def freeze(self, now: datetime) -> FrozenQuery:
        frozen = Inquiry.freeze(self, now)
        asked = tuple(((REQUEST_ID.parameter, self.request_id), *branch) for branch in frozen.plan.branches)
        query = frozen.query.and_(_clause(self.request_id))
        return replace(frozen, query=query, plan=replace(frozen.plan, branches=asked, sent=query.terms))


async def look_up(inquiry: Inquiry, request_id: str, watch: Callable[[Reading], None]) -> Found:
    """Look for a request in the time that an inquiry for everything is about; `watch` is told of the reading.

    Raises `SourceError` where nothing could be had.
    """
    terms = (*inquiry.query.terms, _clause(request_id))
    matcher = Matcher(terms, Surroundings(names=inquiry.names))
    by_id = _ById(inquiry.source, inquiry.query, inquiry.names, matcher, inquiry.clock, request_id)
    reading = Reading(by_id, by_id.freeze(inquiry.clock()))
    watch(reading)
    found = [record async for records in reading.matches() for record in records]
    if reading.problem is not None and not reading.scanned:
        raise reading.problem
    wanted = request_id.casefold()
    # What begins with the id fits the clause too.
    return Found(tuple(r for r in found if r.request_id.casefold() == wanted), inquiry.names, reading)


def _clause(request_id: str) -> Clause:
    return Clause(REQUEST_ID.name, (Value(request_id),))
