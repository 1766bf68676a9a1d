"""One line of text in a few tones, drawn straight to a strip: for what changes with every key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

CHIPS = ("chip", *(f"chip-{colour}" for colour in ("red", "yellow", "green", "blue", "magenta", "cyan")))
"""Tones of a word on a coloured ground."""


class Part(NamedTuple):
    """Some cleaned text, its tone (a component class of `Line` without the prefix), and what a click on it does.

    Where the line has no room for all of its left side, parts give way, those with the most to `spare` first: to what
    they say in `short`, then altogether.  With 0 they stay, in `short` if they must and can.  Those on the right give
    way only where nothing else on the left would.
    """

    text: str
    tone: str = "plain"
    click: Callable[[], object] | None = None
    spare: int = 0
    short: str = ""


def fitting(parts: Sequence[Part], room: int) -> Sequence[Part]:
    """The parts that say most in so many cells; more than fits, where none of them gives way."""
    for rank in sorted({part.spare for part in parts}, reverse=True):
        for say in (_in_short, _nothing):
            if cells_of(parts) <= room:
                return parts
            parts = [part._replace(text=say(part)) if part.spare == rank else part for part in parts]
    return parts


def _in_short(part: Part) -> str:
    return part.short if part.spare else part.short or part.text


def _nothing(part: Part) -> str:
    return "" if part.spare else part.text


def cells_of(parts: Sequence[Part]) -> int:
    """The cells that parts take beside each other."""
    return sum(cell_len(part.text) for part in parts)


class Line(Widget):
    """Parts from the left and parts from the right; what doesn't fit between them gives way on the left side."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"line--{tone}" for tone in ("plain", "muted", "strong", "accent", "warn", "bad", "good", "key", *CHIPS)
    }
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()
        self._spans: list[tuple[int, int, Callable[[], object]]] = []

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Draw these parts from now on; nothing is repainted where nothing changed."""
        new = tuple(left), tuple(right)
        if new != (self._left, self._right):
            self._left, self._right = new
            self.refresh()

    @property
    def text(self) -> str:
        """What the line says, without its tones."""
        return "".join(part.text for part in (*self._left, *self._right))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        self._spans = []
        if y:
            return Strip.blank(width, self.rich_style)
        right = fitting(self._right, width - cells_of([part for part in self._left if not part.spare]))
        right_width = min(width, cells_of(right))
        left = fitting(self._left, width - right_width)
        segments = self._draw(left, 0, width - right_width)
        segments += self._draw(right, width - right_width, right_width)
        return Strip(segments, width)

    def _draw(self, parts: Sequence[Part], start: int, room: int) -> list[Segment]:
        segments = []
        at = start
        for text, tone, click, *_ in parts:
            space = start + room - at
            cells = cell_len(text)
            if not cells:
                continue
            if space <= 0:
                break
            if cells > space:
                text, cells = set_cell_size(text, space - 1) + "…", space
            segments.append(Segment(text, self.get_component_rich_style(f"line--{tone}")))
            if click is not None:
                self._spans.append((at, at + cells, click))
            at += cells
        if at < start + room:
            segments.append(Segment(" " * (start + room - at), self.rich_style))
        return segments

    def on_click(self, event: Click) -> None:
        for start, end, click in self._spans:
            if start <= event.x < end:
                self.call_later(click)
                return
