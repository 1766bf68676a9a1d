"""What a program painted, drawn into a screen of cells."""

from __future__ import annotations

import re
from functools import lru_cache

from tui.terminal.cells import Row, Screen
from tui.terminal.styles import DEFAULT, Style, read_sgr

_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H")
_STYLED_TEXT = re.compile(r"(\x1b\[[\d;]*m)?([^\x00-\x1f]*)")
_SEQUENCE = re.compile(r"\x1b\[(?:\d+;\d+H|[\d;]*m)")
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")


def is_painting(output: str) -> bool:
    """Whether output does nothing but move the cursor to cells and write text in styles there.

    Ends of lines may stand before moves only.
    """
    if _MOVE.match(output) is None or _CONTROL.search(output):
        return False
    return output.count("\x1b") == len(_SEQUENCE.findall(output))


def paint(screen: Screen, output: str) -> tuple[int, int]:
    """Draw a painting, which begins in the default style; gives the row and column where it leaves the cursor."""
    style = DEFAULT
    row = column = 0
    _, *moves = _MOVE.split(output)
    for y, x, written in zip(moves[::3], moves[1::3], moves[2::3], strict=True):
        row, column = int(y) - 1, int(x) - 1
        if written:
            part, style = _read(written.rstrip("\r\n"), style)
            if row < screen.height:
                screen.rows[row] = screen.rows[row].with_part(column, part)
            column += len(part)
    return min(row, screen.height - 1), min(column, screen.width - 1)


@lru_cache(maxsize=1024)
def _read(written: str, style: Style) -> tuple[Row, Style]:
    """The cells that styled text takes, and the style in which it ends.

    Lines that move up or down are written again as they were: most are known already.
    """
    pieces = []
    for sgr, text in _STYLED_TEXT.findall(written):
        if sgr:
            style = read_sgr(sgr[2:-1], style)
        if text:
            pieces.append((text, style))
    return Row.of(pieces), style
