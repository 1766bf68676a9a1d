"""THE field table: what language, panel, flags, columns and API parameters are made from."""

from __future__ import annotations

import pytest

from tui.domain.fields import BY_ANY_NAME, BY_NAME, COLUMNS, EVERY_COLUMN, FIELDS, FILTERS, Field, Kind
from tui.domain.query_check import TIME_WORDS
from tui.domain.record import AuditRecord

RECORD = AuditRecord(
    timestamp="2026-11-20T14:05:09Z", method="POST", uri="/v2/prompts/3af846b9-0000-4000-8000-000000000001/rotate",
    request_id="r-1", request_body='{"a":1}', query_params='{"b":2}', request_headers='{"c":3}', user_id="u-1",
    user_type="user", organisation_id="o-1", workspace_id="w-1", response_status_code=201, resource_type="prompts",
    action="rotate", client_ip="::ffff:203.0.113.9", country="DE",
)  # fmt: skip


def test_no_name_means_two_fields():
    names = [name for field in FIELDS for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names)) == len(BY_ANY_NAME)
    assert len(BY_NAME) == len(FIELDS)


def test_no_field_is_called_like_a_predicate_or_a_range_of_time():
    assert not {"is", "has", *TIME_WORDS} & set(BY_ANY_NAME)


def test_every_name_can_be_typed():
    assert all(name.isascii() and name == name.lower() and name[0].isalpha() for name in BY_ANY_NAME)


def test_every_filter_of_the_api_stands_in_it():
    assert {field.parameter for field in FILTERS} == {
        "organisation_id", "method", "uri", "request_id", "user_id", "user_type", "workspace_id",
        "response_status_code", "resource_type", "action", "client_ip", "country",
    }  # fmt: skip


def test_every_filter_has_a_flag_of_its_own():
    assert len({field.flag for field in FILTERS} - {""}) == len(FILTERS)


def test_all_sixteen_fields_of_a_record_stand_in_it_and_are_found_by_the_apis_own_name():
    assert {field.attribute for field in FIELDS} - {""} == set(AuditRecord.model_fields)
    assert set(AuditRecord.model_fields) - {"timestamp"} <= set(BY_ANY_NAME)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_each_reads_text_from_any_record(field: Field):
    assert field.value(RECORD)
    assert field.value(AuditRecord()) == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [("status", "201"), ("ip", "203.0.113.9"), ("op", "rotate"), ("target", "3af846b9-0000-4000-8000-000000000001")],
)
def test_some_are_worked_out(name: str, text: str):
    assert BY_NAME[name].value(RECORD) == text


def test_columns_are_fields_that_have_one():
    assert set(COLUMNS) <= set(EVERY_COLUMN)
    assert all(field.column and field.column.width > 0 for field in EVERY_COLUMN)


@pytest.mark.parametrize("field", [field for field in FIELDS if field.kind is not Kind.TIME], ids=lambda f: f.name)
def test_each_says_what_it_is(field: Field):
    assert field.about
    assert field.label
