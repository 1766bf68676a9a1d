"""The list under an input: what is wrong in words, and what may be put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.app.spelling import is_plain
from tui.app.widgets.row_line import fit
from tui.domain.completion import Candidate

_MOST_LINES = 8
_NARROWEST, _WIDEST = 40, 76
_WIDEST_LABEL = 32
_GAP = 2


class Dropdown(Widget):
    """Draws over what is below its input; at most eight lines, the marked row always among them."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "dropdown--label", "dropdown--about", "dropdown--marked", "dropdown--problem",
    }  # fmt: skip

    @dataclass
    class Taken(Message):
        """The row with this number was clicked."""

        row: int

    def __init__(self) -> None:
        super().__init__()
        self._problem: list[str] = []
        self._rows: tuple[Candidate, ...] = ()
        self._marked: int | None = None
        self._first = 0
        self._label_width = 0

    def show(self, problem: str, rows: Sequence[Candidate], marked: int | None, column: int) -> None:
        """Draw a cleaned sentence, "" for none, and the rows, from a column of the input on; hidden without either."""
        self._rows, self._marked = tuple(rows), marked
        self._label_width = min(_WIDEST_LABEL, max((cell_len(row.label) for row in rows), default=0))
        about_width = max((cell_len(row.about) for row in rows), default=0)
        wanted = max(2 + cell_len(problem), _GAP + 2 + self._label_width + about_width)
        width = min(self.screen.size.width, max(_NARROWEST, min(wanted, _WIDEST)))
        if is_plain(self):  # or what is behind would be read along with each row
            column, width = 0, self.screen.size.width
        wrapped = Content(problem).wrap(max(1, width - 2)) if problem else []
        self._problem = [line.plain for line in wrapped][: _MOST_LINES - 1]
        self._first = self._first_row()
        self.display = bool(problem or rows)
        self.styles.width = width
        self.styles.height = max(1, len(self._problem) + len(self._visible))
        self.styles.offset = (column, 1)
        self.refresh()

    def _first_row(self) -> int:
        """The row to begin with: the one before, as long as the marked one is in sight."""
        room = _MOST_LINES - len(self._problem)
        marked = self._marked or 0
        first = min(self._first, marked, max(0, len(self._rows) - room))
        return max(first, marked - room + 1)

    @property
    def _visible(self) -> range:
        room = _MOST_LINES - len(self._problem)
        return range(self._first, min(len(self._rows), self._first + room))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = self._first + y - len(self._problem)
        if y < len(self._problem):
            style = self.get_component_rich_style("dropdown--problem")
            return Strip([Segment(set_cell_size(f" {self._problem[y]}", width), style)], width)
        if row not in self._visible:
            return Strip.blank(width, self.rich_style)
        label, about = self._rows[row].label, self._rows[row].about
        more = "↑" if row == self._first > 0 else "↓" if row == self._visible[-1] < len(self._rows) - 1 else " "
        name = "marked" if row == self._marked else "label"
        before = ">" if name == "marked" and is_plain(self) else " "
        room = max(0, width - self._label_width - _GAP - 2)
        return Strip(
            [
                Segment(
                    f"{before}{fit(label, self._label_width)}{' ' * _GAP}",
                    self.get_component_rich_style(f"dropdown--{name}"),
                ),
                Segment(
                    (fit(about, room) if room else "") + more,
                    self.get_component_rich_style("dropdown--marked" if name == "marked" else "dropdown--about"),
                ),
            ],
            width,
        )

    def on_click(self, event: Click) -> None:
        row = self._first + event.y - len(self._problem)
        if event.y >= len(self._problem) and row in self._visible:
            self.post_message(self.Taken(row))
