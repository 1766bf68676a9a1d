"""A history that goes on while it is read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.demo.asking import NOW
from tui.demo.history import History
from tui.demo.live import LiveHistory
from tui.demo.switches import Switches

BEFORE = NOW - timedelta(days=30)


@pytest.fixture
def live(history: History) -> LiveHistory:
    return LiveHistory(history, now=NOW, seed=3)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def rows(live: LiveHistory, end: datetime, start: datetime = BEFORE) -> list[dict[str, Any]]:
    selection = live.select(start, end)
    return selection.page(0, selection.total)


class TestGrowth:
    def test_without_it_the_history_is_what_it_was(self, live: LiveHistory, history: History) -> None:
        live.catch_up(later(3_600))
        assert rows(live, later(3_600)) == history.select(BEFORE, NOW).page(0, len(history))

    def test_records_arrive_as_the_clock_passes(self, live: LiveHistory, history: History) -> None:
        live.set_pace(Switches(grow=0.5), NOW)
        live.catch_up(later(10.9))
        assert live.select(BEFORE, later(11)).total == len(history) + 5
        arrived = live.select(later(0.5), later(11)).page(0, 10)
        assert [str(record["timestamp"])[17:19] for record in arrived] == ["19", "17", "15", "13", "11"]

    def test_several_may_share_a_second(self, live: LiveHistory) -> None:
        live.set_pace(Switches(grow=4), NOW)
        live.catch_up(later(3))
        times = [record["timestamp"] for record in rows(live, later(3), later(0.5))]
        assert len(times) > len(set(times))
        assert times == sorted(times, reverse=True)

    def test_it_is_the_same_however_often_it_is_looked_at(self, history: History) -> None:
        pace = Switches(grow=3, late=30, repeated_ids=0.2)
        patient, curious = LiveHistory(history, now=NOW, seed=3), LiveHistory(history, now=NOW, seed=3)
        patient.set_pace(pace, NOW)
        curious.set_pace(pace, NOW)
        for step in range(1, 101):
            curious.catch_up(later(step * 0.7))
        patient.catch_up(later(70))
        assert rows(patient, later(70)) == rows(curious, later(70))

    def test_a_new_pace_holds_from_then_on(self, live: LiveHistory) -> None:
        live.set_pace(Switches(grow=1), NOW)
        live.set_pace(Switches(grow=10), later(10))
        live.set_pace(Switches(), later(11))
        live.catch_up(later(1_000))
        assert len(live) == 10 + 10

    def test_it_ends_before_it_fills_the_memory(self, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tui.demo.live.MOST_ARRIVALS", 50)
        live = LiveHistory(history, now=NOW, seed=3)
        live.set_pace(Switches(grow=1_000), NOW)
        live.catch_up(later(3_600))
        live.arrive(10, later(3_600))
        assert len(live) == 50

    def test_nothing_arrives_when_the_clock_goes_back(self, live: LiveHistory) -> None:
        live.set_pace(Switches(grow=1), NOW)
        live.catch_up(later(5))
        live.catch_up(later(-100))
        live.catch_up(later(5))
        assert len(live) == 5


class TestLateness:
    def test_late_records_stand_where_they_belong_in_time(self, live: LiveHistory, history: History) -> None:
        day = 86_400
        live.set_pace(Switches(grow=40, late=day), NOW)
        live.catch_up(later(1))
        everything = rows(live, later(1))
        times = [str(record["timestamp"]) for record in everything]
        assert times == sorted(times, reverse=True)
        assert len(everything) == len(history) + 40
        settled = history.select(BEFORE, NOW).page(0, len(history))
        late = [at for at, record in enumerate(everything) if record not in settled and at > 40]
        assert late
        assert [record for record in everything if record in settled] == settled

    def test_pages_over_them_follow_each_other(self, live: LiveHistory) -> None:
        live.set_pace(Switches(grow=40, late=86_400), NOW)
        live.catch_up(later(1))
        selection = live.select(BEFORE, later(1))
        by_page = [record for offset in range(0, selection.total, 7) for record in selection.page(offset, 7)]
        assert by_page == selection.page(0, selection.total)
        assert selection.page(selection.total, 7) == []

    @pytest.mark.parametrize("start_inclusive", [True, False])
    @pytest.mark.parametrize("end_inclusive", [True, False])
    def test_windows_treat_them_as_any_record(
        self, live: LiveHistory, start_inclusive: bool, end_inclusive: bool
    ) -> None:
        live.set_pace(Switches(grow=40, late=86_400), NOW)
        live.catch_up(later(1))
        everything = rows(live, later(1))
        start, end = (datetime.fromisoformat(str(everything[at]["timestamp"])) for at in (45, 3))
        found = live.select(start, end, start_inclusive=start_inclusive, end_inclusive=end_inclusive)
        first, last = str(everything[45]["timestamp"]), str(everything[3]["timestamp"])
        assert found.page(0, 100) == [
            record
            for record in everything
            if first <= str(record["timestamp"]) <= last
            and (start_inclusive or record["timestamp"] != first)
            and (end_inclusive or record["timestamp"] != last)
        ]


class TestFilters:
    def test_arrivals_are_filtered_like_the_rest(self, live: LiveHistory) -> None:
        live.arrive(60, NOW)
        found = live.select(BEFORE, NOW, where={"method": lambda method: method == "PUT"})
        expected = [record for record in rows(live, NOW) if record["method"] == "PUT"]
        assert found.page(0, found.total) == expected

    def test_an_arrival_is_found_by_its_request_id(self, live: LiveHistory) -> None:
        live.arrive(1, NOW)
        newest = live.select(NOW, NOW).page(0, 1)[0]
        assert live.select(BEFORE, NOW, request_id=newest["request_id"]).page(0, 5) == [newest]


def test_request_ids_may_repeat(live: LiveHistory) -> None:
    live.set_pace(Switches(grow=10, repeated_ids=1.0), NOW)
    live.catch_up(later(2))
    assert len({record["request_id"] for record in rows(live, later(2), later(0))}) == 1
