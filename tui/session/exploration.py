"""An exploration without a screen: which pages to fetch next, what came, and what that changes.

It decides and does no IO.  A worker asks `next_requests`, fetches, and hands every answer to `accept` or `fail`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.domain.matching import Matcher
from tui.domain.page import SKEW_SECONDS
from tui.domain.predicates import Surroundings
from tui.domain.query_text import format_term
from tui.domain.time_range import Window
from tui.session.live_rows import LiveRows
from tui.session.opening import Opening
from tui.session.rows import BUDGET, Leave, Limits, Pause, Place, Rows, RowState, View
from tui.session.streamed_rows import StreamedRows

if TYPE_CHECKING:
    from tui.domain.errors import SourceError
    from tui.domain.page import Origin, Page, PageRequest
    from tui.domain.plan import FrozenQuery
    from tui.domain.record import AuditRecord
    from tui.session.follow import Arrival
    from tui.session.live import Live
    from tui.session.live_rows import Inserted

__all__ = [
    "BUDGET", "BURST_SECONDS", "IN_FLIGHT", "Change", "Exploration", "Held", "Pause", "RowState",
]  # fmt: skip

IN_FLIGHT = 2
"""Pages asked for at a time."""
BURST_SECONDS = 0.15
"""Views that follow each other this quickly, a screen or more apart, are passed over until they rest."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an answer changed: the rows to draw anew, and whether their number did.

    `fresh`: these are the first rows of another query, or of this one had in another way, and none of the rows before
    are there any more.  `repin`: the query was pinned by a wrong clock and is to be frozen and opened once more.
    `inserted`: rows came in between the others, which have other numbers now.
    """

    first: int = 0
    last: int = -1
    count: bool = False
    fresh: bool = False
    repin: bool = False
    inserted: Inserted | None = None


NOTHING = Change()

_AROUND = timedelta(seconds=1)
"""The window in which a record is asked for that came in by itself, on no page of the query's."""


