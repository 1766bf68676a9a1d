"""The explorer: owns the query, the exploration and the problem of the moment, and gives the panes what they draw."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.getters import query_one
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from tui.app import summary
from tui.app.commands import bindings_of, commands_of
from tui.app.copying import COPY_CHOICES, copied_text
from tui.app.messages import FilterChanged, FiltersCleared, TimeRangeWanted
from tui.app.page_worker import PageWorker
from tui.app.record_rows import RecordRows
from tui.app.screens.help import HelpScreen
from tui.app.screens.menu import MenuScreen
from tui.app.screens.pick import Pick, PickScreen
from tui.app.screens.reveal import RevealScreen
from tui.app.screens.time_range import TimeRangeScreen
from tui.app.widgets.detail_pane import DetailPane
from tui.app.widgets.filter_panel import FilterPanel
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.line import Line
from tui.app.widgets.record_table import RecordTable
from tui.domain.errors import KeyMissing, SourceError, TimeTextError, Unauthorized
from tui.domain.fields import BY_NAME, COLUMNS
from tui.domain.names import Names
from tui.session import Change, Exploration

if TYPE_CHECKING:
    from tui.app.context import Connection, Context
    from tui.domain.fields import Field
    from tui.domain.query import AuditQuery
    from tui.domain.record import AuditRecord
    from tui.domain.time_range import TimeRange

_DETAIL_REST_SECONDS = 0.15
_NEVER_CUT_OFF = ("explorer.help", "explorer.leave")
_ZOOMED = ("zoomed-table", "zoomed-detail")


class ExplorerScreen(Screen[None]):
    """Filter panel, table, detail, and the lines around them."""

    PANE = "Everywhere"
    ALLOW_SELECT = False
    AUTO_FOCUS = "RecordTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filters", "Filters", id="explorer.filters", tooltip="Go to the filters; from there, hide them"),
        Binding("t", "time_range", "Time", id="explorer.time", tooltip="Choose the range of time"),
        Binding("T", "zone", "Zone", show=False, id="explorer.zone", tooltip="Times in UTC, local, or as ages"),
        Binding("c", "copy_id", "Copy id", id="explorer.copy_id", tooltip="Copy the request id"),
        Binding("y", "copy", "Copy…", id="explorer.copy", tooltip="Copy a cell, a value, JSON, Markdown, curl …"),
        Binding("r", "refresh", "Refresh", id="explorer.refresh", tooltip="Ask again, up to now; or retry what failed"),
        Binding("R", "reveal", "Reveal", show=False, id="explorer.reveal", tooltip="Show one redacted value (asks)"),
        Binding("full_stop", "step(1)", "Next", show=False, id="explorer.next", tooltip="Next record"),
        Binding("comma", "step(-1)", "Previous", show=False, id="explorer.previous", tooltip="Previous record"),
        Binding("z", "maximise", "Zoom", show=False, id="explorer.maximise", tooltip="Give this pane all the room"),
        Binding("tab", "pane(1)", "Pane", show=False, id="explorer.next_pane", tooltip="Next pane"),
        Binding("shift+tab", "pane(-1)", "Pane", show=False, id="explorer.last_pane", tooltip="Previous pane"),
        Binding("2", "focus_filters", "Filters", show=False, id="explorer.pane_2", tooltip="Go to the filters"),
        Binding("3", "focus_table", "Table", show=False, id="explorer.pane_3", tooltip="Go to the table"),
        Binding("4", "focus_detail", "Detail", show=False, id="explorer.pane_4", tooltip="Go to the detail"),
        Binding("escape", "back", "Back", show=False, id="explorer.back", tooltip="One level up"),
        Binding("colon", "palette", "Commands", show=False, id="explorer.palette", tooltip="Find a command by name"),
        Binding("question_mark,f1", "help", "Keys", id="explorer.help", tooltip="All keys, and facts about this run"),
        Binding("ctrl+c", "interrupt", "Cancel", show=False, id="explorer.interrupt", tooltip="Cancel a fetch"),
        Binding("q", "leave", "Quit", id="explorer.leave", tooltip="Close the detail or the panel; else quit"),
        Binding("Q", "quit", "Quit", show=False, id="explorer.quit", tooltip="Quit at once"),
    ]

    top = query_one("#top", Line)
    panel = query_one(FilterPanel)
    table = query_one(RecordTable)
    main = query_one("#main", Vertical)
    detail = query_one(DetailPane)
    blank = query_one("#blank", Static)
    problem_line = query_one("#problem", Static)
    status = query_one("#status", Line)
    keys = query_one(KeyLine)

    def __init__(self, given: Context) -> None:
        super().__init__()
        self._given = given
        self._query = given.query
        self._exploration = Exploration()
        self._rows = RecordRows(self._exploration)
        self._connection: Connection | None = None
        self._connection_problem: SourceError | None = None
        self._names = Names()
        self._worker = PageWorker(
            self, self._exploration, ticks=given.ticks, changed=self._apply, told=self._draw_lines
        )
        self._detail_rest: Timer | None = None
        self._held: AuditRecord | None = None
        self._names_asked = False

    # Building

    def compose(self) -> ComposeResult:
        yield Line(id="top")
        with Horizontal(id="body"):
            yield FilterPanel(with_organisation=bool(self._query.value("organisation")), id="filters")
            with Vertical(id="main"):
                yield RecordTable(COLUMNS, self._rows, id="table")
                yield Static(id="blank")
        yield Static(id="problem")
        yield Line(id="status")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.panel.show(self._query, self._names)
        self._draw_lines()
        # At once, not by message: the status line then lands in the same frame as the rows it tells of, and what is
        # missing is on its way before the screen is painted.
        self.watch(self.table, "visible_rows", self._view_changed, init=False)
        self.call_after_refresh(self._connect)

    @work(group="connect")
    async def _connect(self) -> None:
        """Open the way to the records, and ask the first question."""
        try:
            self._connection = await self._given.connect()
        except SourceError as error:
            self._connection_problem = error
            self._draw_lines()
            await self._mount_detail()
            return
        self._worker.source = self._connection.source
        self._ask(self._query)
        if any(BY_NAME[clause.field].names for clause in self._query.clauses):
            self._learn_names(self._connection)

    async def _mount_detail(self) -> None:
        """Add the pane that nobody can look at before there are rows; building it would hold those up."""
        if not self.query(DetailPane):
            await self.main.mount(DetailPane(id="detail"), after=self.table)

    @work(group="names", exclusive=True)
    async def _learn_names(self, connection: Connection) -> None:
        """Put names in the place of ids as they arrive; at last those that filters were given by are looked up."""
        self._names_asked = True
        async for names in connection.directory.names():
            self._names = self._rows.names = names
            self.table.refresh_rows(0, self._exploration.row_count)
            self.panel.show(self._query, names)
            self._show_detail()
            self._draw_lines()
        for clause in self._query.clauses:
            if BY_NAME[clause.field].names:
                await self._look_up(BY_NAME[clause.field], clause.value)

    async def _look_up(self, field: Field, text: str) -> None:
        """Filter by whoever `text` means, asking where it may mean several; what fits nobody is taken as an id."""
        found = self._names.find(field.names, text)
        value = next(iter(found)) if len(found) == 1 else text
        if len(found) > 1:
            picks = [Pick(value, named.name, ", ".join(named.aliases) or value) for value, named in found.items()]
            value = await self.app.push_screen_wait(PickScreen(f"{len(found)} are called {text}", picks))
        if value and value != self._query.value(field.name):
            self._ask(self._query.with_(field.name, value))

    async def on_unmount(self) -> None:
        if self._connection is not None:
            await self._connection.aclose()

    # Asking

    def _ask(self, query: AuditQuery) -> None:
        """Make this the present query, frozen now; whatever was under way for the last one is cancelled."""
        try:
            frozen = query.freeze(self._exploration.now(self._given.clock()))
        except TimeTextError as error:
            self.notify(str(error), severity="error")
            return
        self._query = query
        self.panel.show(query, self._names)
        self._exploration.open(frozen)
        self._worker.begin_anew()
        self._draw_lines()

    def _apply(self, change: Change) -> None:
        """Draw what an answer changed."""
        if change.repin:
            self._ask(self._query)
            return
        if change.fresh:
            self._show_fresh_rows()
        elif change.count:
            self.table.set_row_count(self._exploration.row_count)
        if change.first <= change.last:
            self.table.refresh_rows(change.first, change.last)
            if change.first <= self.table.cursor_row <= change.last:
                self._hold()
                self._show_detail()
        self._draw_lines()

    def _show_fresh_rows(self) -> None:
        """Put the cursor on the record it stood on, if that is among the new rows, else on the newest."""
        row = self._exploration.row_of(self._held) if self._held is not None else None
        self.table.set_row_count(self._exploration.row_count)
        self.table.show_row(row or 0)
        self.call_after_refresh(self._mount_detail)
        if not self._names_asked and self._connection is not None:
            self._learn_names(self._connection)

    def _hold(self) -> None:
        """Remember the record under the cursor; at the top the cursor stays at the top, whatever comes in there."""
        self._held = self._record() if self.table.cursor_row else None

    # Drawing

    def _state(self) -> summary.State:
        return summary.State(
            query=self._query,
            names=self._names,
            exploration=self._exploration,
            style=self._rows.style,
            place=self._given.place,
            label=self._given.label,
            colour=self._given.colour,
            view=self.table.visible_rows,
            connecting=self._connection is None and self._connection_problem is None,
            stopped=self._worker.stopped,
            waiting=self._worker.waiting,
            problem=self._connection_problem or self._exploration.problem,
        )

    def _draw_lines(self) -> None:
        """Everything that tells how things stand; cheap where nothing changed."""
        if not self.is_running:
            return
        state = self._state()
        self.top.show(*summary.top_line(state))
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
        return self._exploration.record(self.table.cursor_row) if self._exploration.row_count else None

    def _show_detail(self) -> None:
        if self.has_class("detail-open"):
            self.detail.show(self._record(), self._names, self._rows.style.zone)

    # What the panes tell

    def _view_changed(self, rows: range) -> None:
        if rows:
            self._exploration.look(rows.start, rows.stop - 1, self._given.ticks())
            self._worker.go_on()
        self._draw_lines()

    @on(RecordTable.CursorMoved)
    def _cursor_moved(self) -> None:
        self._hold()
        if not self.has_class("detail-open"):
            return
        if self._detail_rest is not None:
            self._detail_rest.stop()
        self._detail_rest = self.set_timer(_DETAIL_REST_SECONDS, self._show_detail)

    @on(RecordTable.Opened)
    async def _opened(self) -> None:
        await self.action_focus_detail()

    @on(DetailPane.Closed)
    def _detail_closed(self) -> None:
        if self._zoomed:
            self.remove_class(*_ZOOMED)
        else:
            self.remove_class("detail-open")
            self.action_focus_table()

    @on(FilterChanged)
    def _filter_changed(self, event: FilterChanged) -> None:
        field = BY_NAME[event.field]
        if field.names and event.value:
            self.run_worker(self._look_up(field, event.value), group="dialogs")
        elif event.value != self._query.value(field.name):
            self._ask(self._query.with_(field.name, event.value))

    @on(FiltersCleared)
    def action_clear(self) -> None:
        if self._query.clauses:
            self._ask(type(self._query)(self._query.time_range))

    @on(TimeRangeWanted)
    @work(group="dialogs")
    async def action_time_range(self) -> None:
        now = self._exploration.now(self._given.clock())
        chosen = await self.app.push_screen_wait(
            TimeRangeScreen(self._query.time_range, now=now, zone=self._rows.style.zone)
        )
        if chosen is not None:
            self._choose_range(chosen)

    def _choose_range(self, time_range: TimeRange) -> None:
        self._ask(self._query.with_range(time_range))

    # Panes

    @property
    def _zoomed(self) -> bool:
        return any(self.has_class(name) for name in _ZOOMED)

    def _roomy(self) -> bool:
        return not (self.has_class("-narrow") or self.has_class("-low"))

    def action_filters(self) -> None:
        """Go to the filters; from there, put them away."""
        if not self.panel.has_focus_within:
            self.action_focus_filters()
            return
        self.add_class("filters-hidden")
        self.action_focus_table()

    def action_focus_filters(self) -> None:
        self.remove_class("filters-hidden", *_ZOOMED).add_class("filters-asked")
        self.panel.focus()

    def action_focus_table(self) -> None:
        self.remove_class("filters-asked")
        if not self._roomy():
            self.remove_class("detail-open")
        self.table.focus()

    async def action_focus_detail(self) -> None:
        await self._mount_detail()
        self.remove_class("filters-asked").add_class("detail-open")
        self._show_detail()
        self.detail.focus()

    @property
    def _in_detail(self) -> bool:
        return self.has_class("detail-open") and self.detail.has_focus_within

    async def action_pane(self, step: int) -> None:
        panes: list[tuple[bool, Callable[[], Awaitable[None] | None]]] = [
            (self.panel.has_focus_within, self.action_focus_filters),
            (self.table.has_focus, self.action_focus_table),
        ]
        if self.has_class("detail-open"):
            panes.append((self._in_detail, self.action_focus_detail))
        if self._roomy() and self.has_class("filters-hidden"):
            panes.pop(0)
        here = next((i for i, (focused, _) in enumerate(panes) if focused), 0)
        if (focused := panes[(here + step) % len(panes)][1]()) is not None:
            await focused

    def action_maximise(self) -> None:
        if self._zoomed:
            self.remove_class(*_ZOOMED)
        elif not self.panel.has_focus_within:
            self.add_class("zoomed-detail" if self._in_detail else "zoomed-table")

    def action_back(self) -> None:
        if self._zoomed:
            self.remove_class(*_ZOOMED)
        elif self.panel.has_focus_within:
            self.action_focus_table()
        elif self.has_class("detail-open"):
            self._detail_closed()

    def action_leave(self) -> None:
        if self._zoomed or self.has_class("detail-open") or self.panel.has_focus_within:
            self.action_back()
        else:
            self.action_quit()

    def action_quit(self) -> None:
        self.app.exit(return_code=self._exit_code())

    def _exit_code(self) -> int:
        """0 where records were seen; else what stood in the way: 4 the key, 3 the network, 1 anything else."""
        problem = self._connection_problem or self._exploration.problem
        if self._exploration.started or problem is None:
            return 0
        if isinstance(problem, KeyMissing | Unauthorized):
            return 4
        return 3 if problem.transient else 1

    def on_descendant_focus(self) -> None:
        self._draw_keys()

    def _draw_keys(self) -> None:
        """The focused pane's keys first, then those that work everywhere."""
        chain = [node for node in self._focus_chain() if isinstance(node, DOMNode) and hasattr(node, "PANE")]
        shown = [(keys, binding, node) for node in chain for keys, binding in bindings_of(node) if binding.show]
        self.keys.show_keys(
            (key for key in shown if key[1].id not in _NEVER_CUT_OFF),
            (key for key in shown if key[1].id in _NEVER_CUT_OFF),
        )

    # Commands

    def action_step(self, step: int) -> None:
        if self._exploration.row_count:
            self.table.show_row(self.table.cursor_row + step)

    def action_zone(self) -> None:
        self._rows.style = self._rows.style.next
        self.table.refresh_rows(0, self._exploration.row_count)
        self._show_detail()
        self._draw_lines()

    def action_refresh(self) -> None:
        """Retry what failed; where nothing did, freeze the query anew."""
        if self._connection is None:
            self._connection_problem = None
            self._draw_lines()
            self._connect()
        elif self._exploration.problem is not None or self._worker.stopped:
            self._worker.resume()
            self.table.refresh_rows(0, self._exploration.row_count)
            self._draw_lines()
        else:
            self._connection.forget()
            self._ask(self._query)
            if self._names.refused:
                self._learn_names(self._connection)

    def action_interrupt(self) -> None:
        if self._exploration.loading:
            self._worker.stop()
        else:
            self.notify("Nothing is being fetched. Press q to quit.")

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_help(self) -> None:
        pane = next((getattr(node, "PANE", "") for node in self._focus_chain() if getattr(node, "PANE", "")), "")
        self.app.push_screen(HelpScreen(commands_of(self), pane, summary.facts(self._state(), self._names)))

    def _focus_chain(self) -> list[object]:
        return list(self.focused.ancestors_with_self) if self.focused else [self]

    @work(group="copy")
    async def action_copy_id(self) -> None:
        record = self._record()
        if record is None or not record.request_id:
            self.notify("There is no request id here to copy.", severity="warning")
            return
        await self._hand_over(record.request_id, "1 request id")

    @work(group="dialogs")
    async def action_copy(self) -> None:
        key = await self.app.push_screen_wait(MenuScreen("Copy", COPY_CHOICES))
        if not key:
            return
        field = COLUMNS[min(self.table.cursor_column, len(COLUMNS) - 1)]
        text, what = copied_text(
            key,
            record=self._record(),
            cell=self._rows.value(self.table.cursor_row, field),
            pane=self.detail if self._in_detail else None,
            frozen=self._exploration.frozen,
            names=self._names,
            base_url=self._given.base_url,
            source=self._given.source_words,
        )
        if text:
            await self._hand_over(text, what)
        else:
            self.notify(f"There is no {what} here to copy.", severity="warning")

    async def _hand_over(self, text: str, what: str) -> None:
        message = await self._given.clipboard.copy(text, what, self.app.copy_to_clipboard)
        self.app.clear_notifications()
        self.notify(message)

    @work(group="dialogs")
    async def action_reveal(self) -> None:
        path = self.detail.current_path if self._in_detail else ""
        record, connection = self._record(), self._connection
        request = self._exploration.request_for(self.table.cursor_row)
        if not path or record is None or request is None or connection is None or not self.detail.is_redacted:
            self.notify(
                "Put the cursor of the detail on a ‹redacted› value first. What Portkey masked itself can't be had.",
                severity="warning",
            )
            return
        await self.app.push_screen_wait(RevealScreen(path, record, request, connection.reveal))
