"""The installed explorer looks the same whichever driver sends it, in terminals of every kind; ours sends far less."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psutil
import pytest

from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, RECORD, Driven, Wanted
from tests.terminal.emulator import Emulator, Look
from tui.settings import folder

pytestmark = pytest.mark.terminal

SIZE = (120, 40)
NOW = datetime.now(UTC)
RANGE = ("--since", f"{NOW - timedelta(days=6):%Y-%m-%d}", "--until", f"{NOW - timedelta(days=1):%Y-%m-%d}")
"""Absolute times that have passed, so that both explorers show the same at whatever time they ask."""
_PATIENCE_SECONDS = 60.0


class Watched:
    """A program, and the terminal that a reader would see it on."""

    def __init__(self, driven: Driven, *, erases_in_colour: bool) -> None:
        self.driven = driven
        self._terminal = Emulator(*SIZE, erases_in_colour=erases_in_colour)
        self._decode = getincrementaldecoder("utf-8")().decode
        self._shown = 0

    def seen(self) -> list[list[Look]]:
        """What stands in each cell, and how it looks, once there was nothing new for a moment."""
        self.driven.shows(lambda _: True)
        self._take()
        return self._terminal.seen()

    def resize(self, columns: int, rows: int) -> None:
        self._take()
        self._terminal.resize(columns, rows)
        terminal = self.driven._terminal
        terminal.size = (columns, rows)
        terminal.screen.resize(rows, columns)
        fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def spoil(self, text: str) -> None:
        """Let another program write to the terminal."""
        self._terminal.spoil(text)

    def _take(self) -> None:
        new = self.driven.written[self._shown :]
        self._shown += len(new)
        self._terminal.feed(self._decode(new))


@pytest.fixture
def server() -> Iterator[dict[str, str]]:
    """A stand-in; the variables that lead to it."""
    command = [PROGRAM, "demo-server", "--records", "600", "--days", "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url, key = process.stdout.readline().strip(), process.stdout.readline().strip()
        yield {"PORTKEY_BASE_URL": base_url, "PORTKEY_API_KEY": key}
        process.send_signal(signal.SIGINT)


def alike(one: Watched, other: Watched, after: str) -> None:
    """Wait until both show the same, cell by cell."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (seen := one.seen()) != (others := other.seen()):
        assert time.monotonic() < deadline, f"after {after}: {first_difference(seen, others)}\n{other.driven.screen}"


def first_difference(one: list[list[Look]], other: list[list[Look]]) -> str:
    if len(one) != len(other):
        return f"{len(one)} rows and {len(other)}"
    cells = [(y, x) for y, row in enumerate(one) for x in range(len(row)) if row[x] != other[y][x]]
    y, x = cells[0]
    return f"{len(cells)} cells, first row {y} column {x}: {one[y][x]} and {other[y][x]}"


WHOLE_USE: list[tuple[str, list[str], Wanted | None]] = [
    ("starting", [], RECORD),
    ("moving", ["down", "down", "up"], None),
    ("scrolling line by line", ["down"] * 45, None),
    ("scrolling back", ["up"] * 45, None),
    ("paging", ["pagedown", "pagedown", "pageup"], None),
    ("going to the end", ["G"], re.compile(r"–(\d+) of \1 ")),
    ("and back", ["g"], re.compile(r"^ 1–", re.MULTILINE)),
    ("opening the detail", ["enter"], "Facts"),
    ("looking at its tabs", ["2", "4", "5"], None),
    ("closing it", ["escape"], lambda screen: "Facts" not in screen),
    ("hiding the filters", ["f", "f"], lambda screen: "Workspace  any" not in screen),
    ("scrolling without them", ["down"] * 40, None),
    ("the palette", ["ctrl+p"], "Search for commands"),
    ("leaving it", ["escape"], lambda screen: "Search for commands" not in screen),
    ("the keys", ["?"], "esc closes"),
    ("leaving them", ["escape"], lambda screen: "esc closes" not in screen),
    ("writing a query", ["/", *" status:200"], "status:200"),
    ("asking it", ["enter"], None),
]
"""What is done, with which keys, and what the screen shows then."""


