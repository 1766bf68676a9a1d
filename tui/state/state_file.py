"""A file whose loss would be a pity and never a failure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from tui.domain.clean import clean
from tui.private_files import read_private, write_private

MOST_BYTES = 16 * 1024 * 1024
BROKEN = ".broken"
"""What stands behind the name of a file that could not be read."""

Value = TypeVar("Value")
_Stamp = tuple[int, int, int]


class StateFile:
    """Bytes that are kept for the next run.  Without a file, or where the disk refuses, they are not."""

    def __init__(self, file: Path | None, kept: str) -> None:
        """`kept` is what the reader calls what is in there, as the beginning of a sentence: "The marks"."""
        self._file = file
        self._kept = kept
        self._stamp: _Stamp | None = None
        self._unread = ""
        self._unwritten = ""

    @property
    def problem(self) -> str:
        """What went wrong when the file was last read or written, in a sentence to show; "" where nothing did."""
        return self._unwritten or self._unread

    def read(self, parse: Callable[[bytes], Value], nothing: Value) -> Value:
        """What is kept, or `nothing`, also where the file is still the one that was last read or written here.

        What can't be read, or makes no sense (`parse` raises ValueError), is put aside under the same name with
        `.broken` behind it, for the next `write` would take its place.
        """
        if self._file is None:
            return nothing
        self._unread = ""
        stamp = _stamp(self._file)
        if stamp is not None and stamp == self._stamp:
            return nothing
        self._stamp = stamp
        try:
            return parse(read_private(self._file, MOST_BYTES))
        except FileNotFoundError:
            pass
        except OSError as error:
            self._put_aside(self._file, error.strerror)
        except ValueError:
            self._put_aside(self._file, "it holds something else")
        return nothing

    def write(self, data: bytes) -> bool:
        """Keep `data` in place of what was kept; gives whether nothing was in the way."""
        if self._file is None:
            return True
        self._unwritten = ""
        if len(data) > MOST_BYTES:
            self._unwritten = f"{self._kept} are too many to keep; they last for this run."
            return False
        try:
            write_private(self._file, data)
        except OSError as error:
            where = _shown(self._file)
            self._unwritten = f"{self._kept} last for this run only: can't write {where} ({error.strerror})."
            return False
        self._stamp = _stamp(self._file)
        return True

    def _put_aside(self, file: Path, cause: str | None) -> None:
        aside = file.with_name(f"{file.name}{BROKEN}")
        told = f"{self._kept} of before can't be read from {_shown(file)} ({cause})"
        try:
            file.replace(aside)
        except OSError:
            self._file = None
            self._unread = f"{told}; those of this run are not kept."
        else:
            self._unread = f"{told}; the file is kept as {_shown(aside)}."


class SharedValue(Generic[Value]):
    """A value that several runs keep in one file: each change is made to what the file says by then.

    A change that the disk refused goes on in this run, and is made again to what another run writes meanwhile.
    """

    def __init__(
        self, file: StateFile, nothing: Value, parse: Callable[[bytes], Value], tell: Callable[[Value], bytes]
    ) -> None:
        """`parse` raises ValueError where the bytes are none of those that `tell` gives."""
        self._file = file
        self._parse = parse
        self._tell = tell
        self._unsaved: list[Callable[[Value], Value]] = []
        self.value = file.read(parse, nothing)
        """What this run last read or wrote."""

    def change(self, edit: Callable[[Value], Value]) -> None:
        """Read the file anew, edit what it says, and write that at once.  `edit` may be called again later."""
        self._unsaved.append(edit)
        news = self._file.read(self._parse, None)
        if news is None:
            self.value = edit(self.value)
        else:
            for unsaved in self._unsaved:
                news = unsaved(news)
            self.value = news
        if self._file.write(self._tell(self.value)):
            self._unsaved.clear()


def _stamp(file: Path) -> _Stamp | None:
    """What differs between a file and the one that took its place; None where there is none to be seen."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _shown(file: Path) -> str:
    return clean(str(file))
