"""Regular expressions that a person wrote can neither break the program nor hold it up."""

from __future__ import annotations

from itertools import repeat
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.clean import UNLIMITED, clean
from tui.domain.errors import QueryTooSlow
from tui.domain.expressions import begin_record, has_capital, problem_with, searching

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class TestReading:
    @pytest.mark.parametrize(
        "source",
        ["a", "^a|b$", UUID, f"{UUID}/{UUID}", r"\d{1,3}(\.\d{1,3}){3}", "(?i)a", "[]a]", "[^]]", r"\(\[", "a{2}" * 90],
    )
    def test_what_people_write_can_be_looked_for(self, source: str):
        assert problem_with(source) == ""

    @pytest.mark.parametrize(
        ("source", "problem"),
        [
            ("(", "missing )"),
            ("[a", "unterminated character set"),
            ("*a", "nothing to repeat"),
            (r"\p{Foo}", "unknown property"),
            (r"(?<n>a)\g<m>", "unknown group"),
            (r"\L<words>", "undefined named list"),
            ("a{1,99999999999}", "repeat count too big"),
        ],
    )
    def test_what_can_not_be_read_is_told(self, source: str, problem: str):
        assert problem_with(source).startswith("this regular expression can't be read: ")
        assert problem in problem_with(source)

    @pytest.mark.parametrize(
        "source",
        ["(?:" * 14 + "a" + "{2,3})" * 14, "(a{100}){100}", "a{1000000}", "(" * 60 + "a" + ")" * 60]
    )  # fmt: skip
    def test_what_would_grow_beyond_measure_is_refused_before_it_does(self, source: str):
        assert problem_with(source) == "this regular expression repeats or nests too much"

    @settings(max_examples=300, deadline=None)
    @given(
        st.lists(st.sampled_from([*"ab()[]{}|*+?^$\\.-,:=!<>#PR12", "(?", "{2}", "\x1b", "é"]), max_size=12).map(
            "".join
        )
    )
    def test_nothing_else_is_raised_and_a_terminal_finds_nothing_to_obey(self, source: str):
        problem = problem_with(source)
        assert clean(problem, UNLIMITED) == problem


SLOW = "([a-z0-9-]|[a-z0-9-][a-z0-9-]){1,14}[~^]"
"""An expression that takes a while on each text, and not too long on any."""


@pytest.fixture(autouse=True)
def _record() -> None:
    begin_record()


class TestSearching:
    @pytest.mark.parametrize(
        ("source", "text", "fold", "found"),
        [
            ("b.d", "abcde", False, True),
            ("^b", "ab", False, False),
            ("B", "abc", False, False),
            ("B", "abc", True, True),
            ("a.c", "a\nc", False, True),
        ],
    )
    def test_finds_anywhere_and_across_lines(self, source: str, text: str, fold: bool, found: bool):
        assert searching(source, fold=fold)(text) == found

    @pytest.mark.parametrize("source", ["(a|aa)+$", "(?:a|a)*b|(a|a)*c"])
    def test_one_that_runs_away_is_stopped_and_told(self, source: str):
        with pytest.raises(QueryTooSlow) as stopped:
            searching(source, fold=True)("a" * 60 + "!")
        assert stopped.value.cause.startswith("The expression /(")
        assert stopped.value.cure

    def test_many_in_one_record_are_stopped_though_none_of_them_runs_away(self):
        slow = searching(SLOW, fold=True)
        assert not slow("prod-team")
        with pytest.raises(QueryTooSlow):
            any(map(slow, repeat("prod-team", 100_000)))

    def test_all_expressions_have_one_limit_which_the_next_record_has_anew(self):
        slow, quick = searching(SLOW, fold=True), searching("b", fold=True)
        with pytest.raises(QueryTooSlow):
            any(map(slow, repeat("prod-team", 100_000)))
        with pytest.raises(QueryTooSlow):
            quick("abc")
        begin_record()
        assert quick("abc")

    def test_what_another_thread_spent_is_its_own(self):
        quick = searching("b", fold=True)
        with pytest.raises(QueryTooSlow):
            searching("(a|aa)+$", fold=True)("a" * 60 + "!")
        found: list[bool] = []
        other = Thread(target=lambda: found.append(quick("abc")))
        other.start()
        other.join()
        assert found == [True]


class TestCase:
    @pytest.mark.parametrize("source", ["A", "[A-Z]", "é|É", r"\p{L}X", "(?P<Name>a)"])
    def test_an_upper_case_letter_counts(self, source: str):
        assert has_capital(source)

    @pytest.mark.parametrize(
        "source", ["a", r"\S\W\D\B\A\Z", r"\p{Lu}", r"\N{LATIN SMALL LETTER A}", r"\U0000001b", "é"]
    )
    def test_one_that_is_part_of_an_escape_does_not(self, source: str):
        assert not has_capital(source)
