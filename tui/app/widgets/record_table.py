"""The table of records: the stock `DataTable` over rows that are made when they are drawn, each as one lean line.

The stock table takes time and memory for each row it holds and draws cell by cell.  Here no row is held (`lazy_table`)
and a row in view is drawn as one strip (`row_line`), so that a million rows cost what forty cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.coordinate import Coordinate
from textual.geometry import Region
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets.data_table import Column, ColumnKey

from tui.app.spelling import is_plain, letters, without_spelling
from tui.app.widgets.lazy_table import LazyTable
from tui.app.widgets.row_line import PADDING, Cell, Tone, part_of_line, row_line, row_width, share_room
from tui.domain.fields import TIME

if TYPE_CHECKING:
    from textual.events import Click
    from textual.filter import LineFilter

    from tui.domain.columns import TableColumn
    from tui.domain.hits import Hits

__all__ = ["Cell", "RecordTable", "Rows", "Tone"]

_CURSOR, _MARKED, _NEW = "▌", "◆", "+"
_GUTTER = len(_CURSOR)
_RISING, _FALLING = "↑", "↓"
_MORE_LEFT, _MORE_RIGHT = "‹", "›"
_PLACEHOLDER = Cell("·····", Tone.MUTED)
_PLACEHOLDER_IN_WORDS = Cell("loading", Tone.MUTED)
_CUT, _CUT_IN_ASCII = "…", "..."
_UNDERLINED = Style(underline=True)
_HEADER = -1
_LEAST_SEEN = 6
_THUMB_STEPS_A_CELL = 8
_LINES_KEPT = 256
"""Drawn rows kept for scrolling back, well over the height of any screen."""


class Rows(Protocol):
    """What the table shows."""

    def cells(self, index: int) -> Sequence[Cell] | None:
        """A cell for each column of a row, or None while they aren't here: a placeholder is drawn."""
        ...

    def marked(self, index: int) -> bool:
        """Whether the reader has marked this row."""
        ...

    def new(self, index: int) -> bool:
        """Whether this row came in by itself and the reader has not looked at it."""
        ...


@dataclass(frozen=True, slots=True)
class _Palette:
    """The style sheet's answers, kept because Textual forgets its own at each repaint."""

    blank: Style
    header: Style
    mark: Style
    mark_under_cursor: Style
    cursor: Style
    hit: Style
    hit_under_cursor: Style
    tones: dict[Tone, Style]

    def lit(self, style: Style) -> Style:
        """How a hit looks in a text of this style."""
        return self.hit_under_cursor if style is self.cursor else style + self.hit


@dataclass(frozen=True, slots=True)
class _Section:
    """What of a line can be seen, in cells; kept, because Textual works out its sizes anew for whoever asks.

    `fixed` and then, `left` cells further on, what fits in `room`; without the columns `left_out`.  A line is drawn
    `width` wide: gutter and scroll bar are not counted in `room`.
    """

    left: int
    fixed: int
    room: int
    width: int
    left_out: list[int]


