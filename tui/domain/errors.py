"""The drawn tree of what can go wrong between a query and its records.

Foreign errors (HTTP, sockets, JSON) are translated into this tree once, where they are met.  Each error says its
cause and, where the reader can do something, its cure, in plain sentences that hold no secret and no control character.
"""

from __future__ import annotations


class SourceError(Exception):
    """Records could not be had."""

    transient = False
    """Whether the same request may succeed later without anybody changing anything."""
    reason = "refused"
    """Why there is a wait before another attempt, in a word or two."""

    def __init__(self, cause: str, cure: str = "") -> None:
        """`cause` and `cure` are whole sentences; `cure` is empty when there is nothing to advise."""
        super().__init__(cause)
        self.cause = cause
        self.cure = cure


class KeyMissing(SourceError):
    """No API key was given."""


class Unauthorized(SourceError):
    """The API does not accept the key (401)."""


class Forbidden(SourceError):
    """The key is good, but not for this (403)."""


class NotFound(SourceError):
    """There is no such path under the base URL (404)."""


class Rejected(SourceError):
    """The API refused the request as asked: 400 and the rest of 4xx, and redirects."""


class RateLimited(SourceError):
    """Too many requests (429)."""

    transient = True
    reason = "429"

    def __init__(self, cause: str, cure: str = "", *, retry_after: float | None = None) -> None:
        """`retry_after` is what the server asked for, in seconds from now, within 0 to 300."""
        super().__init__(cause, cure)
        self.retry_after = retry_after


class Unavailable(SourceError):
    """The API answers that it can't answer now (408, 425, 5xx)."""

    transient = True

    def __init__(self, cause: str, cure: str = "", *, status: int, retry_after: float | None = None) -> None:
        """`status` is the HTTP status; `retry_after` as in `RateLimited`."""
        super().__init__(cause, cure)
        self.reason = str(status)
        self.status = status
        self.retry_after = retry_after


class Unreachable(SourceError):
    """No answer: name look-up, connection, time limit."""

    transient = True
    reason = "no connection"


class TimedOut(Unreachable):
    """The answer did not come, or did not end, within the time limit."""

    reason = "timeout"


class Untrusted(SourceError):
    """The server's certificate can't be verified, or the address is one a key must not be sent to."""


class Garbled(SourceError):
    """An answer came, and it isn't what the API sends: cut, too big, not JSON, wrong shape."""

    transient = True
    reason = "bad answer"


class QueryTooSlow(SourceError):
    """A term of the query takes too long on one record, so the records can't be looked through."""


class ArchiveTrouble(SourceError):
    """The local archive can't be read or written."""

    reason = "archive"

    def __init__(self, cause: str, cure: str = "", *, passing: bool = False) -> None:
        """`passing`: the same may succeed later."""
        super().__init__(cause, cure)
        self.transient = passing


class NotHeld(SourceError):
    """Offline, and the archive has none of the records that are asked for."""


class NotOpened(SourceError):
    """A file that is to be opened isn't there, can't be read, or isn't one that could hold records."""


class TimeTextError(ValueError):
    """A time that a person wrote can't be read."""


class QueryError(ValueError):
    """A query can't be asked as it was written; the message says why in a sentence that is safe to show."""
