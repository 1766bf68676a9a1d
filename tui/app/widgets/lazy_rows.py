"""Stand-ins for the stores of a `DataTable`: a million rows that take no room, each made when it is asked for.

The stock table keeps a key, a `Row` and a dict of cells for each row, and two dicts from keys to numbers.  Here a row's
key is its number as text, and all else follows from the number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar, overload

from textual.widgets.data_table import Row, RowKey, StringKey

Value = TypeVar("Value")
Count = Callable[[], int]
"""How many rows there are now."""


def row_key(index: int) -> RowKey:
    return RowKey(str(index))


def row_index(key: object, count: int) -> int | None:
    """The number of the row with this key, or None where there is no such row among `count`."""
    text = key.value if isinstance(key, StringKey) else key
    if not (isinstance(text, str) and text.isascii() and text.isdigit()):
        return None
    index = int(text) if len(text) <= len(str(count)) else count
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
