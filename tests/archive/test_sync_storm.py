"""Tens of thousands of records are copied over a socket while the log goes on, its ties come in any order, some records
come late and one request in five fails: what has settled is held, each once, and proved.

For a longer run: pytest --figures=large tests/archive/test_sync_storm.py
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.archive.big_log import BigLog
from tests.proof import figure
from tests.session.test_following import FAULTS, SHARE, START, Clock
from tui.archive.archive import Archive
from tui.archive.asker import Means
from tui.archive.coverage import Grade, instant_at
from tui.archive.narrowing import narrow
from tui.archive.sync import Sync
from tui.cli.connections import open_connection
from tui.demo.server import DemoServer
from tui.demo.switches import Switches
from tui.domain.masking import PLAIN
from tui.domain.predicates import Surroundings
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.domain.time_range import TimeRange

pytestmark = [pytest.mark.anyio, pytest.mark.proof("T8")]

RECORDS = figure(ci=10_000, large=50_000)
MOST = 50_000
STORM = Switches(grow=5, drift=1, late=150, repeated_ids=0.1, tie_order="shuffled")
SPEED = 50
SINCE = START - timedelta(hours=7)


def there(server: DemoServer, sync: Sync) -> Counter[AuditRecord]:
    """What has settled, as the stand-in itself knows it."""
    assert sync.settled is not None
    found = server._live.select(SINCE, instant_at(sync.settled.end), end_inclusive=False)
    return Counter(redact(AuditRecord.model_validate(record)) for record in found.page(0, found.total))


@pytest.mark.parametrize(("records", "seed"), [(MOST, 1), *((RECORDS, seed) for seed in (2, 3, 4, 5))])
async def test_what_has_settled_is_held_each_once(tmp_path: Path, records: int, seed: int):
    clock = Clock(SPEED)
    log = BigLog(START, records=records, seed=seed)
    faults = dict.fromkeys(FAULTS, SHARE)
    archive = Archive.open(tmp_path / "archive.db")
    with DemoServer(log, clock=clock.now, switches=STORM, faults=faults, seed=seed) as server:
        connection = open_connection(
            server.base_url, Secret(server.key), clock=clock.now, sleep=clock.sleep, masks=PLAIN
        )
        try:
            sync = Sync(connection.live, archive, Means(clock.now, time.monotonic, clock.sleep))
            await sync.fill(TimeRange(SINCE), connection.directory)
            assert sync.settled is not None
            span = sync.settled
            rows = await archive.read(
                lambda store: store.select(span, narrow((), (), store, Surroundings()), limit=10**6)
            )
            standing = await sync.standing()
        finally:
            await archive.aclose()
            await connection.aclose()
        held = Counter(record for _, record in rows)
        assert held == there(server, sync)
    assert len(held) > records * 0.9
    assert standing.gaps == ()
    assert {stretch.grade for stretch in standing.stretches} == {Grade.PROVED}
    assert sync.requests > records / 100 * 1.1
