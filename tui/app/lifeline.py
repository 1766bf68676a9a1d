"""The end of a run that nobody pressed a key for: signals, and a terminal that is gone."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

_GRACE_SECONDS = 3.0
_SIGNALS = (signal.SIGHUP, signal.SIGTERM)
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def attach(app: App[int]) -> None:
    """Leave in order on SIGHUP and SIGTERM, with exit code 128 + n, and leave at once where order can't be had.

    Python's own signal handlers, not the loop's: a stalled terminal blocks the loop, and those would never run.
    """
    loop = asyncio.get_running_loop()

    def leave(number: int, _: FrameType | None) -> None:
        watchdog = threading.Timer(_GRACE_SECONDS, os._exit, (128 + number,))
        watchdog.daemon = True
        watchdog.start()
        loop.call_soon_threadsafe(lambda: app.exit(return_code=128 + number))

    for number in _SIGNALS:
        signal.signal(number, leave)
    threading.Thread(target=_leave_with_the_terminal, name="hang-up watch", daemon=True).start()


def _leave_with_the_terminal() -> None:
    """End the process once its terminal is gone, even where SIGHUP is ignored: it would read end-of-file for ever."""
    poll = select.poll()
    poll.register(0, 0)
    while not any(event & _GONE for _, event in poll.poll()):
        pass
    threading.Event().wait(_GRACE_SECONDS)
    os._exit(128 + signal.SIGHUP)
