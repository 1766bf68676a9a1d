"""The loop of an investigation without a screen: the present query, what was switched off in it, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from tui.app.trail import Look, Place, Trail
from tui.domain.clean import clean
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.page import SETTLE
from tui.domain.plan import FrozenQuery, Plan, Unnamed, freeze, plan_query, unnamed
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery, Clause, How, Term, walk
from tui.domain.query_check import check_file_values
from tui.domain.query_parser import Parsed, parse_query
from tui.session.exploration import Exploration

if TYPE_CHECKING:
    from tui.app.context import Context
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

    def accept_all(self, word: str) -> None:
        """Whenever this word fits several, all of them are meant."""
        self._accepted.add(word)

    # Asking

    def ask(self, query: AuditQuery, *, off: tuple[Term, ...] = (), note: str = "") -> None:
        """Make this the present query.  Raises `TimeTextError` and `QueryError`, and then nothing has changed."""
        matcher = self._matcher(query)
        frozen = freeze(query, self._moment(query), self.names)
        if (query, off) != (self.query, self.off) and self._exploration.started:
            self._trail.leave(self._look())
        self.query, self.off, self.note = query, off, note
        self._exploration.open(frozen, matcher)

    def refresh(self) -> None:
        """Ask the present query again, up to now.  Raises as `ask` does."""
        self._exploration.open(freeze(self.query, self.now, self.names), self._matcher(self.query))

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
        else:
            matcher = self._matcher(look.query)
            frozen_at = look.kept.frozen_at if look.kept is not None else self.now
            self._exploration.open(look.frozen or freeze(look.query, frozen_at, self.names), matcher)
        self.query, self.off, self.note = look.query, look.off, ""
        leave(present)

    def _look(self) -> Look:
        """The present look, to return to: with its rows, if these are here."""
        frozen = self._exploration.asked or self._exploration.frozen
        if frozen is None or frozen.query != self.query:
            return Look(self.query, self.off)
        held = self._exploration.hold() if self._exploration.asked is None else None
        return Look(self.query, self.off, frozen, held, self._place())

    # How it asks

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
