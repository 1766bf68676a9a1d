"""Which part of a screen moved up or down, and by how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from operator import ne
from typing import NamedTuple

from tui.terminal.cells import Row, Screen

_LEAST_ROWS = 3
"""So many rows must be found elsewhere; fewer are as cheaply written anew."""
_LEAST_TEXT = 3
"""What is shorter may be found anywhere."""


class Scroll(NamedTuple):
    """Rows `top` to `bottom`, columns `left` to `right` (all counted in) moved up by `lines`, or down by minus them."""

    top: int
    bottom: int
    left: int
    right: int
    lines: int


class _Found(NamedTuple):
    row: int
    left: int
    right: int


def find_scroll(before: Screen, after: Screen) -> Scroll | None:
    """The scroll that brings the most rows of a screen to where they are afterwards; None where none brings any.

    Rows are compared by the text that changed alone: what stands beside it may stay, and a row that was highlighted is
    the same row.
    """
    changed_rows = [y for y, (old, new) in enumerate(zip(before, after, strict=True)) if old is not new]
    if len(changed_rows) < _LEAST_ROWS:
        return None
    texts = [row.text for row in before]
    by_distance: dict[int, list[_Found]] = defaultdict(list)
    for y in changed_rows:
        old, new = texts[y], after.rows[y].text
        if old == new:
            continue
        changed = list(map(ne, old, new))
        left, right = changed.index(True), len(changed) - changed[::-1].index(True) - 1
        text = new[left : right + 1]
        if len(text) < _LEAST_TEXT or text.isspace():
            continue
        for other, candidate in enumerate(texts):
            if candidate.startswith(text, left):
                by_distance[other - y].append(_Found(y, left, right))
    if not by_distance:
        return None
    lines, found = max(by_distance.items(), key=lambda item: (len(item[1]), -abs(item[0])))
    return _around(found, lines) if len(found) >= _LEAST_ROWS else None


def _around(found: Sequence[_Found], lines: int) -> Scroll:
    rows = [one.row for one in found]
    return Scroll(
        top=min(rows) + min(lines, 0),
        bottom=max(rows) + max(lines, 0),
        left=min(one.left for one in found),
        right=max(one.right for one in found),
        lines=lines,
    )


def scrolled(screen: Screen, scroll: Scroll) -> Screen:
    """What a terminal shows after it: what is moved in is blank, in the terminal's own colours."""
    top, bottom, left, right, lines = scroll
    blank = Row.blank(screen.width)
    moved = screen.copy()
    for y in range(top, bottom + 1):
        source = screen.rows[y + lines] if top <= y + lines <= bottom else blank
        whole = right - left + 1 == screen.width
        moved.rows[y] = source if whole else screen.rows[y].with_part(left, source.part(left, right + 1))
    return moved


def across(screen: Screen, scroll: Scroll) -> Scroll:
    """The same scroll of whole lines, as terminals without left and right margins move them."""
    return scroll._replace(left=0, right=screen.width - 1)


def cuts_wide(screen: Screen, scroll: Scroll) -> bool:
    """Whether one of its edges runs through a wide character."""
    edges = [x for x in (scroll.left, scroll.right + 1) if x < screen.width]
    return any(row.text[x] == "\0" for row in screen.rows[scroll.top : scroll.bottom + 1] for x in edges)
