"""The installed explorer over a file in a real terminal: keys work though the records came by standard input."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, RECORD, Driven
from tests.installed.multiplexers import Tmux
from tests.installed.test_ending import GONE_SECONDS, STOPPED
from tests.installed.tools import installed
from tui.demo.history import EVERYTHING, History

pytestmark = pytest.mark.terminal

COUNT = 1_500
PROMPT = "here>"
ALL = re.compile(rf" of {COUNT:,} · .* · standard input")

Drive = Callable[..., Driven]


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for the time being are made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Records of ten days, packed, with a line among them that is none."""
    now = datetime(2026, 11, 20, 14, tzinfo=UTC)
    rows = History(records=COUNT, days=10, now=now).select(datetime(2026, 1, 1, tzinfo=UTC), now, where=EVERYTHING)
    lines = [json.dumps(row) for row in rows.page(0, COUNT)]
    file = tmp_path / "kept.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join([*lines[:7], "no record", *lines[7:]]).encode()))
    return file


def by_pipe(file: Path) -> list[str]:
    """A command that unpacks the file into the explorer."""
    return ["sh", "-c", 'gzip -dc "$1" | "$0" --file -', PROGRAM, str(file)]


def use_and_leave(explorer: Driven) -> None:
    """Open a record and close it again, try to follow, go to the oldest, ask for failures, and quit."""
    explorer.shows(RECORD)
    explorer.press("j", "enter", until="Facts")
    explorer.press("q", until=lambda screen: "Facts" not in screen)
    explorer.press("F", until="Nothing comes in to a file that could be followed.")
    explorer.press("G", until=re.compile(rf"–{COUNT:,} of {COUNT:,} "))
    explorer.press("/")
    explorer.type(" is:failed")
    explorer.press("enter", until=re.compile(r"\d match"))
    explorer.press("q")
    assert explorer.ends() == 0
    assert explorer.terminal_faults() == []


class TestAFile:
    def test_is_explored_and_nothing_is_left_of_it(self, start: Start, kept: Path, scratch: Path):
        explorer = start("--file", str(kept))
        explorer.shows(re.compile(rf" of {COUNT:,} · .* · kept.jsonl.gz"))
        assert "kept.jsonl.gz: 1 entry is no record: line 8: not an object." in explorer.screen
        assert [folder.stat().st_mode & 0o777 for folder in scratch.iterdir()] == [0o700]
        use_and_leave(explorer)
        assert list(scratch.iterdir()) == []

    def test_that_is_not_there_leaves_the_screen_alone(self, start: Start, kept: Path):
        refused = start("--file", str(kept.with_suffix("")))
        assert refused.ends() == 2
        assert b"\x1b" not in refused.written
        assert b"Did you mean kept.jsonl.gz?" in refused.written

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
    def test_goes_with_an_explorer_that_is_ended(self, start: Start, kept: Path, scratch: Path, number: signal.Signals):
        explorer = start("--file", str(kept))
        explorer.shows(RECORD)
        explorer.signal(number)
        assert explorer.ends(within=GONE_SECONDS) == 128 + number
        assert explorer.terminal_faults() == []
        assert list(scratch.iterdir()) == []

    def test_and_with_a_terminal_that_is_gone(self, start: Start, kept: Path, scratch: Path):
        explorer = start("--file", str(kept))
        explorer.shows(RECORD)
        explorer.hang_up()
        explorer.ends(within=GONE_SECONDS)
        assert list(scratch.iterdir()) == []


class TestPipedIn:
    def test_keys_come_from_the_terminal(self, drive: Drive, kept: Path, scratch: Path):
        explorer = drive(by_pipe(kept))
        explorer.shows(ALL)
        use_and_leave(explorer)
        assert list(scratch.iterdir()) == []

    def test_in_tmux_too(self, tmux: Callable[..., Tmux], drive: Drive, kept: Path):
        explorer = drive(tmux().around(by_pipe(kept)))
        explorer.shows(ALL)
        explorer.press("j", "enter", until="Facts")
        explorer.press("q", until=lambda screen: "Facts" not in screen)
        explorer.press("q")
        assert explorer.ends() == 0
        assert explorer.terminal_faults() == []

    def test_where_the_terminal_controls_nothing_too(self, drive: Drive, kept: Path):
        explorer = drive([installed("setsid", package="util-linux"), "-w", *by_pipe(kept)])
        explorer.shows(ALL)
        use_and_leave(explorer)

    def test_a_shell_gets_its_terminal_back(self, drive: Drive, kept: Path):
        shell = drive(["bash", "--norc", "--noprofile", "-i"], PS1=f"{PROMPT} ", HISTFILE=None)
        shell.shows(PROMPT)
        shell.type(f"gzip -dc {kept} | {PROGRAM} --file -")
        shell.press("enter", until=ALL)
        shell.press("ctrl+z", until=STOPPED)
        shell.type("fg")
        shell.press("enter", until=ALL)
        shell.press("j", "enter", until="Facts")
        shell.press("q", until=lambda screen: "Facts" not in screen)
        shell.press("q", until=PROMPT)
        shell.type("echo $((6 * 7))")
        shell.press("enter", until="\n42\n")

    def test_ctrl_c_while_it_is_read_gives_the_terminal_back(self, drive: Drive, kept: Path, scratch: Path):
        explorer = drive(["sh", "-c", '(gzip -dc "$1"; sleep 60) | "$0" --file -', PROGRAM, str(kept)])
        explorer.shows("opening standard input")
        explorer.press("ctrl+c")
        assert explorer.ends(within=GONE_SECONDS) in (130, -signal.SIGINT)
        assert b"interrupted: opening standard input" in explorer.written
        assert b"\x1b" not in explorer.written
        assert explorer.terminal_faults() == []
        assert list(scratch.iterdir()) == []

    def test_without_a_terminal_it_is_refused_before_anything_is_read(self, kept: Path):
        with kept.open("rb") as file:
            done = subprocess.run(
                [PROGRAM, "--file", "-"], stdin=file, capture_output=True, check=False, timeout=60, text=True
            )
            assert file.tell() == 0
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("portkey-audit: the explorer needs a terminal")

    def test_the_terminal_is_nothing_that_is_piped_in(self, start: Start):
        refused = start("--file", "-")
        assert refused.ends() == 2
        assert b"Nothing is piped in: standard input is the terminal." in refused.written
