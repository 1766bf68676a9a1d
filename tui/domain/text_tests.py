"""Tests of the text of a field: whether it is one of the values that a query wants."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, TypeVar

from tui.domain import expressions
from tui.domain.address import normalise_address
from tui.domain.fields import Kind
from tui.domain.identifiers import SHORTEST_BEGINNING, is_whole
from tui.domain.query_check import as_number
from tui.domain.query_values import How, Value

T = TypeVar("T")
TextTest = Callable[[str], bool]

_ALWAYS_FOLDED = (Kind.WORD, Kind.PERSON, Kind.NUMBER)
_FEW_TEXTS = (Kind.WORD, Kind.PERSON, Kind.NUMBER, Kind.ADDRESS)
"""Kinds of fields that hold the same few texts over and over again."""
_TEXTS_KEPT = 1_024
_COMPARE: dict[How, Callable[[Any, Any], bool]] = {
    How.MORE: operator.gt, How.LEAST: operator.ge, How.LESS: operator.lt, How.MOST: operator.le,
}  # fmt: skip
_MAPPED_BITS = 96
"""Of an IPv6 address before the IPv4 address in it."""


def either(tests: Sequence[Callable[[T], bool]]) -> Callable[[T], bool]:
    """Whether one of the tests, none or more, says yes."""
    if len(tests) == 1:
        return tests[0]

    def fits(subject: T) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would take longer than most tests
            if test(subject):
                return True
        return False

    return fits


def every(tests: Sequence[Callable[[T], bool]]) -> Callable[[T], bool]:
    """Whether all of the tests, none or more, say yes."""
    if len(tests) == 1:
        return tests[0]

    def fits(subject: T) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would take longer than most tests
            if not test(subject):
                return False
        return True

    return fits


def text_test(kind: Kind, values: Sequence[Value]) -> TextTest:
    """Whether a text is one of the values, as a field of this kind compares them.  It may raise `QueryTooSlow`."""
    exact = [value.text for value in values if value.how is How.EXACT]
    networks = [value.text for value in values if value.how is How.NETWORK]
    tests = [_equal_to(kind, exact)] if exact else []
    tests += [_in_networks(networks)] if networks else []
    tests += [_other_test(kind, value) for value in values if value.how not in (How.EXACT, How.NETWORK)]
    test = either(tests)
    return lru_cache(_TEXTS_KEPT)(test) if kind in _FEW_TEXTS else test


def folds(value: Value) -> bool:
    """Whether the case of letters means nothing to a value: unless it has one in upper case."""
    return not (expressions.has_capital(value.text) if value.how is How.REGEX else _has_capital(value.text))


def pattern_test(value: Value, *, fold: bool) -> TextTest:
    """Whether a text contains the value, fits it as a wildcard, or has what a regular expression looks for."""
    if value.how is How.REGEX:
        return expressions.searching(value.text, fold=fold)
    wanted = value.text.casefold() if fold else value.text
    fits = _like(wanted) if value.how is How.WILDCARD else lambda text: wanted in text
    return (lambda text: fits(text.casefold())) if fold else fits


def order_test(value: Value) -> TextTest:
    """Compared as numbers where the query has them, else as texts."""
    low, high = as_number(value.text), as_number(value.upper or value.text)
    if low is None or high is None:
        in_order = _in_order(value.how, value.text, value.upper)
        return lambda text: bool(text) and in_order(text)
    in_order = _in_order(value.how, low, high)
    return lambda text: (number := as_number(text)) is not None and in_order(number)


def equal_in_case(texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The texts that must be equal to the letter, for they have an upper-case one, and the others with case folded."""
    cased = frozenset(filter(_has_capital, texts))
    return cased, frozenset(text.casefold() for text in texts if text not in cased)


def _has_capital(text: str) -> bool:
    return any(map(str.isupper, text))


def _equal_to(kind: Kind, wanted: list[str]) -> TextTest:
    match kind:
        case Kind.PATH:
            return frozenset(wanted).__contains__
        case Kind.ADDRESS:
            return frozenset(map(normalise_address, wanted)).__contains__
        case Kind.IDENTIFIER:
            cased, folded = map(_begins, equal_in_case(wanted))
            return lambda text: cased(text) or folded(text.casefold())
        case _:
            words = frozenset(text.strip().casefold() for text in wanted)
            return lambda text: text.strip().casefold() in words


def _begins(wanted: frozenset[str]) -> TextTest:
    """Whether a text is one of these, or begins with one that is long enough and not an id in full."""
    lengths = sorted({len(text) for text in wanted if len(text) >= SHORTEST_BEGINNING and not is_whole(text)})
    beginnings = frozenset(text for text in wanted if not is_whole(text))
    return lambda text: text in wanted or any(text[:length] in beginnings for length in lengths)


def _other_test(kind: Kind, value: Value) -> TextTest:
    """Whether a field's text fits a value that is more than a text to equal."""
    match value.how:
        case How.BLANK:
            return lambda text: not text.strip()
        case How.HUNDRED:
            return lambda text: len(text) == 3 and text.isdigit() and text[0] == value.text[0]
        case How.RANGE if kind is Kind.ADDRESS:
            return _between_addresses(value)
        case How.CONTAINS | How.WILDCARD | How.REGEX:
            always = kind in _ALWAYS_FOLDED and value.how is not How.REGEX
            return pattern_test(value, fold=always or folds(value))
        case _:
            return order_test(value)


def _in_networks(texts: list[str]) -> TextTest:
    """Whether an address lies in one of the networks: a look-up for each length of prefix, however many there are."""
    networks: dict[tuple[int, int], set[int]] = {}
    for text in texts:
        network = ip_network(text, strict=False)
        version, size, first = network.version, network.max_prefixlen - network.prefixlen, network.network_address
        if isinstance(first, IPv6Address) and first.ipv4_mapped and network.prefixlen >= _MAPPED_BITS:
            version, first = 4, first.ipv4_mapped
        networks.setdefault((version, size), set()).add(int(first) >> size)

    def inside(text: str) -> bool:
        address = _address(text)
        return address is not None and any(
            address.version == version and int(address) >> size in prefixes
            for (version, size), prefixes in networks.items()
        )

    return inside


def _between_addresses(value: Value) -> TextTest:
    low, high = ip_address(normalise_address(value.text)), ip_address(normalise_address(value.upper))

    def between(text: str) -> bool:
        address = _address(text)
        return address is not None and address.version == low.version and int(low) <= int(address) <= int(high)

    return between


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(normalise_address(text))
    except ValueError:
        return None


def _like(pattern: str) -> TextTest:
    """Whether a text is the pattern, with anything in the place of its stars."""
    first, *middle, last = pattern.split("*")

    def fits(text: str) -> bool:
        at, end = len(first), len(text) - len(last)
        if at > end or not (text.startswith(first) and text.endswith(last)):
            return False
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    return fits


def _in_order(how: How, low: Any, high: Any) -> Callable[[Any], bool]:
    if how is How.RANGE:
        return lambda held: bool(low <= held <= high)
    compare = _COMPARE[how]
    return lambda held: compare(held, low)
