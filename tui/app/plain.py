"""The explorer in plain mode, for readers who hear the screen or feel it, and for all who want text alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rich.cells import cell_len
from textual.command import CommandInput, CommandList
from textual.geometry import Offset
from textual.widgets import Input, OptionList

from tui.app.app import ExplorerApp
from tui.app.spelling import PLAIN_CLASS, Spelling

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel
    from textual.widget import Widget

    from tui.app.context import Context

_SHOW_CURSOR = "\x1b[?25h"


@runtime_checkable
class _Lined(Protocol):
    """A widget with a cursor on one of its lines."""

    @property
    def cursor_y(self) -> int:
        """How far below the widget's first line that is."""
        ...


class PlainApp(ExplorerApp):
    """One pane at a time over the whole width, nothing drawn around it, signs in words, messages on the last line.

    The terminal's own cursor is shown, and stands where the reader is: that is what screen readers follow.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow")]  # noqa: RUF012 - Textual declares it an instance's
    NOTIFICATION_TIMEOUT = 30.0

    def __init__(self, given: Context, driver_class: type[Driver] | None = None) -> None:
        super().__init__(given, driver_class)
        self.add_class(PLAIN_CLASS)
        self.animation_level = "none"
        self._spelling = Spelling()

    def on_mount(self) -> None:
        self._show_cursor()
        self.app_resume_signal.subscribe(self, lambda _: self._show_cursor())

    def _show_cursor(self) -> None:
        """Undo what Textual does to every terminal that it takes."""
        if self._driver is not None:
            self._driver.write(_SHOW_CURSOR)

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's cursor is put after every frame: on the line that has the cursor, or in the input."""
        reader_in = self.focused
        if isinstance(reader_in, CommandInput):
            # Its list is walked from the input, where the first command stands ready as soon as something is typed.
            commands = self.screen.query_one(CommandList)
            reader_in = commands if commands.highlighted else reader_in
        return Offset() if reader_in is None else _cursor_of(reader_in)

    @cursor_position.setter
    def cursor_position(self, position: Offset) -> None:
        """Textual tells it of inputs alone; here it is looked up for every frame."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [self._spelling, *super().get_line_filters()]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Put a message in the place of the one before."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)


def _cursor_of(widget: Widget) -> Offset:
    """Where on the screen a reader of this widget is."""
    start = widget.content_region.offset
    if isinstance(widget, Input):
        before = cell_len(widget.value[: widget.cursor_position])
        return Offset(start.x + before - widget.scroll_offset.x, start.y)
    if isinstance(widget, OptionList):
        if widget.highlighted is None:
            return start
        line = widget._index_to_line[widget.highlighted]  # noqa: SLF001 - Textual tells it nobody else
        return Offset(start.x, start.y + line - widget.scroll_offset.y)
    return Offset(start.x, start.y + widget.cursor_y) if isinstance(widget, _Lined) else start
