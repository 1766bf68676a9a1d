"""`portkey-audit archive sync`: all records of a range of time, fetched and proved to be all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from tui.cli.archive_telling import (
    VERSION,
    as_object,
    counted,
    length_of,
    parameters_of,
    range_of,
    share_of,
    spelled,
    stretch_line,
    told,
)
from tui.cli.asking import Asked
from tui.cli.ending import cancel_on_signals
from tui.cli.manners import EXIT_CODES, INTERRUPTED, Refused, put, put_json, tell, tell_error
from tui.cli.options import copying
from tui.domain.clean import clean
from tui.domain.errors import SourceError
from tui.formats.times import format_span

if TYPE_CHECKING:
    from tui.archive.standing import Standing
    from tui.archive.sync import Sync
    from tui.cli.connections import Copying
    from tui.domain.time_range import TimeRange
    from tui.settings import Settings

_SINCE = "30d"
_BAR = 20
_MOST_TOLD = 5

_HELP = """Fetch all records of a range of time that aren't in the archive yet, the newest first.

Each window of time is read to its end, and proved: its records must be as many as the API counts.  Where they aren't it
is split and read again, and called unverified in the end.  What is younger than three minutes may still be joined by
records that come late: it is kept, and proved the next time.  A run that is cut off loses nothing that it has told, and
the next one goes on from there.

