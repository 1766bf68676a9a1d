"""A run that is ended from outside ends: in order where it can, and all the same where it can't.

That signals and hang-ups leave a real terminal in order is told in tests/installed; here nothing listens any more.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

PROGRAM = """
import asyncio, sys, time
from tui.app import lifeline

class App:
    def __init__(self):
        self.left = asyncio.Event()

    def exit(self, *, return_code):
        self.return_code = return_code
        self.left.set()

async def main():
    app = App()
    lifeline.attach(app)
    print("ready", flush=True)
    if sys.argv[1] == "stalled":
        time.sleep(600)
    await app.left.wait()
    print("in order", flush=True)
    return app.return_code

sys.exit(asyncio.run(main()))
"""
_PATIENCE_SECONDS = 20


@contextmanager
def running(how: str) -> Iterator[subprocess.Popen[str]]:
    """A program on a lifeline, its standard input in place of the terminal."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PROGRAM, how], stdin=pipe, stdout=pipe, text=True) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            yield program
        finally:
            program.kill()


class TestASignal:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_lets_the_app_leave_in_order_with_the_code_that_shells_know(self, number: signal.Signals):
        with running("listening") as program:
            program.send_signal(number)
            assert program.communicate(timeout=_PATIENCE_SECONDS)[0] == "in order\n"
            assert program.returncode == 128 + number

    def test_ends_one_that_is_stalled_and_can_not_leave(self):
        with running("stalled") as program:
            program.send_signal(signal.SIGTERM)
            assert program.wait(_PATIENCE_SECONDS) == 128 + signal.SIGTERM


class TestATerminalThatIsGone:
    def test_ends_one_that_was_never_told(self):
        with running("stalled") as program:
            assert program.stdin is not None
            program.stdin.close()
            assert program.wait(_PATIENCE_SECONDS) == 128 + signal.SIGHUP
