"""A row of the table as one line: texts cut and padded to their columns, one segment for each run of a style."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum, auto
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

if TYPE_CHECKING:
    from rich.style import Style

    from tui.domain.fields import Column

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
    """Cleaned text of one line, drawn as it is: nothing in it is markup."""

    text: str
    tone: Tone = Tone.PLAIN


def share_room(columns: Sequence[Column], room: int) -> list[int]:
    """The width of each column's text in `room` cells: the least ones, and what is left shared by `grows`.

    Where the least ones don't fit they are kept all the same, and the table scrolls.
    """
    spare = max(0, room - row_width([column.width for column in columns]))
    shares = sum(column.grows for column in columns)
    widths = []
    for column in columns:
        grown = spare * column.grows // shares if shares else 0
        widths.append(column.width + grown)
        spare -= grown
        shares -= column.grows
    return widths


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells (1 or more): padded with blanks, or cut with an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def row_line(cells: Iterable[tuple[str, Style]], widths: Sequence[int]) -> list[Segment]:
    """A text and a style for each column, with their paddings; `row_width` cells in all."""
    segments: list[Segment] = []
    run: list[str] = []
    run_style: Style | None = None
    margin = " " * PADDING
    for (text, style), width in zip(cells, widths, strict=True):
        if style is not run_style and run:
            segments.append(Segment("".join(run), run_style))
            run = []
        run_style = style
        run += (margin, fit(text, width), margin)
    segments.append(Segment("".join(run), run_style))
    return segments


def row_width(widths: Sequence[int]) -> int:
    """How many cells a row of columns of these widths takes."""
    return sum(widths) + 2 * PADDING * len(widths)


def part_of_line(line: list[Segment], left: int, width: int, blank: Style) -> list[Segment]:
    """The `width` cells of a line from cell `left` on, blank where it has ended; half a wide character is a blank."""
    if left:
        end = Segment.get_line_length(line)
        line = list(Segment.divide(line, [min(left, end), end]))[1]
    return Segment.adjust_line_length(line, width, blank)
