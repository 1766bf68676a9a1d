"""`portkey-audit export`: all records that fit a query, written to a file or to standard output."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.asking import Asked, Question, read_question
from tui.cli.ending import cancel_on_signals
from tui.cli.manners import EXIT_CODES, FAILURE, INTERRUPTED, TRY_AGAIN, Refused, put_text, tell, tell_error
from tui.cli.options import QueryCommand, asking
from tui.domain.clean import clean
from tui.exporting.form import Form, form_of

if TYPE_CHECKING:
    from tui.cli.wiring import Connect
    from tui.domain.identity import Identity
    from tui.exporting.destination import Destination, Unwritable
    from tui.exporting.export import Export, Exported

STDOUT = "-"
CONFIRMATION = "include secrets"
_FORMS = tuple(form.value for form in Form)

_HELP = """Write all records that fit QUERY, the newest first, to standard output or to FILE.

As jsonl a line has all of a record under the API's own names; csv is a table that a spreadsheet can open, and md a
report to read.  FILE is readable by its owner alone and is there when it is whole, or not at all; beside it
FILE.manifest.json tells what was asked, how many records there are and whether that is proved to be all.  What is
incomplete is written too, says so, and ends with 3.

Secrets are redacted.  With --anonymise, people, ids and addresses are replaced by pseudonyms: the same by the same, and
by other ones in each export.
"""


@click.command(cls=QueryCommand, help=_HELP, epilog=EXIT_CODES, short_help="Write all records that fit QUERY.")
@click.option("-f", "--format", "said", type=click.Choice(_FORMS), help="what to write  [as FILE ends, or jsonl]")
@click.option("-o", "--output", metavar="FILE", default=STDOUT, help="where to write; - is standard output  [-]")
@click.option("--force", is_flag=True, help="replace FILE where it is there")
@click.option("--anonymise", is_flag=True, help="replace people, ids and addresses by pseudonyms")
@click.option("--include-secrets", is_flag=True, help="don't redact; asks to be confirmed by typing")
@click.option("--yes", is_flag=True, help="confirmed: don't ask")
@asking
def export(
    asked: Asked, *, said: str | None, output: str, force: bool, anonymise: bool, include_secrets: bool, yes: bool
) -> int:
    """Write the export."""
    from tui.cli import wiring
    from tui.exporting.destination import ExportFile, ExportStream, Unwritable

    if anonymise and include_secrets:
        raise Refused(["--anonymise and --include-secrets can't be had together"])
    file = None if output == STDOUT else _path(output)
    form = _form(said, file)
    settings = wiring.settings_for(asked)
    question = read_question(asked, settings, wiring.utc_now(), wiring.saved_views())
    run = _Run(question, form, anonymise=anonymise, include_secrets=include_secrets)
    try:
        destination: Destination = ExportStream(put_text)
        if file is not None:
            destination = ExportFile(file, replace=force)
            destination.check()
        if include_secrets and not yes:
            _confirm()
        with wiring.connecting(settings, demo=asked.demo, offline=asked.offline, file=asked.file) as connect:
            marked = wiring.mark_book(settings, demo=asked.demo, file=asked.file).marked
            exported = asyncio.run(run.write(connect, destination, marked))
    except KeyboardInterrupt:
        tell(f"interrupted: {run.line()}{'' if file is None else '; nothing was kept'}")
        return INTERRUPTED
    except asyncio.CancelledError:
        return 128 + run.signals[0]
    except Unwritable as error:
        _tell_unwritable(error)
        if file is None:
            _let_go_of_stdout()
        return FAILURE
    except BrokenPipeError:
        _let_go_of_stdout()
        return 0
    if file is not None and sys.stderr.isatty():
        tell(f"{exported.count:,} records are in {clean(str(file))}")
    return _tell_doubts(exported, run)


class _Run:
    """A run from its first question to its last byte."""

    def __init__(self, question: Question, form: Form, *, anonymise: bool, include_secrets: bool) -> None:
        self.signals: list[int] = []
        """Those that came to end it."""
        self._question = question
        self._form = form
        self._anonymise = anonymise
        self._include_secrets = include_secrets
        self._export: Export | None = None

    async def write(self, connect: Connect, destination: Destination, marked: frozenset[Identity]) -> Exported:
        """Go on to the end.  Raises `SourceError`, `Unwritable`, and BrokenPipeError where nobody reads it any more."""
        from tui.cli import wiring
        from tui.cli.inquiring import inquire
        from tui.cli.progress import progress
        from tui.exporting.export import Export

        self.signals = cancel_on_signals()
        async with progress(self.line):
            connection = await connect()
            try:
                inquiry = await inquire(
                    connection, self._question, clock=wiring.utc_now, marked=marked, names_shown=True
                )
                in_clear = connection.in_clear if self._include_secrets else None
                self._export = Export(
                    inquiry,
                    destination,
                    self._form,
                    in_clear=in_clear,
                    redact=connection.redact,
                    anonymise=self._anonymise,
                )
                return await self._export.run()
            finally:
                await connection.aclose()

    def line(self) -> str:
        """How far it has come."""
        from tui.exporting.reading import how_far

        return how_far(self._export.reading if self._export else None)


def _path(output: str) -> Path:
    """The file that is meant; `--output=~/file` comes here as it was typed."""
    try:
        return Path(output).expanduser()
    except RuntimeError:  # nobody has that home: it is the name of a file
        return Path(output)


def _form(said: str | None, file: Path | None) -> Form:
    if said is not None:
        return Form(said)
    form = Form.JSONL if file is None else form_of(file)
    if form is None:
        raise Refused([f"no format is known by the end of {clean(str(file))}; say it: --format jsonl, csv or md"])
    return form


def _confirm() -> None:
    """Have it typed that secrets are wanted.  Raises `Refused`."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refused(["--include-secrets wants to be confirmed, and there is no terminal to ask on; add --yes"])
    tell("passwords, tokens and keys that were logged will be written in clear")
    click.echo(f'    to go on, type "{CONFIRMATION}": ', nl=False, err=True)
    if sys.stdin.readline().strip().casefold() != CONFIRMATION:
        raise Refused(["not confirmed: nothing was written"])


def _tell_doubts(exported: Exported, run: _Run) -> int:
    """Say what keeps the export from being surely all; gives the exit code."""
    from tui.exporting.export import Completeness

    incomplete = exported.completeness is Completeness.INCOMPLETE
    for remark in exported.remarks:
        tell(remark)
    if incomplete:
        tell(f"incomplete: {run.line()}")
    if exported.problem is not None:
        return tell_error(exported.problem)
    return TRY_AGAIN if incomplete else 0


def _tell_unwritable(error: Unwritable) -> None:
    from tui.exporting.destination import AlreadyThere

    cure = "Name another file; --force replaces this one." if isinstance(error, AlreadyThere) else error.cure
    tell(f"{error.cause} {cure}")


def _let_go_of_stdout() -> None:
    """See to it that nobody tries in the end to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
