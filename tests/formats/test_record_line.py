"""A record in the parts of a line: each tells what it has to, and none can act on a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.clean import has_unsafe
from tui.domain.names import Named, NameKind, Names
from tui.domain.record import AuditRecord
from tui.formats.record_line import Part, RecordLine, Tone, record_line

NAMES = Names({NameKind.USER: {"u-1": Named("Ana Ortiz")}, NameKind.API_KEY: {"k-1": Named("ci-deploy")}})
TARGET = "0d40bc2f-94a1-4f7e-9d55-2f1f6f0ce1aa"


def line(**fields: Any) -> RecordLine:
    usual = {
        "timestamp": "2026-11-22T20:47:59.250Z", "method": "PUT", "uri": f"/v2/prompts/{TARGET}/makeDefault",
        "user_id": "u-1", "user_type": "user", "response_status_code": 200, "action": "update",
    }  # fmt: skip
    return record_line(AuditRecord.model_validate(usual | fields), NAMES)


def test_when_how_it_ended_what_was_done_by_whom_to_what():
    assert line() == (
        Part("2026-11-22 20:47:59Z"), Part("200"), Part("update"), Part("Ana Ortiz"), Part(TARGET),
    )  # fmt: skip


def test_times_are_in_utc_and_what_is_none_stays_what_it_is():
    assert line(timestamp="2026-11-22T21:47:59+01:00").time == Part("2026-11-22 20:47:59Z")
    assert line(timestamp="yesterday").time == Part("yesterday", Tone.WARN)


@pytest.mark.parametrize(
    ("status", "told"),
    [(403, Part("403 ✗", Tone.BAD)), ("500", Part("500 ✗", Tone.BAD)), ("teapot", Part("teapot"))],
)
def test_a_failure_has_a_sign(status: int | str, told: Part):
    assert line(response_status_code=status).status == told


def test_the_sign_may_be_another():
    assert record_line(AuditRecord(response_status_code=404), Names(), failed="x").status.text == "404 x"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"action": "delete"}, Part("delete", Tone.WARN)),
        ({"action": ""}, Part("publish", Tone.MUTED)),
        ({"action": "", "method": "", "uri": ""}, Part("-", Tone.MUTED)),
    ],
)
def test_operations(fields: dict[str, str], told: Part):
    assert line(**fields).operation == told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"user_id": "k-1", "user_type": "api_key"}, "[ci-deploy]"),
        ({"user_id": "k-1", "user_type": ""}, "[ci-deploy]"),
        ({"user_id": TARGET}, TARGET),
        ({"user_id": TARGET, "user_type": "api_key"}, f"[{TARGET}]"),
        ({"user_id": ""}, "-"),
    ],
)
def test_an_actor_has_a_name_or_the_whole_id_that_queries_find(fields: dict[str, str], told: str):
    assert line(**fields).actor.text == told


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("/v1/api-keys/workspace/service?dry=1", "/v1/api-keys/workspace/service"),
        (f"/{'a' * 60}/configs", f"…{'a' * 31}/configs"),
        ("", "-"),
    ],
)
def test_without_a_target_the_end_of_the_uri_tells_what_it_was(uri: str, told: str):
    assert line(uri=uri).target.text == told


@given(st.dictionaries(st.sampled_from(list(AuditRecord.model_fields)), st.text()))
def test_whatever_is_in_it_no_part_is_empty_or_can_act(fields: dict[str, str]):
    for part in line(**fields):
        assert part.text
        assert not has_unsafe(part.text)
