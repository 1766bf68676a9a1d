"""Where the reader was, kept as it changes, for whoever starts again after a run was cut off."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from tui.domain.identity import Identity
from tui.state.state_file import StateFile

FILE_NAMES = "looks-*.json"
MOST_LOOKS = 5
_VERSION = 1
_MOST_ROWS = 2**31
_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class KeptLook:
    """A query, and where the reader was in its rows at a moment.

    `query` is as the query bar writes it, and meant the window that it means at `frozen_at`.  `record` is the one under
    the cursor, in `row`, None where it had not come; `column` is that one's name, and `top` the first row in view.
    `pane` had the focus; `tab` is the one in front in the detail, "" where that was closed.  `following`: what came in
    was shown, up to `at`.
    """

    at: datetime
    query: str
    frozen_at: datetime
    record: Identity | None = None
    row: int = 0
    column: str = ""
    top: int = 0
    pane: str = ""
    tab: str = ""
    following: bool = False

    def is_like(self, other: KeptLook) -> bool:
        """Whether nothing but the moment is another."""
        return replace(self, at=other.at) == other


_Told = tuple[tuple[KeptLook, ...], bool]
"""Looks, and whether the last one's run was ended by its reader."""
_NONE: _Told = (), True


class LookBook:
    """The last look of each of the last runs, this one's among them; a look that is kept is written at once.

    Of runs that share the file the last to write is the one that is kept.  It may be called from any thread.
    """

    def __init__(self, file: Path | None) -> None:
        """`file` as `looks_file` names it; without one nothing is kept."""
        self._file = StateFile(file, "The kept looks")
        self._presence = _Presence(file.with_suffix(".lock")) if file is not None else None
        self._writing = Lock()
        self._closed = False
        self._told = False
        self.earlier, ended = self._file.read(_parse, _NONE)
        """The looks of the runs before this one, the oldest first, each at another query."""
        self.cut_off = not ended and self._presence is not None and not self._presence.of_others()
        """Whether the last of them was of a run that is over, and that nobody ended."""

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._presence is not None

    def keep(self, look: KeptLook) -> str:
        """Have this be the present look; gives what was in the way, in a sentence to show, the first time alone."""
        with self._writing:
            if self._closed or self._presence is None:
                return ""
            problem = self._write([look], ended=False)
            self._presence.begin()
            return problem

    def end(self, look: KeptLook | None) -> None:
        """The reader ends the run, at this look if there was any."""
        with self._writing:
            if not self._closed and (look is not None or self.earlier):
                self._write([look] if look is not None else [], ended=True)
        self.close()

    def close(self) -> None:
        """Keep nothing any more."""
        with self._writing:
            self._closed = True
            if self._presence is not None:
                self._presence.end()

    def _write(self, present: list[KeptLook], *, ended: bool) -> str:
        asked = {look.query for look in present}
        looks = [*(look for look in self.earlier if look.query not in asked), *present]
        self._file.write(_tell(looks[-MOST_LOOKS:], ended=ended))
        problem = "" if self._told else self._file.problem
        self._told = self._told or bool(problem)
        return problem


def looks_file(state_folder: Path, source: str) -> Path:
    """Where looks at an API's records, or the demo's, are kept: one file each, whose name doesn't tell the address."""
    return state_folder / f"looks-{sha256(source.rstrip('/').encode()).hexdigest()[:16]}.json"


class _Presence:
    """That a run is under way which has written to a file, told to others by a lock, which goes with the process.

    Where locks can't be had no run seems to be.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: int | None = None

    def of_others(self) -> bool:
        try:
            lock = os.open(self._file, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            _let_go(lock)
        return False

    def begin(self) -> None:
        """Be present from now on; the file's folder is there."""
        if self._held is not None:
            return
        try:
            self._held = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            fcntl.flock(self._held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            pass

    def end(self) -> None:
        if self._held is not None:
            _let_go(self._held)
            self._held = None


def _let_go(lock: int) -> None:
    with suppress(OSError):  # whatever is said, it is gone
        os.close(lock)


def parse_looks(data: bytes) -> tuple[KeptLook, ...]:
    """The looks in a file.  Raises ValueError where it holds anything else."""
    return _parse(data)[0]


def _parse(data: bytes) -> _Told:
    """What a file tells; what later versions add to it is passed over.  Raises ValueError where it holds no looks."""
    try:
        told = json.loads(data)
        if told["version"] != _VERSION or type(told["ended"]) is not bool:
            raise ValueError("not looks of this version")
        return tuple(map(_look, told["looks"])), told["ended"]
    except (AttributeError, KeyError, OverflowError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _tell(looks: list[KeptLook], *, ended: bool) -> bytes:
    told = [asdict(look) | {"at": look.at.isoformat(), "frozen_at": look.frozen_at.isoformat()} for look in looks]
    return json.dumps({"version": _VERSION, "ended": ended, "looks": told}, indent=1).encode("ascii")


def _look(told: Mapping[str, Any]) -> KeptLook:
    texts = {name: told[name] for name in ("query", "column", "pane", "tab")}
    rows = {name: told[name] for name in ("row", "top")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("no texts")
    if not all(type(row) is int and 0 <= row < _MOST_ROWS for row in rows.values()):
        raise ValueError("no rows")
    at, frozen_at, following = _instant(told["at"]), _instant(told["frozen_at"]), told.get("following", False) is True
    return KeptLook(at=at, frozen_at=frozen_at, record=_record(told["record"]), following=following, **texts, **rows)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or instant.year not in _YEARS:
        raise ValueError("no instant")
    return instant.astimezone(UTC)


def _record(told: Any) -> Identity | None:
    if told is None:
        return None
    record = Identity(*told)
    if not all(isinstance(text, str) for text in record[:-1]) or type(record.status) not in (int, str):
        raise ValueError("no record")
    return record
