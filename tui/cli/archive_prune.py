"""`portkey-audit archive prune`: lets go of what is older than is wanted."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tui.cli.archive_status import archive_of, size_of, size_text
from tui.cli.archive_telling import NONE_YET, counted
from tui.cli.asking import Asked
from tui.cli.manners import EXIT_CODES, FAILURE, Refused, put, tell
from tui.cli.options import examining
from tui.domain.errors import TimeTextError
from tui.domain.time_range import format_instant, instant_of
from tui.domain.time_text import parse_moment

if TYPE_CHECKING:
    from pathlib import Path

    from tui.archive.store import Store

_HELP = """Remove the records of before a time from the archive, for good, and give the room back to the disk.

The API may not have them any more.  On a terminal it asks first; elsewhere it wants --yes.
"""


@click.command(help=_HELP, epilog=EXIT_CODES, short_help="Remove what is older than is wanted.")
@click.option("--before", metavar="TIME", required=True, help="90d ago, 2026-01-01 …: older ones go")
@click.option("--yes", is_flag=True, help="don't ask")
@examining
def prune(asked: Asked, *, before: str, yes: bool) -> int:
    """Remove them."""
    from tui.archive.place import is_there
    from tui.cli import wiring

    file, moment = archive_of(asked), _moment(before, wiring.utc_now())
    if not yes and not sys.stdin.isatty():
        raise Refused(["what is pruned is gone for good, and there is no terminal to ask on: say --yes"])
    if not is_there(file):
        put([NONE_YET])
        return 0
    from tui.archive.store import Store

    store = Store.open(file)
    try:
        return _prune(store, file, moment, yes=yes)
    finally:
        store.close()


def _prune(store: Store, file: Path, moment: datetime, *, yes: bool) -> int:
    from tui.archive.coverage import Span, milliseconds

    extent, end = store.extent(), milliseconds(moment)
    older = store.count_all(Span(extent.start, end)) if extent is not None and extent.start < end else 0
    what = f"{counted(older, 'record')} from before {format_instant(moment)}"
    if not yes and not click.confirm(f"Remove {what} from {size_text(size_of(file))} for good?", err=True):
        tell("nothing is removed")
        return FAILURE
    gone = 0
    while True:
        with store.writing():
            some = store.prune(moment)
        gone += some
        if not some:
            break
    store.tidy()
    put(
        [f"removed {counted(gone, 'record')} from before {format_instant(moment)}; {size_text(size_of(file))} are left"]
    )
    return 0


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = parse_moment(text, now=now)
    except TimeTextError as error:
        raise Refused([f"--before: {error}"]) from None
    if moment is None:
        raise Refused(["--before: it would remove everything; write how long ago, or a date"])
    return instant_of(moment, now)
