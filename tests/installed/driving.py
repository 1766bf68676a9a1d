"""The installed program in a pseudo-terminal: start it, press its keys, wait for what it shows, see how it ends."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from benchmarks.ptybench import Session

Wanted = str | re.Pattern[str] | Callable[[str], bool]
"""What a screen has to show: a text, a pattern, or what a function finds good."""

PROGRAM = str(Path(sys.executable).with_name("portkey-audit"))
"""As pip installed it for the interpreter that runs the tests."""

RECORD = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +\d{3} ")
"""A row of the table: its time and its status."""

_PATIENCE_SECONDS = 60.0
_PARTING_SECONDS = 5.0
_LOCAL = 3
"""Where `termios.tcgetattr` keeps echo, line editing and signals by keys."""

_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


class Driven:
    """A program under way in a terminal of its own, every byte that it writes recorded.

    `env` is set over the environment of the tests; None takes a variable away.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str | None] | None = None,
    ) -> None:
        environment = {**_ENVIRONMENT, **(env or {})}
        taken_away = [argument for name, value in environment.items() if value is None for argument in ("-u", name)]
        self._session = Session(
            ["env", *taken_away, *command],
            quiet_ms=30,
            timeout_s=_PATIENCE_SECONDS,
            size=size,
            record=True,
            env={name: value for name, value in environment.items() if value is not None},
        )
        self._terminal = self._session.term
        self._line_settings = self._local_settings()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._terminal.close()

    @property
    def screen(self) -> str:
        return self._terminal.text

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Column and line of the terminal's own cursor, None while that is hidden."""
        cursor = self._terminal.screen.cursor
        return None if cursor.hidden else (cursor.x, cursor.y)

    @property
    def written(self) -> bytes:
        """Everything that the program wrote so far."""
        assert self._terminal.recording is not None
        return bytes(self._terminal.recording)

    def shows(self, wanted: Wanted) -> None:
        """Wait until the screen shows it."""
        self.press(until=wanted)

    def press(self, *keys: str, until: Wanted | None = None) -> None:
        """Press keys one after the other, then wait until the screen shows what is wanted, and rests."""
        step = self._session.step("press", keys, until=until)
        assert step.ok, f"after {' '.join(keys) or 'nothing'}, never came: {until}\n{self.screen}"

    def send(self, *keys: str) -> None:
        """Press keys, and read nothing of what the program writes."""
        for key in keys:
            self._terminal.send(key)

    def rest(self, seconds: float) -> None:
        """Press nothing for so long, where what is tested is a time itself."""
        self._session.step("rest", idle_s=seconds)

    def type(self, text: str) -> None:
        self._session.step("type", type=text, rate=200)

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size, of which the program is told."""
        self._terminal.screen.resize(height, width)
        fcntl.ioctl(self._terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def wipe(self) -> None:
        """Empty the screen as another program's output would: without the program's knowing."""
        self._terminal.screen.erase_in_display(2)
        self._terminal._lines = None  # what it keeps of its text

    def signal(self, number: int) -> None:
        psutil.Process(self._terminal.pid).send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal's window, or lose the connection to it."""
        self._terminal.hang_up()

    @property
    def unread(self) -> int:
        """How many bytes wait to be read at the least: the terminal's system tells those that it has at hand."""
        return int(struct.unpack("i", fcntl.ioctl(self._terminal.fd, termios.FIONREAD, bytes(4)))[0])

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self._terminal.pid)

    def children(self) -> list[psutil.Process]:
        return list(psutil.Process(self._terminal.pid).children(recursive=True))

    def ends(self, *, within: float = _PATIENCE_SECONDS, reading: bool = True) -> int:
        """Wait for the end; gives the exit code (-n: killed by signal n).

        Not `reading`, nothing is read of what the program writes until it has ended.
        """
        deadline = time.monotonic() + within
        while not self._terminal.ended():
            assert time.monotonic() < deadline, f"still runs after {within} s\n{self.screen}"
            if reading:
                self._terminal.read(0.02)
            else:
                time.sleep(0.02)
        while self._terminal.read(0):
            pass
        assert self._terminal.exit_code is not None
        return self._terminal.exit_code

    def terminal_faults(self) -> list[str]:
        """What an ended program left behind in its terminal."""
        faults = []
        for mode, name in (("1049", "alternate screen"), ("1000", "mouse"), ("1003", "mouse"), ("1006", "mouse"),
                           ("1004", "focus reports"), ("2004", "bracketed paste")):  # fmt: skip
            if self.written.rfind(f"\x1b[?{mode}h".encode()) > self.written.rfind(f"\x1b[?{mode}l".encode()):
                faults.append(f"{name} left on")
        if self.written.rfind(b"\x1b[?25l") > self.written.rfind(b"\x1b[?25h"):
            faults.append("cursor left hidden")
        if self._local_settings() != self._line_settings:
            faults.append("line settings changed")
        return faults

    def _local_settings(self) -> Any:
        return termios.tcgetattr(self._terminal.fd)[_LOCAL]


def still_there(processes: Sequence[psutil.Process], *, within: float) -> list[psutil.Process]:
    """Those that have not ended after so many seconds."""
    return list(psutil.wait_procs(processes, timeout=within)[1])


def programs_at(home: Path) -> list[psutil.Process]:
    """The installed program wherever it runs for this home, behind a server too, and the processes that it started."""
    found: set[psutil.Process] = set()
    for process in _processes_at(home):
        with suppress(psutil.Error):
            if PROGRAM in process.cmdline()[:2]:  # a script's first word is its interpreter
                found.update([process, *process.children(recursive=True)])
    return list(found)


def end_all_at(home: Path) -> None:
    """End every process that was started for this home, such as a server that left its terminal."""
    processes = _processes_at(home)
    for process in processes:
        with suppress(psutil.Error):
            process.terminate()
    for process in still_there(processes, within=_PARTING_SECONDS):
        process.kill()


def _processes_at(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("HOME") == str(home) and process.pid != os.getpid():
                found.append(process)
    return found
