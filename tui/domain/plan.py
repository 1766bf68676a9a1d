"""What of a query the API is asked, and what stays to be done here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, ip_address
from typing import NamedTuple

from tui.domain.address import normalise_address
from tui.domain.fields import ACTION, ADDRESS, BY_NAME, FILTERS, METHOD, OPERATION, URI, Field, Kind
from tui.domain.identifiers import is_whole
from tui.domain.names import Named, Names, are_one
from tui.domain.page import PAGE_SIZE, PageRequest, Parameters
from tui.domain.query import AuditQuery, Clause, How, Term, Value, walk
from tui.domain.query_check import doubt
from tui.domain.time_range import Window

MOST_VALUES = 5
"""Values of a field that are asked for one by one."""
MOST_BRANCHES = 2 * MOST_VALUES
"""Streams that one query is read in: the API may hold a value in two spellings."""

_IDENTIFIER = re.compile(r"\S{20,}")
"""What is taken for an id, and not for a name, where nobody is known by it."""
_PLACES = {field.parameter: place for place, field in enumerate(FILTERS)}
_METHOD_OF_OPERATION = {"create": "POST", "delete": "DELETE"}
"""Operations that a blank action is worked out to be from one method alone."""


class Unnamed(NamedTuple):
    """A word for somebody in a query that doesn't say whom it means: `meant` has nobody, or several."""

    clause: Clause
    word: str
    meant: Mapping[str, Named]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a query is answered: the parameters of each stream of pages, and which of its terms those settle.

    `sent` are wholly done by the API, `narrowed` are helped by it, `local` are done here.  Streams that are not
    `disjoint` may give a record twice.
    """

    branches: tuple[Parameters, ...] = ((),)
    sent: tuple[Term, ...] = ()
    narrowed: tuple[Term, ...] = ()
    local: tuple[Term, ...] = ()
    disjoint: bool = True

    @property
    def sent_whole(self) -> bool:
        """Whether the API does all of it, as far as it honours what it is asked."""
        return not self.local and not self.narrowed

    @property
    def exact(self) -> bool:
        """Whether the API does all of it and gives no record twice, so that its totals are true."""
        return self.sent_whole and self.disjoint


def plan_query(query: AuditQuery, names: Names) -> Plan:
    """The smallest superset that the API can be asked for.

    Only positive terms that must hold on their own are sent: under a NOT or beside an OR what the API left out could
    not be had back.  One field at most is asked for value by value, up to `MOST_VALUES` of them.
    """
    clauses = [term for term in query.terms if isinstance(term, Clause)]
    asked = {clause: branches for clause in clauses if (branches := _branches(clause, names))}
    fixed = [pair for branches in asked.values() if len(branches) == 1 for pair in branches[0]]
    spread = _spread_clause(asked, {parameter for parameter, _ in fixed})
    settled = {clause for clause, branches in asked.items() if len(branches) == 1 or clause == spread}
    return Plan(
        tuple(tuple(sorted((*fixed, *more), key=_order)) for more in (asked[spread] if spread else ((),))),
        tuple(term for term in query.terms if term in settled and not _is_superset(term)),
        tuple(term for term in query.terms if term in settled and _is_superset(term)),
        tuple(term for term in query.terms if term not in settled),
        disjoint=spread is None or spread.field not in (OPERATION.name, URI.name),
    )


def _spread_clause(asked: Mapping[Clause, tuple[Parameters, ...]], taken: AbstractSet[str]) -> Clause | None:
    """The clause to be asked for in several streams, by choice one that they settle: an operation is but narrowed down,
    and not any further where a method or an action is sent already."""
    known = not taken.isdisjoint((METHOD.parameter, ACTION.parameter))
    several = [clause for clause, branches in asked.items() if len(branches) > 1]
    useful = [clause for clause in several if not (_is_superset(clause) and known)]
    return min(useful, key=lambda clause: (_is_superset(clause), len(asked[clause])), default=None)


def _is_superset(term: Term) -> bool:
    """Whether what the API gives for a term is more than fits it."""
    return isinstance(term, Clause) and term.field == OPERATION.name


def _order(pair: tuple[str, str]) -> int:
    return _PLACES[pair[0]]


def _branches(clause: Clause, names: Names) -> tuple[Parameters, ...]:
    """The streams that together give every record that fits; none where the API can't be asked for it."""
    field = BY_NAME.get(clause.field)
    if field is None or clause.path or not all(_can_be_sent(field, value) for value in clause.values):
        return ()
    texts = [value.text for value in clause.values]
    if field is OPERATION:
        return _operation_branches(texts)
    meant = dict.fromkeys(spellings for text in texts for spellings in _meant(field, text, names))
    asked = dict.fromkeys(spelling for spellings in meant for spelling in spellings)
    few = len(meant) <= MOST_VALUES and len(asked) <= MOST_BRANCHES
    return tuple(((field.parameter, text),) for text in asked) if few else ()


