"""A driver for Textual that knows what the terminal shows, and sends the difference to the next frame."""

from __future__ import annotations

import curses
import re
import termios
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize

from tui.terminal.frames import Frames
from tui.terminal.strokes import Abilities

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

_ASK_FOR_SIDE_MARGINS = "\x1b[?69$p"
_BUSY_SECONDS = 0.02
"""How soon to look again whether a slow line has taken what it was given."""
_HANDOVER_SECONDS = 0.0001
"""How long the loop rests so that the writer's thread comes to run, which else waits until nothing is left to do."""
_OUTPUT = 1
"""Where `termios.tcgetattr` keeps what is done to output."""
_HAS_SIDE_MARGINS = re.compile(r"\x1b\[\?69;[12]\$y")


class FrameDiffDriver(LinuxDriver):
    """Draws Textual's output on a screen of its own, and sends what makes the terminal show the same.

    Whatever is no painting goes to the terminal as it is, in its order.
    """

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._frames = Frames()
        self._is_drawing = False
        self._is_waiting = False

    def start_application_mode(self) -> None:
        self._frames.forget()
        self._frames.abilities = Abilities(coloured_erase=self._has_capability("bce"))
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        self._is_drawing = True
        self._translate_line_feeds(on=False)
        if self.input_tty:
            self.write(_ASK_FOR_SIDE_MARGINS)

    def stop_application_mode(self) -> None:
        self._send(self._frames.changes())
        self._frames.forget()
        self._is_drawing = False
        # mosh and the Linux console have no alternate screen to leave: the shell gets an empty one.
        super().write("\x1b[m\x1b[2J\x1b[H")
        self._translate_line_feeds(on=True)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        self._send(self._frames.write(data))

    def flush(self) -> None:
        self._frames.complete(*self._app.size)
        self._show()

    def redraw(self) -> None:
        """Send all of the screen, whatever the terminal shows."""
        self._frames.forget()
        self._show()

    def _show(self) -> None:
        """Send what changed, or wait while the line is slower than the frames: only the last one matters then.

        Textual would queue them, and stand still when the queue is full.
        """
        if not self._is_drawing or self._is_waiting:
            return
        if self._writer_thread is not None and self._writer_thread._queue.qsize():  # noqa: SLF001
            self._is_waiting = True
            self._loop.call_later(_BUSY_SECONDS, self._look_again)
        elif output := self._frames.changes():
            self._send(output)
            time.sleep(_HANDOVER_SECONDS)

    def _look_again(self) -> None:
        self._is_waiting = False
        self._show()

    def run_input_thread(self) -> None:
        """Read keys and reports; of modes Textual's parser passes on only two that Textual itself has asked for."""
        parser = linux_driver.XTermParser  # type: ignore[attr-defined]
        linux_driver.XTermParser = _overheard(parser, self._hear)  # type: ignore[attr-defined]
        try:
            super().run_input_thread()
        finally:
            linux_driver.XTermParser = parser  # type: ignore[attr-defined]

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
        """A terminal moves and cuts what it shows when its size changes, even if that is the same again by now.

        Textual paints only where the size is another one than the last time it looked.
        """
        self._frames.forget()
        if size == self._frames.size:
            self._loop.call_soon_threadsafe(self.redraw)

    def _hear(self, data: str) -> None:
        if _HAS_SIDE_MARGINS.search(data):
            self._frames.abilities = replace(self._frames.abilities, side_margins=True)

    def _translate_line_feeds(self, *, on: bool) -> None:
        """Have the pseudo-terminal make a carriage return and a line feed of each line feed, or leave it as it is.

        Textual gives the terminal back as it was.
        """
        with suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[_OUTPUT] = attributes[_OUTPUT] | termios.ONLCR if on else attributes[_OUTPUT] & ~termios.ONLCR
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)

    def _send(self, output: str) -> None:
        if output:
            super().write(output)

    def _has_capability(self, name: str) -> bool:
        """Whether terminfo says that this terminal has one; False where it doesn't know the terminal."""
        try:
            curses.setupterm(fd=self.fileno)
        except curses.error:
            return False
        return curses.tigetflag(name) > 0


def _overheard(parser: type[XTermParser], hear: Callable[[str], None]) -> type[XTermParser]:
    """A parser of the same kind of which all that it is fed is told."""

    class Overheard(parser):  # type: ignore[misc, valid-type]
        def feed(self, data: str) -> Iterable[Message]:
            hear(data)
            yield from super().feed(data)

    return Overheard
