"""The least output that makes what a terminal shows into another screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import ne

from tui.terminal.cells import Screen
from tui.terminal.cursor import move
from tui.terminal.scrolling import Scroll, across, cuts_wide, find_scroll, scrolled
from tui.terminal.strokes import Abilities, Pen, Stroke, drawn, row_strokes
from tui.terminal.styles import DEFAULT, Style, sgr_between, style

_FEW_STROKES = 40
"""Of more than these, it never takes fewer bytes to draw them row by row."""

_TO_GET_THERE = 3
"""Bytes from one change in a row to the next, by a move or over what is right already."""


def difference(before: Screen, after: Screen, pen: Pen, abilities: Abilities) -> tuple[str, Pen]:
    """Output that makes `before` into `after` on a terminal with that pen, and the pen that it leaves.

    The screens are of one size.
    """
    scrolls = _scrolls(before, after, abilities)
    ways = [_scrolling(before, after, scroll, pen, abilities) for scroll in scrolls]
    if not ways or not _takes_more(before, after, min(map(_bytes, ways))):
        ways.append(_repainting(before, after, pen, abilities))
    return min(ways, key=_bytes)


def _bytes(way: tuple[str, Pen]) -> int:
    return len(way[0].encode())


def cleared(after: Screen, abilities: Abilities) -> tuple[str, Screen, Pen]:
    """Output that erases whatever a terminal shows and ends all scrolling regions, what it shows then, and the pen.

    Where it may, it erases in the colour that most blanks of the screen that is to come have.
    """
    ends = [row.style(-1) for row in after if row.text[-1] == " "]
    fills = Counter(style for style in ends if abilities.can_erase(style))
    fill = max(fills, key=lambda one: fills[one], default=DEFAULT)
    return f"\x1b[r{sgr_between(None, fill)}\x1b[2J", Screen.blank(after.width, after.height, fill), Pen(None, fill)


def _takes_more(before: Screen, after: Screen, than: int) -> bool:
    """Whether repainting takes more bytes, by all appearances: one for each character, and some to get there."""
    taken = 0
    for old, new in zip(before, after, strict=True):
        if old is not new:
            changed = bytes(map(ne, old.text, new.text))
            taken += changed.count(1) + _TO_GET_THERE * changed.count(b"\0\1")
            if taken > than:
                return True
    return False


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
    strokes: list[Stroke] = []
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        if old is not new and old != new:
            strokes += row_strokes(y, old, new, abilities)
    if not strokes:
        return "", pen
    in_styles = drawn(_style_by_style(strokes, pen.style), pen)
    return in_styles if len(strokes) > _FEW_STROKES else min(drawn(strokes, pen), in_styles, key=_bytes)


def _style_by_style(strokes: Iterable[Stroke], pen: Style | None) -> Iterator[Stroke]:
    """Those of one style after the other: a move to a cell is shorter than a change of colour."""
    groups: dict[Style, list[Stroke]] = {}
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
