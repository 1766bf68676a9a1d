"""A table that a spreadsheet opens and does nothing with but show it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.attacks import PAYLOADS
from tui.domain.clean import has_unsafe
from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.formats.csv_table import csv_header, csv_row

HEADER = [
    *("timestamp", "method", "response_status_code", "user_id", "user_type", "workspace_id", "resource_type", "action"),
    *("uri", "request_id", "client_ip", "country", "organisation_id", "request_body", "query_params"),
    *("request_headers", "op", "target", "user_id_name", "workspace_id_name", "more"),
]
NAMES = Names(
    {NameKind.USER: {"u-1": Named("Ana Ortiz")}, NameKind.WORKSPACE: {"w-1": Named("=Payments")}},
)
SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text() | st.text(st.sampled_from(f"{SIGNS};,\"'|! \t\r\n\x00\xa0\u3000\u200b1A")) | st.sampled_from(PAYLOADS)


def cells(record: AuditRecord, *, delimiter: str = ",") -> list[str]:
    """The cells of a record's row as a program reads them."""
    [row] = csv.reader(io.StringIO(csv_row(record, NAMES), newline=""), delimiter=delimiter)
    return row


def cell(column: str, record: AuditRecord) -> str:
    return cells(record)[HEADER.index(column)]


def test_the_first_row_names_the_columns():
    [row] = csv.reader(io.StringIO(csv_header(), newline=""))
    assert row == HEADER
    assert set(AuditRecord.model_fields) < set(HEADER)


def test_a_row_has_what_was_sent_and_what_is_known():
    record = AuditRecord.model_validate(
        {
            "method": "PUT",
            "uri": "/v2/prompts/3af846b9-1111-2222-3333-444455556666/makeDefault",
            "user_id": "u-1",
            "client_ip": "::ffff:203.0.113.9",
            "response_status_code": 200,
            "request_body": '{"name":"a, \\"b\\""}',
            "shard": [7],
        }
    )
    row = dict(zip(HEADER, cells(record), strict=True))
    assert row["client_ip"] == "::ffff:203.0.113.9"
    assert row["response_status_code"] == "200"
    assert row["request_body"] == '{"name":"a, \\"b\\""}'
    assert (row["op"], row["target"]) == ("publish", "3af846b9-1111-2222-3333-444455556666")
    assert row["user_id_name"] == "Ana Ortiz"
    assert json.loads(row["more"]) == {"shard": [7]}
    assert (row["action"], row["workspace_id_name"]) == ("", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ('"=1+1"', '\'"=1+1"'),
        ("\uff1dcmd", "'\uff1dcmd"),
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
        ("a;=1", "a;'=1"),
        ('a; "@x"', 'a;\' "@x"'),
        ("a;b", "a;b"),
        ("1-1", "1-1"),
        ("two\nlines", "two\\nlines"),
        ("\x1b]0;x\x07", "\\u001b]0;x\\u0007"),
    ],
)
def test_no_cell_is_a_formula_or_more_than_a_line(text: str, shown: str):
    assert cell("uri", AuditRecord(uri=text)) == shown


def test_nor_is_a_name():
    assert cell("workspace_id_name", AuditRecord(workspace_id="w-1")) == "'=Payments"


@given(TEXTS, TEXTS, st.sampled_from([",", ";"]))
def test_whatever_is_in_a_record_no_spreadsheet_calculates_with_it(uri: str, body: str, delimiter: str):
    record = AuditRecord(uri=uri, request_body=body, country=uri, request_headers=body)
    for shown in cells(record, delimiter=delimiter):
        assert not shown.lstrip().lstrip('"').lstrip().startswith(tuple(SIGNS))
        assert not shown.startswith(("\t", "\r"))


@given(TEXTS, TEXTS)
def test_a_row_is_a_line_and_holds_nothing_that_a_terminal_obeys(uri: str, body: str):
    row = csv_row(AuditRecord(uri=uri, request_body=body), NAMES)
    assert row.endswith("\r\n")
    assert not has_unsafe(row.removesuffix("\r\n"))
    row.encode()
    assert len(cells(AuditRecord(uri=uri, request_body=body))) == len(HEADER)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_stays_as_it_is_but_for_the_guard(text: str):
    assert cell("uri", AuditRecord(uri=text)).replace("'", "") == text.replace("'", "")
