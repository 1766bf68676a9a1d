"""Finding text in a document: literal, in the lines as they are drawn whole."""

from __future__ import annotations

import json

import pytest

from tui.formats.body import open_json
from tui.formats.document import whole
from tui.formats.find import MOST_HITS, Find, Hit


def find(text: str, value: object) -> Find:
    found = Find(whole(open_json(json.dumps(value), "body")), text)
    for _ in found.search():
        pass
    return found


class TestHits:
    def test_each_has_its_line_and_its_place_in_it(self) -> None:
        assert find("ab", ["ab ab", "x", "ab"]).hits == [Hit(1, 3, 5), Hit(1, 6, 8), Hit(3, 3, 5)]

    @pytest.mark.parametrize(("text", "count"), [("prod", 3), ("Prod", 1), ("PROD", 1)])
    def test_case_counts_where_the_reader_wrote_a_capital(self, text: str, count: int) -> None:
        assert len(find(text, ["prod", "Prod", "PROD"]).hits) == count

    def test_signs_mean_themselves(self) -> None:
        assert len(find("a.*[", ["a.*[", "abc["]).hits) == 1

    def test_what_is_drawn_as_an_escape_is_found_as_one(self) -> None:
        assert len(find(r"\u001b", ["\x1b"]).hits) == 1

    def test_they_are_found_behind_the_cut_of_a_long_value(self) -> None:
        assert find("needle", ["x" * 50_000 + "needle"]).hits == [Hit(1, 50_003, 50_009)]

    def test_nothing_is_looked_for_where_nothing_is_written(self) -> None:
        assert find("", ["a"]).hits == []

    def test_there_is_an_end_to_them_and_it_is_told(self) -> None:
        flood = find("x", ["x" * (MOST_HITS + 5)])
        assert len(flood.hits) == MOST_HITS
        assert flood.stopped_short

    def test_those_of_one_line_can_be_had(self) -> None:
        assert find("a", ["aa", "a"]).on_line(1) == [Hit(1, 3, 4), Hit(1, 4, 5)]


class TestWalking:
    FOUND = find("a", ["a", "b", "aa"])
    FIRST, SECOND, THIRD = FOUND.hits

    @pytest.mark.parametrize(
        ("place", "hit"), [((0, -1), FIRST), ((1, 3), SECOND), ((3, 3), THIRD), ((3, 4), FIRST), ((2, -1), SECOND)]
    )
    def test_the_next_is_behind_the_place_and_then_from_the_top(self, place: tuple[int, int], hit: Hit) -> None:
        assert self.FOUND.next(*place) == hit

    @pytest.mark.parametrize(
        ("place", "hit"), [((0, -1), THIRD), ((1, 3), THIRD), ((3, 4), SECOND), ((3, 3), FIRST), ((4, -1), THIRD)]
    )
    def test_the_previous_is_before_the_place_and_then_from_the_end(self, place: tuple[int, int], hit: Hit) -> None:
        assert self.FOUND.previous(*place) == hit

    def test_they_are_numbered(self) -> None:
        assert [self.FOUND.number(hit) for hit in self.FOUND.hits] == [1, 2, 3]

    def test_without_hits_there_is_nowhere_to_go(self) -> None:
        assert find("z", ["a"]).next(0, -1) is None
        assert find("z", ["a"]).previous(0, -1) is None


class TestGrowing:
    def test_a_find_goes_on_where_it_was_when_the_document_grew(self) -> None:
        opening = open_json(json.dumps(["a"] * 3000), "body")
        found = Find(next(opening), "a")
        for _ in found.search():
            pass
        first = len(found.hits)
        for _ in opening:
            pass
        for _ in found.search():
            pass
        assert 0 < first < len(found.hits) == 3000
