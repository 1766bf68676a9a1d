"""Going from record to record: failures, hits, marks, the scan, and the order and columns of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from tui.app import summary
from tui.app.screens.following import FollowingScreen
from tui.app.walking import LOOKED_AT
from tui.app.widgets.record_table import RecordTable
from tui.domain.errors import QueryTooSlow
from tui.domain.matching import Matcher
from tui.domain.predicates import Surroundings
from tui.domain.query import Clause, Term, Text, Value, any_of, free_texts

if TYPE_CHECKING:
    from tui.state.layout import ChosenColumn

_FAILED = Clause("is", (Value("failed"),))
_MARKED = Clause("is", (Value("marked"),))


class WalkingScreen(FollowingScreen):
    """What a reader does among the rows of one query."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "failure(1)", "Failure", show=False, id="explorer.next_failure", tooltip="Next failure"),
        Binding("E", "failure(-1)", "Failure", show=False, id="explorer.last_failure", tooltip="Failure before"),
        Binding("n", "hit(1)", "Hit", show=False, id="explorer.next_hit",
                tooltip="Next record that holds the query's free text"),
        Binding("N", "hit(-1)", "Hit", show=False, id="explorer.last_hit", tooltip="The one before"),
        Binding("m", "mark", "Mark", show=False, id="explorer.mark", tooltip="Mark this record, or unmark it"),
        Binding("M", "only_marked", "Marked", show=False, id="explorer.only_marked", tooltip="Only marked, or all"),
        Binding("u", "marked(1)", "Mark", show=False, id="explorer.next_mark", tooltip="Next marked record"),
        Binding("U", "marked(-1)", "Mark", show=False, id="explorer.last_mark", tooltip="Marked record before"),
        Binding("s", "sort", "Sort", show=False, id="explorer.sort",
                tooltip="Sort loaded rows by this column; again: the other way; again: by time"),
        Binding("C", "columns", "Columns", show=False, id="explorer.columns",
                tooltip="Choose, order and size the columns"),
        Binding("a", "scan_on", "Scan on", show=False, id="explorer.scan_on", tooltip="Scan 2,000 records more"),
        Binding("A", "scan_all", "Scan all", show=False, id="explorer.scan_all",
                tooltip="Scan to the end of the range (asks)"),
        Binding("full_stop", "step(1)", "Next", show=False, id="explorer.next", tooltip="Next record"),
        Binding("comma", "step(-1)", "Previous", show=False, id="explorer.previous", tooltip="Previous record"),
    ]  # fmt: skip

    # Walking

    def action_step(self, step: int) -> None:
        if self._rows.count:
            self.table.show_row(self.table.cursor_row + step)

    def action_failure(self, direction: int) -> None:
        self._walk((_FAILED,), direction, "failure", "e" if direction > 0 else "E")

    def action_marked(self, direction: int) -> None:
        self._walk((_MARKED,), direction, "marked record", "u" if direction > 0 else "U")

    def action_hit(self, direction: int) -> None:
        if texts := free_texts(self._investigation.query.terms):
            self._walk((any_of(map(Text, texts)),), direction, "hit", "n" if direction > 0 else "N")
        else:
            self.notify("The query has no free text to look for: / adds some.")

    @work(group="walk", exclusive=True)
    async def _walk(self, terms: tuple[Term, ...], direction: int, what: str, key: str) -> None:
        """To the next record that fits, loading on; says so where it stops short."""
        marked = self._given.memory.marks.marked
        fits = Matcher(terms, Surroundings(marked=marked, names=self._investigation.names))
        try:
            row = await self._walker.step(fits, self.table.cursor_row, direction)
        except QueryTooSlow as error:
            self.notify(f"{error.cause} {error.cure}", severity="error")
            return
        self._grow()
        if row is not None:
            self.table.show_row(row)
        elif self._walker.stopped_at is not None:
            self.table.show_row(self._walker.stopped_at)
            self.notify(f"No {what} in {LOOKED_AT:,} records; {key} looks on from here.")
        else:
            self.notify(f"No {what} {'further down' if direction > 0 else 'further up'}.")

    # Marks

    def action_mark(self) -> None:
        record, marks = self._record(), self._given.memory.marks
        if record is None:
            return
        marks.toggle(record.identity)
        if marks.problem:
            self.notify(marks.problem, severity="warning")
        self.table.refresh_rows(self.table.cursor_row, self.table.cursor_row)
        self._draw_lines()

    def action_only_marked(self) -> None:
        query = self._investigation.query
        if _MARKED in query.terms:
            self._narrow(query.without(_MARKED))
        elif len(self._given.memory.marks):
            self._narrow(query.and_(_MARKED))
        else:
            self.notify("Nothing is marked yet: m marks a record.")

    def action_clear_marks(self) -> None:
        from tui.app.screens.confirm import ConfirmScreen

        def clear(agreed: bool | None) -> None:
            if agreed:
                marks.clear()
                self.table.refresh_rows(0, self._rows.count)
                self._draw_lines()

        marks = self._given.memory.marks
        question = ConfirmScreen("Clear marks", [f"Unmark all {len(marks):,} records?"], yes="unmark all", danger=True)
        self.app.push_screen(question, clear)

    # Scanning

    def action_scan_on(self) -> None:
        self._scan_on(everything=False)

    def action_scan_all(self) -> None:
        from tui.app.screens.confirm import ConfirmScreen

        if not self._no_scan:
            self.app.push_screen(
                ConfirmScreen("Scan all", summary.scan_estimate(self._state()), yes="scan all"),
                lambda agreed: self._scan_on(everything=True) if agreed else None,
            )
        else:
            self.notify(self._no_scan)

    def _scan_on(self, *, everything: bool) -> None:
        if self._no_scan:
            self.notify(self._no_scan)
            return
        self._exploration.go_on(everything=everything)
        self._worker.resume()
        self._draw_lines()

    @property
    def _no_scan(self) -> str:
        """Why there is nothing to scan on through, "" where there is."""
        exploration = self._exploration
        if not exploration.started:
            return "No records have come yet."
        if exploration.finished:
            return "All of the range has been looked through."
        if not exploration.scanning and not exploration.merged:
            return "The API does all of this query: G shows its oldest record."
        return ""

    # The table

    def action_sort(self) -> None:
        """By the column under the cursor: up, then down, then by time again; the cursor stays on its record."""
        self.workers.cancel_group(self, "walk")
        record, sorting, column = self._record(), self._rows.sorting, self._column()
        again = sorting is not None and sorting.column.name == column.name
        if sorting is not None and again and sorting.descending:
            self._rows.unsort()
            self.table.show_order()
        else:
            self._rows.sort(column.name, descending=again)
            self.table.show_order(column.name, descending=again)
        self.table.set_row_count(self._rows.count)
        self.table.show_row((self._rows.index_of(record) if record is not None else None) or 0)
        self._draw_lines()

    def action_columns(self) -> None:
        from tui.app.screens.columns import ColumnsScreen

        layout = self._given.memory.layout
        shown = zip(self._rows.columns, self.table.column_widths, strict=True)
        widths = {column.name: width for column, width in shown}
        self.app.push_screen(ColumnsScreen(layout.columns, widths=widths, paths=self._seen().paths), self._lay_out)

    def _lay_out(self, chosen: tuple[ChosenColumn, ...] | None) -> None:
        """Have other columns from now on."""
        if chosen is None:
            return
        layout = self._given.memory.layout
        layout.save(chosen)
        if layout.problem:
            self.notify(layout.problem, severity="warning")
        self._rows.show(chosen)
        self.table.set_columns(self._rows.columns)

    @on(RecordTable.AtEnd)
    def _at_end(self) -> None:
        if self._rows.sorting is not None:
            self._load_on()
        elif self._exploration.paused is not None:
            self.action_scan_on()

    @work(group="walk", exclusive=True)
    async def _load_on(self) -> None:
        """Have more records loaded that are not here yet, wherever the view is."""
        await self._walker.load_on()
