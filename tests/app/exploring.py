"""The explorer on a stand-in over a real socket, with a clock that stands still, driven by keys."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from textual.pilot import Pilot

from tui.app.app import ExplorerApp
from tui.app.context import Context, Memory
from tui.app.plain import PlainApp
from tui.app.screens.explorer import ExplorerScreen
from tui.app.widgets.detail_pane import DetailPane
from tui.app.widgets.filter_panel import FilterPanel
from tui.app.widgets.query_bar import QueryBar
from tui.app.widgets.record_table import RecordTable
from tui.cli.connections import Keeping, open_connection, open_offline
from tui.clipboard.copying import Clipboard
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.errors import SourceError
from tui.domain.masking import Masks
from tui.domain.query import AuditQuery
from tui.domain.query_parser import parse_query
from tui.domain.query_text import format_query
from tui.domain.record import AuditRecord
from tui.domain.secret import Secret
from tui.sources.connection import Connection
from tui.state.value_file import read_values

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
MASKS = Masks(b"the same in every picture")
_PATIENCE_SECONDS = 10.0


def stand_in(records: int = 3_000, **more: object) -> DemoServer:
    """A stand-in with a small history that ends `NOW`, where its clock stands unless it has another."""
    history = History(records=records, days=7, seed=7, now=NOW)
    return DemoServer(history, **{"clock": lambda: NOW, **more})  # type: ignore[arg-type]


class Passing:
    """A clock that stands until a story moves it on; whoever sleeps by it wakes once it is late enough."""

    def __init__(self) -> None:
        self.now = NOW
        self._moved = asyncio.Event()

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        until = self.now + timedelta(seconds=seconds)
        while self.now < until:
            await self._moved.wait()


def asking(text: str) -> AuditQuery:
    """The query that a text means at `NOW`."""
    parsed = parse_query(text, now=NOW)
    assert not parsed.diagnostics, parsed.diagnostics
    return parsed.query


@dataclass
class Story:
    """An explorer in use."""

    app: ExplorerApp
    pilot: Pilot[int]

    @property
    def screen(self) -> ExplorerScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ExplorerScreen)
        return screen

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait for a condition; fails after a while with what was waited for, and what the screen shows."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"never came: {what or condition}\n{self.text}"
            await self.pilot.pause()
            await asyncio.sleep(0)

    async def shows(self, text: str) -> None:
        """Wait until the screen shows a text."""
        await self.until(lambda: text in self.text, text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.pilot.press(*text)

    @property
    def text(self) -> str:
        """What the terminal shows, line by line."""
        width, _ = self.app.size
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip)[:width].rstrip() for strip in lines)

    @property
    def toasts(self) -> list[str]:
        return [toast.message for toast in self.app._notifications]

    @property
    def query(self) -> str:
        """The present query, as the bar writes it."""
        return format_query(self.screen._investigation.query)

    @property
    def records(self) -> list[AuditRecord]:
        """The records that are loaded, in the order of their rows."""
        return [record for _, record in self.screen._exploration.loaded_rows()]

    async def ask(self, text: str) -> None:
        """Write a query into the bar, and wait for its first rows."""
        await self.press("slash", "ctrl+u")
        await self.type(text)
        await self.press("enter")
        await self.answered()

    async def answered(self) -> None:
        """Wait until the query that was asked last has its first rows, and nothing more is on its way."""
        exploration = self.screen._exploration
        await self.until(lambda: exploration.asked is None, "an answer")
        await self.settled()

    async def settled(self) -> None:
        """Wait until nothing is being fetched and the view has what it shows."""
        exploration = self.screen._exploration
        await self.until(lambda: exploration.started and not exploration.loading, "the view's pages")
        await self.pilot.pause()


@asynccontextmanager
async def exploring(
    server: DemoServer | None,
    *,
    size: tuple[int, int] = (120, 40),
    query: AuditQuery | None = None,
    key: str = "",
    problem: SourceError | None = None,
    clipboard: Clipboard | None = None,
    memory: Memory | None = None,
    plain: bool = False,
    notifications: bool = False,
    local: datetime = NOW,
    passing: Passing | None = None,
    ticks: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    environ: Mapping[str, str] | None = None,
    archive: Path | None = None,
    offline: bool = False,
) -> AsyncIterator[Story]:
    """The explorer, opened and driven; without a server, `problem` is what connecting meets.  What it fetches is kept
    in the `archive`; `offline`: nothing else is shown.

    Its clock stands at `local`, or is `passing`, which it also sleeps by.
    """
    if passing is not None:
        sleep = passing.sleep

    def clock() -> datetime:
        return passing.now if passing is not None else local

    async def connect() -> Connection:
        if offline and archive is not None:
            return open_offline(archive, clock=clock)
        if server is None:
            assert problem is not None
            raise problem
        keeping = Keeping(archive) if archive is not None else None
        return open_connection(
            server.base_url, Secret(key or server.key), clock=clock, sleep=sleep, keeping=keeping, masks=MASKS
        )

    context = Context(
        connect=connect,
        clock=clock,
        ticks=ticks,
        clipboard=clipboard or Clipboard(),
        query=query or AuditQuery(),
        place="demo" if server else "api.portkey.ai",
        base_url="https://api.portkey.ai/v1",
        read_values=read_values,
        memory=memory or Memory(),
        source_words=("--demo",),
        plain=plain,
        sleep=sleep,
        environ=environ or {},
        offline=offline,
    )
    app = (PlainApp if plain else ExplorerApp)(context)
    async with app.run_test(size=size, notifications=notifications or plain) as pilot:
        story = Story(app, pilot)
        try:
            yield story
        finally:
            # As at the end of a run, before its panes go; what closes the app for a test leaves workers to the last.
            app.workers.cancel_all()
        assert app._exception is None
        assert app.guard.hits == 0, "data reached a widget without being cleaned"


def bound_keys() -> set[str]:
    """Every key that something is bound to in the explorer, as it is written in the help."""
    from textual.binding import Binding

    from tui.app.commands import shown_key
    from tui.app.widgets.document_lines import DocumentLines
    from tui.app.widgets.document_view import DocumentView

    nodes = (ExplorerApp, ExplorerScreen, QueryBar, RecordTable, FilterPanel, DetailPane, DocumentView, DocumentLines)
    rooms = [room for node in nodes for room in node.__mro__ if room.__module__.startswith("tui.")]
    bindings = [binding for room in rooms for binding in vars(room).get("BINDINGS", ()) if isinstance(binding, Binding)]
    return {shown_key(key) for binding in bindings for key in binding.key.split(",")}
