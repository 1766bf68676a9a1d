"""What a record makes of what the API sends: no field, however odd, costs a row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tui.domain.record import AuditRecord
from tui.domain.timestamps import parse_timestamp

PROMPT = "3b1c9c9e-1f2a-4f0e-9a51-0a2b3c4d5e6f"
VERSION = "600be074-7a51-4f0e-9a51-0a2b3c4d5e6f"


def record(**fields: Any) -> AuditRecord:
    return AuditRecord.model_validate(fields)


class TestFields:
    @pytest.mark.parametrize("name", AuditRecord.model_fields)
    def test_absent_null_and_empty_are_alike(self, name: str) -> None:
        assert (
            getattr(record(), name)
            == getattr(record(**{name: None}), name)
            == getattr(record(**{name: ""}), name)
            == ""
        )

    @pytest.mark.parametrize(
        ("sent", "text"),
        [
            (17, "17"),
            (1.5, "1.5"),
            (True, "true"),
            ({"a": "ü"}, '{"a":"ü"}'),
            ([1, None], "[1,null]"),
            ("a\x00b", "a\x00b"),
        ],
    )
    def test_what_should_be_text_becomes_the_text_it_has_in_json(self, sent: Any, text: str) -> None:
        assert record(request_body=sent).request_body == text

    @pytest.mark.parametrize("body", ["", "{}", '{"a": 1}', '"{\\"a\\": 1}"', "not json", "{"])
    def test_a_body_stays_the_text_it_is(self, body: str) -> None:
        assert record(request_body=body).request_body == body

    def test_unknown_fields_survive_in_their_place_after_the_known_ones(self) -> None:
        sent = record(brand_new=[1], uri="/x").as_api()
        assert list(sent)[-1] == "brand_new"
        assert (sent["uri"], sent["brand_new"]) == ("/x", [1])

    def test_known_fields_come_in_the_order_of_the_documentation(self) -> None:
        assert list(record(country="DE", timestamp="x").as_api()) == list(AuditRecord.model_fields)

    def test_a_record_is_never_changed(self) -> None:
        with pytest.raises(ValidationError):
            record(uri="/a").uri = "/b"


class TestStatus:
    @pytest.mark.parametrize("sent", [403, "403", " 403 ", 403.0])
    def test_a_number_in_any_dress_is_a_number(self, sent: Any) -> None:
        got = record(response_status_code=sent)
        assert got.status == 403
        assert got.failed

    @pytest.mark.parametrize(
        "sent", ["", None, "ok", -1, 1000, 99999999999999999999, 1e300, 1.5, True, "٤٠٣", [403], {"code": 403}, "2000"]
    )
    def test_anything_else_is_kept_and_is_no_status(self, sent: Any) -> None:
        got = record(response_status_code=sent)
        assert got.status is None
        assert not got.failed

    def test_success_has_not_failed(self) -> None:
        assert not record(response_status_code=204).failed


class TestTimes:
    @pytest.mark.parametrize(
        "text",
        ["2026-07-25T11:14:18.000Z", "2026-07-25T11:14:18Z", "2026-07-25T11:14:18.000000Z", "2026-07-25 11:14:18",
         "2026-07-25T11:14:18", "2026-07-25T11:14:18.000000000Z", "2026-07-25T16:44:18+05:30", "1784978058000",
         "Sat Jul 25 2026 11:14:18 GMT+0000 (Coordinated Universal Time)", "Sat Jul 25 2026 13:14:18 GMT+0200 (CEST)",
         "2026-07-25T11:14:18+00:00", "1784978058", " 2026-07-25T11:14:18Z ", "2026-07-25T11:14:18,0Z"],
    )  # fmt: skip
    def test_every_form_that_was_seen_is_the_same_instant(self, text: str) -> None:
        assert record(timestamp=text).time == datetime(2026, 7, 25, 11, 14, 18, tzinfo=UTC)

    def test_fractions_beyond_microseconds_are_dropped(self) -> None:
        moment = parse_timestamp("2026-07-25T11:14:18.123456789Z")
        assert moment is not None
        assert moment.microsecond == 123456

    def test_a_number_is_unix_time_as_well(self) -> None:
        assert record(timestamp=1784978058).time == datetime(2026, 7, 25, 11, 14, 18, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text",
        ["", "now", "2026-13-01T00:00:00Z", "2026-07-25T25:00:00Z", "99999999999999999999", "0001-01-01T00:00:00+14:00",
         "Sat Foo 25 2026 11:14:18 GMT+0000", "\N{ARABIC-INDIC DIGIT TWO}" * 10],
    )  # fmt: skip
    def test_what_cannot_be_read_stays_as_text(self, text: str) -> None:
        got = record(timestamp=text)
        assert (got.time, got.timestamp) == (None, text)

    @given(text=st.text() | st.from_regex(r"[0-9T:.Z+ -]{0,30}", fullmatch=True))
    def test_no_text_is_too_odd(self, text: str) -> None:
        moment = parse_timestamp(text)
        assert moment is None or moment.tzinfo is UTC


class TestOperation:
    @pytest.mark.parametrize(("action", "name"), [("create", "create"), (" Publish ", "publish"), ("MANAGE", "manage")])
    def test_the_action_is_the_operation(self, action: str, name: str) -> None:
        assert record(action=action, method="PUT").operation == (name, False)

    @pytest.mark.parametrize(
        ("method", "uri", "name"),
        [("POST", "/v2/prompts", "create"), ("PUT", "/v2/prompts/x", "update"), ("DELETE", "/v2/prompts/x", "delete"),
         ("put", "/v2/prompts/x/makeDefault", "publish"), ("POST", "/v2/api-keys/x/rotate/", "rotate"),
         ("POST", "/v2/virtual-keys/x/duplicate?a=/start", "duplicate"), ("", "", ""),
         ("POST", "/v1/logs/exports/x/cancel", "cancel"), ("BREW", "/coffee", "")],
    )  # fmt: skip
    def test_where_it_is_blank_method_and_path_say_what_it_was(self, method: str, uri: str, name: str) -> None:
        assert record(action=" ", method=method, uri=uri).operation == (name, True)


class TestTarget:
    @pytest.mark.parametrize(
        ("uri", "target"),
        [("/v2/prompts", ""), (f"/v2/prompts/{PROMPT}", PROMPT), (f"/v2/prompts/{PROMPT}/makeDefault", PROMPT),
         (f"/v2/prompts/{PROMPT}/versions/{VERSION}", VERSION), ("/v2/configs/pc-router-0a1b2c", "pc-router-0a1b2c"),
         (f"/v2/prompts?id={PROMPT}", ""), ("", ""), (f"/v2/prompts/{PROMPT.upper()}/", PROMPT.upper())],
    )  # fmt: skip
    def test_it_is_the_last_id_or_slug_of_the_path(self, uri: str, target: str) -> None:
        assert record(uri=uri).target == target


class TestAddress:
    @pytest.mark.parametrize(
        ("sent", "shown"),
        [("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), (" 203.0.113.9 ", "203.0.113.9"),
         ("2401:4900:1F00:0:0:0:0:1", "2401:4900:1f00::1"), ("1.2.3.4, 5.6.7.8", "1.2.3.4, 5.6.7.8"), ("", "")],
    )  # fmt: skip
    def test_one_address_has_one_spelling(self, sent: str, shown: str) -> None:
        assert record(client_ip=sent).address == shown


class TestIdentity:
    FIELDS = ("timestamp", "request_id", "method", "uri", "user_id", "response_status_code")

    @pytest.mark.parametrize("name", FIELDS)
    def test_each_of_six_fields_tells_records_apart(self, name: str) -> None:
        same = dict.fromkeys(self.FIELDS, "200")
        assert record(**same).identity != record(**{**same, name: "404"}).identity

    def test_no_other_field_does(self) -> None:
        assert record(request_id="r", country="DE").identity == record(request_id="r", country="FR").identity


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


class TestAnything:
    @given(fields=st.dictionaries(st.sampled_from([*AuditRecord.model_fields]) | st.text(), JSON_VALUES))
    def test_every_json_object_is_a_record_and_reads_back_as_itself(self, fields: dict[str, Any]) -> None:
        got = AuditRecord.model_validate(fields)
        assert AuditRecord.model_validate(got.as_api()) == got
        assert set(fields) <= set(got.as_api())
        assert got.operation.name == got.operation.name.strip()
        assert isinstance(got.target + got.address, str)
