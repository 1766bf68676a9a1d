"""Files of the reader's own: read with care, written whole or not at all, and closed to everybody else."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path


def write_private(file: Path, data: bytes) -> None:
    """Put `data` in the file's place, for its owner alone; folders that are missing are made for the owner alone too.

    A link that stands in its place is replaced, never followed.  Raises OSError, and then the file is what it was:
    also where the folder is somebody else's, or others may write to it.
    """
    make_private_folder(file.parent)
    # mkstemp opens with O_EXCL and O_NOFOLLOW, and mode 0600.
    descriptor, scratch = tempfile.mkstemp(prefix=".scratch-", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(scratch).replace(file)
    finally:
        Path(scratch).unlink(missing_ok=True)


def read_private(file: Path, limit: int) -> bytes:
    """What the file holds.  Raises OSError where it is over `limit` bytes, no plain file, or not one's own."""
    return _read(file, limit, owner=os.getuid())


def read_plain(file: Path, limit: int) -> bytes:
    """As `read_private`, whoever owns the file."""
    return _read(file, limit, owner=None)


def _read(file: Path, limit: int, *, owner: int | None) -> bytes:
    # A pipe that nobody writes to would be waited for.
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(file))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file", str(file))
        if owner is not None and status.st_uid != owner:
            raise PermissionError(errno.EPERM, "it belongs to somebody else", str(file))
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            data = stream.read(limit + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        size = max(len(data), status.st_size)
        raise OSError(errno.EFBIG, f"it is too big: {-(-size // 1024):,} kB of {limit // 1024:,}", str(file))
    return data


def make_private_folder(folder: Path) -> None:
    """Make what is missing of the path, level by level, and close the last one to others.

    `mkdir(parents=True)` would leave the levels between open.  A link to a folder is good where both are one's own.
    """
    for level in (*reversed(folder.parents), folder):
        if not level.exists():
            level.mkdir(mode=0o700, exist_ok=True)
    status = folder.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "its folder is a file", str(folder))
    if {status.st_uid, folder.lstat().st_uid} != {os.getuid()}:
        raise PermissionError(errno.EPERM, "its folder belongs to somebody else", str(folder))
    if status.st_mode & 0o022:
        raise PermissionError(errno.EPERM, "others may write to its folder; chmod 700 makes it yours", str(folder))
    if status.st_mode & 0o077:
        folder.chmod(status.st_mode & 0o700)
