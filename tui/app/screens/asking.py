"""The screen that asks: it holds the exploration, gives the panes what they draw, and asks what they want asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Paste
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Static

from tui.app import narrowing, summary
from tui.app.investigation import Investigation
from tui.app.messages import FilterChanged, FiltersCleared, TermRemoved, TermSwitched
from tui.app.page_worker import PageWorker
from tui.app.record_rows import RecordRows
from tui.app.screens.panes import PanesScreen
from tui.app.trail import Place
from tui.app.walking import Walker
from tui.app.widgets.detail_pane import DetailPane
from tui.app.widgets.filter_panel import FilterPanel
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.line import Line
from tui.app.widgets.query_bar import QueryBar, Reading
from tui.app.widgets.record_table import RecordTable
from tui.domain.completion import Known
from tui.domain.errors import QueryError, SourceError, TimeTextError
from tui.domain.fields import BY_NAME
from tui.domain.names import Names
from tui.domain.plan import Unnamed
from tui.domain.query import AuditQuery, Clause, free_texts
from tui.domain.query_text import format_query
from tui.formats.views import View
from tui.session.exploration import Change, Exploration

if TYPE_CHECKING:
    from tui.app.context import Context
    from tui.app.seen import Seen
    from tui.domain.columns import TableColumn
    from tui.domain.record import AuditRecord
    from tui.sources.connection import Connection

_DETAIL_REST_SECONDS = 0.15
_REMARK_SECONDS = 15
_GROW_SECONDS = 0.5
"""How often rows that a scan finds out of view are told: each time the table is drawn anew, which a slow line feels."""


class AskingScreen(PanesScreen):
    """Bar, panel, table and detail over one exploration; whoever extends it adds what a reader can do there."""

    blank = query_one("#blank", Static)
    problem_line = query_one("#problem", Static)
    status = query_one("#status", Line)

    def __init__(self, given: Context) -> None:
        super().__init__(View.FACTS if given.plain else View.BODY)
        self._given = given
        self._exploration = Exploration()
        self._rows = RecordRows(
            self._exploration,
            given.memory.layout.columns,
            marked=self._is_marked,
            new=self._is_new,
            in_words=given.plain,
        )
        self._investigation = Investigation(
            given, self._exploration, place=self._place, zone=lambda: self._rows.style.zone
        )
        self._connection: Connection | None = None
        self._connection_problem: SourceError | None = None
        self._worker = PageWorker(
            self, self._exploration, ticks=given.ticks, changed=self._apply, told=self._draw_lines
        )
        self._walker = Walker(self._rows, self._exploration, self._worker)
        self._detail_rest: Timer | None = None
        self._growing: Timer | None = None
        self._held: AuditRecord | None = None
        self._names_asked = False
        self._offline = given.offline
        self._waits_for_names: tuple[AuditQuery, Callable[[AuditQuery], None]] | None = None

    # Building

    def compose(self) -> ComposeResult:
        query = self._investigation.query
        yield QueryBar(read=self._read, id="top")
        with Horizontal(id="body"):
            yield FilterPanel(with_organisation=query.clause("org") is not None, id="filters")
            with Vertical(id="main"):
                yield RecordTable(self._rows.columns, self._rows, id="table")
                yield Static(id="blank")
        yield Static(id="problem")
        yield Line(id="status")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self._draw_query()
        self._draw_lines()
        # At once, not by message: the status line then lands in the same frame as the rows it tells of, and what is
        # missing is on its way before the screen is painted.
        self.watch(self.table, "visible_rows", self._view_changed, init=False)
        self.call_after_refresh(self._connect)

    @work(group="connect", exclusive=True)
    async def _connect(self) -> None:
        """Open the way to the records, and ask the first question."""
        try:
            self._connection = await self._given.connect()
        except SourceError as error:
            self._connection_problem = error
            self._draw_lines()
            await self.mount_detail()
            return
        for remark in self._connection.remarks:
            self.notify(remark, severity="warning", timeout=_REMARK_SECONDS)
        self._worker.source = self._connection.source
        self._ask(self._investigation.query)

    @work(group="names", exclusive=True)
    async def _learn_names(self, connection: Connection) -> None:
        """Put names in the place of ids as they arrive, and ask what waited for them."""
        self._names_asked = True
        async for names in connection.directory.names():
            self._know(names)
        self._investigation.names_known = True
        self._ask_what_waited()

    def _know(self, names: Names) -> None:
        self._investigation.names = self._rows.names = names
        if self._rows.sorting is not None:
            self._sort_in(self._record())
        self.table.refresh_rows(0, self._rows.count)
        if self.bar.editing:
            self._tell_the_bar()
        self._ask_what_waited()
        self._draw_query()
        self.show_detail()
        self._draw_lines()

    def _ask_what_waited(self) -> None:
        if self._waits_for_names is not None:
            query, ask = self._waits_for_names
            if not self._investigation.waits_for_names(query):
                ask(query)

    async def on_unmount(self) -> None:
        if self._connection is not None:
            await self._connection.aclose()

    # Asking

    def _ask(self, query: AuditQuery, note: str = "") -> None:
        """Make this the present query, once it is clear whom it means; whatever was under way is cancelled."""
        if not self._is_clear(query, lambda clear: self._ask(clear, note)):
            return
        try:
            self._investigation.ask(query, note=note)
        except (TimeTextError, QueryError) as error:
            self._hand_back(query, str(error))
        else:
            self._begin()

    def _narrow(self, query: AuditQuery) -> None:
        """Ask what came from the present query: what is switched off stays on offer."""
        if query != self._investigation.query and self._is_clear(query, self._narrow):
            self._try(lambda: self._investigation.narrow(query))

    def _is_clear(self, query: AuditQuery, ask: Callable[[AuditQuery], None]) -> bool:
        """Whether it is known whom a query means; `ask` is called with it once it is, unless another comes before."""
        self._waits_for_names = None
        if self._investigation.waits_for_names(query):
            self._waits_for_names = query, ask
            if not self._names_asked and self._connection is not None:
                self._learn_names(self._connection)
            self._draw_lines()
            return False
        if unclear := self._investigation.unclear(query):
            self._settle_names(query, unclear[0], ask)
            return False
        if self._exploration.started and (strangers := self._investigation.strangers(query)):
            self._hand_back(query, f"Nothing known is called {strangers[0]!r}; the rows are still the last answer's.")
            return False
        return True

    def _hand_back(self, query: AuditQuery, problem: str) -> None:
        """Say why a query can't be asked, and leave it in the bar to be mended; the rows stay."""
        self.notify(problem, severity="error")
        self.bar.show(self._read(format_query(query)), summary.bar_end(self._state()))
        # Not before the bar, which may just have been left, is out of sight: what is hidden loses the focus.
        self.call_after_refresh(self.action_focus_bar)

    def _try(self, ask: Callable[[], None]) -> bool:
        """Ask, and begin to fetch; where the query can't be asked, say why and leave all as it is: False."""
        try:
            ask()
        except (TimeTextError, QueryError) as error:
            self.notify(str(error), severity="error")
            return False
        self._begin()
        return True

    def _begin(self) -> None:
        """Fetch for the query that was just asked."""
        self.workers.cancel_group(self, "walk")
        self._worker.begin_anew()
        self._draw_query()
        self._draw_lines()

    def _settle_names(self, query: AuditQuery, found: Unnamed, ask: Callable[[AuditQuery], None]) -> None:
        """Ask whom a word means that fits several."""
        from tui.app.screens.pick import Pick, PickScreen

        def settle(chosen: str | None) -> None:
            if not chosen:
                self._draw_query()
            elif chosen == found.word:
                self._investigation.accept_all(found.word)
                ask(query)
            else:
                word = self._investigation.names.word_for(BY_NAME[found.clause.field].names, chosen)
                ask(narrowing.said_clearly(query, found.clause, found.word, word))

        people = {named: identifier for identifier, named in found.meant.items()}
        picks = [
            Pick(identifier, named.name, ", ".join(named.aliases) or identifier) for named, identifier in people.items()
        ]
        title = f"{len(picks)} are called {found.word}"
        self.app.push_screen(PickScreen(title, [*picks, Pick(found.word, "all of them")]), settle)

    def _read(self, text: str) -> Reading:
        """What a text of the bar means, and which of its terms the API would be asked for."""
        parsed, plan = self._investigation.read(text)
        places = {term.place for term in plan.sent if isinstance(term, Clause)}
        sent = {p.term for p in parsed.terms if isinstance(p.term, Clause) and p.term.place in places}
        return Reading(parsed, frozenset(sent), frozenset(p.term for p in parsed.terms) - sent)

    def _apply(self, change: Change) -> None:
        """Draw what an answer changed."""
        if change.repin:
            self._try(self._investigation.refresh)
            return
        if change.fresh:
            self._show_fresh_rows()
        elif self._rows.sorting is not None:
            self._sort_in(self._record())
        else:
            self._show_rows(change)
        self._walker.changed()
        if self._growing is None:
            self._draw_lines()

    def _show_rows(self, change: Change) -> None:
        """Draw rows that came where they stand; a scan's that are far out of view, now and then."""
        if change.count and self._exploration.scanning and self.table.is_full:
            self._growing = self._growing or self.set_timer(_GROW_SECONDS, self._grow)
            return
        if change.count:
            self.table.set_row_count(self._rows.count)
        if change.first <= change.last:
            self.table.refresh_rows(change.first, change.last)
            if change.first <= self.table.cursor_row <= change.last:
                self._hold()
                self.show_detail()

    def _stop_growing(self) -> None:
        if self._growing is not None:
            self._growing.stop()
            self._growing = None

    def _grow(self) -> None:
        """Let the table have the rows that a scan found."""
        self._stop_growing()
        if self._rows.sorting is None:
            self.table.set_row_count(self._rows.count)
        self._draw_lines()

    def _sort_in(self, record: AuditRecord | None) -> None:
        """Put rows that came in their places among the sorted ones; the cursor stays on its record, which is this."""
        self._rows.refresh_order()
        self.table.set_row_count(self._rows.count, keep=self._rows.index_of(record) if record is not None else None)

    def _show_fresh_rows(self) -> None:
        """Put the cursor on the record it stood on, if that is among the new rows, else on the newest."""
        self._show_by_time()
        row = self._rows.index_of(self._held) if self._held is not None else None
        self.table.show_row(row or 0)
        self.call_after_refresh(self.mount_detail)
        if not self._names_asked and self._connection is not None:
            self._learn_names(self._connection)

    def _show_by_time(self) -> None:
        """Have the rows of another query: as they come, and with its texts lit up."""
        self._stop_growing()
        self._rows.unsort()
        self.table.show_order()
        self.table.set_row_count(self._rows.count)
        frozen = self._exploration.frozen
        self._rows.hits(free_texts(frozen.query.terms) if frozen is not None else ())

    def _hold(self) -> None:
        """Remember the record under the cursor; at the top the cursor stays at the top, whatever comes in there."""
        self._held = self._record() if self.table.cursor_row else None

    # Drawing

    def _state(self) -> summary.State:
        investigation = self._investigation
        return summary.State(
            query=investigation.query,
            note=investigation.note,
            names=investigation.names,
            exploration=self._exploration,
            style=self._rows.style,
            place=self._given.place,
            label=self._given.label,
            colour=self._given.colour,
            view=self.table.visible_rows,
            cursor=self.table.cursor_row if self._given.plain else None,
            order=self._rows.sort_label,
            marks=len(self._given.memory.marks),
            connecting=self._connection is None and self._connection_problem is None,
            naming=self._waits_for_names is not None,
            offline=self._offline,
            held=self._connection is not None and self._connection.held is not None,
            stopped=self._worker.stopped,
            waiting=self._worker.waiting,
            problem=self._connection_problem or self._exploration.problem,
        )

    def _seen(self) -> Seen:
        """What the loaded records hold."""
        from tui.app.seen import Seen

        return Seen(record for _, record in self._exploration.loaded_rows())

    def action_focus_bar(self) -> None:
        self._tell_the_bar()
        super().action_focus_bar()

    @on(QueryBar.Opened)
    def _tell_the_bar(self) -> None:
        """Let the bar complete from what is known by now."""
        self.bar.know(Known(self._investigation.names, self._seen()), self._given.memory.history.entries)

    def _draw_query(self) -> None:
        """Bar and panel: the two views of the query."""
        investigation = self._investigation
        self.panel.show(investigation.query, investigation.off, investigation.names)
        self.bar.show(self._read(format_query(investigation.query)), summary.bar_end(self._state()))

    def _draw_lines(self) -> None:
        """Everything that tells how things stand; cheap where nothing changed."""
        if not self.is_running:
            return
        state = self._state()
        self.bar.show_end(summary.bar_end(state))
        self.status.show(*summary.status_line(state))
        self._tell(self.problem_line, summary.problem_text(state))
        self._tell(self.blank, summary.blank_text(state))

    @staticmethod
    def _tell(place: Static, text: Content | None) -> None:
        if text is not None and place.content != text:
            place.update(text)
        if place.display != (text is not None):  # setting it costs a layout, changed or not
            place.display = text is not None

    def _record(self) -> AuditRecord | None:
        """The record under the table's cursor."""
        return self._rows.record(self.table.cursor_row) if self._rows.count else None

    def _is_marked(self, record: AuditRecord) -> bool:
        return record.identity in self._given.memory.marks.marked

    def _is_new(self, record: AuditRecord) -> bool:  # noqa: ARG002 - whoever follows knows better
        """Whether the reader has not looked at a record that came in."""
        return False

    def _place(self) -> Place:
        """Where the reader is among the rows as they come, sorted or not."""
        index, top = self.table.cursor_row, self.table.scroll_offset.y
        row = self._rows.row(index) if self._rows.count else 0
        return Place(row, self.table.cursor_column, max(0, row - index + top))

    def _column(self) -> TableColumn:
        """The column under the table's cursor."""
        return self._rows.columns[self.table.cursor_column]

    def show_detail(self) -> None:
        if self.detail_open:
            self.detail.show(self._record(), self._investigation.names, self._rows.style.zone)

    # What the panes tell

    def _view_changed(self, rows: range) -> None:
        if rows and self._rows.sorting is None:
            self._exploration.look(rows.start, rows.stop - 1, self._given.ticks())
            self._worker.go_on()
        self._draw_lines()

    @on(RecordTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self._hold()
        if self._given.plain:
            self._draw_lines()
        if not self.detail_open:
            return
        if self._detail_rest is not None:
            self._detail_rest.stop()
        self._detail_rest = self.set_timer(_DETAIL_REST_SECONDS, self.show_detail)

    @on(RecordTable.Opened)
    async def _opened(self) -> None:
        await self.action_focus_detail()

    @on(DetailPane.Closed)
    def _detail_closed(self) -> None:
        self.close_detail()

    def on_paste(self, event: Paste) -> None:
        """Put in the bar what is pasted where nothing takes text, for the reader to ask for it or not."""
        self.action_focus_bar()
        self.bar.paste(event.text)

    @on(QueryBar.Submitted)
    def _query_written(self, event: QueryBar.Submitted) -> None:
        self.action_focus_table()
        parsed, _ = self._investigation.read(event.text)
        self._given.memory.history.add(format_query(parsed.query))
        if parsed.query != self._investigation.query or self._waits_for_names:
            self._ask(parsed.query)
        else:
            self._draw_query()

    @on(QueryBar.Cancelled)
    def _query_left(self) -> None:
        self._draw_query()
        self.action_focus_table()

    @on(FilterChanged)
    def _filter_changed(self, event: FilterChanged) -> None:
        self._narrow(self._investigation.query.with_(event.field, event.values))

    @on(TermSwitched)
    def _term_switched(self, event: TermSwitched) -> None:
        switch = self._investigation.switch_on if event.on else self._investigation.switch_off
        self._try(lambda: switch(event.term))

    @on(TermRemoved)
    def _term_removed(self, event: TermRemoved) -> None:
        if event.term in self._investigation.query.terms:
            self._narrow(self._investigation.query.without(event.term))
        else:
            self._investigation.forget(event.term)
            self._draw_query()

    @on(FiltersCleared)
    def action_clear(self) -> None:
        """Lift every filter; what was switched off goes too."""
        if self._investigation.query.terms or self._investigation.off:
            self._ask(AuditQuery(self._investigation.query.time_range))
