"""A query that is followed: who asks for what comes in, what waits to be shown, and what nobody has looked at yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tui.domain.identity import Identity
    from tui.domain.record import AuditRecord
    from tui.session.follow import Arrival, Follower


class Live:
    """What came in between the follower and the rows.

    Records wait here until the rows let them in: at a moment when nothing moves under the reader.  Of those that wait
    `most` are kept, the newest.
    """

    def __init__(self, follower: Follower, *, most: int, seen_until: datetime | None = None) -> None:
        """`seen_until`: what is newer than this is new to the reader, be it there from the beginning."""
        self.follower = follower
        self.paused = False
        """Whether the reader wants nothing to be let in."""
        self.new_since: datetime | None = None
        """The server's clock when the first came in of those that nobody has looked at, None where there are none."""
        self._most = most
        self._seen_until = seen_until
        self._waiting: list[AuditRecord] = []
        self._overflowed = False
        self._new: set[Identity] = set()

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def arrive(self, arrivals: Iterable[Arrival], at: datetime) -> None:
        """Let records wait that came in; `at` is the server's clock."""
        for record, early, _ in arrivals:
            self._waiting.append(record)
            if not early or self._is_unseen(record):
                self.new_since = self.new_since or at
                self._new.add(record.identity)
        if len(self._waiting) > self._most:
            self._overflowed = True
            ordered = self._in_order()
            self._waiting = ordered[: self._most]
            self._new.difference_update(record.identity for record in ordered[self._most :])

    def take(self) -> tuple[list[AuditRecord], bool]:
        """Those that waited, the newest first, and whether some older ones of them are lost."""
        taken = self._in_order(), self._overflowed
        self._waiting, self._overflowed = [], False
        return taken

    def is_new(self, record: AuditRecord) -> bool:
        return bool(self._new) and record.identity in self._new

    def looked_at(self, records: Iterable[AuditRecord]) -> bool:
        """The reader has looked at these; True where one of them was new."""
        before = len(self._new)
        self._new.difference_update(record.identity for record in records)
        if not self._new:
            self.new_since = None
        return len(self._new) < before

    @property
    def new_count(self) -> int:
        """How many nobody has looked at, those that wait among them."""
        return len(self._new)

    def _is_unseen(self, record: AuditRecord) -> bool:
        """Whether a record that was there from the beginning is newer than what the reader saw."""
        return self._seen_until is not None and record.time is not None and record.time > self._seen_until

    def _in_order(self) -> list[AuditRecord]:
        return sorted(self._waiting, key=lambda record: record.time or self.follower.frontier, reverse=True)
