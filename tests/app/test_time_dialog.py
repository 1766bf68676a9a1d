"""The dialog that chooses a range of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from textual.events import Key
from textual.widgets import Input

from tests.app.attacks import PAYLOADS
from tests.app.dialogs import Asking, Size, asking, assert_same_picture, at_both_sizes
from tui.app.screens.time_range import TimeRangeScreen
from tui.domain.time_range import PRESETS, TimeRange
from tui.domain.time_text import parse_moment

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
"""A Sunday."""
WEEK = TimeRange(timedelta(days=7))
BERLIN = ZoneInfo("Europe/Berlin")
MILLISECOND = timedelta(milliseconds=1)


def choice(time_range: TimeRange = WEEK, zone: tzinfo | None = UTC, around: datetime | None = None) -> TimeRangeScreen:
    return TimeRangeScreen(time_range, now=NOW, zone=zone, around=around)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def write(dialog: Asking[TimeRangeScreen], since: str, until: str = "") -> None:
    """Put texts into the fields, as if they were pasted."""
    await dialog.press("slash")
    dialog.screen.query_one("#since", Input).value = since
    dialog.screen.query_one("#until", Input).value = until
    await dialog.pilot.pause()


class TestAPreset:
    async def test_is_taken_by_enter(self):
        async with asking(choice()) as dialog:
            await dialog.press("k", "enter")
            assert dialog.answers == [TimeRange(timedelta(hours=24))]

    @pytest.mark.parametrize(("key", "preset"), [("g", PRESETS[0]), ("G", PRESETS[-1]), ("j", PRESETS[5])])
    async def test_is_reached_by_the_letters_of_a_list(self, key: str, preset: TimeRange):
        async with asking(choice()) as dialog:
            await dialog.press(key, "enter")
            assert dialog.answers == [preset]

    async def test_shows_its_window_before_it_is_taken(self):
        async with asking(choice()) as dialog:
            await dialog.press("g")
            await dialog.shows("22 Nov 20:33:03 – 20:48:03 UTC · 15 m")

    async def test_is_marked_when_a_text_means_the_same(self):
        async with asking(choice()) as dialog:
            await write(dialog, "last 60m")
            assert dialog.screen.presets.highlighted == PRESETS.index(TimeRange(timedelta(hours=1)))
            await dialog.press("x")
            assert dialog.screen.presets.highlighted is None

    async def test_nothing_is_taken_where_the_reader_thinks_better_of_it(self):
        async with asking(choice()) as dialog:
            await dialog.press("j", "escape")
            assert dialog.answers == [None]


class TestTyping:
    @pytest.mark.parametrize("text", ["4h", "-2h", "+-5m", "yesterday", "mon", "last 3h", "wed 9:00..12:00"])
    async def test_begins_with_whatever_a_time_begins_with(self, text: str):
        async with asking(choice(TimeRange(at("2026-11-01"), at("2026-11-02")), around=NOW)) as dialog:
            await dialog.press(*text)
            assert dialog.screen.since.value == text
            assert dialog.screen.until.value == ""
            await dialog.press("enter")
            assert len(dialog.answers) == 1

    async def test_begins_with_a_sign_that_few_keyboards_have(self):
        async with asking(choice(around=NOW)) as dialog:
            dialog.screen.presets.post_message(Key("plus_minus_sign", "±"))
            await dialog.pilot.pause()
            await dialog.press("5", "m", "enter")
            assert dialog.answers == [TimeRange(NOW - timedelta(minutes=5), NOW + timedelta(minutes=5))]

    async def test_begins_anew_with_a_slash(self):
        async with asking(choice()) as dialog:
            await dialog.press("slash", *"fri")
            assert dialog.screen.since.value == "fri"

    async def test_goes_on_with_what_stands_there_after_a_tab(self):
        async with asking(choice(TimeRange(timedelta(hours=4)))) as dialog:
            await dialog.press("tab", *"30m", "enter")
            assert dialog.answers == [TimeRange(timedelta(hours=4, minutes=30))]

    async def test_moves_nothing_while_a_word_is_half_written(self):
        async with asking(choice()) as dialog:
            heights = set()
            for letter in "/yesterdax":
                await dialog.press(letter)
                heights.add(dialog.screen.query_one(".box").region)
            await dialog.shows("did you mean yesterday?")
            assert len(heights) == 1


class TestTheFirstField:
    @pytest.mark.parametrize(
        ("text", "since", "until"),
        [
            ("yesterday", "2026-11-21T00:00:00", "2026-11-21T23:59:59.999"),
            ("14:00..14:30", "2026-11-22T14:00:00", "2026-11-22T14:30:00"),
            ("mon 9:00..12:00", "2026-11-16T09:00:00", "2026-11-16T12:00:00"),
            ("23:50..0:10", "2026-11-22T23:50:00", "2026-11-23T00:10:00"),
            ("14:05±20s", "2026-11-22T14:04:40", "2026-11-22T14:05:20"),
            ("14:05:00..14:05:30", "2026-11-22T14:05:00", "2026-11-22T14:05:30"),
            ("±5m", "2026-11-20T08:55:00", "2026-11-20T09:05:00"),
        ],
    )
    async def test_can_name_a_whole_range(self, text: str, since: str, until: str):
        async with asking(choice(around=at("2026-11-20T09:00"))) as dialog:
            await write(dialog, text)
            await dialog.press("enter")
            assert dialog.answers == [TimeRange(at(since), at(until))]

    @pytest.mark.parametrize(
        ("text", "since"),
        [
            ("14:00", "2026-11-22T14:00:00"),
            ("yesterday 14:00", "2026-11-21T14:00:00"),
            ("2026-11-20 14:00:05", "2026-11-20T14:00:05"),
            ("2026-11-20T14:00:05.250Z", "2026-11-20T14:00:05.250"),
            ("1795183205", "2026-11-20T14:00:05"),
            ("yesterday..", "2026-11-21T00:00:00"),
        ],
    )
    async def test_is_where_the_range_begins_when_it_is_a_clock_time(self, text: str, since: str):
        async with asking(choice()) as dialog:
            await write(dialog, text)
            await dialog.press("enter")
            assert dialog.answers == [TimeRange(at(since))]

    async def test_shows_in_the_other_where_its_range_ends(self):
        async with asking(choice()) as dialog:
            assert dialog.screen.until.placeholder == "now"
            await write(dialog, "14:00..14:30")
            assert dialog.screen.until.placeholder == "2026-11-22 14:30:00"
            await dialog.press("x")
            assert dialog.screen.until.placeholder == "now"

    async def test_asks_for_a_time_when_it_is_empty(self):
        async with asking(choice()) as dialog:
            await dialog.press("slash")
            await dialog.shows("When does it begin?")
            await dialog.press("enter")
            assert dialog.answers == []


class TestTheSecondField:
    @pytest.mark.parametrize(
        ("since", "until", "expected"),
        [
            ("2026-11-20 14:00:05", "2026-11-20 15:00", TimeRange(at("2026-11-20T14:00:05"), at("2026-11-20T15:00"))),
            ("mon 9:00", "12:00", TimeRange(at("2026-11-16T09:00"), at("2026-11-16T12:00"))),
            ("48h", "24h", TimeRange(timedelta(hours=48), timedelta(hours=24))),
            ("mon", "tue", TimeRange(at("2026-11-16"), at("2026-11-18") - MILLISECOND)),
            ("yesterday", "now", TimeRange(at("2026-11-21"))),
        ],
    )
    async def test_is_where_it_ends(self, since: str, until: str, expected: TimeRange):
        async with asking(choice()) as dialog:
            await write(dialog, since, until)
            await dialog.press("enter")
            assert dialog.answers == [expected]


class TestTheWindow:
    @pytest.mark.parametrize(
        ("text", "zone", "shown"),
        [
            ("14:00..14:30", UTC, "22 Nov 14:00:00 – 14:30:00 UTC · 30 m"),
            ("14:00..14:30", BERLIN, "22 Nov 14:00:00 – 14:30:00 CET +01:00 · 30 m"),
            ("26h30m", UTC, "21 Nov 18:18:03 – 22 Nov 20:48:03 UTC · 1 d 2 h 30 m"),
            ("yesterday", UTC, "21 Nov 00:00:00 – 23:59:59 UTC · 1 d"),
            ("2025-12-31..2026-01-01", UTC, "31 Dec 2025 00:00:00 – 1 Jan 2026 23:59:59 UTC · 2 d"),
            ("2025-06-01", UTC, "1 Jun 2025 00:00:00 – 23:59:59 UTC · 1 d"),
            ("0s", UTC, "22 Nov 20:48:03 – 20:48:03 UTC · under 1 s"),
            ("2026-10-25", BERLIN, "25 Oct 00:00:00 CEST +02:00 – 23:59:59 CET +01:00 · 1 d 1 h"),
            ("2026-10-25T00:30Z..2026-10-25T01:30Z", BERLIN, "25 Oct 02:30:00 CEST +02:00 – 02:30:00 CET +01:00 · 1 h"),
        ],
    )
    async def test_is_shown_with_its_zone_and_its_length(self, text: str, zone: tzinfo, shown: str):
        async with asking(choice(zone=zone)) as dialog:
            await write(dialog, text)
            await dialog.shows(shown)

    async def test_is_in_the_zone_of_the_screen_which_the_title_names(self):
        async with asking(choice(zone=BERLIN)) as dialog:
            await dialog.shows("Time range (CET +01:00)")
            await write(dialog, "14:00..14:30")
            await dialog.press("enter")
            assert dialog.answers == [TimeRange(at("2026-11-22T13:00"), at("2026-11-22T13:30"))]


class TestWhatCanNotBeMeant:
    @pytest.mark.parametrize(
        ("since", "until", "told"),
        [
            ("yesteryear", "", "did you mean yesterday?"),
            ("14:30", "14:00 ago", "can't read the time '14:00 ago'"),
            ("1h", "2h", "before it begins"),
            ("now", "", "a range can't begin now"),
            ("±5m", "", "needs a time to be around; write it before, as in 14:05±5m"),
            ("2026-02-30", "", "there is no such time as '2026-02-30'"),
        ],
    )
    async def test_is_told_and_not_taken(self, since: str, until: str, told: str):
        async with asking(choice()) as dialog:
            await write(dialog, since, until)
            await dialog.press("enter")
            assert told in " ".join(dialog.text.replace("│", " ").split())
            assert dialog.answers == []

    async def test_is_shown_without_being_obeyed(self):
        async with asking(choice()) as dialog:
            for payload in PAYLOADS:
                await write(dialog, f"a{payload}z"[:60], f"b{payload}z"[:60])
            await dialog.shows("can't read the time")


class TestTheForms:
    async def test_offer_a_span_around_the_record_in_sight(self):
        async with asking(choice(around=NOW)) as dialog:
            await dialog.shows("4h · yesterday 14:00 · 14:00..14:30 · ±5m")

    async def test_offer_a_span_around_a_time_where_there_is_no_record(self):
        async with asking(choice()) as dialog:
            await dialog.shows("14:00..14:30 · 14:05±5m")


class TestARangeThatIsThere:
    @pytest.mark.parametrize("zone", [UTC, BERLIN], ids=["UTC", "Berlin"])
    @pytest.mark.parametrize(
        "time_range",
        [
            *PRESETS,
            TimeRange(timedelta(hours=48), timedelta(hours=24)),
            TimeRange(at("2026-11-20T14:00:05.250")),
            TimeRange(at("2026-11-21"), at("2026-11-22") - MILLISECOND),
            TimeRange(at("2026-11-21"), at("2026-11-21")),
            TimeRange(at("2026-10-25T00:30"), at("2026-10-25T01:30")),
            TimeRange(timedelta(days=90), at("2026-11-01")),
        ],
        ids=str,
    )
    async def test_comes_back_the_same_where_nothing_is_changed(self, time_range: TimeRange, zone: tzinfo):
        async with asking(choice(time_range, zone)) as dialog:
            await dialog.press("tab", "enter")
            assert dialog.answers == [time_range]

    @given(st.integers(0, 4_000_000_000_000), st.sampled_from([UTC, BERLIN, None]))
    def test_is_written_as_text_that_means_the_same(self, milliseconds: int, zone: tzinfo | None):
        moment = datetime.fromtimestamp(0, UTC) + milliseconds * MILLISECOND
        assert parse_moment(choice(zone=zone)._format(moment), now=NOW, zone=zone) == moment


@at_both_sizes
class TestItsLooks:
    @pytest.mark.parametrize(
        "text", ["", "mon 9:00..12:00", "yesteryear"], ids=["presets", "a_range", "not_understood"]
    )
    async def test_dialog(self, snapshot: SnapshotAssertion, tmp_path: Path, size: Size, text: str):
        async with asking(choice(around=NOW), size=size) as dialog:
            await dialog.press(*text)
            assert_same_picture(dialog, snapshot, tmp_path)


async def test_it_fits_a_small_terminal_whole():
    async with asking(choice(), size=(60, 20)) as dialog:
        assert "Time range" in dialog.text
        assert "esc cancel" in dialog.text
