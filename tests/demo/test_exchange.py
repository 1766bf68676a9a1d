"""Requests and responses as text."""

from __future__ import annotations

import email.utils
from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tui.demo.exchange import MalformedRequest, Response, body_length, http_date, parse_head

NOW = datetime(2026, 11, 20, 14, 5, 9, tzinfo=UTC)


class TestRequests:
    def test_header_names_are_read_in_any_case(self) -> None:
        request = parse_head(b"GET /a HTTP/1.1\r\nUser-AGENT:  me \r\nHost: x", NOW)
        assert request.headers == {"user-agent": "me", "host": "x"}

    def test_path_and_query_are_decoded_the_way_forms_are(self) -> None:
        request = parse_head(b"GET /a%20b?x=1%2B1&y=a+b&x=2&=&z HTTP/1.1", NOW)
        assert request.path == "/a b"
        assert request.query == {"x": "2", "y": "a b", "": "", "z": ""}

    @given(st.binary())
    def test_no_bytes_raise_anything_else(self, head: bytes) -> None:
        with suppress(MalformedRequest):
            request = parse_head(head, NOW)
            body_length(request, 100)
            assert request.target.startswith("/")

    @given(st.text(st.characters(min_codepoint=33, max_codepoint=255)))
    def test_no_target_breaks_path_or_query(self, target: str) -> None:
        with suppress(MalformedRequest):
            request = parse_head(f"GET /{target} HTTP/1.1".encode("latin-1"), NOW)
            assert isinstance(request.path, str)
            assert isinstance(request.query, dict)


class TestResponses:
    def test_are_written_with_their_length(self) -> None:
        whole = Response(200, b"{}").with_headers(("Date", "now")).whole()
        assert whole == (
            b"HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json; charset=utf-8\r\n"
            b"Content-Length: 2\r\n\r\n{}"
        )

    @given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants its bounds naive
    def test_dates_are_those_of_the_standard(self, moment: datetime) -> None:
        assert email.utils.parsedate_to_datetime(http_date(moment)) == moment.replace(microsecond=0)
