"""What of a query the archive's tables can answer: conditions that leave out records which surely don't fit.

What is left is looked at by whoever asked, as every record is.  So a condition may let too much through, and never too
little.  Fields whose values are known one by one are tried by the very tests that records are; texts are looked for by
their words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tui.archive.rows import COLUMN_OF, marks, to_sql
from tui.archive.words import LONG, is_indexed_alike, may_be_in_number, words_of
from tui.domain.expressions import begin_record
from tui.domain.fields import ACTION, BY_NAME, FILTERS, REQUEST_ID, STATUS, TARGET, URI, Field, Kind
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
_FAILED_STATUS = "typeof(response_status_code) = 'integer' AND response_status_code >= 400"
_NEVER = "0"
_NOTHING = '"0no0record0has0this0word0"'


class Vocabulary(Protocol):
    """What is known of the values and words in an archive."""

    def values_of(self, name: str) -> list[str]: ...

    def words_with(self, part: str, *, at_end: bool, most: int) -> list[str] | None: ...


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Conditions on the rows of an archive: in SQL with the `bound` values for it, and in the language of its full-text
    index ("" for none).  `exact`: whatever they let through fits."""

    sql: tuple[str, ...] = ()
    bound: tuple[Any, ...] = ()
    match: str = ""
    exact: bool = True

    @property
    def is_open(self) -> bool:
        """Whether everything is let through."""
        return not self.sql and not self.match

    @property
    def tables(self) -> str:
        return "words CROSS JOIN records ON records.row = words.rowid" if self.match else "records"

    @property
    def counted(self) -> str:
        """The tables that it takes to count."""
        return "words" if self.match and not self.sql else self.tables

    @property
    def rows(self) -> str:
        """The column with the row's number."""
        return "words.rowid" if self.match else "records.row"

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
    """What narrows one term down, in SQL or in words; `exact` where it also says what doesn't fit."""

    sql: str = ""
    bound: tuple[Any, ...] = ()
    match: str = ""
    exact: bool = False

    @property
    def as_sql(self) -> tuple[str, tuple[Any, ...]]:
        """The same in SQL alone."""
        if not self.match:
            return self.sql, self.bound
        found = "records.row IN (SELECT rowid FROM words WHERE words MATCH ?)"
        return (f"{found} AND ({self.sql})", (self.match, *self.bound)) if self.sql else (found, (self.match,))


def narrow(parameters: Parameters, terms: Iterable[Term], vocabulary: Vocabulary, around: Surroundings) -> Narrowing:
    """The conditions for API parameters, which are wholly done, and for terms."""
    compiler = _Compiler(vocabulary, around)
    conditions = [_parameter(name, text) for name, text in parameters]
    of_terms = [compiler.condition(term) for term in terms]
    conditions += (condition for condition in of_terms if condition is not None)
    return Narrowing(
        tuple(condition.sql for condition in conditions if condition.sql),
        tuple(value for condition in conditions for value in condition.bound),
        " AND ".join(f"({condition.match})" for condition in conditions if condition.match),
        exact=all(condition is not None and condition.exact for condition in of_terms),
    )


def _parameter(name: str, text: str) -> _Condition:
    """What the API is taken to do with a parameter: to compare to the letter."""
    filtered = next(one for one in FILTERS if one.parameter == name)
    column = filtered.attribute
    if filtered is STATUS:
        return _Condition(f"records.{column} = ?", (int(text) if len(text) == 3 and text.isdecimal() else text,))
    sql, bound = f"records.{column} = ?", [to_sql(text)]
    if filtered is ACTION and text.strip():
        # The index is on the operation, which the action is unless it's blank.
        sql, bound = f"{sql} AND records.operation = ?", [*bound, text.strip().lower()]
    return _Condition(sql, tuple(bound), _all_of(words_of(text)) if filtered in (REQUEST_ID, URI) else "")


