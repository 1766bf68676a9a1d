"""Instants as the reader sees them: in a zone, as a clock, as an age."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.formats.times import TimeStyle, format_age, format_span, format_time, zone_name

NOON = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)
KOLKATA = timezone(timedelta(hours=5, minutes=30))
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
SECONDS = st.integers(-10 * 366 * 86400, 10 * 366 * 86400)


@pytest.fixture
def machine_in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as there:
        there.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def told_seconds(age: str) -> int:
    """The seconds that an age says, ahead of now below zero."""
    amount = sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)([dhms])", age))
    return -amount if age.startswith("in ") else amount


class TestAges:
    @pytest.mark.parametrize(
        ("seconds", "told"),
        [
            (0, "0s ago"),
            (59, "59s ago"),
            (60, "1m ago"),
            (61, "1m 1s ago"),
            (3_600, "1h ago"),
            (3_661, "1h 1m ago"),
            (86_400 * 3 + 4 * 3_600 + 59, "3d 4h ago"),
            (-5, "in 5s"),
            (-7_260, "in 2h 1m"),
            (0.4, "0s ago"),
        ],
    )
    def test_the_two_largest_units(self, seconds: float, told: str):
        assert format_age(NOON - timedelta(seconds=seconds), NOON) == told

    @given(SECONDS)
    def test_what_is_told_is_less_than_a_unit_away(self, seconds: int):
        told = format_age(NOON - timedelta(seconds=seconds), NOON)
        assert re.fullmatch(r"in \d+[dhms]( \d+[hms])?|\d+[dhms]( \d+[hms])? ago", told)
        smallest = UNITS[re.findall(r"[dhms]\b", told.removesuffix(" ago"))[-1]]
        assert 0 <= abs(seconds) - abs(told_seconds(told)) < max(smallest, 60 if abs(seconds) >= 3_600 else 1) * 60

    @given(SECONDS, SECONDS)
    def test_what_is_older_is_never_told_as_younger(self, one: int, other: int):
        ages = [told_seconds(format_age(NOON - timedelta(seconds=seconds), NOON)) for seconds in sorted((one, other))]
        assert ages == sorted(ages)


@pytest.mark.parametrize(("seconds", "told"), [(0.4, "0s"), (250.6, "4m 11s"), (86_400, "1d"), (93_784, "1d 2h")])
def test_a_length_is_told_like_an_age(seconds: float, told: str):
    assert format_span(seconds) == told


class TestZones:
    def test_the_same_instant_in_each(self):
        assert format_time(NOON, UTC) == "2026-11-20 12:00:05"
        assert format_time(NOON, KOLKATA) == "2026-11-20 17:30:05"

    def test_the_machines_own(self, machine_in_new_york: None):
        assert format_time(NOON, None) == "2026-11-20 07:00:05"
        assert zone_name(None, NOON) == "EST -05:00"
        assert zone_name(None, NOON - timedelta(days=150)) == "EDT -04:00"

    def test_a_name_with_its_offset_or_the_offset_alone(self):
        assert zone_name(UTC, NOON) == "UTC"
        assert zone_name(ZoneInfo("Europe/Amsterdam"), NOON) == "CET +01:00"
        assert zone_name(ZoneInfo("Asia/Kathmandu"), NOON) == "+05:45"
        assert zone_name(ZoneInfo("Europe/London"), NOON) == "UTC"

    @given(st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is given
    def test_a_time_is_nineteen_characters_that_read_back(self, instant: datetime):
        text = format_time(instant, UTC)
        assert len(text) == 19
        assert datetime.fromisoformat(text).replace(tzinfo=UTC) == instant.replace(microsecond=0)


class TestStyles:
    def test_they_come_round(self):
        assert [TimeStyle.UTC.next, TimeStyle.LOCAL.next, TimeStyle.AGE.next] == [
            TimeStyle.LOCAL,
            TimeStyle.AGE,
            TimeStyle.UTC,
        ]

    def test_the_zone_of_each(self):
        assert [style.zone for style in TimeStyle] == [UTC, None, UTC]
