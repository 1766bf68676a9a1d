"""Queries made of what the eye caught: the value under a cursor kept or left out, and pivots from a record."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tui.domain.fields import ACTOR, ADDRESS, BY_ANY_NAME, RESOURCE, TARGET, TIME, WORKSPACE, Field, Kind
from tui.domain.masking import fingerprints_in
from tui.domain.query import (
    BLANK,
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
)
from tui.domain.query_scanner import format_path
from tui.domain.query_text import format_term
from tui.domain.time_range import TimeRange

if TYPE_CHECKING:
    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

PIVOT_SPAN = timedelta(minutes=5)
_STEP = re.compile(r"\.?([^.\[\]\"]+)|\[(\d+)\]|\[(\"(?:[^\"\\]|\\.)*\")\]")


class Pivot(NamedTuple):
    """A look at a record's surroundings: the key that asks for it, its name, and the query for it."""

    key: str
    title: str
    query: AuditQuery

    @property
    def about(self) -> str:
        """What is kept to, as text."""
        return " ".join(map(format_term, self.query.terms)) or "everything around this record"


def place_of(path: str) -> tuple[str, ...] | None:
    """The field that a path of the detail leads to, and the keys in it; None where a query has no name for that."""
    name, keys = _split(path)
    field = BY_ANY_NAME.get(name)
    if field is None or field is TIME or bool(keys) is not (field.kind is Kind.JSON):
        return None
    return (field.name, *keys)


def term_of(place: str, text: str, names: Names) -> Term | None:
    """The term that keeps what stands at a place to `text`; None where a query has no name for the place.

    `place` is the name of a column or a path of the detail: `ip`, `body.checks[0].id`.  The number of an item is left
    out: an item is looked for wherever it stands.
    """
    found = place_of(place)
    if found is None:
        return None
    field, path = BY_ANY_NAME[found[0]], found[1:]
    return Clause(field.name, (_value(text if path else _word(field, text, names)),), path)


def term_at(place: str) -> Term | None:
    """The term that keeps to records with anything at all at a place of the body, the headers or the query."""
    found = place_of(place)
    return Clause("has", (Value(found[0] + format_path(found[1:])),)) if found is not None and found[1:] else None


def keep(query: AuditQuery, term: Term) -> AuditQuery:
    """The query kept to what a term says, in the place of whatever it said of the same field."""
    if isinstance(term, Clause) and term.merges:
        old = next((t for t in query.terms if isinstance(t, Clause) and t.place == term.place), None)
        if old is not None:
            return query.replacing(old, term)
    return query.and_(term)


def exclude(query: AuditQuery, term: Term) -> AuditQuery:
    """The query without what a term says; a clause that kept to just that is lifted."""
    return query.replacing(term, None).and_(negated(term))


def pivots(query: AuditQuery, record: AuditRecord, names: Names, *, value: str = "") -> list[Pivot]:
    """What else there is around a record, other filters lifted; the range of time stays, but for that around it.
    Pivots on what the record doesn't have are left out.

    `value` is what the cursor is on: a secret in it is meant, else the only one that the record has.
    """
    key = (
        record.user_id if record.user_type == "api_key" else record.target if record.resource_type == "api-keys" else ""
    )
    terms: dict[tuple[str, str], list[Clause]] = {
        ("a", "actor"): [_is(ACTOR, record.user_id, names)],
        ("i", "ip"): [_is(ADDRESS, record.address, names)],
        ("r", "resource"): [
            _is(TARGET, record.target, names) if record.target else _is(RESOURCE, record.resource_type, names)
        ],
        ("w", "workspace"): [_is(WORKSPACE, record.workspace_id, names)],
        ("k", "key"): [_is(ACTOR, key, names), _is(TARGET, key, names)] if key else [],
    }
    found = [
        Pivot(letter, title, AuditQuery(query.time_range, (any_of(clauses),)))
        for (letter, title), clauses in terms.items()
        if clauses and BLANK not in clauses[0].values
    ]
    if fingerprint := _secret_meant(record, value):
        found.append(Pivot("s", "secret", AuditQuery(query.time_range, (Text(Value(fingerprint, How.CONTAINS)),))))
    if record.time is not None:
        moment = record.time.replace(microsecond=record.time.microsecond // 1000 * 1000)
        found.append(Pivot("t", "±5 min", AuditQuery(TimeRange(moment - PIVOT_SPAN, moment + PIVOT_SPAN))))
    return found


def _secret_meant(record: AuditRecord, value: str) -> str:
    """The fingerprint of the secret that is meant, "" where it isn't clear which that is."""
    here = fingerprints_in(value) or fingerprints_in("\n".join(map(str, record.as_api().values())))
    return here[0] if len(here) == 1 else ""


def _is(field: Field, text: str, names: Names) -> Clause:
    return Clause(field.name, (_value(_word(field, text, names)),))


def said_clearly(query: AuditQuery, clause: Clause, word: str, clear: str) -> AuditQuery:
    """The query with a clearer word for somebody in one of its clauses, wherever that stands."""
    values = tuple(dict.fromkeys(Value(clear) if value == Value(word) else value for value in clause.values))
    new = replace(clause, values=values)
    return replace(query, terms=tuple(_replaced(term, clause, new) for term in query.terms))


def _replaced(term: Term, old: Term, new: Term) -> Term:
    match term:
        case Not(inner):
            return negated(_replaced(inner, old, new))
        case AllOf(terms):
            return all_of(_replaced(part, old, new) for part in terms)
        case AnyOf(terms):
            return any_of(_replaced(part, old, new) for part in terms)
        case _:
            return new if term == old else term


def lifted(before: AuditQuery, after: AuditQuery) -> str:
    """What the query before asked for and the one after doesn't, as text; "" where that is nothing."""
    return " ".join(format_term(term) for term in before.terms if term not in after.terms)


def _word(field: Field, text: str, names: Names) -> str:
    return names.word_for(field.names, text) if field.names else text


def _value(text: str) -> Value:
    return Value(text) if text.strip() else BLANK


def _split(place: str) -> tuple[str, tuple[str, ...]]:
    steps = [plain or (json.loads(quoted) if quoted else "") for plain, _, quoted in _STEP.findall(place)]
    return (steps[0], tuple(step for step in steps[1:] if step)) if steps else ("", ())
