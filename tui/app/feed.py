"""Loaded records for whoever counts them: each of them once, however they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord
    from tui.session.exploration import Exploration


class Feed:
    """The records of one query."""

    def __init__(self, exploration: Exploration) -> None:
        self._exploration = exploration
        self._given: set[int] = set()

    def fresh(self) -> list[AuditRecord]:
        """Those that were not given before."""
        found = {row: record for row, record in self._exploration.loaded_rows() if row not in self._given}
        self._given.update(found)
        return list(found.values())

    @property
    def total(self) -> int | None:
        """How many records the query has, None while nobody knows."""
        exploration = self._exploration
        if exploration.extent_known:
            return exploration.row_count
        return None if exploration.scanning else exploration.total
