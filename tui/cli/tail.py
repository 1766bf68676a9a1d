"""`portkey-audit tail`: the records that fit a query, a line each, as they come in."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from tui.cli.asking import Asked, Question, read_question
from tui.cli.buckets import parse_length
from tui.cli.manners import EXIT_CODES, INTERRUPTED, TRY_AGAIN, Refused, can_be_written, is_coloured, tell, tell_error
from tui.cli.options import QueryCommand, following
from tui.domain.clean import clean
from tui.domain.names import Names
from tui.domain.query_parser import Role
from tui.domain.query_text import format_query

if TYPE_CHECKING:
    from tui.cli.tail_writing import Writer
    from tui.cli.tailing import Limit, Tailing
    from tui.cli.wiring import Connect
    from tui.domain.identity import Identity
    from tui.domain.query import AuditQuery
    from tui.settings import Settings
    from tui.sources.base import NameDirectory

_SINCE = timedelta(minutes=10)
_NAMES_SECONDS = 2.0
"""How long the first lines wait for names."""

_HELP = """Print the records that fit QUERY as they come in, a line each, the oldest first, until ctrl+c.

It begins 10 minutes ago, or where --since says; --since 0s prints only what comes in from now on.  Where a range has an
end it is read up to that, for good: a minute after it.  Each record is printed once, as soon as it is seen; one that
comes in when its time had been read already is marked as late.

With -f jsonl, a line has all of a record under the API's own names, its secrets redacted, and what is known beside it
under "_meta".  While the network or the API is gone it goes on trying, and says so once on stderr.
"""


@click.command(cls=QueryCommand, help=_HELP, epilog=EXIT_CODES, short_help="Print records as they come in.")
@click.option("-f", "--format", "form", type=click.Choice(("text", "jsonl")), default="text", help="of a line  [text]")
@click.option("--until-count", metavar="N", type=click.IntRange(1), help="end after N records")
@click.option("--for", "length", metavar="LENGTH", default="", help="end after 30s, 10m, 1h …")
@following
def tail(asked: Asked, *, form: str, until_count: int | None, length: str) -> int:
    """Print what comes in."""
    from tui.cli import wiring
    from tui.cli.tail_writing import JsonWriter, TextWriter
    from tui.cli.tailing import Limit

    limit = Limit(until_count, _length(length) if length else None)
    settings, now = wiring.settings_for(asked), wiring.utc_now()
    question = read_question(asked, replace(settings, since=f"{_SINCE.seconds}s"), now, wiring.saved_views())
    question = replace(question, query=_with_beginning(question, asked, now))
    coloured = is_coloured(os.environ, settings.surface.color)
    failed = "✗" if can_be_written("✗") else "x"
    writer = JsonWriter() if form == "jsonl" else TextWriter(coloured=coloured, failed=failed)
    run = _Run(question, settings, writer, limit)
    try:
        with wiring.connecting(settings, demo=asked.demo) as connect:
            marked = wiring.mark_book(settings, demo=asked.demo).marked
            return run.outcome(whole=asyncio.run(run.follow(connect, marked)))
    except KeyboardInterrupt:
        tell(f"interrupted: {run.summary()}")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read this has had enough.  Nobody is to write what is left in the buffer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class _Run:
    """A run from its first question to its exit code."""

    def __init__(self, question: Question, settings: Settings, writer: Writer, limit: Limit) -> None:
        self._question = question
        self._settings = settings
        self._writer = writer
        self._limit = limit
        self._tailing: Tailing | None = None

    async def follow(self, connect: Connect, marked: frozenset[Identity]) -> bool:
        """Go on to the end; True where everything up to it has been read.  Raises `SourceError`."""
        from tui.cli import wiring
        from tui.cli.inquiring import inquire
        from tui.cli.tail_writing import is_read
        from tui.cli.tailing import Outlet, Tailing

        connection = await connect()
        learning = None
        try:
            inquiry = await inquire(connection, self._question, clock=wiring.utc_now, marked=marked)
            self._writer.names = inquiry.names
            if inquiry.names == Names():
                learning = asyncio.create_task(self._learn(connection.directory))
                await asyncio.wait([learning], timeout=_NAMES_SECONDS)
            if sys.stderr.isatty():
                tell(f"following {clean(format_query(inquiry.query))} (ctrl+c ends)")
            self._tailing = Tailing(
                replace(inquiry, source=connection.live),
                Outlet(self._writer, tell, is_read),
                self._limit,
                pace=self._settings.pace,
                sleep=asyncio.sleep,
            )
            return await self._tailing.run()
        finally:
            if learning is not None:
                learning.cancel()
                await asyncio.wait([learning])
            await connection.aclose()

    async def _learn(self, directory: NameDirectory) -> None:
        """Use names as soon as they are known."""
        async for names in directory.names():
            self._writer.names = names

    def summary(self) -> str:
        return self._tailing.summary() if self._tailing else "nothing was read yet"

    def outcome(self, *, whole: bool) -> int:
        """The exit code of a run that came to its end; what is missing is told."""
        if whole:
            return 0
        tell(f"incomplete: {self.summary()}")
        problem = self._tailing.problem if self._tailing else None
        return TRY_AGAIN if problem is None else tell_error(problem)


def _length(text: str) -> timedelta:
    try:
        return parse_length(text)
    except ValueError as error:
        raise Refused([f"--for: {error}"]) from None


def _with_beginning(question: Question, asked: Asked, now: datetime) -> AuditQuery:
    """The query, its range begun as usual where an end that lies ahead is all that is said of it.

    Otherwise nothing would be asked for until a few minutes before that end.
    """
    query = question.query
    pieces = (piece.tokens_with(Role.FIELD, _is_beginning) for piece in question.pieces)
    is_begun = bool(asked.since) or any(token for tokens in pieces for token in tokens)
    until = query.time_range.until
    if is_begun or not isinstance(until, datetime) or until <= now:
        return query
    return query.with_range(replace(query.time_range, since=_SINCE))


def _is_beginning(word: str) -> bool:
    return word.lower().rstrip(":") in ("since", "created")
