"""What has to be written of a line that changed: strokes of a pen, each in one style."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import ne
from typing import NamedTuple

from tui.terminal.cells import Row
from tui.terminal.cursor import Position, move
from tui.terminal.styles import Style, sgr_between, styled

_RIGHT, _CHANGED, _APART = range(3)
"""States of a cell: it shows what it should, it doesn't, or it is seen to by itself."""
_CLOSE_CHANGES = re.compile(rb"\x01+(?:\x00{1,4}\x01+)*")
"""Up to four cells that are right are written again rather than jumped over, which takes as many bytes."""
_LONG_BLANKS = " " * 4
_ERASE_LINE = 3
"""Bytes of an erasing to the end of the line."""
_ERASE = 5
"""Bytes of an erasing of some cells, and as many again to move over them."""


class Pen(NamedTuple):
    """Where a terminal's cursor is and in which style it writes; None is not known."""

    position: Position | None = None
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What not every terminal can do.

    `coloured_erase`: erased cells take the background of the pen (terminfo's `bce`).
    `side_margins`: scrolling can be held between two columns (DECLRMM).
    """

    coloured_erase: bool = False
    side_margins: bool = False

    def can_erase(self, fill: Style) -> bool:
        """Whether erased cells can look like this."""
        return fill.is_fill and (self.coloured_erase or not fill.background)


class Stroke(NamedTuple):
    """Text for a place, in one style unless it `leaves` the pen in another.

    `after` is the column where it leaves the cursor.  It is None in the last one, where terminals differ, and behind
    text that isn't ASCII: where one has its width otherwise than we have, that ends with the stroke.  `is_blank`: it
    looks the same in every style whose blanks look like `style`.
    """

    row: int
    column: int
    after: int | None
    style: Style
    text: str
    is_blank: bool = False
    leaves: Style | None = None


def drawn(strokes: Iterable[Stroke], pen: Pen) -> tuple[str, Pen]:
    """The output for strokes, one after the other, and the pen that they leave."""
    output: list[str] = []
    position, current = pen
    for stroke in strokes:
        place = (stroke.row, stroke.column)
        if position != place:
            output.append(move(position, place))
        if stroke.style is not current and not (stroke.is_blank and current and current.blank is stroke.style):
            output.append(sgr_between(current, stroke.style))
            current = stroke.style
        output.append(stroke.text)
        position = (stroke.row, stroke.after)
        current = stroke.leaves or current
    return "".join(output), Pen(position, current)


def row_strokes(y: int, before: Row, after: Row, abilities: Abilities) -> Iterator[Stroke]:
    """What makes one line into the other."""
    states = _states(before, after)
    for x in after.doubtful:
        if states[x] == _CHANGED:
            apart, end = _doubtful_stroke(y, x, after)
            states[x:end] = bytes([_APART]) * (end - x)
            yield apart
        elif states[x] == _RIGHT:
            states[x] = _APART
    for start, end, is_erased in _spans(after, states, abilities):
        if is_erased:
            text = "\x1b[K" if end == len(after) else f"\x1b[{end - start}X"
            yield Stroke(y, start, start, after.style(start), text, is_blank=True)
        else:
            yield from _written(y, after, start, end, states)


def _states(before: Row, after: Row) -> bytearray:
    """Of each cell, whether it is changed, or right already."""
    if before.looks == after.looks:
        states = bytearray(map(ne, before.text, after.text))
    else:
        states = bytearray(
            map(ne, zip(before.text, before.looks, strict=True), zip(after.text, after.looks, strict=True))
        )
    if before.marks != after.marks:
        for x in before.marks.keys() | after.marks.keys():
            states[x] |= before.char(x) != after.char(x)
    return states


def _doubtful_stroke(y: int, start: int, row: Row) -> tuple[Stroke, int]:
    """Characters of which nobody knows how wide this terminal draws them, and the certain one behind them.

    Both of a wide one's cells are emptied first, and the cursor is put into its place after each: a wrong guess harms
    that character alone.  Gives the column behind all of them, too.
    """
    strokes = []
    x, is_doubtful = start, True
    while x < len(row) and is_doubtful:
        is_doubtful = x in row.doubtful
        end = x + row.width_at(x)
        behind = None if end == len(row) else end
        if is_doubtful and end - x > 1:
            strokes.append(Stroke(y, x, behind, row.style(x), "  "))
        after = None if is_doubtful else behind
        strokes.append(Stroke(y, x, after, row.style(x), row.char(x), is_blank=row.text[x] == " "))
        x = end
    style = row.style(start)
    text, pen = drawn(strokes, Pen((y, start), style))
    return Stroke(y, start, strokes[-1].after, style, text, leaves=None if pen.style is style else pen.style), x


def _spans(row: Row, states: bytearray, abilities: Abilities) -> Iterator[tuple[int, int, bool]]:
    """Where cells change that lie close together, and whether they are better erased than written."""
    for span in _CLOSE_CHANGES.finditer(states):
        start, end = span.span()
        for blanks, blanks_end in _erasable(row, start, end, abilities):
            if blanks_end == len(row):
                if states.rfind(_CHANGED) >= blanks + _ERASE_LINE:
                    yield from ((start, blanks, False), (blanks, blanks_end, True))
                    return
            elif min(blanks_end, end) - blanks > (2 * _ERASE if blanks_end < end else _ERASE):
                yield from ((start, blanks, False), (blanks, min(blanks_end, end), True))
                start = min(blanks_end, end)
        yield start, end, False


def _erasable(row: Row, start: int, end: int, abilities: Abilities) -> Iterator[tuple[int, int]]:
    """Where blanks begin in these cells, and end somewhere, that look all alike, and as erased cells do."""
    while (blanks := row.text.find(_LONG_BLANKS, start, end + len(_LONG_BLANKS) - 1)) >= 0:
        start = len(row) - len(row.looks[blanks:].lstrip(row.looks[blanks]))
        if abilities.can_erase(row.style(blanks)):
            yield blanks, start


def _written(y: int, row: Row, start: int, end: int, states: bytearray) -> Iterator[Stroke]:
    """What writes cells, divided by style; blanks go with any style whose blanks look like them."""
    while start < end:
        looks = row.looks[start:end]
        style = styled(looks[0])
        text = looks.lstrip(style.space)
        if text and styled(text[0]).space == style.space:
            style = styled(text[0])
        run_end = end - len(looks.lstrip(style.space + style.letter))
        is_blank = style.letter not in looks[: run_end - start]
        if stroke := _stroke(y, row, start, run_end, style, is_blank, states):
            yield stroke
        start = run_end


def _stroke(y: int, row: Row, start: int, end: int, style: Style, is_blank: bool, states: bytearray) -> Stroke | None:
    """What writes a run of one style, without the cells at its ends that are right already; None where all are."""
    start, end = states.find(_CHANGED, start, end), states.rfind(_CHANGED, start, end) + 1
    if not end:
        return None
    if row.text[start] == "\0":
        start -= 1
    if row.text[end : end + 1] == "\0":
        end += 1
    text = row.written(start, end)
    after = end if end < len(row) and text.isascii() else None
    return Stroke(y, start, after, style, text, is_blank)
