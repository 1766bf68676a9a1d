"""Every query can be written on one line, in one way, that is read back as the same query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.odd_queries import ODD_TEXTS, odd_queries
from tests.domain.queries import queries
from tui.domain.clean import UNLIMITED, clean
from tui.domain.query import BLANK, AuditQuery, Clause, How, Term, Text, Value, all_of, any_of, negated
from tui.domain.query_parser import parse_query
from tui.domain.query_scanner import format_path, read_path
from tui.domain.query_text import format_query, format_term, format_time_terms, format_values, quote
from tui.domain.time_range import TimeRange

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
ALICE, DELETED = Clause("actor", (Value("alice"),)), Clause("op", (Value("delete"),))


def contains(text: str) -> Text:
    return Text(Value(text, How.CONTAINS))


def clause(field: str, *values: Value, path: tuple[str, ...] = ()) -> Clause:
    return Clause(field, values, path)


class TestRoundTrip:
    @settings(max_examples=300, deadline=None)
    @given(st.one_of(odd_queries(), queries(texts=ODD_TEXTS)))
    def test_what_is_written_is_read_back(self, query: AuditQuery):
        text = format_query(query)
        parsed = parse_query(text, now=NOW)
        assert parsed.query == query
        assert not [found for found in parsed.diagnostics if "before it begins" not in found.message]

    @settings(max_examples=300, deadline=None)
    @given(odd_queries())
    def test_it_stands_on_one_line_and_nothing_in_it_can_be_obeyed(self, query: AuditQuery):
        text = format_query(query)
        assert clean(text, UNLIMITED) == text
        assert len(text.splitlines()) == 1

    @settings(max_examples=300, deadline=None)
    @given(st.lists(ODD_TEXTS | st.just("")).map(tuple))
    def test_so_does_a_path(self, path: tuple[str, ...]):
        written = Clause("body", (Value("x"),), path).path
        assert read_path(format_path(written)) == written

    @settings(max_examples=300, deadline=None)
    @given(ODD_TEXTS)
    def test_a_text_in_quotes_is_that_text(self, text: str):
        parsed = parse_query(f"res:{quote(text)}", now=NOW)
        assert parsed.query.terms == (Clause("res", (Value(text),)),)
        assert parsed.diagnostics == ()


class TestTerms:
    @pytest.mark.parametrize(
        ("term", "text"),
        [
            (ALICE, "actor:alice"),
            (negated(ALICE), "-actor:alice"),
            (any_of((ALICE, DELETED)), "(actor:alice OR op:delete)"),
            (negated(any_of((ALICE, DELETED))), "-(actor:alice OR op:delete)"),
            (negated(all_of((ALICE, DELETED))), "-(actor:alice op:delete)"),
            (any_of((all_of((ALICE, DELETED)), contains("x"))), "(actor:alice op:delete OR x)"),
            (clause("is", Value("failed"), Value("new")), "is:failed,new"),
            (clause("has", Value('body."a b".c')), 'has:body."a b".c'),
            (clause("body", Value("7"), path=("a-b", "a b", "größe", "x.y", "")), 'body.a-b."a b".größe."x.y"."":7'),
        ],
    )  # fmt: skip
    def test_stand_as_a_reader_would_write_them(self, term: Term, text: str):
        assert format_term(term) == text

    def test_an_alternative_is_in_parentheses_so_that_the_range_is_not_part_of_it(self):
        assert format_query(AuditQuery(terms=(any_of((ALICE, DELETED)),))) == "(actor:alice OR op:delete) since:24h"


class TestValues:
    @pytest.mark.parametrize(
        ("field", "value", "text"),
        [
            ("res", Value("api-keys"), "api-keys"),
            ("res", Value("a b"), '"a b"'),
            ("res", Value("a,b"), '"a,b"'),
            ("res", Value("a|b"), '"a|b"'),
            ("res", Value('a"b\\'), r'"a\"b\\"'),
            ("res", Value("none"), '"none"'),
            ("res", Value("~x"), '"~x"'),
            ("res", Value("a*"), '"a*"'),
            ("res", Value("a\nb\x1b"), r'"a\nb\u001b"'),
            ("res", BLANK, "none"),
            ("res", Value("x y", How.CONTAINS), '~"x y"'),
            ("res", Value("a*b", How.WILDCARD), "a*b"),
            ("res", Value("^a b/c$", How.REGEX), r"/^a\ b\/c$/"),
            ("res", Value("my file", How.FILE), '@"my file"'),
            ("status", Value("403"), "403"),
            ("status", Value("abc"), '"abc"'),
            ("status", Value("4xx"), '"4xx"'),
            ("status", Value("4xx", How.HUNDRED), "4xx"),
            ("status", Value("500", How.LEAST), ">=500"),
            ("status", Value("400", How.RANGE, "499"), "400..499"),
            ("method", Value("GET"), '"GET"'),
            ("method", Value("put"), "put"),
            ("op", Value("delte"), '"delte"'),
            ("country", Value("Germany"), '"Germany"'),
            ("ip", Value("unknown"), '"unknown"'),
            ("ip", Value("10.0.0.0/8"), '"10.0.0.0/8"'),
            ("ip", Value("10.0.0.0/8", How.NETWORK), "10.0.0.0/8"),
            ("ip", Value("::1"), "::1"),
            ("uri", Value("/v2/prompts"), "/v2/prompts"),
            ("uri", Value("/v2/prompts/"), '"/v2/prompts/"'),
            ("uri", Value("/v2/a..b"), "/v2/a..b"),
            ("body", Value("a..b"), '"a..b"'),
            ("body", Value("=5", How.LESS), '<"=5"'),
            ("body", Value("1..2", How.RANGE, "3"), '"1..2"..3'),
        ],
    )
    def test_are_bare_where_that_is_read_back(self, field: str, value: Value, text: str):
        assert format_values(field, (value,)) == text

    def test_several_stand_behind_commas(self):
        assert format_values("status", (Value("403"), Value("5xx", How.HUNDRED), BLANK)) == "403,5xx,none"


class TestFreeText:
    @pytest.mark.parametrize(
        "text", ["x", "rate_limits", "a,b", "/v2/prompts", "http://x/y", "2001:db8::1", "a-b", "~x"]
    )
    def test_a_word_is_bare(self, text: str):
        assert format_term(contains(text)) == text

    @pytest.mark.parametrize(
        "text", ["a b", "OR", "or", "NOT", "-a", "@a", "op:x", "stats:", "(a", "a|b", "/a/", "a/", '"']
    )
    def test_what_would_mean_more_is_in_quotes(self, text: str):
        assert format_term(contains(text)) == quote(text)

    def test_a_regular_expression_is_between_slashes(self):
        assert format_term(Text(Value('a/b "c", d{1,3}', How.REGEX))) == r"/a\/b\ \"c\"\,\ d{1,3}/"


class TestTimes:
    @pytest.mark.parametrize(
        ("time_range", "text"),
        [
            (TimeRange(), "since:24h"),
            (TimeRange(timedelta(days=7), timedelta(hours=1)), "since:7d until:1h"),
            (TimeRange(datetime(2026, 11, 20, 14, 5, 9, 250_000, tzinfo=UTC)), "since:2026-11-20T14:05:09.250Z"),
        ],
    )
    def test_a_range_is_the_terms_that_set_it(self, time_range: TimeRange, text: str):
        assert format_time_terms(time_range) == text
