"""A driver for Textual that knows what the terminal shows, and sends the difference to the next frame."""

from __future__ import annotations

import curses
import re
from typing import TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize

from tui.terminal.cells import Screen
from tui.terminal.cursor import move
from tui.terminal.difference import Abilities, Pen, cleared, difference
from tui.terminal.painting import is_painting, paint

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

_SYNCHRONIZED = ("\x1b[?2026h", "\x1b[?2026l")
_HARMLESS = re.compile(
    r"(?:\x07|\x1b\[[?<>=][\d;]*\$?[a-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP(?:[^\x1b]|\x1b(?!\\))*\x1b\\)*"
)
"""Bells, modes, queries, operating system commands and device control strings: they leave what is shown alone."""


class FrameDiffDriver(LinuxDriver):
    """Draws Textual's output on a screen of its own, and sends what makes the terminal show the same.

    Whatever is no painting goes to the terminal as it is, in its order.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._paintings: list[str] = []
        self._painted = Screen(0, 0)
        self._shown = Screen(0, 0)
        self._pen = Pen()
        self._cursor = (0, 0)
        self._is_synchronized = False
        self._is_shown_unknown = True
        self._abilities = Abilities()

    def start_application_mode(self) -> None:
        self._is_shown_unknown = True
        self._abilities = Abilities(coloured_erase=self._has_capability("bce"))
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's

    def stop_application_mode(self) -> None:
        self.flush()
        self._is_shown_unknown = True
        super().write("\x1b[m")
        super().stop_application_mode()

    def write(self, data: str) -> None:
        if data in _SYNCHRONIZED:
            self._is_synchronized = True
        elif is_painting(data):
            self._paintings.append(data)
        else:
            self.flush()
            super().write(data)
            if _HARMLESS.fullmatch(data) is None:
                self._is_shown_unknown = True

    def flush(self) -> None:
        """Send what the paintings since the last time have changed."""
        if not self._paintings:
            return
        self._fit(self._app.size)
        for painting in self._paintings:
            self._cursor = paint(self._painted, painting)
        self._paintings.clear()
        self._send()

    def redraw(self) -> None:
        """Send all of the screen, whatever the terminal shows."""
        self._is_shown_unknown = True
        self._send()

    def process_message(self, message: Message) -> None:
        if isinstance(message, Resize):
            self._resized(message.size)
        super().process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Textual asks when it starts, and whenever the terminal has changed its size."""
        size = super()._get_terminal_size()
        self._resized(size)
        return size

    def _resized(self, size: tuple[int, int]) -> None:
        """A terminal moves and cuts what it shows when its size changes, and it may be the same again by now.

        Textual paints where the size is another one than the last time it looked.
        """
        self._is_shown_unknown = True
        if size == (self._painted.width, self._painted.height):
            self._loop.call_soon_threadsafe(self.redraw)

    def _fit(self, size: tuple[int, int]) -> None:
        if size != (self._painted.width, self._painted.height):
            self._painted = self._painted.resized(*size)
            self._is_shown_unknown = True

    def _send(self) -> None:
        if not self._painted.height:
            return
        output = ""
        if self._is_shown_unknown:
            self._is_shown_unknown = False
            output, self._shown, self._pen = cleared(self._painted, self._abilities)
        changes, self._pen = difference(self._shown, self._painted, self._pen, self._abilities)
        output += changes
        if not output:
            return
        output += move(self._pen.position, self._cursor)
        self._pen = self._pen._replace(position=self._cursor)
        self._shown.rows = [
            old if old is new or old == new else new.copy() for old, new in zip(self._shown, self._painted, strict=True)
        ]
        if self._is_synchronized:
            output = output.join(_SYNCHRONIZED)
        super().write(output)

    def _has_capability(self, name: str) -> bool:
        """Whether this terminal is said to have one, by its terminfo name; False where nothing is said of it."""
        try:
            curses.setupterm(fd=self.fileno)
            return curses.tigetflag(name) > 0
        except curses.error:
            return False
