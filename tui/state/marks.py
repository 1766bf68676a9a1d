"""The records that the reader marked, kept across restarts."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from tui.domain.identity import Identity
from tui.state.state_file import SharedValue, StateFile

FILE_NAMES = "marks-*.json"
MOST_MARKS = 10_000
_VERSION = 1
_Marks = tuple[Identity, ...]


class MarkBook:
    """Marked records by identity, in the order of marking; each change is written at once.

    Runs that share the file mark side by side: a change is to what this run shows, and leaves the marks of others.
    """

    def __init__(self, file: Path | None) -> None:
        """`file` as `marks_file` names it; without one the marks last for this run."""
        self._file = StateFile(file, "The marks")
        self._dropped = ""
        self._kept = SharedValue[_Marks](self._file, (), parse_marks, _tell)
        self._marked = frozenset(self._kept.value)

    @property
    def marked(self) -> frozenset[Identity]:
        return self._marked

    @property
    def ordered(self) -> tuple[Identity, ...]:
        """The first marked first."""
        return self._kept.value

    @property
    def problem(self) -> str:
        """What went wrong when marks were last read or changed, in a sentence to show; "" where nothing did."""
        return self._file.problem or self._dropped

    def __len__(self) -> int:
        return len(self._kept.value)

    def toggle(self, identity: Identity) -> bool:
        """Mark the record, or unmark it; gives whether it is marked now."""
        if identity in self._marked:
            self._change(lambda marks: tuple(mark for mark in marks if mark != identity))
        else:
            self._change(lambda marks: marks if identity in marks else (*marks, identity))
        return identity in self._marked

    def clear(self) -> None:
        """Unmark the records that this run shows as marked."""
        shown = self._marked
        self._change(lambda marks: tuple(mark for mark in marks if mark not in shown))

    def _change(self, edit: Callable[[_Marks], _Marks]) -> None:
        self._kept.change(lambda marks: self._newest(edit(marks)))
        self._marked = frozenset(self._kept.value)

    def _newest(self, marks: _Marks) -> _Marks:
        too_many = len(marks) > MOST_MARKS
        self._dropped = f"Only the newest {MOST_MARKS:,} marks are kept; older ones went." if too_many else ""
        return marks[-MOST_MARKS:]


def marks_file(state_folder: Path, base_url: str) -> Path:
    """Where the marks of an API address are kept: one file each, whose name doesn't tell the address."""
    return state_folder / FILE_NAMES.replace("*", sha256(base_url.rstrip("/").encode()).hexdigest()[:16])


def parse_marks(data: bytes) -> _Marks:
    """The marks in a file.  Raises ValueError where it holds anything else."""
    try:
        told = json.loads(data)
        marks = tuple(dict.fromkeys(Identity(*mark) for mark in told["marks"]))
        if told["version"] != _VERSION or not all(map(_is_identity, marks)):
            raise ValueError("not marks of this version")
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return marks


def _tell(marks: _Marks) -> bytes:
    return json.dumps({"version": _VERSION, "marks": marks}).encode("ascii")


def _is_identity(mark: Identity) -> bool:
    *texts, status = mark
    return all(isinstance(text, str) for text in texts) and type(status) in (int, str)
