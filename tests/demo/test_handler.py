"""The API as its clients met it: checks in their order, then data; and every other reading of it behind a switch."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest

from tests.demo.asking import EVER, Asker, body_of, refusal_of
from tui.demo.history import History
from tui.demo.keys import ADMIN_KEY, AUDIT_ONLY_KEY, OTHER_PLAN_KEY, REVOKED_KEY, UNSCOPED_KEY, WORKSPACE_KEY

FIELDS = [
    "timestamp", "method", "uri", "request_id", "request_body", "query_params", "request_headers", "user_id",
    "user_type", "organisation_id", "workspace_id", "response_status_code", "resource_type", "action", "client_ip",
    "country",
]  # fmt: skip


class TestOrderOfChecks:
    def test_an_empty_or_banned_user_agent_is_turned_away_at_the_edge_in_html(self, ask: Asker) -> None:
        for agent in (None, "", "Python-urllib/3.11"):
            response = ask(agent=agent, key=None)
            assert response.status == 403
            assert b"error code: 1010" in response.body
            assert dict(response.headers)["Content-Type"].startswith("text/html")

    @pytest.mark.parametrize("key", [None, "", "somebody's", REVOKED_KEY])
    def test_without_a_good_key_even_unknown_paths_are_unauthorised(self, ask: Asker, key: str | None) -> None:
        assert refusal_of(ask(key=key)) == (401, "AB05")
        assert refusal_of(ask("/v1/nothing", key=key)) == (401, "AB05")

    @pytest.mark.parametrize("key", [UNSCOPED_KEY, WORKSPACE_KEY, OTHER_PLAN_KEY])
    def test_permission_is_checked_before_parameters(self, ask: Asker, key: str | None) -> None:
        assert refusal_of(ask(query={}, key=key)) == (403, "AB03")

    def test_an_organisation_id_is_refused_like_a_missing_permission(self, ask: Asker) -> None:
        assert refusal_of(ask(query={"organisation_id": "any"})) == (403, "AB03")

    def test_parameters_are_checked_before_data(self, ask: Asker) -> None:
        assert refusal_of(ask(query={})) == (400, "AB01")

    def test_an_unknown_path_under_the_prefix_is_not_found(self, ask: Asker) -> None:
        assert refusal_of(ask("/v1/audit-log")) == (404, "AB08")

    @pytest.mark.parametrize(
        ("path", "method"), [("/audit-logs", "GET"), ("/v2/audit-logs", "GET"), ("/v1/audit-logs", "POST")]
    )
    def test_what_the_api_does_not_serve_is_an_html_404(self, ask: Asker, path: str, method: str) -> None:
        response = ask(path, method=method)
        assert response.status == 404
        assert dict(response.headers)["Content-Type"].startswith("text/html")

    @pytest.mark.parametrize("prefix", ["/v1", "/v2", "/albus/v1"])
    def test_it_serves_under_its_prefix(self, ask: Asker, prefix: str) -> None:
        assert body_of(ask(f"{prefix}/audit-logs", prefix=prefix))["records"]

    def test_every_answer_tells_the_time(self, ask: Asker) -> None:
        for response in (ask(), ask(key=None), ask(agent=""), ask("/elsewhere")):
            assert dict(response.headers)["Date"] == "Fri, 20 Nov 2026 14:05:09 GMT"


class TestEnvelopesOfErrors:
    def test_the_control_plane_wraps_them_in_data(self, ask: Asker) -> None:
        assert json.loads(ask(key=None).body) == {
            "success": False,
            "data": {"message": "Unauthorised Request", "errorCode": "AB05"},
        }

    def test_the_edge_has_codes_of_its_own(self, ask: Asker) -> None:
        body = json.loads(ask(key=WORKSPACE_KEY, error_envelope="B").body)
        assert body["status"] == "failure"
        assert body["error"]["code"] == "033"
        assert body["message"].endswith("Error Code: 033")

    def test_the_documented_one(self, ask: Asker) -> None:
        error = json.loads(ask(query={}, error_envelope="C").body)["error"]
        assert set(error) == {"type", "message", "param", "code"}
        assert error["code"] == "AB01"

    def test_the_flat_one(self, ask: Asker) -> None:
        assert json.loads(ask(key=None, error_envelope="flat").body) == {
            "errorCode": "AB05",
            "message": "Unauthorised Request",
        }


class TestTheEnvelopeOfRecords:
    def test_it_holds_records_total_and_object(self, ask: Asker) -> None:
        body = body_of(ask())
        assert list(body) == ["records", "total", "object"]
        assert body["object"] == "analytics-graph"

    def test_a_record_has_all_sixteen_fields_text_but_for_the_status(self, ask: Asker) -> None:
        for record in body_of(ask())["records"]:
            assert list(record) == FIELDS
            assert isinstance(record.pop("response_status_code"), int)
            assert all(isinstance(value, str) for value in record.values())

    def test_newest_come_first(self, ask: Asker) -> None:
        times = [record["timestamp"] for record in ask.everything()]
        assert times == sorted(times, reverse=True)

    def test_the_total_counts_the_window(self, ask: Asker, history: History) -> None:
        assert body_of(ask(query={**EVER, "page_size": 1}))["total"] == len(history) == len(ask.everything())

    def test_it_may_hold_records_alone(self, ask: Asker) -> None:
        assert list(body_of(ask(envelope="records-only"))) == ["records"]

    def test_object_may_be_another_or_absent(self, ask: Asker) -> None:
        assert body_of(ask(object_value="list"))["object"] == "list"
        assert "object" not in body_of(ask(object_value="absent"))

    def test_the_total_may_count_the_page(self, ask: Asker) -> None:
        assert body_of(ask(query={**EVER, "page_size": 7}, total_meaning="page"))["total"] == 7


class TestPages:
    def test_pages_count_from_zero_and_hold_fifty(self, ask: Asker) -> None:
        body = body_of(ask(query={**EVER, "current_page": 0}))
        assert body == body_of(ask())
        assert len(body["records"]) == 50

    def test_pages_follow_each_other_without_gap_or_overlap(self, ask: Asker) -> None:
        assert ask.everything(size=100) == ask.everything(size=30)

    def test_past_the_end_there_is_nothing_and_a_total_of_zero(self, ask: Asker, history: History) -> None:
        body = body_of(ask(query={**EVER, "current_page": 9_999}))
        assert (body["records"], body["total"]) == ([], 0)
        assert body_of(ask(query={**EVER, "current_page": 9_999}, total_past_end="constant"))["total"] == len(history)

    def test_counting_from_one_is_a_switch(self, ask: Asker) -> None:
        first = body_of(ask())["records"]
        assert body_of(ask(page_base=1))["records"] == first
        assert body_of(ask(query={**EVER, "current_page": 1}, page_base=1))["records"] == first
        assert refusal_of(ask(query={**EVER, "current_page": 0}, page_base=1)) == (400, "AB01")

    @pytest.mark.parametrize("size", [20, 50, 100])
    def test_the_default_size_is_a_switch(self, ask: Asker, size: int) -> None:
        assert len(body_of(ask(default_page_size=size))["records"]) == size

    def test_more_than_a_hundred_rows_is_an_error_or_cut(self, ask: Asker) -> None:
        query = {**EVER, "page_size": 101}
        assert refusal_of(ask(query=query)) == (400, "AB01")
        assert len(body_of(ask(query=query, page_size_over="clamp"))["records"]) == 100

    def test_no_rows_at_all_is_an_empty_page_the_default_or_an_error(self, ask: Asker, history: History) -> None:
        query = {**EVER, "page_size": 0}
        assert body_of(ask(query=query))["records"] == []
        assert body_of(ask(query=query))["total"] == len(history)
        assert len(body_of(ask(query=query, page_size_zero="default"))["records"]) == 50
        assert refusal_of(ask(query=query, page_size_zero="400")) == (400, "AB01")

    def test_ties_may_come_in_another_order_each_time_but_times_stay_in_order(self, ask: Asker) -> None:
        shuffled = ask.everything(tie_order="shuffled")
        assert [record["timestamp"] for record in shuffled] == [record["timestamp"] for record in ask.everything()]


class TestParameters:
    @pytest.mark.parametrize(
        "change",
        [
            {"start_time": ""}, {"end_time": "yesterday"}, {"start_time": "2026-13-01T00:00:00Z"},
            {"start_time": "2026-11-20 10:00:00"}, {"start_time": "1763647509"}, {"end_time": "2026-07-01T00:00:00Z"},
            {"start_time": "0001-01-01T00:00:00+14:00"}, {"current_page": "-1"}, {"current_page": "1.0"},
            {"current_page": ""}, {"current_page": "٣"}, {"page_size": "-1"}, {"page_size": "ten"}, {"method": "GET"},
            {"method": "post"}, {"user_type": "human"}, {"response_status_code": "4xx"},
            {"response_status_code": "400,403"},
        ],
    )  # fmt: skip
    def test_each_of_these_is_an_invalid_request(self, ask: Asker, change: dict[str, str]) -> None:
        assert refusal_of(ask(query={**EVER, **change})) == (400, "AB01")

    @pytest.mark.parametrize("missing", ["start_time", "end_time"])
    def test_both_times_are_required(self, ask: Asker, missing: str) -> None:
        assert refusal_of(ask(query={name: value for name, value in EVER.items() if name != missing})) == (400, "AB01")

    def test_unknown_parameters_and_empty_filters_are_ignored(self, ask: Asker) -> None:
        assert body_of(ask(query={**EVER, "sort": "asc", "uri": "", "method": ""})) == body_of(ask())

    @pytest.mark.parametrize(
        "start",
        ["2026-11-20T09:30:00.000000Z", "2026-11-20T09:30:00.000Z", "2026-11-20T09:30Z", "2026-11-20T15:00:00+05:30"],
    )
    def test_times_are_read_in_each_usual_form(self, ask: Asker, start: str) -> None:
        records = body_of(ask(query={**EVER, "start_time": start, "page_size": 100}))["records"]
        assert records == [r for r in ask.everything() if r["timestamp"] >= "2026-11-20T09:30:00"][:100]

    def test_offsets_may_be_refused(self, ask: Asker) -> None:
        query = {**EVER, "start_time": "2026-08-01T00:00:00+05:30"}
        assert body_of(ask(query=query))
        assert refusal_of(ask(query=query, accept_offset_input="false")) == (400, "AB01")
        assert body_of(ask(accept_offset_input="false"))

    def test_a_raw_plus_is_a_blank_and_so_an_error_unless_it_is_forgiven(self, ask: Asker) -> None:
        query = "start_time=2026-08-01T00:00:00+05:30&end_time=2026-11-20T14:05:09Z"
        assert refusal_of(ask(query=query)) == (400, "AB01")
        assert body_of(ask(query=query, raw_plus="lenient"))["records"]


class TestTheWindow:
    @pytest.fixture
    def edges(self, ask: Asker) -> tuple[str, str]:
        """A window that begins and ends exactly at a record."""
        records = ask.everything()
        return records[200]["timestamp"], records[20]["timestamp"]

    @pytest.mark.parametrize("start_inclusive", [True, False])
    @pytest.mark.parametrize("end_inclusive", [True, False])
    def test_both_ends_belong_to_it_unless_switched_off(
        self, ask: Asker, edges: tuple[str, str], start_inclusive: bool, end_inclusive: bool
    ) -> None:
        start, end = edges
        query = {"start_time": start, "end_time": end, "page_size": 100}
        body = body_of(ask(query=query, start_inclusive=start_inclusive, end_inclusive=end_inclusive))
        expected = [
            record
            for record in ask.everything()
            if start <= record["timestamp"] <= end
            and (start_inclusive or record["timestamp"] != start)
            and (end_inclusive or record["timestamp"] != end)
        ]
        assert body["total"] == len(expected)
        assert body["records"] == expected[:100]


class TestTheOrganisationParameter:
    @pytest.fixture
    def own(self, history: History) -> dict[str, Any]:
        return {**EVER, "organisation_id": history.api_keys[0]["organisation_id"]}

    def test_any_id_is_refused_as_was_seen(self, ask: Asker, own: dict[str, Any]) -> None:
        assert refusal_of(ask(query=own)) == (403, "AB03")

    def test_it_may_be_ignored(self, ask: Asker) -> None:
        assert body_of(ask(query={**EVER, "organisation_id": "another"}, org_param="ignore"))["records"]

    def test_it_may_have_to_match(self, ask: Asker, own: dict[str, Any]) -> None:
        assert body_of(ask(query=own, org_param="must-match"))["records"]
        assert body_of(ask(org_param="must-match"))["records"]
        assert refusal_of(ask(query={**EVER, "organisation_id": "another"}, org_param="must-match")) == (403, "AB03")

    def test_it_may_be_required(self, ask: Asker, own: dict[str, Any]) -> None:
        assert body_of(ask(query=own, org_param="required"))["records"]
        assert refusal_of(ask(org_param="required")) == (400, "AB01")
        assert refusal_of(ask(query={**EVER, "organisation_id": "another"}, org_param="required")) == (403, "AB03")


class TestFilters:
    @pytest.mark.parametrize(
        "name",
        ["method", "uri", "request_id", "user_id", "user_type", "workspace_id", "response_status_code", "resource_type",
         "action", "client_ip", "country"],
    )  # fmt: skip
    def test_each_compares_with_the_whole_value(self, ask: Asker, name: str) -> None:
        everything = ask.everything()
        value = next(str(record[name]) for record in everything if record[name])
        body = body_of(ask(query={**EVER, name: value, "page_size": 100}))
        expected = [record for record in everything if str(record[name]) == value]
        assert body["total"] == len(expected)
        assert body["records"] == expected[:100]

    def test_together_they_narrow(self, ask: Asker) -> None:
        records = body_of(ask(query={**EVER, "method": "PUT", "resource_type": "prompts"}))["records"]
        assert {(record["method"], record["resource_type"]) for record in records} == {("PUT", "prompts")}

    def test_a_part_of_a_text_is_found_only_where_that_is_switched_on(self, ask: Asker) -> None:
        query = {**EVER, "uri": "/makeDefault"}
        assert body_of(ask(query=query))["total"] == 0
        records = body_of(ask(query=query, string_filter="contains"))["records"]
        assert records
        assert all("/makeDefault" in record["uri"] for record in records)

    def test_lists_are_values_with_commas_unless_switched_on(self, ask: Asker) -> None:
        query = {**EVER, "response_status_code": "400,403", "method": "PUT,POST"}
        assert refusal_of(ask(query=query)) == (400, "AB01")
        records = body_of(ask(query=query, csv_filters="on"))["records"]
        assert {record["response_status_code"] for record in records} <= {400, 403}
        assert records

    def test_they_may_be_ignored_altogether(self, ask: Asker) -> None:
        assert body_of(ask(query={**EVER, "method": "DELETE", "request_id": "x"}, filters="ignored")) == body_of(ask())

    def test_a_workspace_in_the_wrong_form_matches_nothing_or_all(self, ask: Asker, history: History) -> None:
        query = {**EVER, "workspace_id": history.workspaces[0]["slug"]}
        assert body_of(ask(query=query))["records"] == []
        assert body_of(ask(query=query, workspace_filter_mismatch="silent-all")) == body_of(ask())
        assert body_of(ask(query=query, workspace_form="slug"))["records"]


class TestForms:
    @pytest.mark.parametrize(
        ("style", "pattern"),
        [
            ("ms-z", r"2026-11-20T\d\d:\d\d:\d\d\.000Z"),
            ("ms-z-real", r"2026-11-20T\d\d:\d\d:\d\d\.\d\d\dZ"),
            ("blank", r"2026-11-20 \d\d:\d\d:\d\d"),
            ("js-date", r"Fri Nov 20 2026 \d\d:\d\d:\d\d GMT\+0000 \(Coordinated Universal Time\)"),
            ("offset", r"2026-11-20T\d\d:\d\d:\d\d\.000\+05:30"),
        ],
    )
    def test_timestamps_come_in_the_style_asked_for(self, ask: Asker, style: str, pattern: str) -> None:
        assert re.fullmatch(pattern, body_of(ask(timestamp_style=style))["records"][0]["timestamp"])

    def test_an_offset_tells_the_same_instant(self, ask: Asker) -> None:
        times = [
            [datetime.fromisoformat(record["timestamp"]) for record in body_of(ask(timestamp_style=style))["records"]]
            for style in ("ms-z", "offset")
        ]
        assert times[0] == times[1]

    def test_workspaces_are_ids_slugs_or_a_mixture(self, ask: Asker, history: History) -> None:
        ids = {workspace["id"] for workspace in history.workspaces} | {""}
        slugs = {workspace["slug"] for workspace in history.workspaces} | {""}
        assert {record["workspace_id"] for record in ask.everything()} <= ids
        assert {record["workspace_id"] for record in ask.everything(workspace_form="slug")} <= slugs
        mixed = {record["workspace_id"] for record in ask.everything(workspace_form="mixed")} - {""}
        assert mixed & ids
        assert mixed & slugs

    def test_countries_are_codes_names_or_nothing(self, ask: Asker) -> None:
        codes = [record["country"] for record in ask.everything()]
        names = [record["country"] for record in ask.everything(country="name")]
        assert {len(text) for text in codes} <= {0, 2}
        assert "Germany" in names
        assert not any(record["country"] for record in ask.everything(country="empty"))

    def test_filters_compare_with_the_form_that_is_shown(self, ask: Asker) -> None:
        assert (
            body_of(ask(query={**EVER, "country": "Germany"}, country="name"))["total"]
            == (body_of(ask(query={**EVER, "country": "DE"}))["total"])
        )


def test_a_key_that_may_only_list_audit_logs_reads_them(ask: Asker) -> None:
    assert body_of(ask(key=AUDIT_ONLY_KEY)) == body_of(ask(key=ADMIN_KEY))
