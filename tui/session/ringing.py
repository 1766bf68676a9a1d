"""When watch rules ring: at once, and then no more often than a reader can bear, without losing count."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tui.domain.record import AuditRecord

RULE_SECONDS = 10.0
"""How long a rule that rang keeps still."""
ANY_SECONDS = 2.0
"""How long all of them keep still; then those that are due ring together."""
MOST_RECORDS = 100
"""Records of a ring that are kept, the newest; the others are counted."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A rule rings for `count` records that came in since it last did; `records` are the newest of them, the oldest
    first."""

    rule: str
    records: tuple[AuditRecord, ...]
    count: int


@dataclass(slots=True)
class _Held:
    """What a rule has not rung for yet."""

    records: deque[AuditRecord] = field(default_factory=lambda: deque(maxlen=MOST_RECORDS))
    count: int = 0


class Ringer:
    """Takes records that fit rules, which go by their names, and says what rings when.

    `at` is a clock that never goes back, in seconds.
    """

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._rang_at: dict[str, float] = {}
        self._any_rang_at = float("-inf")

    def watch(self, rules: Collection[str]) -> None:
        """There are these rules from now on; others are forgotten, with what they hold."""
        self._held = {rule: self._held.get(rule, _Held()) for rule in rules}
        self._rang_at = {rule: at for rule, at in self._rang_at.items() if rule in rules}

    def take(self, rule: str, records: Iterable[AuditRecord]) -> None:
        """These records fit a rule, the newest first; nothing where there is no such rule any more."""
        held = self._held.get(rule)
        if held is not None:
            came = tuple(records)
            held.records.extend(reversed(came))
            held.count += len(came)

    def rest(self, at: float) -> float | None:
        """Seconds until something rings, None where nothing does."""
        dues = [self._due_at(rule) for rule, held in self._held.items() if held.count]
        return max(0.0, min(dues) - at) if dues else None

    def ring(self, at: float) -> list[Ring]:
        """What rings now."""
        rings = []
        for rule, held in self._held.items():
            if held.count and self._due_at(rule) <= at:
                rings.append(Ring(rule, tuple(held.records), held.count))
        for ring in rings:
            self._held[ring.rule] = _Held()
            self._rang_at[ring.rule] = self._any_rang_at = at
        return rings

    def _due_at(self, rule: str) -> float:
        last = self._rang_at.get(rule, float("-inf"))
        return max(last + RULE_SECONDS, self._any_rang_at + ANY_SECONDS)
