"""Watch rules at work: what comes in and fits a view that rings is told to the reader, wherever that one looks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.app.calling import SAVE_TITLE, TITLE_BACK, notification, title
from tui.app.page_worker import check_records
from tui.domain.clean import clean
from tui.domain.errors import QueryError, QueryTooSlow
from tui.feeding import feed
from tui.formats.record_json import json_line
from tui.formats.record_line import record_line
from tui.session.ringing import MOST_RECORDS, Ring, Ringer
from tui.state.views import FILE_NAME, SavedView, Way

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.worker import Worker

    from tui.app.context import Context
    from tui.domain.matching import Matcher
    from tui.domain.names import Names
    from tui.domain.record import AuditRecord

_GROUP, _LATER = "ring", "ring later"
COMMAND_SECONDS = 10.0
"""How long a command may take before it is killed."""
_MOST_UNCHECKED = 10_000
"""Records that may wait to be looked at, which takes long where many rules look into bodies."""
_MOST_TOLD = 3
"""Rules that are told of in one message; the others are counted."""


class _Rule(NamedTuple):
    view: SavedView
    matcher: Matcher


@dataclass(slots=True)
class _Order:
    """What a command is to be given: `records`, the newest of `count`, the oldest first."""

    command: tuple[str, ...]
    records: deque[AuditRecord] = field(default_factory=lambda: deque(maxlen=MOST_RECORDS))
    count: int = 0


class Bells:
    """Rings for records that come in, by the saved views that are to ring.

    Only what the present query lets in is looked at.  Of a view's query the terms count, and not its range of time.
    """

    def __init__(
        self, owner: Screen[Any], given: Context, *, matcher: Callable[[str], Matcher], names: Callable[[], Names]
    ) -> None:
        """`matcher` makes of a view's query what says whether a record fits its terms; it raises `QueryError`."""
        self._owner = owner
        self._shelf = given.memory.views
        self._ticks = given.ticks
        self._sleep = given.sleep
        self._multiplexer = given.multiplexer
        self._matcher = matcher
        self._names = names
        self._ringer = Ringer()
        self._rules: dict[str, _Rule] = {}
        self._unchecked: list[AuditRecord] = []
        self._passed_over = 0
        self._checking: Worker[None] | None = None
        self._orders: dict[str, _Order] = {}
        self._running: Worker[None] | None = None
        self._rang: dict[str, int] = {}
        """What the title tells: the rules that rang since the reader was here last, each for how many records."""
        self._warned: set[str] = set()

    # What the screen tells

    def reload(self) -> None:
        """Go by the views and names as they are now.  What is wrong with them is told once."""
        try:
            views = self._shelf.views()
        except QueryError as error:
            self._warn(str(error))
            return
        ringing = [view for view in views if view.rings and not view.muted and not self._shelf.silent]
        self._rules = {}
        for view in ringing:
            try:
                self._rules[view.name] = _Rule(view, self._matcher(view.query))
            except QueryError as error:
                self._warn(f"The view {view.name} can't ring: {error}")
        self._ringer.watch(self._rules)

    def ring(self, records: Sequence[AuditRecord]) -> None:
        """These came in, the newest first: ring for those that fit a rule, at once or when it may ring again."""
        if not records or not self._rules:
            return
        waiting = [*records, *self._unchecked]
        self._unchecked = waiting[:_MOST_UNCHECKED]
        self._passed_over += len(waiting) - len(self._unchecked)
        if self._checking is None or self._checking.is_finished:
            self._checking = self._owner.run_worker(self._check(), group=_GROUP)

    def give_title_back(self) -> None:
        """The reader is here, or the run ends."""
        if self._rang:
            self._rang = {}
            self._send(TITLE_BACK)

    # What fits

    async def _check(self) -> None:
        while self._unchecked:
            records, self._unchecked = self._unchecked, []
            for name, rule in tuple(self._rules.items()):
                try:
                    fits = await check_records(records, rule.matcher, in_thread=True)
                except QueryTooSlow as error:
                    self._rules.pop(name, None)
                    self._ringer.watch(self._rules)
                    self._warn(f"The view {name} rings no more: {error.cause}")
                else:
                    self._ringer.take(name, [record for record, fit in zip(records, fits, strict=True) if fit])
            self._ring_what_is_due()
            self._owner.run_worker(self._ring_later(), group=_LATER, exclusive=True)
        if self._passed_over:
            self._say(f"{self._passed_over:,} records came in too fast for the watch rules, and were passed over.")
            self._passed_over = 0

    async def _ring_later(self) -> None:
        """Ring for what came in too soon after the last ring, once it may ring."""
        while (rest := self._ringer.rest(self._ticks())) is not None:
            await self._sleep(rest)
            self._ring_what_is_due()

    def _ring_what_is_due(self) -> None:
        if rings := self._ringer.ring(self._ticks()):
            self._call(rings)

    # How it is told

    def _call(self, rings: Sequence[Ring]) -> None:
        """Tell of these at once, so that however many rules ring, the reader is called once."""
        if self._by(Way.BELL, rings):
            self._owner.app.bell()
        if named := self._by(Way.TITLE, rings):
            self._put_in_title(named)
        if told := self._by(Way.NOTIFY, rings):
            self._send(notification(self._sentence(told), self._multiplexer))
        for ring in rings:
            self._order(ring)
        self._owner.app.notify(f"Rings for {self._sentence(rings)}")

    def _by(self, way: Way, rings: Sequence[Ring]) -> list[Ring]:
        return [ring for ring in rings if way in self._rules[ring.rule].view.ways]

    def _put_in_title(self, rings: Sequence[Ring]) -> None:
        if not self._rang:
            self._send(SAVE_TITLE)
        for ring in rings:
            self._rang[ring.rule] = self._rang.get(ring.rule, 0) + ring.count
        self._send(title(f"({sum(self._rang.values()):,}) {', '.join(self._rang)}"))

    def _sentence(self, rings: Sequence[Ring]) -> str:
        """`deletions: 204 delete Ana Ortiz 0d40bc2f; failures: 12 records, the newest 403 …`."""
        told = [f"{clean(ring.rule)}: {self._told(ring)}" for ring in rings[:_MOST_TOLD]]
        if len(rings) > _MOST_TOLD:
            told.append(f"and {len(rings) - _MOST_TOLD} more views")
        return "; ".join(told)

    def _told(self, ring: Ring) -> str:
        _, *parts = record_line(ring.records[-1], self._names())
        newest = " ".join(part.text for part in parts)
        return newest if ring.count == 1 else f"{ring.count:,} records, the newest {newest}"

    def _send(self, sequence: str) -> None:
        driver = self._owner.app._driver  # noqa: SLF001 - the only way to send one in order with what is drawn
        if driver is not None:
            driver.write(sequence)

    def _say(self, message: str) -> None:
        self._owner.app.notify(message, severity="warning")

    def _warn(self, problem: str) -> None:
        """Say what is wrong, once."""
        if problem not in self._warned:
            self._warned.add(problem)
            self._say(problem)

    # Commands

    def _order(self, ring: Ring) -> None:
        """Have a rule's command run, where it has one, after those that run or wait."""
        command = self._rules[ring.rule].view.command
        if not command:
            return
        order = self._orders.setdefault(ring.rule, _Order(command))
        order.records.extend(ring.records)
        order.count += ring.count
        if self._running is None or self._running.is_finished:
            self._running = self._owner.run_worker(self._run_commands(), group=_GROUP)

    async def _run_commands(self) -> None:
        while self._orders:
            rule = next(iter(self._orders))
            await self._run(rule, self._orders.pop(rule))

    async def _run(self, rule: str, order: _Order) -> None:
        name = clean(Path(order.command[0]).name)
        if order.count > len(order.records):
            self._say(f"{name} gets the newest {len(order.records):,} of {order.count:,} records for {rule}.")
        lines = await asyncio.to_thread(_json_lines, tuple(order.records), self._names())
        if problem := await feed(order.command, lines, patience=COMMAND_SECONDS):
            self._warn(f"The view {rule} rings by {name}, which {problem}: see its ring_command in {FILE_NAME}.")


def _json_lines(records: Sequence[AuditRecord], names: Names) -> bytes:
    return "".join(f"{json_line(record, names)}\n" for record in records).encode()
