"""A question to the audit log, as a frozen value: a range of time, and terms that must all hold.

Queries that mean the same by the rules of the notation (the same field twice is either, groups that need no parentheses
have none) are the same value: `query_text` writes each in one way, and `query_parser` reads it back.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from tui.domain.expressions import problem_with
from tui.domain.fields import BY_NAME, Kind
from tui.domain.query_check import complaint
from tui.domain.query_values import BLANK, COMPARISONS, How, Value, whole_characters
from tui.domain.time_range import LAST_DAY, TimeRange

__all__ = [
    "BLANK", "COMPARISONS", "DEEPEST", "AllOf", "AnyOf", "AuditQuery", "Clause", "How", "Not", "Term", "Text", "Value",
    "all_of", "any_of", "negated", "nesting", "same_place", "walk",
]  # fmt: skip

DEEPEST = 32
"""Groups inside of groups that a query may have."""
_PREDICATES = ("is", "has")


@dataclass(frozen=True, slots=True)
class Clause:
    """A field, or what stands at a path in one, that must be one of `values`.

    `field` is a name of the field table, or `is` or `has`: the predicates, which have exact values only.  Raises
    ValueError, with a sentence, for what can't be asked.
    """

    field: str
    values: tuple[Value, ...]
    path: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", tuple(map(whole_characters, self.path)))
        if not self.values or len(set(self.values)) < len(self.values):
            raise ValueError("a clause has values, and none of them twice")
        known = BY_NAME.get(self.field)
        if (known is None and self.field not in _PREDICATES) or (known and known.kind is Kind.TIME):
            raise ValueError(f"there is no field {self.field!r} that clauses can be of")
        if self.path and (known is None or known.kind is not Kind.JSON):
            raise ValueError(f"{self.field} has no parts")
        for value in self.values:
            if found := complaint(self.field, value):
                raise ValueError(found.problem)

    @property
    def place(self) -> tuple[str, ...]:
        """What is compared: the field's name, and the path in it."""
        return (self.field, *self.path)

    @property
    def merges(self) -> bool:
        """Whether the same again with other values means either: not so for predicates, which describe a record."""
        return self.field not in _PREDICATES


@dataclass(frozen=True, slots=True)
class Text:
    """Free text that stands somewhere in the record: contained, or a regular expression."""

    value: Value

    def __post_init__(self) -> None:
        if self.value.how not in (How.CONTAINS, How.REGEX):
            raise ValueError("free text is contained, or a regular expression")
        if self.value.how is How.REGEX and (problem := problem_with(self.value.text)):
            raise ValueError(problem)


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    term: Term

    def __post_init__(self) -> None:
        if isinstance(self.term, Not):
            raise ValueError("not not is nothing")  # noqa: TRY004 - the type is right, the form is not


@dataclass(frozen=True, slots=True)
class AllOf:
    """Terms of a group that must all hold; made by `all_of`."""

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        if len(self.terms) < 2 or self.terms != _joined(self.terms, AllOf):
            raise ValueError("not in normal form: use all_of")


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Terms of which one must hold; made by `any_of`."""

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        if len(self.terms) < 2 or self.terms != _joined(self.terms, AnyOf):
            raise ValueError("not in normal form: use any_of")


Term = Clause | Text | Not | AllOf | AnyOf


def all_of(terms: Iterable[Term]) -> Term:
    """The term that holds where all of `terms`, one or more, do."""
    joined = _joined(terms, AllOf)
    return joined[0] if len(joined) == 1 else AllOf(joined)


def any_of(terms: Iterable[Term]) -> Term:
    """The term that holds where one of `terms`, one or more, does."""
    joined = _joined(terms, AnyOf)
    return joined[0] if len(joined) == 1 else AnyOf(joined)


def negated(term: Term) -> Term:
    return term.term if isinstance(term, Not) else Not(term)


def same_place(term: Term) -> Hashable:
    """What is alike for terms that become one where they stand side by side."""
    return term.place if isinstance(term, Clause) and term.merges else term


def _joined(terms: Iterable[Term], group: type[AllOf | AnyOf]) -> tuple[Term, ...]:
    """Terms without groups of their own kind, the same twice, and more than one clause on a place."""
    joined: dict[Hashable, list[Term]] = {}
    for term in terms:
        for part in term.terms if isinstance(term, group) else (term,):
            joined.setdefault(same_place(part), []).append(part)
    return tuple(map(_merged, joined.values()))


def _merged(alike: list[Term]) -> Term:
    """Clauses on one place as one clause; of terms that are the same, one."""
    first = alike[0]
    if len(alike) == 1 or not isinstance(first, Clause):
        return first
    values = (value for clause in alike if isinstance(clause, Clause) for value in clause.values)
    return replace(first, values=tuple(dict.fromkeys(values)))


def nesting(term: Term) -> int:
    """How many parentheses a term is written with, one inside of the other."""
    match term:
        case Not(AllOf(terms)) | AnyOf(terms):
            return 1 + max(map(nesting, terms))
        case Not(inner):
            return nesting(inner)
        case AllOf(terms):
            return max(map(nesting, terms))
        case _:
            return 0


def walk(terms: Iterable[Term]) -> Iterator[Clause | Text]:
    """Every clause and text in `terms`, however deep."""
    for term in terms:
        match term:
            case Not(inner):
                yield from walk((inner,))
            case AllOf(parts) | AnyOf(parts):
                yield from walk(parts)
            case Clause() | Text():
                yield term


def free_texts(terms: Iterable[Term]) -> tuple[Value, ...]:
    """The free texts that `terms` look for, without those they leave out."""
    found: list[Value] = []
    for term in terms:
        if isinstance(term, AllOf | AnyOf):
            found += free_texts(term.terms)
        elif isinstance(term, Text):
            found.append(term.value)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """A range of time and terms that must all hold.  Raises ValueError for groups nested deeper than `DEEPEST`."""

    time_range: TimeRange = LAST_DAY
    terms: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", _joined(self.terms, AllOf))
        if any(nesting(term) > DEEPEST for term in self.terms):
            raise ValueError("groups are nested too deeply")

    def clause(self, name: str) -> Clause | None:
        """The clause that keeps a field to some values, None where it may be anything."""
        return next((t for t in self.terms if isinstance(t, Clause) and t.place == (name,) and t.merges), None)

    def with_(self, name: str, values: Iterable[Value]) -> AuditQuery:
        """This query with a field kept to `values` and no others, in the place its clause had; without any, freed."""
        wanted = tuple(dict.fromkeys(values))
        clause, old = (Clause(name, wanted) if wanted else None), self.clause(name)
        if old is None:
            return self.and_(clause) if clause else self
        return self.replacing(old, clause)

    def and_(self, *terms: Term) -> AuditQuery:
        """This query and more terms, as if they were written behind it: a clause on a place that has one adds to what
        that may be."""
        return replace(self, terms=(*self.terms, *terms))

    def replacing(self, old: Term, new: Term | None) -> AuditQuery:
        """This query with one of its terms replaced, or taken away."""
        swapped = (new if term == old else term for term in self.terms)
        return replace(self, terms=tuple(term for term in swapped if term is not None))

    def without(self, term: Term) -> AuditQuery:
        return self.replacing(term, None)

    def with_range(self, time_range: TimeRange) -> AuditQuery:
        return replace(self, time_range=time_range)
