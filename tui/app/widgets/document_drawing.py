"""Lines of a document as they are measured and marked for the screen."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import NamedTuple

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style


class Wrap(NamedTuple):
    """How rows are broken into screen lines."""

    tops: array[int]
    """The first screen line of each row, and the first behind the last."""
    widths: list[tuple[int, ...]]
    """The cells of each screen line of each row."""

    @classmethod
    def measure(cls, texts: list[str], room: int) -> Wrap:
        widths = [tuple(cell_len(piece) for piece in chop_cells(text, room)) or (0,) for text in texts]
        return cls(array("I", accumulate((len(row) for row in widths), initial=0)), widths)

    def cells(self, row: int, screen_line: int) -> tuple[int, int]:
        """Which cells of a row a screen line shows."""
        widths = self.widths[row]
        part = screen_line - self.tops[row]
        start = sum(widths[:part])
        return start, start + widths[part]


def overlay(segments: list[Segment], marks: list[tuple[int, int, Style]]) -> list[Segment]:
    """Segments with styles laid over some stretches of their characters, which come in order."""
    overlaid: list[Segment] = []
    position = 0
    waiting = iter(marks)
    mark = next(waiting, None)
    for text, style, _ in segments:
        start = 0
        while mark is not None and mark[0] < position + len(text):
            begin, end = max(0, mark[0] - position), min(len(text), mark[1] - position)
            overlaid += [Segment(text[start:begin], style), Segment(text[begin:end], (style or Style.null()) + mark[2])]
            start = end
            if mark[1] > position + len(text):
                break
            mark = next(waiting, None)
        overlaid.append(Segment(text[start:], style))
        position += len(text)
    return [segment for segment in overlaid if segment.text]
