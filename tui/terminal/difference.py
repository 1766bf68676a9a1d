"""The least output that makes what a terminal shows into another screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import ne
from typing import NamedTuple

from tui.terminal.cells import Row, Screen
from tui.terminal.cursor import move
from tui.terminal.scrolling import Scroll, across, cuts_wide, find_scroll, scrolled
from tui.terminal.styles import DEFAULT, Style, sgr_between, style

_GAP = 4
"""So many unchanged cells are written again rather than jumped over, which takes as many bytes."""
_ERASE_LINE = 3
"""Bytes of an erasing to the end of the line."""
_ERASE = 5
"""Bytes of an erasing of some cells, and as many again to move over them."""


class Pen(NamedTuple):
    """Where a terminal's cursor is (row, column) and in which style it writes; None is not known."""

    position: tuple[int, int] | None = None
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What not every terminal can do.

    `coloured_erase`: erased cells take the background of the pen (terminfo's `bce`).
    `side_margins`: scrolling can be held between two columns (DECLRMM).
    """

    coloured_erase: bool = False
    side_margins: bool = False


class _Stroke(NamedTuple):
    """Text for a place, in one style unless it `leaves` the pen in another.

    `after` is the column where it leaves the cursor, None where terminals differ.  `is_blank`: it looks the same in
    every style whose blanks look like `style`.
    """

    row: int
    column: int
    after: int | None
    style: Style
    text: str
    is_blank: bool
    leaves: Style | None = None


def difference(before: Screen, after: Screen, pen: Pen, abilities: Abilities) -> tuple[str, Pen]:
    """Output that makes `before` into `after` on a terminal with that pen, and the pen that it leaves.

    The screens are of one size.
    """
    scrolls = _scrolls(before, after, abilities)
    ways = [_scrolling(before, after, scroll, pen, abilities) for scroll in scrolls]
    if not ways or min(len(output) for output, _ in ways) > _least(before, after):
        ways.append(_repainting(before, after, pen, abilities))
    return min(ways, key=lambda way: len(way[0]))


def cleared(after: Screen, abilities: Abilities) -> tuple[str, Screen, Pen]:
    """Output that erases whatever a terminal shows and ends all scrolling regions, what it shows then, and the pen.

    Where it may, it erases in the colour that most blanks of the screen that is to come have.
    """
    fills = Counter(row.styles[-1] for row in after if row.chars[-1] == " " and _can_erase(row.styles[-1], abilities))
    fill = max(fills, key=lambda one: fills[one], default=DEFAULT)
    return f"\x1b[r{sgr_between(None, fill)}\x1b[2J", Screen.blank(after.width, after.height, fill), Pen(None, fill)


def _least(before: Screen, after: Screen) -> int:
    """Bytes that every repainting takes: one for each character that is another."""
    return sum(sum(map(ne, old.text, new.text)) for old, new in zip(before, after, strict=True) if old is not new)


def _scrolls(before: Screen, after: Screen, abilities: Abilities) -> Iterator[Scroll]:
    """The scrolls that may help, as a terminal can do them."""
    scroll = find_scroll(before, after)
    if scroll is not None:
        yield across(before, scroll)
        if abilities.side_margins and not cuts_wide(before, scroll):
            yield scroll


def _scrolling(before: Screen, after: Screen, scroll: Scroll, pen: Pen, abilities: Abilities) -> tuple[str, Pen]:
    """Let the terminal move the lines, then repaint what is not right yet."""
    uncoloured = _without_background(pen.style)
    moved = [sgr_between(pen.style, uncoloured), _scroll_sequence(scroll, before.width)]
    output, left = _repainting(scrolled(before, scroll), after, Pen(None, uncoloured), abilities)
    return "".join([*moved, output]), left


def _without_background(pen: Style | None) -> Style:
    """A style in which every terminal, whether it erases in colour or not, moves in blanks of its own colour."""
    return DEFAULT if pen is None or pen.blank is pen else style(pen.foreground, "", pen.attributes)


def _scroll_sequence(scroll: Scroll, width: int) -> str:
    """Lines are deleted or inserted at the top of a scrolling region: every terminal can do that."""
    top, bottom, left, right, lines = scroll
    region = f"\x1b[{top + 1};{bottom + 1}r"
    edit = f"{move(None, (top, left))}\x1b[{abs(lines) if abs(lines) > 1 else ''}{'M' if lines > 0 else 'L'}"
    if right - left + 1 == width:
        return f"{region}{edit}\x1b[r"
    return f"\x1b[?69h\x1b[{left + 1};{right + 1}s{region}{edit}\x1b[?69l\x1b[r"


def _repainting(before: Screen, after: Screen, pen: Pen, abilities: Abilities) -> tuple[str, Pen]:
    strokes: list[_Stroke] = []
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        if old is not new and old != new:
            strokes += _row_strokes(y, old, new, abilities)
    if not strokes:
        return "", pen
    in_rows = _drawn(strokes, pen)
    in_styles = _drawn(_style_by_style(strokes, pen.style), pen)
    return min(in_rows, in_styles, key=lambda way: len(way[0]))


def _drawn(strokes: Iterable[_Stroke], pen: Pen) -> tuple[str, Pen]:
    """The output for strokes, one after the other."""
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
        position = None if stroke.after is None else (stroke.row, stroke.after)
        current = stroke.leaves or current
    return "".join(output), Pen(position, current)


def _style_by_style(strokes: Iterable[_Stroke], pen: Style | None) -> Iterator[_Stroke]:
    """Those of one style after the other: a move to a cell is shorter than a change of colour."""
    groups: dict[Style, list[_Stroke]] = {}
    mixed = []
    blanks = []
    for stroke in strokes:
        if stroke.leaves:
            mixed.append(stroke)
        elif stroke.is_blank:
            blanks.append(stroke)
        else:
            groups.setdefault(stroke.style, []).append(stroke)
    by_blank = {style.blank: style for style in reversed(groups)}
    for stroke in blanks:
        groups.setdefault(by_blank.get(stroke.style, stroke.style), []).append(stroke)
    yield from mixed
    current = mixed[-1].leaves if mixed else pen
    while groups:
        current = min(groups, key=lambda style: len(sgr_between(current, style)))
        yield from sorted(groups.pop(current))


def _row_strokes(y: int, before: Row, after: Row, abilities: Abilities) -> list[_Stroke]:
    """What makes one line into the other, from left to right.

    With a character in it, or before it, of which nobody knows how wide this terminal draws it, the line is written
    from a cleared one, and the cursor is put into its place after each such character: a wrong guess then harms that
    character alone.
    """
    if not after.doubtful and not before.doubtful:
        return list(_strokes(y, before, after, abilities, ()))
    strokes = _strokes(y, Row.blank(len(after)), after, abilities, after.doubtful)
    text, pen = _drawn(strokes, Pen((y, 0), DEFAULT))
    return [_Stroke(y, 0, None, DEFAULT, f"\x1b[K{text}", is_blank=False, leaves=pen.style)]


def _strokes(y: int, before: Row, after: Row, abilities: Abilities, apart: Sequence[int]) -> Iterator[_Stroke]:
    """Runs of cells that one style fits; what stands `apart` (columns) is a stroke of its own."""
    cells = zip(before.chars, after.chars, before.styles, after.styles, strict=True)
    differs = [old != new or was is not now for old, new, was, now in cells]
    for start, end, erased in _spans(after, differs, abilities):
        if erased:
            text = "\x1b[K" if end == len(differs) else f"\x1b[{end - start}X"
            yield _Stroke(y, start, start, after.styles[start], text, is_blank=True)
        else:
            for run in _runs(after, start, end, apart):
                if stroke := _stroke(y, after, run, differs, apart):
                    yield stroke


def _spans(row: Row, differs: list[bool], abilities: Abilities) -> Iterator[tuple[int, int, bool]]:
    """Where cells change that lie close together, and whether they are better erased than written."""
    start, end = -1, -_GAP - 1
    for x in [x for x, it_does in enumerate(differs) if it_does]:
        if x < end:
            continue
        if x - end > _GAP:
            if start >= 0:
                yield start, end, False
            start = x
        erased_to = _erased_to(row, x, differs, abilities) if row.chars[x] == " " else x
        if erased_to > x:
            if start < x:
                yield start, x, False
            yield x, erased_to, True
            start, end = erased_to, erased_to
        else:
            end = x + 1
    if 0 <= start < end:
        yield start, end, False


def _erased_to(row: Row, x: int, differs: list[bool], abilities: Abilities) -> int:
    """Where blanks end that are better erased than written; `x` where it is better to write them."""
    fill, width = row.styles[x], len(row.chars)
    if not _can_erase(fill, abilities):
        return x
    end = x
    while end < width and row.chars[end] == " " and row.styles[end] is fill:
        end += 1
    if end < width:
        least = 2 * _ERASE if differs[end] else _ERASE
        while not differs[end - 1]:
            end -= 1
        return end if end - x > least else x
    return end if any(differs[x + _ERASE_LINE :]) else x


def _can_erase(fill: Style, abilities: Abilities) -> bool:
    return fill.is_fill and (abilities.coloured_erase or not fill.background)


class _Run(NamedTuple):
    """Cells from `start` until before `end` that one style fits."""

    start: int
    end: int
    style: Style
    is_blank: bool


def _runs(row: Row, start: int, end: int, apart: Sequence[int]) -> Iterator[_Run]:
    """Divide cells by style; blanks go with any style whose blanks look like them."""
    if start > 0 and not row.chars[start]:
        start -= 1
    if end < len(row.chars) and not row.chars[end]:
        end += 1
    begun, pen, is_blank = start, row.styles[start], True
    for x in range(start, end):
        char, style = row.chars[x], row.styles[x]
        if x in apart or begun in apart:
            fits = not char
        elif style is pen or (char == " " and style is pen.blank):
            fits = True
        else:
            fits = is_blank and style.blank is pen
            pen = style if fits else pen
        if not fits:
            if begun < x:
                yield _Run(begun, x, pen, is_blank)
            begun, pen, is_blank = x, style, True
        is_blank = is_blank and char == " "
    yield _Run(begun, end, pen, is_blank)


def _stroke(y: int, row: Row, run: _Run, differs: list[bool], apart: Sequence[int]) -> _Stroke | None:
    """What writes a run, without the cells at its ends that are right already; None where all are."""
    start, end, style, is_blank = run
    while start < end and not differs[start]:
        start += 1
    while start < end and not differs[end - 1]:
        end -= 1
    if start == end:
        return None
    if not row.chars[start]:
        start -= 1
    if end < len(row.chars) and not row.chars[end]:
        end += 1
    after = None if end >= len(row.chars) or start in apart else end
    return _Stroke(y, start, after, style, "".join(row.chars[start:end]), is_blank)