class _Compiler:
    """Terms to conditions; None where a term can't be narrowed down."""

    def __init__(self, vocabulary: Vocabulary, around: Surroundings) -> None:
        self._vocabulary = vocabulary
        self._around = around

    def condition(self, term: Term) -> _Condition | None:
        match term:
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
        if (column := COLUMN_OF.get(asked.name)) is not None:
            return self._tried(column, asked.name, value_test(asked, values, self._around))
        return None

    def _tried(self, column: str, name: str, fits: Callable[[str], bool]) -> _Condition | None:
        """By those of a field's values that fit, or by the others where these are fewer."""
        known = self._vocabulary.values_of(name)
        fitting = []
        for value in known:
            begin_record()
            if fits(value):
                fitting.append(value)
        others = len(known) - len(fitting)
        if min(len(fitting), others) > _MOST_VALUES:
            return None
        if len(fitting) <= others or not known:
            return _one_of(column, fitting)
        held = _one_of(column, sorted(set(known) - set(fitting)))
        return _Condition(f"NOT ({held.sql})", held.bound, exact=True)

    def _predicate(self, name: str) -> _Condition | None:
        match name:
            case "failed":
                return _Condition(_FAILED_STATUS, exact=True)
            case "destructive":
                return _one_of("operation", sorted(DESTRUCTIVE))
            case "machine":
                return self._tried("user_type", "type", lambda text: text.strip().casefold() not in PEOPLE)
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
        return self._matching(_all_of(whole[:-1], beginning=whole[-1:]))

    def _in_json(self, path: tuple[str, ...], value: Value) -> _Condition | None:
        if value.how is How.BLANK:
            return None
        keys = [word for key in path if not key.isdigit() for word in words_of(key)]
        return self._matching(" AND ".join(filter(None, (_all_of(keys), self._json_value(value)))))

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
        last = words[-1:]
        if len(words) == 1:
            if not begins:
                return self._having(words[0], at_end=ends)
            return _all_of(words) if ends else _all_of((), beginning=last)
        first = _all_of(words[:1]) if begins else self._having(words[0], at_end=True)
        rest = _all_of(words[1:]) if ends else _all_of(words[1:-1], beginning=last)
        return " AND ".join(filter(None, (first and f"({first})", rest)))

    def _having(self, part: str, *, at_end: bool) -> str:
        """The words that have a part, or end with it."""
        if may_be_in_number(part) or not is_indexed_alike(part):
            return ""
        words = self._vocabulary.words_with(part, at_end=at_end, most=_MOST_WORDS)
        if words is None or not all(map(is_indexed_alike, words)):
            return ""
        return " OR ".join(map(_quoted, words)) if words else _NOTHING


def _one_of(column: str, texts: Sequence[str]) -> _Condition:
    """Whether a column holds one of these; a status is a number there, or the text that came."""
    if not texts:
        return _Condition(_NEVER, exact=True)
    bound = [to_sql(text) for text in texts]
    if column == STATUS.attribute:
        bound += [int(text) for text in texts if len(text) <= 3 and text.isascii() and text.isdigit()]
    return _Condition(f"records.{column} IN ({marks(bound)})", tuple(bound), exact=True)


def _joined(word: str, conditions: Sequence[tuple[str, tuple[Any, ...]]], *, exact: bool) -> _Condition:
    sql = word.join(f"({sql})" for sql, _ in conditions)
    return _Condition(sql, tuple(value for _, bound in conditions for value in bound), exact=exact)


def _all_of(words: Iterable[str], beginning: Iterable[str] = ()) -> str:
    """All of these words, and words that begin with others; those that the index may not know are left out."""
    asked = [_quoted(word) for word in words if is_indexed_alike(word)]
    asked += [f"{_quoted(word)} *" for word in beginning if is_indexed_alike(word)]
    return " AND ".join(asked)


def _quoted(word: str) -> str:
    return f'"{word}"'


def _is_container(text: str) -> bool:
    """Whether a text stands for an object or an array, which may be written in other ways."""
    return text[:1] in ("{", "[")
