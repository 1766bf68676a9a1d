"""The installed explorer follows a busy log for two minutes, through faults and late records, and is right in the end.

`python -m benchmarks.soak` measures what half an hour of it costs.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import Driven
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.demo.switches import Switches

pytestmark = [pytest.mark.terminal, pytest.mark.proof("T9")]

LIVELY = Switches(grow=50, late=45, repeated_ids=0.1, tie_order="shuffled")
FAULTS = (
    "429", "429-seconds", "500", "502-html", "503-html", "503-seconds", "cut", "cut-chunked", "cut-close", "close",
    "reset", "garbage", "cut-gzip", "null", "list", "no-total",
)  # fmt: skip
SHARE = 0.02 / len(FAULTS)
SECONDS = 120
PATIENCE_SECONDS = 300
TIME = re.compile(r"(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d) +\d{3} ")
"""A row's time."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    history = History(records=1_000, days=20, now=now())
    with DemoServer(history, clock=now, switches=LIVELY, faults=dict.fromkeys(FAULTS, SHARE)) as server:
        yield server


def times_in(server: DemoServer) -> list[str]:
    """The times of all that the stand-in holds, the newest first, as rows tell them."""
    everything = server._live.select(now() - timedelta(days=30), now())
    return [str(record["timestamp"])[:19].replace("T", " ") for record in everything.page(0, everything.total)]


def wait(explorer: Driven, wanted: Callable[[str], bool]) -> None:
    """Wait until the screen shows it, longer than for a key: what comes late is looked for bit by bit."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted(explorer.screen):
        assert time.monotonic() < deadline, explorer.screen
        explorer.rest(0.5)


def test_what_is_shown_in_the_end_is_what_there_is(start: Start, server: DemoServer):
    explorer = start("--since", "30d", PORTKEY_BASE_URL=server.base_url, PORTKEY_API_KEY=server.key)
    explorer.shows(TIME)
    explorer.press("F", until="● LIVE · lag")
    files = explorer.process.num_fds()
    explorer.rest(SECONDS)
    server.set(grow=0)
    server.set_faults({})
    times = times_in(server)
    assert len(times) > 1_000

    wait(explorer, lambda screen: f"of {len(times):,} ·" in screen)
    rows = TIME.findall(explorer.screen)
    assert rows == times[: len(rows)]
    explorer.press("G", until=f"–{len(times):,} of {len(times):,} ·")
    wait(explorer, lambda screen: TIME.findall(screen)[-1:] == times[-1:])
    assert explorer.process.num_fds() <= files + 2, "a connection each for what is looked at and what comes in"

    explorer.press("q")
    assert explorer.ends() == 0
    assert explorer.terminal_faults() == []
