"""What a program painted, read as rows of cells and drawn on a screen of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from tui.terminal.cells import Row, Screen
from tui.terminal.styles import DEFAULT, Style, read_sgr

_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H")
_SGR = re.compile(r"\x1b\[([\d;]*)m")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Written(NamedTuple):
    """Cells, and where on the screen they belong; none are a move of the cursor alone."""

    row: int
    column: int
    cells: Row


def read_painting(output: str) -> list[Written] | None:
    """What output paints; None where it does anything but move the cursor to cells and write text in styles there.

    It begins in the default style.  Ends of lines may stand before moves only.
    """
    before, *moves = _MOVE.split(output)
    if before or not moves:
        return None
    painting = []
    style = DEFAULT
    for y, x, text in zip(moves[::3], moves[1::3], moves[2::3], strict=True):
        read = _read(text, style)
        if read is None:
            return None
        cells, style = read
        painting.append(Written(int(y) - 1, int(x) - 1, cells))
    return painting


def paint(screen: Screen, painting: Iterable[Written]) -> tuple[int, int]:
    """Draw it; gives the row and column where it leaves the cursor."""
    row = column = 0
    for row, column, cells in painting:
        if row < screen.height and len(cells):
            screen.rows[row] = screen.rows[row].with_part(column, cells)
        column += len(cells)
    return min(row, screen.height - 1), min(column, screen.width - 1)


@lru_cache(maxsize=1024)
def _read(output: str, style: Style) -> tuple[Row, Style] | None:
    """The cells that styled text takes, and the style in which it ends; None where it is something else.

    Lines that move up or down are written again as they were: most are known already.
    """
    first, *rest = _SGR.split(output.rstrip("\r\n"))
    if _CONTROL.search("".join([first, *rest[1::2]])):
        return None
    pieces = [(first, style)]
    for parameters, text in zip(rest[::2], rest[1::2], strict=True):
        style = read_sgr(parameters, style)
        if text:
            pieces.append((text, style))
    return Row.of(pieces), style
