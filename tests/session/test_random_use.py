"""Whatever a reader does, in whatever order answers and failures come: the rows are those that a plain look at every
record finds, as far as it has been read, and nothing is called whole before it is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest

from tests.proof import Counted, figure, seeds
from tests.session.test_soundness import AROUND, LOG, NAMES, NOW, plainly
from tui.demo.server import DemoServer
from tui.domain.errors import Unavailable
from tui.domain.matching import Matcher
from tui.domain.page import PageRequest
from tui.domain.plan import FrozenQuery, freeze
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.session.exploration import Exploration, Held
from tui.sources.portkey import PortkeySource
from tui.sources.transport import Transport

pytestmark = pytest.mark.proof("T13")

STEPS = figure(ci=30, large=50)
MOST_REQUESTS = 100
"""That any view may take."""
QUERIES = (
    "since:30d",
    "since:30d method:POST",
    "since:30d status:4xx",
    "since:30d -status:200",
    "since:30d is:failed is:machine",
    "since:30d method:POST,DELETE",
    "since:30d (method:POST OR status:403)",
    "since:30d prompts",
    "since:30d op:delete",
    "since:6h",
    "since:30d until:12h nothing-has-this-word",
)


class Reader:
    """Somebody who uses an exploration at random, and the API that answers when it likes."""

    def __init__(self, seed: int, source: PortkeySource) -> None:
        self._chance = Random(seed)  # noqa: S311 - it chooses what is done
        self._source = source
        # A small budget, so that scans wait now and then, and room for few pages, so that some are let go.
        self._exploration = Exploration(budget=self._chance.choice((50, 120, None)), kept_pages=4)
        self._waiting: list[PageRequest] = []
        self._held: list[Held] = []
        self._ticks = 0.0
        self.done: list[str] = []
        self._ask()

    async def step(self) -> None:
        """Do something, and see whether all is as it should be."""
        acts: list[Callable[[], object]] = [
            *[self._look, self._answer, self._answer, self._answer],
            *[self._fail, self._retry, self._go_on, self._give_up, self._hold, self._restore, self._ask],
        ]
        act = self._chance.choice(acts)
        self.done.append(act.__name__)
        if asyncio.iscoroutine(doing := act()):
            await doing
        self._waiting += self._exploration.next_requests()
        self.check()

    async def to_the_end(self) -> None:
        """Let everything be read: then all is there."""
        exploration = self._exploration
        exploration.retry()
        exploration.give_up()
        self._waiting.clear()
        for row in range(0, 300, 40):
            exploration.look(row, row + 39, at=self._tick())
            for _ in range(MOST_REQUESTS):
                exploration.go_on(everything=True)
                self._waiting += exploration.next_requests()
                if not self._waiting:
                    break
                await self._answer()
            else:
                raise AssertionError("it asks for ever")
        self.check()
        assert exploration.finished
        assert exploration.row_count == len(self._expected())

    def check(self) -> None:
        exploration = self._exploration
        if exploration.shown is None:
            assert exploration.row_count == 0
            return
        expected = self._expected()
        rows = dict(exploration.loaded_rows())
        if len(self._shown().plan.branches) == 1:
            assert all(expected[row] == record for row, record in rows.items())
        else:
            assert Counter(rows.values()) <= Counter(expected)
            times = [record.time for _, record in sorted(rows.items()) if record.time]
            assert times == sorted(times, reverse=True)
        assert len(rows) <= len(expected)
        assert all(exploration.record(row) is record for row, record in rows.items())
        if exploration.extent_known and not exploration.scanning:
            assert exploration.row_count == len(expected)
        if exploration.finished and not exploration.loading:
            assert exploration.row_count == len(expected)

    # What may be done

    def _ask(self) -> None:
        query = parse_query(self._chance.choice(QUERIES), now=NOW).query
        self._exploration.open(freeze(query, NOW, NAMES), Matcher(query.terms, AROUND))

    def _look(self) -> None:
        first = self._chance.randrange(240)
        self._exploration.look(first, first + self._chance.randrange(1, 60), at=self._tick())

    async def _answer(self) -> None:
        """Answer any of the requests, be it one of a query that was left long ago."""
        if self._waiting:
            request = self._waiting.pop(self._chance.randrange(len(self._waiting)))
            page = await self._source.fetch(request)
            matcher = self._exploration.matcher
            self._exploration.accept(request, page, [matcher(record) for record in page.records])

    def _fail(self) -> None:
        if self._waiting:
            request = self._waiting.pop(self._chance.randrange(len(self._waiting)))
            self._exploration.fail(request, Unavailable("It broke.", status=503))

    def _retry(self) -> None:
        self._exploration.retry()

    def _go_on(self) -> None:
        self._exploration.go_on(everything=self._chance.random() < 0.5)

    def _give_up(self) -> None:
        self._exploration.give_up()

    def _hold(self) -> None:
        if self._exploration.shown is not None and self._exploration.asked is None:
            self._held.append(self._exploration.hold())

    def _restore(self) -> None:
        if self._held:
            self._exploration.restore(self._chance.choice(self._held))

    # How it is seen

    def _tick(self) -> float:
        self._ticks += self._chance.choice((0.01, 1.0))
        return self._ticks

    def _shown(self) -> FrozenQuery:
        shown = self._exploration.shown
        assert shown is not None
        return shown

    def _expected(self) -> list[AuditRecord]:
        shown = self._shown()
        return plainly(shown, Matcher(shown.query.terms, AROUND))


@asynccontextmanager
async def reading(server: DemoServer) -> AsyncIterator[PortkeySource]:
    source = PortkeySource(Transport(server.base_url, Secret(server.key), clock=lambda: NOW), redact=redact)
    try:
        yield source
    finally:
        await source.aclose()


async def test_the_session(counted: Counted):
    sequences = steps = 0
    tasks = asyncio.all_tasks()
    with DemoServer(LOG, clock=lambda: NOW) as server:
        async with reading(server) as source:
            for seed in seeds("use of the session", ci=100, large=5_000):
                reader = Reader(seed, source)
                try:
                    for _ in range(STEPS):
                        await reader.step()
                    await reader.to_the_end()
                except AssertionError as failure:
                    raise AssertionError(f"seed {seed}, after {', '.join(reader.done)}") from failure
                sequences, steps = sequences + 1, steps + STEPS
    assert asyncio.all_tasks() == tasks
    counted(sequences=sequences, steps=steps)
