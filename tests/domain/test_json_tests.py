"""Tests of JSON text say what a plain look at the decoded value says, whatever they do to be quick."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.json_tests import anywhere_test, path_test, presence_test
from tui.domain.json_values import NotJson, decode, unpacked
from tui.domain.query_check import as_number
from tui.domain.query_values import BLANK, How, Value
from tui.domain.text_tests import folds, order_test, pattern_test

PIECES = (
    "a", "A", "name", "x y", "7", "7.0", "007", "100", "true", "null", "é", "É", "ß", "/v2", 'a"b', "a\\b", "\n",
    "[1,2]", "{}", "", ":", "0", "nb", "tb", "u0061", "中", "\u2028", "\x7f",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=2).map("".join)
SCALARS = st.none() | st.booleans() | st.integers(-3, 120) | st.floats(allow_nan=False, width=16) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3), inner.map(json.dumps)
    ),
    max_leaves=8,
)
SEPARATORS = ((",", ":"), (", ", ": "), (" ,\n", "\t:"))
HOWS = (How.EXACT, How.EXACT, How.CONTAINS, How.CONTAINS, How.WILDCARD, How.MORE, How.MOST, How.BLANK)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """JSON text of any value, its characters as they are or as escapes; now and then text that is none."""
    value = draw(VALUES)
    if isinstance(value, str) and draw(st.booleans()):
        return value
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from(SEPARATORS)))
    if draw(st.booleans()):
        text = text.replace("/", "\\/")
    return text.replace("a", "\\u0061") if draw(st.booleans()) and "\\" not in text and '"' in text else text


@st.composite
def wanted(draw: st.DrawFn) -> Value:
    how, text = draw(st.sampled_from(HOWS)), draw(TEXTS.filter(bool))
    if how is How.BLANK:
        return BLANK
    try:
        return Value(f"{text}*" if how is How.WILDCARD else text, how)
    except ValueError:
        return Value(text)


def root_of(text: str) -> Any:
    try:
        return decode(text)
    except NotJson:
        return text


def plain_at(value: Any, path: tuple[str, ...], *, fold: bool) -> Iterator[Any]:
    """What stands at a path, by its definition."""
    if not path:
        yield value
        return
    key, rest, value = path[0], path[1:], unpacked(value)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key or (fold and name.casefold() == key.casefold()):
                yield from plain_at(inner, rest, fold=fold)
    elif isinstance(value, list):
        if key.isascii() and key.isdigit():
            yield from plain_at(value[int(key)], rest, fold=fold) if int(key) < len(value) else ()
        else:
            for item in value:
                yield from plain_at(item, path, fold=fold)


def plain_leaves(value: Any) -> Iterator[str]:
    value = unpacked(value)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from plain_leaves(inner)
    elif isinstance(value, list):
        for item in value:
            yield from plain_leaves(item)
    else:
        yield value if isinstance(value, str) else json.dumps(value)


def plain_items(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from plain_items(item)
    else:
        yield value


def is_equal(text: str, held: Any) -> bool:
    if isinstance(held, dict):
        return False
    shown = held if isinstance(held, str) else json.dumps(held)
    if any(map(str.isupper, text)):
        return shown == text
    return shown.casefold() == text.casefold() or (as_number(text) is not None and as_number(text) == as_number(shown))


def fits(value: Value, held: Any) -> bool:
    """Whether a value at a path is the one that is wanted, by its definition."""
    match value.how:
        case How.BLANK:
            return held is None or held in ([], {}) or (isinstance(held, str) and not held.strip())
        case How.EXACT:
            container = root_of(value.text)
            same = isinstance(container, dict | list) and held == container
            return same or any(is_equal(value.text, item) for item in plain_items(held))
        case How.CONTAINS | How.WILDCARD:
            return any(map(pattern_test(value, fold=folds(value)), plain_leaves(held)))
        case _:
            return any(order_test(value)(item) for item in plain_items(held) if isinstance(item, str))


class TestByDefinition:
    @settings(max_examples=300, deadline=None)
    @given(bodies(), st.lists(st.sampled_from(PIECES), max_size=2).map(tuple), st.data(), st.booleans())
    def test_values_at_a_path(self, text: str, path: tuple[str, ...], data: st.DataObject, fold: bool):
        values = data.draw(st.lists(wanted(), min_size=1, max_size=3))
        held = list(plain_at(root_of(text), path, fold=fold))
        expected = any(fits(value, found) for value in values for found in held) or (BLANK in values and not held)
        assert path_test(path, values, fold=fold)(text) == expected

    @settings(max_examples=300, deadline=None)
    @given(bodies(), st.lists(st.sampled_from(PIECES), max_size=2).map(tuple), st.booleans())
    def test_presence_at_a_path(self, text: str, path: tuple[str, ...], fold: bool):
        held = list(plain_at(root_of(text), path, fold=fold))
        assert presence_test(path, fold=fold)(text) == bool(held and text.strip())

    @settings(max_examples=300, deadline=None)
    @given(bodies(), TEXTS.filter(bool))
    def test_text_anywhere(self, text: str, part: str):
        value = Value(part, How.CONTAINS)
        expected = any(map(pattern_test(value, fold=folds(value)), plain_leaves(root_of(text))))
        assert anywhere_test(value)(text) == expected


class TestEscapes:
    """A quick look at the text may not miss what is written in escapes."""

    @pytest.mark.parametrize(
        "text", [r'{"n\u0061me":"x"}', r'{"name":"\u0078"}', r'"{\"n\\u0061me\":\"x\"}"', r'{"l":["{\"name\":\"x\"}"]}']
    )
    def test_keys_and_values_are_found(self, text: str):
        path = ("l", "name") if '"l"' in text else ("name",)
        assert path_test(path, [Value("x")], fold=False)(text)
        assert presence_test(path, fold=False)(text)
        assert anywhere_test(Value("x", How.CONTAINS))(text)

    def test_a_slash_may_be_escaped(self):
        assert path_test(("a",), [Value("/v2/x")], fold=False)(r'{"a":"\/v2\/x"}')
        assert anywhere_test(Value("v2/x", How.CONTAINS))(r'{"a":"\/v2\/x"}')

    def test_what_only_stands_in_the_notation_is_not_found(self):
        for text, part in (
            (r'{"a":"x\nb"}', "nb"),
            ('{"a":"b"}', ":"),
            ('{"a":[1,2]}', "1,2"),
            (r'{"a":"\u0062"}', "u0062"),
        ):
            assert not anywhere_test(Value(part, How.CONTAINS))(text)
