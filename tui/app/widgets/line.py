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
    """Some cleaned text, its tone (a component class of `Line` without the prefix), and what a click on it does."""

    text: str
    tone: str = "plain"
    click: Callable[[], object] | None = None


class Line(Widget):
    """Parts from the left and parts from the right; what doesn't fit between them is cut on the left side's end."""

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
        right_width = min(width, sum(cell_len(part.text) for part in self._right))
        segments = self._draw(self._left, 0, width - right_width)
        segments += self._draw(self._right, width - right_width, right_width)
        return Strip(segments, width)

    def _draw(self, parts: Sequence[Part], start: int, room: int) -> list[Segment]:
        segments = []
        at = start
        for text, tone, click in parts:
            space = start + room - at
            cells = cell_len(text)
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
