"""Folds hide lines, and give them back."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tui.formats.body import open_json
from tui.formats.document import Document, whole
from tui.formats.folding import Folding

BODY = {"a": [1, {"b": 2}], "c": {"d": {"e": 3}}, "f": 4}
#      0 {  1 a[  2 1  3 {  4 b  5 }  6 ]  7 c{  8 d{  9 e  10 }  11 }  12 f  13 }


def document() -> Document:
    return whole(open_json(json.dumps(BODY), "body"))


class TestOneFold:
    def test_it_leaves_its_first_line(self) -> None:
        folding = Folding(document())
        assert folding.fold(1)
        assert list(folding.rows) == [0, 1, 7, 8, 9, 10, 11, 12, 13]

    def test_unfolding_keeps_the_folds_inside(self) -> None:
        folding = Folding(document())
        folding.fold(3)
        folding.fold(1)
        assert folding.unfold(1)
        assert list(folding.rows)[:5] == [0, 1, 2, 3, 6]

    def test_what_has_no_lines_under_it_does_not_fold(self) -> None:
        folding = Folding(document())
        assert not folding.fold(2)
        assert not folding.fold(13)
        assert not folding.unfold(0)

    def test_a_hidden_line_is_on_the_row_of_its_fold(self) -> None:
        folding = Folding(document())
        folding.fold(7)
        assert folding.row(9) == folding.row(7) == 7
        assert folding.row(12) == 8


class TestManyFolds:
    def test_everything_at_one_depth_folds_together(self) -> None:
        folding = Folding(document())
        folding.fold_depth(1)
        assert list(folding.rows) == [0, 1, 7, 12, 13]

    def test_unfolding_all_shows_all(self) -> None:
        folding = Folding(document())
        folding.fold(3)
        folding.fold(0)
        folding.unfold_all()
        assert list(folding.rows) == list(range(14))

    def test_revealing_a_line_unfolds_what_is_around_it_and_nothing_else(self) -> None:
        folding = Folding(document())
        for line in (8, 7, 1, 0):
            folding.fold(line)
        assert folding.reveal(9)
        assert list(folding.rows) == [0, 1, 7, 8, 9, 10, 11, 12, 13]
        assert not folding.reveal(9)

    @given(st.lists(st.tuples(st.sampled_from(["fold", "unfold", "reveal"]), st.integers(0, 13)), max_size=12))
    def test_a_line_is_in_sight_unless_a_fold_is_around_it(self, steps: list[tuple[str, int]]) -> None:
        shown = document()
        folding = Folding(shown)
        for step, line in steps:
            if step == "reveal" or line in folding.rows:
                getattr(folding, step)(line)
        hidden = {
            inner
            for line in range(len(shown))
            if folding.is_folded(line)
            for inner in range(line + 1, shown.last(line) + 1)
        }
        assert list(folding.rows) == [line for line in range(len(shown)) if line not in hidden]


class TestGrowing:
    def test_new_lines_come_behind_and_folds_stay(self) -> None:
        opening = open_json(json.dumps([[1, 2], *range(2000)]), "body")
        growing = next(opening)
        folding = Folding(growing)
        known = len(folding)
        folding.fold(1)
        for _ in opening:
            folding.grow()
        assert len(folding) == len(growing) > known
        assert list(folding.rows) == [0, 1, *range(5, len(growing))]

    def test_what_has_no_end_yet_does_not_fold(self) -> None:
        folding = Folding(next(open_json(json.dumps(list(range(5000))), "body")))
        assert not folding.fold(0)

    def test_nor_does_what_ends_where_there_are_no_rows_yet(self) -> None:
        opening = open_json(json.dumps([list(range(1200)), 1]), "body")
        growing = next(opening)
        folding = Folding(growing)
        for _ in opening:
            pass
        assert growing.last(1) > len(folding)
        assert not folding.fold(1)
