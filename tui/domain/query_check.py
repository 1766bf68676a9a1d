"""What is wrong with a value that could be read, in a sentence, and what may have been meant."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from tui.domain.address import is_address, normalise_address
from tui.domain.clean import clean
from tui.domain.errors import QueryError
from tui.domain.expressions import problem_with
from tui.domain.fields import BY_ANY_NAME, BY_NAME, COUNTRY, Field, Kind
from tui.domain.predicates import PREDICATES
from tui.domain.query_scanner import Complaint, read_place
from tui.domain.query_values import COMPARISONS, How, Value

TIME_WORDS = ("since", "until", "created")
"""What sets a query's range of time."""

_NAMES = (*BY_ANY_NAME, "is", "has", *TIME_WORDS)
_ANYWHERE = (How.EXACT, How.CONTAINS, How.WILDCARD, How.REGEX, How.FILE, How.BLANK)
_ORDERS = (How.RANGE, *COMPARISONS)
_HOWS = {
    Kind.NUMBER: (*_ANYWHERE, *_ORDERS, How.HUNDRED),
    Kind.ADDRESS: (*_ANYWHERE, How.RANGE, How.NETWORK),
    Kind.JSON: (*_ANYWHERE, *_ORDERS),
}
"""How values of a kind can be compared, where that is in more ways than those of every kind."""
_NETWORK = re.compile(r"[0-9a-fA-F:.]+/[0-9.]+")
_STATUS = re.compile(r"[1-5][0-9]{2}")
_COUNTRY = re.compile(r"[A-Za-z][A-Za-z0-9]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}|[0-9]{0,400}\.[0-9]{1,400})([eE][+-]?[0-9]{1,3})?")
_SURELY_NEAR = 0.75
_SHOWN = 40


def unknown_field(name: str) -> Complaint:
    """What to say of a field that there is none of."""
    shown = clean(name, _SHOWN)
    if near := _nearest(name, _NAMES):
        return Complaint(f"there is no field {shown}: did you mean {near}?", near)
    return Complaint(f"there is no field {shown}; to look for the text, put it in quotes")


def complaint(name: str, value: Value) -> Complaint | None:
    """Why a value can't be asked of the field or predicate called `name`, None where it can."""
    if name == "is":
        return _bad_predicate(value)
    if name == "has":
        return _bad_place(value)
    field = BY_NAME[name]
    if value.how not in _HOWS.get(field.kind, _ANYWHERE):
        return _no_order(field, value)
    if value.how is How.REGEX:
        problem = problem_with(value.text)
        return Complaint(problem) if problem else None
    if value.how is How.NETWORK:
        return _bad_network(value)
    return _bad_ends(field, value) if value.how in _ORDERS else None


def doubt(name: str, value: Value) -> Complaint | None:
    """Why a value without quotes is hardly what a field can hold, None where it may be.  In quotes any text is meant
    as it stands."""
    field = BY_NAME.get(name)
    if field is None or value.how is not How.EXACT:
        return None
    if "*" in value.text:
        return Complaint("a pattern can't end in a slash; put the text in quotes to find the * itself")
    if field.kind is Kind.NUMBER and not _STATUS.fullmatch(value.text):
        return _not_a_status(field, value.text)
    if field.kind is Kind.ADDRESS and not is_address(value.text):
        return _not_an_address(field, value.text)
    if field is COUNTRY and not _COUNTRY.fullmatch(value.text):
        return Complaint(f"{field.label} is a code of two letters such as DE; put a name in quotes")
    return _unlikely_choice(field, value.text) if field.choices else None


def check_file_values(field_name: str, path: str, values: Iterable[str]) -> None:
    """Raise `QueryError`, which shows the first, where values in a file are no addresses, or no statuses.

    A file has no quotes to insist on a value with, so whatever merely looks odd is taken as it stands.
    """
    kind = BY_NAME[field_name].kind
    for text in values:
        shown = f"@{clean(path)}: {clean(text, _SHOWN)}"
        if kind is Kind.ADDRESS and not is_address(text) and _bad_network(Value(text, How.NETWORK)):
            raise QueryError(f"{shown} is no address, and no network such as 203.0.113.0/24")
        if kind is Kind.NUMBER and not _STATUS.fullmatch(text):
            raise QueryError(f"{shown} is no status; one is a number from 100 to 599")


