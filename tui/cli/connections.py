"""The stacks of sources that records come through: an API with its archive, an archive alone, a file.

Slow, for what they import: httpx and pydantic, which commands that don't ask for records never load.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui.domain.errors import ArchiveTrouble, NotHeld
from tui.domain.masking import Masks, new_key

if TYPE_CHECKING:
    from tui.archive.kept import KeptRecords
    from tui.archive.opening import Opened, Opening
    from tui.domain.page import PageRequest
    from tui.domain.record import AuditRecord
    from tui.domain.secret import Secret
    from tui.sources.base import AuditSource, NameDirectory
    from tui.sources.connection import Connection, Redact, Reveal
    from tui.sources.directory import PortkeyDirectory
    from tui.sources.portkey import PortkeySource
    from tui.sources.transport import Transport

_AROUND = timedelta(seconds=1)


class Place(NamedTuple):
    """Where an API is, and where the archive of its records."""

    base_url: str
    key: Secret
    ca_bundle: Path | None
    archive: Path


@contextmanager
def _importing_client() -> Iterator[None]:
    """For what loads pydantic: it would read the metadata of every installed package, and run whatever plugin one of
    them brings."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    with importing():
        yield


@contextmanager
def importing() -> Iterator[None]:
    """Without looking for garbage in what is there to stay, which takes a tenth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def utc_now() -> datetime:
    return datetime.now(UTC)


class Keeping(NamedTuple):
    """The archive that fetched records are kept in, and whether with their secrets."""

    file: Path
    secrets: bool = False


def open_connection(
    base_url: str,
    key: Secret,
    ca_bundle: Path | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    keeping: Keeping | None = None,
    masks: Masks | None = None,
) -> Connection:
    """The stack of sources for an API: archive over cache over retries over the client.  Slow, for what it imports.

    An archive that can't be used is done without, and that is told.  Without `masks` they are the archive's, and
    without one a secret is known again by them as long as this run lasts.
    """
    with _importing_client():
        from tui.domain.redaction import redact
        from tui.sources.cached import CachedSource
        from tui.sources.connection import Connection
        from tui.sources.directory import PortkeyDirectory
        from tui.sources.portkey import PortkeySource
        from tui.sources.retrying import RetryingSource
        from tui.sources.transport import Transport

        transport = Transport(base_url, key, clock=clock, ca_bundle=ca_bundle)

    def retrying(inner: PortkeySource) -> RetryingSource:
        return RetryingSource(inner, clock=time.monotonic, sleep=sleep, random=random.random)

    kept, remarks = _open_archive(keeping, key, clock)
    hiding = partial(redact, masks=masks or (kept.masks if kept is not None else Masks(new_key())))
    redacted = retrying(PortkeySource(transport, redact=hiding))
    in_clear = retrying(PortkeySource(transport, redact=lambda record: record))
    reveal = _revealing(in_clear, hiding)
    if kept is None:
        cached = CachedSource(redacted)
        directory = PortkeyDirectory(transport, memory=None)
        return Connection(
            cached, redacted, in_clear, directory, cached.forget, reveal, transport.aclose,
            redact=hiding, remarks=remarks,
        )  # fmt: skip
    live: AuditSource = kept.keeping(in_clear if kept.secrets else redacted)
    cached = CachedSource(live)
    directory = PortkeyDirectory(transport, memory=kept.names)

    def forget() -> None:
        cached.forget()
        kept.keeper.try_again()

    async def aclose() -> None:
        try:
            await kept.aclose()
        finally:
            await transport.aclose()

    archived = kept.before(cached)
    return Connection(
        kept.redacting(archived), kept.redacting(live), in_clear, directory, forget, reveal, aclose,
        held=kept.held, spread=archived.spread, redact=hiding,
    )  # fmt: skip


class Copying(NamedTuple):
    """An API past every cache, and the archive of its records.

    `source` gives what the archive is to have: redacted, unless secrets are kept.
    """

    source: AuditSource
    directory: NameDirectory
    kept: KeptRecords
    aclose: Callable[[], Awaitable[None]]


def open_copying(
    place: Place,
    *,
    secrets: bool,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Copying:
    """The way to an API, and its archive, which is made where there is none.  Slow.  Raises `SourceError`."""
    with _importing_client():
        from tui.archive.kept import KeptRecords

    kept = KeptRecords.open(place.archive, place.key, clock, secrets=secrets)
    try:
        connection = open_connection(
            place.base_url, place.key, place.ca_bundle, clock=clock, sleep=sleep, masks=kept.masks
        )
    except BaseException:
        kept.archive.close()
        raise

    async def aclose() -> None:
        try:
            await kept.aclose()
        finally:
            await connection.aclose()

    return Copying(connection.in_clear if secrets else connection.live, connection.directory, kept, aclose)


def open_offline(file: Path, *, clock: Callable[[], datetime] = utc_now) -> Connection:
    """What an archive holds, and nobody to ask for more.  Raises `SourceError`."""
    with _importing_client():
        from tui.archive.archive import Archive
        from tui.archive.fingerprints import masks_of
        from tui.archive.kept import has_secrets
        from tui.archive.names import ArchivedNames, HeldDirectory
        from tui.archive.offline import HeldSource, NothingInClear
        from tui.archive.place import is_there
        from tui.archive.store import Store
        from tui.domain.redaction import redact
        from tui.sources.connection import Connection
        from tui.sources.redacting import RedactingSource

    if not is_there(file):
        raise NotHeld(
            "There is no archive of these records yet.",
            "It fills by itself while they are looked at, and all at once by: portkey-audit archive sync --since 30d",
        )
    archive = Archive.open_for_reading(file)
    with closing(Store.open_for_reading(file)) as store:
        with_secrets, masks = has_secrets(store), masks_of(store)
    hiding = partial(redact, masks=masks)
    as_kept = HeldSource(archive)
    held = RedactingSource(as_kept, hiding)
    in_clear: AuditSource = as_kept if with_secrets else NothingInClear("the archive", "Ask the API for them.")
    names = HeldDirectory(ArchivedNames(archive, clock))
    return Connection(
        held, held, in_clear, names, lambda: None, _revealing(in_clear, hiding), archive.aclose,
        held=held, spread=as_kept.spread, redact=hiding,
    )  # fmt: skip


@contextmanager
def opening(path: str, watch: Callable[[Opening], None]) -> Iterator[Opened]:
    """A file's records, as long as this lasts; slow.  Raises as `tui.archive.opening.opened` does."""
    with _importing_client():
        from tui.archive.opening import opened
    with opened(path, watch) as one:
        yield one


