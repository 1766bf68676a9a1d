"""Whether records fit a query: its terms made into functions, the cheap ones asked first.

Every record that any source gives passes here, whatever the source was asked to leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from tui.domain.expressions import begin_record
from tui.domain.fields import BODY, BY_NAME, FIELDS, HEADERS, QUERY, STATUS, Field, Kind
from tui.domain.json_tests import anywhere_test, path_test, presence_test
from tui.domain.predicates import PREDICATES, Surroundings
from tui.domain.query import AllOf, AnyOf, Clause, How, Not, Term, Text, Value
from tui.domain.query_check import complaint
from tui.domain.query_scanner import read_place
from tui.domain.text_tests import TextTest, either, every, folds, pattern_test, text_test

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

Test = Callable[["AuditRecord"], bool]

_JSON_FIELDS = (BODY, QUERY, HEADERS)
_read_plain = attrgetter(
    *(field.attribute for field in FIELDS if field.attribute and field.kind is not Kind.JSON and field is not STATUS),
    "address",
)


class Matcher:
    """A conjunction of terms, ready to be asked of many records.  Raises `QueryTooSlow` where one takes too long."""

    def __init__(self, terms: Iterable[Term], around: Surroundings) -> None:
        self.terms = tuple(terms)
        self.around = around
        self._parts = [(term, *_compile(term, around)) for term in self.terms]
        self._fits = every([test for _, test, _ in sorted(self._parts, key=lambda part: part[2])])

    def __call__(self, record: AuditRecord) -> bool:
        begin_record()
        return self._fits(record)

    def broken(self, record: AuditRecord) -> Term | None:
        """The first term that the record doesn't fit."""
        begin_record()
        return next((term for term, test, _ in self._parts if not test(record)), None)


class _Compiled(NamedTuple):
    test: Test
    cost: int
    """1 for a look at one field, more for decoding and searching."""


def _compile(term: Term, around: Surroundings) -> _Compiled:
    match term:
        case Not(inner):
            test, cost = _compile(inner, around)
            return _Compiled(lambda record: not test(record), cost)
        case AllOf(terms) | AnyOf(terms):
            parts = sorted((_compile(part, around) for part in terms), key=lambda part: part.cost)
            join = every if isinstance(term, AllOf) else either
            return _Compiled(join([part.test for part in parts]), sum(part.cost for part in parts))
        case Text(value):
            return _Compiled(_anywhere(value), 20)
        case Clause("is", values):
            return _Compiled(either([_predicate(value, around) for value in values]), 1)
        case Clause("has", values):
            return _Compiled(either([_has(value) for value in values]), 10)
        case Clause(name, values, path):
            return _compile_clause(BY_NAME[name], path, values, around)


def _compile_clause(field: Field, path: tuple[str, ...], values: tuple[Value, ...], around: Surroundings) -> _Compiled:
    if field.kind is Kind.JSON:
        wanted = filled(field, values, around)
        return _Compiled(_reading(field, path_test(path, wanted, fold=field is HEADERS)), 10)
    return _Compiled(_reading(field, value_test(field, values, around)), 1)


def value_test(field: Field, values: tuple[Value, ...], around: Surroundings) -> TextTest:
    """Whether the text of a field that isn't JSON is one of the values.  It may raise `QueryTooSlow`."""
    wanted = filled(field, values, around)
    return _person_test(field, wanted, around) if field.kind is Kind.PERSON else text_test(field.kind, wanted)


def filled(field: Field, values: tuple[Value, ...], around: Surroundings) -> list[Value]:
    """The values with those in files in the place of the files."""
    filled: list[Value] = []
    for value in values:
        if value.how is How.FILE:
            filled += (_line(field, text) for text in around.files.get(value.text, ()))
        else:
            filled.append(value)
    return filled


def _line(field: Field, text: str) -> Value:
    """A line of a file: as it stands, but in a file of addresses it may be a network."""
    network = Value(text, How.NETWORK)
    return network if field.kind is Kind.ADDRESS and complaint(field.name, network) is None else Value(text)


def _reading(field: Field, test: TextTest) -> Test:
    read = field.value
    return lambda record: test(read(record))


def _person_test(field: Field, values: Iterable[Value], around: Surroundings) -> TextTest:
    """By the id, or by a word that is known for it."""
    names, kinds = around.names, field.names
    by_id: list[Value] = []
    patterns: list[Value] = []
    for value in values:
        if value.how is How.EXACT:
            by_id += (Value(identifier) for identifier in names.ids(kinds, value.text))
        else:
            by_id.append(value)
            patterns += [value] if value.how is not How.BLANK else []
    fits_id, fits_word = text_test(field.kind, by_id), text_test(field.kind, patterns)
    if not patterns:
        return fits_id
    return lambda identifier: fits_id(identifier) or any(map(fits_word, names.words(kinds, identifier)))


def _predicate(value: Value, around: Surroundings) -> Test:
    fits = PREDICATES[value.text.casefold()].fits
    return lambda record: fits(record, around)


def _has(value: Value) -> Test:
    place = read_place(value.text)
    if place is None:
        raise ValueError(f"{value.text!r} is no place in a record")
    field, path = place
    return _reading(field, presence_test(path, fold=field is HEADERS))


def _anywhere(value: Value) -> Test:
    """In any of the sixteen fields, the address also as it is shown; in those of JSON, in any text they are made of."""
    test, test_json = pattern_test(value, fold=folds(value)), anywhere_test(value)
    in_json = either([_reading(field, test_json) for field in _JSON_FIELDS])
    if value.how is How.CONTAINS and "\n" not in value.text:
        return lambda record: test("\n".join(_plain_texts(record))) or in_json(record)
    return lambda record: any(map(test, _plain_texts(record))) or in_json(record)


def _plain_texts(record: AuditRecord) -> tuple[str, ...]:
    return (*_read_plain(record), str(record.response_status_code))
