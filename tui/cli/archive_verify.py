"""`portkey-audit archive verify`: what is held, counted against what the API counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from tui.cli.archive_status import archive_of
from tui.cli.archive_telling import (
    NONE_YET,
    VERSION,
    as_object,
    counted,
    parameters_of,
    range_of,
    spelled,
    told,
)
from tui.cli.asking import Asked
from tui.cli.ending import cancel_on_signals
from tui.cli.manners import FAILURE, INTERRUPTED, put, put_json, tell
from tui.cli.options import copying
from tui.domain.clean import clean
from tui.domain.errors import ArchiveTrouble
from tui.domain.time_range import TimeRange

if TYPE_CHECKING:
    from tui.archive.coverage import Span
    from tui.archive.store import Store
    from tui.archive.verification import Difference, Verification
    from tui.cli.connections import Copying
    from tui.settings import Settings

_MOST_TOLD = 20
_HELP = """Count every stretch of time that the archive calls whole against the API, and look whether its file is sound.

Where the two differ, that is told, and not called whole any more, so that portkey-audit archive sync reads it again.
Nothing that is held is removed: a record that the API doesn't give any more stays.
"""
_EXIT_CODES = (
    "Exit codes: 0 all is equal, 1 something differs or can't be counted, 2 usage or configuration, 3 network or rate "
    "limit, 4 key missing or refused, 130 interrupted."
)


@click.command(help=_HELP, epilog=_EXIT_CODES, short_help="Count what it holds against the API.")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@copying("all that is held")
def verify(asked: Asked, *, as_json: bool) -> int:
    """Count, and tell what differs."""
    from tui.archive.place import is_there
    from tui.cli import wiring

    settings, file = wiring.settings_for(asked), archive_of(asked)
    time_range = range_of(asked, settings) if asked.since or asked.until else None
    if not is_there(file):
        put_json({"version": VERSION, "file": str(file), "exists": False}) if as_json else put([NONE_YET])
        return 0
    run = _Run(settings, time_range)
    try:
        with wiring.copying(settings, demo=asked.demo) as reach:
            asyncio.run(run.verify(reach))
    except KeyboardInterrupt:
        tell(f"interrupted: {run.line()}")
        return INTERRUPTED
    except asyncio.CancelledError:
        return 128 + run.signals[0]
    put_json(run.as_object()) if as_json else put(told(run.lines()))
    return run.outcome()


class _Run:
    """A run from its first question to what is told of it."""

    def __init__(self, settings: Settings, time_range: TimeRange | None) -> None:
        """Without a range it is about all that is held."""
        self.signals: list[int] = []
        """Those that came to end it."""
        self._settings = settings
        self._range = time_range
        self._verification: Verification | None = None

    async def verify(self, reach: Callable[[], Awaitable[Copying]]) -> None:
        """Go on to the end.  Raises `SourceError`."""
        from tui.archive.asker import Means
        from tui.archive.verification import Verification
        from tui.cli import wiring
        from tui.cli.progress import progress

        self.signals = cancel_on_signals()
        async with progress(self.line):
            copying = await reach()
            try:
                archive = copying.kept.archive
                if damage := await archive.read(lambda store: store.damage()):
                    raise ArchiveTrouble(
                        f"The archive {clean(str(archive.file))} is damaged: {clean(damage[0])}.",
                        "Move it away, and portkey-audit archive sync fetches all of it anew.",
                    )
                time_range = self._range or await archive.read(_all_of)
                if time_range is not None:
                    self._verification = Verification(
                        copying.source,
                        archive,
                        Means(wiring.utc_now, time.monotonic, asyncio.sleep),
                        parameters=parameters_of(self._settings),
                    )
                    await self._verification.run(time_range, is_known=copying.kept.keeper.trusted)
            finally:
                await copying.aclose()

    # What is told

    def line(self) -> str:
        """How far it has come."""
        run = self._verification
        if run is None:
            return "looking at the file"
        told = f"{run.share * 100:.0f} % · {counted(run.records, 'record')} · {counted(run.requests, 'request')}"
        waiting = run.waiting
        return f"{told} · {waiting.reason}, trying again in {waiting.seconds:.0f} s" if waiting else told

    def lines(self) -> Iterator[tuple[str, str]]:
        run = self._verification
        yield "verified", counted(run.records if run else 0, "record")
        differing, uncounted = self._found()
        for different in differing[:_MOST_TOLD]:
            yield "differs", f"{spelled(different.span)}  {different.held:,} held, the API counts {different.counted:,}"
        if len(differing) > _MOST_TOLD:
            yield "differs", f"and {len(differing) - _MOST_TOLD:,} more; see --json"
        for span in uncounted[:_MOST_TOLD]:
            yield "uncounted", spelled(span)
        if not differing and not uncounted:
            yield "differs", "nothing"

    def as_object(self) -> dict[str, Any]:
        """What `--json` prints; the names in it stay what they are within a version."""
        run = self._verification
        differing, uncounted = self._found()
        return {
            "version": VERSION,
            "verified": run.records if run else 0,
            "differs": [as_object(span, held=held, counted=number) for span, held, number in differing],
            "uncounted": [as_object(span) for span in uncounted],
            "requests": run.requests if run else 0,
        }

    def outcome(self) -> int:
        """The exit code; what helps is told."""
        differing, uncounted = self._found()
        if differing:
            tell("what differs isn't called whole any more; to read it again: portkey-audit archive sync --since …")
        if uncounted:
            tell("the API doesn't tell how many records there are, so what is held can't be counted against it")
        return FAILURE if differing or uncounted else 0

    def _found(self) -> tuple[list[Difference], list[Span]]:
        """What differs and what could not be counted, the newest first."""
        run = self._verification
        return (sorted(run.differences, reverse=True), sorted(run.uncounted, reverse=True)) if run else ([], [])


def _all_of(store: Store) -> TimeRange | None:
    """From the oldest moment that is called whole on, None where none is."""
    from tui.archive.coverage import instant_at

    spans = store.coverage().spans
    return TimeRange(instant_at(spans[0].start)) if spans else None
