"""`portkey-audit demo-server`: the stand-in API on a loopback port."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tui.demo.launch import Launch
    from tui.demo.server import DemoServer

_HELP = """Serve a made-up audit history as Portkey's API would, on loopback only, until ctrl+c.

The first line printed is the base URL, the second a key that may do everything.
"""


class _Command(click.Command):
    """Its help tells every fault and switch; they are looked up only when it is asked for."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        from tui.demo.faults import FAULTS
        from tui.demo.switches import Switches, choices

        defaults = Switches()
        with formatter.section("Faults (--fault KIND:PROBABILITY)"):
            formatter.write_dl([(name, fault.about) for name, fault in FAULTS.items()])
        with formatter.section("Switches (--switch NAME=VALUE), default first"):
            formatter.write_dl(
                [
                    (name, ", ".join(str(value).lower() for value in values) or str(getattr(defaults, name)))
                    for name, values in choices().items()
                ]
            )
        super().format_epilog(context, formatter)


@click.command(
    cls=_Command,
    help=_HELP,
    short_help="Serve a made-up history on loopback.",
    epilog="Exit codes: 1 the port can't be had, 2 usage, 130 interrupted.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 lets the system choose")
@click.option("--records", type=click.IntRange(1, 10_000_000), default=50_000, show_default=True, help="how many")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="how far back they go")
@click.option("--seed", type=int, default=7, show_default=True, help="the same seed and time make the same history")
@click.option("--grow", metavar="PER_SECOND", default="", help="new records a second")
@click.option("--late", metavar="SECONDS", default="", help="how late new records may come in")
@click.option("--fault", "faults", metavar="KIND:P", multiple=True, help="let answers go wrong, seeded, as in 429:0.1")
@click.option("--switch", "switches", metavar="NAME=VALUE", multiple=True, help="read the API another way")
@click.option("--prefix", metavar="PATH", default="/v1", show_default=True, help="where the API begins")
@click.option("--now", metavar="ISO", default="", help="a clock that stands still at this time")
@click.option("--hostile", is_flag=True, help="attackers wrote the texts of the history")
@click.option("--exit-with-stdin", is_flag=True, hidden=True)
@click.pass_context
def demo_server(
    context: click.Context,
    /,
    port: int,
    records: int,
    days: int,
    seed: int,
    grow: str,
    late: str,
    faults: tuple[str, ...],
    switches: tuple[str, ...],
    prefix: str,
    now: str,
    hostile: bool,
    exit_with_stdin: bool,
) -> None:
    """Serve until interrupted."""
    from tui.demo.faults import parse_chance
    from tui.demo.launch import Launch
    from tui.demo.switches import SettingError, parse_assignments

    try:
        turned = parse_assignments(switches)
        turned.update({name: value for name, value in (("grow", grow), ("late", late)) if value})
        chances = dict(parse_chance(fault) for fault in faults)
        _serve(Launch(records, days, seed, port, prefix, now, turned, chances, hostile), with_stdin=exit_with_stdin)
    except SettingError as error:
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        context.exit(130)


def _serve(launch: Launch, *, with_stdin: bool) -> None:
    server = launch.server()
    try:
        server.start(launch.port)
    except OSError as error:
        raise click.ClickException(f"port {launch.port} on 127.0.0.1 can't be had: {error.strerror}") from None
    try:
        click.echo(_greeting(server))
        if with_stdin:
            from tui.demo.launch import wait_for_end_of_input

            wait_for_end_of_input()
        else:
            threading.Event().wait()
    finally:
        server.stop()


def _greeting(server: DemoServer) -> str:
    from tui.demo.control import CONTROL_PATH

    return f"""{server.base_url}
{server.key}

Explore it from another terminal:
  PORTKEY_BASE_URL={server.base_url} PORTKEY_API_KEY={server.key} portkey-audit
Let its next answer go wrong (see --help for all it can do):
  curl {server.origin}{CONTROL_PATH} -d '{{"next": ["429-seconds"]}}'"""
