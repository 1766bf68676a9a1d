"""The way back through the looks a reader took."""

from __future__ import annotations

from typing import Any

from tui.app.trail import Look, Place, Trail
from tui.domain.query import AuditQuery

FIRST, SECOND, THIRD = (Look(AuditQuery(), place=Place(row)) for row in (1, 2, 3))


def test_back_goes_to_the_looks_that_were_left_the_last_one_first():
    trail = Trail()
    trail.leave(FIRST)
    trail.leave(SECOND)
    assert trail.before == SECOND
    trail.back(THIRD)
    assert trail.before == FIRST
    trail.back(SECOND)
    assert trail.before is None


def test_forward_returns_to_the_look_that_back_came_from_as_it_was_left():
    trail = Trail()
    trail.leave(FIRST)
    moved_on = Look(AuditQuery(), place=Place(22))
    trail.back(moved_on)
    assert trail.after == moved_on
    trail.forward(FIRST)
    assert trail.before == FIRST
    assert trail.after is None


def test_a_new_look_ends_what_lay_ahead():
    trail = Trail()
    trail.leave(FIRST)
    trail.back(SECOND)
    trail.leave(FIRST)
    assert trail.after is None


def test_what_lies_behind_may_have_been_left_in_another_run():
    trail = Trail([FIRST, SECOND])
    trail.back(THIRD)
    assert trail.before == FIRST
    assert trail.after == THIRD


def test_the_rows_of_looks_long_ago_are_let_go():
    trail = Trail()
    held: Any = object()
    for row in range(120):
        trail.leave(Look(AuditQuery(), held=held, place=Place(row)))
    looks = []
    while (look := trail.before) is not None:
        looks.append(look)
        trail.back(THIRD)
    assert [look.place.row for look in looks] == list(range(119, 19, -1))
    assert [look.held is held for look in looks[:9]] == [True] * 8 + [False]
    assert not any(look.held for look in looks[8:])
