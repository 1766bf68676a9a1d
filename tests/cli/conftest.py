"""One small history for all, and a server for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.scene import every_record
from tests.demo.asking import NOW
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.record import AuditRecord


@pytest.fixture(scope="session")
def history() -> History:
    return History(records=1_200, days=20, now=NOW)


@pytest.fixture(scope="session")
def everything(history: History) -> list[AuditRecord]:
    """All records, newest first."""
    return every_record(history)


@pytest.fixture
def server(history: History) -> Iterator[DemoServer]:
    with DemoServer(history, clock=lambda: NOW) as server:
        yield server
