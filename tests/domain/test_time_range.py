"""Spans of time, and the windows they mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.domain.errors import TimeTextError
from tui.domain.time_range import PRESETS, TimeRange

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)


class TestAWindow:
    def test_a_relative_range_ends_now(self):
        window = TimeRange(timedelta(hours=4)).resolve(NOW)
        assert (window.start, window.end) == (NOW - timedelta(hours=4), NOW)
        assert window.length == timedelta(hours=4)

    def test_an_absolute_range_stays_where_it_is(self):
        start, end = NOW - timedelta(days=2), NOW - timedelta(days=1)
        window = TimeRange(start, end).resolve(NOW)
        assert (window.start, window.end) == (start, end)
        assert not TimeRange(start, end).is_relative

    def test_a_range_that_ends_before_it_begins_says_so(self):
        with pytest.raises(TimeTextError, match=r"ends .* before it begins"):
            TimeRange(NOW, NOW - timedelta(seconds=1)).resolve(NOW)

    def test_presets_are_called_as_people_say_them(self):
        said = [str(preset) for preset in PRESETS]
        assert said == ["last 15m", "last 1h", "last 4h", "last 24h", "last 7d", "last 30d", "last 90d"]
