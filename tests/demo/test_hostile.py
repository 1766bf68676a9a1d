"""The hostile history: attacks in every text of it, records between them that can be read, decided by a seed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.demo.asking import NOW, Asker
from tui.demo.history import History
from tui.demo.hostile_texts import TERMINAL, TEXTS, UNSEEN
from tui.demo.switches import choices

LONG_AGO = NOW - timedelta(days=30)
TEXT_FIELDS = (
    "method", "uri", "request_id", "request_body", "query_params", "request_headers", "user_id", "user_type",
    "organisation_id", "workspace_id", "response_status_code", "resource_type", "action", "client_ip", "country",
    "timestamp",
)  # fmt: skip
NAMES = {"users": ("first_name", "last_name", "email"), "workspaces": ("name", "slug"), "api_keys": ("name",)}
SIGNS = (*TERMINAL, *UNSEEN)


@pytest.fixture(scope="module")
def hostile() -> History:
    return History(records=5_000, days=20, now=NOW, hostile=True)


def everything(history: History) -> list[dict[str, Any]]:
    return history.select(LONG_AGO, NOW).page(0, len(history))


class TestItsRecords:
    @pytest.mark.parametrize("field", TEXT_FIELDS)
    def test_every_field_of_them_is_attacked_and_many_are_left(self, hostile: History, field: str) -> None:
        usual = everything(History(records=5_000, days=20, now=NOW))
        changed = sum(one[field] != other[field] for one, other in zip(everything(hostile), usual, strict=True))
        assert 20 < changed < 4_500

    def test_every_attack_comes_somewhere(self, hostile: History) -> None:
        written = "".join(str(value) for record in everything(hostile) for pair in record.items() for value in pair)
        assert [attack for attack in TEXTS if attack not in written] == []

    def test_a_reader_sees_rows_that_can_be_read(self, hostile: History) -> None:
        ordinary = everything(History(records=5_000, days=20, now=NOW))
        untouched = sum(one == other for one, other in zip(everything(hostile), ordinary, strict=True))
        assert untouched > 500

    def test_those_that_come_in_are_attacked_too(self, hostile: History) -> None:
        fresh = [hostile.fresh(number, NOW) for number in range(200)]
        assert any(sign in str(record["request_id"]) for record in fresh for sign in TERMINAL)

    def test_the_same_seed_makes_the_same(self, hostile: History) -> None:
        assert everything(History(records=5_000, days=20, now=NOW, hostile=True)) == everything(hostile)
        assert everything(History(records=5_000, days=20, now=NOW, hostile=True, seed=8)) != everything(hostile)


class TestItsNames:
    @pytest.mark.parametrize(("which", "field"), [(which, field) for which in NAMES for field in NAMES[which]])
    def test_of_people_keys_and_workspaces_are_attacked(self, hostile: History, which: str, field: str) -> None:
        texts = [str(item[field]) for item in getattr(hostile, which)]
        usual = [str(item[field]) for item in getattr(History(records=1, days=1, now=NOW), which)]
        assert 0 < sum(one != other for one, other in zip(texts, usual, strict=True)) < len(texts)

    def test_belong_to_ids_that_stand_in_records(self, hostile: History) -> None:
        listed = {item["id"] for item in (*hostile.users, *hostile.api_keys)}
        acted = {record["user_id"] for record in everything(hostile)}
        assert any(sign in actor for actor in acted & listed for sign in SIGNS)


class TestAsked:
    def test_a_hostile_value_filters_as_any_other(self, hostile: History) -> None:
        value = next(text for record in everything(hostile) if "\x1b" in (text := str(record["method"])))
        found = hostile.select(LONG_AGO, NOW, where={"method": value.__eq__})
        assert found.total == sum(record["method"] == value for record in everything(hostile)) > 0

    def test_an_attacked_request_id_leads_to_its_record(self, hostile: History) -> None:
        record = next(record for record in everything(hostile) if "\x1b" in record["request_id"])
        assert record in hostile.select(LONG_AGO, NOW, request_id=record["request_id"]).page(0, 9)

    def test_half_a_surrogate_pair_is_sent_as_json_has_it(self, hostile: History) -> None:
        chosen = next(record for record in everything(hostile) if "\ud800" in record["request_id"])
        rows = []
        for page in range(50):
            query = f"start_time=2026-08-01&end_time=2026-11-21&current_page={page}&page_size=100"
            rows += json.loads(Asker(hostile)("/v1/audit-logs", query).body)["records"]
        assert chosen in rows

    @pytest.mark.parametrize(("switch", "value"), [(name, value) for name in choices() for value in choices()[name]])
    def test_every_reading_of_the_api_serves_it(self, hostile: History, switch: str, value: Any) -> None:
        for path in ("/v1/audit-logs", "/v1/admin/users", "/v1/admin/workspaces", "/v1/api-keys", "/v1/configs"):
            query = "start_time=2026-08-01&end_time=2026-11-21&page_size=100" if "audit" in path else ""
            response = Asker(hostile)(path, query, **{switch: value})
            assert response.status in (200, 400, 403)
            json.loads(response.body)
