"""How a cell looks: read from what programs write, and written in as few bytes as there are."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.terminal.emulator import Emulator
from tests.terminal.painting import styles
from tui.terminal.styles import DEFAULT, read_sgr, sgr_between, style

GREY, GROUND = "38;2;201;209;217", "48;2;18;22;28"


class TestReading:
    @pytest.mark.parametrize(
        ("parameters", "meant"),
        [
            ("", DEFAULT),
            ("0", DEFAULT),
            ("31", style("31")),
            ("97;103", style("97", "103")),
            ("38;5;200;48;5;17", style("38;5;200", "48;5;17")),
            (f"1;{GREY};{GROUND}", style(GREY, GROUND, frozenset({"1"}))),
            ("4;7;9", style(attributes=frozenset({"4", "7", "9"}))),
            ("31;0;2", style(attributes=frozenset({"2"}))),
            (";31", style("31")),
        ],
    )
    def test_what_an_sgr_sequence_means(self, parameters: str, meant: object):
        assert read_sgr(parameters, DEFAULT) is meant

    @pytest.mark.parametrize(
        ("parameters", "left"),
        [
            ("39", style("", "44", frozenset({"1", "3"}))),
            ("49", style("31", "", frozenset({"1", "3"}))),
            ("22", style("31", "44", frozenset({"3"}))),
            ("23;1", style("31", "44", frozenset({"1"}))),
            ("32", style("32", "44", frozenset({"1", "3"}))),
            ("0", DEFAULT),
        ],
    )
    def test_it_changes_what_held_before(self, parameters: str, left: object):
        assert read_sgr(parameters, style("31", "44", frozenset({"1", "3"}))) is left

    def test_a_colour_that_is_cut_short_breaks_nothing(self):
        assert read_sgr("38;2", DEFAULT).background == ""
        assert read_sgr("38", DEFAULT).background == ""


class TestABlank:
    def test_shows_its_background_alone(self):
        assert style(GREY, GROUND, frozenset({"1", "3"})).blank is style("", GROUND)
        assert DEFAULT.blank is DEFAULT

    @pytest.mark.parametrize("attribute", ["4", "7", "9", "21", "53"])
    def test_unless_it_is_underlined_or_reversed_or_struck_through(self, attribute: str):
        marked = style(GREY, GROUND, frozenset({attribute}))
        assert marked.blank is marked


class TestWriting:
    @pytest.mark.parametrize(
        ("before", "after", "sequence"),
        [
            (style("31"), style("31"), ""),
            (style("31"), DEFAULT, "\x1b[m"),
            (style("31", "44"), style("32", "44"), "\x1b[32m"),
            (style("31", "44"), style("31"), "\x1b[49m"),
            (style(GREY, GROUND), style("31", GROUND), "\x1b[31m"),
            (style(GREY, GROUND), style(GREY, GROUND, frozenset({"1"})), "\x1b[1m"),
            (style(GREY, GROUND, frozenset({"1"})), style(GREY, GROUND), "\x1b[22m"),
            (style("", "", frozenset({"1", "2"})), style("", "", frozenset({"2"})), "\x1b[;2m"),
            (style(GREY, "", frozenset({"1", "2"})), style(GREY, "", frozenset({"2"})), "\x1b[22;2m"),
            (style("31", "", frozenset({"9"})), style("31"), "\x1b[;31m"),
            (None, style("31"), "\x1b[;31m"),
            (None, DEFAULT, "\x1b[m"),
        ],
    )
    def test_the_shortest_way_from_one_style_to_another(self, before: object, after: object, sequence: str):
        assert sgr_between(before, after) == sequence

    @given(styles, styles)
    def test_a_terminal_shows_what_is_meant(self, first: str, second: str):
        before, after = read_sgr(first, DEFAULT), read_sgr(second, DEFAULT)
        straight, changed, unknown = Emulator(1, 1), Emulator(1, 1), Emulator(1, 1)
        straight.feed(f"\x1b[{second}mx")
        changed.feed(f"\x1b[{first}m{sgr_between(before, after)}x")
        unknown.feed(f"\x1b[{first}m{sgr_between(None, after)}x")
        assert straight.seen() == changed.seen() == unknown.seen()

    @given(styles, styles)
    def test_and_reading_it_gives_the_same_style(self, first: str, second: str):
        before, after = read_sgr(first, DEFAULT), read_sgr(second, DEFAULT)
        sequence = sgr_between(before, after)
        assert (read_sgr(sequence[2:-1], before) if sequence else before) is after
