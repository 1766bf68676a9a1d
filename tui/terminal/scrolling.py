"""Which part of a screen moved up or down, and by how much."""

from __future__ import annotations

from collections import defaultdict
from operator import ne
from typing import NamedTuple

from tui.terminal.cells import Row, Screen

_LEAST_ROWS = 3
"""So many rows must be found elsewhere; fewer are as cheaply written anew."""
_SAMPLES = 8
"""Of so many rows it is seen whether any have moved, and how far; to look for all takes longer than to draw some."""
_LEAST_TEXT = 3
"""What is shorter may be found anywhere."""


class Scroll(NamedTuple):
    """Rows `top` to `bottom`, columns `left` to `right` (all counted in) moved up by `lines`, or down by minus them."""

    top: int
    bottom: int
    left: int
    right: int
    lines: int


def find_scroll(before: Screen, after: Screen) -> Scroll | None:
    """The scroll that brings the most rows of a screen to where they are afterwards; None where none brings any.

    Some of the rows that changed are looked for everywhere, by the text that changed alone: what stands beside it may
    stay, and a row that was highlighted is the same row.  Where they have come from, the others are compared.
    """
    texts = [row.text for row in before]
    changed = [y for y, (old, new) in enumerate(zip(texts, after, strict=True)) if old != new.text]
    if len(changed) < _LEAST_ROWS:
        return None
    by_distance: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for y in changed[:: len(changed) // _SAMPLES + 1]:
        new = after.rows[y].text
        differing = bytes(map(ne, texts[y], new))
        left, right = differing.find(1), differing.rfind(1)
        text = new[left : right + 1]
        if len(text) < _LEAST_TEXT or text.isspace():
            continue
        for other, candidate in enumerate(texts):
            if candidate.startswith(text, left):
                by_distance[other - y].append((left, right))
    if not by_distance:
        return None
    lines, columns = max(by_distance.items(), key=lambda item: (len(item[1]), -abs(item[0])))
    left, right = min(left for left, _ in columns), max(right for _, right in columns)
    moved = slice(left, right + 1)
    there = range(max(0, -lines), min(before.height, before.height - lines))
    movable = [(y, after.rows[y].text[moved]) for y in changed if y in there]
    found = [y for y, text in movable if texts[y + lines][moved] == text and not text.isspace()]
    if len(found) < _LEAST_ROWS:
        return None
    return Scroll(found[0] + min(lines, 0), found[-1] + max(lines, 0), left, right, lines)


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
