"""What earlier runs kept, looked at and left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui.private_files import read_private
from tui.state import history, last_look, layout, marks
from tui.state.state_file import BROKEN, MOST_BYTES

_KINDS = (
    (marks.FILE_NAMES, "marks", marks.parse_marks),
    (layout.FILE_NAME, "columns", layout.parse_columns),
    (history.FILE_NAME, "queries", history.parse_queries),
    (last_look.FILE_NAMES, "looks", last_look.parse_looks),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the state folder: what the reader calls what is in there, and why it can't be read, or ""."""

    what: str
    file: Path
    problem: str = ""


def inspect(state_folder: Path) -> Iterator[Kept]:
    """Everything that is kept, what can't be read among it, and what was put aside for that before."""
    for pattern, what, parse in _KINDS:
        for file in sorted(state_folder.glob(pattern)):
            try:
                parse(read_private(file, MOST_BYTES))
            except OSError as error:
                yield Kept(what, file, error.strerror or "it can't be read")
            except ValueError:
                yield Kept(what, file, "it holds something else")
            else:
                yield Kept(what, file)
        for file in sorted(state_folder.glob(f"{pattern}{BROKEN}")):
            yield Kept(what, file, "put aside, for it could not be read")