@pytest.mark.parametrize(
    ("terminal", "erases_in_colour"), [("xterm-256color", True), ("screen-256color", False)], ids=["bce", "no-bce"]
)
def test_a_whole_use_looks_the_same(start: Start, server: dict[str, str], terminal: str, erases_in_colour: bool):
    # What one of them kept would be another's answer, and the status line says where rows came from.
    config = folder("config", os.environ) / "config.toml"
    config.parent.mkdir(parents=True)
    key = config.with_name("key")
    key.touch(mode=0o600)
    key.write_text(server["PORTKEY_API_KEY"])
    config.write_text(
        f'[profiles.watched]\nbase_url = "{server["PORTKEY_BASE_URL"]}"\napi_key_file = "{key}"\n'
        '[profiles.watched.archive]\nrecords = "none"\n'
    )

    def run(driver: str) -> Watched:
        explorer = start("--profile=watched", "--driver", driver, *RANGE, size=SIZE, TERM=terminal)
        return Watched(explorer, erases_in_colour=erases_in_colour)

    stock, ours = run("stock"), run("diff")
    for what, keys, shown in WHOLE_USE:
        for watched in (stock, ours):
            watched.driven.press(*keys, until=shown)
        alike(stock, ours, what)
    for size in ((80, 24), (60, 20), SIZE):
        for watched in (stock, ours):
            watched.resize(*size)
        alike(stock, ours, f"a change of size to {size}")
    assert len(ours.driven.written) < len(stock.driven.written) / 6


class TestAnew:
    def test_the_screen_is_drawn_when_asked(self, start: Start, server: dict[str, str]):
        explorer = Watched(start(*RANGE, **server), erases_in_colour=True)
        explorer.driven.shows(RECORD)
        sent = len(explorer.driven.written)
        explorer.driven.press("ctrl+l")
        assert RECORD.search(explorer.driven.written[sent:].decode())
        wait_for(lambda: is_right(explorer))

    def test_the_screen_is_drawn_after_the_shell_had_the_terminal(self, start: Start, server: dict[str, str]):
        explorer = Watched(start(*RANGE, **server), erases_in_colour=True)
        explorer.driven.shows(RECORD)
        process = psutil.Process(explorer.driven._terminal.pid)
        process.send_signal(signal.SIGTSTP)
        wait_for(lambda: explorer.seen() and process.status() == psutil.STATUS_STOPPED)
        explorer.spoil("$ some command\r\nand its output")
        process.send_signal(signal.SIGCONT)
        explorer.driven.shows(RECORD)
        wait_for(lambda: is_right(explorer))


def is_right(explorer: Watched) -> bool:
    """Whether the terminal shows what it shows when the whole of it is drawn anew."""
    before = explorer.seen()
    explorer.driven.press("ctrl+l")
    return explorer.seen() == before


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_changes_nothing_sends_nothing(start: Start, server: dict[str, str]):
    explorer = start(*RANGE, **server)
    explorer.shows(RECORD)

    def sent_for_a_key() -> int:
        before = len(explorer.written)
        explorer.press("up")
        return len(explorer.written) - before

    wait_for(lambda: sent_for_a_key() == 0)


def test_lines_scroll_in_few_bytes(start: Start, server: dict[str, str]):
    explorer = start(*RANGE, **server)
    explorer.shows(RECORD)
    explorer.press("f", "f", until=lambda screen: "Workspace  any" not in screen)
    explorer.press(*["down"] * 40)
    sent = [len(explorer.written)]
    for _ in range(10):
        explorer.press("down")
        sent.append(len(explorer.written))
    assert sorted(after - before for before, after in pairwise(sent))[5] <= 500


def test_the_terminal_is_left_as_it_was(start: Start, server: dict[str, str]):
    explorer = start(*RANGE, **server)
    before = termios.tcgetattr(explorer._terminal.fd)
    explorer.shows(RECORD)
    explorer.press("q")
    assert explorer.ends() == 0
    assert explorer.terminal_faults() == []
    assert termios.tcgetattr(explorer._terminal.fd) == before
