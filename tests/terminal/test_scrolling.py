"""What moved is found by the text that changed, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Sequence

from tui.terminal.cells import Row, Screen
from tui.terminal.scrolling import Scroll, across, cuts_wide, find_scroll, scrolled
from tui.terminal.styles import DEFAULT, style

LINES = [f"{number:02} line of a table {number * 7919 % 1000}" for number in range(40)]


def screen(lines: Sequence[str], width: int = 40) -> Screen:
    return Screen(width, [Row.of([(line.ljust(width), DEFAULT)]) for line in lines])


def beside(panel: Sequence[str], lines: Sequence[str]) -> Screen:
    return screen([f"{left:10}{right}" for left, right in zip(panel, lines, strict=True)])


class TestAScroll:
    def test_up_is_found(self):
        found = find_scroll(screen(LINES[:12]), screen(LINES[2:14]))
        assert found is not None
        assert (found.top, found.bottom, found.lines) == (0, 11, 2)

    def test_down_is_found(self):
        found = find_scroll(screen(LINES[5:17]), screen(LINES[4:16]))
        assert found is not None
        assert (found.top, found.bottom, found.lines) == (0, 11, -1)

    def test_between_a_header_and_a_status_line_is_found(self):
        before, after = ["head", *LINES[:8], "1 to 8"], ["head", *LINES[1:9], "2 to 9"]
        found = find_scroll(screen(before), screen(after))
        assert found is not None
        assert (found.top, found.bottom, found.lines) == (1, 8, 1)

    def test_of_a_row_that_was_highlighted_is_the_same_row(self):
        before, after = screen(LINES[:6]), screen(LINES[1:7])
        before.rows[3] = Row(before.rows[3].text, style("", "44").letter * 40)
        found = find_scroll(before, after)
        assert found is not None
        assert (found.top, found.bottom) == (0, 5)

    def test_beside_a_panel_is_found_with_its_columns(self):
        panel = [f"panel {number}" for number in range(8)]
        found = find_scroll(beside(panel, LINES[:8]), beside(panel, LINES[3:11]))
        assert found is not None
        assert found.lines == 3
        assert found.left >= 10

    def test_is_not_found_where_all_is_new_or_little_moved(self):
        assert find_scroll(screen(LINES[:8]), screen(LINES[20:28])) is None
        assert find_scroll(screen(LINES[:8]), screen(LINES[:8])) is None
        assert find_scroll(screen(["", *LINES[:2], ""]), screen([*LINES[:2], "", ""])) is None


class TestAfterIt:
    def test_lines_have_moved_and_blanks_came_in(self):
        moved = scrolled(screen(["a", "b", "c", "d"], 1), Scroll(top=1, bottom=3, left=0, right=0, lines=1))
        assert [row.text for row in moved] == ["a", "c", "d", " "]
        moved = scrolled(screen(["a", "b", "c", "d"], 1), Scroll(top=0, bottom=2, left=0, right=0, lines=-2))
        assert [row.text for row in moved] == [" ", " ", "a", "d"]

    def test_columns_outside_of_its_margins_have_stayed(self):
        moved = scrolled(screen(["a1x", "b2y", "c3z"], 3), Scroll(top=0, bottom=2, left=1, right=1, lines=1))
        assert [row.text for row in moved] == ["a2x", "b3y", "c z"]

    def test_across_the_whole_width_nothing_stays(self):
        lines = screen(["a1x", "b2y", "c3z"], 3)
        assert across(lines, Scroll(top=0, bottom=2, left=1, right=1, lines=1)) == Scroll(0, 2, 0, 2, 1)

    def test_a_margin_may_run_through_a_wide_character(self):
        lines = Screen(4, [Row.of([("abcd", DEFAULT)]), Row.of([("a日d", DEFAULT)])])
        assert cuts_wide(lines, Scroll(0, 1, 2, 3, 1))
        assert cuts_wide(lines, Scroll(0, 1, 0, 1, 1))
        assert not cuts_wide(lines, Scroll(0, 1, 1, 2, 1))
        assert not cuts_wide(lines, Scroll(0, 0, 2, 3, 1))
