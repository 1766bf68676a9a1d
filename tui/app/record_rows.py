"""Records as rows of cells, made when a row is drawn, in the columns and the order that the reader chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.app.widgets.record_table import Cell, Tone
from tui.domain.clean import clean
from tui.domain.columns import USUAL_COLUMNS, column_for, order_key
from tui.domain.fields import (
    ACTOR,
    ACTOR_TYPE,
    COUNTRY,
    OPERATION,
    ORGANISATION,
    REQUEST_ID,
    STATUS,
    TARGET,
    TIME,
    WORKSPACE,
    Column,
)
from tui.domain.hits import HitFinder
from tui.domain.names import NameKind, Names
from tui.formats.times import TimeStyle, format_age, format_time
from tui.session.rows import RowState

if TYPE_CHECKING:
    from tui.domain.columns import TableColumn
    from tui.domain.fields import Field
    from tui.domain.query_values import Value
    from tui.domain.record import AuditRecord
    from tui.session.exploration import Exploration
    from tui.state.layout import ChosenColumn

_SHORT_ID = 8
_UUID_LENGTH = 36
_STATUS_IN_WORDS = Column("status", len("403 failed"))
_MUTED = dict.fromkeys((ACTOR_TYPE, COUNTRY, REQUEST_ID), Tone.MUTED)


class Sorting:
    """The loaded rows by a column: those that sort alike as they came, blank ones last."""

    def __init__(self, column: TableColumn, *, descending: bool) -> None:
        self.column = column
        self.descending = descending
        self.rows: list[int] = []
        self._names = Names()
        self._keys: dict[int, tuple[AuditRecord, Any]] = {}

    def refresh(self, exploration: Exploration, names: Names) -> None:
        """Put what came in its place; only that is looked at, as long as nobody got a name."""
        known = self._keys if names is self._names else {}
        self._names, self._keys = names, {}
        for row, record in exploration.loaded_rows():
            held = known.get(row)
            self._keys[row] = held if held and held[0] is record else (record, self._key(record))
        filled = [row for row, (_, key) in self._keys.items() if key is not None]
        blank = [row for row, (_, key) in self._keys.items() if key is None]
        self.rows = [*sorted(filled, key=lambda row: self._keys[row][1], reverse=self.descending), *blank]

    def _key(self, record: AuditRecord) -> Any:
        text, field = self.column.read(record), self.column.field
        if field.names:
            text = name_of(field, text, self._names) or short_id(text)
        return order_key(field.kind, text)


class RecordRows:
    """The rows of an exploration as the table draws them: names for ids, and times in the style chosen, ages being
    those at the moment the query was frozen.

    Sorted, the table has the rows that are loaded; otherwise all of them, as they come.  An `index` is a row of the
    table, a `row` one of the exploration.
    """

    def __init__(
        self,
        exploration: Exploration,
        chosen: Sequence[ChosenColumn] | None = None,
        *,
        marked: Callable[[AuditRecord], bool],
        new: Callable[[AuditRecord], bool] = lambda _: False,
        in_words: bool = False,
    ) -> None:
        """`in_words`: say in words what signs are drawn for."""
        self._exploration = exploration
        self._in_words = in_words
        self._is_marked = marked
        self._is_new = new
        self._finder = HitFinder()
        self.names = Names()
        self.style = TimeStyle.UTC
        self.sorting: Sorting | None = None
        self.show(chosen)

    # What the reader chooses

    def show(self, chosen: Sequence[ChosenColumn] | None) -> None:
        """Have these columns from now on, or the usual ones; what can be no column or is there twice is passed over."""
        columns: dict[str, TableColumn] = {}
        for column in filter(None, (column_for(one.name, one.width) for one in chosen or ())):
            columns.setdefault(column.name, column)
        self.columns = tuple(map(self._roomy, columns.values() or USUAL_COLUMNS))
        self._makers = [self._maker(column) for column in self.columns]

    def hits(self, texts: Iterable[Value]) -> None:
        """Light up the free texts of the query in the cells from now on."""
        self._finder = HitFinder(texts)

    def sort(self, name: str, *, descending: bool = False) -> None:
        """Have the rows that are loaded, by the column of this name.  Raises KeyError where none is shown."""
        column = {column.name: column for column in self.columns}[name]
        self.sorting = Sorting(column, descending=descending)
        self.refresh_order()

    def unsort(self) -> None:
        """Have all rows again, as they come."""
        self.sorting = None

    def refresh_order(self) -> None:
        """Put rows that came in their places, and those that got names; nothing moves where rows aren't sorted."""
        if self.sorting is not None:
            self.sorting.refresh(self._exploration, self.names)

    @property
    def sort_label(self) -> str:
        """What the rows are sorted by and, unless these are all, how many of how many; "" where they aren't."""
        if self.sorting is None:
            return ""
        here, count = len(self.sorting.rows), self._exploration.row_count
        label = f"sorted by {self.sorting.column.looks.title}"
        if self.sorting.descending:
            label += ", the last first" if self._in_words else " ↓"
        if not self._exploration.extent_known:
            return f"{label} · {here:,} so far"
        return f"{label} · all {here:,}" if here == count else f"{label} · {here:,} of {count:,} loaded"

    # Rows

    @property
    def count(self) -> int:
        """How many rows the table has."""
        return self._exploration.row_count if self.sorting is None else len(self.sorting.rows)

    def row(self, index: int) -> int:
        """The exploration's row that stands at an index."""
        return index if self.sorting is None else self.sorting.rows[index]

    def index_of(self, record: AuditRecord) -> int | None:
        """Where a record stands in the table, None where it doesn't."""
        row = self._exploration.row_of(record)
        if row is None or self.sorting is None:
            return row
        try:
            return self.sorting.rows.index(row)
        except ValueError:
            return None

    def record(self, index: int) -> AuditRecord | None:
        """The record at an index, None while it isn't here."""
        return self._exploration.record(self.row(index)) if 0 <= index < self.count else None

    def value(self, index: int, column: TableColumn) -> str:
        """The full text of a column in a row, "" while it isn't here."""
        record = self.record(index)
        return "" if record is None else column.read(record)

    # Cells

    def cells(self, index: int) -> Sequence[Cell] | None:
        """The cells of a row, or None while its page is on the way."""
        row = self.row(index)
        record = self._exploration.record(row)
        if record is not None:
            cells = [make(record) for make in self._makers]
            return [self._lit(cell) for cell in cells] if self._finder else cells
        state = self._exploration.state(row)
        if state is RowState.PENDING:
            return None
        text = "not loaded" if state is RowState.FAILED else "not delivered"
        return [Cell(text, Tone.MUTED), *(Cell("") for _ in self.columns[1:])]

    def marked(self, index: int) -> bool:
        """Whether the reader has marked the record at an index."""
        record = self._exploration.record(self.row(index))
        return record is not None and self._is_marked(record)

    def new(self, index: int) -> bool:
        """Whether the record at an index came in and the reader has not looked at it."""
        record = self._exploration.record(self.row(index))
        return record is not None and self._is_new(record)

    def _lit(self, cell: Cell) -> Cell:
        hits = self._finder.find(cell.text)
        return Cell(cell.text, cell.tone, hits) if hits else cell

    def _maker(self, column: TableColumn) -> Callable[[AuditRecord], Cell]:
        """What makes the cells of a column."""
        special = {
            TIME: self._time,
            STATUS: self._status,
            OPERATION: _operation,
            ACTOR: self._actor,
            WORKSPACE: self._workspace,
            TARGET: lambda record: _plain(short_id(record.target), Tone.MUTED),
            ORGANISATION: lambda record: _plain(short_id(record.organisation_id), Tone.MUTED),
        }
        tone = _MUTED.get(column.field, Tone.PLAIN)
        return special.get(column.field) or (lambda record: _plain(column.read(record), tone))

    def _roomy(self, column: TableColumn) -> TableColumn:
        """The column, with room for its words where it is as wide as usual."""
        return replace(column, looks=_STATUS_IN_WORDS) if self._in_words and column.looks is STATUS.column else column

    def _time(self, record: AuditRecord) -> Cell:
        if record.time is None:
            return _plain(record.timestamp, Tone.WARN)
        if self.style is TimeStyle.AGE:
            frozen = self._exploration.shown
            return Cell(format_age(record.time, frozen.frozen_at)) if frozen else Cell("")
        return Cell(format_time(record.time, self.style.zone))

    def _status(self, record: AuditRecord) -> Cell:
        if record.failed:
            return Cell(f"{record.status} {'failed' if self._in_words else '✗'}", Tone.BAD)
        return _plain(str(record.response_status_code), Tone.PLAIN)

    def _nobody(self) -> Cell:
        return Cell("none" if self._in_words else "–", Tone.MUTED)

    def _actor(self, record: AuditRecord) -> Cell:
        if not record.user_id:
            return self._nobody()
        name = self.names.actor(record.user_id)
        if record.user_type == "api_key" or self.names.name(NameKind.API_KEY, record.user_id):
            return _plain(f"[{name or short_id(record.user_id)}]")
        return _plain(name) if name else _plain(short_id(record.user_id), Tone.MUTED)

    def _workspace(self, record: AuditRecord) -> Cell:
        if not record.workspace_id:
            return self._nobody()
        name = self.names.name(NameKind.WORKSPACE, record.workspace_id)
        return _plain(name) if name else _plain(short_id(record.workspace_id), Tone.MUTED)


def name_of(field: Field, identifier: str, names: Names) -> str:
    """The name of an id in a field, "" where nobody knows it."""
    return next((name for kind in field.names if (name := names.name(kind, identifier))), "")


def short_id(text: str) -> str:
    """A uuid by its beginning; anything else whole."""
    return text[:_SHORT_ID] if len(text) == _UUID_LENGTH and text.count("-") == 4 else text


def _plain(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    return Cell(clean(text), tone)


def _operation(record: AuditRecord) -> Cell:
    operation = record.operation
    if operation.name == "delete":
        return Cell("delete", Tone.WARN)
    return _plain(operation.name, Tone.DERIVED if operation.derived else Tone.PLAIN)
