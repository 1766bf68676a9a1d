"""What of a query the archive's tables can answer: conditions that leave out records which surely don't fit.

What is left is looked at by whoever asked, as every record is.  So a condition may let too much through, and never too
little.  Fields whose values are known one by one are tried by the very tests that records are, and then compared by the
numbers of those that fit; texts are looked for by their words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tui.archive.rows import COLUMN_OF, marks, to_sql
from tui.archive.words import LONG, is_indexed_alike, may_be_in_number, words_of
from tui.domain.address import normalise_address
from tui.domain.expressions import begin_record
from tui.domain.fields import (
    ACTOR_TYPE,
    ADDRESS,
    BY_NAME,
    FILTERS,
    OPERATION,
    REQUEST_ID,
    STATUS,
    TARGET,
    URI,
    Field,
    Kind,
)  # fmt: skip
from tui.domain.matching import filled, value_test
from tui.domain.predicates import DESTRUCTIVE, PEOPLE, Surroundings
from tui.domain.query import AllOf, AnyOf, Clause, How, Not, Term, Text, Value
from tui.domain.query_check import as_number
from tui.domain.query_scanner import read_place

if TYPE_CHECKING:
    from tui.domain.page import Parameters

_MOST_VALUES = 500
"""Of a field that are compared with one by one."""
_MOST_WORDS = 300
"""That a part of a word may be in; of what is in more of them, records are looked at one by one."""
_TEXTS = (REQUEST_ID.name, URI.name, TARGET.name)
_SHORTEST_BEGINNING = 3
"""Of a number, that words may be looked for by: each letter less makes them sixteen times as many."""
_NEVER = "0"
_NOTHING = '"0no0record0has0this0word0"'


class Vocabulary(Protocol):
    """What is known of the values and words in an archive."""

    def codes_of(self, name: str) -> Mapping[str, int]: ...

    def are_rare(self, codes: Sequence[int]) -> bool: ...

    def words_with(self, part: str, *, at_end: bool, most: int) -> list[str] | None: ...

    def words_beginning(self, part: str, *, most: int) -> list[str] | None: ...


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Conditions on the rows of an archive: in SQL with the `bound` values for it, and in the language of its full-text
    index ("" for none).  `codes` are the numbers of the values that are let through, where that is all they ask for.
    `exact`: whatever they let through fits."""

    sql: tuple[str, ...] = ()
    bound: tuple[Any, ...] = ()
    match: str = ""
    codes: tuple[int, ...] = ()
    exact: bool = True

    @property
    def is_open(self) -> bool:
        """Whether everything is let through."""
        return not self.sql and not self.match

    @property
    def tables(self) -> str:
        """Those it takes to tell which rows are let through."""
        return "words" if self.match and not self.sql else self.with_facets

    @property
    def with_facets(self) -> str:
        """The same and that of the values, in the order in which they are to be looked into."""
        return "words CROSS JOIN facets ON facets.row = words.rowid" if self.match else "facets"

    @property
    def rows(self) -> str:
        """The column with the row's number."""
        return "words.rowid" if self.match else "facets.row"

    @property
    def conditions(self) -> str:
        """What is to follow a condition on the row's number."""
        matching = (" AND words MATCH ?",) if self.match else ()
        return "".join((*matching, *(f" AND ({condition})" for condition in self.sql)))

    @property
    def values(self) -> tuple[Any, ...]:
        """What the question marks in `conditions` stand for."""
        return (self.match, *self.bound) if self.match else self.bound


EVERYTHING = Narrowing()


@dataclass(frozen=True, slots=True)
class _Condition:
    """What narrows one term down, in SQL or in words; `exact` where it also says what doesn't fit.  `codes` are the
    numbers of the values that fit, where it is about those of one field."""

    sql: str = ""
    bound: tuple[Any, ...] = ()
    match: str = ""
    codes: tuple[int, ...] = ()
    exact: bool = False

    @property
    def as_sql(self) -> tuple[str, tuple[Any, ...]]:
        """The same in SQL alone."""
        if not self.match:
            return self.sql, self.bound
        found = "facets.row IN (SELECT rowid FROM words WHERE words MATCH ?)"
        return (f"{found} AND ({self.sql})", (self.match, *self.bound)) if self.sql else (found, (self.match,))


def narrow(parameters: Parameters, terms: Iterable[Term], vocabulary: Vocabulary, around: Surroundings) -> Narrowing:
    """The conditions for API parameters, which are wholly done, and for terms."""
    compiler = _Compiler(vocabulary, around)
    conditions = [_parameter(name, text, vocabulary) for name, text in parameters]
    of_terms = [compiler.condition(term) for term in terms]
    conditions += (condition for condition in of_terms if condition is not None)
    return Narrowing(
        tuple(condition.sql for condition in conditions if condition.sql),
        tuple(value for condition in conditions for value in condition.bound),
        " AND ".join(f"({condition.match})" for condition in conditions if condition.match),
        conditions[0].codes if len(conditions) == 1 else (),
        exact=all(condition is not None and condition.exact for condition in of_terms),
    )


