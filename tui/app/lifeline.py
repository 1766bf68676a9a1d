"""The end of a run that nobody pressed a key for: signals, and a terminal that is gone."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import termios
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

_GRACE_SECONDS = 2.0
_TURNED_AWAY_SECONDS = 0.05
_SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL
_TERMINAL, _SCREEN = 0, 2
"""Where keys come from, and where Textual draws."""
_LOCAL_FLAGS = 3
"""Where `termios.tcgetattr` keeps whether input is taken in by lines."""
_AS_IT_WAS = b"".join(
    b"\x1b[%b" % end
    for end in (b"?2026l", b"?1000l", b"?1003l", b"?1015l", b"?1006l", b"?1016l", b"?1004l", b"?2004l", b"?2048l",
                b"?69l", b"r", b"?7h", b"<u", b"0m", b"?1049l", b"?25h")
)  # fmt: skip
"""Ends whatever a driver may have begun on the screen."""


async def run(app: App[int], *, mouse: bool = True) -> int:
    """Run the app until it ends; gives the exit code.  `mouse` is as in Textual's own `run_async`.

    On SIGHUP, SIGTERM, SIGINT, and where the terminal goes without a signal, it leaves in order with 128 + n, and after
    a grace all the same: a stalled terminal blocks the loop, and with it the way out.
    """
    lifeline = _Lifeline(app, asyncio.get_running_loop())
    # Python's own signal handlers, not the loop's: those would never run in a loop that is blocked.
    for number in _SIGNALS:
        signal.signal(number, lifeline.take_signal)
    threading.Thread(target=lifeline.watch, name="lifeline", daemon=True).start()
    await app.run_async(mouse=mouse)
    with lifeline.last_word:
        return lifeline.code or app.return_code or 0


class _Lifeline:
    """Has the app leave, and ends the process where the app doesn't.

    A thread waits for either, as the main one may be blocked.  A signal wakes it through a pipe: a handler runs in the
    midst of whatever the main thread does, and must not wait for a lock that this may hold.
    """

    def __init__(self, app: App[int], loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._loop = loop
        self.code = 0
        """What it has to end with, 0 as long as it hasn't to: an app may break as it loses its terminal."""
        self._line_settings = _line_settings()
        self._wakes, self._wake = os.pipe()
        self.last_word = threading.Lock()
        """Whoever has it may end the process: an app that gets out at last must not cut off what is put in order."""

    def take_signal(self, number: int, _: FrameType | None) -> None:
        if _is_a_shells():
            os._exit(128 + number)
        # Comes with a hang-up, and the driver would take the terminal once more.
        signal.signal(signal.SIGCONT, lambda *_: None)
        self._leave(128 + number)
        os.write(self._wake, b"\0")

    def watch(self) -> None:
        """End the process a while after it was told to leave, or after its terminal was gone.

        That may come without a signal, and then the terminal would be read from for ever, with nothing to wait for.
        """
        poll = select.poll()
        poll.register(_TERMINAL, 0)
        poll.register(self._wakes, select.POLLIN)
        while not any(event & (_GONE | select.POLLIN) for _, event in poll.poll()):
            pass
        self._leave(128 + signal.SIGHUP)
        time.sleep(_GRACE_SECONDS)
        with self.last_word:
            with suppress(OSError, termios.error):
                self._give_terminal_back()
            os._exit(self.code)

    def _leave(self, code: int) -> None:
        """Have the app leave in order, with the code of what came first."""
        if self.code:
            return
        self.code = code
        with suppress(RuntimeError):  # the loop has ended: it is leaving already
            self._loop.call_soon_threadsafe(lambda: self._app.exit(return_code=code))

    def _give_terminal_back(self) -> None:
        """Put a terminal in order that has not been read for a while, for when it is read again.

        There is no room for another byte.  So what it has not read is dropped, and whoever waits to write more is woken
        and turned away.
        """
        if self._line_settings is not None:
            termios.tcsetattr(_TERMINAL, termios.TCSANOW, self._line_settings)
        os.set_blocking(_SCREEN, False)
        try:
            termios.tcflush(_SCREEN, termios.TCOFLUSH)
            termios.tcflow(_SCREEN, termios.TCOOFF)
            termios.tcflow(_SCREEN, termios.TCOON)  # wakes writers, which the flush doesn't
            time.sleep(_TURNED_AWAY_SECONDS)
            termios.tcflush(_SCREEN, termios.TCOFLUSH)
            os.write(_SCREEN, _AS_IT_WAS)
        finally:
            os.set_blocking(_SCREEN, True)  # the shell shares this setting


def _line_settings() -> list[Any] | None:
    try:
        return termios.tcgetattr(_TERMINAL)
    except termios.error:
        return None


def _is_a_shells() -> bool:
    """Whether the terminal is in order, and another's: not ours yet or any more, or another job's that is in front.

    To touch it would stop a job that is not in front.  One that is gone is nobody's.
    """
    with suppress(OSError):
        if os.tcgetpgrp(_TERMINAL) != os.getpgrp():
            return True
    settings = _line_settings()
    return settings is not None and bool(settings[_LOCAL_FLAGS] & termios.ICANON)