def open_file(opened: Opened) -> Connection:
    """What a file held, and nobody to ask for more."""
    with _importing_client():
        from tui.archive.archive import Archive
        from tui.archive.names import ArchivedNames, HeldDirectory
        from tui.archive.offline import HeldSource, NothingInClear
        from tui.domain.redaction import redact
        from tui.sources.connection import Connection

    archive = Archive.open_for_reading(opened.archive)
    source, in_clear = (
        HeldSource(archive, whole=True, notes=opened.remarks),
        NothingInClear(opened.name, "Look into the file itself."),
    )
    names = HeldDirectory(ArchivedNames(archive, utc_now))
    return Connection(
        source, source, in_clear, names, lambda: None, _revealing(in_clear, redact), archive.aclose,
        spread=source.spread,
    )  # fmt: skip


def _open_archive(
    keeping: Keeping | None, key: Secret, clock: Callable[[], datetime]
) -> tuple[KeptRecords | None, tuple[str, ...]]:
    """The archive, and what is to be told of it where it can't be used."""
    if keeping is None:
        return None, ()
    from tui.archive.kept import KeptRecords

    try:
        return KeptRecords.open(keeping.file, key, clock, secrets=keeping.secrets), ()
    except ArchiveTrouble as trouble:
        return None, (f"{trouble.cause} {trouble.cure} Nothing is kept until then.",)


def _revealing(in_clear: AuditSource, redact: Redact) -> Reveal:
    """How one redacted value is had in clear: by its record alone, else by the page that this was on."""
    from tui.formats.views import value_at

    async def reveal(request: PageRequest, record: AuditRecord, path: str) -> str | None:
        for asked in (*_asking_for(record, request), request):
            page = await in_clear.fetch(asked)
            found = next((other for other in page.records if redact(other).identity == record.identity), None)
            if found is not None:
                return value_at(found, path)
        return None

    return reveal


def _asking_for(record: AuditRecord, request: PageRequest) -> Iterator[PageRequest]:
    """The request for hardly more than one record, where it says when it was and what it is called."""
    from tui.domain.time_range import Window

    if record.time is not None and record.request_id:
        around = Window(record.time - _AROUND, record.time + _AROUND)
        yield replace(request, window=around, parameters=(("request_id", record.request_id),), number=0)


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
    return BareClient(transport, PortkeySource(transport, redact=redact), PortkeyDirectory(transport, memory=None))
