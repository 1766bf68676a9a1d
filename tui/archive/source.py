"""The archive before the API: what is whole is answered from it, and only what is missing is asked for."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.archive.coverage import Span, instant_at
from tui.archive.doubts import told_doubts
from tui.archive.narrowing import EVERYTHING, Narrowing, narrow
from tui.archive.rows import COLUMN_OF, millisecond_of
from tui.archive.stitching import Asked, Held, Layout, Piece
from tui.domain.errors import ArchiveTrouble
from tui.domain.fields import BY_NAME
from tui.domain.matching import Matcher
from tui.domain.page import PAGE_SIZE, Origin, Page, PageRequest
from tui.domain.predicates import Surroundings
from tui.domain.time_range import Window
from tui.sources.base import unheard

if TYPE_CHECKING:
    from datetime import datetime

    from tui.archive.archive import Archive
    from tui.archive.coverage import Coverage
    from tui.archive.keeping import Keeper
    from tui.archive.store import Store
    from tui.domain.record import AuditRecord
    from tui.sources.base import AuditSource, WaitListener

_MOST_PLANS = 256
_LEAST = 100
"""Records of a held stretch, at least, for which it is worth to ask for what is before and behind it by itself."""
_MOST_GAPS = 6
"""Gaps, each of which costs a request before the first page can be shown."""
_MOST_READ = 500
"""Records that are asked for, at most, to count the values of a field."""
_SEAM = 200
"""Records that are looked at for a millisecond without any."""
_ASK_AGAIN = "Asked again, the query is read from the API alone."


@dataclass(slots=True)
class _Plan:
    """How the pages of one frozen query are put together; no `layout`: the API is asked for all of it.

    `resume` has the row at which the records after so many of a held span begin; the clock is that of whoever was
    asked for the gaps.  `leaves_out`: what surely isn't wanted has no place on its pages, so that their numbers aren't
    the API's; `pages` counts those that were put together by it, or should have been.
    """

    layout: Layout | None
    leaves_out: bool = False
    pages: int = 0
    narrowing: Narrowing = EVERYTHING
    server_time: datetime | None = None
    skew: float = 0.0
    doubts: tuple[str, ...] = ()
    resume: dict[tuple[Span, int], int] = field(default_factory=dict)


class ArchivedSource:
    """The pages of another source, as far as they aren't held.

    Which parts of a window are held is looked up once for a frozen query.  Where anything of it can't be made to fit
    together, such as totals that count something else, the API is asked for all of it, as if there were no archive.
    """

    def __init__(self, inner: AuditSource, archive: Archive, keeper: Keeper) -> None:
        self._inner = inner
        self._archive = archive
        self._keeper = keeper
        self._plans: OrderedDict[object, asyncio.Task[_Plan]] = OrderedDict()

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        """The page asked for, put together of both.  Raises `SourceError`."""
        plan = await self._plan(request, on_wait)
        page = None if plan.layout is None else await self._planned(plan, plan.layout, request, on_wait)
        page = page or await self._inner.fetch(request, on_wait)
        return replace(page, notes=(*page.notes, *self._keeper.notes()))

    async def spread(self, request: PageRequest, name: str) -> Counter[str] | None:
        """How many of the records that a request wants have each value of a field; None where it takes reading more of
        them than is worth it.  Raises `SourceError`."""
        if name not in COLUMN_OF:
            return None
        request = replace(request, parameters=(), number=0, size=PAGE_SIZE)
        plan = await self._plan(request, unheard)
        parts = plan.layout.parts if plan.layout is not None else ()
        if not parts or not plan.narrowing.exact:
            return None
        if sum(part.count for part in parts if isinstance(part, Asked)) > _MOST_READ:
            return None
        return sum([await self._spread_of(part, plan, request, name) for part in parts], Counter[str]())

    async def _spread_of(self, part: Held | Asked, plan: _Plan, request: PageRequest, name: str) -> Counter[str]:
        if isinstance(part, Held):
            return await self._archive.read(lambda store: store.spread(name, part.span, plan.narrowing))
        page = await self._piece(plan, Piece(part, 0, part.count), request, unheard)
        fits = request.wanted or Matcher((), Surroundings())
        return Counter(BY_NAME[name].value(record) for record in page.records if fits(record))

    async def aclose(self) -> None:
        for task in self._plans.values():
            task.cancel()
        await self._inner.aclose()

    # Which parts there are

    async def _plan(self, request: PageRequest, on_wait: WaitListener) -> _Plan:
        key = request.window, request.frozen_at, request.parameters, request.size, request.wanted
        task = self._plans.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._plans[key] = asyncio.create_task(self._make_plan(replace(request, number=0), on_wait))
        self._plans.move_to_end(key)
        while len(self._plans) > _MOST_PLANS:
            self._plans.popitem(last=False)
        # Whoever is cancelled doesn't take what others wait for with him.
        return await asyncio.shield(task)

    async def _make_plan(self, request: PageRequest, on_wait: WaitListener) -> _Plan:
        if not self._keeper.trusted:
            return _Plan(None)
        span = Span.of(request.window)
        try:
            narrowed, leaves_out, parts, doubts = await self._archive.read(lambda store: _parts(store, request))
        except ArchiveTrouble as trouble:
            self._keeper.set_aside(trouble)
            return _Plan(None)
        if not any(isinstance(part, Held) for part in parts):
            return _Plan(None)
        gaps = [part for part in parts if not isinstance(part, Held)]
        pages = await asyncio.gather(*(self._inner.fetch(replace(request, window=gap.window), on_wait) for gap in gaps))
        asked = {gap: _measured(gap, page, request, span) for gap, page in zip(gaps, pages, strict=True)}
        known = [part if isinstance(part, Held) else asked[part] for part in parts]
        if any(part is None for part in known):
            return _Plan(None)
        clock = next((page for page in pages if page.server_time is not None), None)
        layout = Layout([part for part in known if part is not None])
        return _Plan(
            layout,
            leaves_out,
            narrowing=narrowed,
            server_time=clock.server_time if clock else None,
            skew=clock.skew if clock else 0.0,
            doubts=doubts,
        )

    # Putting a page together

    async def _planned(self, plan: _Plan, layout: Layout, request: PageRequest, on_wait: WaitListener) -> Page | None:
        """A page by the plan; None where the archive is out of use, and the API's page of that number will do.

        Raises `ArchiveTrouble` where it has other records than those that are missing.
        """
        plan.pages += 1
        try:
            if self._keeper.trouble is not None:
                raise self._keeper.trouble
            return await self._put_together(plan, layout, request, on_wait)
        except ArchiveTrouble as trouble:
            plan.pages -= 1
            self._keeper.set_aside(trouble)
            if plan.leaves_out and plan.pages:
                cure = trouble.cure if trouble.transient else f"{trouble.cure} {_ASK_AGAIN}"
                raise ArchiveTrouble(trouble.cause, cure, passing=trouble.transient) from trouble
            plan.layout = None
            return None

    async def _put_together(
        self, plan: _Plan, layout: Layout, request: PageRequest, on_wait: WaitListener
    ) -> Page | None:
        pieces = list(layout.page(request.number, request.size))
        answers = await asyncio.gather(*(self._piece(plan, piece, request, on_wait) for piece in pieces))
        records = tuple(record for answer in answers for record in answer.records)
        is_held = all(isinstance(part, Held) for part in layout.parts)
        return Page(
            records,
            layout.total,
            Origin.ARCHIVE if is_held else Origin.PARTLY,
            server_time=plan.server_time,
            skew=plan.skew,
            size_bytes=sum(answer.size_bytes for answer in answers),
            notes=(*plan.doubts, *(note for answer in answers for note in answer.notes)),
            partial=bool(plan.doubts),
        )

    async def _piece(self, plan: _Plan, piece: Piece, request: PageRequest, on_wait: WaitListener) -> Page:
        part = piece.part
        if isinstance(part, Held):
            records = await self._archive.read(
                lambda store: read_piece(store, plan.narrowing, part, piece, plan.resume)
            )
            return Page(tuple(records), None, Origin.ARCHIVE)
        if not piece.count:
            return Page((), None)
        first, last = part.skipped + piece.offset, part.skipped + piece.offset + piece.count
        numbers = range(first // request.size, (last - 1) // request.size + 1)
        pages = await asyncio.gather(
            *(self._inner.fetch(replace(request, window=part.window, number=n), on_wait) for n in numbers)
        )
        # By their places: a page that comes short must not draw those of the next one up.
        rows = [
            record
            for number, page in zip(numbers, pages, strict=True)
            for at, record in enumerate(page.records, number * request.size)
            if first <= at < last
        ]
        return replace(pages[0], records=tuple(rows), notes=tuple(note for page in pages for note in page.notes))


@dataclass(frozen=True, slots=True)
class _Gap:
    """A window to be asked for: `newer` and `older` of its records are held already, at its two ends; what happened
    from `end` on is."""

    window: Window
    newer: int
    older: int
    end: int


def narrowing_of(store: Store, request: PageRequest) -> Narrowing:
    """What the records that a request wants have in common, as far as the tables can tell."""
    wanted = request.wanted
    terms, around = (wanted.terms, wanted.around) if wanted is not None else ((), Surroundings())
    return narrow(request.parameters, terms, store, around)


def _parts(store: Store, request: PageRequest) -> tuple[Narrowing, bool, list[Held | _Gap], tuple[str, ...]]:
    """By what the records of a window are narrowed, and whether that leaves any out that the API would count; what is
    held of it, and what isn't, the newest first; and what is to be said of it.  Nothing is held where it can't be told
    apart."""
    span = Span.of(request.window)
    with store.reading():
        everything = narrow(request.parameters, (), store, Surroundings())
        covered = store.coverage(request.parameters)
        held = _worth_it(store, covered, request)
        narrowing = narrowing_of(store, request)
        counts = {one: store.count(one, narrowing) for one in held}
        gaps = _gaps(span, held)
        if len(gaps) > _MOST_GAPS:
            return narrowing, False, [], ()
        parts: list[Held | _Gap] = [Held(one, counts[one]) for one in held]
        for gap in gaps:
            seams = _seams(store, gap, span, request.window, everything)
            if seams is None:
                return narrowing, False, [], ()
            parts.append(seams)
    doubts = tuple(told for one in held for told in told_doubts(one, covered))
    return narrowing, narrowing != everything, sorted(parts, key=_newest, reverse=True), doubts


def _newest(part: Held | _Gap) -> int:
    return part.span.end if isinstance(part, Held) else part.end


def _worth_it(store: Store, covered: Coverage, request: PageRequest) -> list[Span]:
    """The held spans of a window: all of it, or those that spare requests."""
    span = Span.of(request.window)
    spans = covered.within(span).spans
    if spans == (span,):
        return [span]
    return [one for one in spans if store.count_all(one) >= _LEAST]


def _gaps(span: Span, held: Sequence[Span]) -> list[Span]:
    ends = [span.start, *(end for one in held for end in one), span.end]
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return [Span(start, end) for start, end in pairs if start < end]


def _seams(store: Store, gap: Span, span: Span, window: Window, everything: Narrowing) -> _Gap | None:
    """What to ask for a gap: at its ends, unless these are the window's own, up to a millisecond of what is held in
    which nothing happened.  None where there is none near."""
    low, high = gap.start, gap.end
    if low > span.start:
        low = _quiet(store, range(gap.start - 1, max(span.start, gap.start - _SEAM) - 1, -1))
    if high < span.end:
        high = _quiet(store, range(gap.end, min(span.end, gap.end + _SEAM)))
    if low < 0 or high < 0:
        return None
    start = window.start if gap.start == span.start else instant_at(low)
    end = window.end if gap.end == span.end else instant_at(high)
    older = store.count(Span(low, gap.start), everything) if low < gap.start else 0
    newer = store.count(Span(gap.end, high + 1), everything) if gap.end < span.end else 0
    return _Gap(Window(start, end), newer, older, gap.end)


def _quiet(store: Store, milliseconds: range) -> int:
    """The first of these in which nothing happened; less than 0 where there is none."""
    low, high = min(milliseconds), max(milliseconds)
    busy = {millisecond_of(row) for row, _ in store.select(Span(low, high + 1), EVERYTHING, limit=_SEAM)}
    return next((millisecond for millisecond in milliseconds if millisecond not in busy), -1)


def _measured(gap: _Gap, page: Page, request: PageRequest, span: Span) -> Asked | None:
    """A gap with the number of its records, by its first page; None where that can't be told, or something came late
    into what is held."""
    if page.total is None or page.total in (request.size, *range(gap.newer + gap.older)):
        return None
    end = instant_at(gap.end)
    newer = sum(record.time is not None and record.time >= end for record in page.records)
    if newer != min(gap.newer, len(page.records)) and gap.end < span.end:
        return None
    return Asked(gap.window, gap.newer, page.total - gap.newer - gap.older)


def read_piece(
    store: Store, narrowing: Narrowing, part: Held, piece: Piece, resume: dict[tuple[Span, int], int]
) -> list[AuditRecord]:
    """Some of the records of a held span; whoever reads on from where the last piece ended is spared the way there."""
    below = resume.get((part.span, piece.offset))
    rows = store.select(
        part.span, narrowing, limit=piece.count, offset=0 if below is not None else piece.offset, below=below
    )
    if rows:
        resume[part.span, piece.offset + len(rows)] = rows[-1][0]
    return [record for _, record in rows]
