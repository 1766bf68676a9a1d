"""What `is:` says of a record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tui.domain.predicates import PREDICATES, Surroundings
from tui.domain.record import AuditRecord

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def holds(name: str, around: Surroundings | None = None, **fields: Any) -> bool:
    return PREDICATES[name].fits(AuditRecord.model_validate(fields), around or Surroundings())


@pytest.mark.parametrize(("status", "failed"), [(399, False), (400, True), (503, True), ("", False), ("odd", False)])
def test_failed_is_a_status_of_400_or_above(status: int | str, failed: bool):
    assert holds("failed", response_status_code=status) == failed


@pytest.mark.parametrize(
    ("fields", "destructive"),
    [
        ({"action": "delete"}, True),
        ({"action": "Rotate "}, True),
        ({"method": "DELETE"}, True),
        ({"method": "PUT", "uri": "/v2/api-keys/x/rotate"}, True),
        ({"method": "POST", "uri": "/v2/api-keys/x/reset"}, True),
        ({"action": "update", "method": "DELETE"}, False),
        ({}, False),
    ],
)
def test_destructive_is_what_deletes_rotates_or_resets_whether_said_or_worked_out(
    fields: dict[str, Any], destructive: bool
):
    assert holds("destructive", **fields) == destructive


@pytest.mark.parametrize(
    ("user_type", "machine"), [("api_key", True), ("system", True), ("", True), ("user", False), ("Human ", False)]
)
def test_machine_is_who_is_no_person(user_type: str, machine: bool):
    assert holds("machine", user_type=user_type) == machine


def test_new_is_what_happened_since_this_run_began():
    around = Surroundings(began=BEGAN)
    assert holds("new", around, timestamp="2026-11-20T12:00:01Z")
    assert not holds("new", around, timestamp="2026-11-20T12:00:00Z")
    assert not holds("new", around, timestamp="odd")
    assert not holds("new", timestamp="2026-11-20T12:00:01Z")


def test_marked_is_what_the_reader_marked():
    record = AuditRecord(request_id="r-1", uri="/x")
    around = Surroundings(marked=frozenset({record.identity}))
    assert holds("marked", around, request_id="r-1", uri="/x")
    assert not holds("marked", around, request_id="r-1", uri="/y")


@pytest.mark.parametrize(
    ("time", "off"),
    [
        ("2026-11-20T06:59:59Z", True),
        ("2026-11-20T07:00:00Z", False),
        ("2026-11-20T16:59:59Z", False),
        ("2026-11-20T17:00:00Z", True),
        ("2026-11-21T12:00:00Z", True),
        ("2026-11-22T22:59:59Z", True),
        ("odd", False),
    ],
)
def test_office_hours_are_by_the_clock_that_is_asked_for(time: str, off: bool):
    assert holds("offhours", Surroundings(zone=BERLIN), timestamp=time) == off


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("zone", [None, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")])
def test_the_ends_of_the_calendar_are_no_trouble(time: str, zone: ZoneInfo | None):
    assert holds("offhours", Surroundings(zone=zone), timestamp=time) in (True, False)


@pytest.mark.parametrize("name", PREDICATES)
def test_each_can_be_asked_of_an_empty_record_and_says_what_it_is(name: str):
    assert holds(name) in (True, False)
    assert PREDICATES[name].about


def test_there_are_those_that_the_language_promises():
    assert {"failed", "destructive", "machine", "new", "marked"} <= set(PREDICATES)
