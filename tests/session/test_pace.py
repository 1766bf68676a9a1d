"""How soon it is looked again."""

from __future__ import annotations

import pytest

from tui.session.pace import Pace


class TestAfterALook:
    def test_two_seconds_to_begin_with_and_longer_while_nothing_happens_to_ten(self):
        pace = Pace()
        pauses = [pace.after(hit=False) for _ in range(7)]
        assert pauses[0] == 2.0
        assert pauses == sorted(pauses)
        assert pauses[-2:] == [10.0, 10.0]

    def test_after_a_hit_it_is_quicker_and_then_as_usual_again(self):
        pace = Pace()
        for _ in range(7):
            pace.after(hit=False)
        assert [pace.after(hit=True), pace.after(hit=True)] == [1.0, 1.0]
        assert pace.after(hit=False) == 2.0

    def test_while_something_is_left_to_read_it_is_not_slower(self):
        pace = Pace()
        assert [pace.after(hit=False, more=True) for _ in range(3)] == [2.0] * 3
        assert [pace.after(hit=False), pace.after(hit=False)] == [2.0, 3.0]

    def test_it_can_be_chosen(self):
        pace = Pace(0.5)
        assert [pace.after(hit=False), pace.after(hit=True)] == [0.5, 0.25]

    def test_one_slower_than_the_slowest_is_never_quicker_for_being_idle(self):
        pace = Pace(30.0)
        assert [pace.after(hit=False) for _ in range(3)] == [30.0] * 3


class TestAfterFailures:
    def test_they_are_the_longer_the_more_failed_in_a_row_to_ten_seconds(self):
        pace = Pace()
        assert [pace.after_failures(count, None) for count in (1, 2, 3, 4, 5, 1_000_000)] == [2, 4, 8, 10, 10, 10]

    @pytest.mark.parametrize(("asked", "pause"), [(None, 2.0), (0.0, 2.0), (1.0, 2.0), (2.5, 2.5), (300.0, 300.0)])
    def test_what_the_server_asks_for_is_waited_at_the_least(self, asked: float | None, pause: float):
        assert Pace().after_failures(1, asked) == pause

    def test_they_leave_the_pace_as_it_was(self):
        pace = Pace()
        pace.after(hit=True)
        pace.after_failures(9, 60.0)
        assert pace.after(hit=False) == 2.0
