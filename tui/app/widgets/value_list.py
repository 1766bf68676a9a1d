"""A list of values with their counts, shares and bars, of which only the lines in sight are ever made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.app.spelling import is_plain, letters, without_spelling
from tui.app.widgets.row_line import fit

if TYPE_CHECKING:
    from textual.filter import LineFilter

_COUNT_WIDTH = 11
_SHARE_WIDTH = 9
_WIDEST_BAR = 32
_GAP = 2
_EIGHTHS = " ▏▎▍▌▋▊▉"


class ValueLine(NamedTuple):
    """A value in cleaned texts: `about` tells it from its namesakes, `bar` is how long its bar is, from 0 to 1.  One
    that is not `sure` is drawn more faintly."""

    text: str
    about: str
    number: str
    share: str
    bar: float
    sure: bool
    is_none: bool


class ValueList(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws lines as `show` is told to make them, and has a cursor."""

    PANE = "Values"
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"value-list--{part}"
        for part in ("mark", "value", "none", "about", "count", "faint", "bar", "faint-bar", "cursor")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="values.down", tooltip="One value down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="values.up", tooltip="One value up"),
        Binding("space,pagedown", "page(1)", "Page down", show=False, id="values.page_down", tooltip="One page down"),
        Binding("b,pageup", "page(-1)", "Page up", show=False, id="values.page_up", tooltip="One page up"),
        Binding("g,home", "top", "Top", show=False, id="values.top", tooltip="To the first value"),
        Binding("G,end", "bottom", "Bottom", show=False, id="values.bottom", tooltip="To the last value"),
    ]

    @dataclass
    class Moved(Message):
        """The reader moved the cursor to this line."""

        line: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._count = 0
        self._line: Callable[[int], ValueLine] | None = None
        self._cursor = 0

    @property
    def cursor(self) -> int:
        return self._cursor

    def show(self, count: int, line: Callable[[int], ValueLine], cursor: int) -> None:
        """Draw `count` lines from now on, the cursor on one of them, which stands where it stood on the screen."""
        before, self._cursor = self._cursor, max(0, min(cursor, count - 1))
        self._count, self._line = count, line
        self.virtual_size = Size(0, count)
        if self._cursor != before:
            self.scroll_to(y=self.scroll_offset.y + self._cursor - before, animate=False)
        self.refresh()

    # Keys and mouse

    def action_move(self, step: int) -> None:
        self._go_to(self._cursor + step)

    def action_page(self, pages: int) -> None:
        self._go_to(self._cursor + pages * max(1, self.size.height - 1))

    def action_top(self) -> None:
        self._go_to(0)

    def action_bottom(self) -> None:
        self._go_to(self._count - 1)

    def on_click(self, event: Click) -> None:
        if (line := self.scroll_offset.y + event.y) < self._count:
            self._go_to(line)

    def on_resize(self) -> None:
        self._scroll_to_cursor()

    def _go_to(self, line: int) -> None:
        before, self._cursor = self._cursor, max(0, min(line, self._count - 1))
        if self._cursor != before:
            for changed in (before, self._cursor):
                self.refresh(Region(0, changed - self.scroll_offset.y, self.size.width, 1))
            self._scroll_to_cursor()
            self.post_message(self.Moved(self._cursor))

    def _scroll_to_cursor(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height:
            self.scroll_to(y=min(max(top, self._cursor - height + 1), self._cursor), animate=False)

    @property
    def cursor_y(self) -> int:
        return self._cursor - self.scroll_offset.y

    # Drawing

    def get_line_filters(self) -> Sequence[LineFilter]:
        return without_spelling(super().get_line_filters())

    def render_line(self, y: int) -> Strip:
        width, number = self.size.width, self.scroll_offset.y + y
        if number >= self._count or self._line is None:
            return Strip.blank(width, self.rich_style)
        return self._draw(self._line(number), width, here=number == self._cursor, plain=is_plain(self))

    def _draw(self, line: ValueLine, width: int, *, here: bool, plain: bool) -> Strip:
        room = max(4, width - 1 - _COUNT_WIDTH - _SHARE_WIDTH - _GAP)
        bar_room = 0 if plain else min(_WIDEST_BAR, room * 2 // 5)
        room -= bar_room
        mark, number = ("▌" if here else " "), line.number.rjust(_COUNT_WIDTH)
        pieces = [
            (letters(mark) if plain else mark, "mark"),
            *_value_pieces(line, room),
            (letters(number) if plain else number, "count" if line.sure else "faint"),
            (line.share.rjust(_SHARE_WIDTH), "count" if line.sure else "faint"),
            (" " * _GAP, "count"),
            (bar(line.bar, bar_room), "bar" if line.sure else "faint-bar"),
        ]
        segments = [
            Segment(text, self.get_component_rich_style(f"value-list--{part}")) for text, part in pieces if text
        ]
        strip = Strip(segments).adjust_cell_length(width, self.rich_style)
        if here:
            look = self.get_component_rich_style("value-list--cursor")
            strip = Strip(
                Segment.apply_style(strip, post_style=look.background_style + look.without_color), strip.cell_length
            )
        return strip


def bar(part: float, room: int) -> str:
    """A bar over this part of `room` cells, in eighths of a cell; whatever there is has one."""
    eighths = round(max(0.0, min(part, 1.0)) * room * 8)
    whole, rest = divmod(max(eighths, 1 if part > 0 else 0), 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def _value_pieces(line: ValueLine, room: int) -> list[tuple[str, str]]:
    """The value, and in what room it leaves the word that tells it from others."""
    looks = "none" if line.is_none else "value"
    spare = room - cell_len(line.text) - _GAP
    if not line.about or spare < 4:
        return [(fit(line.text, room), looks)]
    return [(line.text + " " * _GAP, looks), (fit(line.about, spare), "about")]
