"""The table's columns as the reader chose them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from pydantic.dataclasses import dataclass

from tui.state.state_file import StateFile

_VERSION: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class ChosenColumn:
    """A column by the name of its field, such as `ip`, or by a path, such as `body.name`.

    `width` is in cells, 1 or more; None is as wide as the field calls for.
    """

    name: Annotated[str, Field(min_length=1)]
    width: Annotated[int, Field(ge=1)] | None = None


class _Kept(BaseModel):
    """What the file says."""

    version: Literal[1]
    columns: tuple[ChosenColumn, ...]


class LayoutBook:
    """Which columns are shown, in which order and how wide; a change is written at once."""

    def __init__(self, file: Path | None) -> None:
        """Without a file the choice lasts for this run."""
        self._file = StateFile(file, "The chosen columns")
        self._columns = self._file.read(_parse, None)

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


def _parse(data: bytes) -> tuple[ChosenColumn, ...] | None:
    return _Kept.model_validate_json(data, strict=True).columns
