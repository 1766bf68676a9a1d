"""The looks a reader took at the log, to go back and forward among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tui.domain.plan import FrozenQuery
    from tui.domain.query import AuditQuery, Term
    from tui.session.exploration import Held
    from tui.state.last_look import KeptLook

_MOST_LOOKS = 100
_MOST_HELD = 8
"""Looks whose rows are kept; those of older ones are asked for again, most of them from the cache."""


class Place(NamedTuple):
    """The table's cursor, and the row at the top of its view."""

    row: int = 0
    column: int = 0
    top: int = 0


START = Place()


@dataclass(frozen=True, slots=True)
class Look:
    """A query with what was switched off in it, as it was frozen, and what the reader saw of its rows.

    `kept` is all that is known of one that another run took.
    """

    query: AuditQuery
    off: tuple[Term, ...] = ()
    frozen: FrozenQuery | None = None
    held: Held | None = None
    place: Place = START
    kept: KeptLook | None = None


class Trail:
    """Looks behind and, after going back, ahead of the present one, which whoever moves hands in to be kept."""

    def __init__(self, behind: Iterable[Look] = ()) -> None:
        """`behind` are looks to begin with, the last one last."""
        self._behind = [*behind]
        self._ahead: list[Look] = []

    @property
    def before(self) -> Look | None:
        """The look that `back` goes to, None where the present one is the first."""
        return self._behind[-1] if self._behind else None

    @property
    def after(self) -> Look | None:
        """The look that `forward` goes to, None where the present one is the last."""
        return self._ahead[-1] if self._ahead else None

    def leave(self, present: Look) -> None:
        """The reader goes on to a new look, so that there is nothing ahead any more."""
        self._ahead.clear()
        self._push(self._behind, present)

    def back(self, present: Look) -> None:
        """The reader goes to the look before the present one."""
        self._behind.pop()
        self._push(self._ahead, present)

    def forward(self, present: Look) -> None:
        """The reader goes to the look that `back` came from."""
        self._ahead.pop()
        self._push(self._behind, present)

    @staticmethod
    def _push(looks: list[Look], look: Look) -> None:
        looks.append(look)
        del looks[:-_MOST_LOOKS]
        if len(looks) > _MOST_HELD:
            looks[-_MOST_HELD - 1] = replace(looks[-_MOST_HELD - 1], held=None)
