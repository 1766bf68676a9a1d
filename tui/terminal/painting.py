"""What a program painted, drawn into a screen of cells."""

from __future__ import annotations

import re

from tui.terminal.cells import Screen
from tui.terminal.styles import DEFAULT, read_sgr

_TOKEN = re.compile(r"\x1b\[(?:(\d+);(\d+)H|([\d;]*)m([^\x00-\x1f]*))|([\r\n]+)|([^\x00-\x1f]+)")
_FOREIGN = re.compile(r"\x1b(?!\[(?:\d+;\d+H|[\d;]*m))|[\x00-\x09\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_BEGINNING = re.compile(r"\x1b\[\d+;\d+H")


def is_painting(output: str) -> bool:
    """Whether output does nothing but move the cursor to cells and write text in styles there."""
    return _BEGINNING.match(output) is not None and _FOREIGN.search(output) is None


def paint(screen: Screen, output: str) -> tuple[int, int]:
    """Draw a painting, which begins in the default style; gives the row and column where it leaves the cursor."""
    x = y = 0
    style = DEFAULT
    for token in _TOKEN.finditer(output):
        row, column, parameters, styled, ends, text = token.groups()
        if row is not None:
            y, x = int(row) - 1, int(column) - 1
        elif ends is not None:
            y, x = y + ends.count("\n"), 0
        else:
            if parameters is not None:
                style = read_sgr(parameters, style)
                text = styled
            if text and y < screen.height:
                x = screen.rows[y].write(x, text, style)
    return min(y, screen.height - 1), min(x, screen.width - 1)
