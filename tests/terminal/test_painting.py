"""What Textual paints is read as cells; whatever else it writes is told apart from it."""

from __future__ import annotations

import pytest

from tests.terminal.painting import at
from tui.terminal.cells import Row, Screen
from tui.terminal.painting import paint, read_painting
from tui.terminal.styles import DEFAULT, style

GREY, BOLD = "38;2;1;2;3", frozenset({"1"})


def row(text: str) -> Row:
    return Row.of([(text, DEFAULT)])


def drawn(screen: Screen, output: str) -> tuple[int, int]:
    """Draw what a program writes; gives where it leaves the cursor."""
    painting = read_painting(output)
    assert painting is not None
    return paint(screen, painting)


class TestAPainting:
    def test_is_moves_to_cells_and_styled_text(self):
        assert read_painting("\x1b[1;1H") == [(0, 0, Row("", ""))]
        text = read_painting(at(3, 4, ("1;38;2;1;2;3", "né 日本"), ("", "x")) + "\r\n\x1b[5;1Htext")
        assert text == [(3, 4, Row.of([("né 日本", style(GREY, "", BOLD)), ("x", DEFAULT)])), (4, 0, row("text"))]

    @pytest.mark.parametrize(
        "output",
        ["", "text", "\x1b[m", "\x1b[?25l", "\x1b[1;1H\x07", "\x1b[1;1Hab\tc", "\x1b[1;1H\x1b[2J", "\x1b[1;1H\x1b[?25h",
         "\x1b[1;1Ha\x1b", "\x1b[1;1H\x9b31m", "\x1b]52;c;aGk=\x07", "\x1b[1;1H\x1b]0;title\x07", "\x1b[1;1Hab\b",
         "\x1b[1;1Ha\nb"],
        ids=ascii,
    )  # fmt: skip
    def test_is_nothing_else(self, output: str):
        assert read_painting(output) is None


class TestPainting:
    def test_puts_text_where_it_belongs(self):
        screen = Screen.blank(8, 3)
        drawn(screen, at(0, 2, ("31", "ab"), ("", "c")) + "\n" + at(2, 0, ("44", "日")))
        assert [one.text for one in screen] == ["  abc   ", " " * 8, "日\0      "]
        assert [screen.rows[0].style(x) for x in (2, 3, 4)] == [style("31"), style("31"), DEFAULT]
        assert screen.rows[2].style(0) is style("", "44")

    def test_a_style_holds_until_the_next_even_across_a_move(self):
        screen = Screen.blank(4, 2)
        drawn(screen, "\x1b[1;1H\x1b[31ma\x1b[2;1Hb\x1b[mc")
        assert [screen.rows[1].style(x) for x in (0, 1)] == [style("31"), DEFAULT]

    def test_tells_where_the_cursor_is_left(self):
        screen = Screen.blank(8, 3)
        assert drawn(screen, at(0, 0, ("", "text")) + "\x1b[2;5H") == (1, 4)
        assert drawn(screen, at(0, 2, ("", "text"))) == (0, 6)
        assert drawn(screen, at(0, 6, ("", "text"))) == (0, 7)

    def test_outside_of_the_screen_is_left_out(self):
        screen = Screen.blank(4, 2)
        assert drawn(screen, at(1, 2, ("", "text")) + at(7, 9, ("", "nowhere"))) == (1, 3)
        assert [one.text for one in screen] == ["    ", "  te"]
