"""`portkey-audit archive status` and `path`: what the archive holds, and where it lies; neither asks anybody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.cli.archive_telling import (
    NONE_YET,
    VERSION,
    as_object,
    length_of,
    share_of,
    spelled,
    stretch_line,
    told,
)
from tui.cli.asking import Asked
from tui.cli.manners import EXIT_CODES, Refused, put, put_json
from tui.cli.options import examining
from tui.domain.clean import clean
from tui.domain.time_range import format_instant

if TYPE_CHECKING:
    from tui.archive.standing import Standing
    from tui.archive.store import Store

_MOST_TOLD = 20
_LONGEST_PATH = 1_000
_WORDS = ("read, not verified yet", "unverified", "verified")
"""What is said of a stretch, by its grade."""

_STATUS_HELP = """Tell what the archive holds: how many records, which stretches of time are whole and how surely, what
is missing between them, and how big it is.

Nothing is asked of the API: portkey-audit archive verify does that.
"""


@click.command(help=_STATUS_HELP, epilog=EXIT_CODES, short_help="Tell what the archive holds.")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@examining
def status(asked: Asked, *, as_json: bool) -> int:
    """Print how things stand."""
    from tui.archive.place import is_there

    file = archive_of(asked)
    if not is_there(file):
        if as_json:
            put_json({"version": VERSION, "file": str(file), "exists": False})
        else:
            put([NONE_YET])
        return 0
    from tui.archive.store import Store

    store = Store.open_for_reading(file)
    try:
        told_of = _look(store, file)
    finally:
        store.close()
    if as_json:
        put_json(_object(told_of))
    else:
        put(told(_lines(told_of)))
    return 0


@click.command(
    help="Print where the archive lies, and nothing else.", epilog=EXIT_CODES, short_help="Print where it lies."
)
@examining
def path(asked: Asked) -> int:
    """Print the path."""
    file = str(archive_of(asked))
    put([clean(file, _LONGEST_PATH) if sys.stdout.isatty() else file])
    return 0


def archive_of(asked: Asked) -> Path:
    """Where the archive that a command is about lies, whether there is one or not.  Raises `Refused`."""
    from tui.cli import wiring

    settings = wiring.settings_for(asked)
    if asked.demo:
        raise Refused(["the demo has no archive that lasts: each run makes its own, and removes it at the end"])
    return wiring.archive_place(settings)


@dataclass(frozen=True, slots=True)
class _Status:
    """What is told of an archive; `size` is in bytes, `synced` is when a sync last came to its end, "" for never."""

    file: Path
    size: int
    tables: int
    standing: Standing
    organisation: str
    has_secrets: bool
    synced: str


def _look(store: Store, file: Path) -> _Status:
    from tui.archive.keeping import ORGANISATION
    from tui.archive.kept import KEPT, SECRETS
    from tui.archive.schema import MIGRATIONS
    from tui.archive.standing import look_over
    from tui.archive.sync import SYNCED

    return _Status(
        file,
        size_of(file),
        len(MIGRATIONS),
        look_over(store),
        store.fact(ORGANISATION),
        store.fact(SECRETS) == KEPT,
        store.fact(SYNCED),
    )


def size_of(file: Path) -> int:
    """Bytes that an archive takes, with what SQLite keeps beside it.  Raises `ArchiveTrouble`."""
    from tui.archive.trouble import telling

    size = 0
    for part in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        with telling(file), suppress(FileNotFoundError):
            size += part.stat().st_size
    return size


def size_text(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1_000_000:,.1f} MB" if size >= 1_000_000 else f"{-(-size // 1_000):,} kB"


def _lines(status: _Status) -> Iterator[tuple[str, str]]:
    standing = status.standing
    yield (
        "file",
        f"{clean(str(status.file), _LONGEST_PATH)}, {size_text(status.size)}, tables of version {status.tables}",
    )
    yield "records", f"{standing.records:,}{_between(standing)}"
    yield "of", f"organisation {clean(status.organisation) or 'unknown'}"
    yield "secrets", "some may be kept as they came" if status.has_secrets else "redacted"
    yield "synced", status.synced or "never: it holds what was looked at"
    if standing.stretches:
        yield (
            "verified",
            f"{share_of(standing.proved, standing.covered)} of {length_of(standing.covered)} that are whole",
        )
    for held in standing.stretches[: -_MOST_TOLD - 1 : -1]:
        yield "whole", f"{stretch_line(held)}, {_WORDS[held.grade]}"
    if len(standing.stretches) > _MOST_TOLD:
        yield "whole", f"and {len(standing.stretches) - _MOST_TOLD:,} older; see --json"
    for gap in standing.gaps[: -_MOST_TOLD - 1 : -1]:
        yield "missing", f"{spelled(gap)}"
    if len(standing.gaps) > _MOST_TOLD:
        yield "missing", f"and {len(standing.gaps) - _MOST_TOLD:,} older; see --json"
    if standing.stretches:
        yield "missing", f"since {spelled(standing.stretches[-1].span).rpartition(' ')[2]}"


def _between(standing: Standing) -> str:
    from tui.archive.coverage import instant_at

    if standing.extent is None:
        return ""
    oldest, newest = instant_at(standing.extent.start), instant_at(standing.extent.end - 1)
    return f", the oldest of {format_instant(oldest)}, the newest of {format_instant(newest)}"


def _object(status: _Status) -> dict[str, Any]:
    """What `--json` prints; the names in it stay what they are within a version."""
    from tui.archive.coverage import instant_at

    standing, extent = status.standing, status.standing.extent
    return {
        "version": VERSION,
        "file": str(status.file),
        "exists": True,
        "bytes": status.size,
        "tables": status.tables,
        "organisation": status.organisation,
        "secrets": "kept" if status.has_secrets else "redacted",
        "synced": status.synced or None,
        "records": standing.records,
        "oldest": extent and format_instant(instant_at(extent.start)),
        "newest": extent and format_instant(instant_at(extent.end - 1)),
        "seconds": {
            "whole": standing.covered.total_seconds(),
            "verified": standing.proved.total_seconds(),
        },
        "whole": [
            as_object(held.span, records=held.records, grade=held.grade.name.lower()) for held in standing.stretches
        ],
        "missing": [as_object(gap) for gap in standing.gaps],
    }
