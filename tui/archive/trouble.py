"""What SQLite and the file system say of an archive, as sentences with their cure."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.domain.clean import clean
from tui.domain.errors import ArchiveTrouble

_LONGEST_PATH = 400
_BROKEN = {"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT"}
_FULL = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
"""The second where there is no room even for the notes that readers share."""
_NO_RIGHT = "Give yourself the right to write to it."


@contextmanager
def telling(file: Path) -> Iterator[None]:
    """Say of an archive's file in our own words what goes wrong in the body.  Raises `ArchiveTrouble`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(error, clean(str(file), _LONGEST_PATH)) from None
    except OSError as error:
        raise _of_system(error, clean(str(file), _LONGEST_PATH)) from None


def _of_sqlite(error: sqlite3.Error, file: str) -> ArchiveTrouble:
    name = getattr(error, "sqlite_errorname", "")
    kind = "_".join(name.split("_")[:2])
    if kind in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return ArchiveTrouble(
            f"Another process keeps the archive {file} locked.", "It is tried again; end that one if it hangs.",
            passing=True,
        )  # fmt: skip
    if name in _FULL:
        return _full(file)
    if kind in _BROKEN:
        return ArchiveTrouble(
            f"The archive {file} is damaged.", f"Move it away, and a new one is made: mv '{file}' '{file}.damaged'"
        )
    if kind == "SQLITE_READONLY":
        return ArchiveTrouble(f"The archive {file} can't be written to.", _NO_RIGHT)
    if kind == "SQLITE_CANTOPEN":
        return ArchiveTrouble(f"The archive {file} can't be opened.", "See whether its folder is there, and yours.")
    return ArchiveTrouble(f"The archive {file} failed: {error}.", "portkey-audit archive status tells more.")


def _of_system(error: OSError, file: str) -> ArchiveTrouble:
    if error.errno == errno.ELOOP:
        return ArchiveTrouble(f"A link stands in the place of the archive {file}.", "Remove the link.")
    if error.errno == errno.ENOSPC:
        return _full(file)
    why = (error.strerror or str(error)).rstrip(".")
    return ArchiveTrouble(f"The archive {file} can't be used: {why}.", _cure_of_system(error, file))


def _cure_of_system(error: OSError, file: str) -> str:
    if error.errno in (errno.EISDIR, errno.EINVAL):
        return f"Move it away, and a new one is made: mv '{file}' '{file}.other'"
    if error.errno in (errno.EACCES, errno.EROFS):
        return _NO_RIGHT
    return "See whether its folder is there, and yours."


def _full(file: str) -> ArchiveTrouble:
    return ArchiveTrouble(
        f"The disk of the archive {file} is full.", "Make room, or: portkey-audit archive prune --before 90d"
    )
