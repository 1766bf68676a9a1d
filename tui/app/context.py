"""What the app is given: where records come from, whom to ask for names, and how the run was meant."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui.app.calling import Multiplexer
from tui.clipboard.copying import Clipboard
from tui.domain.query import AuditQuery
from tui.session.pace import USUAL_SECONDS
from tui.sources.connection import Connection
from tui.state.history import QueryHistory
from tui.state.last_look import LookBook
from tui.state.layout import LayoutBook
from tui.state.marks import MarkBook
from tui.state.views import ViewShelf


@dataclass(frozen=True, slots=True)
class Memory:
    """What outlives a run; as it stands, all of it is forgotten with the run."""

    views: ViewShelf = field(default_factory=lambda: ViewShelf(None))
    marks: MarkBook = field(default_factory=lambda: MarkBook(None))
    history: QueryHistory = field(default_factory=lambda: QueryHistory(None))
    layout: LayoutBook = field(default_factory=lambda: LayoutBook(None))
    looks: LookBook = field(default_factory=lambda: LookBook(None))


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the explorer takes from outside.

    `connect` raises `SourceError`, and may be slow: it is called once the first screen is painted.  `clock` is our own
    clock in UTC, `ticks` one that never goes back, in seconds.  `place` is where records come from, as the reader knows
    it ("api.portkey.ai", "demo"), and `source_words` name that on a command line; `offline`: they come from the archive
    alone, `file`: from one that nothing comes in to.  `read_values` gives the values in a file that a query names; it
    raises `QueryError`.  `plain`: one pane at a time, without boxes.  `pace` is the pause between two looks at what is
    followed, in seconds, and `sleep` waits for so many.  `multiplexer` stands between the program and its terminal, and
    `environ` is what programs find around them that the reader runs from here.
    """

    connect: Callable[[], Awaitable[Connection]]
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    clipboard: Clipboard
    query: AuditQuery
    place: str
    base_url: str
    read_values: Callable[[str], tuple[str, ...]]
    memory: Memory = field(default_factory=Memory)
    label: str = ""
    colour: str = ""
    source_words: tuple[str, ...] = ()
    offline: bool = False
    file: bool = False
    theme: str = "harbour"
    plain: bool = False
    pace: float = USUAL_SECONDS
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    multiplexer: Multiplexer = Multiplexer.NONE
    environ: Mapping[str, str] = field(default_factory=dict)
