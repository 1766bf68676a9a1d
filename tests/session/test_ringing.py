"""Watch rules ring at once and then seldom, and every record that they stand for is counted."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.session.scene import record
from tui.domain.record import AuditRecord
from tui.session.ringing import ANY_SECONDS, MOST_RECORDS, RULE_SECONDS, Ring, Ringer


def ringer(*rules: str) -> Ringer:
    made = Ringer()
    made.watch(rules)
    return made


def newest_first(numbers: range) -> list[AuditRecord]:
    """Records of these numbers, each a second older than the one before."""
    return [record(number) for number in numbers]


class TestOneRule:
    def test_rings_at_once_for_what_came_in(self):
        rule = ringer("deletions")
        rule.take("deletions", newest_first(range(2)))
        assert rule.rest(5.0) == 0
        assert rule.ring(5.0) == [Ring("deletions", (record(1), record(0)), 2)]

    def test_rings_once_for_a_record(self):
        rule = ringer("deletions")
        rule.take("deletions", [record(0)])
        rule.ring(0.0)
        assert rule.rest(99.0) is None
        assert rule.ring(99.0) == []

    def test_keeps_still_after_it_rang_and_then_stands_for_all_that_came_meanwhile(self):
        rule = ringer("deletions")
        rule.take("deletions", [record(9)])
        rule.ring(100.0)
        rule.take("deletions", [record(8)])
        rule.take("deletions", [record(6), record(7)])
        assert rule.ring(100.0 + RULE_SECONDS - 0.5) == []
        assert rule.rest(100.0 + RULE_SECONDS - 0.5) == pytest.approx(0.5)
        [ring] = rule.ring(100.0 + RULE_SECONDS)
        assert ring == Ring("deletions", (record(8), record(7), record(6)), 3)

    def test_keeps_the_newest_of_many_and_counts_them_all(self):
        rule = ringer("deletions")
        rule.take("deletions", newest_first(range(3 * MOST_RECORDS)))
        [ring] = rule.ring(0.0)
        assert ring.count == 3 * MOST_RECORDS
        assert ring.records == tuple(reversed(newest_first(range(MOST_RECORDS))))

    def test_that_nothing_fits_does_not_ring(self):
        rule = ringer("deletions")
        rule.take("deletions", [])
        assert rule.rest(0.0) is None
        assert rule.ring(0.0) == []


class TestSeveralRules:
    def test_ring_together_where_they_can(self):
        rules = ringer("deletions", "failures")
        rules.take("failures", [record(1)])
        rules.take("deletions", [record(0)])
        assert [ring.rule for ring in rules.ring(0.0)] == ["deletions", "failures"]

    def test_keep_still_together_for_a_while(self):
        rules = ringer("deletions", "failures")
        rules.take("deletions", [record(1)])
        rules.ring(0.0)
        rules.take("failures", [record(0)])
        assert rules.ring(ANY_SECONDS / 2) == []
        assert rules.rest(ANY_SECONDS / 2) == pytest.approx(ANY_SECONDS / 2)
        assert [ring.rule for ring in rules.ring(ANY_SECONDS)] == ["failures"]

    def test_rest_until_the_first_of_them_is_due(self):
        rules = ringer("deletions", "failures")
        rules.take("deletions", [record(1)])
        rules.ring(0.0)
        rules.take("deletions", [record(2)])
        assert rules.rest(1.0) == pytest.approx(RULE_SECONDS - 1.0)
        rules.take("failures", [record(0)])
        assert rules.rest(1.0) == pytest.approx(ANY_SECONDS - 1.0)


class TestOtherRules:
    def test_one_that_stays_keeps_what_it_holds_and_when_it_rang(self):
        rules = ringer("deletions", "failures")
        rules.take("deletions", [record(1)])
        rules.ring(0.0)
        rules.take("deletions", [record(0)])
        rules.watch(["robots", "deletions"])
        assert rules.rest(0.0) == RULE_SECONDS
        assert rules.ring(RULE_SECONDS) == [Ring("deletions", (record(0),), 1)]

    def test_one_that_goes_is_forgotten(self):
        rules = ringer("deletions")
        rules.take("deletions", [record(1)])
        rules.watch([])
        rules.take("deletions", [record(0)])
        assert rules.rest(0.0) is None
        rules.watch(["deletions"])
        assert rules.ring(0.0) == []


ARRIVALS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.floats(0, 4)), max_size=60)
"""A rule, how many records fit it, and how long nothing comes after them."""


class TestWhateverComes:
    @given(arrivals=ARRIVALS)
    def test_every_record_is_counted_once_and_nothing_rings_too_often(self, arrivals: list[tuple[str, int, float]]):
        rules, now = ringer(*"abc"), 0.0
        came: Counter[str] = Counter()
        rang: list[tuple[float, Ring]] = []
        for rule, count, pause in [*arrivals, ("a", 0, RULE_SECONDS), ("a", 0, RULE_SECONDS)]:
            rules.take(rule, newest_first(range(count)))
            came[rule] += count
            rang += [(now, ring) for ring in rules.ring(now)]
            now += pause
        rang += [(now, ring) for ring in rules.ring(now)]
        assert sum_of(rang) == +came
        assert shortest_pause(sorted({at for at, _ in rang})) >= ANY_SECONDS
        for rule in "abc":
            assert shortest_pause([at for at, ring in rang if ring.rule == rule]) >= RULE_SECONDS


def sum_of(rang: list[tuple[float, Ring]]) -> Counter[str]:
    """How many records each rule rang for."""
    total: Counter[str] = Counter()
    for _, ring in rang:
        total[ring.rule] += ring.count
    return total


def shortest_pause(moments: list[float]) -> float:
    """To the millisecond, as sums of binary fractions are a little off."""
    return min((round(later - sooner, 3) for sooner, later in pairwise(moments)), default=float("inf"))
