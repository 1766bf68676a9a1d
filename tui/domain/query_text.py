"""Queries written in the notation of the query bar, each in the one way that `query_parser` reads back."""

from __future__ import annotations

from collections.abc import Callable

from tui.domain.clean import UNLIMITED, clean
from tui.domain.query import AllOf, AnyOf, AuditQuery, Clause, How, Not, Term, Text, Value
from tui.domain.query_check import doubt
from tui.domain.query_scanner import (
    KEYWORD,
    SIGNS,
    Read,
    format_path,
    match_qualifier,
    means_keyword,
    quote,
    read_text,
    reader_of,
)
from tui.domain.time_range import TimeRange, format_moment

__all__ = ["format_query", "format_term", "format_time_terms", "format_values", "quote"]

_SIGN_OF = {how: sign for sign, how in SIGNS.items()}


def format_query(query: AuditQuery) -> str:
    """The query as text: its terms, then its range of time."""
    return " ".join([*map(format_term, query.terms), format_time_terms(query.time_range)])


def format_time_terms(time_range: TimeRange) -> str:
    """A range of time as the terms that set it."""
    since = f"since:{format_moment(time_range.since)}"
    return since if time_range.until is None else f"{since} until:{format_moment(time_range.until)}"


def format_term(term: Term) -> str:
    """A term as it stands among others that must hold with it."""
    match term:
        case Not(AllOf() as inner):
            return f"-({format_term(inner)})"
        case Not(inner):
            return f"-{format_term(inner)}"
        case AnyOf(terms):
            return f"({' OR '.join(map(format_term, terms))})"
        case AllOf(terms):
            return " ".join(map(format_term, terms))
        case Text(value):
            return _format_text(value)
        case Clause(field, values, path):
            return f"{field}{format_path(path)}:{format_values(field, values)}"


def format_values(field: str, values: tuple[Value, ...]) -> str:
    """The values of a clause of `field`, as they stand behind its colon."""
    return ",".join(_format_value(field, value) for value in values)


def _format_value(field: str, value: Value) -> str:
    match value.how:
        case How.BLANK:
            return "none"
        case How.REGEX:
            return f"/{value.text}/"
        case How.WILDCARD | How.HUNDRED | How.NETWORK:
            return value.text
        case How.RANGE:
            lows, uppers = (value.text, quote(value.text)), (value.upper, quote(value.upper))
            forms = [f"{low}..{upper}" for low in lows for upper in uppers]
        case how:
            sign = _SIGN_OF.get(how, "")
            forms = [sign + value.text, sign + quote(value.text)]
    read = reader_of(field)
    certain = doubt(field, value) is None
    return next((form for form in forms[:-1] if certain and _reads_back(form, value, read)), forms[-1])


def _format_text(value: Value) -> str:
    text = value.text
    if value.how is How.REGEX:
        return f"/{text}/"
    means_more = KEYWORD.match(text) or match_qualifier(text) or means_keyword(text) or text[0] in "-@"
    return text if not means_more and _reads_back(text, value, read_text) else quote(text)


def _reads_back(text: str, value: Value, read: Callable[[str, int], Read]) -> bool:
    """Whether a text without quotes is read as the value, also where a slash stands before it in the query."""
    return read(text, 0) == Read(value, len(text)) and not text.endswith("/") and clean(text, UNLIMITED) == text
