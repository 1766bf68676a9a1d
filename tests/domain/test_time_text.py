"""Times and ranges as people write them, in their zones, and written back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from time import tzset
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.domain.clean import has_unsafe
from tui.domain.errors import TimeTextError
from tui.domain.time_range import Moment, TimeRange, format_duration, format_moment
from tui.domain.time_text import parse_moment, parse_range

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
"""A Sunday."""
BERLIN_WINTER = timezone(timedelta(hours=1), "CET")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
SYDNEY = ZoneInfo("Australia/Sydney")
SANTIAGO = ZoneInfo("America/Santiago")
MILLISECOND = timedelta(milliseconds=1)


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[misc, arg-type]


ZONES = st.sampled_from((UTC, BERLIN, NEW_YORK, SYDNEY, SANTIAGO, timezone(timedelta(hours=14)), None))
INSTANTS = st.builds(
    lambda milliseconds, zone: (utc(1970, 1, 1) + milliseconds * MILLISECOND).astimezone(zone),
    st.integers(0, 253_402_300_799_999 - 86_400_000),
    st.sampled_from((UTC, BERLIN_WINTER)),
)
MOMENTS = st.one_of(INSTANTS, st.integers(0, 50 * 366 * 86400).map(lambda seconds: timedelta(seconds=seconds)))
RANGES = st.builds(TimeRange, MOMENTS, st.none() | MOMENTS)
CRUMBS = st.sampled_from([
    "yesterday", "today", "mon", "sunday", "now", "last", "ago", "..", "±", "+-", "5m", "2h", "0s", "99999999w", " ",
    "T", "14:05", ":09", ".250", "25:00", "00:00", "Z", "+02:00", "-23:59", "+99", "-", "1767225600", "2026-11-20",
    "9999-12-31", "0000-00-00", "1969-12-31", "1970-01-01",
])  # fmt: skip
SOUP = st.one_of(
    st.text(max_size=40),
    st.text("0123456789smhdwagoTZ:.-±+ ", max_size=40),
    st.lists(CRUMBS, max_size=7).map("".join),
)


@pytest.fixture
def machine_in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as there:
        there.setenv("TZ", "America/New_York")
        tzset()
        yield
    tzset()


def read(text: str, zone: tzinfo | None = UTC, now: datetime = NOW) -> Moment | None:
    return parse_moment(text, now=now, zone=zone)


def read_range(text: str, zone: tzinfo | None = UTC, around: datetime | None = None) -> TimeRange:
    return parse_range(text, now=NOW, zone=zone, around=around)


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


class TestDays:
    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("today", utc(2026, 11, 22)),
            ("Yesterday", utc(2026, 11, 21)),
            ("yesterday 14:00", utc(2026, 11, 21, 14)),
            ("yesterdayT14:00:05", utc(2026, 11, 21, 14, 0, 5)),
            ("sun", utc(2026, 11, 22)),
            ("sunday", utc(2026, 11, 22)),
            ("sat", utc(2026, 11, 21)),
            ("MON", utc(2026, 11, 16)),
            ("monday", utc(2026, 11, 16)),
            ("mon 9:30:05", utc(2026, 11, 16, 9, 30, 5)),
            ("sun 23:00", utc(2026, 11, 22, 23)),
            ("thu 14:00-05:00", utc(2026, 11, 19, 19)),
        ],
    )
    def test_a_day_is_its_beginning_and_a_weekday_the_last_there_was(self, text: str, instant: datetime):
        assert read(text) == instant

    def test_which_day_is_today_depends_on_the_zone(self):
        half_past_midnight_in_berlin = utc(2026, 11, 22, 23, 30)
        assert read("today", BERLIN, half_past_midnight_in_berlin) == utc(2026, 11, 22, 23)
        assert read("yesterday 14:00", BERLIN, half_past_midnight_in_berlin) == utc(2026, 11, 22, 13)
        assert read("mon", BERLIN, half_past_midnight_in_berlin) == utc(2026, 11, 22, 23)
        assert read("mon", UTC, half_past_midnight_in_berlin) == utc(2026, 11, 16)

    def test_an_offset_decides_it_for_its_own_time(self):
        half_past_midnight_in_berlin = utc(2026, 11, 22, 23, 30)
        assert read("23:15Z", BERLIN, half_past_midnight_in_berlin) == utc(2026, 11, 22, 23, 15)

    @pytest.mark.parametrize(
        ("text", "ago"),
        [
            ("1h30m", timedelta(hours=1, minutes=30)),
            ("-1h30m", timedelta(hours=1, minutes=30)),
            ("1d 2h ago", timedelta(days=1, hours=2)),
            ("last 24h", timedelta(hours=24)),
            ("1577836801s", timedelta(seconds=1_577_836_801)),
        ],
    )
    def test_durations_add_up(self, text: str, ago: timedelta):
        assert read(text) == ago

    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2026-11-20T14:00:05.25Z", utc(2026, 11, 20, 14, 0, 5, 250_000)),
            ("2026-11-20T14:00:05,123987654Z", utc(2026, 11, 20, 14, 0, 5, 123_000)),
            ("2026-11-20t14:00:05z", utc(2026, 11, 20, 14, 0, 5)),
            ("2026-11-20 14:00 +0530", utc(2026, 11, 20, 8, 30)),
            ("2126-11-20", utc(2126, 11, 20)),
        ],
    )
    def test_an_iso_time_to_the_millisecond_with_or_without_an_offset(self, text: str, instant: datetime):
        assert read(text) == instant


class TestClocksThatAreChanged:
    @pytest.mark.parametrize(
        ("zone", "text", "first"),
        [
            (BERLIN, "2026-10-25 02:30", utc(2026, 10, 25, 0, 30)),
            (NEW_YORK, "2026-11-01 01:30", utc(2026, 11, 1, 5, 30)),
            (SYDNEY, "2026-04-05 02:30", utc(2026, 4, 4, 15, 30)),
        ],
        ids=str,
    )
    def test_a_time_that_happens_twice_is_the_first(self, zone: ZoneInfo, text: str, first: datetime):
        assert read(text, zone) == first
        assert (first + timedelta(hours=1)).astimezone(zone).strftime("%F %H:%M") == text

    @pytest.mark.parametrize(
        ("zone", "text", "moved"),
        [
            (BERLIN, "2026-03-29 02:30", "2026-03-29 03:30"),
            (NEW_YORK, "2026-03-08 02:30", "2026-03-08 03:30"),
            (SYDNEY, "2026-10-04 02:30", "2026-10-04 03:30"),
            (ZoneInfo("Australia/Lord_Howe"), "2026-10-04 02:10", "2026-10-04 02:40"),
        ],
        ids=str,
    )
    def test_a_time_that_does_not_exist_is_moved_as_far_as_the_clock(self, zone: ZoneInfo, text: str, moved: str):
        instant = read(text, zone)
        assert isinstance(instant, datetime)
        assert instant.astimezone(zone).strftime("%F %H:%M") == moved

    def test_a_day_that_has_no_midnight_begins_when_the_clock_was_changed(self):
        assert read("2026-09-06", SANTIAGO) == utc(2026, 9, 6, 4)
        assert utc(2026, 9, 6, 4).astimezone(SANTIAGO).strftime("%H:%M") == "01:00"

    def test_a_clock_time_is_the_first_also_when_now_is_in_the_second_hour(self):
        second_time_around = utc(2026, 10, 25, 1, 45)
        assert read("02:30", BERLIN, second_time_around) == utc(2026, 10, 25, 0, 30)

    def test_a_changed_day_is_as_long_as_it_was(self):
        assert read_range("2026-10-25", BERLIN).resolve(NOW).length == timedelta(hours=25) - MILLISECOND
        assert read_range("2026-03-29", BERLIN).resolve(NOW).length == timedelta(hours=23) - MILLISECOND

    def test_the_zone_of_the_machine_obeys_the_same_rules(self, machine_in_new_york: None):
        assert read("2026-11-20 14:00", None) == utc(2026, 11, 20, 19)
        assert read("2026-11-01 01:30", None) == utc(2026, 11, 1, 5, 30)
        assert read("2026-03-08 02:30", None) == utc(2026, 3, 8, 7, 30)
        assert read("today", None, utc(2026, 11, 22, 3)) == utc(2026, 11, 21, 5)

    @given(
        st.dates(date(1970, 1, 2), date(2100, 1, 1)),
        st.times().map(lambda clock: clock.replace(microsecond=0)),
        st.sampled_from((BERLIN, NEW_YORK, SYDNEY)),
    )
    @example(date(2026, 10, 25), time(2, 59, 59), BERLIN)
    @example(date(2026, 10, 4), time(2), SYDNEY)
    def test_the_first_instant_with_that_local_time_if_there_is_any(self, day: date, clock: time, zone: ZoneInfo):
        local = datetime.combine(day, clock)
        instant = read(str(local), zone)
        assert isinstance(instant, datetime)
        assert instant.astimezone(zone).replace(tzinfo=None) - local in (timedelta(), timedelta(hours=1))
        assert (instant - timedelta(hours=1)).astimezone(zone).replace(tzinfo=None) != local


class TestReadingARange:
    @pytest.mark.parametrize(
        ("text", "since", "until"),
        [
            ("2026-11-20T14:00..2026-11-20T14:30", utc(2026, 11, 20, 14), utc(2026, 11, 20, 14, 30)),
            ("mon 9:30 .. 2h ago", utc(2026, 11, 16, 9, 30), timedelta(hours=2)),
            ("7d..24h", timedelta(days=7), timedelta(hours=24)),
            ("2026-11-20..", utc(2026, 11, 20), None),
            ("2026-11-20T14:00:05Z .. now", utc(2026, 11, 20, 14, 0, 5), None),
            ("4h..", timedelta(hours=4), None),
            ("0s..2026-12-01T00:00", timedelta(), utc(2026, 12, 1)),
            ("1767225600..1767225600250", utc(2026, 1, 1), utc(2026, 1, 1, 0, 0, 0, 250_000)),
        ],
    )
    def test_from_one_moment_to_another_or_to_now(self, text: str, since: Moment, until: Moment | None):
        assert read_range(text) == TimeRange(since, until)

    @pytest.mark.parametrize(
        ("text", "since", "until"),
        [
            ("2026-11-20T14:00..14:30", utc(2026, 11, 20, 14), utc(2026, 11, 20, 14, 30)),
            ("yesterday 22:00..23:00", utc(2026, 11, 21, 22), utc(2026, 11, 21, 23)),
            ("yesterday 22:00..01:00", utc(2026, 11, 21, 22), utc(2026, 11, 22, 1)),
            ("2026-11-20..9:30", utc(2026, 11, 20), utc(2026, 11, 20, 9, 30)),
            ("14:00..14:30:05", utc(2026, 11, 22, 14), utc(2026, 11, 22, 14, 30, 5)),
            ("14:00..14:00", utc(2026, 11, 22, 14), utc(2026, 11, 22, 14)),
            ("24h..21:00", timedelta(hours=24), utc(2026, 11, 21, 21)),
            ("24h..06:00", timedelta(hours=24), utc(2026, 11, 22, 6)),
        ],
    )
    def test_a_clock_time_at_the_end_follows_the_beginning(self, text: str, since: Moment, until: datetime):
        assert read_range(text) == TimeRange(since, until)

    def test_it_is_meant_in_the_zone_of_the_beginning(self):
        begins = utc(2026, 11, 20, 23, 30)
        assert read_range("2026-11-20T23:30Z..23:45", BERLIN) == TimeRange(begins, utc(2026, 11, 20, 23, 45))
        assert read_range("2026-11-21 00:30..00:45", BERLIN) == TimeRange(begins, utc(2026, 11, 20, 23, 45))
        assert read_range("2026-11-21 00:30..23:45Z", BERLIN) == TimeRange(begins, utc(2026, 11, 20, 23, 45))

    def test_the_next_day_begins_at_midnight_also_when_the_first_has_25_hours(self):
        assert read_range("2026-10-25 00:30..00:15", BERLIN).until == utc(2026, 10, 25, 23, 15)

    def test_a_day_at_the_end_is_in_the_range(self):
        assert read_range("mon..wed") == TimeRange(utc(2026, 11, 16), utc(2026, 11, 19) - MILLISECOND)
        assert read_range("2026-11-20..2026-11-20") == read_range("2026-11-20")
        assert read_range("2w..yesterday") == TimeRange(timedelta(weeks=2), utc(2026, 11, 22) - MILLISECOND)

    @pytest.mark.parametrize(
        ("text", "start", "length"),
        [
            ("2026-11-20", utc(2026, 11, 20), timedelta(days=1)),
            ("yesterday", utc(2026, 11, 21), timedelta(days=1)),
            ("mon", utc(2026, 11, 16), timedelta(days=1)),
            ("today", utc(2026, 11, 22), timedelta(days=1)),
            ("14:05", utc(2026, 11, 22, 14, 5), timedelta(minutes=1)),
            ("yesterday 14:05", utc(2026, 11, 21, 14, 5), timedelta(minutes=1)),
            ("2026-11-20T14:05:09Z", utc(2026, 11, 20, 14, 5, 9), timedelta(seconds=1)),
            ("1767225600", utc(2026, 1, 1), timedelta(seconds=1)),
            ("2026-11-20T14:05:09.250Z", utc(2026, 11, 20, 14, 5, 9, 250_000), MILLISECOND),
            ("1767225600250", utc(2026, 1, 1, 0, 0, 0, 250_000), MILLISECOND),
        ],
    )
    def test_a_time_alone_is_all_that_it_names(self, text: str, start: datetime, length: timedelta):
        assert read_range(text) == TimeRange(start, start + length - MILLISECOND)

    @given(st.dates(date(1970, 1, 2), date(2100, 1, 1)), ZONES)
    def test_days_neither_share_an_instant_nor_leave_one_out(self, day: date, zone: tzinfo | None):
        one = read_range(str(day), zone).resolve(NOW)
        next_one = read_range(str(day + timedelta(1)), zone).resolve(NOW)
        assert one.end + MILLISECOND == next_one.start

    @pytest.mark.parametrize("text", ["2h", "-2h", "2h ago", "last 2h", "120m", "1h60m"])
    def test_a_duration_alone_ends_now(self, text: str):
        assert read_range(text) == TimeRange(timedelta(hours=2))

    @pytest.mark.parametrize("text", ["14:05±5m", "14:05+-5m", "14:05 ± 5m", "2026-11-22T14:05Z±300s"])
    def test_a_span_around_a_moment(self, text: str):
        assert read_range(text) == TimeRange(utc(2026, 11, 22, 14), utc(2026, 11, 22, 14, 10))

    def test_a_span_around_a_moving_moment_stays(self):
        assert read_range("2h±1h30m") == TimeRange(utc(2026, 11, 22, 17, 18, 3), utc(2026, 11, 22, 20, 18, 3))
        assert read_range("now±1m") == TimeRange(NOW - timedelta(minutes=1), NOW + timedelta(minutes=1))

    @pytest.mark.parametrize("text", ["±5m", "+-5m", " ± 300s "])
    def test_a_span_around_what_is_at_hand(self, text: str):
        record = datetime(2026, 11, 20, 15, 0, 5, 250_999, tzinfo=BERLIN)
        begins = utc(2026, 11, 20, 13, 55, 5, 250_000)
        assert read_range(text, around=record) == TimeRange(begins, begins + timedelta(minutes=10))

    def test_a_range_that_ends_before_it_begins_is_read_and_refused_when_it_is_resolved(self):
        backwards = read_range("2026-11-21..2026-11-20")
        with pytest.raises(TimeTextError, match=r"ends .* before it begins"):
            backwards.resolve(NOW)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("..2026-11-20", "a range needs a beginning"),
            ("..", "a range needs a beginning"),
            ("now", "can't begin now"),
            ("now..2026-12-01", "can't begin now"),
            ("±5m", "±5m needs a time to be around; write it before, as in 14:05±5m"),
            ("14:05±", "the width '±'; write ±30s"),
            ("14:05±-5m", "the width '±-5m'; write ±30s"),
            ("14:05±5m ago", "the width '±5m ago'"),
            ("2h..2h..1h", "can't read the time '2h..1h'"),
            ("yesterday..25:00", "no such time as '25:00'"),
            ("2026-02-30..", "no such time as '2026-02-30'"),
            ("2026-11-20T14:00+99", "no such time as '2026-11-20T14:00+99'"),
            ("1969-12-31..", "1969-12-31 is before 1970"),
            ("1970-01-01±1m", "1970-01-01±1m is before 1970"),
            ("9999-12-31T23:59±5m", "no such time as '9999-12-31T23:59±5m'"),
            ("9999-12-31T23:59..00:10", "no such time as '9999-12-31T23:59..00:10'"),
            ("600m..51y", "can't read the time '51y'"),
            ("30w±99999999w", "99999999w is more than fifty years"),
        ],
    )
    def test_with_what_was_read_and_why(self, text: str, told: str):
        with pytest.raises(TimeTextError) as refusal:
            read_range(text)
        assert told in str(refusal.value)

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("yesteray", "yesterday"),
            ("yesteray 14:00", "yesterday"),
            ("Mondya 9:30", "monday"),
            ("wensday..", "wednesday"),
            ("tday", "today"),
        ],
    )
    def test_with_the_word_that_was_meant(self, text: str, meant: str):
        with pytest.raises(TimeTextError, match=f"did you mean {meant}\\?"):
            read_range(text)

    @pytest.mark.parametrize(
        ("text", "form"),
        [("1x", "15m"), ("14.05", "14:05"), ("2026/11/20", "2026-11-20"), ("17672256001", "1767225600")],
    )
    def test_with_the_most_similar_form_first(self, text: str, form: str):
        with pytest.raises(TimeTextError, match=f"; write {form}, ") as refusal:
            read_range(text)
        assert "14:05±5m" in str(refusal.value)

    @given(SOUP, ZONES, st.sampled_from((None, NOW)))
    @example("9999-12-31", BERLIN, None)
    @example("9999-12-31T23:59:59", NEW_YORK, None)
    @example("mon..9999-12-31", UTC, None)
    def test_by_nothing_but_its_own_error(self, text: str, zone: tzinfo | None, around: datetime | None):
        with suppress(TimeTextError):
            parse_moment(text, now=NOW, zone=zone)
        with suppress(TimeTextError):
            parse_range(text, now=NOW, zone=zone, around=around)

    @given(SOUP)
    @example("1s " * 50_000 + "x")
    @example("2026-11-20" + " " * 50_000 + "x")
    @example("±" * 50_000)
    @example("yesteray\x1b[31m\u202e" * 10_000)
    def test_in_words_that_can_be_shown_anywhere(self, text: str):
        told = ""
        try:
            read_range(text)
        except TimeTextError as refusal:
            told = str(refusal)
        assert not has_unsafe(told)
        assert len(told) < 250


class TestWritingARange:
    @given(RANGES, ZONES)
    @example(TimeRange(utc(1970, 1, 1), utc(9999, 12, 31, 23, 59, 59)), UTC)
    @example(TimeRange(utc(9999, 12, 31, 23, 59, 59, 999_000)), BERLIN)
    def test_as_it_is_shown_it_reads_back_as_the_same_range(self, time_range: TimeRange, zone: tzinfo | None):
        assert read_range(str(time_range), zone) == time_range

    @given(SOUP, ZONES)
    @example("2h±5m", UTC)
    def test_whatever_was_read_can_be_written(self, text: str, zone: tzinfo | None):
        uneven = NOW + timedelta(microseconds=123_456)
        try:
            time_range = parse_range(text, now=uneven, zone=zone, around=uneven)
        except TimeTextError:
            return
        assert read_range(str(time_range)) == time_range
