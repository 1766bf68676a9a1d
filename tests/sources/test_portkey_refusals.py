"""What a refusal means to the reader: one cause, one cure, whatever envelope it comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sources.hostile import DATE, http
from tests.sources.scene import FIRST_PAGE, KEY, NOW, source_at
from tui.domain.clean import has_unsafe
from tui.domain.errors import (
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    Rejected,
    SourceError,
    Unauthorized,
    Unavailable,
)
from tui.sources.answers import Answer, parse_http_date, read_complaint, refusal, retry_after

pytestmark = pytest.mark.proof("T4")

ENVELOPES = {
    "A, of the control plane": {"success": False, "data": {"message": "Not allowed", "errorCode": "AB03"}},
    "C, of the documentation": {"error": {"type": "x", "message": "Not allowed", "param": None, "code": "AB03"}},
    "flat": {"errorCode": "AB03", "message": "Not allowed"},
    "of the admin tools": {"status_code": 403, "error": {"message": "Not allowed", "code": "AB03"}, "success": False},
    "B, of the edge": {
        "status": "failure",
        "message": "Not allowed",
        "error": {"message": "Not allowed", "code": "AB03"},
    },
}


def refused(status: int, body: bytes = b"", **headers: str) -> SourceError:
    told = Answer("https://api.portkey.ai/v1/audit-logs", status, headers, body, NOW)
    return refusal(told, scope="audit_logs.list")


def envelope(code: str, message: str) -> bytes:
    return json.dumps({"success": False, "data": {"message": message, "errorCode": code}}).encode()


class TestEachRefusal:
    @pytest.mark.parametrize(
        ("status", "kind", "transient"),
        [(301, Rejected, False), (400, Rejected, False), (401, Unauthorized, False), (402, Rejected, False),
         (403, Forbidden, False), (404, NotFound, False), (405, Rejected, False), (408, Unavailable, True),
         (409, Rejected, False), (412, Rejected, False), (425, Unavailable, True), (429, RateLimited, True),
         (500, Unavailable, True), (502, Unavailable, True), (503, Unavailable, True), (504, Unavailable, True),
         (522, Unavailable, True), (204, Garbled, True), (206, Garbled, True)],
    )  # fmt: skip
    async def test_a_status_has_its_error(self, status: int, kind: type[SourceError], transient: bool) -> None:
        async with source_at(http(b"", status)) as (source, server):
            with pytest.raises(SourceError) as caught:
                await source.fetch(FIRST_PAGE)
        assert type(caught.value) is kind
        assert caught.value.transient is transient
        assert str(status) in caught.value.cause
        assert len(server.requests) == 1

    def test_401_speaks_of_the_key(self) -> None:
        error = refused(401, envelope("AB05", "Unauthorised Request"))
        assert error.cause == "api.portkey.ai does not accept the API key (401 AB05: “Unauthorised Request”)."
        assert "revoked" in error.cure

    def test_ab03_names_every_cause_since_the_api_does_not_say_which(self) -> None:
        error = refused(403, envelope("AB03", "You do not have enough permissions to execute this request"))
        assert "403 AB03: “You do not have enough permissions" in error.cause
        for cause in ("Admin key", "workspace key", "audit_logs.list", "Enterprise plan", "organisation id"):
            assert cause in error.cure

    @pytest.mark.parametrize("body", [b"error code: 1010", b"<html><h1>Denied</h1><p>error code: 1010</p></html>"])
    def test_403_from_in_front_of_the_api_is_told_from_one_of_the_api(self, body: bytes) -> None:
        error = refused(403, body)
        assert "in front of api.portkey.ai" in error.cause
        assert "error code: 1010" in error.cause
        assert "<" not in error.cause
        assert "firewall" in error.cure

    def test_404_names_the_address_and_how_base_urls_look(self) -> None:
        error = refused(404, b"<html><title>404</title>")
        assert "nothing at https://api.portkey.ai/v1/audit-logs (404" in error.cause
        assert "https://api.portkey.ai/v1" in error.cure

    def test_what_was_asked_for_stays_out_of_it(self) -> None:
        error = refused(404, envelope("AB08", "Not found"))
        assert "start_time" not in error.cause + error.cure

    def test_5xx_is_not_the_reader_s_fault(self) -> None:
        error = refused(502, b"<html>\n<head><title>502 Bad Gateway</title></head> <body>nginx</body></html>")
        assert error.cause == "api.portkey.ai can't answer now (502: “502 Bad Gateway nginx”)."
        assert isinstance(error, Unavailable)
        assert error.status == 502


class TestEnvelopes:
    @pytest.mark.parametrize("value", ENVELOPES.values(), ids=ENVELOPES)
    def test_code_and_words_are_found_in_every_known_one(self, value: dict[str, Any]) -> None:
        assert read_complaint(json.dumps(value).encode()) == ("AB03", "Not allowed", True)

    @pytest.mark.parametrize(
        ("value", "words"),
        [({"error_message": "x"}, "x"), ({"error": "x"}, "x"), ({"data": None, "message": "x"}, "x"),
         ({"message": 5}, "5"), ({"message": {"en": "x"}}, ""), ({}, ""), ([], ""), ("x", ""), (None, ""),
         ({"data": {"message": ""}}, "")],
    )  # fmt: skip
    def test_and_in_what_only_resembles_one(self, value: Any, words: str) -> None:
        assert read_complaint(json.dumps(value).encode()).words == words

    @given(body=st.binary() | st.text().map(lambda text: json.dumps({"message": text, "errorCode": text}).encode()))
    def test_whatever_comes_is_short_and_harmless(self, body: bytes) -> None:
        error = refused(403, body)
        assert not has_unsafe(error.cause + error.cure)
        assert len(error.cause) < 400

    def test_nested_beyond_reading_is_only_a_status(self) -> None:
        assert "403" in refused(403, b"[" * 100_000).cause

    def test_angle_brackets_without_end_are_read_in_no_time(self) -> None:
        assert "403" in refused(403, b"<" * 65536).cause


class TestHowLongToWait:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [("7", 7.0), (" 7 ", 7.0), ("0", 0.0), ("301", 300.0), ("9" * 400, 300.0), ("007", 7.0),
         ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0), ("Fri, 20 Nov 2026 11:59:00 GMT", 0.0),
         ("Sat, 20 Nov 2027 12:00:00 GMT", 300.0), ("Friday, 20-Nov-26 12:00:30 GMT", 30.0),
         ("", None), ("-5", None), ("1e9", None), ("12.5", None), ("abc", None), ("٣", None), ("7 seconds", None)],
    )  # fmt: skip
    def test_seconds_or_a_date_by_the_server_s_own_clock(self, header: str, seconds: float | None) -> None:
        assert retry_after(header, parse_http_date(DATE)) == seconds

    def test_a_date_means_nothing_without_the_server_s_clock(self) -> None:
        assert retry_after("Fri, 20 Nov 2026 12:00:30 GMT", None) is None

    @given(header=st.text())
    def test_junk_is_never_more_than_ignored(self, header: str) -> None:
        wait = retry_after(header, NOW)
        assert wait is None or 0 <= wait <= 300

    @pytest.mark.parametrize("status", [429, 503])
    def test_it_comes_with_the_error(self, status: int) -> None:
        error = refused(status, b"", **{"retry-after": "7"})
        assert isinstance(error, RateLimited | Unavailable)
        assert error.retry_after == 7.0


class TestSecrecy:
    @pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 429, 500])
    async def test_no_error_holds_the_key_even_where_the_server_says_it(self, status: int) -> None:
        async with source_at(http(b"oops: " + KEY.reveal().encode(), status)) as (source, _):
            with pytest.raises(SourceError) as caught:
                await source.fetch(FIRST_PAGE)
        error = caught.value
        assert KEY.reveal() not in f"{error!r} {error.cause} {error.cure}"
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None
