"""The only place where parts are joined: settings become sources, sources become the explorer.

What is slow to import (Textual, httpx, pydantic) is imported inside functions: commands that don't need it never pay,
and the explorer paints before it opens its connection.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tui.cli.stand_in import StandIn
from tui.clipboard.copying import Clipboard
from tui.clipboard.surroundings import look_around
from tui.domain.errors import KeyMissing
from tui.settings import DEFAULT_BASE_URL, Flags, color_system, config_file, folder, load, theme_of
from tui.state.views import ViewShelf

if TYPE_CHECKING:
    from pathlib import Path

    from textual.driver import Driver

    from tui.app.context import Memory
    from tui.cli.asking import Asked
    from tui.domain.page import PageRequest
    from tui.domain.query import AuditQuery
    from tui.domain.record import AuditRecord
    from tui.domain.secret import Secret
    from tui.settings import Settings, Surface
    from tui.sources.connection import Connection
    from tui.sources.directory import PortkeyDirectory
    from tui.sources.portkey import PortkeySource
    from tui.sources.transport import Transport
    from tui.state.marks import MarkBook

_TEXTUAL_COLORS = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}

_NOTED_SIZE = ("COLUMNS", "LINES")
"""A shell's note of a size that may have changed; the terminal knows it."""

Connect = Callable[[], Awaitable["Connection"]]
"""Opens the way to the records.  Raises `SourceError`."""


def settings_for(asked: Asked) -> Settings:
    """What holds for a run; the demo is asked neither with a profile's key nor in its organisation.

    Raises `SettingsError`.
    """
    settings = load(Flags() if asked.demo else asked.flags, os.environ, config_file(os.environ), asked.surface)
    return replace(settings, key=None, organisation_id="") if asked.demo else settings


def reader_clipboard(settings: Settings) -> Clipboard:
    return Clipboard(
        look=lambda: look_around(os.environ),
        wanted=settings.surface.clipboard,
        command=settings.surface.clipboard_command,
        file=folder("state", os.environ) / "copied.txt",
    )


def saved_views() -> ViewShelf:
    return ViewShelf(folder("config", os.environ))


def mark_book(settings: Settings, *, demo: bool) -> MarkBook:
    """The reader's marks; those on the demo's records would be on other ones tomorrow, so they last for the run."""
    from tui.state.marks import MarkBook, marks_file

    return MarkBook(None if demo else marks_file(folder("state", os.environ), settings.base_url))


@contextmanager
def connecting(settings: Settings, *, demo: bool) -> Iterator[Connect]:
    """How to connect; the demo's stand-in starts beside whoever uses it, and ends with this.

    A key is read now, before a screen takes the terminal: its command may have something to ask.  Raises
    `SettingsError`.
    """
    if demo:
        with stand_in() as running:

            async def connect() -> Connection:
                base_url, key = await asyncio.to_thread(running.address)
                return await asyncio.to_thread(open_connection, base_url, key)

            yield connect
    else:
        key = settings.key.read() if settings.key else None

        async def connect() -> Connection:
            if key is None:
                raise KeyMissing(
                    f"There is no key for {settings.base_url}.",
                    "Set PORTKEY_API_KEY, or name a file that holds it with --api-key-file; --demo needs none.",
                )
            names_folder = folder("cache", os.environ)
            return await asyncio.to_thread(
                open_connection, settings.base_url, key, settings.ca_bundle, names_folder=names_folder
            )

        yield connect


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """The demo's stand-in, beside us as long as this lasts."""
    running = StandIn.start()
    try:
        yield running
    finally:
        running.stop()


