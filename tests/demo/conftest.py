"""A standing clock, and one small history for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.demo.asking import NOW, Asker, Client
from tui.demo.history import History
from tui.demo.server import DemoServer


@pytest.fixture(scope="session")
def history() -> History:
    return History(records=1_200, days=20, now=NOW)


@pytest.fixture
def ask(history: History) -> Asker:
    return Asker(history)


@pytest.fixture
def server(history: History) -> Iterator[DemoServer]:
    with DemoServer(history, clock=lambda: NOW) as server:
        yield server


@pytest.fixture
def client(server: DemoServer) -> Iterator[Client]:
    with closing(Client(server)) as client:
        yield client
