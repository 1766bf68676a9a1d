"""The shortest way for the cursor from one cell to another."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=32768)
def move(start: tuple[int, int] | None, end: tuple[int, int]) -> str:
    """The fewest bytes that take the cursor from (row, column) to another one; None: nobody knows where it is.

    Only whoever knows the column for certain may start there: not after the last column, where terminals differ in
    whether the cursor stands in it or past it.
    """
    if start == end:
        return ""
    ways = [_to_cell(*end)]
    if start is not None:
        (y, x), (row, column) = start, end
        ways.append(_vertically(y, row) + _horizontally(x, column))
        if row == y + 1:
            ways.append("\r\n" + _horizontally(0, column))
    return min(ways, key=_bytes)


def _bytes(way: str) -> int:
    """How many bytes it is on the line: the pseudo-terminal adds a carriage return to each line feed."""
    return len(way) + way.count("\n")


def _to_cell(row: int, column: int) -> str:
    if column:
        return f"\x1b[{row + 1};{column + 1}H"
    return f"\x1b[{row + 1}H" if row else "\x1b[H"


def _vertically(y: int, row: int) -> str:
    if y == row:
        return ""
    return min(f"\x1b[{row + 1}d", _by(row - y, "B") if row > y else _by(y - row, "A"), key=len)


def _horizontally(x: int, column: int) -> str:
    if x == column:
        return ""
    if not column:
        return "\r"
    return min(f"\x1b[{column + 1}G", _by(column - x, "C") if column > x else _by(x - column, "D"), key=len)


def _by(count: int, letter: str) -> str:
    return f"\x1b[{count if count > 1 else ''}{letter}"
