"""Counts what fits a query: by the totals of the API where those are the answer, else record by record."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.cli.buckets import Buckets
from tui.domain.fields import URI
from tui.domain.page import PAGE_SIZE, SKEW_SECONDS
from tui.domain.query import Clause
from tui.exporting.reading import Inquiry, Reading
from tui.session.value_spread import FieldPlace, ValueSpread

if TYPE_CHECKING:
    from tui.domain.errors import SourceError
    from tui.domain.page import Page, PageRequest
    from tui.domain.plan import FrozenQuery

MOST_REQUESTS = 50
"""Stretches of time that are counted by a request each; of more, the records are read."""


@dataclass(slots=True)
class Counted:
    """How many records fit, how many of them have each value (most first) or lie in each bucket (by its number), and
    how sure that is.

    `exact`: proved to be all.  `incomplete`: some may well be missing; `problem` is the error that is why, if one is.
    """

    frozen: FrozenQuery
    count: int = 0
    values: list[tuple[str, int]] = field(default_factory=list)
    buckets: Counter[int] = field(default_factory=Counter)
    exact: bool = True
    incomplete: bool = False
    problem: SourceError | None = None
    remarks: list[str] = field(default_factory=list)


async def count(
    inquiry: Inquiry,
    *,
    by: FieldPlace | None = None,
    per: timedelta | None = None,
    watch: Callable[[Reading], None] = lambda _: None,
) -> Counted:
    """Count the records, by the values of `by` or in buckets of the length `per`, or all together.

    `watch` is told of the reading, where records have to be read.  Raises `SourceError` where nothing could be had.
    """
    frozen = inquiry.freeze(inquiry.clock())
    if by is None and frozen.plan.exact:
        frozen, pages = await _first_pages(inquiry, frozen)
        # A total of exactly the page asked for may count the page, not the query.
        trusted = all(_is_sound(inquiry, page, PAGE_SIZE) and page.total != PAGE_SIZE for page in pages)
        total = sum(page.total or 0 for page in pages)
        counted = await _by_totals(inquiry, frozen, total, per) if trusted else None
        if counted is not None:
            counted.exact = counted.exact and not any(page.partial for page in pages)
            counted.remarks[:0] = dict.fromkeys(note for page in pages for note in page.notes)
            return counted
    reading = Reading(inquiry, frozen)
    watch(reading)
    return await _by_records(reading, by, per)


async def _first_pages(inquiry: Inquiry, frozen: FrozenQuery) -> tuple[FrozenQuery, list[Page]]:
    """The first page of each stream; and the query, pinned anew where our clock is wrong."""
    branches = range(len(frozen.plan.branches))
    pages = await _fetch(inquiry, [frozen.page(0, ticket=0, branch=branch) for branch in branches])
    skew = next((page.skew for page in pages if page.server_time is not None), 0.0)
    if abs(skew) > SKEW_SECONDS and frozen.query.time_range.is_relative:
        frozen = inquiry.freeze(inquiry.clock() + timedelta(seconds=skew))
        pages = await _fetch(inquiry, [frozen.page(0, ticket=0, branch=branch) for branch in branches])
    return frozen, pages


async def _by_totals(inquiry: Inquiry, frozen: FrozenQuery, total: int, per: timedelta | None) -> Counted | None:
    """The count, each bucket by a cheap request; None where these don't add up, or it is cheaper to read all."""
    counted = Counted(frozen, total)
    if total == 0 and any(isinstance(term, Clause) and term.field == URI.name for term in frozen.plan.sent):
        counted.exact = False
        counted.remarks.append(
            "How the API compares a uri is not documented, so this zero proves little; uri:~… looks at every record."
        )
    if per is None or not total:
        return counted
    buckets = Buckets(per, frozen.window)
    branches = range(len(frozen.plan.branches))
    if len(buckets) * len(branches) > min(MOST_REQUESTS, total // PAGE_SIZE):
        return None
    asked = [(number, window, branch) for number, window in enumerate(buckets.windows()) for branch in branches]
    requests = [replace(frozen.page(0, ticket=0, branch=branch, size=1), window=window) for _, window, branch in asked]
    for (number, _, _), page in zip(asked, await _fetch(inquiry, requests), strict=True):
        if not _is_sound(inquiry, page, 1) or any(buckets.number_of(record) != number for record in page.records):
            return None
        counted.buckets[number] += page.total or 0
    return counted if counted.buckets.total() == total else None


async def _by_records(reading: Reading, by: FieldPlace | None, per: timedelta | None) -> Counted:
    counted, outside = Counted(reading.frozen), 0
    spread = ValueSpread(by, reading.frozen, exact=False, total=None) if by else None
    async for records in reading.matches():
        if spread is not None:
            spread.add(records, None)
        if per is not None:
            buckets = Buckets(per, reading.frozen.window)
            numbers = [buckets.number_of(record) for record in records]
            counted.buckets.update(number for number in numbers if number is not None)
            outside += numbers.count(None)
    if reading.problem is not None and not reading.scanned:
        raise reading.problem
    if spread is not None:
        counted.values = [(text, spread.count(text).number) for text in spread.values()]
    counted.frozen, counted.count, counted.problem = reading.frozen, reading.matched, reading.problem
    counted.exact, counted.incomplete = reading.proved, reading.incomplete
    counted.remarks += reading.remarks
    if outside:
        counted.remarks.append(f"{outside:,} of them have no time that lies in the range, so they are in no bucket.")
    return counted


async def _fetch(inquiry: Inquiry, requests: Sequence[PageRequest]) -> list[Page]:
    return await asyncio.gather(*(inquiry.source.fetch(request) for request in requests))


def _is_sound(inquiry: Inquiry, page: Page, size: int) -> bool:
    """Whether a first page is what its total promises, and all of it fits."""
    if page.total is None or len(page.records) != min(size, page.total):
        return False
    return all(map(inquiry.matcher, page.records))
