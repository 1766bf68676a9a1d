"""The loop of an investigation without a screen: the present query, what was switched off in it, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from tui.app.trail import Look, Place, Trail
from tui.domain.clean import clean
from tui.domain.errors import QueryError, TimeTextError
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.page import SETTLE
from tui.domain.plan import FrozenQuery, Plan, Unnamed, freeze, plan_query, unnamed
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery, Clause, How, Term, walk
from tui.domain.query_check import check_file_values
from tui.domain.query_parser import Parsed, parse_query
from tui.domain.time_range import TimeRange, Window, instant_of
from tui.session.exploration import Change, Exploration
from tui.session.follow import REACH, Follower
from tui.session.live import Live
from tui.session.live_rows import EDGE

if TYPE_CHECKING:
    from tui.app.context import Context
    from tui.exporting.reading import Inquiry
    from tui.sources.base import AuditSource
    from tui.state.last_look import KeptLook


class Investigation:
    """Asks queries of an exploration one after the other, and takes the reader back to earlier ones as they were.

    A query that follows another over the same range within a minute keeps its window: nothing slides out of sight while
    the reader narrows, and pages that are here serve again.  `place` tells where the reader is in the table, and `zone`
    which one times are meant in.
    """

    def __init__(
        self,
        given: Context,
        exploration: Exploration,
        *,
        place: Callable[[], Place],
        zone: Callable[[], tzinfo | None],
    ) -> None:
        self.query = given.query
        self.off: tuple[Term, ...] = ()
        self.note = ""
        """What the reader should know of how the present query came about."""
        self.following = False
        """Whether the reader wants to see what comes in, of whatever is asked."""
        self.names = Names()
        self.names_known = False
        """Whether there is no use in waiting for more names."""
        self.earlier = [*_looks_of(given.memory.looks.earlier)]
        """The last looks of earlier runs, the oldest first."""
        self._given = given
        self._exploration = exploration
        self._place = place
        self._zone = zone
        self._trail = Trail(self.earlier)
        self._accepted: set[str] = set()
        self._began = given.clock()

    @property
    def now(self) -> datetime:
        """The server's clock."""
        return self._exploration.now(self._given.clock())

    # Reading

    def read(self, text: str) -> tuple[Parsed, Plan]:
        """What a text of the query bar means at this moment, and what the API would be asked for it."""
        parsed = parse_query(text, now=self.now, zone=self._zone(), time_range=self._given.query.time_range)
        return parsed, plan_query(parsed.query, self.names)

    def unclear(self, query: AuditQuery) -> list[Unnamed]:
        """Words for people and workspaces that fit several, unless the reader said that all of them are meant."""
        return [found for found in unnamed(query, self.names) if found.meant and found.word not in self._accepted]

    def waits_for_names(self, query: AuditQuery) -> bool:
        """Whether a word of the query is a name that may still be learnt."""
        return not self.names_known and any(not found.meant for found in unnamed(query, self.names))

    def strangers(self, query: AuditQuery) -> list[str]:
        """Words for people and workspaces that mean nobody, where all names could be had."""
        if not self.names_known or self.names.refused:
            return []
        return [clean(found.word, 40) for found in unnamed(query, self.names) if not found.meant]

    def matcher_of(self, text: str) -> Matcher:
        """What says whether a record fits the terms of a text, whatever its range of time.  Raises `QueryError`, also
        where a word in it for people or workspaces means nobody."""
        parsed, _ = self.read(text)
        for problem in parsed.diagnostics:
            raise QueryError(problem.message)
        for stranger in self.strangers(parsed.query):
            raise QueryError(f"nothing known is called {stranger!r}")
        return self._matcher(parsed.query)

    def inquiry(self, source: AuditSource) -> Inquiry:
        """The present query as all of it is read, over the time that the rows are of; where none have come yet, up to
        the moment it is read.  Raises `QueryError`."""
        from tui.exporting.reading import Inquiry

        query, shown = self.query, self._exploration.shown
        if shown is not None and self._exploration.asked is None:
            query = shown.query.with_range(TimeRange(shown.window.start, shown.window.end))
        return Inquiry(source, query, self.names, self._matcher(query), self._given.clock)

    def accept_all(self, word: str) -> None:
        """Whenever this word fits several, all of them are meant."""
        self._accepted.add(word)

    # Asking

    def ask(self, query: AuditQuery, *, off: tuple[Term, ...] = (), note: str = "") -> None:
        """Make this the present query.  Raises `TimeTextError` and `QueryError`, and then nothing has changed."""
        matcher = self._matcher(query)
        followed = self.following
        frozen, live = self._freeze(query, self._moment(query))
        if followed and not self.following:
            note = "no longer followed: the range has ended"
        if (query, off) != (self.query, self.off) and self._exploration.started:
            self._trail.leave(self._look())
        self.query, self.off, self.note = query, off, note
        self._exploration.open(frozen, matcher, live=live)

    def refresh(self) -> None:
        """Ask the present query again, up to now.  Raises as `ask` does."""
        matcher = self._matcher(self.query)
        frozen, live = self._freeze(self.query, self.now)
        self._exploration.open(frozen, matcher, live=live)

    def follow(self) -> None:
        """Ask the present query again, and see what comes in from then on.  Raises as `ask` does, and `QueryError`
        where nothing can come in."""
        if not self._goes_on(self.query):
            raise QueryError("The range of time has ended, so nothing can come in: t chooses another.")
        self.following = True
        self.refresh()

    def stop_following(self) -> Change:
        """Keep the rows as they are, with those that waited to be let in; where none have come yet, ask without what
        comes in.  Raises as `ask` does."""
        self.following = False
        change = self._exploration.stop_following()
        if self._exploration.asked is not None:
            self.refresh()
        return change

    def switch_off(self, term: Term) -> None:
        self.ask(self.query.without(term), off=(*self.off, term))

    def switch_on(self, term: Term) -> None:
        self.ask(self.query.and_(term), off=tuple(other for other in self.off if other != term))

    def forget(self, term: Term) -> None:
        """Offer a term that is switched off no longer."""
        self.off = tuple(other for other in self.off if other != term)

    def narrow(self, query: AuditQuery) -> None:
        """Ask a query that came from the present one; what was switched off stays on offer."""
        self.ask(query, off=tuple(term for term in self.off if term not in query.terms))

    # Going back

    @property
    def before(self) -> Look | None:
        """The look that `back` returns to, None where the present one is the first."""
        return self._trail.before

    @property
    def after(self) -> Look | None:
        """The look that `back` came from, None where the present one is the last."""
        return self._trail.after

    def back(self, look: Look) -> None:
        """Return to `before`, or to a look that says the same more clearly.  Raises as `ask` does."""
        self._return_to(look, self._trail.back)

    def forward(self, look: Look) -> None:
        """Return to `after`.  Raises as `ask` does."""
        self._return_to(look, self._trail.forward)

    def resume(self, look: Look) -> None:
        """Go on to a look of another run.  Raises as `ask` does."""
        self._return_to(look, self._trail.leave)

    def _return_to(self, look: Look, leave: Callable[[Look], None]) -> None:
        """Take a look once more, in the window it had; `leave` is told of the present one."""
        present = self._look()
        if look.held is not None:
            self._exploration.restore(look.held)
            self.following = self._exploration.live is not None
        else:
            self._open_again(look)
        self.query, self.off, self.note = look.query, look.off, ""
        leave(present)

    def _open_again(self, look: Look) -> None:
        """Ask what a look saw, in the window it had; one that was followed is followed on."""
        matcher = self._matcher(look.query)
        following = self.following
        self.following = (look.kept.following if look.kept is not None else following) and self._goes_on(look.query)
        try:
            if self.following:
                frozen, live = self._freeze(look.query, self.now, seen_until=look.kept.at if look.kept else None)
            else:
                frozen_at = look.kept.frozen_at if look.kept is not None else self.now
                frozen, live = look.frozen or freeze(look.query, frozen_at, self.names), None
        except TimeTextError:
            self.following = following
            raise
        self._exploration.open(frozen, matcher, live=live)

    def _look(self) -> Look:
        """The present look, to return to: with its rows, if these are here."""
        frozen = self._exploration.asked or self._exploration.frozen
        if frozen is None or frozen.query != self.query:
            return Look(self.query, self.off)
        held = self._exploration.hold() if self._exploration.asked is None else None
        return Look(self.query, self.off, frozen, held, self._place())

    # How it asks

    def _freeze(
        self, query: AuditQuery, now: datetime, *, seen_until: datetime | None = None
    ) -> tuple[FrozenQuery, Live | None]:
        """The query at a moment; while the reader follows, up to where nothing comes late any more, and what comes in
        from there on.  `seen_until` is as in `Live`.  Raises `TimeTextError`."""
        self.following = self.following and self._goes_on(query)
        if not self.following:
            return freeze(query, now, self.names), None
        now = self.now
        whole = freeze(query, now, self.names)
        start = whole.window.start
        frozen = replace(whole, window=Window(start, max(start, now - REACH)))
        follower = Follower(
            frozen.plan,
            since=max(start, frozen.window.end - EDGE),
            until=self._until(query),
            now=self._given.clock(),
            skew=self._exploration.skew,
            pace=self._given.pace,
        )
        return frozen, Live(follower, most=self._exploration.most_live, seen_until=seen_until)

    def _goes_on(self, query: AuditQuery) -> bool:
        """Whether something can come in that fits the query."""
        until = self._until(query)
        return until is None or until > self.now

    def _until(self, query: AuditQuery) -> datetime | None:
        until = query.time_range.until
        return None if until is None else instant_of(until, self.now)

    def _moment(self, query: AuditQuery) -> datetime:
        frozen: FrozenQuery | None = self._exploration.asked or self._exploration.frozen
        if frozen is None or frozen.query.time_range != query.time_range or self.now - frozen.frozen_at > SETTLE:
            return self.now
        return frozen.frozen_at

    def _matcher(self, query: AuditQuery) -> Matcher:
        return Matcher(query.terms, self._surroundings(query))

    def _surroundings(self, query: AuditQuery) -> Surroundings:
        return Surroundings(
            names=self.names,
            marked=self._given.memory.marks.marked,
            began=self._began,
            files=self._read_files(query),
        )

    def _read_files(self, query: AuditQuery) -> dict[str, tuple[str, ...]]:
        """The values in the files that a query names, each file read once.  Raises `QueryError`."""
        files: dict[str, tuple[str, ...]] = {}
        clauses = (part for part in walk(query.terms) if isinstance(part, Clause))
        for field, value in ((clause.field, value) for clause in clauses for value in clause.values):
            if value.how is How.FILE:
                files[value.text] = files.get(value.text) or self._given.read_values(value.text)
                check_file_values(field, value.text, files[value.text])
        return files


def _looks_of(kept: Iterable[KeptLook]) -> Iterator[Look]:
    """Looks of other runs, but for those whose query means nothing here."""
    for look in kept:
        parsed = parse_query(look.query, now=look.frozen_at)
        if not parsed.diagnostics:
            yield Look(parsed.query, kept=look)
