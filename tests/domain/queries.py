"""Queries of every form there is, made up of a small vocabulary: what property tests of the language draw from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar, cast

from hypothesis import strategies as st

from tui.domain.fields import BY_NAME, FILTERS, Field, Kind
from tui.domain.predicates import PREDICATES
from tui.domain.query import (
    BLANK,
    COMPARISONS,
    AuditQuery,
    Clause,
    How,
    Term,
    Text,
    Value,
    all_of,
    any_of,
    negated,
)
from tui.domain.time_range import TimeRange

Drawn = TypeVar("Drawn")
Built = TypeVar("Built")

Vocabulary = Mapping[str, Sequence[str]]
"""Values by the place where they stand: a field's name, or a field with a path of keys in it; `text` for free text."""

VOCABULARY: Vocabulary = {
    "method": ("POST", "PUT", "DELETE"),
    "status": ("200", "201", "403", "404", "500"),
    "op": ("create", "delete", "rotate"),
    "actor": ("user-1", "user-2", "user-3", "al", "ana@x.example", "nobody"),
    "type": ("user", "api_key"),
    "ws": ("ws-1", "ws-2", "payments"),
    "res": ("prompts", "configs", "api-keys", "admin"),
    "action": ("create", "update", "delete"),
    "target": ("3af846b9-0000-4000-8000-000000000001", "3af846b9"),
    "uri": ("/v2/prompts", "/v2/api-keys/3af846b9-0000-4000-8000-000000000001/rotate", "/v1/admin/users"),
    "id": ("0d40bc2f-0000-4000-8000-000000000001", "0d40bc2f"),
    "ip": ("203.0.113.7", "203.0.113.9", "198.51.100.4", "2001:db8::1"),
    "country": ("DE", "US", "none"),
    "body": ("{}", "not json"),
    "body.name": ("prod-eu", "sandbox", "7"),
    "body.limits.credit": ("7", "7.0", "100"),
    "body.scopes": ("logs.write", "logs.read", "true"),
    "header.user-agent": ("curl/8", "portkey-ui"),
    "query.limit": ("10", "100"),
    "text": ("prod", "curl", "203.0", "write", "DE"),
}
NETWORKS = ("203.0.113.0/24", "198.51.100.0/30", "2001:db8::/32", "203.0.113.9/32")
FILES = ("ips.txt", "missing.txt")
HAS = ("body", "body.name", "body.limits", "header.user-agent", "query.page")

_ASKED = (*(field.name for field in FILTERS), "op")
"""Fields that the API may be asked for."""
_FEW = 3
_MORE_THAN_STREAMS = 7


