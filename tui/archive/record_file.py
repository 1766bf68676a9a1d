"""A file that somebody kept records in, or standard input, as bytes."""

from __future__ import annotations

import difflib
import errno
import os
import select
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tui.domain.clean import clean
from tui.domain.errors import NotOpened

STANDARD_INPUT = "-"
"""What is given for a file's path to read standard input."""
_STDIN = 0
_CHUNK = 1 << 16
_LONGEST_PATH = 400
_PIPE_IN = "Pipe records in, as in: zcat audit.jsonl.gz | portkey-audit --file -"
_OTHER_PACKERS = {b"BZh": "bzcat", b"\xfd7zXZ\0": "xzcat", b"\x28\xb5\x2f\xfd": "zstdcat", b"PK\x03\x04": "unzip -p"}
"""What unpacks what begins so."""


class RecordFile:
    """An open file, read once from its beginning to its end.

    `size` is how many bytes it has, 0 where that isn't known.
    """

    def __init__(self, descriptor: int, path: str, name: str, size: int) -> None:
        self.name = name
        """What to call it, as it may be shown."""
        self.size = size
        self.bytes_read = 0
        self.remark = ""
        """What went wrong while it was read, "" for nothing."""
        self._descriptor = descriptor
        self._path = path

    @classmethod
    def open(cls, path: str) -> RecordFile:
        """The file at a path, or standard input.  Raises `NotOpened`."""
        if path == STANDARD_INPUT:
            return cls(_STDIN, path, "standard input", _size_of_stdin())
        shown = clean(path, _LONGEST_PATH)
        try:
            # Not to wait for a writer where it is a pipe, nor to make a terminal one's own.
            descriptor = os.open(Path(path).expanduser(), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except (OSError, ValueError, RuntimeError) as error:
            raise _unopened(error, path, shown) from None
        try:
            status = os.fstat(descriptor)
            _check(status, shown)
        except OSError as error:
            _let_go(descriptor)
            raise _unopened(error, path, shown) from None
        except NotOpened:
            _let_go(descriptor)
            raise
        return cls(descriptor, path, clean(Path(path).name), status.st_size)

    def close(self) -> None:
        if self._descriptor != _STDIN:
            _let_go(self._descriptor)

    def chunks(self) -> Iterator[bytes]:
        """The bytes, some at a time.  Raises `NotOpened` where they can't be records."""
        while chunk := self._read():
            if not self.bytes_read:
                self._check_beginning(chunk)
            self.bytes_read += len(chunk)
            yield chunk

    def _read(self) -> bytes:
        """The next bytes, none at the end."""
        while True:
            try:
                chunk = os.read(self._descriptor, _CHUNK)
            except BlockingIOError:
                select.select([self._descriptor], [], [])
                continue
            except OSError as error:
                if not self.bytes_read:
                    raise NotOpened(f"{self.name} can't be read: {error.strerror}.") from None
                self.remark = f"it can't be read to its end: {error.strerror}"
                return b""
            if not chunk and not self.bytes_read and self._descriptor != _STDIN:
                self._check_writer()
            return chunk

    def _check_writer(self) -> None:
        if stat.S_ISFIFO(os.fstat(self._descriptor).st_mode):
            raise NotOpened(
                f"Nothing writes to the pipe {clean(self._path, _LONGEST_PATH)}.",
                "Start what writes to it first, or let that write to: portkey-audit --file -",
            )

    def _check_beginning(self, chunk: bytes) -> None:
        for magic, unpacker in _OTHER_PACKERS.items():
            if chunk.startswith(magic):
                path = "FILE" if self._path == STANDARD_INPUT else clean(self._path, _LONGEST_PATH)
                raise NotOpened(
                    f"{self.name} is packed by another than gzip.",
                    f"Unpack it on the way: {unpacker} {path} | portkey-audit --file -",
                )


def _let_go(descriptor: int) -> None:
    with suppress(OSError):  # nothing was written that could be lost
        os.close(descriptor)


def _size_of_stdin() -> int:
    try:
        status = os.fstat(_STDIN)
    except OSError:
        raise NotOpened("Standard input is closed.", _PIPE_IN) from None
    if os.isatty(_STDIN):
        raise NotOpened("Nothing is piped in: standard input is the terminal.", _PIPE_IN)
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _check(status: os.stat_result, shown: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise NotOpened(
            f"{shown} is a folder.", f"Name a file in it, or pipe them in: cat {shown}/* | portkey-audit --file -"
        )
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISFIFO(status.st_mode):
        raise NotOpened(f"{shown} is neither a file nor a pipe.", _PIPE_IN)


def _unopened(error: Exception, path: str, shown: str) -> NotOpened:
    """Why a path can't be opened, and what may help."""
    number = error.errno if isinstance(error, OSError) else errno.ENOENT
    if number in (errno.ENOENT, errno.ENOTDIR):
        return NotOpened(f"There is no file {shown}.", _nearest(path))
    if number in (errno.EACCES, errno.EPERM):
        return NotOpened(f"{shown} may not be read.", f"Where it is yours: chmod u+r {shown}")
    return NotOpened(f"{shown} can't be opened: {getattr(error, 'strerror', error)}.")


def _nearest(path: str) -> str:
    with suppress(OSError, ValueError, RuntimeError):
        names = [file.name for file in Path(path).expanduser().parent.iterdir()]
        if near := difflib.get_close_matches(Path(path).name, names, 1):
            return f"Did you mean {clean(near[0])}?"
    return ""
