"""Queries of every form whose texts are hard to write: what the notation has to carry there and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast

from hypothesis import strategies as st

from tui.domain.fields import FIELDS, Kind
from tui.domain.predicates import PREDICATES
from tui.domain.query import AuditQuery, Clause, How, Term, Text, Value, all_of, any_of, negated
from tui.domain.query_scanner import format_path
from tui.domain.time_range import TimeRange

Built = TypeVar("Built")

NAMES = [field.name for field in FIELDS if field.kind is not Kind.TIME]
JSON_NAMES = [field.name for field in FIELDS if field.kind is Kind.JSON]
PIECES = (
    *"aZ7 \"\\/*~@<>=.,:-()|'{}[]^$%#?!",
    "..", "\\/", '\\"', "{1,2}", "a/b", "/a", "a/", "*/", "/*", "or", "OR", "NOT ", "AND", "none", "4xx", "200", "499",
    "10.0.0.0/8", "::1", "203.0.113.9", "op:", "since:1h", "body.a:", "http://", ">=", "true", "\t", "\n", "\r", "\x00",
    "\x1b]52;", "\x7f", "\x85", "\u200b", "\u202e", "\u2028", "\u00a0", "\u3000", "\ufeff", "\u0301", "\u0301" * 6,
    "\ud83d", "\ude00", "\U0001f600", "\U000e0041", "中", "é", "ß", "İ", "K",
)  # fmt: skip
"""What means something in the notation, or can't leave for a terminal."""

ODD_TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
    st.text(st.characters(codec=None), min_size=1, max_size=8),
)
"""Any text but the empty one, lone surrogates included."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIFTY_YEARS = 50 * 365 * 86_400


def odd_queries() -> st.SearchStrategy[AuditQuery]:
    return st.builds(AuditQuery, odd_ranges(), st.lists(odd_terms(), max_size=3).map(tuple))


def odd_ranges() -> st.SearchStrategy[TimeRange]:
    """Every range that can be written: to the millisecond, or so many seconds ago; some end before they begin."""
    instants = st.integers(0, 4_102_444_800_000).map(lambda count: _EPOCH + timedelta(milliseconds=count))
    lengths = st.integers(0, _FIFTY_YEARS).map(lambda seconds: timedelta(seconds=seconds))
    moments = st.one_of(instants, lengths)
    return st.builds(TimeRange, moments, st.one_of(st.none(), moments))


def odd_terms() -> st.SearchStrategy[Term]:
    single = st.one_of(_clauses(), _predicates(), _possible(Text, _values(st.sampled_from((How.CONTAINS, How.REGEX)))))
    return st.recursive(
        single,
        lambda inner: st.one_of(
            inner.map(negated),
            st.lists(inner, min_size=1, max_size=3).map(all_of),
            st.lists(inner, min_size=1, max_size=3).map(any_of),
        ),
        max_leaves=8,
    )


def _clauses() -> st.SearchStrategy[Term]:
    values = st.lists(_values(st.sampled_from(How)), min_size=1, max_size=3, unique=True).map(tuple)
    paths = st.lists(ODD_TEXTS | st.just(""), max_size=3).map(tuple)
    plain = _possible(lambda drawn: Clause(*drawn), st.tuples(st.sampled_from(NAMES), values))
    return plain | _possible(lambda drawn: Clause(*drawn), st.tuples(st.sampled_from(JSON_NAMES), values, paths))


def _predicates() -> st.SearchStrategy[Term]:
    paths = st.lists(ODD_TEXTS | st.just(""), max_size=3).map(tuple)
    places = st.builds(lambda name, path: name + format_path(path), st.sampled_from(JSON_NAMES), paths)
    names = st.sampled_from([*PREDICATES, "Failed"])
    return st.one_of(
        st.lists(names.map(Value), min_size=1, max_size=2, unique=True).map(lambda values: Clause("is", tuple(values))),
        _possible(lambda values: Clause("has", tuple(values)), st.lists(places.map(Value), min_size=1, max_size=2)),
        _possible(lambda text: Clause("has", (Value(text),)), ODD_TEXTS),
    )


def _values(hows: st.SearchStrategy[How]) -> st.SearchStrategy[Value]:
    return hows.flatmap(lambda how: _possible(lambda drawn: Value(*drawn), _forms(how)))


def _forms(how: How) -> st.SearchStrategy[tuple[str, How, str]]:
    texts = ODD_TEXTS
    match how:
        case How.BLANK:
            return st.just(("", how, ""))
        case How.HUNDRED:
            texts = st.sampled_from(("1xx", "4xx"))
        case How.NETWORK:
            texts = st.sampled_from(("10.0.0.0/8", "2001:db8::/32", "203.0.113.9/255.255.255.0", "0.0.0.0/0"))
        case How.RANGE:
            low = st.one_of(ODD_TEXTS, st.sampled_from(("200", "10.0.0.1", "2001:DB8::1", "-1.5")))
            high = st.one_of(ODD_TEXTS, st.sampled_from(("299", "10.0.0.9", "2001:db8::2", "1e3")))
            return st.tuples(low, st.just(how), high)
        case How.WILDCARD:
            texts = st.tuples(ODD_TEXTS, ODD_TEXTS).map("*".join)
        case _ if how.value[0] in "<>":
            texts = ODD_TEXTS | st.sampled_from(("200", "599"))
        case _:
            pass
    return st.tuples(texts, st.just(how), st.just(""))


def _possible(build: Callable[..., Built], drawn: st.SearchStrategy[object]) -> st.SearchStrategy[Built]:
    """What can be built; what has no notation, or can't be asked of a field, is passed over."""

    def attempt(given: object) -> Built | None:
        try:
            return build(given)
        except ValueError:
            return None

    return drawn.map(attempt).filter(lambda built: built is not None).map(lambda built: cast("Built", built))
