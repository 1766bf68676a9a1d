"""The shortest way for the cursor from one cell to another."""

from __future__ import annotations

from functools import lru_cache

Position = tuple[int, int | None]
"""Row and column; the column is None where terminals differ in where they have left the cursor."""


@lru_cache(maxsize=32768)
def move(start: Position | None, end: tuple[int, int]) -> str:
    """The fewest bytes that take the cursor from one place, or from nobody knows where, to another.

    A line feed has to reach the terminal as it is: the pseudo-terminal must add no carriage return to it.
    """
    row, column = end
    if start == end:
        return ""
    to_cell = f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H" if row else "\x1b[H"
    if start is None:
        return to_cell
    return min(to_cell, _vertically(start[0], row) + _horizontally(start[1], column), key=len)


def _vertically(start: int, row: int) -> str:
    if start <= row:
        return min("\n" * (row - start), _by(row - start, "B"), f"\x1b[{row + 1}d", key=len)
    return min(_by(start - row, "A"), f"\x1b[{row + 1}d", key=len)


def _horizontally(start: int | None, column: int) -> str:
    if start == column:
        return ""
    to_column = f"\x1b[{column + 1}G" if column else "\r"
    if start is None:
        return to_column
    return min(to_column, _by(column - start, "C") if start < column else _by(start - column, "D"), key=len)


def _by(count: int, letter: str) -> str:
    return f"\x1b[{count if count > 1 else ''}{letter}"
