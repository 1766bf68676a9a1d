"""Columns by name: what they show of a record, and what its rows are sorted by."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.clean import has_unsafe
from tui.domain.columns import USUAL_COLUMNS, TableColumn, column_for, order_key
from tui.domain.fields import ADDRESS, COLUMNS, EVERY_COLUMN, Column, Field, Kind
from tui.domain.query_scanner import format_path
from tui.domain.record import AuditRecord

BODY = {
    "name": "prod-eu",
    "limits": {"rate": 5, "none": None, "on": True, "deep": {"none": None, "on": True}},
    "scopes": ["read", "write", {"all": False}],
    "checks": [{"id": "a"}, {"id": "b"}],
    "packed": '{"inner": "seen"}',
    "a b": "blank in a key",
}
RECORD = AuditRecord(
    request_body=json.dumps(BODY),
    query_params='{"limit": "20"}',
    request_headers='{"User-Agent": "curl/8"}',
    client_ip="::ffff:203.0.113.9",
)


def column(name: str, width: int | None = None) -> TableColumn:
    found = column_for(name, width)
    assert found is not None
    return found


class TestNames:
    @pytest.mark.parametrize("field", EVERY_COLUMN, ids=lambda field: field.name)
    def test_every_field_with_a_column_is_one_by_its_name(self, field: Field):
        assert column(field.name).field is field
        assert column(field.name).looks == field.column

    def test_another_name_of_a_field_means_the_same_column(self):
        assert column("client_ip") == column("IP") == column("ip")

    @pytest.mark.parametrize("name", ["body.name", "header.user-agent", "query.limit", 'body."a b".c', "body.l.0.x"])
    def test_a_path_is_one_under_the_name_that_a_query_has_for_it(self, name: str):
        assert column(name).name == column(name).looks.title == name

    def test_a_path_begins_with_any_name_of_its_field(self):
        assert column("request_body.name") == column(" body.name ")

    @pytest.mark.parametrize("name", ["", "body", "header", "nothing", "time.x", "ip.a", "body.", "body..a", "is"])
    def test_anything_else_is_none(self, name: str):
        assert column_for(name) is None

    def test_the_usual_ones_are_those_of_the_field_table(self):
        assert tuple(column.field for column in USUAL_COLUMNS) == COLUMNS

    def test_a_width_that_was_chosen_is_kept_and_does_not_grow(self):
        assert column("ip", 40).looks == Column("ip", 40)
        assert column("body.name", 3).looks == Column("body.name", 3)

    @given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4))
    def test_the_title_of_any_path_is_clean(self, path: list[str]):
        found = column_for("body" + format_path(tuple(path)))
        assert found is None or not has_unsafe(found.looks.title)


class TestWhatIsRead:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("ip", "203.0.113.9"),
            ("body.name", "prod-eu"),
            ("body.limits.rate", "5"),
            ("body.limits.none", "null"),
            ("body.limits.on", "true"),
            ("body.limits.deep", '{"none":null,"on":true}'),
            ("body.scopes", 'read, write, {"all":false}'),
            ("body.checks.id", "a, b"),
            ("body.checks.1.id", "b"),
            ("body.packed.inner", "seen"),
            ('body."a b"', "blank in a key"),
            ("body.nothing", ""),
            ("body.Name", ""),
            ("query.limit", "20"),
            ("header.user-agent", "curl/8"),
        ],
    )
    def test_it_is_the_value_or_what_stands_at_the_path(self, name: str, text: str):
        assert column(name).read(RECORD) == text

    @pytest.mark.parametrize("body", ["", " ", "no json", "[", "5", '"text"', "[1, 2]", "null"])
    def test_a_body_that_has_no_such_path_is_blank(self, body: str):
        assert column("body.name").read(AuditRecord(request_body=body)) == ""

    def test_one_nested_as_deeply_as_can_be_read_is_blank_or_shown(self):
        for depth in range(sys.getrecursionlimit() - 150, sys.getrecursionlimit() + 10):
            column("body.a").read(AuditRecord(request_body='{"a":' + "[" * depth + "]" * depth + "}"))


class TestTheOrder:
    @pytest.mark.parametrize(
        ("kind", "texts"),
        [
            (Kind.NUMBER, ["99", "200", "1000", "abc"]),
            (Kind.JSON, ["-1", "2.5", "9", "10", "one", "Two"]),
            (Kind.TIME, ["2026-11-20T00:00:00Z", "2026-11-20T03:00:00+02:00", "2026-11-20 02:00:00", "?"]),
            (Kind.ADDRESS, ["9.0.0.1", "10.0.0.1", "203.0.113.9", "2001:db8::1", "not one"]),
            (Kind.WORD, ["alpha", "Beta", "gamma"]),
        ],
        ids=lambda value: value.name if isinstance(value, Kind) else "",
    )
    def test_each_kind_is_sorted_by_what_it_means(self, kind: Kind, texts: list[str]):
        mixed = [*texts[::2], *texts[1::2]][::-1]
        assert sorted(mixed, key=lambda text: order_key(kind, text) or ()) == texts

    @pytest.mark.parametrize("kind", Kind)
    def test_a_blank_has_no_place_in_it(self, kind: Kind):
        assert order_key(kind, " ") is None

    @given(st.sampled_from(Kind), st.lists(st.text(min_size=1) | st.floats().map(str) | st.ip_addresses().map(str)))
    def test_any_texts_can_be_sorted(self, kind: Kind, texts: list[str]):
        keys = [key for text in texts if (key := order_key(kind, text)) is not None]
        assert len(sorted(keys)) == len(keys)

    def test_addresses_are_read_as_the_column_gives_them(self):
        assert order_key(ADDRESS.kind, column("ip").read(RECORD)) == order_key(ADDRESS.kind, "203.0.113.9")
