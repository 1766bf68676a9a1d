"""The installed explorer in plain mode: what screen readers, and whoever selects with the mouse, find in a terminal."""

from __future__ import annotations

import re

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import Driven

pytestmark = pytest.mark.terminal

MOUSE_ON = re.compile(rb"\x1b\[\?(?:1000|1002|1003|1005|1006|1015|1016)h")
STYLES = re.compile(rb"\x1b\[([\d;]*)m")
ID_ALONE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLOURS = {str(code).encode() for code in (*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108))}

with_either_driver = pytest.mark.parametrize("driver", ["diff", "stock"])


def at_its_line(explorer: Driven) -> str:
    """The line that the terminal's cursor stands at the beginning of."""
    assert explorer.cursor is not None, "the cursor is hidden"
    column, line = explorer.cursor
    assert column == 0
    return explorer.screen.splitlines()[line]


class TestTheCursor:
    @with_either_driver
    def test_is_shown_at_the_row_that_the_reader_is_on(self, start: Start, driver: str):
        explorer = start("--demo", "--plain", "--driver", driver)
        explorer.shows("row 1 of")
        first = at_its_line(explorer)
        assert first.startswith("> 20")

        explorer.press("down", "down", until="row 3 of")
        assert at_its_line(explorer).startswith("> 20")
        assert at_its_line(explorer) != first

        explorer.press("enter", until="Request id")
        assert at_its_line(explorer).startswith("> Time ")
        explorer.press("down", until="> Method")
        assert at_its_line(explorer).startswith("> Method ")

    @with_either_driver
    def test_is_shown_where_text_is_typed(self, start: Start, driver: str):
        explorer = start("--demo", "--plain", "--driver", driver, "status:403")
        explorer.shows("row 1 of")
        explorer.press("/", "ctrl+u")
        explorer.type("ip:1")
        explorer.shows("/ip:1")
        assert explorer.cursor == (len("/ip:1"), 0)
        explorer.press("left", until=lambda _: explorer.cursor == (len("/ip:"), 0))

    def test_is_shown_again_after_the_terminal_was_someone_elses(self, start: Start):
        explorer = start("--demo", "--plain")
        explorer.shows("row 1 of")
        explorer.press("X", until=lambda screen: ID_ALONE.fullmatch(screen.strip()) is not None)
        explorer.press("enter", until="row 1 of")
        assert at_its_line(explorer).startswith("> 20")


class TestTheMouse:
    @pytest.mark.parametrize("asked", [["--plain"], []], ids=["by a flag", "by the environment"])
    def test_is_left_to_the_terminal(self, start: Start, asked: list[str]):
        explorer = start("--demo", *asked, PORTKEY_AUDIT_PLAIN=None if asked else "1")
        explorer.shows("row 1 of")
        explorer.press("f", until="Filters")
        explorer.press("q", until="> 20")
        explorer.press("q")
        assert explorer.ends() == 0
        assert MOUSE_ON.search(explorer.written) is None
        assert explorer.terminal_faults() == []


class TestColours:
    def test_there_are_none_unless_a_theme_is_asked_for(self, start: Start):
        plain = start("--demo", "--plain")
        plain.shows("row 1 of")
        assert colours_in(plain.written) == set()

        painted = start("--demo", "--plain", "--theme", "paper")
        painted.shows("row 1 of")
        assert colours_in(painted.written)


def colours_in(written: bytes) -> set[bytes]:
    return {code for style in STYLES.findall(written) for code in style.split(b";")} & COLOURS
