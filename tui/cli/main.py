"""The command line's trunk: the explorer without a command's name, and the commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from tui import __version__
from tui.cli.demo_server import demo_server
from tui.domain.fields import FILTERS, ORGANISATION
from tui.settings import Flags

_HELP = """Explore the audit log of a Portkey organisation: who changed what, when, from where, and did it work.

Without a command it opens the explorer. The API key comes from PORTKEY_API_KEY, from a file of your own
(--api-key-file) or from a profile's api_key_command; it never stands on a command line.
"""
_EPILOG = (
    "Exit codes: 0 done, 1 failure, 2 usage or configuration, 3 network or rate limit, 4 key missing or refused, "
    "130 interrupted."
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for every filter of the API, from the field table."""
    for field in reversed(FILTERS):
        if field is not ORGANISATION:
            about = field.about + (f": {', '.join(field.choices)}" if field.choices else "")
            command = click.option(field.flag, metavar="VALUE", default="", help=about)(command)
    return click.option(ORGANISATION.flag, metavar="ID", default="", help=ORGANISATION.about)(command)


@click.group(invoke_without_command=True, help=_HELP, epilog=_EPILOG)
@click.option("--since", metavar="TIME", default="", help="from: 15m, 4h, 7d, or a date and time  [24h]")
@click.option("--until", metavar="TIME", default="", help="to: the same  [now]")
@filter_options
@click.option("--profile", metavar="NAME", default="", help="a profile of config.toml")
@click.option("--base-url", metavar="URL", default="", help="the API's address, with its /v1; needs --api-key-file")
@click.option("--api-key-file", metavar="FILE", default="", help="a file (mode 600) that holds the key")
@click.option("--demo", is_flag=True, help="a made-up history: no key, no network")
@click.version_option(__version__, prog_name="portkey-audit", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, /, demo: bool, since: str, until: str, **words: str) -> None:
    """Open the explorer where no command is named."""
    if context.invoked_subcommand is not None:
        return
    from tui.cli.explore import explore

    flags = Flags(
        profile=words["profile"],
        base_url=words["base_url"],
        api_key_file=words["api_key_file"],
        since=since,
        until=until,
        organisation=words["organisation"],
    )
    filters = {field.name: words[field.name.replace("-", "_")] for field in FILTERS if field is not ORGANISATION}
    context.exit(explore(flags, filters, demo=demo))


cli.add_command(demo_server)
