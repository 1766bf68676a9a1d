"""`portkey-audit archive`: the copy of the records that is kept on this computer."""

from __future__ import annotations

import difflib

import click

from tui.cli.archive_prune import prune
from tui.cli.archive_status import path, status
from tui.cli.archive_sync import sync
from tui.cli.archive_verify import verify
from tui.cli.asking import Asked
from tui.cli.manners import EXIT_CODES, Refused
from tui.cli.options import Trunk, copying
from tui.domain.clean import clean

_HELP = """Keep a copy of the records, prove that nothing is missing in it, and see how it stands.

Each profile has an archive of its own.  It fills by itself with what is looked at; `sync` fetches all of a range.
"""
_COMMANDS = (sync, status, verify, prune, path)


@click.group(cls=Trunk, invoke_without_command=True, help=_HELP, epilog=EXIT_CODES, short_help="Keep all records here.")
@copying("30d")
def archive(asked: Asked) -> int:
    """Refuse what is no command."""
    names = [str(command.name) for command in _COMMANDS]
    if not asked.words:
        raise Refused([f"archive is followed by one of {', '.join(names)}"])
    word = asked.words[0]
    near = difflib.get_close_matches(word, names, 1)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    raise Refused([f"there is no command archive {clean(word, 40)}; {advice}"])


for command in _COMMANDS:
    archive.add_command(command)
