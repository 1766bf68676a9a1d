"""Tests of JSON text: whether what stands at a path in it, or anywhere, is one of the values that a query wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tui.domain.json_values import NotJson, as_text, at_path, decode, items, leaves
from tui.domain.query_check import as_number
from tui.domain.query_values import COMPARISONS, How, Value
from tui.domain.text_tests import TextTest, either, equal_in_case, folds, order_test, pattern_test

JsonTest = Callable[[Any], bool]

_PATTERNS = (How.CONTAINS, How.WILDCARD, How.REGEX)
_ORDERS = (How.RANGE, *COMPARISONS)
_CONTAINERS = ("{", "[")
_FEW = 8
"""Values that are looked for one by one."""
_NEEDS_ESCAPE = re.compile(r'[\x00-\x1f"\\]')
_STRUCTURE = re.compile(r"[\s{}\[\],:]")


def path_test(path: tuple[str, ...], values: Sequence[Value], *, fold: bool) -> TextTest:
    """Whether a value at the path is one of these; blank is one that is empty, null, or not there.

    With `fold`, keys fit in any case.  It may raise `QueryTooSlow`.
    """
    blank = any(value.how is How.BLANK for value in values)
    test = _value_test(values, blank=blank)
    may_have_key = _always if blank else _may_have_key(path, fold=fold)
    may_have_value = _may_have_value(values)

    def fits(text: str) -> bool:
        if not (may_have_key(text) and may_have_value(text)):
            return False
        held = list(at_path(_root(text), path, fold=fold))
        return any(map(test, held)) or (blank and not held)

    return fits


def presence_test(path: tuple[str, ...], *, fold: bool) -> TextTest:
    """Whether anything, be it null, stands at the path."""
    may_have_key = _may_have_key(path, fold=fold)

    def fits(text: str) -> bool:
        return may_have_key(text) and bool(text.strip()) and any(True for _ in at_path(_root(text), path, fold=fold))

    return fits


def anywhere_test(value: Value) -> TextTest:
    """Whether a pattern is found in one of the texts that JSON is made of, or in a text that isn't JSON."""
    test = pattern_test(value, fold=folds(value))
    contains = value.how is How.CONTAINS
    may_hold = _may_hold((value.text,), fold=True) if contains else _always
    in_one_piece = contains and not (_NEEDS_ESCAPE.search(value.text) or _STRUCTURE.search(value.text))

    def fits(text: str) -> bool:
        if not may_hold(text):
            return False
        if in_one_piece and "\\" not in text and test(text):
            return True
        return any(map(test, leaves(_root(text))))

    return fits


def _root(text: str) -> Any:
    """What a text stands for: itself, where it isn't JSON."""
    try:
        return decode(text)
    except NotJson:
        return text


def _value_test(values: Sequence[Value], *, blank: bool) -> JsonTest:
    exact = [value.text for value in values if value.how is How.EXACT]
    tests: list[JsonTest] = [_is_blank] if blank else []
    tests += [_equal_to(exact)] if exact else []
    tests += [_some_item(order_test(value)) for value in values if value.how in _ORDERS]
    tests += [_some_leaf(pattern_test(value, fold=folds(value))) for value in values if value.how in _PATTERNS]
    return either(tests)


def _is_blank(held: Any) -> bool:
    return held is None or held in ([], {}) or (isinstance(held, str) and not held.strip())


def _equal_to(wanted: list[str]) -> JsonTest:
    """Equal as numbers, as texts, or as objects and arrays; an array also where something in it is."""
    cased, folded = equal_in_case(wanted)
    numbers = {number for text in wanted if (number := as_number(text)) is not None}
    containers = [root for text in wanted if text[0] in _CONTAINERS and (root := _root(text)) != text]

    def scalar(text: str) -> bool:
        return text in cased or text.casefold() in folded or (bool(numbers) and as_number(text) in numbers)

    def equal(held: Any) -> bool:
        return any(scalar(as_text(item)) for item in items(held) if not isinstance(item, dict)) or any(
            _same(held, container) for container in containers
        )

    return equal


def _same(held: Any, container: Any) -> bool:
    try:
        return bool(held == container)
    except RecursionError:
        return False


def _some_item(test: TextTest) -> JsonTest:
    """Whether a scalar with a place in an order fits, or one of those in an array."""
    return lambda held: any(test(item) for item in items(held) if isinstance(item, str))


def _some_leaf(test: TextTest) -> JsonTest:
    return lambda held: any(map(test, leaves(held)))


# A quick look at the text, which spares most records that don't fit the decoding.


def _always(text: str) -> bool:  # noqa: ARG001 - a test like the others
    return True


def _may_have_key(path: tuple[str, ...], *, fold: bool) -> TextTest:
    return _may_hold(path[-1:], fold=fold) if path and not path[-1].isdigit() else _always


def _may_have_value(values: Sequence[Value]) -> TextTest:
    """Values that can be equal to what is written otherwise, such as numbers, can't be looked for in this way."""
    texts = [value.text for value in values]
    plain = len(values) <= _FEW and all(
        value.how is How.CONTAINS
        or (value.how is How.EXACT and value.text[0] not in _CONTAINERS and as_number(value.text) is None)
        for value in values
    )
    return _may_hold(texts, fold=True) if plain else _always


def _may_hold(texts: Iterable[str], *, fold: bool) -> TextTest:
    """Whether JSON text may hold one of these in its strings, where all but a few characters stand for themselves."""
    wanted = [text.casefold() if fold else text for text in texts]
    if any(map(_NEEDS_ESCAPE.search, wanted)):
        return _always

    def may(text: str) -> bool:
        if "\\u" in text or "\\/" in text:
            return True
        held = text.casefold() if fold else text
        return any(one in held for one in wanted)

    return may
