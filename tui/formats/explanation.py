"""The plan of a query in words: what the API is asked, what is done here and why, and over which window."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tui.domain.clean import UNLIMITED, clean
from tui.domain.fields import BY_NAME, OPERATION, Kind
from tui.domain.identifiers import is_whole
from tui.domain.names import NameKind
from tui.domain.page import Parameters
from tui.domain.plan import MOST_VALUES, unnamed
from tui.domain.query import AllOf, AnyOf, Clause, How, Not, Term, Text, walk
from tui.domain.query_check import doubt
from tui.domain.query_text import format_query, format_term
from tui.domain.time_range import api_instant, format_duration, format_instant

if TYPE_CHECKING:
    from tui.domain.names import Names
    from tui.domain.plan import FrozenQuery, Plan, Unnamed

WIDTH = 100
VERSION = 1
"""Of the object that `explanation_object` makes."""

_CANT_ASK = {
    How.BLANK: "the API can't be asked for what is blank",
    How.WILDCARD: "the API has no wildcards",
    How.CONTAINS: "the API can't be asked for a part of a value",
    How.REGEX: "the API has no regular expressions",
    How.HUNDRED: "a range: the API takes one status at a time",
    How.NETWORK: "a range: the API takes one address at a time",
    How.FILE: "the API takes one value at a time, and a file may hold many",
}
_A_RANGE = "a range: the API takes single values"


def explain(frozen: FrozenQuery, names: Names) -> list[str]:
    """What becomes of the query, in lines of at most `WIDTH` characters that are safe to show."""
    plan, window, unknown = frozen.plan, frozen.window, _unknown(frozen, names)
    start, end = format_instant(window.start), format_instant(window.end)
    lines = [
        f"query   {format_query(frozen.query)}",
        f"window  {start} to {end} (UTC), {format_duration(window.length)}",
        f"answer  {_answer(plan, unknown)}",
        "",
        "The API is asked, page by page, for",
        f"  {_written(_times(frozen))}",
        *_filters(_streams(plan, unknown)),
    ]
    for heading, told in (
        ("Sent whole, and checked again on each record:", [(format_term(t), _once(t, unknown)) for t in plan.sent]),
        ("Narrowed down by the API, and finished here:", [(format_term(t), _why_narrowed(t)) for t in plan.narrowed]),
        ("Done here:", [(format_term(term), _why_here(term, plan)) for term in plan.local]),
        ("Names:", list(_people(frozen, names))),
    ):
        if told:
            lines += ["", heading, *(f"  {term} — {why}" if why else f"  {term}" for term, why in told)]
    return [part for line in lines for part in _wrapped(line)]


def explanation_object(frozen: FrozenQuery, names: Names) -> dict[str, Any]:
    """The same as an object for programs, whose names stay what they are within a version.

    Where a word means nobody who is known, `exact` is false, and in `streams` `<the id of WORD>` stands for the id.
    """
    plan, unknown = frozen.plan, _unknown(frozen, names)
    return {
        "version": VERSION,
        "query": format_query(frozen.query),
        "window": {"start": format_instant(frozen.window.start), "end": format_instant(frozen.window.end)},
        "exact": plan.exact and not unknown,
        "streams": [[list(pair) for pair in (*_times(frozen), *branch)] for branch in _streams(plan, unknown)],
        "sent": [format_term(term) for term in plan.sent],
        "narrowed": [{"term": format_term(term), "why": _why_narrowed(term)} for term in plan.narrowed],
        "local": [{"term": format_term(term), "why": _why_here(term, plan)} for term in plan.local],
        "unresolved": [found.word for found in unnamed(frozen.query, names)],
    }


def _wrapped(line: str) -> list[str]:
    """The line in as many as it takes, the further ones set in."""
    shown = clean(line, UNLIMITED)
    inset = " " * (8 if not line.startswith("  ") else 6)
    return textwrap.wrap(shown, WIDTH, subsequent_indent=inset, break_on_hyphens=False) or [""]


def _unknown(frozen: FrozenQuery, names: Names) -> list[Unnamed]:
    """The words that mean nobody who is known: what the API is asked for them is yet to be found out."""
    return [found for found in unnamed(frozen.query, names) if not found.meant]


def _once(term: Term, unknown: Iterable[Unnamed]) -> str:
    """On what it depends that the term is sent, "" where on nothing."""
    return _until_known(found for found in unknown if found.clause == term)


def _until_known(unknown: Iterable[Unnamed]) -> str:
    told = dict.fromkeys(
        f"{'what' if NameKind.WORKSPACE in BY_NAME[found.clause.field].names else 'whom'} {found.word} means"
        for found in unknown
    )
    return f"once it is known {' and '.join(told)}" if told else ""


def _answer(plan: Plan, unknown: Iterable[Unnamed]) -> str:
    if plan.exact and (condition := _until_known(unknown)):
        return f"exact, {condition}"
    if plan.exact:
        return "exact: the API does all of it, so its total is the number of records"
    if plan.local or plan.narrowed:
        return "scan: what the API gives is looked through here, newest first"
    return "scan: two streams may give the same record, so the API's totals can't be added up"


def _streams(plan: Plan, unknown: Iterable[Unnamed]) -> list[Parameters]:
    """The parameters of each stream, those that await an id with a stand-in for it."""
    ids = {
        (BY_NAME[found.clause.field].parameter, spelling): f"<the id of {found.word}>"
        for found in unknown
        for spelling in (found.word.lower(), found.word)
    }
    streams = (tuple((name, ids.get((name, value), value)) for name, value in branch) for branch in plan.branches)
    # A word is asked for in two spellings, an id once.
    return list(dict.fromkeys(streams))


def _filters(streams: list[Parameters]) -> list[str]:
    if streams == [()]:
        return ["  and every record in it"]
    if len(streams) == 1:
        return [f"  {_written(streams[0])}"]
    lines = (f"  {number}. {_written(parameters)}" for number, parameters in enumerate(streams, 1))
    return [f"in {len(streams)} streams, merged by time:", *lines]


def _written(parameters: Parameters) -> str:
    return " ".join(f"{name}={value}" for name, value in parameters)


def _times(frozen: FrozenQuery) -> Parameters:
    return ("start_time", api_instant(frozen.window.start)), ("end_time", api_instant(frozen.window.end))


def _why_narrowed(term: Term) -> str:
    if isinstance(term, Clause) and term.field == OPERATION.name:
        return "where the action is blank, method and path say what it was; the method alone gives more"
    return "the API gives more than fits"


def _why_here(term: Term, plan: Plan) -> str:
    match term:
        case Not():
            return "the API can't exclude"
        case AnyOf() | AllOf():
            return "under an OR the API would leave out what another side asks for"
        case Text():
            return "the API can't look for text"
        case Clause("is" | "has"):
            return "worked out from each record"
        case Clause():
            return _why_clause(term, plan)


def _why_clause(clause: Clause, plan: Plan) -> str:
    field = BY_NAME[clause.field]
    if field.kind is Kind.JSON:
        return "the API can't look into bodies, headers and query parameters"
    if not field.parameter:
        return "worked out from each record: the API doesn't know it"
    how = next((value.how for value in clause.values if value.how is not How.EXACT), None)
    if how is not None:
        return _CANT_ASK.get(how, _A_RANGE)
    if len(clause.values) > MOST_VALUES:
        return f"more than {MOST_VALUES} values"
    if field.kind is Kind.IDENTIFIER and not all(is_whole(value.text) for value in clause.values):
        return "the beginning of an id: the API takes whole ones only"
    known = [choice.casefold() for choice in field.choices]
    if known and not all(value.text.strip().casefold() in known for value in clause.values):
        return f"the API takes nothing but {', '.join(field.choices)}"
    if any(doubt(field.name, value) for value in clause.values):
        return "the API may not take such a value"
    if len(plan.branches) > 1:
        return "one field at most is asked for value by value, and that is another"
    return f"it means more than {MOST_VALUES}"


def _people(frozen: FrozenQuery, names: Names) -> Iterator[tuple[str, str]]:
    """Each word that stands for somebody, and whom it means as far as that is known."""
    unclear = {(found.clause.field, found.word) for found in unnamed(frozen.query, names)}
    for field, word in dict.fromkeys(_words_for_people(frozen.query.terms)):
        term, meant = f"{field}:{word}", names.find(BY_NAME[field].names, word)
        if meant:
            known = ", ".join(f"{named.name} ({identifier})" for identifier, named in meant.items())
            yield term, f"it may be any of {known}" if (field, word) in unclear else f"it is {known}"
        elif (field, word) in unclear:
            none = "nothing" if NameKind.WORKSPACE in BY_NAME[field].names else "nobody"
            yield term, f"{none} is known by it" if names.known else "looked up when the query is asked, not here"


def _words_for_people(terms: Iterable[Term]) -> Iterator[tuple[str, str]]:
    for part in walk(terms):
        if isinstance(part, Clause) and part.field in BY_NAME and BY_NAME[part.field].names:
            yield from ((part.field, value.text) for value in part.values if value.how is How.EXACT)
