"""What the app is given: where records come from, whom to ask for names, and how the run was meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from tui.app.screens.reveal import Reveal
from tui.clipboard import Clipboard
from tui.domain.query import AuditQuery
from tui.sources.base import AuditSource, NameDirectory


@dataclass(frozen=True, slots=True)
class Connection:
    """An open way to the records."""

    source: AuditSource
    directory: NameDirectory
    forget: Callable[[], None]
    """Drops cached pages that may have changed, before a refresh."""
    reveal: Reveal
    """Fetches one redacted value in clear."""
    aclose: Callable[[], Awaitable[None]]
    """Gives back what is open."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the explorer takes from outside.

    `connect` raises `SourceError`, and may be slow: it is called once the first screen is painted.  `clock` is our own
    clock in UTC, `ticks` one that never goes back, in seconds.  `place` is where records come from, as the reader knows
    it ("api.portkey.ai", "demo"), and `source_words` name that on a command line.
    """

    connect: Callable[[], Awaitable[Connection]]
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    clipboard: Clipboard
    query: AuditQuery
    place: str
    base_url: str
    label: str = ""
    colour: str = ""
    source_words: tuple[str, ...] = ()
    theme: str = "harbour"
