"""The difference between two screens, and what it may cost."""

from __future__ import annotations

import pytest

from tests.terminal.emulator import Emulator
from tui.terminal.cells import Row, Screen
from tui.terminal.difference import cleared, difference
from tui.terminal.strokes import Abilities, Pen
from tui.terminal.styles import DEFAULT, Style, style

PLAIN = style("38;2;201;209;217", "48;2;18;22;28")
MUTED = style("38;2;160;161;164", "48;2;18;22;28")
PANEL = style("38;2;122;129;137", "48;2;26;32;41")
WIDTH, HEIGHT = 80, 20
HOME = Pen((0, 0), DEFAULT)


def screen(*rows: list[tuple[str, Style]], width: int = WIDTH) -> Screen:
    """Each row from its pieces, and blank to its end."""
    blank = Row.blank(width)
    return Screen(width, [blank.with_part(0, Row.of(pieces)) for pieces in rows])


def table(first: int, *, panel: bool = False) -> Screen:
    rows = []
    for number in range(first, first + HEIGHT):
        texts = [(f"{number * 7919 % 100000:05} some text", PLAIN), (f"{number * 104729 % 100000:<46}", MUTED)]
        rows.append([(f"filter {number - first:<10}", PANEL), *texts] if panel else texts)
    return screen(*rows)


def sent(before: Screen, after: Screen, pen: Pen = HOME, **abilities: bool) -> str:
    return difference(before, after, pen, Abilities(**abilities))[0]


class TestAChange:
    def test_of_nothing_is_nothing(self):
        assert difference(table(3), table(3), HOME, Abilities()) == ("", HOME)

    def test_of_one_letter_is_a_move_and_the_letter(self):
        assert sent(screen([("text", DEFAULT)]), screen([("teXt", DEFAULT)])) == "\x1b[3GX"

    def test_of_letters_close_together_is_written_as_one(self):
        assert sent(screen([("abcdef", DEFAULT)]), screen([("XbcdeY", DEFAULT)])) == "XbcdeY"

    def test_of_letters_far_apart_is_jumped_between(self):
        assert sent(screen([("a........f", DEFAULT)]), screen([("X........Y", DEFAULT)])) == "X\x1b[8CY"

    def test_of_colour_takes_what_is_different_of_it(self):
        after = screen([("ab", MUTED)])
        assert sent(screen([("ab", PLAIN)]), after, Pen((0, 0), PLAIN)) == "\x1b[38;2;160;161;164mab"

    def test_to_blanks_needs_no_colour_of_its_own(self):
        after = screen([("     ", MUTED), ("end", PLAIN)])
        assert sent(screen([("12345", PLAIN), ("end", PLAIN)]), after, Pen((0, 0), PLAIN)) == "     "

    def test_the_pen_keeps_its_colour_for_the_next_frame(self):
        _, pen = difference(screen([("ab", PLAIN)]), screen([("ab", MUTED)]), HOME, Abilities())
        assert pen == Pen((0, 2), MUTED)

    def test_colours_are_taken_one_after_the_other_where_they_alternate(self):
        before = screen(*[[("first", PLAIN), ("second", MUTED)]] * HEIGHT)
        after = screen(*[[("FIRST", PLAIN), ("SECOND", MUTED)]] * HEIGHT)
        assert sent(before, after).count("m") == 2

    def test_in_the_last_column_leaves_the_column_unknown(self):
        _, pen = difference(screen([("a", DEFAULT)], width=1), screen([("b", DEFAULT)], width=1), HOME, Abilities())
        assert pen.position == (0, None)

    def test_that_is_not_ascii_does_so_too(self):
        before, after = screen([("abc.......z", DEFAULT)]), screen([("né…......Z", DEFAULT)])
        assert sent(before, after) == "né…\x1b[10GZ "


class TestErasing:
    @pytest.mark.parametrize("coloured", [True, False])
    def test_to_the_end_of_a_line_in_the_terminals_own_colour(self, coloured: bool):
        before, after = screen([("text and more", DEFAULT)]), screen([("text", DEFAULT)])
        assert sent(before, after, coloured_erase=coloured) == "\x1b[6G\x1b[K"

    def test_of_a_gap(self):
        before, after = screen([("a" * 40, DEFAULT)]), screen([("a" * 10 + " " * 20 + "a" * 10, DEFAULT)])
        assert sent(before, after) == "\x1b[11G\x1b[20X"

    def test_in_colour_only_where_the_terminal_does_so(self):
        before = screen([("x" * WIDTH, PLAIN)])
        after = screen([("x" * 10 + " " * 70, PLAIN)])
        assert sent(before, after, Pen((0, 0), PLAIN), coloured_erase=True) == "\x1b[11G\x1b[K"
        assert sent(before, after, Pen((0, 0), PLAIN)) == "\x1b[11G" + " " * 70

    def test_never_where_blanks_show_an_underline(self):
        underlined = style("", "", frozenset({"4"}))
        assert " " * WIDTH in sent(screen([("x" * WIDTH, DEFAULT)]), screen([(" " * WIDTH, underlined)]))


class TestScrolling:
    def test_costs_little_more_than_the_line_that_came_in(self):
        assert len(sent(table(3), table(4))) < 200
        assert len(sent(table(4), table(3))) < 200

    @pytest.mark.parametrize("shown", [3, 5])
    def test_beside_a_panel_that_is_the_cheapest_way(self, shown: int):
        before, after = table(4, panel=True), table(shown, panel=True)
        with_margins = sent(before, after, side_margins=True)
        without = sent(before, after)
        assert len(with_margins) < len(without) < 700
        assert "\x1b[?69h" in with_margins
        assert "\x1b[?69" not in without

    @pytest.mark.parametrize("side_margins", [True, False])
    def test_always_ends_its_regions(self, side_margins: bool):
        output = sent(table(4, panel=True), table(5, panel=True), side_margins=side_margins)
        assert output.count("\x1b[?69h") == output.count("\x1b[?69l")
        assert output.rindex("\x1b[r") > output.rindex(f";{HEIGHT}r")

    def test_moves_in_blanks_of_the_terminals_own_colour(self):
        """Terminals differ in whether they have the pen's."""
        assert sent(table(3), table(4), Pen((0, 0), PLAIN)).startswith("\x1b[49m\x1b[1;")

    def test_is_left_where_little_would_be_saved(self):
        few = [[(word, DEFAULT)] for word in ("aaa", "bbb", "ccc", "ddd")]
        assert "r" not in sent(screen(*few), screen(*few[1:], few[0]))


class TestTheFirstFrame:
    def test_starts_from_an_erased_screen(self):
        output, shown, pen = cleared(table(3), Abilities())
        assert output == "\x1b[r\x1b[m\x1b[2J"
        assert shown.rows == Screen.blank(WIDTH, HEIGHT).rows
        assert pen == Pen(None, DEFAULT)

    def test_in_the_colour_of_most_of_it_where_the_terminal_can(self):
        full = screen(*[[("text".ljust(WIDTH), PLAIN)]] * 3, [("status".ljust(WIDTH), PANEL)])
        output, shown, pen = cleared(full, Abilities(coloured_erase=True))
        terminal = Emulator(WIDTH, 4)
        terminal.feed(output + difference(shown, full, pen, Abilities(coloured_erase=True))[0])
        assert terminal.seen()[0][WIDTH - 1] == (" ", "12161c")
        assert terminal.seen()[3][WIDTH - 1] == (" ", "1a2029")
        assert shown.rows[0].style(0) is PLAIN.blank
