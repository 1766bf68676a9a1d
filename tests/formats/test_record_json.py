"""A record as a line of JSON: nothing is lost, and nothing in it can act on a terminal or break the line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.formats.record_json import json_line, read_back

NAMES = Names(
    {
        NameKind.USER: {"u-1": Named("Ana Ortiz")},
        NameKind.API_KEY: {"k-1": Named("ci-deploy")},
        NameKind.WORKSPACE: {"w-1": Named("Payments")},
    }
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.builds(
    lambda known, more: AuditRecord.model_validate(more | known),
    st.dictionaries(st.sampled_from(list(AuditRecord.model_fields)), st.text()),
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), JSON, max_size=3),
)


def told(record: AuditRecord, **more: Any) -> Any:
    return json.loads(json_line(record, NAMES, **more))


@given(RECORDS)
def test_it_reads_back_as_the_record(record: AuditRecord):
    line = json_line(record, Names())
    assert line.isascii()
    assert line.isprintable()
    sent, names = read_back(json.loads(line))
    assert AuditRecord.model_validate(sent) == record
    assert names == {}


def test_the_apis_own_names_stand_at_the_top_in_its_order():
    record = AuditRecord.model_validate({"timestamp": "t", "response_status_code": 200, "shard": [7]})
    line = told(record)
    assert list(line) == [*AuditRecord.model_fields, "shard", "_meta"]
    assert line["response_status_code"] == 200
    assert line["shard"] == [7]


def test_what_we_know_stands_under_meta():
    record = AuditRecord(user_id="k-1", workspace_id="w-1", organisation_id="o-1")
    assert told(record, late=True)["_meta"] == {
        "version": 1,
        "late": True,
        "names": {"user_id": "ci-deploy", "workspace_id": "Payments"},
    }


def test_what_isnt_known_isnt_there():
    assert told(AuditRecord(user_id="nobody"))["_meta"] == {"version": 1}


@pytest.mark.parametrize("theirs", [{"a": 1}, None, "x"])
def test_what_the_api_calls_so_is_not_lost(theirs: Any):
    assert told(AuditRecord.model_validate({"_meta": theirs}))["_meta"] == {"version": 1, "sent": theirs}


@pytest.mark.parametrize("theirs", [{"a": 1}, {"version": "1"}, None, "x"])
def test_what_was_not_written_here_is_what_was_sent(theirs: Any):
    sent = {"method": "PUT", "_meta": theirs}
    assert read_back(sent) == (sent, {})


def test_the_names_of_a_line_are_read_back_with_it():
    line = told(AuditRecord(user_id="k-1"), late=True)
    assert read_back(line) == (AuditRecord(user_id="k-1").as_api(), {"user_id": "ci-deploy"})