def run_explorer(settings: Settings, query: AuditQuery, *, demo: bool) -> int:
    """Draw until the reader leaves; gives the exit code.  Raises `SettingsError`."""
    environ = _for_readers_programs()
    theme = _prepare_terminal(settings.surface)
    with connecting(settings, demo=demo) as connect:
        with _importing():
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
                place="demo" if demo else urlsplit(settings.base_url).hostname or settings.base_url,
                base_url=DEFAULT_BASE_URL if demo else settings.base_url,
                read_values=read_values,
                memory=_memory(settings, demo=demo),
                label="DEMO" if demo else settings.label,
                colour="" if demo else settings.colour,
                source_words=source_words(settings, demo=demo),
                theme=theme,
                plain=plain,
                pace=settings.pace,
                multiplexer=multiplexer_of(os.environ),
                environ=environ,
            ),
            _driver_class(settings.surface.driver),
        )
        return asyncio.run(lifeline.run(app, mouse=not plain))


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


def _memory(settings: Settings, *, demo: bool) -> Memory:
    """What was kept of earlier runs."""
    from tui.app.context import Memory
    from tui.state import history, last_look, layout

    state = folder("state", os.environ)
    return Memory(
        views=saved_views(),
        marks=mark_book(settings, demo=demo),
        history=history.QueryHistory(state / history.FILE_NAME),
        layout=layout.LayoutBook(state / layout.FILE_NAME),
        looks=last_look.LookBook(last_look.looks_file(state, "demo" if demo else settings.base_url)),
    )


def source_words(settings: Settings, *, demo: bool) -> tuple[str, ...]:
    """The words of a command line that name where the records come from."""
    if demo:
        return ("--demo",)
    return (f"--profile={settings.profile}",) if settings.profile else ()


@contextmanager
def _importing_client() -> Iterator[None]:
    """For what loads pydantic: it would read the metadata of every installed package, and run whatever plugin one of
    them brings."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with _importing():
        yield


@contextmanager
def _importing() -> Iterator[None]:
    """Without looking for garbage in what is there to stay, which takes a tenth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def utc_now() -> datetime:
    return datetime.now(UTC)


def open_connection(
    base_url: str,
    key: Secret,
    ca_bundle: Path | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    names_folder: Path | None = None,
) -> Connection:
    """The stack of sources for an API: cache over retries over the client.  Slow, for what it imports."""
    with _importing_client():
        from tui.domain.redaction import redact
        from tui.formats.views import value_at
        from tui.sources.cached import CachedSource
        from tui.sources.connection import Connection
        from tui.sources.directory import PortkeyDirectory
        from tui.sources.portkey import PortkeySource
        from tui.sources.retrying import RetryingSource
        from tui.sources.transport import Transport

        transport = Transport(base_url, key, clock=clock, ca_bundle=ca_bundle)

    def retrying(inner: PortkeySource) -> RetryingSource:
        return RetryingSource(inner, clock=time.monotonic, sleep=sleep, random=random.random)

    live = retrying(PortkeySource(transport, redact=redact))
    cached = CachedSource(live)
    in_clear = retrying(PortkeySource(transport, redact=lambda record: record))

    async def reveal(request: PageRequest, record: AuditRecord, path: str) -> str | None:
        page = await in_clear.fetch(request)
        found = next((other for other in page.records if redact(other).identity == record.identity), None)
        return None if found is None else value_at(found, path)

    directory = PortkeyDirectory(transport, cache_folder=names_folder)
    return Connection(cached, live, in_clear, directory, cached.forget, reveal, transport.aclose)


class BareClient(NamedTuple):
    """The client alone, without a cache and without trying again: what one request shows."""

    transport: Transport
    source: PortkeySource
    directory: PortkeyDirectory


def open_bare_client(
    base_url: str, key: Secret, ca_bundle: Path | None, *, clock: Callable[[], datetime] = utc_now
) -> BareClient:
    """The client for whoever looks at the API itself; closing the transport closes it.  Raises `SourceError`."""
    with _importing_client():
        from tui.domain.redaction import redact
        from tui.sources.directory import PortkeyDirectory
        from tui.sources.portkey import PortkeySource
        from tui.sources.transport import Transport

        transport = Transport(base_url, key, clock=clock, ca_bundle=ca_bundle)
    return BareClient(
        transport, PortkeySource(transport, redact=redact), PortkeyDirectory(transport, cache_folder=None)
    )
