"""Draws a document line by line, with a cursor, folds, and the hits of a find."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.events import Click
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.app.spelling import is_plain, letters, without_spelling
from tui.app.widgets.document_drawing import Wrap, overlay
from tui.formats.document import STRING_LIMIT, Document, Role, Span, note
from tui.formats.find import Find, Hit
from tui.formats.folding import Folding

if TYPE_CHECKING:
    from textual.filter import LineFilter

WRAP_LIMIT = 64 * 1024
"""Characters up to which a document can be wrapped: all its lines are measured for it."""

_GUTTER = 2
_MORE_FACTOR = 16
_CURSOR, _FOLDED, _OPEN = "▌", "▸", "▾"
_OURS = {Role.NOTE, Role.MORE, Role.REDACTED}
"""Roles of what the record doesn't say."""


class Place(NamedTuple):
    """Where the reader is in a document."""

    line: int = 0
    top: int = 0
    left: int = 0


TOP = Place()


class DocumentLines(ScrollView, can_focus=True, inherit_bindings=False):
    """One strip a line in sight; a move of the cursor repaints two of them."""

    PANE = "Document"
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"document-lines--{role}" for role in Role),
        *(f"document-lines--{part}" for part in ("mark", "fold", "cursor", "hit", "current-hit")),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="detail.down", tooltip="One line down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="detail.up", tooltip="One line up"),
        Binding("space,pagedown", "page(1)", "Page down", show=False, id="detail.page_down", tooltip="One page down"),
        Binding("b,pageup", "page(-1)", "Page up", show=False, id="detail.page_up", tooltip="One page up"),
        Binding("g,home", "top", "Top", show=False, id="detail.top", tooltip="To the first line"),
        Binding("G,end", "bottom", "Bottom", show=False, id="detail.bottom", tooltip="To the last line"),
        Binding("enter", "toggle_fold", "Fold", id="detail.toggle",
                tooltip="Fold or unfold what is under the cursor; show more of a cut value"),
        Binding("h,left", "fold", "Fold", show=False, id="detail.fold", tooltip="Fold, or go to what this is part of"),
        Binding("l,right", "unfold", "Unfold", show=False, id="detail.unfold", tooltip="Unfold what is here"),
        Binding("H", "fold_level", "Fold level", show=False, id="detail.fold_level",
                tooltip="Fold everything as deep as the cursor"),
        Binding("L", "unfold_all", "Unfold all", show=False, id="detail.unfold_all", tooltip="Unfold everything"),
        Binding("W", "wrap", "Wrap", show=False, id="detail.wrap", tooltip="Wrap long lines, or not"),
        Binding("<,shift+left", "sideways(-1)", "Left", show=False, id="detail.left", tooltip="Half a page left"),
        Binding(">,shift+right", "sideways(1)", "Right", show=False, id="detail.right",
                tooltip="Half a page right"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._document: Document = note("")
        self._folding = Folding(self._document)
        self._cursor = 0
        self._left = 0
        self._limits: dict[int, int] = {}
        self._drawn: LRUCache[int, list[Span]] = LRUCache(256)
        self._find: Find | None = None
        self._current: Hit | None = None
        self._wanted_wrap = False
        self._wrap: Wrap | None = None

    # What it shows

    @property
    def document(self) -> Document:
        return self._document

    @property
    def cursor_line(self) -> int:
        """The line of the document under the cursor."""
        return self._cursor

    @property
    def place(self) -> Place:
        return Place(self._cursor, self.scroll_offset.y, self._left)

    @property
    def has_redaction(self) -> bool:
        """Whether a secret is hidden in the line under the cursor."""
        return len(self._document) > 0 and any(span.role is Role.REDACTED for span in self._spans(self._cursor))

    def show(self, document: Document, place: Place) -> None:
        """Draw another document, at `place` as far as it goes."""
        self._document = document
        self._folding = Folding(document)
        self._limits.clear()
        self._find = self._current = None
        self._cursor = max(0, min(place.line, len(document) - 1))
        self._left = place.left
        self._lay_out()
        self.scroll_to(y=place.top, animate=False)
        self._scroll_to_cursor()

    @property
    def is_outgrown(self) -> bool:
        """Whether the document has many more lines than are drawn; not each few are worth laying out anew."""
        return len(self._document) >= 2 * len(self._folding)

    def grow(self) -> None:
        """Take in lines that the document got since."""
        self._folding.grow()
        self._lay_out()

    def show_hits(self, find: Find | None, current: Hit | None) -> None:
        """Mark the hits of a find, one of them as the current one."""
        self._find, self._current = find, current
        self.refresh()

    def go_to(self, hit: Hit) -> None:
        """Put the cursor on the line of a hit, and have the hit in sight: unfolded, and not cut off."""
        if hit.line >= len(self._folding):
            self._folding.grow()
        self._folding.reveal(hit.line)
        if hit.end > self._limits.get(hit.line, STRING_LIMIT):
            self._limits[hit.line] = hit.end + STRING_LIMIT
        self._lay_out()
        self._move_to(hit.line)
        self._scroll_to_cursor()
        self._scroll_sideways_to(hit)

    # Keys and mouse

    def action_move(self, step: int) -> None:
        self._go_to_row(self._folding.row(self._cursor) + step)

    def action_page(self, pages: int) -> None:
        top = self._top(self._folding.row(self._cursor))
        self._go_to_row(self._row_at(max(0, top + pages * max(1, self.size.height - 1))))

    def action_top(self) -> None:
        self._go_to_row(0)

    def action_bottom(self) -> None:
        self._go_to_row(len(self._folding.rows) - 1)

    def action_toggle_fold(self) -> None:
        if not len(self._document):
            return
        container = self._container()
        if self._folding.unfold(container) or self._folding.fold(container):
            self._go_to_line(container)
        elif any(span.role is Role.MORE for span in self._spans(self._cursor)):
            self._limits[self._cursor] = _MORE_FACTOR * self._limits.get(self._cursor, STRING_LIMIT)
            self._lay_out()

    def action_fold(self) -> None:
        if not len(self._document):
            return
        if self._folding.fold(self._cursor):
            self._go_to_line(self._cursor)
        else:
            self._move_to(self._document.parent(self._cursor))

    def action_unfold(self) -> None:
        if self._folding.unfold(self._cursor):
            self._go_to_line(self._cursor)

    def action_fold_level(self) -> None:
        if len(self._document):
            self._folding.fold_depth(self._document.depth(self._cursor))
            self._go_to_line(self._cursor)

    def action_unfold_all(self) -> None:
        self._folding.unfold_all()
        self._go_to_line(self._cursor)

    def action_wrap(self) -> None:
        self._wanted_wrap = not self._wanted_wrap
        if self._wanted_wrap and self._document.size > WRAP_LIMIT:
            self.notify(f"Lines are wrapped up to {WRAP_LIMIT // 1024} kB only; < and > move sideways.", markup=False)
        self._left = 0
        self._go_to_line(self._cursor)

    def action_sideways(self, direction: int) -> None:
        if self._wrap is None:
            self._go_sideways(self._left + direction * max(1, self._room // 2))

    def on_click(self, event: Click) -> None:
        screen_line = self.scroll_offset.y + event.y
        if screen_line < self._height:
            self._go_to_row(self._row_at(screen_line))
            if event.x < _GUTTER:
                self.action_toggle_fold()

    def on_mount(self) -> None:
        self._wanted_wrap = is_plain(self)

    def on_resize(self) -> None:
        if self._wrap is not None:
            self._lay_out()
        self._scroll_to_cursor()

    # Where things are: a line of the document stands on a row of the folding, a row takes one or more screen lines

    @property
    def _room(self) -> int:
        """Cells for text in a screen line."""
        return max(1, self.size.width - _GUTTER)

    @property
    def _height(self) -> int:
        return len(self._folding.rows) if self._wrap is None else self._wrap.tops[-1]

    def _top(self, row: int) -> int:
        """The first screen line of a row."""
        return row if self._wrap is None else self._wrap.tops[row]

    def _row_at(self, screen_line: int) -> int:
        last = len(self._folding.rows) - 1
        return min(last, screen_line if self._wrap is None else bisect_right(self._wrap.tops, screen_line) - 1)

    def _lay_out(self) -> None:
        """Measure again after anything but the cursor changed."""
        self._drawn.clear()
        self._wrap = None
        if self._wanted_wrap and self._document.size <= WRAP_LIMIT:
            self._wrap = Wrap.measure([_text(self._spans(line)) for line in self._folding.rows], self._room)
        self.virtual_size = Size(0, self._height)
        self.refresh()

    # Moving

    def _container(self) -> int:
        """The line that opens what opens or closes at the cursor; of a leaf its own."""
        parent = self._document.parent(self._cursor)
        closes = parent < self._cursor == self._document.last(parent)
        return parent if closes else self._cursor

    def _go_to_line(self, line: int) -> None:
        """Put the cursor on a line, or on the fold it is under, after rows came or went."""
        self._lay_out()
        if len(self._document):
            self._cursor = self._folding.rows[self._folding.row(line)]
            self._scroll_to_cursor()

    def _go_to_row(self, row: int) -> None:
        if len(self._document):
            self._move_to(self._folding.rows[max(0, min(row, len(self._folding.rows) - 1))])

    def _move_to(self, line: int) -> None:
        before, self._cursor = self._cursor, line
        if line != before:
            self._refresh_row(self._folding.row(before))
            self._refresh_row(self._folding.row(line))
            self._scroll_to_cursor()

    def _refresh_row(self, row: int) -> None:
        top = self._top(row)
        height = 1 if self._wrap is None else self._wrap.tops[row + 1] - top
        self.refresh(Region(0, top - self.scroll_offset.y, self.size.width, height))

    def _scroll_to_cursor(self) -> None:
        row = self._folding.row(self._cursor)
        first = self._top(row)
        last = first if self._wrap is None else self._wrap.tops[row + 1] - 1
        top, height = self.scroll_offset.y, self.size.height
        if not height:
            return
        if first < top or last - first >= height:
            self.scroll_to(y=first, animate=False)
        elif last >= top + height:
            self.scroll_to(y=last - height + 1, animate=False)

    def _scroll_sideways_to(self, hit: Hit) -> None:
        if self._wrap is None:
            text = _text(self._spans(hit.line))
            start, end = cell_len(text[: hit.start]), cell_len(text[: hit.end])
            if start < self._left or end > self._left + self._room:
                self._go_sideways(0 if end <= self._room else start - self._room // 3)

    def _go_sideways(self, left: int) -> None:
        """Scroll so that column `left` comes first, if anything in sight reaches that far."""
        top = self.scroll_offset.y
        in_sight = self._folding.rows[top : top + self.size.height]
        widest = max((cell_len(_text(self._spans(line))) for line in in_sight), default=0)
        self._left = max(0, min(left, widest - self._room // 2))
        self.refresh()

    @property
    def cursor_y(self) -> int:
        return self._top(self._folding.row(self._cursor)) - self.scroll_offset.y

    # Drawing

    def get_line_filters(self) -> Sequence[LineFilter]:
        return without_spelling(super().get_line_filters())

    def _spans(self, line: int) -> list[Span]:
        spans = self._drawn.get(line)
        if spans is None:
            if self._folding.is_folded(line):
                spans = self._document.folded(line)
            else:
                spans = self._document.spans(line, self._limits.get(line, STRING_LIMIT))
            if is_plain(self):
                spans = [Span(letters(text), role) if role in _OURS else Span(text, role) for text, role in spans]
            self._drawn.set(line, spans)
        return spans

    def render_line(self, y: int) -> Strip:
        screen_line = self.scroll_offset.y + y
        if screen_line >= self._height:
            return Strip.blank(self.size.width, self._style(Role.PLAIN))
        row = self._row_at(screen_line)
        line = self._folding.rows[row]
        strip = Strip(self._segments(line))
        if self._wrap is None:
            strip = strip.crop(self._left, self._left + self._room)
        else:
            start, end = self._wrap.cells(row, screen_line)
            strip = strip.crop(start, end)
        strip = Strip([*self._gutter(line, first=self._top(row) == screen_line), *strip])
        strip = strip.extend_cell_length(self.size.width, self._style(Role.PLAIN))
        if line == self._cursor:
            look = self._style("cursor")
            return Strip(
                Segment.apply_style(strip, post_style=look.background_style + look.without_color), strip.cell_length
            )
        return strip

    def _gutter(self, line: int, *, first: bool) -> list[Segment]:
        fold = " "
        if first and self._folding.is_folded(line):
            fold = _FOLDED
        elif first and self._document.last(line) > line:
            fold = _OPEN
        mark = _CURSOR if line == self._cursor else " "
        if is_plain(self):
            mark, fold = letters(mark) if first else " ", letters(fold)
        return [Segment(mark, self._style("mark")), Segment(fold, self._style("fold"))]

    def _segments(self, line: int) -> list[Segment]:
        """The line in its colours, its hits marked."""
        spans = self._spans(line)
        hits = [] if self._find is None or self._folding.is_folded(line) else self._find.on_line(line)
        segments = [Segment(text, self._style(role)) for text, role in spans]
        if not hits:
            return segments
        # Hits count characters of the whole line: those in a cut rest are not in sight.
        cut = next((i for i, span in enumerate(spans) if span.role is Role.MORE), len(spans))
        end = sum(len(span.text) for span in spans[:cut])
        return overlay(segments, [
            (hit.start, hit.end, self._mark("current-hit" if hit == self._current else "hit"))
            for hit in hits if hit.end <= end
        ])  # fmt: skip

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"document-lines--{part}")

    def _mark(self, part: str) -> Style:
        """What a part adds to the looks of what it marks."""
        return self.get_component_rich_style(f"document-lines--{part}", partial=True)


def _text(spans: list[Span]) -> str:
    return "".join(span.text for span in spans)
