"""The file that a command line names for its records: read when it is first needed, and gone with the run."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from tui.cli.manners import Refused, tell
from tui.domain.errors import NotOpened
from tui.domain.time_range import LAST_DAY, TimeRange, instant_of

if TYPE_CHECKING:
    from tui.archive.opening import Opened, Opening

EVER = TimeRange(datetime(1970, 1, 1, tzinfo=UTC))
"""The usual range of time where a file tells what there is."""
_STANDARD_INPUT = "-"
_FIRST_SECONDS = 1.0
_SECONDS = 0.2
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class GivenFile:
    """A file by its path, or standard input by "-"."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._opened: Opened | None = None
        self._open = ExitStack()

    @property
    def is_stdin(self) -> bool:
        return self.path == _STANDARD_INPUT

    @property
    def absolute_path(self) -> str:
        """Its path from anywhere, "" of standard input."""
        return "" if self.is_stdin else str(Path(self.path).expanduser().absolute())

    @property
    def opened(self) -> Opened:
        """Its records, for which it is read the first time.  Raises `Refused`, and `SourceError` where there is no room
        for them."""
        if self._opened is None:
            self._opened = self._read()
        return self._opened

    def fitted(self, said: TimeRange, now: datetime) -> TimeRange:
        """A range of time that was read with `EVER` as the usual one, its ends that nobody set at the file's oldest and
        newest record.  Raises as `opened` does."""
        span = self.opened.span
        if span is None:
            return LAST_DAY if said == EVER else said
        oldest, newest = span.window.start, span.window.end
        since, until = said.since, said.until
        if since == EVER.since:
            since = oldest if until is None else min(oldest, instant_of(until, now))
        if until is None and instant_of(since, now) <= newest:
            until = newest
        return TimeRange(since, until)

    def close(self) -> None:
        """Let go of it, and of all that was made for it."""
        self._open.close()

    def _read(self) -> Opened:
        from tui.cli import connections

        self._open.enter_context(_unwinding_on_signals())
        line = _ProgressLine()
        try:
            with line:
                return self._open.enter_context(connections.opening(self.path, line.watch))
        except NotOpened as trouble:
            raise Refused([f"{trouble.cause} {trouble.cure}".rstrip()]) from None
        except KeyboardInterrupt:
            tell(f"interrupted: {line.last}")
            raise


class _ProgressLine:
    """How far an opening is, on a terminal, where it takes more than a second; rewritten in its place, also while a
    pipe is waited for."""

    def __init__(self) -> None:
        self.last = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, name="opening", daemon=True)

    def watch(self, opening: Opening) -> None:
        self.last = str(opening)

    def __enter__(self) -> None:
        if sys.stderr.isatty():
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _show(self) -> None:
        width, pause = 0, _FIRST_SECONDS
        while not self._over.wait(pause):
            shown = self.last[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write(f"\r{shown.ljust(width)}")
            sys.stderr.flush()
            width, pause = len(shown), _SECONDS
        if width:
            sys.stderr.write(f"\r{' ' * width}\r")
            sys.stderr.flush()


@contextmanager
def _unwinding_on_signals() -> Iterator[None]:
    """Have the signals that end a program end it in order, so that what was made for the time being is put away.

    What ignores a signal, as under `nohup`, goes on ignoring it.
    """

    def end(number: int, _: FrameType | None) -> NoReturn:
        for other in taken:
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(128 + number)

    taken = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