def _parameter(name: str, text: str, vocabulary: Vocabulary) -> _Condition:
    """What the API is taken to do with a parameter: to compare to the letter."""
    filtered = next(one for one in FILTERS if one.parameter == name)
    if (column := COLUMN_OF.get(filtered.name)) is not None:
        code = vocabulary.codes_of(filtered.name).get(text)
        codes = [] if code is None else [code]
        return _one_of(column, codes, rare=vocabulary.are_rare(codes))
    sent = f"(SELECT {filtered.attribute} FROM records WHERE records.row = facets.row)"  # noqa: S608 - a column's name
    return _Condition(f"{sent} = ?", (to_sql(text),), _all_of(words_of(text)))


class _Compiler:
    """Terms to conditions; None where a term can't be narrowed down."""

    def __init__(self, vocabulary: Vocabulary, around: Surroundings) -> None:
        self._vocabulary = vocabulary
        self._around = around

    def condition(self, term: Term) -> _Condition | None:
        match term:
            case Not(Clause(name, values)) if name in COLUMN_OF:
                fits = value_test(BY_NAME[name], values, self._around)
                return self._tried(BY_NAME[name], lambda text: not fits(text))
            case Not(inner):
                held = self.condition(inner)
                return _Condition(f"NOT ({held.sql})", held.bound, exact=True) if held and held.exact else None
            case AllOf(terms):
                return self._all(terms)
            case AnyOf(terms):
                return self._any([self.condition(part) for part in terms])
            case Text(value):
                return self._matching(self._containing(value))
            case Clause("is", values):
                return self._any([self._predicate(value.text.casefold()) for value in values])
            case Clause("has", values):
                return self._any([self._presence(value) for value in values])
            case Clause(name, values, path):
                return self._clause(BY_NAME[name], path, values)

    def _all(self, terms: Sequence[Term]) -> _Condition | None:
        conditions = [self.condition(part) for part in terms]
        known = [condition.as_sql for condition in conditions if condition is not None]
        exact = all(condition is not None and condition.exact for condition in conditions)
        return _joined(" AND ", known, exact=exact) if known else None

    def _any(self, conditions: Sequence[_Condition | None]) -> _Condition | None:
        known = [condition for condition in conditions if condition is not None]
        if len(known) < len(conditions):
            return None
        if len(known) == 1:
            return known[0]
        if all(condition.match and not condition.sql for condition in known):
            return _Condition(match=" OR ".join(f"({condition.match})" for condition in known))
        return _joined(
            " OR ", [condition.as_sql for condition in known], exact=all(condition.exact for condition in known)
        )

    # Fields whose values are known one by one

    def _clause(self, asked: Field, path: tuple[str, ...], values: tuple[Value, ...]) -> _Condition | None:
        if asked.kind is Kind.JSON:
            return self._any([self._in_json(path, value) for value in values])
        if asked.name in _TEXTS:
            wanted = filled(asked, values, self._around)
            return self._any([self._in_text(asked, value) for value in wanted]) if len(wanted) <= _MOST_VALUES else None
        if asked.name in COLUMN_OF:
            return self._tried(asked, value_test(asked, values, self._around))
        return None

    def _tried(self, asked: Field, fits: Callable[[str], bool]) -> _Condition | None:
        """By those of a field's values that fit, or by the others where these are fewer."""
        fitting: list[int] = []
        others: list[int] = []
        for value, code in self._vocabulary.codes_of(asked.name).items():
            begin_record()
            shown = normalise_address(value) if asked is ADDRESS else value
            (fitting if fits(shown) else others).append(code)
        column = COLUMN_OF[asked.name]
        rare = len(fitting) <= _MOST_VALUES and self._vocabulary.are_rare(fitting)
        if min(len(fitting), len(others)) > _MOST_VALUES:
            return None
        if rare or len(fitting) <= len(others):
            return _one_of(column, fitting, rare=rare)
        held = _one_of(column, others, rare=False)
        codes = tuple(fitting) if len(fitting) <= _MOST_VALUES else ()
        return _Condition(f"NOT ({held.sql})", held.bound, codes=codes, exact=True)

    def _predicate(self, name: str) -> _Condition | None:
        match name:
            case "failed":
                return self._tried(STATUS, _is_failure)
            case "destructive":
                return self._tried(OPERATION, DESTRUCTIVE.__contains__)
            case "machine":
                return self._tried(ACTOR_TYPE, lambda text: text.strip().casefold() not in PEOPLE)
        return None

    # Texts

    def _in_text(self, asked: Field, value: Value) -> _Condition | None:
        if value.how is How.CONTAINS:
            return self._matching(self._containing(value))
        if value.how is not How.EXACT:
            return None
        whole = words_of(value.text)
        if asked is URI:
            return self._matching(_all_of(whole))
        return self._matching(_both(_all_of(whole[:-1]), *map(self._beginning, whole[-1:])))

    def _in_json(self, path: tuple[str, ...], value: Value) -> _Condition | None:
        if value.how is How.BLANK:
            return None
        keys = [word for key in path if not key.isdigit() for word in words_of(key)]
        return self._matching(_both(_all_of(keys), self._json_value(value)))

    def _json_value(self, value: Value) -> str:
        if value.how is How.CONTAINS:
            return self._containing(value)
        plain = value.how is How.EXACT and as_number(value.text) is None and not _is_container(value.text)
        return _all_of(words_of(value.text)) if plain else ""

    def _presence(self, value: Value) -> _Condition | None:
        place = read_place(value.text)
        if place is None:
            return None
        return self._matching(_all_of([word for key in place[1] if not key.isdigit() for word in words_of(key)]))

    @staticmethod
    def _matching(match: str) -> _Condition | None:
        """A condition in words; a record that has words too long to be told apart may always fit."""
        return _Condition(match=f"({match}) OR {_quoted(LONG)}") if match else None

    def _containing(self, value: Value) -> str:
        """What has a text in it, as far as words tell; "" where they don't."""
        text = value.text.casefold()
        words = words_of(text)
        if value.how is not How.CONTAINS or not words:
            return ""
        begins, ends = not words_of(text[0]), not words_of(text[-1])
        if len(words) == 1:
            if not begins:
                return self._having(words[0], at_end=ends)
            return _all_of(words) if ends else self._beginning(words[0])
        first = _all_of(words[:1]) if begins else self._having(words[0], at_end=True)
        last = _all_of(words[-1:]) if ends else self._beginning(words[-1])
        return _both(first, _all_of(words[1:-1]), last)

    def _beginning(self, part: str) -> str:
        """The words that begin with a part.  They are named where that is possible: the index has to put together all
        that it has of them before it gives the first record."""
        if not is_indexed_alike(part):
            return ""
        if may_be_in_number(part):
            return f"{_quoted(part)} *" if len(part) >= _SHORTEST_BEGINNING else ""
        words = self._vocabulary.words_beginning(part, most=_MOST_WORDS)
        if words is None or not all(map(is_indexed_alike, words)):
            return f"{_quoted(part)} *"
        return _any_of(words)

    def _having(self, part: str, *, at_end: bool) -> str:
        """The words that have a part, or end with it."""
        if may_be_in_number(part) or not is_indexed_alike(part):
            return ""
        words = self._vocabulary.words_with(part, at_end=at_end, most=_MOST_WORDS)
        if words is None or not all(map(is_indexed_alike, words)):
            return ""
        return _any_of(words)


