"""An open way to the records, as the parts that use it are given it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.redaction import redact

if TYPE_CHECKING:
    from tui.domain.page import PageRequest
    from tui.domain.record import AuditRecord
    from tui.sources.base import AuditSource, NameDirectory

Redact = Callable[["AuditRecord"], "AuditRecord"]
Reveal = Callable[["PageRequest", "AuditRecord", str], Awaitable[str | None]]
"""Fetches a page unredacted and gives the value at a path of one of its records, None where it isn't there any more."""


Spread = Callable[["PageRequest", str], Awaitable[Counter[str] | None]]
"""Tells how many of the records that a request wants have each value of a field, by its name; None where that can't be
told without reading them.  Raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything that can be asked of one API."""

    source: AuditSource
    live: AuditSource
    """The same records past the cache: whoever follows them asks for no page twice."""
    in_clear: AuditSource
    """The same records with their secrets: only for a reader who asked for these in so many words."""
    directory: NameDirectory
    forget: Callable[[], None]
    """Drops cached pages that may have changed, before a refresh; an archive that failed is tried again."""
    reveal: Reveal
    """Fetches one redacted value in clear."""
    aclose: Callable[[], Awaitable[None]]
    """Gives back what is open."""
    held: AuditSource | None = None
    """What of the same records is kept on this computer, for when the API can't be had; None where nothing is kept."""
    spread: Spread | None = None
    """Counts the values of a field at once, where the source can."""
    redact: Redact = redact
    """How records are redacted there."""
    remarks: tuple[str, ...] = ()
    """Sentences that the reader should see once."""
