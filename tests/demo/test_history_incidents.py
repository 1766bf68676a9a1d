"""The planted incidents: each is found by its clues, and holds what its story tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tui.demo.cast import CARE, MARKETING, ROUTES_DEPLOYER
from tui.demo.history import History
from tui.demo.incidents import INCIDENTS, Incident

NOW = datetime(2026, 11, 20, 14, 5, 9, tzinfo=UTC)
TWO_DAYS = timedelta(days=2)

Record = dict[str, Any]


@pytest.fixture(scope="module")
def history() -> History:
    return History(records=1_000, days=2, now=NOW)


def equals(wanted: str) -> Callable[[str], bool]:
    return lambda value: value == wanted


def find(history: History, values: Mapping[str, str], now: datetime = NOW) -> list[Record]:
    """What these values bring up in the last two days, oldest first."""
    where = {name: equals(value) for name, value in values.items()}
    return history.select(now - TWO_DAYS, now, where=where).page(0, 1_000)[::-1]


def trail(history: History, name: str) -> list[Record]:
    (incident,) = (incident for incident in INCIDENTS if incident.name == name)
    return find(history, incident.clues)


def time(record: Record) -> datetime:
    return datetime.fromisoformat(record["timestamp"])


class TestEveryIncident:
    @pytest.mark.parametrize("hour", [0, 3, 21])
    @pytest.mark.parametrize(("records", "days", "seed"), [(1_000, 2, 7), (20_000, 90, 1)])
    def test_is_found_by_its_clues_whatever_the_hour_and_the_history(
        self, hour: int, records: int, days: int, seed: int
    ) -> None:
        now = NOW.replace(hour=hour)
        history = History(records=records, days=days, seed=seed, now=now)
        for incident in INCIDENTS:
            found = find(history, incident.clues, now)
            assert any(now - time(record) < timedelta(hours=25) for record in found)

    @pytest.mark.parametrize("incident", INCIDENTS, ids=lambda incident: incident.name)
    def test_has_a_story(self, incident: Incident) -> None:
        assert len(incident.story.split()) > 30

    def test_small_histories_have_none(self) -> None:
        quiet = History(records=900, days=2, now=NOW)
        assert not find(quiet, INCIDENTS[0].clues)


class TestTheLeakedKey:
    def test_is_used_from_one_new_address_in_the_small_hours(self, history: History) -> None:
        records = trail(history, "A leaked admin key")
        assert len(records) >= 12
        assert {time(record).hour for record in records} == {3}
        assert len({record["client_ip"] for record in records}) == 1

    def test_tries_scopes_until_it_has_a_key_and_goes_on_with_that(self, history: History) -> None:
        records = trail(history, "A leaked admin key")
        creations = [record for record in records if record["uri"] == "/v1/api-keys/organisation/service"]
        assert [record["response_status_code"] for record in creations] == [400, 403, 403, 200]
        assert len({record["user_id"] for record in records}) == 2
        assert any(record["uri"].endswith("/invites") for record in records)


class TestTheDeletedPrompts:
    def test_are_four_hundred_different_ones_within_five_minutes(self, history: History) -> None:
        records = trail(history, "Four hundred prompts deleted")
        deleted = [record for record in records if record["response_status_code"] == 200]
        assert len({record["uri"] for record in deleted}) == 400
        assert time(deleted[-1]) - time(deleted[0]) <= timedelta(minutes=5)
        assert any(record["response_status_code"] == 429 for record in records)


class TestTheGuardrailWithoutChecks:
    def test_loses_its_checks_and_gets_them_back(self, history: History) -> None:
        lost, restored = trail(history, "A guardrail without checks")
        assert json.loads(lost["request_body"])["checks"] == []
        assert json.loads(restored["request_body"])["checks"] != []

    def test_has_others_refused_in_between(self, history: History) -> None:
        lost, restored = trail(history, "A guardrail without checks")
        refused = [
            record
            for record in find(history, {"response_status_code": "403", "workspace_id": CARE.id})
            if time(lost) < time(record) < time(restored)
        ]
        assert len(refused) >= 60
        assert len({record["user_id"] for record in refused} - {lost["user_id"]}) == 6


class TestTheLiftedLimits:
    def test_are_set_to_null_before_the_threshold_is_crossed_again_and_again(self, history: History) -> None:
        crossings = trail(history, "Limits lifted before a cost spike")
        assert {record["user_type"] for record in crossings} == {"system"}
        spent = [json.loads(record["request_body"])["current_usage"] for record in crossings]
        assert spent == sorted(spent)
        assert spent[-1] > 3 * 500
        key = json.loads(crossings[0]["request_body"])["entity"]
        changes = find(history, {"uri": f"/v2/api-keys/{key}", "workspace_id": MARKETING.id})
        lifted = [
            record for record in changes if json.loads(record["request_body"] or "{}").get("usage_limits") is None
        ]
        assert any(time(record) < time(crossings[0]) for record in lifted)


class TestTheBrokenDeployer:
    def test_is_refused_between_the_rotation_and_the_repair(self, history: History) -> None:
        refused = trail(history, "A rotation that broke a deployer")
        assert len(refused) >= 40
        rotations = [
            record
            for record in find(history, {"action": "rotate"})
            if ROUTES_DEPLOYER.id in record["uri"] and record["response_status_code"] == 200
        ]
        broke, *_, repaired = rotations
        assert time(broke) < time(refused[0]) < time(refused[-1]) < time(repaired)
        assert json.loads(broke["request_body"]) == {"key_transition_period_ms": 0}
        assert repaired["user_type"] == "user"

    def test_deploys_again_after_it(self, history: History) -> None:
        refused = trail(history, "A rotation that broke a deployer")
        deployed = find(history, {"user_id": ROUTES_DEPLOYER.id, "response_status_code": "200"})
        assert sum(time(record) > time(refused[-1]) for record in deployed) >= 12
