"""Signals that end a program, for commands that have something to put away before that."""

from __future__ import annotations

import asyncio
import signal

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def cancel_on_signals() -> list[int]:
    """Have the signals that end a program cancel the task this is called in; those that come are in the list.

    What ignores a signal, as under `nohup`, goes on ignoring it.
    """
    task, came = asyncio.current_task(), list[int]()

    def end(number: int) -> None:
        came.append(number)
        if task is not None:
            task.cancel()

    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:
            asyncio.get_running_loop().add_signal_handler(number, end, number)
    return came