class RecordTable(LazyTable[Cell], inherit_bindings=False):
    """Rows with a cell cursor.  Rows, columns and lines are counted from 0."""

    PANE = "Table"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-table--mark",
        "record-table--mark-under-cursor",
        "record-table--hit",
        *(f"record-table--{tone}" for tone in Tone),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open", id="table.open", tooltip="Open the record under the cursor"),
        Binding("j,down", "cursor_down", "Down", show=False, id="table.down", tooltip="Next row"),
        Binding("k,up", "cursor_up", "Up", show=False, id="table.up", tooltip="Previous row"),
        Binding("space,pagedown", "page_down", "Page down", show=False, id="table.page_down", tooltip="A page down"),
        Binding("b,pageup", "page_up", "Page up", show=False, id="table.page_up", tooltip="A page up"),
        Binding("g,home", "scroll_top", "First", show=False, id="table.first", tooltip="First row: the newest record"),
        Binding("G,end", "scroll_bottom", "Last", show=False, id="table.last", tooltip="Last row: the oldest record"),
        Binding("h,left", "cursor_left", "Left", show=False, id="table.left", tooltip="Cell to the left"),
        Binding("l,right", "cursor_right", "Right", show=False, id="table.right", tooltip="Cell to the right"),
    ]

    visible_rows: Reactive[range] = Reactive(range(0), init=False, repaint=False)
    """The rows in view; whoever watches is told before they are painted."""

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another cell."""

        row: int
        column: int

    @dataclass
    class Opened(Message):
        """The reader wants to see all of this row."""

        row: int

    @dataclass
    class AtEnd(Message):
        """The reader wants to go further down than the last row."""

    def __init__(self, columns: Sequence[TableColumn], rows: Rows, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """Show these columns from left to right; `rows` gives a cell for each of them."""
        super().__init__(_stock(columns), self._cells_or_dots, gutter=_GUTTER, cell_padding=PADDING, id=id)
        self._source = rows
        self._shown = tuple(columns)
        self._sorted = ("", _RISING)
        self._lines: LRUCache[int, Strip] = LRUCache(_LINES_KEPT)
        self._palette: _Palette | None = None
        self._section: _Section | None = None

    # What the screen asks for

    def set_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show these columns from now on: `rows` gives a cell for each of them.

        The view stays on its rows, and the cursor on its row and, as long as that is shown, its column.
        """
        here = self._shown[self.cursor_column].name
        cursor_in_view = self.cursor_row in self.visible_rows
        self._shown = tuple(columns)
        self.replace_columns(_stock(columns))
        self._fit_columns()
        places = {column.name: place for place, column in enumerate(columns)}
        place = places.get(here, min(self.cursor_column, len(columns) - 1))
        self.set_reactive(RecordTable.cursor_coordinate, Coordinate(self.cursor_row, place))  # it didn't move
        if cursor_in_view:
            self._scroll_cursor_into_view()
        self.refresh()

    def show_order(self, column: str = "", *, descending: bool = False) -> None:
        """Say in the header which column the rows are sorted by; "" for none."""
        self._sorted = (column, _FALLING if descending else _RISING)
        self._lines.discard(_HEADER)
        self.refresh(Region(0, 0, self.size.width, self.header_height))

    def set_row_count(self, count: int, *, keep: int | None = None) -> None:
        """There are `count` rows from now on, and any of them may be another than before.

        The cursor stays on its row as far as there is such a row.  `keep` is the new number of the row it stands on,
        where rows came in before it: the cursor follows there, and the row keeps its place on the screen.
        """
        top = self.scroll_offset.y
        self._lines.clear()
        self.measure(count, self.column_widths)
        self.scroll_to(y=top if keep is None else top + keep - self.cursor_row, animate=False, force=True)
        if keep is not None:
            # Not moved: it is the row that has another number.
            self.set_reactive(
                RecordTable.cursor_coordinate, Coordinate(min(keep, max(0, count - 1)), self.cursor_column)
            )
        elif self.cursor_row >= count:
            self.cursor_coordinate = Coordinate(max(0, count - 1), self.cursor_column)
        self.refresh()
        self._look()

    @property
    def is_full(self) -> bool:
        """Whether there are more rows below those in view."""
        return self.row_count > self.visible_rows.stop

    def refresh_rows(self, first: int, last: int) -> None:
        """Draw these rows anew, both included, because they say something else now."""
        for index in [index for index in self._lines.keys() if first <= index <= last]:  # noqa: SIM118 - not a dict
            self._lines.discard(index)
        self._repaint(first, last)

    def show_row(self, index: int, *, column: int | None = None) -> None:
        """Put the cursor on a row, the nearest where there is no such row, and bring it into view at once."""
        self.cursor_coordinate = Coordinate(index, self.cursor_column if column is None else column)

    @property
    def cursor_y(self) -> int:
        return self.header_height + self.cursor_row - self.scroll_offset.y if self.row_count else 0

    # Drawing

    def get_line_filters(self) -> Sequence[LineFilter]:
        return without_spelling(super().get_line_filters())

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of this region, past Textual's cache of lines by their place on the screen: after a scroll a line
        stands elsewhere, and is still the strip that was cut and encoded before.  Borders, padding and opacity are
        not drawn."""
        strips = [self.render_line(y) for y in crop.line_range]
        if filters := self.get_line_filters():
            background = self.background_colors[1]
            for line_filter in filters:
                strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        index = self.scroll_offset.y + y - self.header_height if y >= self.header_height else _HEADER
        line = self._lines.get(index)
        if line is None:
            palette = self._palette = self._palette or self._read_palette()
            section = self._section = self._section or self._read_section()
            if index >= self.row_count:
                return Strip.blank(section.width, palette.blank)
            line = self._draw_header(palette, section) if index == _HEADER else self._draw_row(index, palette, section)
            self._lines[index] = line
        return line

    def notify_style_update(self) -> None:
        self._palette = self._section = None
        self._lines.clear()
        super().notify_style_update()

    def _draw_header(self, palette: _Palette, section: _Section) -> Strip:
        titles: list[tuple[str, Style, Hits]] = [(title, palette.header, ()) for title in self._titles()]
        left, room, width = section.left, section.room, section.width
        more = self.virtual_size.width - left > _GUTTER + room
        if more:
            room -= len(_MORE_RIGHT)
        line = self._draw_cells(titles, room, palette, section)
        line.insert(0, Segment(self._sign(_MORE_LEFT) if left else " ", palette.header))
        line.append(Segment((self._sign(_MORE_RIGHT) if more else "").ljust(width - room - _GUTTER), palette.header))
        return Strip(line, width)

    def _titles(self) -> Iterator[str]:
        name, arrow = self._sorted[0], self._sign(self._sorted[1])
        for column, width in zip(self._shown, self.column_widths, strict=True):
            title = column.looks.title
            if column.name == name:
                title = f"{title} {arrow}" if len(title) + 2 <= width else f"{title[: width - 1]}{arrow}"
            yield title

    def _draw_row(self, index: int, palette: _Palette, section: _Section) -> Strip:
        tones = palette.tones
        styled = [(text, tones[tone], hits) for text, tone, hits in self._cells_or_dots(index)]
        if index == self.cursor_row:
            text, _, hits = styled[self.cursor_column]
            styled[self.cursor_column] = text, palette.cursor, hits
        line = self._draw_cells(styled, section.room, palette, section)
        line.insert(0, self._draw_gutter(index, palette))
        return Strip(Segment.adjust_line_length(line, section.width, palette.blank), section.width)

    def _draw_gutter(self, index: int, palette: _Palette) -> Segment:
        under_cursor = index == self.cursor_row
        if self._source.marked(index):
            return Segment(self._sign(_MARKED), palette.mark_under_cursor if under_cursor else palette.mark)
        if self._source.new(index):
            return Segment(_NEW, palette.mark_under_cursor if under_cursor else palette.mark)
        return Segment(self._sign(_CURSOR), palette.mark) if under_cursor else Segment(" ", palette.blank)

    def _sign(self, sign: str) -> str:
        """A sign of ours among the data."""
        return letters(sign) if is_plain(self) else sign

    def _draw_cells(
        self, cells: list[tuple[str, Style, Hits]], room: int, palette: _Palette, section: _Section
    ) -> list[Segment]:
        for column in section.left_out:
            cells[column] = "", palette.blank, ()
        cut = _CUT_IN_ASCII if is_plain(self) else _CUT
        line = row_line(cells, self.column_widths, palette.lit, cut=cut)
        return part_of_line(line, section.left, room, palette.blank, fixed=section.fixed)

    def _cells_or_dots(self, index: int) -> Sequence[Cell]:
        cells = self._source.cells(index)
        if cells is None and is_plain(self):
            return [_PLACEHOLDER_IN_WORDS, *(Cell("") for _ in self._shown[1:])]
        return cells or [_PLACEHOLDER] * len(self.columns)

    def _read_palette(self) -> _Palette:
        style = self.get_component_rich_style
        return _Palette(
            blank=self.rich_style,
            header=style("datatable--header"),
            mark=style("record-table--mark"),
            mark_under_cursor=style("record-table--mark-under-cursor"),
            cursor=style("datatable--cursor"),
            hit=style("record-table--hit"),
            hit_under_cursor=style("datatable--cursor") + _UNDERLINED,
            tones={tone: style(f"record-table--{tone}") for tone in Tone},
        )

    def _repaint(self, first: int, last: int) -> None:
        """Draw those of the rows from `first` to `last` that are in view."""
        view = self.visible_rows
        first, stop = max(first, view.start), min(last + 1, view.stop)
        if first < stop:
            y = first - view.start + self.header_height
            self.refresh(Region(0, y, self.size.width, stop - first))

    # The view

    @property
    def _page_height(self) -> int:
        return max(0, self.size.height - self.header_height)

    @property
    def _room(self) -> int:
        """How many cells of a line can be seen: the scroll bar covers the rest."""
        return self.size.width - self.scrollbar_size_vertical

    def _read_section(self) -> _Section:
        left, room = self.scroll_offset.x, self._room - _GUTTER
        fixed = self.fixed_width - _GUTTER
        out = self._left_out(left + fixed, left + room) if left or self.virtual_size.width > self._room else []
        return _Section(left, fixed, room, self.size.width, out)

    def _left_out(self, first: int, end: int) -> list[int]:
        """The columns of which too little stands between these cells of a line: a cut value reads as another one.

        At the left any part is too little, as the beginning is what tells, but for a column that is wider than that.
        """
        out, stop = [], PADDING
        for column, width in enumerate(self.column_widths):
            start, stop = stop, stop + width + 2 * PADDING
            if column < self.fixed_columns:
                continue
            if (start < first and width <= end - first) or end - start < min(width, _LEAST_SEEN):
                out.append(column)
        return out

    def on_resize(self) -> None:
        cursor_in_view = self.cursor_row in self.visible_rows or not self.visible_rows
        self._fit_columns()
        if cursor_in_view:
            self._scroll_cursor_into_view()
        self._look()

    def _fit_columns(self) -> None:
        """Share the room among the columns.  Times come first and stay in view, where they leave others half of it."""
        self._forget_lines()
        room = self._room - _GUTTER
        widths = share_room([column.looks for column in self._shown], room)
        self.measure(self.row_count, widths)
        self.fixed_columns = int(self._shown[0].field is TIME and 2 * row_width(widths[:1]) <= room)

    def _forget_lines(self) -> None:
        """Draw every line anew, and in another section, because the columns moved."""
        self._section = None
        self._lines.clear()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        self._forget_lines()
        super().watch_scroll_x(old_value, new_value)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = self._thumb_position(new_value)
        if round(old_value) != round(new_value):
            self._look()
            self._repaint(self.visible_rows.start, self.visible_rows.stop)

    def _thumb_position(self, scroll_y: float) -> float:
        """Where to put the scroll bar's thumb: it is painted anew with each change, so changes too small to be seen
        are kept from it."""
        step = self.max_scroll_y / (self.size.height * _THUMB_STEPS_A_CELL or 1)
        return round(scroll_y / step) * step if step > 1 else scroll_y

    def _look(self) -> None:
        """Work out the rows in view."""
        first = self.scroll_offset.y
        self.visible_rows = range(first, max(first, min(self.row_count, first + self._page_height)))

    # The cursor

    def watch_cursor_coordinate(self, old_coordinate: Coordinate, new_coordinate: Coordinate) -> None:
        self._scroll_cursor_into_view()
        if old_coordinate != new_coordinate:
            self.refresh_rows(old_coordinate.row, old_coordinate.row)
            self.refresh_rows(new_coordinate.row, new_coordinate.row)
            self.post_message(self.CursorMoved(*new_coordinate))

    def action_cursor_down(self) -> None:
        self._tell_of_the_end()
        super().action_cursor_down()

    def action_scroll_bottom(self) -> None:
        self._tell_of_the_end()
        super().action_scroll_bottom()

    def action_page_down(self) -> None:
        self._tell_of_the_end()
        self._page(1)

    def action_page_up(self) -> None:
        self._page(-1)

    def _page(self, direction: int) -> None:
        """Move view and cursor by a page, so that the cursor keeps its place on the screen."""
        rows = direction * self._page_height
        self.scroll_relative(y=rows, animate=False, force=True)
        self.cursor_coordinate = Coordinate(self.cursor_row + rows, self.cursor_column)

    def _tell_of_the_end(self) -> None:
        if self.cursor_row >= self.row_count - 1:
            self.post_message(self.AtEnd())

    def action_select_cursor(self) -> None:
        if self.row_count:
            self.post_message(self.Opened(self.cursor_row))

    # The mouse

    def on_click(self, event: Click) -> None:
        """Put the cursor where the click was; a click on the row it stands on opens that row."""
        event.prevent_default()  # the stock table finds places by marks that lean lines don't carry
        offset = event.get_content_offset(self)
        if offset is None:
            return
        column = self.column_at(offset.x)
        if offset.y < self.header_height:
            if column is not None:
                header = self.ordered_columns[column]
                self.post_message(self.HeaderSelected(self, header.key, column, header.label))
            return
        row = self.scroll_offset.y + offset.y - self.header_height
        if row >= self.row_count:
            return
        opens = row == self.cursor_row
        self.cursor_coordinate = Coordinate(row, self.cursor_column if column is None else column)
        if opens:
            self.action_select_cursor()


def _stock(columns: Sequence[TableColumn]) -> list[Column]:
    """What the stock table notes of columns."""
    return [Column(ColumnKey(column.name), Text(column.looks.title), column.looks.width) for column in columns]
