"""Fetches what an archive lacks, the newest first, and proves window by window that it has all there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tui.archive.asker import Asker, Means
from tui.archive.coverage import Grade, Span, Stretch, settled
from tui.archive.keeping import keep
from tui.archive.side_by_side import side_by_side
from tui.archive.standing import Standing, look_over
from tui.archive.walk import Walk
from tui.archive.windows import SECOND, USUAL, Windows, aligned, halves, inner
from tui.domain.errors import Rejected
from tui.domain.page import PAGE_SIZE
from tui.domain.time_range import format_instant

if TYPE_CHECKING:
    from tui.archive.archive import Archive
    from tui.archive.store import Store
    from tui.domain.names import Names
    from tui.domain.page import Parameters, Waiting
    from tui.domain.record import AuditRecord
    from tui.domain.time_range import TimeRange
    from tui.sources.base import AuditSource, NameDirectory

Write = Callable[["Store", Sequence["AuditRecord"], Sequence[Stretch]], int]
"""Writes records and what they prove; gives how many are new."""

FOLLOW_SECONDS = 60.0
"""How long lies between two looks at what has settled meanwhile."""
SYNCED = "synced"
"""The fact that tells when everything that was asked for had been fetched."""
_IN_FLIGHT = 2
_MOST_UNTOLD = 4
"""Readings of a window without a total, where the API tells it at other times."""
_MOST_FRUITLESS = 4
"""Readings of a second in a row that may bring nothing new before it is called unproved."""
_MOST_WALKS = 16
_PATIENCE = 40, 20
"""Pages that a window may take before what isn't proved of it is called that: so many, and so many for each it has."""
_LEAST_PATIENCE = 4
_A_MOMENT = 60 * SECOND
_NOTHING = Span(0, 0)


