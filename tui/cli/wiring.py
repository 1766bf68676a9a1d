"""The only place where parts are joined: settings become sources, sources become the explorer.

What is slow to import (Textual, httpx, pydantic) is imported inside functions: commands that don't need it never pay,
and the explorer paints before it opens its connection.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.cli.asking import Demo
from tui.cli.connections import (
    Copying,
    Keeping,
    Place,
    importing,
    open_connection,
    open_copying,
    open_file,
    open_offline,
)  # fmt: skip
from tui.cli.connections import utc_now as utc_now
from tui.cli.manners import tell
from tui.cli.stand_in import StandIn
from tui.clipboard.copying import Clipboard
from tui.clipboard.surroundings import look_around
from tui.domain.errors import KeyMissing
from tui.settings import DEFAULT_BASE_URL, Flags, SettingsError, color_system, config_file, folder, load, theme_of
from tui.state.views import ViewShelf

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui.app.context import Memory
    from tui.cli.asking import Asked
    from tui.cli.opening import GivenFile
    from tui.domain.query import AuditQuery
    from tui.settings import Settings, Surface
    from tui.sources.connection import Connection
    from tui.state.marks import MarkBook

_TEXTUAL_COLORS = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}

_NOTED_SIZE = ("COLUMNS", "LINES")
"""A shell's note of a size that may have changed; the terminal knows it."""

_CAUGHT = (
    "a mistake of this program: in {:,} of the lines it drew stood what a terminal might obey, and was replaced at the "
    "last door. Please report it."
)

Connect = Callable[[], Awaitable["Connection"]]
"""Opens the way to the records.  Raises `SourceError`."""


def settings_for(asked: Asked) -> Settings:
    """What holds for a run; the demo is asked neither with a profile's key nor in its organisation.

    Raises `SettingsError`.
    """
    if asked.file is not None:
        return _settings_for_file(asked)
    if asked.demo and asked.offline:
        raise SettingsError("--demo and --offline can't be had together: each run of the demo makes its own records up")
    settings = load(Flags() if asked.demo else asked.flags, os.environ, config_file(os.environ), asked.surface)
    return replace(settings, key=None, organisation_id="") if asked.demo else settings


def _settings_for_file(asked: Asked) -> Settings:
    """What holds for a run that is about a file: nothing of any API."""
    flags = {"--demo": asked.demo is not None, "--offline": asked.offline, "--profile": asked.flags.profile,
             "--base-url": asked.flags.base_url, "--api-key-file": asked.flags.api_key_file}  # fmt: skip
    for flag in (flag for flag, said in flags.items() if said):
        raise SettingsError(f"--file and {flag} can't be had together: the file's records are all that is asked")
    settings = load(Flags(), os.environ, config_file(os.environ), asked.surface)
    return replace(settings, key=None, profile="", label="", colour="", organisation_id="")


def reader_clipboard(settings: Settings) -> Clipboard:
    return Clipboard(
        look=lambda: look_around(os.environ),
        wanted=settings.surface.clipboard,
        command=settings.surface.clipboard_command,
        file=folder("state", os.environ) / "copied.txt",
    )


def saved_views() -> ViewShelf:
    return ViewShelf(folder("config", os.environ))


def mark_book(settings: Settings, *, demo: Demo | None, file: GivenFile | None = None) -> MarkBook:
    """The reader's marks; those on the demo's records would be on other ones tomorrow, and whose records a file has
    isn't known, so these last for the run."""
    from tui.state.marks import MarkBook, marks_file

    return MarkBook(None if demo or file else marks_file(folder("state", os.environ), settings.base_url))


def archive_place(settings: Settings) -> Path:
    """Where the archive of a profile's records lies, whether there is one or not."""
    from tui.archive.place import archive_file

    return archive_file(folder("data", os.environ), settings.base_url, settings.organisation_id)


@contextmanager
def connecting(
    settings: Settings, *, demo: Demo | None, offline: bool = False, file: GivenFile | None = None
) -> Iterator[Connect]:
    """How to connect; the demo's stand-in starts beside whoever uses it, and ends with this.

    A key is read now, before a screen takes the terminal: its command may have something to ask.  Offline and of a file
    none is read and no socket is opened.  Raises `SettingsError`.
    """
    if file is not None:
        opened = file.opened

        async def connect_file() -> Connection:
            return await asyncio.to_thread(open_file, opened)

        yield connect_file
        return
    if offline and not demo:

        async def connect_offline() -> Connection:
            return await asyncio.to_thread(open_offline, archive_place(settings))

        yield connect_offline
        return
    with _reaching(settings, demo=demo) as reach:

        async def connect() -> Connection:
            place = await reach()
            kept = settings.keep_records or demo is not None
            keeping = Keeping(place.archive, settings.keep_secrets and not demo) if kept else None
            return await asyncio.to_thread(open_connection, place.base_url, place.key, place.ca_bundle, keeping=keeping)

        yield connect


@contextmanager
def copying(settings: Settings, *, demo: Demo | None) -> Iterator[Callable[[], Awaitable[Copying]]]:
    """How to reach an API and the archive of its records, for whoever copies from one to the other; the demo's are gone
    when this ends.  Raises `SettingsError`."""
    with _reaching(settings, demo=demo) as reach:

        async def open_both() -> Copying:
            place = await reach()
            return await asyncio.to_thread(open_copying, place, secrets=settings.keep_secrets and not demo)

        yield open_both


