"""The installed explorer in a real terminal, from its first screen to the shell's prompt."""

from __future__ import annotations

import base64
import re
import signal
from pathlib import Path

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, RECORD, Driven, still_there
from tests.installed.sequences import clipboard_writes

pytestmark = pytest.mark.terminal

KEY_MISSING_OR_REFUSED = 4
FACT = re.compile(r"Request id +([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""The record's id as the detail's facts tell it."""


def total(screen: str) -> int:
    """The number of records that the status line tells; 0 where it tells none."""
    found = re.search(r"of ([\d,]+) ·", screen)
    return int(found[1].replace(",", "")) if found else 0


class TestAFirstLook:
    def test_start_filter_page_to_the_end_open_copy_and_quit(self, start: Start):
        explorer = start("--demo", "--since", "30d", size=(200, 50))
        explorer.shows(lambda screen: total(screen) > 0)
        everything = total(explorer.screen)

        explorer.press("2", *["down"] * status_row(explorer.screen), "enter")
        explorer.type("403")
        explorer.press("enter", until=lambda screen: 0 < total(screen) < everything)
        refused = total(explorer.screen)
        assert {row.split()[-1] for row in RECORD.findall(explorer.screen)} == {"403"}

        explorer.press("3", "G", until=re.compile(rf"–{refused:,} of {refused:,} "))
        explorer.press("enter", until="Facts")
        explorer.press("4", until=FACT)
        shown = FACT.search(explorer.screen)
        assert shown
        children = explorer.children()
        explorer.press("c", until="OSC 52")
        assert [base64.b64decode(sent).decode() for sent in clipboard_writes(explorer.written)] == [shown[1]]

        explorer.press("q", until=lambda screen: "Facts" not in screen)
        explorer.press("q")
        assert explorer.ends() == 0
        assert explorer.terminal_faults() == []
        assert still_there(children, within=5) == []


def status_row(screen: str) -> int:
    """How far below the panel's first line the filter for the status stands."""
    lines = screen.splitlines()
    first = next(number for number, line in enumerate(lines) if line.lstrip("▌ ").startswith("Time "))
    return next(number for number, line in enumerate(lines) if line.lstrip(" ●").startswith("Status ")) - first


class TestSmallTerminals:
    @pytest.mark.parametrize("size", [(80, 24), (60, 20)], ids=["80x24", "60x20"])
    def test_records_are_shown(self, start: Start, size: tuple[int, int]):
        explorer = start("--demo", size=size)
        explorer.shows(RECORD)
        explorer.press("q")
        assert explorer.ends() == 0


class TestWithoutAKey:
    def test_the_first_screen_tells_how_to_give_one(self, start: Start):
        explorer = start()
        explorer.shows("No API key yet")
        assert "export PORTKEY_API_KEY=" in explorer.screen
        assert "portkey-audit --demo" in explorer.screen
        explorer.press("q")
        assert explorer.ends() == KEY_MISSING_OR_REFUSED


class TestAWrongKey:
    def test_the_refusal_and_its_cure_are_told(self, start: Start, stand_in: str):
        explorer = start(PORTKEY_BASE_URL=stand_in, PORTKEY_API_KEY="pk-not-the-one-0123456789")
        explorer.shows("401")
        assert "pk-not-the-one" not in explorer.screen
        explorer.press("q")
        assert explorer.ends() == KEY_MISSING_OR_REFUSED


class TestWhereItCanNotDraw:
    def test_a_terminal_that_can_not_move_its_cursor(self, start: Start):
        refused = start("--demo", TERM="dumb")
        assert refused.ends() == 2
        assert refused.written.count(b"\n") == 1
        assert b"TERM=xterm-256color portkey-audit" in refused.written

    @pytest.mark.parametrize("redirection", ["</dev/null", "2>said"], ids=["stdin", "stderr"])
    def test_a_stream_that_is_not_the_terminal(self, redirection: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        with Driven(["sh", "-c", f'exec "$0" --demo {redirection}', PROGRAM]) as refused:
            assert refused.ends() == 2
            said = refused.written + (Path("said").read_bytes() if "said" in redirection else b"")
        assert said.count(b"\n") == 1
        assert said.startswith(b"portkey-audit: the explorer needs a terminal")


class TestAnEndFromOutside:
    def test_a_request_to_end_leaves_the_terminal_as_it_was(self, start: Start):
        explorer = start("--demo")
        explorer.shows(RECORD)
        children = explorer.children()
        explorer.signal(signal.SIGTERM)
        assert explorer.ends() == 128 + signal.SIGTERM
        assert explorer.terminal_faults() == []
        assert still_there(children, within=5) == []

    def test_a_closed_terminal_leaves_no_process_behind(self, start: Start):
        explorer = start("--demo")
        explorer.shows(RECORD)
        children = explorer.children()
        assert children
        explorer.hang_up()
        explorer.ends(within=5)
        assert still_there(children, within=5) == []
