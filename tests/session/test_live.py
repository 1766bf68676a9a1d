"""What waits between the follower and the rows, and what is new to the reader."""

from __future__ import annotations

from tests.session.growing_log import at, entry
from tests.session.scene import NOW, frozen
from tui.domain.record import AuditRecord
from tui.session.follow import Arrival, Follower
from tui.session.live import Live


def live(*, most: int = 100, seen_until: float | None = None) -> Live:
    follower = Follower(frozen().plan, since=NOW, now=NOW)
    return Live(follower, most=most, seen_until=None if seen_until is None else at(seen_until))


def came(*records: AuditRecord, early: bool = False) -> list[Arrival]:
    return [Arrival(record, early, late=False) for record in records]


def names(records: list[AuditRecord]) -> list[str]:
    return [record.request_id for record in records]


class TestWaiting:
    def test_records_wait_until_they_are_taken_the_newest_first(self):
        waiting = live()
        waiting.arrive(came(entry(3), entry(1)), at(4))
        waiting.arrive(came(entry(2), entry(5)), at(6))
        assert len(waiting) == 4
        records, lost = waiting.take()
        assert (names(records), lost) == (["r5", "r3", "r2", "r1"], False)
        assert len(waiting) == 0
        assert waiting.take() == ([], False)

    def test_those_of_one_moment_stay_in_the_order_they_came_in(self):
        waiting = live()
        waiting.arrive(came(entry(1, "a"), entry(1, "b")), at(2))
        waiting.arrive(came(entry(1, "c")), at(3))
        assert names(waiting.take()[0]) == ["ra", "rb", "rc"]

    def test_one_whose_time_cannot_be_read_stands_where_the_reading_is(self):
        waiting = live()
        waiting.arrive(came(entry(1), entry(0, "odd", timestamp="?"), entry(-1)), at(2))
        assert names(waiting.take()[0]) == ["r1", "rodd", "r-1"]

    def test_of_too_many_the_newest_are_kept_and_it_is_told(self):
        waiting = live(most=3)
        waiting.arrive(came(entry(3), entry(2), entry(1)), at(4))
        waiting.arrive(came(entry(5), entry(0)), at(6))
        assert len(waiting) == 3
        records, lost = waiting.take()
        assert (names(records), lost) == (["r5", "r3", "r2"], True)
        waiting.arrive(came(entry(7)), at(8))
        assert waiting.take()[1] is False

    def test_and_those_that_are_lost_are_new_to_nobody(self):
        waiting = live(most=1)
        waiting.arrive(came(entry(1), entry(2), entry(3)), at(4))
        assert waiting.new_count == 1
        assert waiting.is_new(entry(3))


class TestNewOnes:
    def test_what_came_in_is_new_until_it_is_looked_at(self):
        waiting = live()
        waiting.arrive(came(entry(1), entry(2)), at(3))
        assert waiting.new_count == 2
        assert waiting.looked_at([entry(1)])
        assert not waiting.is_new(entry(1))
        assert waiting.is_new(entry(2))
        assert not waiting.looked_at([entry(1)])
        assert waiting.looked_at([entry(2)])
        assert waiting.new_count == 0
        assert waiting.new_since is None

    def test_since_when_is_told_anew_once_all_were_looked_at(self):
        waiting = live()
        waiting.arrive(came(entry(1)), at(2))
        waiting.arrive(came(entry(3)), at(4))
        assert waiting.new_since == at(2)
        waiting.looked_at([entry(1), entry(3)])
        waiting.arrive(came(entry(5)), at(6))
        assert waiting.new_since == at(6)

    def test_they_are_also_while_they_wait_and_after_they_were_taken(self):
        waiting = live()
        waiting.arrive(came(entry(1)), at(2))
        waiting.take()
        assert waiting.is_new(entry(1))

    def test_what_was_there_from_the_beginning_is_not(self):
        waiting = live()
        waiting.arrive(came(entry(-1), early=True), at(0))
        assert waiting.new_count == 0
        assert waiting.new_since is None
        assert not waiting.is_new(entry(-1))

    def test_unless_the_reader_has_seen_less_of_it(self):
        waiting = live(seen_until=-10)
        waiting.arrive(came(entry(-5), entry(-10), entry(-11), entry(0, "odd", timestamp="?"), early=True), at(0))
        assert waiting.new_count == 1
        assert waiting.is_new(entry(-5))
        assert waiting.new_since == at(0)
