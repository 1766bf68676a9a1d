"""JSON text as values: what stands at a path, and what texts it is made of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.json_values import NotJson, as_text, at_path, decode, items, leaves, unpacked

VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def found(text: str, *path: str, fold: bool = False) -> list[Any]:
    return list(at_path(decode(text), path, fold=fold))


class TestDecoding:
    @pytest.mark.parametrize("number", ["7", "7.0", "-0", "1E5", "9" * 5000, "1e999", "0.10", "NaN", "-Infinity"])
    def test_numbers_are_the_text_they_are_written_in(self, number: str):
        assert decode(f"[{number}]") == [number]

    @pytest.mark.parametrize("text", ["", " ", "x", "{", "[1,]", "{'a':1}", '"\n"', "[" * 100_000, '{"a":' * 100_000])
    def test_what_is_not_json_or_too_deep_is_told(self, text: str):
        with pytest.raises(NotJson):
            decode(text)

    @given(VALUES)
    def test_everything_else_is_what_it_is_in_python(self, value: Any):
        assert decode(json.dumps(value)) == value


class TestAtAPath:
    @pytest.mark.parametrize(
        ("text", "path", "values"),
        [
            ('{"a":{"b":"x"}}', ("a", "b"), ["x"]),
            ('{"a":null}', ("a",), [None]),
            ('{"a":1}', ("b",), []),
            ('{"a":1}', ("a", "b"), []),
            ('{"a":1}', (), [{"a": "1"}]),
            ('{"A":1}', ("a",), []),
            ('{"":{"":"x"}}', ("", ""), ["x"]),
            # Arrays
            ('{"a":[{"b":1},{"b":2},{"c":3},4]}', ("a", "b"), ["1", "2"]),
            ('{"a":[[{"b":1}],[[{"b":2}]]]}', ("a", "b"), ["1", "2"]),
            ('{"a":["x","y"]}', ("a",), [["x", "y"]]),
            ('{"a":["x","y"]}', ("a", "1"), ["y"]),
            ('{"a":["x","y"]}', ("a", "2"), []),
            ('{"a":["x"]}', ("a", "9" * 5000), []),
            ('{"a":["x"]}', ("a", "²"), []),
            ('{"a":{"0":"x"}}', ("a", "0"), ["x"]),
            ('[{"a":"x"}]', ("a",), ["x"]),
            # JSON in strings
            ('{"a":"{\\"b\\":\\"x\\"}"}', ("a", "b"), ["x"]),
            ('{"a":["{\\"b\\":1}"]}', ("a", "b"), ["1"]),
            (json.dumps(json.dumps({"a": json.dumps([json.dumps({"b": "x"})])})), ("a", "b"), ["x"]),
            ('{"a":"{not json"}', ("a", "b"), []),
            ('"text"', ("a",), []),
        ],
    )
    def test_stands(self, text: str, path: tuple[str, ...], values: list[Any]):
        assert found(text, *path) == values

    def test_keys_may_fit_in_any_case(self):
        assert found('{"Cookie":1,"COOKIE":2}', "cookie", fold=True) == ["1", "2"]

    def test_arrays_may_be_nested_as_deeply_as_can_be_read(self):
        deep = "[" * 900 + '{"a":"x"}' + "]" * 900
        assert found(deep, "a") == ["x"]
        assert found(deep, *"00000") == [decode("[" * 895 + '{"a":"x"}' + "]" * 895)]


class TestItsParts:
    def test_leaves_are_keys_and_scalars_also_in_strings(self):
        text = json.dumps({"a": [1, None, True, {"b": "x"}], "c": json.dumps({"d": ["y"]}), "e": {}})
        assert sorted(leaves(decode(text))) == sorted(["a", "c", "e", "1", "null", "true", "b", "x", "d", "y"])

    def test_items_are_all_that_stands_in_an_array_or_the_value_itself(self):
        assert list(items(["a", ["b", [], {"c": []}], None])) == ["a", "b", {"c": []}, None]
        assert list(items("a")) == ["a"]

    @given(VALUES)
    def test_a_value_of_a_query_is_a_string_or_json(self, value: Any):
        text = as_text(value)
        assert text == value if isinstance(value, str) else json.loads(text) == value

    @pytest.mark.parametrize("text", ["", "x", "7", "true", "{x", '"x"', "[1"])
    def test_a_string_that_holds_no_object_or_array_is_itself(self, text: str):
        assert unpacked(text) == text
