"""Free texts of a query in what is shown of a record."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain import hits
from tui.domain.hits import HitFinder
from tui.domain.query_values import How, Value


def found(text: str, *values: Value) -> list[str]:
    return [text[start:end] for start, end in HitFinder(values).find(text)]


def contained(text: str) -> Value:
    return Value(text, How.CONTAINS)


class TestATextThatIsContained:
    def test_is_found_wherever_it_stands_in_any_case(self):
        assert found("/Prompts/prompts", contained("prompts")) == ["Prompts", "prompts"]

    def test_with_an_upper_case_letter_as_it_is_only(self):
        assert found("/Prompts/prompts", contained("Prompts")) == ["Prompts"]

    def test_in_all_the_ways_to_write_its_letters(self):
        assert found("STRASSE Straße", contained("straße")) == ["STRASSE", "Straße"]

    def test_is_found_however_little_time_there_is(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(hits, "_SECONDS", 0.0)
        assert found("a" * 100_000 + "z", contained("z")) == ["z"]

    def test_is_no_expression(self):
        assert found("a.b[c] axb", contained("a.b[")) == ["a.b["]


class TestAnExpression:
    def test_is_looked_for_as_one(self):
        assert found("/v1/a /v22/b", Value(r"v\d+", How.REGEX)) == ["v1", "v22"]

    def test_has_its_case_folded_whatever_its_escapes_are_called(self):
        assert found("STRASSE", Value(r"\Stra", How.REGEX)) == ["STRA"]

    def test_that_fits_nothing_lights_nothing(self):
        assert found("aaa", Value("b*", How.REGEX)) == []

    def test_without_an_end_is_left_out_of_that_text_and_the_others_are_not(self):
        finder = HitFinder([Value("(a|aa)+$", How.REGEX), contained("z")])
        assert finder.find("za") == ((0, 2),)
        assert finder.find("a" * 100 + "z!") == ((100, 101),)
        assert finder.find("za") == ((0, 2),)


class TestSeveral:
    def test_that_touch_are_one(self):
        assert found("xabcdex", contained("abc"), contained("cd"), contained("e")) == ["abcde"]

    def test_none_is_nothing_to_look_for(self):
        assert not HitFinder()
        assert HitFinder([contained("a")])

    @given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=3), min_size=1, max_size=3))
    def test_stand_in_order_apart_and_in_the_text(self, text: str, wanted: list[str]):
        spans = HitFinder(map(contained, wanted)).find(text)
        assert all(start < end <= len(text) for start, end in spans)
        assert all(before[1] < after[0] for before, after in pairwise(spans))