def _is_failure(status: str) -> bool:
    return len(status) == 3 and status.isascii() and status.isdigit() and status >= "400"


def _one_of(column: str, codes: Sequence[int], *, rare: bool) -> _Condition:
    """Whether a value is one of these, by their numbers.

    Where many records have them, looking at all records in their order is quicker than what an index gives: the plus
    sign keeps SQLite from that.
    """
    if not codes:
        return _Condition(_NEVER, exact=True)
    sql = f"{'' if rare else '+'}{column} IN ({marks(codes)})"
    return _Condition(sql, tuple(codes), codes=tuple(codes), exact=True)


def _joined(word: str, conditions: Sequence[tuple[str, tuple[Any, ...]]], *, exact: bool) -> _Condition:
    sql = word.join(f"({sql})" for sql, _ in conditions)
    return _Condition(sql, tuple(value for _, bound in conditions for value in bound), exact=exact)


def _all_of(words: Iterable[str]) -> str:
    """All of these words; those that the index may not know are left out."""
    return " AND ".join(_quoted(word) for word in words if is_indexed_alike(word))


def _any_of(words: Sequence[str]) -> str:
    return " OR ".join(map(_quoted, words)) if words else _NOTHING


def _both(*conditions: str) -> str:
    """All of these conditions in words, as far as there are any."""
    return " AND ".join(f"({condition})" for condition in conditions if condition)


def _quoted(word: str) -> str:
    return f'"{word}"'


def _is_container(text: str) -> bool:
    """Whether a text stands for an object or an array, which may be written in other ways."""
    return text[:1] in ("{", "[")
