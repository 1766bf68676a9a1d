"""Times as people write them, and the windows they mean."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.clean import has_unsafe
from tui.domain.errors import TimeTextError
from tui.domain.time_range import PRESETS, TimeRange, format_duration, format_moment, parse_moment

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
BERLIN_WINTER = timezone(timedelta(hours=1), "CET")


class TestReadingAMoment:
    @pytest.mark.parametrize(
        ("text", "ago"),
        [
            ("15m", timedelta(minutes=15)),
            ("-2h", timedelta(hours=2)),
            ("3d ago", timedelta(days=3)),
            ("90S", timedelta(seconds=90)),
            ("2w", timedelta(weeks=2)),
            ("0s", timedelta()),
        ],
    )
    def test_a_duration_is_that_long_before_now(self, text: str, ago: timedelta):
        assert parse_moment(text, now=NOW) == ago

    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2026-11-20T14:00:05Z", datetime(2026, 11, 20, 14, 0, 5, tzinfo=UTC)),
            ("2026-11-20 14:00:05", datetime(2026, 11, 20, 14, 0, 5, tzinfo=UTC)),
            ("2026-11-20T14:00:05+02:00", datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)),
            ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
            ("14:05", datetime(2026, 11, 22, 14, 5, tzinfo=UTC)),
            ("14:05:09", datetime(2026, 11, 22, 14, 5, 9, tzinfo=UTC)),
            ("1767225600", datetime(2026, 1, 1, tzinfo=UTC)),
            ("1767225600250", datetime(2026, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC)),
        ],
    )
    def test_an_instant_is_read_in_utc(self, text: str, instant: datetime):
        assert parse_moment(text, now=NOW) == instant

    def test_a_time_without_an_offset_is_meant_in_the_zone_on_the_screen(self):
        assert parse_moment("2026-11-20 14:00", now=NOW, zone=BERLIN_WINTER) == datetime(2026, 11, 20, 13, tzinfo=UTC)

    def test_a_clock_time_is_of_today_in_that_zone(self):
        just_after_midnight_there = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
        read = parse_moment("00:10", now=just_after_midnight_there, zone=BERLIN_WINTER)
        assert read == datetime(2026, 11, 22, 23, 10, tzinfo=UTC)

    def test_now_is_no_moment_of_its_own(self):
        assert parse_moment(" Now ", now=NOW) is None

    @pytest.mark.parametrize(
        "text", ["", "soon", "25:00", "2026-13-01", "1x", "\uff11\uff15m", "0001-01-01", "99999999w"]
    )
    def test_what_cannot_be_read_is_told_with_the_forms_there_are(self, text: str):
        with pytest.raises(TimeTextError):
            parse_moment(text, now=NOW)

    @given(st.text(max_size=40))
    def test_nothing_but_its_own_error_is_ever_raised(self, text: str):
        with suppress(TimeTextError):
            parse_moment(text, now=NOW)

    @pytest.mark.parametrize("text", ["\x1b[31m", "1960-01-01\u202e10:00", "99999w\n ago", "\ufe0f" * 1000], ids=ascii)
    def test_what_is_told_of_it_can_be_shown_anywhere(self, text: str):
        with pytest.raises(TimeTextError) as told:
            parse_moment(text, now=NOW)
        assert not has_unsafe(str(told.value))
        assert len(str(told.value)) < 200

    @given(st.timedeltas(timedelta(), timedelta(days=4000)).map(lambda d: timedelta(seconds=d.total_seconds() // 1)))
    def test_a_duration_reads_back_as_it_was_written(self, duration: timedelta):
        assert parse_moment(format_duration(duration), now=NOW) == duration

    @given(st.integers(86_400, 7_258_118_400).map(lambda second: datetime.fromtimestamp(second, UTC)))
    def test_an_instant_reads_back_as_it_was_written(self, instant: datetime):
        assert parse_moment(format_moment(instant), now=NOW) == instant


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
