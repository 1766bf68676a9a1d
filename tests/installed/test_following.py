"""What the installed program follows stays right, whatever happens to the line, the network or the machine."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psutil
import pytest

from tests.installed.conftest import Start
from tests.installed.driving import Driven
from tests.installed.test_ending import stall, wait_for
from tui.demo.history import History
from tui.demo.server import DemoServer

pytestmark = pytest.mark.terminal

RECORDS = 2_000


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """A log on the real clock."""
    history = History(records=RECORDS, days=20, seed=7, now=datetime.now(UTC))
    server = DemoServer(history, clock=lambda: datetime.now(UTC)).start()
    yield server
    server.stop()


@pytest.fixture
def follow(start: Start, server: DemoServer) -> Callable[..., Driven]:
    """Starts an explorer that follows all of the log."""

    def run(*arguments: str) -> Driven:
        explorer = start(
            "--since=30d", *arguments, PORTKEY_BASE_URL=server.base_url, PORTKEY_API_KEY=server.key,
            PORTKEY_AUDIT_PACE="0.5s",
        )  # fmt: skip
        explorer.shows(of(RECORDS))
        explorer.press("F", until="● LIVE · lag")
        return explorer

    return run


def of(count: int) -> re.Pattern[str]:
    """What the status line tells where the log has so many records."""
    return re.compile(rf"\d of {count:,} ")


def looked(server: DemoServer) -> None:
    """Waits until the log has been looked at two times more, so that an answer has been taken in."""
    count = server.request_count
    wait_for(lambda: server.request_count >= count + 2, "looks")


class TestFollowing:
    def test_what_comes_in_is_there_without_a_key(self, follow: Callable[..., Driven], server: DemoServer):
        explorer = follow()
        server.arrive(3)
        explorer.shows("+3 new")
        explorer.shows(of(RECORDS + 3))
        explorer.press("q")
        assert explorer.ends() == 0

    def test_a_machine_that_slept_catches_up(self, follow: Callable[..., Driven], server: DemoServer):
        explorer = follow()
        program = explorer.process
        explorer.signal(signal.SIGSTOP)
        wait_for(lambda: program.status() == psutil.STATUS_STOPPED, "that it sleeps")
        server.arrive(250)
        explorer.signal(signal.SIGCONT)
        explorer.shows(of(RECORDS + 250))

    @pytest.mark.parametrize("driver", ["diff", "stock"])
    def test_a_terminal_that_nobody_reads_loses_nothing(
        self, follow: Callable[..., Driven], server: DemoServer, driver: str
    ):
        explorer = follow("--driver", driver)
        stall(explorer)
        server.arrive(250)
        explorer.press("g", until=of(RECORDS + 250))

    def test_a_network_that_was_gone_loses_nothing(self, follow: Callable[..., Driven], server: DemoServer):
        explorer = follow()
        port = server.port
        server.stop()
        server.arrive(120)
        explorer.shows("(no connection)")
        server.start(port)
        looked(server)
        explorer.shows(of(RECORDS + 120))