class _Notices:
    """Sentences that the reader should see, each once."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, text: str) -> None:
        if text not in self.told:
            self.told.append(text)


@dataclass(slots=True)
class _Answer:
    """What is here of a query that was asked; nothing was before the first."""

    frozen: FrozenQuery | None
    matcher: Matcher
    rows: Rows
    live: Live | None = None
    notices: _Notices = field(default_factory=_Notices)
    origins: set[Origin] = field(default_factory=set)

    def note(self, page: Page, fits: Sequence[bool]) -> None:
        """Tell what a page says beside its records, and which filters the API did not honour."""
        self.origins.add(page.origin)
        for text in page.notes:
            self.notices.tell(text)
        if self.frozen is None or not self.frozen.plan.sent_whole:
            return
        for record in (record for record, fit in zip(page.records, fits, strict=True) if not fit):
            if (term := self.matcher.broken(record)) is not None:
                self.notices.tell(
                    f"The API did not honour {format_term(term)}: each record is checked here, and only those that fit "
                    "are shown."
                )


@dataclass(frozen=True, slots=True)
class Held:
    """The rows of a query as they were, to come back to."""

    answer: _Answer


class Exploration:
    """One reader's walk through the rows of one frozen query at a time.

    The rows of the last query stay until the first pages of the next are here, so that a failure costs none.
    """

    def __init__(self, *, budget: int | None = BUDGET, kept_pages: int = 400, kept_matches: int = 50_000) -> None:
        """`budget` is how many records a scan looks at before it waits to be told to go on; None: nobody looks on, and
        everything is read.  `kept_pages` and `kept_matches` bound memory."""
        self.ticket = 0
        self.skew = 0.0
        self._server_clock_known = False
        self._limits = Limits(budget, kept_pages, kept_matches)
        self._opening: Opening | None = None
        self._answer = _nothing_yet(self._limits)
        self._in_flight: set[Place] = set()
        self._failed: dict[Place, SourceError] = {}
        self._view = View()
        self._moved_at = float("-inf")
        self._rests_at = float("-inf")

    # What the screen tells

    def open(self, frozen: FrozenQuery, matcher: Matcher, *, live: Live | None = None) -> None:
        """Ask another query from now on; answers to the last one will be dropped, its rows stay until one comes.

        `matcher` says whether a record fits all terms of the query.  `live`: it is followed from the end of its window
        on.
        """
        self._turn_to(Opening(frozen, matcher, live))

    def look(self, first: int, last: int, at: float) -> None:
        """The rows now in view, both included; `at` is a clock that never goes back, in seconds."""
        moved = first - self._view.first
        hurried = abs(moved) > last - first and at - self._moved_at < BURST_SECONDS
        if moved:
            self._moved_at = at
            self._rests_at = at + BURST_SECONDS if hurried else at
        direction = (1 if moved > 0 else -1) if moved else self._view.direction
        self._see(replace(self._view, first=max(0, first), last=max(0, last), direction=direction))

    def want(self, row: int | None) -> None:
        """Have one more row fetched beside those in view, until another is wanted, or none."""
        self._see(replace(self._view, beside=row))

    def go_on(self, *, everything: bool = False) -> None:
        """Let a scan look at another budget of records, or at all there are, however many matches lie ahead."""
        self._rows.go_on(Leave(None if everything else self._limits.budget, past_screen=True))

    def retry(self) -> None:
        """Ask again for what failed."""
        self._failed.clear()

    def give_up(self) -> None:
        """Forget what is in flight: the reader cancelled it.  A scan of everything becomes one of a budget."""
        self._in_flight.clear()
        self._rows.go_on(self._limits.leave)

    def hold(self) -> Held:
        """The rows that are here, to come back to by `restore` after other queries."""
        return Held(self._answer)

    def restore(self, held: Held) -> None:
        """Show held rows again, and go on from there; answers to the last query will be dropped."""
        self._turn_to(None)
        self._answer = held.answer

    # What the worker asks

    @property
    def matcher(self) -> Matcher:
        """What the records of the pages asked for now are to be checked by."""
        return (self._opening or self._answer).matcher

    @property
    def matches_here(self) -> bool:
        """Whether the matcher does part of the query, which may take its time, or only confirms what the API did."""
        frozen = self.asked or self.frozen
        return frozen is not None and not frozen.plan.sent_whole

    def rest(self, at: float) -> float:
        """How many seconds the view must still rest before fetching for it makes sense."""
        return max(0.0, self._rests_at - at)

    def next_requests(self) -> list[PageRequest]:
        """The pages to fetch now, the most urgent first; each is in flight until answered."""
        frozen = self.asked or self.frozen
        if frozen is None:
            return []
        asking = self._opening or self._rows
        room = IN_FLIGHT - len(self._in_flight)
        wanted = [place for place in asking.wanted(self._view, self._failed) if place not in self._in_flight]
        places = wanted[: max(0, room)]
        self._in_flight.update(places)
        return [self._request(frozen, place, asking.size_of(place.branch)) for place in places]

    def accept(self, request: PageRequest, page: Page, fits: Sequence[bool]) -> Change:
        """Take a page in; `fits` is what `matcher` says of each of its records.  A page of an earlier query changes
        nothing."""
        frozen = self.asked or self.frozen
        if request.ticket != self.ticket or frozen is None:
            return NOTHING
        place = Place(request.branch, request.number)
        self._in_flight.discard(place)
        if self._note_clock(page, frozen):
            return Change(repin=True)
        if self._opening is None:
            return self._take(place, page, fits)
        self._opening.take(place.branch, page, fits)
        return self._begin_if_complete()

    def fail(self, request: PageRequest, error: SourceError) -> Change:
        """A page could not be had; its rows say so until `retry`."""
        if request.ticket != self.ticket:
            return NOTHING
        place = Place(request.branch, request.number)
        self._in_flight.discard(place)
        self._failed[place] = error
        rows = self._rows.rows_on(place)
        return Change(rows.start, rows.stop - 1)

    # What comes in while a query is followed

    @property
    def most_live(self) -> int:
        """Rows that came in of which no more are kept."""
        return self._limits.live

    @property
    def live(self) -> Live | None:
        """What is followed: the query that was asked last, None where that isn't."""
        return self._opening.live if self._opening is not None else self._answer.live

    def arrive(self, live: Live, arrivals: Iterable[Arrival], at: datetime) -> Change:
        """Let what its follower found wait for `let_in`, and go by the clock it learnt; `at` is the server's."""
        self.skew = live.follower.skew
        live.arrive(arrivals, at)
        return self._begin_if_complete() if live is self.live else NOTHING

    def let_in(self) -> Change:
        """Make rows of what waits, unless the reader wants none."""
        live, rows = self._answer.live, self._rows
        if live is None or live.paused or not len(live) or not isinstance(rows, LiveRows) or self._opening is not None:
            return NOTHING
        records, overflowed = live.take()
        inserted = rows.let_in(records, all_older_gone=overflowed)
        live.looked_at(inserted.gone)
        view = self._view
        beside = None if view.beside is None else inserted.moved(view.beside)
        self._view = replace(view, first=inserted.moved(view.first), last=inserted.moved(view.last), beside=beside)
        return Change(0, self.row_count - 1, count=True, inserted=inserted)

    def stop_following(self) -> Change:
        """Let in what waits, and nothing any more: the rows that came in stay."""
        if self._answer.live is not None:
            self._answer.live.paused = False
        change = self.let_in()
        self._answer.live = None
        return change

    # What the screen shows

    def now(self, local: datetime) -> datetime:
        """The server's clock, as far as it is known."""
        return local + timedelta(seconds=self.skew)

    @property
    def asked(self) -> FrozenQuery | None:
        """The query that was asked, as long as the rows are still those of the one before."""
        return self._opening.frozen if self._opening else None

    @property
    def frozen(self) -> FrozenQuery | None:
        """The query whose rows these are."""
        return self._answer.frozen

    @property
    def shown(self) -> FrozenQuery | None:
        """As `frozen`, with the window that the rows are of, which those that came in made longer."""
        frozen, rows = self._answer.frozen, self._rows
        if frozen is None or not isinstance(rows, LiveRows):
            return frozen
        return replace(frozen, window=Window(frozen.window.start, rows.until), frozen_at=rows.until)

    @property
    def started(self) -> bool:
        """Whether any rows, or the news that there are none, have ever come."""
        return self.frozen is not None

    @property
    def loading(self) -> bool:
        return bool(self._in_flight)

    @property
    def problem(self) -> SourceError | None:
        """The error of the first page that could not be had."""
        return self._failed[min(self._failed)] if self._failed else None

    @property
    def notices(self) -> list[str]:
        """What the reader should know of these rows."""
        return self._answer.notices.told

    @property
    def origins(self) -> set[Origin]:
        """Where these rows came from."""
        return self._answer.origins

    @property
    def row_count(self) -> int:
        """Rows the table has: where they are addressed, all that match as far as is known; of a scan, those found."""
        return self._rows.row_count

    @property
    def extent_known(self) -> bool:
        """Whether `row_count` is the number of all matching records."""
        return self.started and self._rows.extent_known

    @property
    def loaded(self) -> int:
        """Rows that have been loaded for this query."""
        return self._rows.loaded

    @property
    def scanned(self) -> int:
        """Records that were looked at for this query."""
        return self._rows.scanned

    @property
    def total(self) -> int | None:
        """Records there are to look at, None where that isn't known."""
        return self._rows.total

    @property
    def at_most(self) -> int | None:
        """As `total`; where streams overlap, so that it isn't known, the sum of theirs."""
        return self._rows.at_most

    @property
    def finished(self) -> bool:
        """Whether everything has been read."""
        return self.started and self._rows.finished

    @property
    def scanning(self) -> bool:
        """Whether records are looked through here, so that rows are found, not counted beforehand."""
        return self._rows.scanning

    @property
    def merged(self) -> bool:
        """Whether rows come out of several streams, and are all that these hold."""
        return self._rows.merged

    @property
    def paused(self) -> Pause | None:
        """Why a scan waits, None where it doesn't."""
        return self._rows.paused(self._view)

    def record(self, row: int) -> AuditRecord | None:
        """The record at a row, or None while it isn't here (`state` says why)."""
        return self._rows.record(row)

    def state(self, row: int) -> RowState:
        """Why there is no record at a row."""
        return self._rows.state(row, self._failed)

    def row_of(self, record: AuditRecord) -> int | None:
        """Where a record stands among the loaded rows, None where it doesn't."""
        identity = record.identity
        return next((row for row, other in self.loaded_rows() if other.identity == identity), None)

    def loaded_rows(self) -> Iterator[tuple[int, AuditRecord]]:
        """The rows that are here with their records, in order."""
        return self._rows.loaded_rows()

    def let_go(self, rows: int) -> None:
        """Keep the records of the first `rows` rows no longer; for whoever reads all there are, and has seen them."""
        self._rows.let_go(rows)

    def request_for(self, row: int) -> PageRequest | None:
        """The request whose page holds a row."""
        place, record = self._rows.place_of(row), self._rows.record(row)
        if self.frozen is None:
            return None
        if place is not None:
            return self._request(self.frozen, place, self._rows.size_of(place.branch))
        if record is None or record.time is None:
            return None
        around = Window(record.time - _AROUND, record.time + _AROUND)
        parameters = (("request_id", record.request_id),) if record.request_id else ()
        return replace(self.frozen.page(0, ticket=self.ticket), window=around, parameters=parameters)

    # How it decides

    @property
    def _rows(self) -> Rows:
        return self._answer.rows

    def _request(self, frozen: FrozenQuery, place: Place, size: int) -> PageRequest:
        request = frozen.page(place.number, ticket=self.ticket, branch=place.branch, size=size)
        return replace(request, wanted=self.matcher)

    def _turn_to(self, opening: Opening | None) -> None:
        """Leave whatever is under way."""
        self.ticket += 1
        self._opening = opening
        self._in_flight.clear()
        self._failed.clear()

    def _see(self, view: View) -> None:
        """Look elsewhere; scrolling on from a full screen is as good as telling a scan to go on."""
        scrolls_on, was_full = view.first > self._view.first, self.paused is Pause.SCREEN
        self._view = view
        if scrolls_on and was_full and self.paused is not Pause.SCREEN:
            self._rows.go_on(self._limits.leave)

    def _begin_if_complete(self) -> Change:
        """Show the rows that a query begins with, once these are here."""
        opening = self._opening
        if opening is None or not opening.complete:
            return NOTHING
        notices = _Notices()
        rows = opening.rows(self._limits, notices.tell)
        self._answer = _Answer(opening.frozen, opening.matcher, rows, opening.live, notices)
        self._opening = None
        for page, fits in opening.pages.values():
            self._answer.note(page, fits)
        self.let_in()
        return Change(0, self.row_count - 1, count=True, fresh=True)

    def _take(self, place: Place, page: Page, fits: Sequence[bool]) -> Change:
        before, count = self._rows, self.row_count
        self._answer.rows, drawn = before.take(place, page, fits)
        self._answer.note(page, fits)
        return Change(drawn.start, drawn.stop - 1, count=self.row_count != count, fresh=self._rows is not before)

    def _note_clock(self, page: Page, frozen: FrozenQuery) -> bool:
        """Learn the server's clock; True where the query was pinned by one too far off."""
        if page.server_time is None or self._server_clock_known:
            return False
        self._server_clock_known = True
        self.skew = page.skew
        return abs(page.skew) > SKEW_SECONDS and frozen.query.time_range.is_relative


def _nothing_yet(limits: Limits) -> _Answer:
    notices = _Notices()
    rows = StreamedRows((), limits, notices.tell, local=False)
    return _Answer(None, Matcher((), Surroundings()), rows, notices=notices)
