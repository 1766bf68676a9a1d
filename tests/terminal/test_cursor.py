"""The cursor goes its shortest way, and gets where it should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.terminal.emulator import Emulator
from tui.terminal.cursor import Position, move

cells = st.tuples(st.integers(0, 39), st.integers(0, 119))


@pytest.mark.parametrize(
    ("start", "end", "way"),
    [
        (None, (0, 0), "\x1b[H"),
        (None, (4, 0), "\x1b[5H"),
        (None, (4, 7), "\x1b[5;8H"),
        ((4, 7), (4, 7), ""),
        ((4, 7), (4, 8), "\x1b[C"),
        ((4, 7), (4, 12), "\x1b[5C"),
        ((4, 70), (4, 68), "\x1b[2D"),
        ((4, 100), (4, 7), "\x1b[8G"),
        ((4, 7), (4, 0), "\r"),
        ((4, 7), (5, 7), "\n"),
        ((4, 7), (5, 0), "\n\r"),
        ((4, 7), (3, 7), "\x1b[A"),
        ((30, 7), (4, 7), "\x1b[5d"),
        ((4, None), (4, 3), "\x1b[4G"),
        ((4, None), (5, 0), "\n\r"),
    ],
)
def test_the_shortest_way(start: Position | None, end: tuple[int, int], way: str):
    assert move(start, end) == way


@given(cells, cells, st.booleans())
def test_a_terminal_is_where_it_should_be(start: tuple[int, int], end: tuple[int, int], is_known: bool):
    terminal = Emulator(120, 40)
    terminal.feed(move(None, start) + move(start if is_known else None, end))
    assert terminal.cursor == end


@given(st.integers(0, 39), cells)
def test_and_so_it_is_after_the_last_column_was_written(row: int, end: tuple[int, int]):
    terminal = Emulator(120, 40)
    terminal.feed(move(None, (row, 119)) + "x" + move((row, None), end))
    assert terminal.cursor == end
