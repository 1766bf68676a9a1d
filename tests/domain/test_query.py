"""A query is a frozen value: how it is changed, and what is the same query."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tui.domain.query import (
    BLANK,
    DEEPEST,
    AllOf,
    AnyOf,
    AuditQuery,
    Clause,
    How,
    Not,
    Term,
    Text,
    Value,
    all_of,
    any_of,
    negated,
    walk,
)
from tui.domain.time_range import TimeRange


def clause(field: str, *texts: str, path: tuple[str, ...] = ()) -> Clause:
    return Clause(field, tuple(map(Value, texts)), path)


DELETED, FAILED, GERMAN = clause("op", "delete"), clause("status", "403"), clause("country", "DE")
WORD = Text(Value("word", How.CONTAINS))


class TestChangingAQuery:
    def test_a_field_is_kept_to_values_to_others_and_freed(self):
        query = AuditQuery().with_("status", [Value("403")])
        assert query.clause("status") == FAILED
        assert query.with_("status", [Value("500"), Value("500")]).clause("status") == clause("status", "500")
        assert query.with_("status", ()) == AuditQuery()
        assert AuditQuery().with_("status", ()) == AuditQuery()

    def test_a_clause_keeps_its_place(self):
        query = AuditQuery(terms=(DELETED, FAILED, GERMAN)).with_("status", [Value("500")])
        assert query.terms == (DELETED, clause("status", "500"), GERMAN)

    def test_a_clause_that_is_excluded_or_of_a_path_keeps_no_field(self):
        query = AuditQuery(terms=(Not(FAILED), clause("body", "x", path=("a",)), clause("is", "failed")))
        assert [query.clause(name) for name in ("status", "body", "is")] == [None, None, None]

    def test_terms_are_added_as_if_they_were_written_behind_it(self):
        query = AuditQuery(terms=(DELETED,)).and_(FAILED, clause("op", "create"))
        assert query.terms == (clause("op", "delete", "create"), FAILED)

    def test_a_term_is_replaced_and_taken_away(self):
        query = AuditQuery(terms=(DELETED, FAILED))
        assert query.replacing(DELETED, Not(DELETED)).terms == (Not(DELETED), FAILED)
        assert query.without(DELETED).terms == (FAILED,)
        assert query.without(GERMAN) == query

    def test_its_range_is_replaced(self):
        assert AuditQuery(terms=(FAILED,)).with_range(TimeRange(timedelta(1))) == AuditQuery(
            TimeRange(timedelta(1)), (FAILED,)
        )


class TestTheSameQuery:
    def test_of_terms_that_are_the_same_there_is_one(self):
        assert AuditQuery(terms=(WORD, FAILED, WORD)).terms == (WORD, FAILED)

    def test_groups_of_what_must_hold_anyway_are_none(self):
        assert AuditQuery(terms=(AllOf((WORD, FAILED)), GERMAN)) == AuditQuery(terms=(WORD, FAILED, GERMAN))
        assert all_of([WORD, AllOf((FAILED, GERMAN))]) == AllOf((WORD, FAILED, GERMAN))
        assert any_of([WORD, AnyOf((FAILED, GERMAN))]) == AnyOf((WORD, FAILED, GERMAN))

    def test_one_term_is_no_group(self):
        assert all_of([WORD]) == any_of([WORD, WORD]) == WORD
        assert any_of([clause("op", "create"), clause("op", "delete")]) == clause("op", "create", "delete")

    def test_not_not_is_nothing(self):
        assert negated(negated(WORD)) == WORD

    def test_halves_of_a_character_that_stand_together_are_that_character(self):
        assert Value("\ud83d\ude00") == Value("\U0001f600")
        assert clause("body", "x", path=("\ud83d\ude00",)) == clause("body", "x", path=("\U0001f600",))

    def test_a_regular_expression_is_kept_as_it_is_written_between_slashes(self):
        assert Value("a/b c,d", How.REGEX) == Value(r"a\/b\ c\,d", How.REGEX)
        assert Value("a\n\x1b\\\t", How.REGEX).text == r"a\U0000000a\U0000001b\U00000009"


class TestWhatCanNotBe:
    """Neither a value nor a clause can be made that has no notation, or that can't be asked."""

    @pytest.mark.parametrize(
        ("text", "how", "upper"),
        [
            ("", How.EXACT, ""),
            ("x", How.BLANK, ""),
            ("x", How.RANGE, ""),
            ("x", How.EXACT, "y"),
            ("a b*", How.WILDCARD, ""),
            ("abc", How.WILDCARD, ""),
            ("a*/", How.WILDCARD, ""),
            ("*\x1b", How.WILDCARD, ""),
            ("*\u0301\u0301\u0301\u0301\u0301", How.WILDCARD, ""),
            ("a\\", How.REGEX, ""),
            ("x" * 1001, How.REGEX, ""),
            ("9xx", How.HUNDRED, ""),
        ],
    )
    def test_a_value(self, text: str, how: How, upper: str):
        with pytest.raises(ValueError, match=r"can't|not a hundred|at most"):
            Value(text, how, upper)

    @pytest.mark.parametrize(
        ("field", "values", "path"),
        [
            ("op", (), ()),
            ("op", (Value("a"), Value("a")), ()),
            ("nothing", (Value("a"),), ()),
            ("time", (Value("a"),), ()),
            ("user_id", (Value("a"),), ()),
            ("op", (Value("a"),), ("x",)),
            ("is", (Value("failed"),), ("x",)),
            ("is", (Value("xyz"),), ()),
            ("is", (BLANK,), ()),
            ("has", (Value("ip"),), ()),
            ("has", (Value("a b"),), ()),
            ("op", (Value("a", How.MORE),), ()),
            ("op", (Value("4xx", How.HUNDRED),), ()),
            ("status", (Value("abc", How.MORE),), ()),
            ("status", (Value("499", How.RANGE, "400"),), ()),
            ("ip", (Value("10.0.0.1", How.NETWORK),), ()),
            ("ip", (Value("10.0.0.0/40", How.NETWORK),), ()),
            ("ip", (Value("10.0.0.1", How.MORE),), ()),
            ("res", (Value("(", How.REGEX),), ()),
        ],
    )
    def test_a_clause(self, field: str, values: tuple[Value, ...], path: tuple[str, ...]):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            Clause(field, values, path)

    def test_free_text_that_is_neither_contained_nor_an_expression(self):
        for value in (Value("x"), BLANK, Value("(", How.REGEX)):
            with pytest.raises(ValueError, match=r"free text|can't be read"):
                Text(value)

    def test_groups_that_are_not_in_their_one_form(self):
        for terms in ((WORD,), (WORD, WORD), (DELETED, clause("op", "create"))):
            for group in (AllOf, AnyOf):
                with pytest.raises(ValueError, match="normal form"):
                    group(terms)
        with pytest.raises(ValueError, match="not not"):
            Not(Not(WORD))

    def test_groups_in_groups_without_end(self):
        term: Term = WORD
        for _ in range(DEEPEST):
            term = any_of([GERMAN, all_of([FAILED, term])])
        assert AuditQuery(terms=(term,)).terms == (term,)
        with pytest.raises(ValueError, match="nested"):
            AuditQuery(terms=(Not(AllOf((WORD, term))),))


def test_every_clause_and_text_is_found_however_deep():
    group = any_of([Not(DELETED), all_of([WORD, Not(any_of([FAILED, GERMAN]))])])
    assert list(walk([group, GERMAN])) == [DELETED, WORD, FAILED, GERMAN, GERMAN]
