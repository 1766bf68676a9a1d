"""A file whose loss would be a pity and never a failure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tui.domain.clean import clean
from tui.private_files import read_private, write_private

MOST_BYTES = 16 * 1024 * 1024

Value = TypeVar("Value")


class StateFile:
    """Bytes that are kept for the next run.  Without a file, or where the disk refuses, they are not."""

    def __init__(self, file: Path | None, kept: str) -> None:
        """`kept` is what the reader calls what is in there, as the beginning of a sentence: "The marks"."""
        self._file = file
        self._kept = kept
        self.problem = ""
        """What went wrong when the file was last read or written, in a sentence to show; "" where nothing did."""

    def read(self, parse: Callable[[bytes], Value], nothing: Value) -> Value:
        """What is kept, or `nothing`.

        What can't be read, or makes no sense (`parse` raises ValueError), is put aside under the same name with
        `.broken` behind it, for the next `write` would take its place.
        """
        if self._file is None:
            return nothing
        try:
            return parse(read_private(self._file, MOST_BYTES))
        except FileNotFoundError:
            pass
        except OSError as error:
            self._put_aside(self._file, error.strerror)
        except ValueError:
            self._put_aside(self._file, "it holds something else")
        return nothing

    def write(self, data: bytes) -> None:
        """Keep `data` in place of what was kept."""
        if self._file is None:
            return
        try:
            if len(data) > MOST_BYTES:
                self.problem = f"{self._kept} are too many to keep; they last for this run."
            else:
                write_private(self._file, data)
                self.problem = ""
        except OSError as error:
            self.problem = f"{self._kept} last for this run only: can't write {_shown(self._file)} ({error.strerror})."

    def _put_aside(self, file: Path, cause: str | None) -> None:
        aside = file.with_name(f"{file.name}.broken")
        told = f"{self._kept} of before can't be read from {_shown(file)} ({cause})"
        try:
            file.replace(aside)
        except OSError:
            self._file = None
            self.problem = f"{told}; those of this run are not kept."
        else:
            self.problem = f"{told}; the file is kept as {_shown(aside)}."


def _shown(file: Path) -> str:
    return clean(str(file))
