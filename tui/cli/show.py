"""`portkey-audit show`: all that is known of a request, by its id."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from tui.cli.asking import Asked, Question, read_question
from tui.cli.manners import EXIT_CODES, FAILURE, INTERRUPTED, TRY_AGAIN, Refused, put_json, put_text, tell, tell_error
from tui.cli.options import looking_up
from tui.domain.clean import clean
from tui.domain.time_range import format_instant

if TYPE_CHECKING:
    from tui.cli.looking_up import Found
    from tui.cli.wiring import Connect
    from tui.exporting.reading import Reading

VERSION = 1
"""Of the JSON object."""
_SINCE = "90d"

_HELP = """Print the record of the request that has the id REQUEST_ID.

It is laid out to be read: its fields, with names for ids, then body, headers and query.  Should several records have
that id, the newest comes first.  Secrets are redacted.  With --json, the records are as `export` writes them.
"""


@click.command(help=_HELP, epilog=EXIT_CODES, short_help="Print the record of a request.")
@click.argument("request_id")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@looking_up
def show(asked: Asked, *, request_id: str, as_json: bool) -> int:
    """Print the records."""
    from tui.cli import wiring

    wanted = request_id.strip()
    if not wanted:
        raise Refused(["REQUEST_ID is empty"])
    settings = wiring.settings_for(asked)
    question = read_question(asked, replace(settings, since=_SINCE), wiring.utc_now(), wiring.saved_views())
    run = _Run(question, wanted)
    try:
        with wiring.connecting(settings, demo=asked.demo, offline=asked.offline, file=asked.file) as connect:
            found = asyncio.run(run.look(connect))
    except KeyboardInterrupt:
        tell(f"interrupted: {run.line()}")
        return INTERRUPTED
    if as_json:
        put_json(_object(found, wanted))
    else:
        put_text(_pages(found))
    return _outcome(found, run)


class _Run:
    """A look for one request, from the first question to the last page."""

    def __init__(self, question: Question, request_id: str) -> None:
        self.request_id = request_id
        self._question = question
        self._reading: Reading | None = None

    async def look(self, connect: Connect) -> Found:
        """Find it, or nothing.  Raises `SourceError`."""
        from tui.cli import wiring
        from tui.cli.inquiring import inquire
        from tui.cli.looking_up import look_up
        from tui.cli.progress import progress

        async with progress(self.line):
            connection = await connect()
            try:
                inquiry = await inquire(
                    connection, self._question, clock=wiring.utc_now, marked=frozenset(), names_shown=True
                )
                return await look_up(inquiry, self.request_id, self._watch)
            finally:
                await connection.aclose()

    def line(self) -> str:
        """How far it has come."""
        from tui.exporting.reading import how_far

        return how_far(self._reading)

    def _watch(self, reading: Reading) -> None:
        self._reading = reading


def _pages(found: Found) -> str:
    from tui.formats.record_page import record_page

    return "\n".join(record_page(record, found.names, UTC) for record in found.records)


def _object(found: Found, request_id: str) -> dict[str, Any]:
    """What `--json` prints; the names in it stay what they are within a version."""
    from tui.formats.record_json import json_line

    window = found.reading.frozen.window
    return {
        "version": VERSION,
        "request_id": request_id,
        "window": {"start": format_instant(window.start), "end": format_instant(window.end)},
        "exact": found.reading.proved,
        "records": [json.loads(json_line(record, found.names)) for record in found.records],
    }


def _outcome(found: Found, run: _Run) -> int:
    """The exit code; that there is nothing is told, and what keeps the answer from being sure."""
    reading = found.reading
    for remark in reading.remarks:
        tell(remark)
    if not found.records:
        window = reading.frozen.window
        asked = f"{clean(run.request_id)} from {format_instant(window.start)} to {format_instant(window.end)}"
        told = "--since reaches further back; of an id that isn't whole, export id:… finds those that begin with it"
        tell(f"there is no record of a request {asked}; {told}")
    if reading.problem is not None:
        return tell_error(reading.problem)
    if reading.incomplete:
        tell(f"incomplete: {run.line()}")
        return TRY_AGAIN
    return 0 if found.records else FAILURE
