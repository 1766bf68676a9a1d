"""`portkey-audit doctor`: looks at everything that the explorer leans on, and tells what helps where it is not well."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version
from secrets import token_hex
from typing import TYPE_CHECKING

import click

from tui import __version__
from tui.cli.asking import Asked, Demo
from tui.cli.doctor.finding import Finding, exit_code, fail, failed, ok, skip
from tui.cli.manners import Refused, put_json
from tui.cli.options import drawing, examining
from tui.domain.clean import clean
from tui.domain.errors import SourceError, Untrusted
from tui.settings import Flags, KeySource, Settings, SettingsError, Surface, config_file, folder, load

if TYPE_CHECKING:
    from tui.cli.connections import BareClient
    from tui.cli.doctor.facts import Facts
    from tui.domain.secret import Secret

_LONGEST = 1_000
_FOLDERS = ("config", "state", "data")
_LIBRARIES = ("textual", "httpx", "pydantic")
_NO_KEY_CURE = "Set PORTKEY_API_KEY, or name a file that holds it with --api-key-file; --demo needs none."
_HELP = """Look at all that the explorer leans on here, and tell what helps where something is not well: the terminal,
the way to your clipboard, what is kept on disk, key and address, the server's clock, how it counts pages and records.

The API is asked for a few small pages of the last 30 days, and nothing is written.  Keys are never shown.
"""
_EXIT_CODES = "Exit codes: 0 all is well, warnings aside, 1 a failure, 2 usage, 130 interrupted."

Tell = Callable[[Finding], None]


@click.command(help=_HELP, epilog=_EXIT_CODES, short_help="Tell what works here, and what helps.")
@click.option("--paste", is_flag=True, help="copy a word, and ask for it back: is the clipboard reached?")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@drawing
@examining
def doctor(asked: Asked, *, paste: bool, as_json: bool) -> int:
    """Report, each line as it is known."""
    from tui.cli.doctor.facts import gather
    from tui.cli.doctor.report import Report, report_object

    # First, for it takes the key out of the environment that helper programs inherit.
    settings, configuration = _configure(asked)
    facts = gather(os.environ)
    if paste and not facts.has_terminal:
        raise Refused(["--paste needs a terminal: it asks you to paste what it copied"])
    findings: list[Finding] = []
    report = None if as_json else Report(os.environ, asked.surface.color)

    def tell(finding: Finding) -> None:
        findings.append(finding)
        if report:
            report.tell(finding)

    surface = (settings or Settings()).surface
    tell(_program())
    _look_at_terminal(facts, surface, tell)
    if paste:
        tell(_paste(facts, settings or Settings()))
    if report:
        report.pause()
    _look_at_disk(configuration, tell)
    if report:
        report.pause()
    _look_at_service(settings, demo=asked.demo, tell=tell)
    if report:
        report.sum_up(findings)
    else:
        put_json(report_object(findings))
    return exit_code(findings)


def _configure(asked: Asked) -> tuple[Settings | None, Finding]:
    """What holds for this run, and whether the configuration can be read; a flag that can't be meant is refused."""
    from tui.cli import wiring

    try:
        settings = wiring.settings_for(asked)
    except SettingsError as error:
        if asked.flags != Flags() and _loads_without_flags():
            raise
        return None, fail("configuration", clean(str(error), _LONGEST), "")
    file = config_file(os.environ)
    found = clean(str(file), _LONGEST) if file.exists() else "no file: what is built in holds"
    return settings, ok("configuration", f"{found}, profile {settings.profile}" if settings.profile else found)


def _loads_without_flags() -> bool:
    try:
        load(Flags(), os.environ, config_file(os.environ))
    except SettingsError:
        return False
    return True


def _look_at_terminal(facts: Facts, surface: Surface, tell: Tell) -> None:
    from tui.cli.doctor.terminal import check_terminal

    for finding in check_terminal(facts, surface):
        tell(finding)