def _can_be_sent(field: Field, value: Value) -> bool:
    """Whether the API takes this for the field: a whole value, and where it knows all of them one of those."""
    if value.how is not How.EXACT or doubt(field.name, value) is not None:
        return False
    if field.kind is Kind.IDENTIFIER and not is_whole(value.text):
        return False
    if field is OPERATION:
        return True
    known = {choice.casefold() for choice in field.choices}
    return bool(field.parameter) and (not known or value.text.strip().casefold() in known)


def _meant(field: Field, text: str, names: Names) -> tuple[tuple[str, ...], ...]:
    """The values that a query calls `text`, each in every way in which the API may hold it."""
    if field.kind is Kind.PERSON:
        people: dict[Named, list[str]] = {}
        for identifier, named in names.find(field.names, text).items():
            people.setdefault(named, []).append(identifier)
        return tuple(map(tuple, people.values())) or (tuple({text: None, text.lower(): None}),)
    if field is ADDRESS:
        address = ip_address(normalise_address(text))
        return ((str(address), f"::ffff:{address}"),) if isinstance(address, IPv4Address) else ((str(address),),)
    if field is ACTION:
        return (_spellings_of_action(text.strip().lower()),)
    return ((field.spelling(text.strip()),),)


def _spellings_of_action(text: str) -> tuple[str, ...]:
    """An action as the log has it: in small letters, and sometimes with a capital."""
    return tuple(dict.fromkeys((text, text.capitalize())))


def _operation_branches(texts: list[str]) -> tuple[Parameters, ...]:
    """By the action, and where that may be blank by the method it is then worked out from."""
    branches: list[Parameters] = []
    for text in dict.fromkeys(text.strip().lower() for text in texts):
        method = _METHOD_OF_OPERATION.get(text)
        if method is None:
            return ()
        branches += [((ACTION.parameter, spelling),) for spelling in _spellings_of_action(text)]
        branches.append(((METHOD.parameter, method),))
    return tuple(branches) if len(branches) <= MOST_BRANCHES else ()


def unnamed(query: AuditQuery, names: Names) -> list[Unnamed]:
    """The words of the query that should mean somebody, and mean nobody who is known, or several."""
    found = []
    for clause in walk(query.terms):
        field = BY_NAME.get(clause.field) if isinstance(clause, Clause) else None
        if not isinstance(clause, Clause) or field is None or not field.names:
            continue
        for word in (value.text for value in clause.values if value.how is How.EXACT):
            meant = names.find(field.names, word)
            if not (are_one(meant) if meant else _IDENTIFIER.fullmatch(word)):
                found.append(Unnamed(clause, word, meant))
    return found


@dataclass(frozen=True, slots=True)
class FrozenQuery:
    """A query whose window no longer moves, so that page numbers keep their meaning, and the plan for it."""

    query: AuditQuery
    window: Window
    frozen_at: datetime
    plan: Plan

    def page(self, number: int, *, ticket: int, branch: int = 0, size: int = PAGE_SIZE) -> PageRequest:
        """The request for a page of one of the plan's streams."""
        return PageRequest(self.window, self.frozen_at, self.plan.branches[branch], number, size, ticket, branch)


def freeze(query: AuditQuery, now: datetime, names: Names) -> FrozenQuery:
    """The query pinned to the window it means at `now`, the server's clock.  Raises `TimeTextError`."""
    return FrozenQuery(query, query.time_range.resolve(now), now, plan_query(query, names))
