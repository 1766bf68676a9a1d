"""Rows of cells: one character a cell, two cells for a wide one, and never half of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.terminal.painting import WORDS
from tui.terminal.cells import Row, Screen
from tui.terminal.styles import DEFAULT, Style, style

RED = style("31", "44")
words = st.lists(st.sampled_from(WORDS)).map("".join)


def row(text: str) -> Row:
    return Row.of([(text, DEFAULT)])


def chars(row: Row) -> list[str]:
    """What stands in each cell, "" in the second one of a wide character."""
    return [row.written(x, x + 1) for x in range(len(row))]


def styles(row: Row) -> list[Style]:
    return [row.style(x) for x in range(len(row))]


class TestARow:
    @pytest.mark.parametrize(
        ("text", "cells"),
        [
            ("né…", ["n", "é", "…"]),
            ("日本", ["日", "", "本", ""]),
            ("a日b", ["a", "日", "", "b"]),
            ("e\u0301x", ["e\u0301", "x"]),
            ("日\u0301x", ["日\u0301", "", "x"]),
            ("", []),
            ("\u0301", []),
        ],
    )
    def test_has_a_cell_for_each_column_of_its_text(self, text: str, cells: list[str]):
        assert chars(row(text)) == cells

    def test_marks_stand_with_the_character_of_the_piece_before(self):
        assert chars(Row.of([("日", RED), ("\u0301x", DEFAULT)])) == ["日\u0301", "", "x"]

    def test_a_blank_with_a_mark_is_none(self):
        marked = Row.of([("a ", RED), ("\u0301", DEFAULT), (" \u0301", RED)])
        assert chars(marked) == ["a", "\xa0\u0301", "\xa0\u0301"]
        assert marked.style(2) is RED

    def test_blanks_have_the_style_in_which_they_look_the_same(self):
        assert styles(Row.of([("a b", RED)])) == [RED, RED.blank, RED]
        assert styles(Row.of([("日 b", RED)])) == [RED, RED, RED.blank, RED]

    @given(words)
    def test_is_as_wide_as_its_text(self, text: str):
        assert len(row(text)) == cell_len(text) == len(row(text).text)


class TestWritingOverAPart:
    def test_leaves_the_rest(self):
        assert chars(row("0123456789").with_part(3, row("abc"))) == list("012abc6789")

    def test_is_cut_where_the_row_ends(self):
        assert chars(row("0123").with_part(2, row("abc"))) == list("01ab")
        assert chars(row("0123").with_part(4, row("abc"))) == list("0123")
        assert chars(row("0123").with_part(9, row("abc"))) == list("0123")

    @pytest.mark.parametrize(
        ("x", "part", "left"),
        [
            (1, "x", ["a", "x", " ", "本", ""]),
            (2, "x", ["a", " ", "x", "本", ""]),
            (2, "xy", ["a", " ", "x", "y", " "]),
        ],
    )
    def test_leaves_a_blank_of_a_wide_character_that_loses_a_half(self, x: int, part: str, left: list[str]):
        assert chars(row("a日本").with_part(x, row(part))) == left

    def test_leaves_a_blank_of_a_wide_character_that_does_not_fit(self):
        assert chars(row("abc").with_part(1, row("x日"))) == ["a", "x", " "]

    def test_of_the_same_cells_gives_the_same_row(self):
        before = row("0123456789")
        assert before.with_part(3, row("345")) is before
        assert before.with_part(3, Row.of([("345", RED)])) is not before

    @given(words, st.integers(0, 30), words)
    def test_never_leaves_half_of_a_wide_character(self, text: str, x: int, part: str):
        written = row(text).with_part(min(x, cell_len(text)), row(part))
        assert len(written) == len(row(text))
        for at, char in enumerate(chars(written)):
            assert (char == "") == (at > 0 and cell_len(written.char(at - 1)) == 2)


class TestDoubtfulCharacters:
    def test_are_those_that_are_not_of_a_script_on_whose_width_terminals_agree(self):
        assert row("Latin né ΑΒΓ Привет ‹›·…–→ │▌▾● 日本 かな カナ 한글").doubtful == []

    @pytest.mark.parametrize(
        "char", ["\u0b95", "\u0b95\u0bc1", "🙏", "\u26a0", "e\u0301", "日\u0301", "\u0e01", "\u2764"]
    )
    def test_are_told_by_their_columns(self, char: str):
        assert list(row(f"ab{char}c").doubtful) == [2]


class TestAScreen:
    def test_keeps_what_fits_when_its_size_changes(self):
        screen = Screen(4, [row("abcd"), row("ef日"), row("ghij")])
        assert [chars(one) for one in screen.resized(3, 2)] == [list("abc"), ["e", "f", " "]]
        assert [chars(one) for one in screen.resized(5, 4)] == [
            list("abcd "), ["e", "f", "日", "", " "], list("ghij "), list("     "),
        ]  # fmt: skip