@contextmanager
def _reaching(settings: Settings, *, demo: Demo | None) -> Iterator[Callable[[], Awaitable[Place]]]:
    """Where the records are; the demo's stand-in and its archive are gone when this ends.  Raises `SettingsError`."""
    if demo:
        with stand_in(demo) as running, TemporaryDirectory(prefix="portkey-audit-") as scratch:

            async def reach_demo() -> Place:
                base_url, key = await asyncio.to_thread(running.address)
                return Place(base_url, key, None, Path(scratch) / "demo.db")

            yield reach_demo
        return
    key = settings.key.read() if settings.key else None

    async def reach() -> Place:
        if key is None:
            raise KeyMissing(
                f"There is no key for {settings.base_url}.",
                "Set PORTKEY_API_KEY, or name a file that holds it with --api-key-file; --demo needs none.",
            )
        return Place(settings.base_url, key, settings.ca_bundle, archive_place(settings))

    yield reach


@contextmanager
def stand_in(demo: Demo) -> Iterator[StandIn]:
    """The demo's stand-in, beside us as long as this lasts."""
    running = StandIn.start(hostile=demo is Demo.HOSTILE)
    try:
        yield running
    finally:
        running.stop()


def run_explorer(
    settings: Settings, query: AuditQuery, *, demo: Demo | None, offline: bool = False, file: GivenFile | None = None
) -> int:
    """Draw until the reader leaves; gives the exit code.  Raises `SettingsError`."""
    environ = _for_readers_programs()
    theme = _prepare_terminal(settings.surface)
    with connecting(settings, demo=demo, offline=offline, file=file) as connect:
        with importing():
            from tui.app import lifeline
            from tui.app.app import ExplorerApp
            from tui.app.calling import multiplexer_of
            from tui.app.context import Context
            from tui.app.plain import PlainApp
            from tui.state.value_file import read_values
            from tui.terminal.pasting import keep_pastes_apart

        gc.freeze()
        keep_pastes_apart()
        plain = settings.surface.plain
        app = (PlainApp if plain else ExplorerApp)(
            Context(
                connect=connect,
                clock=utc_now,
                ticks=time.monotonic,
                clipboard=reader_clipboard(settings),
                query=query,
                place=_place(settings, demo=demo, file=file),
                offline=offline,
                file=file is not None,
                base_url=DEFAULT_BASE_URL if demo else settings.base_url,
                read_values=read_values,
                memory=_memory(settings, demo=demo, file=file),
                label="DEMO" if demo else settings.label,
                colour="" if demo else settings.colour,
                source_words=source_words(settings, demo=demo, offline=offline, file=file),
                theme=theme,
                plain=plain,
                pace=settings.pace,
                multiplexer=multiplexer_of(os.environ),
                environ=environ,
            ),
            _driver_class(settings.surface.driver),
        )
        code = asyncio.run(lifeline.run(app, mouse=not plain))
        if app.guard.hits:
            tell(_CAUGHT.format(app.guard.hits))
        return code


def _place(settings: Settings, *, demo: Demo | None, file: GivenFile | None) -> str:
    """Where the records come from, as the reader knows it."""
    if file is not None:
        return file.opened.name
    return "demo" if demo else urlsplit(settings.base_url).hostname or settings.base_url


def _for_readers_programs() -> dict[str, str]:
    """The environment as it came, before it is told how to draw, and without the key, which loading took out."""
    return {name: value for name, value in os.environ.items() if name not in _NOTED_SIZE}


def _prepare_terminal(surface: Surface) -> str:
    """Tell Textual how to draw by its variables, which it reads when it is imported; gives the theme.

    Nothing is animated, which a slow line would feel, unless the reader asks for it by Textual's own variable.
    """
    theme = theme_of(surface, os.environ)
    os.environ["TEXTUAL_COLOR_SYSTEM"] = _TEXTUAL_COLORS[color_system(surface.color, os.environ)]
    os.environ.pop("NO_COLOR", None)  # Textual would heed it where it's empty too, and send greys
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    for name in _NOTED_SIZE:
        os.environ.pop(name, None)
    return theme


def _driver_class(name: str) -> type[Driver] | None:
    """What draws on the terminal; None is Textual's own driver, the only one where there is no POSIX terminal."""
    if name == "stock" or os.name != "posix":
        return None
    from tui.terminal.driver import FrameDiffDriver

    return FrameDiffDriver


def _memory(settings: Settings, *, demo: Demo | None, file: GivenFile | None) -> Memory:
    """What was kept of earlier runs; standard input has none of its own."""
    from tui.app.context import Memory
    from tui.state import history, last_look, layout

    state = folder("state", os.environ)
    looked_at = "demo" if demo else settings.base_url if file is None else file.absolute_path
    return Memory(
        views=saved_views(),
        marks=mark_book(settings, demo=demo, file=file),
        history=history.QueryHistory(state / history.FILE_NAME),
        layout=layout.LayoutBook(state / layout.FILE_NAME),
        looks=last_look.LookBook(last_look.looks_file(state, looked_at) if looked_at else None),
    )


def source_words(
    settings: Settings, *, demo: Demo | None, offline: bool = False, file: GivenFile | None = None
) -> tuple[str, ...]:
    """The words of a command line that name where the records come from."""
    if file is not None:
        return (f"--file={file.absolute_path or file.path}",)
    if demo:
        return ("--demo", "--hostile") if demo is Demo.HOSTILE else ("--demo",)
    profile = (f"--profile={settings.profile}",) if settings.profile else ()
    return (*profile, "--offline") if offline else profile
