"""A query is a frozen value: clauses, what is sent for them, and whether a record fits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.domain.fields import BY_NAME, FIELDS, FILTERS
from tui.domain.query import AuditQuery
from tui.domain.query_text import format_query
from tui.domain.record import AuditRecord
from tui.domain.time_range import TimeRange

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)


class TestChangingAQuery:
    def test_a_clause_is_set_replaced_and_lifted(self):
        query = AuditQuery().with_("status", "403")
        assert query.with_("status", "500").value("status") == "500"
        assert query.without("status") == AuditQuery()

    def test_the_order_of_typing_does_not_matter(self):
        one = AuditQuery().with_("status", "500").with_("method", "DELETE")
        other = AuditQuery().with_("method", "DELETE").with_("status", "500")
        assert one == other

    def test_a_field_the_api_cannot_filter_by_is_refused(self):
        with pytest.raises(KeyError):
            AuditQuery().with_("target", "x")

    def test_parameters_carry_the_names_of_the_api(self):
        query = AuditQuery().with_("ip", "203.0.113.9").with_("status", "403").with_("actor", "u1")
        assert query.parameters == (("response_status_code", "403"), ("user_id", "u1"), ("client_ip", "203.0.113.9"))


class TestFreezing:
    def test_the_window_no_longer_moves(self):
        frozen = AuditQuery(TimeRange(timedelta(hours=1))).freeze(NOW)
        request = frozen.page(3, ticket=7, size=100)
        assert (request.window.start, request.window.end) == (NOW - timedelta(hours=1), NOW)
        assert (request.number, request.ticket, request.frozen_at) == (3, 7, NOW)

    def test_a_ticket_has_no_part_in_what_is_asked(self):
        frozen = AuditQuery().freeze(NOW)
        assert frozen.page(0, ticket=1, size=100) == frozen.page(0, ticket=2, size=100)


class TestCheckingRecords:
    @pytest.mark.parametrize(
        ("field", "wanted", "record"),
        [
            ("method", "delete", {"method": "DELETE"}),
            ("status", "403", {"response_status_code": "403"}),
            ("ip", "203.0.113.9", {"client_ip": "::ffff:203.0.113.9"}),
            ("ip", "2001:DB8:0::1", {"client_ip": "2001:db8::1"}),
            ("uri", "/v2/prompts", {"uri": "/v2/prompts/3b1c"}),
            ("country", "de", {"country": "DE"}),
        ],
    )
    def test_values_are_compared_as_people_mean_them(self, field: str, wanted: str, record: dict[str, object]):
        query = AuditQuery().with_(field, wanted)
        assert query.broken_clause(AuditRecord.model_validate(record)) is None

    def test_a_record_that_does_not_fit_names_the_clause(self):
        query = AuditQuery().with_("method", "DELETE").with_("country", "DE")
        broken = query.broken_clause(AuditRecord(method="DELETE", country="FR"))
        assert broken is not None
        assert broken.field == "country"


class TestTheFieldTable:
    def test_names_are_unique(self):
        assert len(BY_NAME) == len(FIELDS)

    def test_every_api_filter_stands_in_it(self):
        assert {field.parameter for field in FILTERS} == {
            "organisation_id", "method", "uri", "request_id", "user_id", "user_type", "workspace_id",
            "response_status_code", "resource_type", "action", "client_ip", "country",
        }  # fmt: skip

    def test_all_sixteen_fields_of_a_record_stand_in_it(self):
        assert {field.attribute for field in FIELDS} - {""} == set(AuditRecord.model_fields)

    @pytest.mark.parametrize("value", ["99", "600", "abc", "\uff12\uff10\uff10", "-200", "20"])
    def test_a_status_out_of_range_is_refused_with_a_reason(self, value: str):
        assert "100 to 599" in BY_NAME["status"].problem(value)

    def test_an_unknown_method_is_refused_and_an_unknown_actor_type_is_not(self):
        assert BY_NAME["method"].problem("GET")
        assert not BY_NAME["method"].problem("delete")
        assert not BY_NAME["actor-type"].problem("human")


class TestTheTextOfAQuery:
    def test_clauses_then_the_range(self):
        query = AuditQuery().with_("status", "500").with_("method", "DELETE")
        assert format_query(query) == "method:DELETE status:500 since:24h"

    def test_what_would_read_back_differently_is_quoted(self):
        query = AuditQuery().with_("uri", "/v2/prompts").with_("actor", 'a "b" \\')
        assert format_query(query) == r'actor:"a \"b\" \\" uri:"/v2/prompts" since:24h'

    def test_an_absolute_range_is_written_with_its_seconds(self):
        query = AuditQuery(TimeRange(NOW - timedelta(hours=1), NOW))
        assert format_query(query) == "since:2026-11-22T19:48:03Z until:2026-11-22T20:48:03Z"