With --follow it then goes on with what comes in, until ctrl+c.
"""


@click.command(help=_HELP, epilog=EXIT_CODES, short_help="Fetch all records of a range of time.")
@click.option("--follow", is_flag=True, help="go on with what comes in, until ctrl+c")
@click.option("--rate", metavar="N", type=click.FloatRange(0.01, 1000), help="at most N requests a second")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@copying(_SINCE)
def sync(asked: Asked, *, follow: bool, rate: float | None, as_json: bool) -> int:
    """Fetch what is missing."""
    from tui.cli import wiring

    settings = wiring.settings_for(asked)
    if not settings.keep_records and not asked.demo:
        raise Refused(['the profile keeps no records: its archive.records in config.toml is "none"'])
    run = _Run(settings, range_of(asked, replace(settings, since=_SINCE)), rate, follow=follow)
    if asked.demo:
        tell("the demo's archive is a temporary one: it is removed at the end")
    try:
        with wiring.copying(settings, demo=asked.demo) as reach:
            problem = asyncio.run(run.copy(reach))
    except KeyboardInterrupt:
        tell(f"interrupted: {run.summary()}")
        return INTERRUPTED
    except asyncio.CancelledError:
        tell(f"ended: {run.summary()}")
        return 128 + run.signals[0]
    if run.standing is not None:
        if as_json:
            put_json(run.as_object(run.standing, problem))
        else:
            put(told(run.lines(run.standing)))
        if run.standing.doubted:
            tell("not all could be verified: the API didn't give as many records as it counts, or doesn't count them")
    return 0 if problem is None else tell_error(problem)


class _Run:
    """A run from its first question to what is told of it."""

    def __init__(self, settings: Settings, time_range: TimeRange, rate: float | None, *, follow: bool) -> None:
        self.signals: list[int] = []
        """Those that came to end it."""
        self.standing: Standing | None = None
        """How things stand at its end, None where nothing was asked for yet."""
        self._settings = settings
        self._range = time_range
        self._rate = rate
        self._follow = follow
        self._began = time.monotonic()
        self._sync: Sync | None = None
        self._following = False

    async def copy(self, reach: Callable[[], Awaitable[Copying]]) -> SourceError | None:
        """Go on to the end; gives what ended it before that.  Raises `SourceError` where nothing could be had."""
        from tui.archive.asker import Means
        from tui.archive.sync import Sync
        from tui.cli import wiring
        from tui.cli.progress import progress

        self.signals = cancel_on_signals()
        async with progress(self.line):
            copying = await reach()
            try:
                sync = self._sync = Sync(
                    copying.source,
                    copying.kept.archive,
                    Means(wiring.utc_now, time.monotonic, asyncio.sleep),
                    parameters=parameters_of(self._settings),
                    rate=self._rate,
                    endless=self._follow,
                    write=copying.kept.keeper.write,
                )
                problem = None
                try:
                    await sync.fill(self._range, copying.directory, is_known=copying.kept.keeper.trusted)
                    if self._follow:
                        self._following = True
                        await sync.follow(self._range)
                except SourceError as error:
                    if sync.asked is None:
                        raise
                    problem = error
                self.standing = await sync.standing()
            finally:
                await copying.aclose()
        return problem

    # What is told

    def line(self) -> str:
        """How far it has come."""
        sync = self._sync
        if sync is None or sync.asked is None:
            return "asking"
        parts = [counted(sync.records, "record"), f"{sync.records_a_second:,.0f}/s", counted(sync.requests, "request")]
        if self._following:
            parts.insert(0, "following (ctrl+c ends)")
        else:
            done = int(sync.share * _BAR)
            parts.insert(0, f"[{'=' * done}{' ' * (_BAR - done)}] {sync.share * 100:.0f} %")
            if sync.seconds_left is not None:
                parts.append(f"{format_span(sync.seconds_left)} left")
        waiting = sync.waiting
        if waiting is not None:
            parts.append(f"{waiting.reason}, trying again in {waiting.seconds:.0f} s")
        return " · ".join(parts)

    def summary(self) -> str:
        """What was done, for whoever ended it."""
        sync = self._sync
        if sync is None or not sync.windows:
            return "nothing was fetched yet"
        return (
            f"{counted(sync.records, 'record')} in {counted(sync.windows, 'window')} are kept, {sync.new:,} of them new"
        )

    def lines(self, standing: Standing) -> Iterator[tuple[str, str]]:
        sync = self._sync
        if sync is None or sync.asked is None:
            return
        yield "range", spelled(sync.asked)
        yield "records", f"{standing.records:,} held, {sync.new:,} of them new"
        unverified = f", {sync.doubted:,} of them unverified" if sync.doubted else ""
        yield "windows", f"{sync.windows:,} read{unverified}"
        length = standing.covered + sum((gap.length for gap in standing.gaps), timedelta())
        yield "verified", f"{share_of(standing.proved, length)} of {length_of(length)}"
        for held in standing.doubted[-_MOST_TOLD:]:
            yield "unverified", f"{stretch_line(held)}"
        if len(standing.doubted) > _MOST_TOLD:
            yield "unverified", f"and {len(standing.doubted) - _MOST_TOLD:,} more; see portkey-audit archive status"
        for gap in standing.gaps[-_MOST_TOLD:]:
            yield "gaps", spelled(gap)
        if not standing.gaps:
            yield "gaps", "none"
        yield "requests", f"{sync.requests:,} in {format_span(time.monotonic() - self._began)}"

    def as_object(self, standing: Standing, problem: SourceError | None) -> dict[str, Any]:
        """What `--json` prints; the names in it stay what they are within a version."""
        sync = self._sync
        if sync is None or sync.asked is None:
            return {}
        return {
            "version": VERSION,
            "complete": problem is None and not standing.gaps,
            "range": as_object(sync.asked),
            "records": {"held": standing.records, "read": sync.records, "new": sync.new},
            "windows": {"read": sync.windows, "unverified": sync.doubted},
            "seconds": {
                "verified": standing.proved.total_seconds(),
                "unverified": (standing.covered - standing.proved).total_seconds(),
                "missing": sum((gap.length for gap in standing.gaps), timedelta()).total_seconds(),
            },
            "unverified": [as_object(held.span, records=held.records) for held in standing.doubted],
            "gaps": [as_object(gap) for gap in standing.gaps],
            "requests": sync.requests,
            **({} if problem is None else {"problem": clean(problem.cause)}),
        }
