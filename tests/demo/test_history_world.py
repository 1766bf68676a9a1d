"""The organisation in the history: rhythm, proportions, oddities, and nothing that could be real."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any

from tui.demo.history import History

NOW = datetime(2026, 11, 20, 14, 5, 9, tzinfo=UTC)
FICTIONAL = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.0.0.0/8", "2001:db8::/32")))

Record = dict[str, Any]


@cache
def history() -> History:
    return History(records=20_000, days=30, now=NOW)


@cache
def records() -> tuple[Record, ...]:
    """Newest first."""
    return tuple(history().select(NOW - timedelta(days=31), NOW).page(0, len(history())))


def share(matching: int) -> float:
    return matching / len(records())


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


class TestRhythm:
    def test_weekends_are_quieter(self) -> None:
        days = Counter(datetime.fromisoformat(record["timestamp"]).weekday() for record in records())
        assert max(days[5], days[6]) < min(days[day] for day in range(5)) / 2

    def test_office_hours_are_busier_than_nights(self) -> None:
        hours = Counter(record["timestamp"][11:13] for record in records())
        assert hours["09"] > 3 * hours["23"]

    def test_prompts_are_changed_and_published_within_seconds_by_the_same_person(self) -> None:
        prompts = [record for record in records() if record["method"] == "PUT" and "/prompts/" in record["uri"]]
        assert 0.5 < share(len(prompts)) < 0.7
        pairs = sum(
            publish["uri"] == update["uri"] + "/makeDefault"
            and publish["user_id"] == update["user_id"]
            and datetime.fromisoformat(publish["timestamp"]) - datetime.fromisoformat(update["timestamp"])
            <= timedelta(seconds=10)
            for publish, update in zip(records(), records()[1:], strict=False)
        )
        assert share(2 * pairs) > 0.45

    def test_keys_call_v1_in_bursts_within_a_second(self) -> None:
        bursts = Counter(
            (record["user_id"], record["timestamp"])
            for record in records()
            if record["user_type"] == "api_key" and record["uri"].startswith("/v1/")
        )
        assert bursts.most_common(1)[0][1] >= 5


class TestOddities:
    def test_actions_are_blank_now_and_then(self) -> None:
        assert 0.05 < share(sum(record["action"] == "" for record in records())) < 0.1

    def test_calls_of_the_organisation_name_no_workspace(self) -> None:
        organisational = [record for record in records() if record["uri"].startswith("/v1/admin")]
        assert organisational
        assert {record["workspace_id"] for record in organisational} == {""}

    def test_the_documented_failures_occur(self) -> None:
        statuses = {record["response_status_code"] for record in records()}
        assert statuses >= {200, 204, 400, 401, 402, 403, 404, 409, 412, 429, 500}
        assert 0.02 < share(sum(record["response_status_code"] >= 400 for record in records())) < 0.1

    def test_bodies_are_mostly_json_and_sometimes_empty_absent_broken_or_very_long(self) -> None:
        bodies = [record["request_body"] for record in records()]
        assert "" in bodies
        assert "{}" in bodies
        assert any(body and not is_json(body) for body in bodies)
        assert max(map(len, bodies)) > 50_000
        assert share(sum(map(is_json, bodies))) > 0.9

    def test_countries_and_addresses_come_in_every_form(self) -> None:
        assert {"", "XX", "T1"} <= {record["country"] for record in records()}
        addresses = {record["client_ip"] for record in records()}
        assert any(address.startswith("::ffff:") for address in addresses)
        assert any(address.startswith("2001:db8:") for address in addresses)
        assert "" in addresses

    def test_the_system_writes_of_rotations_thresholds_and_refused_tokens(self) -> None:
        bodies = [json.loads(record["request_body"]) for record in records() if record["user_type"] == "system"]
        for key in ("rotation_mode", "alert_threshold", "jwtToken"):
            assert any(key in body for body in bodies)

    def test_resource_types_go_beyond_the_documented_ones(self) -> None:
        assert {"experiments", "playground_sessions", ""} <= {record["resource_type"] for record in records()}


class TestFiction:
    def test_every_address_is_from_a_range_that_belongs_to_nobody(self) -> None:
        for address in {record["client_ip"] for record in records()} - {""}:
            parsed = ip_address(address)
            plain = getattr(parsed, "ipv4_mapped", None) or parsed
            assert any(plain in network for network in FICTIONAL)

    def test_every_mail_address_is_an_example(self) -> None:
        assert all(user["email"].rpartition("@")[2].startswith("example.") for user in history().users)

    def test_the_one_secret_in_full_says_that_it_is_none(self) -> None:
        plugins = [json.loads(record["request_body"]) for record in records() if record["resource_type"] == "plugins"]
        assert plugins
        assert all("FAKE" in plugin["credentials"]["AIRS_API_KEY"] for plugin in plugins)

    def test_credentials_in_headers_are_masked(self) -> None:
        headers = [json.loads(record["request_headers"] or "{}") for record in records()]
        credentials = [
            header.get("authorization") or header["x-portkey-api-key"] for header in headers if "user-agent" in header
        ]
        assert credentials
        assert all("*****" in credential for credential in credentials)


class TestNames:
    def test_everybody_who_acts_is_in_a_list_but_the_system_and_the_deleted_key(self) -> None:
        known = {entry["id"] for entry in (*history().users, *history().api_keys)}
        strangers = {(record["user_type"], record["user_id"]) for record in records() if record["user_id"] not in known}
        assert len(strangers) == 2
        assert ("system", "") in strangers

    def test_every_workspace_has_an_id_and_a_slug(self) -> None:
        known = {workspace["id"] for workspace in history().workspaces} | {""}
        assert {record["workspace_id"] for record in records()} == known
        assert all(workspace["slug"].startswith("ws-") for workspace in history().workspaces)

    def test_names_are_of_many_scripts(self) -> None:
        names = "".join(user["first_name"] + user["last_name"] for user in history().users)
        assert not names.isascii()
        assert len(history().users) == 25