def as_number(text: str) -> int | float | None:
    """The number that a text writes, to the last digit where it is whole; None where it writes none."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    number = int(text) if text.lstrip("+-").isdigit() else float(text)
    return None if math.isinf(number) else number


def _no_order(field: Field, value: Value) -> Complaint:
    sign = f"{value.how}" if value.how in COMPARISONS else ".."
    return Complaint(f"{field.name}: has no order, so {sign} can't be asked of it; ~part finds a part, a*b a pattern")


def _bad_predicate(value: Value) -> Complaint | None:
    if value.how is How.EXACT and value.text.casefold() in PREDICATES:
        return None
    there_are = ", ".join(f"is:{name}" for name in PREDICATES)
    near = _nearest(value.text, PREDICATES)
    advice = f"did you mean is:{near}?" if near else f"there are {there_are}"
    return Complaint(f"there is no is:{clean(value.text, _SHOWN) or 'none'}; {advice}", near)


def _bad_place(value: Value) -> Complaint | None:
    place = read_place(value.text) if value.how is How.EXACT else None
    if place is not None and place[0].kind is Kind.JSON:
        return None
    return Complaint("has: wants a path in body, header or query, as in has:body.usage_limits")


def _bad_network(value: Value) -> Complaint | None:
    if _NETWORK.fullmatch(value.text) and _is_network(value.text):
        return None
    return Complaint(f"{clean(value.text, _SHOWN)} is no network; one is written 203.0.113.0/24 or 2001:db8::/32")


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _bad_ends(field: Field, value: Value) -> Complaint | None:
    """What is wrong with what a comparison or a range begins or ends with."""
    ends = [text for text in (value.text, value.upper) if text]
    if field.kind is Kind.NUMBER and (bad := [text for text in ends if not _STATUS.fullmatch(text)]):
        return _not_a_status(field, bad[0])
    if field.kind is Kind.ADDRESS and (bad := [text for text in ends if not is_address(text)]):
        return _not_an_address(field, bad[0])
    if value.how is How.RANGE and not _in_order(field.kind, value.text, value.upper):
        return Complaint(f"nothing lies between {clean(value.text, _SHOWN)} and {clean(value.upper, _SHOWN)}")
    return None


def _in_order(kind: Kind, low: str, high: str) -> bool:
    if kind is Kind.ADDRESS:
        one, other = ip_address(normalise_address(low)), ip_address(normalise_address(high))
        return one.version == other.version and int(one) <= int(other)
    number, upper = as_number(low), as_number(high)
    return low <= high if number is None or upper is None else number <= upper


def _not_a_status(field: Field, text: str) -> Complaint:
    shown = clean(text, _SHOWN)
    return Complaint(f"{field.label} is a number from 100 to 599, or 4xx, >=500, 400..499, not '{shown}'")


def _not_an_address(field: Field, text: str) -> Complaint:
    shown = clean(text, _SHOWN)
    return Complaint(f"{field.label} is an address such as 203.0.113.9, or a network, 203.0.113.0/24, not '{shown}'")


def _unlikely_choice(field: Field, text: str) -> Complaint | None:
    """Anything but the choices where there are no others, else what looks like one of them misspelt."""
    if text.casefold() in map(str.casefold, field.choices):
        return None
    near = _nearest(text, field.choices, 0.5 if field.closed else _SURELY_NEAR)
    shown = clean(text, _SHOWN)
    if field.closed:
        return Complaint(f"{field.label} is one of {', '.join(field.choices)}, not '{shown}'", near)
    if near:
        return Complaint(f"did you mean {field.name}:{near}? Put '{shown}' in quotes to insist on it", near)
    return None


def _nearest(text: str, names: Iterable[str], cutoff: float = 0.5) -> str:
    """The name that looks most like a text, "" where none does."""
    by_fold = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(text[:_SHOWN].casefold(), by_fold, 1, cutoff)
    return by_fold[near[0]] if near else ""
