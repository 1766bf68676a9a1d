"""The terminal as a shell has it: text on it for the reader to select by mouse, and room for other programs."""

from __future__ import annotations

import os
import select
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from textual.app import App

_COMES_BACK = (b"\r", b"\n", b"\x03", b"\x04", b"q")
_TERMINAL_GONE = b""
ASK_TO_END = (signal.SIGTERM, signal.SIGHUP)
_LOCAL_FLAGS = 3
"""Where `termios.tcgetattr` keeps echo, line editing and signals by keys."""


@contextmanager
def bare_terminal(app: App[Any]) -> Iterator[None]:
    """Leave the terminal to whoever is in here; nothing is drawn and nothing fetched meanwhile.

    Raises `SuspendNotSupported` where the app has no terminal.
    """
    # A hasty ctrl+c, while keys make signals on the way there and back, must not end the program.  It is heard and not
    # ignored: what is ignored here would be by programs that are started here.
    interrupted = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        with app.suspend():
            yield
    finally:
        signal.signal(signal.SIGINT, interrupted)


def show_alone(text: str, *, keyboard: int, screen: TextIO) -> None:
    """Show nothing but `text` on a bare terminal, until the reader comes back."""
    with suppress(OSError, termios.error):
        begin_page(text, screen=screen)
        wait_for_reader(keyboard)


def begin_page(text: str, *, screen: TextIO) -> None:
    """Put text at the top of a bare terminal; what that showed moves up, out of view.  Raises OSError."""
    lines = os.get_terminal_size(screen.fileno()).lines
    screen.write("\n" * lines + "\x1b[H" + text + "\n")
    screen.flush()


def wait_for_reader(keyboard: int) -> None:
    """Wait until enter, ctrl+c, ctrl+d or q is pressed, or the terminal is gone.

    A signal that asks the process to end comes back too, so that it can: nothing else runs here meanwhile.  Raises
    OSError and `termios.error`.
    """
    with _signals() as signals, _single_keys(keyboard):
        while True:
            ready, _, _ = select.select([keyboard, signals], [], [])
            if signals in ready and os.read(signals, 1)[0] in ASK_TO_END:
                return
            if keyboard in ready and os.read(keyboard, 1) in {*_COMES_BACK, _TERMINAL_GONE}:
                return


@contextmanager
def _single_keys(keyboard: int) -> Iterator[None]:
    """Have keys as they are pressed, unseen, and none of them make a signal."""
    before = termios.tcgetattr(keyboard)
    modes = [*before]
    modes[_LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
    termios.tcsetattr(keyboard, termios.TCSANOW, modes)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(keyboard, termios.TCSANOW, before)


@contextmanager
def _signals() -> Iterator[int]:
    """A pipe that tells the numbers of signals, a byte each, beside whatever handles them."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    others = signal.set_wakeup_fd(tell)
    try:
        yield told
    finally:
        signal.set_wakeup_fd(others)
        os.close(told)
        os.close(tell)
