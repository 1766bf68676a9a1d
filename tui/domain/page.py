"""What is asked of a source, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.domain.time_range import Window

if TYPE_CHECKING:
    from tui.domain.matching import Matcher
    from tui.domain.record import AuditRecord

PAGE_SIZE = 100
"""Rows a page: the most the API gives."""
SETTLE = timedelta(seconds=60)
"""Records younger than this may still be joined by ones that come late."""
SKEW_SECONDS = 5.0
"""A server clock this far from ours is worth telling, and asking anew what was asked by ours."""

Parameters = tuple[tuple[str, str], ...]
"""API filter parameters and their values, in the order of the field table; times and paging are not among them."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Page `number` (from 0, newest first) of the records in `window` that fit `parameters`.

    `frozen_at` is the server's clock when the query was frozen: records younger than a minute then may still move.
    `ticket` says which query asked, an answer to an old ticket is dropped; `branch` is which of its streams the page is
    of.  `wanted` is what the records will be checked by: a source that can may leave out, on all pages and of the
    total, those that surely don't fit.  None of these has a part in what the request means.
    """

    window: Window
    frozen_at: datetime
    parameters: Parameters = ()
    number: int = 0
    size: int = PAGE_SIZE
    ticket: int = field(default=0, compare=False)
    branch: int = field(default=0, compare=False)
    wanted: Matcher | None = field(default=None, compare=False, repr=False)


class Origin(StrEnum):
    """Where records came from, as the status line says it."""

    API = "api"
    CACHE = "cache"
    ARCHIVE = "archive"
    PARTLY = "partly"
    """Some out of the archive, the others out of the API or the cache."""
    FILE = "file"
    """Out of a file that was opened, which nothing comes in to any more."""


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one page, newest first, as the API orders them.

    `total` counts all records of the query, None where the API didn't say (0 past the last page is its way of not
    saying).  `server_time` is the server's clock when it answered, None where it didn't tell.  `skew` is how far that
    was ahead of ours, in seconds.  `notes` are sentences the reader should see once.  `partial`: all that could be had
    without the API, which has others; `total` counts what could be had.
    """

    records: tuple[AuditRecord, ...]
    total: int | None
    origin: Origin = Origin.API
    server_time: datetime | None = None
    skew: float = 0.0
    size_bytes: int = 0
    notes: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A source waits before it tries again: how long, in seconds, and why, in a word or two ("429", "timeout")."""

    seconds: float
    reason: str
