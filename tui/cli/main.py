"""The command line's trunk: the explorer without a command's name, and the commands."""

from __future__ import annotations

import click

from tui import __version__
from tui.cli.archive import archive
from tui.cli.asking import Asked
from tui.cli.count import count
from tui.cli.demo_server import demo_server
from tui.cli.doctor.command import doctor
from tui.cli.explain import explain
from tui.cli.export import export
from tui.cli.manners import EXIT_CODES
from tui.cli.options import Trunk, asking, drawing
from tui.cli.show import show
from tui.cli.tail import tail

_HELP = """Explore the audit log of a Portkey organisation: who changed what, when, from where, and did it work.

Without a command it opens the explorer, on the records that fit QUERY: field:value terms that must all hold, such as
`is:failed actor:alice since:4h`, or a saved view, as in `@failures ip:203.0.113.0/24`.  Times are in UTC.  A query that
begins with "-" or with a command's name stands behind `--`.  A filter's option narrows QUERY; its value is written as
behind the field's colon.

The API key comes from PORTKEY_API_KEY, from a file of your own (--api-key-file) or from a profile's api_key_command;
it never stands on a command line.
"""


@click.group(
    cls=Trunk, invoke_without_command=True, help=_HELP, epilog=EXIT_CODES, subcommand_metavar="[QUERY]... | COMMAND ..."
)
@click.version_option(__version__, prog_name="portkey-audit", message="%(prog)s %(version)s")
@drawing
@asking
def cli(asked: Asked) -> int:
    """Open the explorer."""
    from tui.cli.explore import explore

    return explore(asked)


for command in (tail, count, export, show, archive, explain, doctor, demo_server):
    cli.add_command(command)
