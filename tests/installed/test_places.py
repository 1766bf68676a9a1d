"""Wherever the program runs, it shows records or refuses in one line; never garbage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import RECORD, programs_at, still_there

pytestmark = pytest.mark.terminal


class TestInOtherPrograms:
    @pytest.mark.parametrize("place", ["over_ssh", "inside_tmux", "inside_screen", "over_mosh"])
    def test_records_are_shown_keys_go_through_and_quitting_restores(
        self, place: str, request: pytest.FixtureRequest, own_home: Path
    ):
        start: Start = request.getfixturevalue(place)
        explorer = start("--demo")
        explorer.shows(RECORD)
        running = programs_at(own_home)
        explorer.press("enter", until="Facts")
        explorer.press("q", until=lambda screen: "Facts" not in screen)
        explorer.press("q")
        assert explorer.ends() == 0
        assert explorer.terminal_faults() == []
        assert still_there(running, within=5) == []
