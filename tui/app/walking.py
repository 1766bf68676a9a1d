"""Steps from record to record that fits, over rows that may still have to be loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.domain.page import PAGE_SIZE
from tui.session.exploration import Exploration, Pause, RowState

if TYPE_CHECKING:
    from tui.app.page_worker import PageWorker
    from tui.app.record_rows import RecordRows
    from tui.domain.identity import Identity
    from tui.domain.record import AuditRecord

LOOKED_AT = 2_000
"""Records that one step looks at before it stops and says so."""
_AT_ONCE = 500


class Walker:
    """Looks for the next row that fits, having pages loaded and the scan go on as it gets there."""

    def __init__(self, rows: RecordRows, exploration: Exploration, worker: PageWorker) -> None:
        self._rows = rows
        self._exploration = exploration
        self._worker = worker
        self._changed = asyncio.Event()
        self.stopped_at: int | None = None
        """The last row that was looked at before the last step gave up, None where it came to an end."""

    def changed(self) -> None:
        """Rows came, or the news that they can't be had."""
        self._changed.set()

    async def step(self, fits: Callable[[AuditRecord], bool], start: int, direction: int) -> int | None:
        """The nearest row of the table that fits, from `start` on and not that itself; None where there is none as far
        as was looked: `stopped_at` tells."""
        index = start + direction
        self.stopped_at = None
        for looked in range(LOOKED_AT):
            if not await self._have(index):
                return None
            record = self._rows.record(index)
            if record is not None and fits(record):
                return index
            index += direction
            if looked % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
        self.stopped_at = index - direction
        return None

    async def find(self, identity: Identity, near: int) -> int | None:
        """The row of a record that stood at the row `near` once, and may have moved by some as others came late; None
        where it is not around there."""
        for row in (near, near + PAGE_SIZE, near - PAGE_SIZE):
            if row >= 0 and await self._load(row):
                rows = self._exploration.loaded_rows()
                found = next((row for row, record in rows if record.identity == identity), None)
                if found is not None:
                    return found
        return None

    async def load_on(self) -> None:
        """Have a budget of records loaded that are not here yet, the newest first."""
        here = {row for row, _ in self._exploration.loaded_rows()}
        gap = next(row for row in range(len(here) + 1) if row not in here)
        for row in range(gap, gap + LOOKED_AT):
            if not await self._load(row):
                return

    async def _have(self, index: int) -> bool:
        """Wait until there is something at an index; False where nothing can come there."""
        if self._rows.sorting is not None:
            return 0 <= index < self._rows.count
        return index >= 0 and await self._load(index)

    async def _load(self, row: int) -> bool:
        """Wait until a row of the exploration is here; False where there is none, or it couldn't be had."""
        exploration, asked = self._exploration, False
        try:
            while True:
                if row < exploration.row_count:
                    if exploration.record(row) is not None:
                        return True
                    if (state := exploration.state(row)) is not RowState.PENDING:
                        return state is RowState.MISSING
                elif exploration.extent_known or exploration.problem or exploration.paused is Pause.HELD or asked:
                    return False
                elif exploration.paused is not None:
                    exploration.go_on()
                    asked = True
                exploration.want(row)
                self._changed.clear()
                self._worker.go_on()
                if self._worker.stopped:
                    return False
                await self._changed.wait()
        finally:
            exploration.want(None)
