"""A `DataTable` that knows how many rows it has and holds none of them: a million take no more room than one.

The stock table keeps a key, a `Row` and a dict of cells for each row, finds one by adding up the heights of all before
it, and repaints cells under the mouse.  Here a row's key is its number as text, and all else follows from the number.
Nearly all that we lean on beyond Textual's promises stands in this file; `tests/app/test_record_table.py` names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast, overload

from textual.coordinate import Coordinate
from textual.geometry import Region, Size
from textual.widgets import DataTable
from textual.widgets.data_table import CellType, Column, ColumnKey, Row, RowKey, StringKey

Value = TypeVar("Value")
Count = Callable[[], int]
"""How many rows there are now."""


class LazyTable(DataTable[CellType]):
    """The stock table over rows that `cells` makes from their numbers, each one line high.

    Rows can't be added, removed or sorted one by one: their order is that of their numbers.  `gutter` is the room in
    cells at the left of the first column; like the columns that are `fixed_columns`, it stays in view however far the
    others are scrolled.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[int], Sequence[CellType]],
        *,
        gutter: int,
        cell_padding: int,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(cell_padding=cell_padding, id=id)
        self._row_total = 0
        self._cells = cells
        self._gutter = gutter
        self.replace_columns(columns)
        self.rows = cast("Any", LazyMapping(lambda: self._row_total, make_row))
        self._data = cast("Any", LazyMapping(lambda: self._row_total, self._row_data))
        self._row_locations = cast("Any", LazyLocations(lambda: self._row_total))

    @property
    def ordered_rows(self) -> Any:
        return LazySequence(range(self._row_total))

    @property
    def column_widths(self) -> list[int]:
        """The width of each column's text, without its padding."""
        return [column.width for column in self.columns.values()]

    @property
    def fixed_width(self) -> int:
        """The room at the left that is never scrolled: gutter and fixed columns."""
        return self._get_fixed_offset().left

    def replace_columns(self, columns: Sequence[Column]) -> None:
        """Have these columns from now on; nothing is measured or drawn yet."""
        for key in self.columns:
            del self._column_locations[key]
        self.columns.clear()
        for place, column in enumerate(columns):
            self.columns[column.key] = column
            self._column_locations[column.key] = place

    def measure(self, row_count: int, column_widths: Sequence[int]) -> None:
        """Have so many rows and so wide columns from now on, and scroll within them."""
        self._row_total = row_count
        for column, width in zip(self.columns.values(), column_widths, strict=True):
            column.width = width
        width = self._gutter + sum(column.get_render_width(self) for column in self.columns.values())
        self.virtual_size = Size(width, self.header_height + row_count)

    def column_at(self, x: int) -> int | None:
        """The column in cell `x` of a line on the screen; None in the gutter and right of the last column."""
        if x < self._gutter:
            return None
        if x >= self.fixed_width:
            x += self.scroll_offset.x
        end = self._gutter
        for place, column in enumerate(self.columns.values()):
            end += column.get_render_width(self)
            if x < end:
                return place
        return None

    @property
    def _row_label_column_width(self) -> int:
        """What the stock table leaves for labels is our gutter."""
        return self._gutter

    @property
    def _total_row_height(self) -> int:
        return self._row_total

    def _get_row_region(self, row_index: int) -> Region:
        if not self.is_valid_row_index(row_index):
            return Region()
        return Region(0, row_index + self.header_height, max(self.size.width, self.virtual_size.width), 1)

    def _get_cell_region(self, coordinate: Coordinate) -> Region:
        row, column = coordinate
        if not self.is_valid_coordinate(coordinate):
            return Region()
        widths = [column.get_render_width(self) for column in self.columns.values()]
        return Region(self._gutter + sum(widths[:column]), row + self.header_height, widths[column], 1)

    def _scroll_cursor_into_view(self, animate: bool = False) -> None:
        """Scroll no further than the cell calls for: sideways not at all in a fixed column, which is always there."""
        self.scroll_to_region(
            self._get_cell_region(self.cursor_coordinate),
            animate=animate,
            spacing=self._get_fixed_offset(),
            force=True,
            x_axis=self.cursor_column >= self.fixed_columns,
        )

    def _row_data(self, index: int) -> dict[ColumnKey, CellType]:
        return dict(zip(self.columns, self._cells(index), strict=True))

    def _set_hover_cursor(self, active: bool) -> None:
        """Nothing lights up under the mouse: the stock table repaints for that with every key."""


def row_key(index: int) -> RowKey:
    return RowKey(str(index))


def row_index(key: object, count: int) -> int | None:
    """The number of the row with this key, or None where there is no such row among `count`."""
    text = key.value if isinstance(key, StringKey) else key
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= len(str(count))):
        return None
    index = int(text)
    return index if index < count and str(index) == text else None


class LazyMapping(Mapping[RowKey, Value], Generic[Value]):
    """From the keys of rows to whatever `make` makes of their numbers; for `DataTable.rows` and `DataTable._data`."""

    def __init__(self, count: Count, make: Callable[[int], Value]) -> None:
        self._count = count
        self._make = make

    def __getitem__(self, key: RowKey) -> Value:
        index = row_index(key, self._count())
        if index is None:
            raise KeyError(key)
        return self._make(index)

    def __iter__(self) -> Iterator[RowKey]:
        return map(row_key, range(self._count()))

    def __len__(self) -> int:
        return self._count()


class LazyLocations:
    """From keys to numbers and back; for `DataTable._row_locations`, a `TwoWayDict`."""

    def __init__(self, count: Count) -> None:
        self._count = count

    def get(self, key: RowKey) -> int | None:
        return row_index(key, self._count())

    def get_key(self, index: int) -> RowKey | None:
        return row_key(index) if self.contains_value(index) else None

    def contains_value(self, index: int) -> bool:
        return 0 <= index < self._count()

    def __contains__(self, key: object) -> bool:
        return row_index(key, self._count()) is not None

    def __iter__(self) -> Iterator[RowKey]:
        return map(row_key, range(self._count()))

    def __len__(self) -> int:
        return self._count()


class LazySequence(Sequence[Row]):
    """The rows in their order; a slice is as lazy as the whole.  For `DataTable.ordered_rows`."""

    def __init__(self, indices: range) -> None:
        self._indices = indices

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> LazySequence: ...

    def __getitem__(self, place: int | slice) -> Row | LazySequence:
        if isinstance(place, slice):
            return LazySequence(self._indices[place])
        return make_row(self._indices[place])

    def __len__(self) -> int:
        return len(self._indices)


def make_row(index: int) -> Row:
    """The stock table's note on a row: one line high, without a label."""
    return Row(row_key(index), height=1)
