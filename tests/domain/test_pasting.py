"""A pasted list becomes one OR; anything else that is pasted stays what it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.clean import UNLIMITED, clean
from tui.domain.pasting import LONGEST, MOST_VALUES, paste
from tui.domain.query import AnyOf, Clause, How, Text, Value
from tui.domain.query_parser import parse_query

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
ONE = "0d40bc2f-9c7a-4d5e-8f10-000000000001"
OTHER = "0D40BC2F-9C7A-4D5E-8F10-000000000002"


def pasted(text: str, given: str) -> str:
    """The text after something was pasted where a bar stands in it."""
    before, _, after = text.partition("|")
    put_in = paste(before + after, len(before), len(before), given)
    assert put_in.problem == ""
    return before + put_in.insert + after


class TestOneLine:
    @pytest.mark.parametrize("given", ["op:delete", "two words", "203.0.113.9", ONE, "203.0.113.9 next", "a,b", "  x "])
    def test_is_put_in_as_it_is(self, given: str):
        assert pasted("status:403 |", given) == f"status:403 {given}"

    def test_without_the_end_of_the_line_and_without_blank_ones_around_it(self):
        assert pasted("|", "\n\nop:delete\r\n \n") == "op:delete"

    def test_cleaned(self):
        assert pasted("|", "a\x1b[31m\tb\u202e") == r"a\u001b[31m\tb\u202e"

    def test_of_nothing_is_nothing(self):
        assert pasted("a|b", " \n\n") == "ab"


class TestAListOfItsOwn:
    @pytest.mark.parametrize(
        "given",
        [
            "203.0.113.9\n2001:db8::1\n10.0.0.0/8",
            "203.0.113.9, 2001:db8::1,10.0.0.0/8",
            "203.0.113.9 2001:db8::1\t10.0.0.0/8\n",
        ],
    )
    def test_of_addresses_and_networks(self, given: str):
        assert pasted("|", given) == "ip:203.0.113.9,2001:db8::1,10.0.0.0/8"

    def test_of_request_ids(self):
        assert pasted("|", f"{ONE}\r\n{OTHER}\r\n{ONE}") == f"id:{ONE},{OTHER}"

    def test_of_other_lines_is_any_of_these_texts(self):
        assert pasted("|", 'rate limit\n  op:delete \nsay "no"') == r'("rate limit" OR "op:delete" OR "say \"no\"")'

    def test_stands_apart_from_its_neighbours(self):
        assert pasted("x|y", "a\nb") == 'x ("a" OR "b") y'
        assert pasted("x |", "a\nb") == 'x ("a" OR "b")'
        assert pasted("-|", "a\nb") == '-("a" OR "b")'
        assert pasted("(|)", "a\nb") == '(("a" OR "b"))'

    def test_replaces_what_is_selected(self):
        assert paste("op:delete status:403", 0, 20, "10.0.0.1\n10.0.0.2").insert == "ip:10.0.0.1,10.0.0.2"


class TestAListIntoAClause:
    @pytest.mark.parametrize(
        ("text", "then"),
        [
            ("res:|", "res:a,b"),
            ("-res:x,| op:delete", "-res:x,a,b op:delete"),
            ("res:x|", "res:x,a,b"),
            ("body.name:|", "body.name:a,b"),
        ],
    )
    def test_becomes_values_of_it(self, text: str, then: str):
        assert pasted(text, "a\nb\n") == then

    def test_even_where_it_would_mean_something_on_its_own(self):
        assert pasted("target:|", f"{ONE}\n{OTHER}") == f"target:{ONE},{OTHER}"
        assert pasted("ip:|", "10.0.0.1 10.0.0.0/8") == "ip:10.0.0.1,10.0.0.0/8"

    def test_each_means_itself(self):
        assert pasted("res:|", "api *\nnone\n~x\na,b") == 'res:"api *","none","~x","a,b"'


class TestTooMuch:
    def test_more_values_than_a_query_should_hold_belong_in_a_file(self):
        lines = "\n".join(f"10.0.{number}.1" for number in range(MOST_VALUES + 1))
        assert paste("", 0, 0, lines).insert == ""
        assert paste("", 0, 0, lines).problem.endswith("and write ip:@file")
        assert paste("res:", 4, 4, lines).problem.endswith("and write res:@file")
        assert paste("", 0, 0, lines.replace(".", "x")).problem.endswith("and write id:@file")

    def test_as_many_as_it_can_hold_are_taken(self):
        lines = "\n".join(f"10.0.{number}.1" for number in range(MOST_VALUES))
        assert pasted("|", lines).count(",") == MOST_VALUES - 1

    def test_a_megabyte_in_one_line_is_refused(self):
        assert paste("", 0, 0, "x" * 1_000_000) == ("", "1,000,000 characters are too many for a query")
        assert len(paste("", 0, 0, "x" * LONGEST).insert) == LONGEST


LINES = st.lists(st.text(min_size=1, max_size=8).filter(lambda line: line.split() and len(line.splitlines()) == 1))


class TestWhateverWasPasted:
    @given(st.text(max_size=20), st.text(max_size=40))
    def test_what_is_put_in_is_clean(self, text: str, given: str):
        put_in = paste(text, len(text), len(text), given)
        assert clean(put_in.insert, UNLIMITED) == put_in.insert

    @given(LINES)
    def test_lines_mean_themselves(self, lines: list[str]):
        wanted = tuple(dict.fromkeys(line.strip() for line in lines))
        if len(wanted) < 2:
            return
        (clause,) = parse_query(pasted("target:|", "\n".join(lines)), now=NOW).query.terms
        assert clause == Clause("target", tuple(Value(line) for line in wanted))
        (term,) = parse_query(pasted("|", "\n".join(lines)), now=NOW).query.terms
        assert term == AnyOf(tuple(Text(Value(line, How.CONTAINS)) for line in wanted))
