"""The doctor in the places that it is for: it knows where it is, and proves the clipboard by what comes back."""

from __future__ import annotations

import signal
from base64 import b64decode

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import Driven
from tests.installed.sequences import clipboard_writes

pytestmark = pytest.mark.terminal

PROMPT = "Paste it here, and press Enter:"
ASK = ("doctor", "--demo", "--paste")


def pastes_back(doctor: Driven, place: str) -> None:
    """It knows the place, and what reached the terminal's clipboard is what it asks for."""
    doctor.shows(PROMPT)
    assert place in doctor.screen
    [copied] = clipboard_writes(doctor.written)
    doctor.type(b64decode(copied).decode())
    doctor.press("enter", until="what was copied came back")


class TestPastingBack:
    def test_what_the_terminal_took_comes_back(self, start: Start):
        doctor = start(*ASK)
        pastes_back(doctor, "SSH: SSH_TTY is set")
        assert doctor.ends() == 0
        assert doctor.terminal_faults() == []

    def test_over_ssh(self, over_ssh: Start):
        doctor = over_ssh(*ASK)
        pastes_back(doctor, "SSH: SSH_CONNECTION is set")
        assert doctor.ends() == 0

    def test_inside_tmux(self, inside_tmux: Start):
        pastes_back(inside_tmux(*ASK), "set-clipboard external, allow-passthrough off")

    def test_inside_screen(self, inside_screen: Start):
        pastes_back(inside_screen(*ASK), "screen: ")

    def test_over_mosh(self, over_mosh: Start):
        pastes_back(over_mosh(*ASK), "mosh: ")

    def test_nothing_pasted_is_a_failure_with_its_cure(self, start: Start):
        doctor = start(*ASK)
        doctor.shows(PROMPT)
        doctor.press("enter", until="nothing was pasted")
        doctor.shows("1 failure")
        assert doctor.ends() == 1
        assert "X shows it as plain text" in doctor.screen

    def test_ctrl_c_at_the_prompt_ends_it_with_130(self, start: Start):
        doctor = start(*ASK)
        doctor.shows(PROMPT)
        doctor.signal(signal.SIGINT)
        assert doctor.ends() == 130


class TestColours:
    def test_a_terminal_gets_some_and_one_without_them_none(self, start: Start):
        coloured, plain = start("doctor", "--demo"), start("doctor", "--demo", NO_COLOR="1")
        assert (coloured.ends(), plain.ends()) == (0, 0)
        assert b"\x1b[32m" in coloured.written
        assert b"\x1b[" not in plain.written


class TestTerminalsThatLoseCopies:
    def test_a_tmux_that_knows_no_way_to_the_terminals_clipboard_is_told(self, inside_tmux: Start):
        doctor = inside_tmux("doctor", "--demo", "--paste", TERM="vt220")
        doctor.shows(PROMPT)
        assert "set -as terminal-features ',vt220:clipboard'" in doctor.screen
        assert clipboard_writes(doctor.written) == []
