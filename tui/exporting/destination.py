"""Where an export goes to: a file with a manifest beside it, or a stream."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from tui.domain.clean import clean
from tui.private_files import Draft

MANIFEST = ".manifest.json"
"""What the name of a manifest ends with, behind the name of its file."""
_PIECE = 1 << 16
_LONGEST_NAME = 200


class Unwritable(Exception):
    """An export can't be written where it was to go; nothing is left of it there."""

    def __init__(self, cause: str, cure: str) -> None:
        """`cause` and `cure` are whole sentences, fit to be shown."""
        super().__init__(cause)
        self.cause = cause
        self.cure = cure


class AlreadyThere(Unwritable):
    """There is a file already, and nobody said that it may be replaced."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file's name, its bytes, and their SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str


class Destination(Protocol):
    """Takes an export in, from `open` to `place`.  Each of these raises `Unwritable`, and all but `place` may take a
    while."""

    def open(self) -> None: ...

    def write(self, text: str) -> None: ...

    def seal(self, describe: Callable[[Written], str]) -> None:
        """Have all on the disk, and what `describe` says of it too."""
        ...

    def place(self) -> None:
        """Let it be seen."""
        ...

    def discard(self) -> None:
        """Leave nothing of what isn't in its place; the last step, whatever came of the others."""
        ...


class ExportFile:
    """A file for its owner alone, and its manifest: they are there when they are whole, or not at all."""

    def __init__(self, file: Path, *, replace: bool = False) -> None:
        """`replace`: files in their places may be replaced; links and whatever isn't a plain file never are."""
        self.file = file
        self.manifest = file.parent / (file.name + MANIFEST)
        self._replace = replace
        self._drafts: list[Draft] = []
        self._hash = hashlib.sha256()
        self._size = 0

    def check(self) -> None:
        """See whether the export can go there.  Raises `Unwritable`, `AlreadyThere` where it may be told to."""
        for file in (self.file, self.manifest):
            with _translating(file):
                self._check(file)

    def open(self) -> None:
        self.check()
        self._begin(self.file)

    def write(self, text: str) -> None:
        data = text.encode()
        with _translating(self.file):
            self._drafts[0].write(data)
        self._hash.update(data)
        self._size += len(data)

    def seal(self, describe: Callable[[Written], str]) -> None:
        with _translating(self.file):
            self._drafts[0].seal()
        self._begin(self.manifest)
        with _translating(self.manifest):
            self._drafts[1].write(describe(Written(self.file.name, self._size, self._hash.hexdigest())).encode())
            self._drafts[1].seal()

    def place(self) -> None:
        with _translating(self.file):
            self._check(self.file)
            self._drafts[0].place(replace=self._replace)
        try:
            with _translating(self.manifest):
                self._check(self.manifest)
                self._drafts[1].place(replace=self._replace)
        except Unwritable:
            if not self._replace:
                self.file.unlink(missing_ok=True)
            raise

    def discard(self) -> None:
        for draft in self._drafts:
            with suppress(OSError):  # a disk that is gone keeps what it has
                draft.discard()

    def _begin(self, file: Path) -> None:
        with _translating(file):
            self._drafts.append(Draft(file))

    def _check(self, file: Path) -> None:
        folder = file.parent.stat()
        if not stat.S_ISDIR(folder.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        try:
            there = file.lstat()
        except FileNotFoundError:
            return
        name = _shown(file)
        if stat.S_ISLNK(there.st_mode):
            raise Unwritable(f"{name} is a link to another file.", "Name that file itself, or remove the link.")
        if not stat.S_ISREG(there.st_mode):
            raise Unwritable(f"{name} is not a plain file.", "Name a file that isn't there yet.")
        if not self._replace:
            raise AlreadyThere(f"{name} is there already.", "Name another file, or have it replaced.")


class ExportStream:
    """What is read as it is written, by a program or by eyes: there is no taking it back, and no manifest."""

    def __init__(self, put: Callable[[str], object]) -> None:
        """`put` writes a text; it raises OSError."""
        self._put = put

    def open(self) -> None: ...

    def write(self, text: str) -> None:
        try:
            self._put(text)
        except BrokenPipeError:
            raise  # whoever read it has had enough, which is no fault
        except OSError as error:
            raise _told(error, "the output") from error

    def seal(self, describe: Callable[[Written], str]) -> None: ...

    def place(self) -> None: ...

    def discard(self) -> None: ...


class Spool:
    """A text that can't go anywhere before something is known that stands above it; on the disk, under no name."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def write(self, text: str) -> None:
        with _spooling():
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` does
            self._file.write(text.encode())

    def pieces(self) -> Iterator[str]:
        """All of it, in pieces of some lines each."""
        if self._file is None:
            return
        with _spooling():
            self._file.seek(0)
            while lines := self._file.readlines(_PIECE):
                yield b"".join(lines).decode()

    def close(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # what could not be written is not missed any more
                self._file.close()


@contextmanager
def _spooling() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = f"What is to be written can't be put together in the folder for temporary files: {error.strerror}."
        raise Unwritable(told, "Make room there, or name another folder by TMPDIR.") from error


@contextmanager
def _translating(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _told(error, _shown(file), _shown(file.parent)) from error


def _told(error: OSError, name: str, folder: str = "its folder") -> Unwritable:
    """What the system says, with its cure."""
    match error.errno:
        case errno.EEXIST:
            return AlreadyThere(f"{name} is there already.", "Name another file, or have it replaced.")
        case errno.ENOENT:
            return Unwritable(f"There is no folder {folder}.", "Make it first, or name a file in another one.")
        case errno.ENOTDIR:
            return Unwritable(f"{folder} is not a folder.", "Name a file in another one.")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return Unwritable(f"{folder} may not be written to.", "Name a file in a folder of your own.")
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return Unwritable(
                f"There is no room for all of {name}.", "Make room, narrow the query, or use another disk."
            )
        case errno.EIO:
            return Unwritable(f"The disk failed while {name} was written.", "Name a file on another disk.")
        case errno.ENAMETOOLONG:
            return Unwritable(f"The name of {name} is too long.", "Name the file shorter.")
        case _:
            return Unwritable(f"{name} can't be written: {error.strerror or error}.", "Name another file.")


def _shown(file: Path) -> str:
    return clean(str(file), _LONGEST_NAME)