class Sync:
    """One run over a range of time.

    `records` were read, `new` of them were not held before; `windows` were written, `doubted` of them unproved.  `done`
    of `to_do` milliseconds are whole by now.
    """

    def __init__(
        self,
        source: AuditSource,
        archive: Archive,
        means: Means,
        *,
        parameters: Parameters = (),
        rate: float | None = None,
        endless: bool = False,
        write: Write = keep,
    ) -> None:
        """`source` goes past every cache.  `parameters` name the organisation, where that is wanted.  `rate` is how
        many requests a second there may be; `endless`: a network that is gone is waited for."""
        self.records = 0
        self.new = 0
        self.windows = 0
        self.doubted = 0
        self.done = 0
        self.to_do = 0
        self.asked: Span | None = None
        """What is to be had in the end; None until the server's clock is known."""
        self.settled: Span | None = None
        """What of that is to be whole; None where nothing comes into question."""
        self._asker = Asker(source, means, parameters=parameters, rate=rate, patient=endless)
        self._archive = archive
        self._means = means
        self._write = write
        self._began = means.ticks()
        self._expected: int | None = None
        self._doubted_in_a_row = 0

    @property
    def requests(self) -> int:
        return self._asker.requests

    @property
    def waiting(self) -> Waiting | None:
        """The wait before another attempt, while there is one."""
        return self._asker.waiting

    @property
    def share(self) -> float:
        """How much of the time that was missing is whole by now, from 0 to 1."""
        return self.done / self.to_do if self.to_do else 0.0

    @property
    def records_a_second(self) -> float:
        return self.records / max(0.001, self._means.ticks() - self._began)

    @property
    def seconds_left(self) -> float | None:
        """How long it may still take, None where nobody can say."""
        share = self.records / self._expected if self._expected and self.records else self.share
        return (self._means.ticks() - self._began) * (1 / min(share, 1.0) - 1) if share > 0 else None

    async def fill(
        self, time_range: TimeRange, directory: NameDirectory | None = None, *, is_known: bool = True
    ) -> None:
        """Fetch what is missing of a range, and who ids stand for.

        What is younger than what has settled is kept, and never called whole.  `is_known`: the records that are held
        are known to be of those asked for.  Raises `SourceError`, and then all that was written stays; and
        `TimeTextError` for a range that ends before it begins.
        """
        window = await self._asker.meet(time_range, self._archive, is_known=is_known)
        asked = self.asked = aligned(Span.of(window))
        if directory is not None:
            await self._learn_names(directory)
        held = await self._archive.read(lambda store: _held(store, asked))
        self._expected = None if self._asker.first_total is None else self._asker.first_total - held
        await self._fill_settled(asked, doubted=True)
        if self._has_settled_since(asked):
            await self._fill_settled(asked, doubted=False)
        await self._keep_unsettled(asked)
        now = format_instant(self._asker.server_now.replace(microsecond=0))
        await self._asker.store(self._archive, lambda store: store.note(SYNCED, now))

    async def follow(self, time_range: TimeRange) -> None:
        """Go on, after `fill`, with what settles meanwhile.  It ends with the range, which may never be."""
        self._expected = None
        while self.asked is not None:
            self.asked = Span(self.asked.start, aligned(Span.of(time_range.resolve(self._asker.server_now))).end)
            await self._fill_settled(self.asked, doubted=False)
            if isinstance(time_range.until, datetime) and self.settled and self.settled.end == self.asked.end:
                return
            await self._means.sleep(FOLLOW_SECONDS)

    async def standing(self) -> Standing:
        """How things stand with what was asked for: stretches and gaps of what has settled, records of all."""
        asked, span = self.asked or _NOTHING, self.settled or _NOTHING
        return await self._archive.read(lambda store: replace(look_over(store, span), records=store.count_all(asked)))

    # The course of it

    async def _learn_names(self, directory: NameDirectory) -> None:
        learnt: Names | None = None
        async for names in directory.names():
            learnt = names
        if learnt is not None and learnt.known:
            known, seen = learnt.known, self._means.clock()
            await self._asker.store(self._archive, lambda store: store.learn_names(known, seen))

    async def _fill_settled(self, asked: Span, *, doubted: bool) -> None:
        """Make whole what has settled of a span, and prove what nobody has proved yet, or also what nobody could."""
        span = self.settled = _settled(asked, self._asker.server_now)
        if span is None:
            return
        coverage = await self._archive.read(lambda store: store.coverage())
        await self._walk(Windows(coverage.gaps(span), self._expected))
        coverage = await self._archive.read(lambda store: store.coverage())
        grades = {Grade.READ, Grade.DOUBTED} if doubted else {Grade.READ}
        unproved = [stretch for stretch in coverage.within(span).stretches if stretch.grade in grades]
        differing: list[Span] = []
        await side_by_side(self._prove_all(unproved, differing) for _ in range(_IN_FLIGHT))
        await self._walk(Windows(differing, None))

    def _has_settled_since(self, asked: Span) -> bool:
        """Whether it took so long that more than a moment has settled."""
        span = _settled(asked, self._asker.server_now)
        return span is not None and span.end - (self.settled or span).end > _A_MOMENT

    async def _keep_unsettled(self, asked: Span) -> None:
        begins = self.settled.end if self.settled else asked.start
        if begins < asked.end:
            windows = Windows([Span(begins, asked.end)], None)
            await side_by_side(self._walk_all(windows, claims=False) for _ in range(_IN_FLIGHT))

    async def _walk(self, windows: Windows) -> None:
        self.to_do += windows.length
        await side_by_side(self._walk_all(windows, claims=True) for _ in range(_IN_FLIGHT))

    # Windows

    async def _walk_all(self, windows: Windows, *, claims: bool) -> None:
        while (span := windows.next()) is not None:
            doubted = self.doubted
            await self._fill_window(span, windows, claims=claims)
            self._doubted_in_a_row = self._doubted_in_a_row + 1 if self.doubted > doubted else 0

    async def _fill_window(self, span: Span, windows: Windows, *, claims: bool) -> None:
        """Read a window until it is proved, in parts where that helps, or as long as there is patience."""
        left, spent, patience = [Walk(span)], 0, _PATIENCE[0]
        while left:
            walk = left.pop()
            await self._read(walk)
            spent += walk.pages
            if walk.is_odd:
                raise Rejected(
                    "The API answers with records of other times than it was asked for, so nothing can be proved.",
                    "See what portkey-audit doctor says of its clock.",
                )
            windows.learn(walk.span, walk.total or walk.count)
            if (part := walk.fitting_part) is not None:
                windows.give_back(Span(walk.span.start, part.start))
                left.append(walk.part(part))
                continue
            patience = max(patience, _PATIENCE[0] + _PATIENCE[1] * walk.count // PAGE_SIZE)
            is_patient = spent < max(_LEAST_PATIENCE, patience >> self._doubted_in_a_row)
            if claims and (grade := self._grade(walk, is_patient=is_patient)) is None:
                left += _again(walk)
            else:
                await self._commit(walk, grade if claims else None)

    async def _read(self, walk: Walk) -> None:
        """Read a window once, or as far as it takes to see that it has too many records."""
        walk.begin()
        while not walk.is_over and walk.fitting_part is None and not walk.is_odd:
            request = walk.request(self._asker.server_now)
            walk.take(await self._asker.fetch(request))
            if walk.is_proved and walk.total and not await self._asker.counts_windows(request, walk.total):
                walk.distrust_total()

    def _grade(self, walk: Walk, *, is_patient: bool) -> Grade | None:
        """What a window that was read is now, None where it is worth to read it again."""
        if walk.is_proved:
            return Grade.PROVED
        if walk.total is None:
            is_hopeless = walk.walks >= (_MOST_UNTOLD if self._asker.tells_totals else 2)
        elif halves(walk.span) is not None:
            is_hopeless = False
        else:
            is_hopeless = walk.fruitless >= _MOST_FRUITLESS or walk.walks >= _MOST_WALKS
        return Grade.DOUBTED if is_hopeless or not is_patient else None

    async def _commit(self, walk: Walk, grade: Grade | None) -> None:
        """Write a window's records and, with a grade, that it is whole."""
        records = walk.records()
        stretches = () if grade is None else (Stretch(walk.span, grade),)
        new = await self._asker.store(self._archive, lambda store: self._write(store, records, stretches))
        self.new += new
        self.records += len(records)
        if grade is not None:
            self.windows += 1
            self.doubted += grade is not Grade.PROVED
            self.done += walk.span.end - walk.span.start

    # What nobody has proved yet

    async def _prove_all(self, unproved: list[Stretch], differing: list[Span]) -> None:
        while unproved:
            await self._prove(unproved.pop(), differing)

    async def _prove(self, stretch: Stretch, differing: list[Span]) -> None:
        """Have a stretch counted, and what of it isn't as many as are held walked anew, unless it was before."""
        left = [aligned(stretch.span)]
        while left:
            span = left.pop()
            counted = await self._asker.count(span)
            held = await self._asker.store(self._archive, partial(_prove, span=span, counted=counted))
            if counted == held or stretch.grade is Grade.DOUBTED:
                continue
            parts = halves(span) if counted is not None and max(counted, held) > USUAL else None
            if parts is None:
                differing.append(span)
            else:
                left += parts


def _again(walk: Walk) -> list[Walk]:
    """What to read instead of a window that isn't proved: its halves, where something speaks against it as a whole."""
    parts = halves(walk.span) if walk.total or (walk.total == 0 and walk.count) else None
    return [walk.part(part) for part in parts] if parts else [walk]


def _prove(store: Store, *, span: Span, counted: int | None) -> int:
    """Call a span proved if as many records are held as were counted; gives how many are held."""
    held = store.count_all(span)
    if held == counted:
        store.cover(span, Grade.PROVED)
    return held


def _held(store: Store, span: Span) -> int:
    """How many records of a span are held and needn't be fetched."""
    return sum(store.count_all(part) for part in store.coverage().within(span).spans)


def _settled(span: Span, now: datetime) -> Span | None:
    """The whole seconds of a span in which nothing comes any more."""
    part = settled(span, now)
    return None if part is None else inner(part)
