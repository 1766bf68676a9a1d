"""The table's columns as the reader chose them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tui.state.state_file import StateFile

FILE_NAME = "columns.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ChosenColumn:
    """A column by the name of its field, such as `ip`, or by a path, such as `body.name`.

    `width` is in cells, 1 or more; None is as wide as the field calls for.
    """

    name: str
    width: int | None = None

    def __post_init__(self) -> None:
        if not self.name or (self.width is not None and self.width < 1):
            raise ValueError("a column has a name, and room for a cell")


class LayoutBook:
    """Which columns are shown, in which order and how wide; a change is written at once."""

    def __init__(self, file: Path | None) -> None:
        """Without a file the choice lasts for this run."""
        self._file = StateFile(file, "The chosen columns")
        self._columns = self._file.read(parse_columns, None)

    @property
    def columns(self) -> tuple[ChosenColumn, ...] | None:
        """From left to right, or None where the reader never chose."""
        return self._columns

    @property
    def problem(self) -> str:
        """What went wrong when the choice was last read or written, in a sentence to show; "" where nothing did."""
        return self._file.problem

    def save(self, columns: Iterable[ChosenColumn]) -> None:
        self._columns = tuple(columns)
        told = {"version": _VERSION, "columns": [asdict(column) for column in self._columns]}
        self._file.write(json.dumps(told, indent=1).encode("ascii"))


def parse_columns(data: bytes) -> tuple[ChosenColumn, ...]:
    """The columns in a file.  Raises ValueError where it holds anything else."""
    try:
        told = json.loads(data)
        if told["version"] != _VERSION:
            raise ValueError("not columns of this version")
        return tuple(_column(**column) for column in told["columns"])
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _column(name: object, width: object) -> ChosenColumn:
    if not isinstance(name, str) or not (width is None or type(width) is int):
        raise ValueError("no column")
    return ChosenColumn(name, width)
