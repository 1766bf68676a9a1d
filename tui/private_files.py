"""Files of the reader's own: read with care, written whole or not at all, and closed to everybody else."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def write_private(file: Path, data: bytes) -> None:
    """Put `data` in the file's place, for its owner alone; folders that are missing are made for the owner alone too.

    A link that stands in its place is replaced, never followed.  Raises OSError, and then the file is what it was:
    also where the folder is somebody else's, or others may write to it.
    """
    make_private_folder(file.parent)
    draft = Draft(file)
    try:
        draft.write(data)
        draft.place(replace=True)
    finally:
        draft.discard()


class Draft:
    """A file on its way, for its owner alone: written beside its place under a name of its own, and put there whole.

    Its folder has to be there, and is used as it is.  Every step raises OSError, and then nothing stands in the file's
    place that didn't stand there before; `discard` is the last step, whatever came of the others.
    """

    def __init__(self, file: Path) -> None:
        # mkstemp opens with O_EXCL and O_NOFOLLOW, and mode 0600.
        descriptor, scratch = tempfile.mkstemp(prefix=".scratch-", dir=file.parent)
        self._file = file
        self._scratch = Path(scratch)
        try:
            self._stream = os.fdopen(descriptor, "wb")
        except BaseException:
            os.close(descriptor)
            self._scratch.unlink(missing_ok=True)
            raise

    def write(self, data: bytes) -> None:
        """Add to it."""
        self._stream.write(data)

    def seal(self) -> None:
        """See to it that all of it is on the disk."""
        if not self._stream.closed:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()

    def place(self, *, replace: bool) -> None:
        """Put it where it belongs, by choice in place of what is there: a link is replaced then, never followed.

        Raises FileExistsError where there is anything and it may not be replaced, a link that leads nowhere too.
        """
        self.seal()
        if not replace:
            try:
                self._file.hardlink_to(self._scratch)
            except FileExistsError:
                raise
            except OSError:  # on a disk that gives a file one name only it is taken by an empty file first
                os.close(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
            else:
                return
        self._scratch.replace(self._file)

    def discard(self) -> None:
        """Leave nothing behind of what isn't in its place."""
        with suppress(OSError):  # what could not be written is not missed any more
            self._stream.close()
        self._scratch.unlink(missing_ok=True)


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
