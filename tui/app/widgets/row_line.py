"""A row of the table as one line: texts cut and padded to their columns, one segment for each run of a style."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum, auto
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

if TYPE_CHECKING:
    from rich.style import Style

    from tui.domain.fields import Column
    from tui.domain.hits import Hits

PADDING = 1
"""Blanks on either side of a text; two columns are twice as far apart."""


class Tone(StrEnum):
    """What a cell says by its looks; the colours are the style sheet's, under `.record-table--<tone>`."""

    PLAIN = auto()
    MUTED = auto()
    GOOD = auto()
    WARN = auto()
    BAD = auto()
    ACCENT = auto()
    DERIVED = auto()


class Cell(NamedTuple):
    """Cleaned text of one line, drawn as it is: nothing in it is markup.  `hits` are what was looked for in it."""

    text: str
    tone: Tone = Tone.PLAIN
    hits: Hits = ()


def share_room(columns: Sequence[Column], room: int) -> list[int]:
    """The width of each column's text in `room` cells: the least ones, and what is left shared by `grows`.

    Where the least ones don't fit together, the first that do have all the room: who scrolls on finds the others, and
    nobody sees the first half of an id.
    """
    least = [column.width for column in columns]
    seen = next((count for count in range(len(least), 0, -1) if row_width(least[:count]) <= room), 0)
    spare = max(0, room - row_width(least[:seen]))
    shares = sum(column.grows for column in columns[:seen])
    widths = []
    for column in columns[:seen]:
        grown = spare * column.grows // shares if shares else 0
        widths.append(column.width + grown)
        spare -= grown
        shares -= column.grows
    return widths + least[seen:]


def fit(text: str, width: int, cut: str = "…") -> str:
    """`text` in exactly `width` cells (1 or more): padded with blanks, or cut, which `cut` tells at its end."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    cut = cut[:width]
    return set_cell_size(text, width - len(cut)) + cut


def row_line(
    cells: Iterable[tuple[str, Style, Hits]],
    widths: Sequence[int],
    lit: Callable[[Style], Style],
    *,
    cut: str = "…",
) -> list[Segment]:
    """A text, a style and the hits for each column, with their paddings; `row_width` cells in all.

    `lit` gives the style of a hit in a text of some style; `cut` is as in `fit`.
    """
    segments: list[Segment] = []
    run: list[str] = []
    run_style: Style | None = None
    margin = " " * PADDING
    for (text, style, hits), width in zip(cells, widths, strict=True):
        if style is not run_style and run:
            segments.append(Segment("".join(run), run_style))
            run = []
        run_style = style
        fitted = fit(text, width, cut)
        if not hits:
            run += (margin, fitted, margin)
            continue
        run.append(margin)
        end = 0
        for start, stop in _fitted_hits(hits, len(fitted)):
            segments.append(Segment("".join((*run, fitted[end:start])), style))
            segments.append(Segment(fitted[start:stop], lit(style)))
            run, end = [], stop
        run += (fitted[end:], margin)
    segments.append(Segment("".join(run), run_style))
    return segments


def _fitted_hits(hits: Hits, length: int) -> Iterator[tuple[int, int]]:
    """Hits within a fitted text of so many characters; one that was cut off lights the ellipsis in its place."""
    end = 0
    for start, stop in hits:
        start, stop = max(end, min(start, length - 1)), min(stop, length)
        if start < stop:
            yield start, stop
            end = stop


def row_width(widths: Sequence[int]) -> int:
    """How many cells a row of columns of these widths takes."""
    return sum(widths) + 2 * PADDING * len(widths)


def part_of_line(line: list[Segment], left: int, width: int, blank: Style, *, fixed: int = 0) -> list[Segment]:
    """The first `fixed` cells of a line, fewer than it has, and then those `left` cells further on; `width` in all,
    blank where it has ended.  Half a wide character is a blank."""
    if left:
        end = Segment.get_line_length(line)
        kept, _, rest = Segment.divide(line, [min(fixed, end), min(fixed + left, end), end])
        line = [*kept, *rest]
    return Segment.adjust_line_length(line, width, blank)