def _paste(facts: Facts, settings: Settings) -> Finding:
    from tui.cli import wiring
    from tui.cli.doctor.paste import check_paste
    from tui.clipboard.choosing import choose

    def write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    def ask(text: str) -> str:
        write(text)
        return sys.stdin.readline()

    clipboard = wiring.reader_clipboard(settings)
    choice = choose(facts.here, clipboard.wanted, clipboard.command)
    return check_paste(clipboard, choice, f"pasted-{token_hex(3)}", write_terminal=write, ask=ask)


def _program() -> Finding:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    python = ".".join(map(str, sys.version_info[:3]))
    return ok("program", f"portkey-audit {__version__}, Python {python}, {libraries}")


def _look_at_disk(configuration: Finding, tell: Tell) -> None:
    from tui.cli import wiring
    from tui.cli.doctor.disk import check_folders, check_kept

    tell(configuration)
    tell(check_folders({kind: folder(kind, os.environ) for kind in _FOLDERS}, os.getuid()))
    tell(check_kept(folder("state", os.environ), wiring.saved_views()))


def _look_at_service(settings: Settings | None, *, demo: Demo | None, tell: Tell) -> None:
    """What stands between us and the records, as far as can be gone; the rest is told to be left out."""
    from tui.cli.doctor.service import NAMES

    missing = dict.fromkeys(("key", "address", "proxy", *NAMES))

    def tell_once(finding: Finding) -> None:
        missing.pop(finding.name)
        tell(finding)

    with ExitStack() as closing:
        if settings is not None and (client := _client(settings, closing, demo=demo, tell=tell_once)) is not None:
            asyncio.run(_examine(client, settings, tell_once))
    for name in missing:
        tell(skip(name, "not looked at: something above stands in the way"))


def _client(settings: Settings, closing: ExitStack, *, demo: Demo | None, tell: Tell) -> BareClient | None:
    """The client, where key, address and proxy allow for one."""
    from tui.cli import connections, wiring
    from tui.cli.doctor.service import check_proxy
    from tui.sources.origin import is_loopback, parse_base_url

    base_url, key = settings.base_url, None
    try:
        if demo:
            base_url, key = closing.enter_context(wiring.stand_in(demo)).address()
            tell(ok("key", "the demo's own"))
        else:
            key = _read_key(settings.key, tell)
        address = parse_base_url(base_url)
        where = f"{address} (profile {settings.profile})" if settings.profile and not demo else str(address)
        tell(ok("address", clean(where)))
    except SourceError as error:
        tell(failed("address", error))
        return None
    proxy = ok("proxy", "none: it is this machine") if is_loopback(address) else check_proxy(base_url, os.environ)
    try:
        client = connections.open_bare_client(base_url, key, settings.ca_bundle) if key else None
    except Untrusted as error:
        tell(proxy)
        tell(failed("tls", error))
        return None
    except SourceError as error:
        tell(failed("proxy", error))
        return None
    tell(proxy)
    return client


def _read_key(source: KeySource | None, tell: Tell) -> Secret | None:
    if source is None:
        tell(fail("key", "there is none", _NO_KEY_CURE))
        return None
    try:
        key = source.read()
    except SettingsError as error:
        tell(fail("key", clean(str(error), _LONGEST), "It is 8 to 512 visible ASCII characters in one piece."))
        return None
    tell(ok("key", clean(source.described, _LONGEST)))
    return key


async def _examine(client: BareClient, settings: Settings, tell: Tell) -> None:
    from tui.cli import wiring
    from tui.cli.doctor.service import Examination
    from tui.cli.progress import progress

    examination = Examination(
        client=client,
        organisation_id=settings.organisation_id,
        clock=wiring.utc_now,
        ticks=time.monotonic,
        waiting=lambda: progress(lambda: f"asking {client.transport.host}"),
    )
    try:
        async for finding in examination.findings():
            tell(finding)
    finally:
        await client.transport.aclose()