def queries(
    vocabulary: Vocabulary = VOCABULARY, texts: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[AuditQuery]:
    """Queries over the last day or a part of it.  `texts` are values beside those of the vocabulary, wherever any text
    can stand."""
    asked = {place: words for place, words in vocabulary.items() if place in _ASKED}
    plain = st.lists(_clauses(asked, texts, (st.just(How.EXACT),)), max_size=_FEW - 1)
    mixed = st.lists(terms(vocabulary, texts), max_size=_FEW - 1)
    return st.builds(
        lambda time_range, some, others: AuditQuery(time_range, (*some, *others)), time_ranges(), plain, mixed
    )


def time_ranges() -> st.SearchStrategy[TimeRange]:
    """The last day, parts of it that end now, and parts that ended before."""
    hours = st.integers(1, 24).map(lambda count: timedelta(hours=count))
    return st.one_of(
        st.just(TimeRange()),
        st.just(TimeRange()),
        st.builds(TimeRange, hours),
        st.builds(lambda length, until: TimeRange(until + length, until), hours, hours),
    )


def terms(vocabulary: Vocabulary = VOCABULARY, texts: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[Term]:
    """Clauses, predicates and free text, negated and in groups."""
    single = st.one_of(_clauses(vocabulary, texts), _predicates(), _free_texts(vocabulary, texts))
    return st.recursive(
        single,
        lambda inner: st.one_of(
            inner.map(negated),
            st.lists(inner, min_size=2, max_size=_FEW).map(all_of),
            st.lists(inner, min_size=2, max_size=_FEW).map(any_of),
        ),
        max_leaves=6,
    )


def _clauses(
    vocabulary: Vocabulary,
    texts: st.SearchStrategy[str] | None,
    hows: Sequence[st.SearchStrategy[How]] = (st.just(How.EXACT), st.sampled_from(How)),
) -> st.SearchStrategy[Term]:
    places = st.sampled_from([place for place in vocabulary if place != "text"])
    return places.flatmap(lambda place: _clauses_of(place, _words(vocabulary[place], texts), st.one_of(*hows)))


def _clauses_of(place: str, words: st.SearchStrategy[str], hows: st.SearchStrategy[How]) -> st.SearchStrategy[Term]:
    name, *path = place.split(".")
    values = hows.flatmap(lambda how: _values(BY_NAME[name], how, words))
    several = st.one_of(
        st.lists(values, min_size=1, max_size=1),
        st.lists(values, min_size=1, max_size=_FEW, unique=True),
        st.lists(values, min_size=1, max_size=_MORE_THAN_STREAMS, unique=True),
    )
    return _possible(lambda chosen: Clause(name, tuple(chosen), tuple(path)), several)


def _values(field: Field, how: How, words: st.SearchStrategy[str]) -> st.SearchStrategy[Value]:
    """Values that are compared so, or as they stand where the field can't be compared so."""
    match how:
        case How.BLANK:
            return st.just(BLANK)
        case How.HUNDRED if field.kind is Kind.NUMBER:
            return st.sampled_from("12345").map(lambda digit: Value(f"{digit}xx", how))
        case How.NETWORK if field.kind is Kind.ADDRESS:
            return st.sampled_from(NETWORKS).map(lambda network: Value(network, how))
        case How.FILE:
            return st.sampled_from(FILES).map(lambda path: Value(path, how))
        case How.RANGE if field.kind in (Kind.NUMBER, Kind.ADDRESS, Kind.JSON):
            return _possible(lambda ends: Value(min(ends), how, max(ends)), st.tuples(words, words))
        case How.CONTAINS:
            return _possible(lambda text: Value(text, how), _parts(words))
        case How.WILDCARD:
            return _possible(lambda text: Value(f"{text}*", how), _parts(words))
        case How.REGEX:
            return _possible(lambda text: Value(text, how), _expressions(words))
        case _ if how in COMPARISONS and field.kind in (Kind.NUMBER, Kind.JSON):
            return words.map(lambda text: Value(text, how))
        case _:
            return words.map(Value)


def _predicates() -> st.SearchStrategy[Term]:
    described = st.lists(st.sampled_from(list(PREDICATES)), min_size=1, max_size=2, unique=True)
    held = st.lists(st.sampled_from(HAS), min_size=1, max_size=2, unique=True)
    return st.one_of(
        described.map(lambda names: Clause("is", tuple(map(Value, names)))),
        held.map(lambda places: Clause("has", tuple(map(Value, places)))),
    )


def _free_texts(vocabulary: Vocabulary, texts: st.SearchStrategy[str] | None) -> st.SearchStrategy[Term]:
    words = _words(vocabulary["text"], texts)
    return st.one_of(
        words.map(lambda text: Text(Value(text, How.CONTAINS))),
        _possible(lambda text: Text(Value(text, How.REGEX)), _expressions(words)),
    )


def _words(known: Sequence[str], texts: st.SearchStrategy[str] | None) -> st.SearchStrategy[str]:
    listed = st.sampled_from(known)
    words = st.builds(lambda word, chance: word if chance else word.swapcase(), listed, st.integers(0, 5))
    return words if texts is None else st.one_of(words, texts.filter(bool))


def _parts(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda word, start, length: word[start:][:length] or word, words, st.integers(0, 3), st.integers(1, 9)
    )


def _expressions(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    forms = st.sampled_from(("{}", "^{}", "{}$", "{}|7", "[0-4].{}", ".{}"))
    return st.builds(lambda form, word: form.format(word), forms, _parts(words))


def _possible(build: Callable[[Drawn], Built], drawn: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Built]:
    """What can be built of what is drawn; what has no notation, or can't be asked of a field, is passed over."""

    def attempt(given: Drawn) -> Built | None:
        try:
            return build(given)
        except ValueError:
            return None

    return drawn.map(attempt).filter(lambda built: built is not None).map(lambda built: cast("Built", built))
