"""A run that is ended from outside ends: in order where it can, and all the same where it can't.

That signals and hang-ups leave a real terminal in order is told in tests/installed; here an app does as it is told, or
listens to nobody.
"""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

PROGRAM = """
import asyncio, sys, time
from tui.app import lifeline

class App:
    return_code = 0

    def exit(self, *, return_code):
        self.return_code = return_code
        self.left.set()

    async def run_async(self, *, mouse):
        self.left = asyncio.Event()
        print("ready", flush=True)
        if sys.argv[1] == "stalled":
            time.sleep(600)
        await self.left.wait()
        if sys.argv[1] == "broken":
            self.return_code = 1
        print("in order", flush=True)

sys.exit(asyncio.run(lifeline.run(App())))
"""
_PATIENCE_SECONDS = 20
_SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


class Running(NamedTuple):
    """A program on a lifeline, and the other end of its terminal."""

    program: subprocess.Popen[str]
    terminal: io.FileIO

    def ends_with(self) -> tuple[str, int]:
        """What it says before it ends, and its exit code."""
        said, _ = self.program.communicate(timeout=_PATIENCE_SECONDS)
        return said, self.program.returncode


@contextmanager
def running(how: str, *, drawing: bool = True) -> Iterator[Running]:
    """A program on a lifeline, in a terminal that it draws on, or that still takes in lines."""
    ours, its = pty.openpty()
    if drawing:
        tty.setraw(its)
    command = [sys.executable, "-c", PROGRAM, how]
    with (
        io.FileIO(ours, "r+") as terminal,
        subprocess.Popen(command, stdin=its, stderr=its, stdout=subprocess.PIPE, text=True) as program,
    ):
        os.close(its)
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            yield Running(program, terminal)
        finally:
            program.kill()


class TestASignal:
    @pytest.mark.parametrize("number", _SIGNALS)
    def test_lets_the_app_leave_in_order_with_the_code_that_shells_know(self, number: signal.Signals):
        with running("listening") as run:
            run.program.send_signal(number)
            assert run.ends_with() == ("in order\n", 128 + number)

    def test_gives_its_code_also_where_the_app_breaks_on_its_way(self):
        with running("broken") as run:
            run.program.send_signal(signal.SIGTERM)
            assert run.ends_with() == ("in order\n", 128 + signal.SIGTERM)

    @pytest.mark.parametrize("number", _SIGNALS)
    def test_ends_one_that_is_stalled_and_can_not_leave(self, number: signal.Signals):
        with running("stalled") as run:
            run.program.send_signal(number)
            assert run.ends_with() == ("", 128 + number)

    @pytest.mark.parametrize("number", _SIGNALS)
    def test_ends_at_once_one_that_has_not_taken_the_terminal(self, number: signal.Signals):
        with running("stalled", drawing=False) as run:
            run.program.send_signal(number)
            assert run.ends_with() == ("", 128 + number)


class TestATerminalThatIsGone:
    def test_lets_the_app_leave_in_order_though_it_was_never_told(self):
        with running("listening") as run:
            run.terminal.close()
            assert run.ends_with() == ("in order\n", 128 + signal.SIGHUP)

    def test_ends_one_that_is_stalled(self):
        with running("stalled") as run:
            run.terminal.close()
            assert run.ends_with() == ("", 128 + signal.SIGHUP)
