"""Whatever the API is asked and however it answers: the rows that come of it are those that a plain look at every
record finds.

For a longer run: pytest --figures=large tests/session/test_soundness.py
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.queries import FILES, VOCABULARY, queries
from tests.proof import figure
from tests.session.small_log import SmallLog
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.matching import Matcher
from tui.domain.names import Named, NameKind, Names
from tui.domain.page import PageRequest
from tui.domain.plan import FrozenQuery, freeze
from tui.domain.predicates import Surroundings
from tui.domain.query import AuditQuery
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.session.exploration import Exploration
from tui.sources.portkey import PortkeySource
from tui.sources.transport import Transport

pytestmark = pytest.mark.proof("T8")

NOW = datetime(2026, 11, 20, 14, 5, 9, tzinfo=UTC)
EXAMPLES = figure(ci=60, large=5_000)
LOG = SmallLog(NOW, records=230)
RECORDS = [(at, redact(AuditRecord.model_validate(record))) for at, record in LOG.entries]
NAMES = Names(
    {
        NameKind.USER: {"user-1": Named("Alice Okafor"), "user-2": Named("Alan Reyes", ("ana@x.example",))},
        NameKind.API_KEY: {"user-3": Named("ci-deploy")},
        NameKind.WORKSPACE: {"ws-1": Named("Payments", ("pay",)), "ws-2": Named("Search")},
    }
)
AROUND = Surroundings(
    names=NAMES,
    marked=frozenset(record.identity for _, record in RECORDS[::7]),
    began=NOW - timedelta(hours=2),
    files={FILES[0]: tuple(VOCABULARY["ip"][:2])},
    zone=UTC,
)
READINGS = st.fixed_dictionaries(
    {},
    optional={
        "filters": st.just("ignored"),
        "string_filter": st.just("contains"),
        "total_meaning": st.just("page"),
        "total_past_end": st.just("constant"),
        "envelope": st.just("records-only"),
    },
)
"""What the API may do otherwise than is likely."""


class Reader:
    """Reads what queries ask for from a stand-in, over a socket."""

    def __init__(self, server: DemoServer, runner: asyncio.Runner) -> None:
        self.server = server
        self._runner = runner
        self._source = PortkeySource(Transport(server.base_url, Secret(server.key), clock=lambda: NOW), redact=redact)

    def read(self, frozen: FrozenQuery, matcher: Matcher) -> Exploration:
        """An exploration that has read everything."""
        exploration = Exploration(budget=None)
        exploration.open(frozen, matcher)
        self._runner.run(self._read(exploration))
        return exploration

    async def _read(self, exploration: Exploration) -> None:
        while requests := exploration.next_requests():
            await asyncio.gather(*(self._fetch(exploration, request) for request in requests))

    async def _fetch(self, exploration: Exploration, request: PageRequest) -> None:
        page = await self._source.fetch(request)
        exploration.accept(request, page, [exploration.matcher(record) for record in page.records])

    def close(self) -> None:
        self._runner.run(self._source.aclose())


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with DemoServer(LOG, clock=lambda: NOW) as server, asyncio.Runner() as runner:
        reader = Reader(server, runner)
        yield reader
        reader.close()


def plainly(frozen: FrozenQuery, matcher: Matcher) -> list[AuditRecord]:
    """What a look at every record finds, newest first."""
    window = frozen.window
    return [record for at, record in RECORDS if window.start <= at <= window.end and matcher(record)]


def rows_of(exploration: Exploration) -> list[AuditRecord]:
    return [record for _, record in exploration.loaded_rows()]


def in_any_order(records: list[AuditRecord]) -> list[str]:
    return sorted(record.model_dump_json() for record in records)


@settings(max_examples=EXAMPLES, deadline=None)
@given(queries(), READINGS)
def test_a_query_finds_what_a_plain_look_at_every_record_finds(
    reader: Reader, query: AuditQuery, readings: dict[str, str]
):
    reader.server.set(**{**asdict(Switches()), **readings})
    frozen, matcher = freeze(query, NOW, NAMES), Matcher(query.terms, AROUND)
    exploration = reader.read(frozen, matcher)
    rows, expected = rows_of(exploration), plainly(frozen, matcher)
    assert exploration.finished
    if len(frozen.plan.branches) == 1:
        assert rows == expected
    else:
        times = [record.time for record in rows if record.time]
        assert times == sorted(times, reverse=True)
        assert in_any_order(rows) == in_any_order(expected)
