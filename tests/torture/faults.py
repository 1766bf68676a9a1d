"""One call of many fails, once: of files, of SQLite, of sockets, or ctrl+c comes where the program waits.

What is counted and failed are the calls that the program makes of the system, below all of its own code.
"""

from __future__ import annotations

import asyncio
import errno
import io
import os
import signal
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from threading import Lock
from traceback import extract_stack
from types import TracebackType, coroutine
from typing import IO, Any, Self
from unittest.mock import patch
from weakref import WeakSet

FILE, SQLITE, NETWORK, AWAIT = "file", "sqlite", "network", "await"


def _system(number: int) -> Callable[[], Exception]:
    return lambda: OSError(number, os.strerror(number))


def _sqlite(kind: type[sqlite3.Error], name: str, told: str) -> Callable[[], Exception]:
    def make() -> Exception:
        error = kind(told)
        error.sqlite_errorname = name
        error.sqlite_errorcode = getattr(sqlite3, name)
        return error

    return make


ERRORS: dict[str, tuple[Callable[[], BaseException], ...]] = {
    FILE: tuple(map(_system, (errno.EIO, errno.ENOSPC, errno.EACCES))),
    SQLITE: (
        _sqlite(sqlite3.OperationalError, "SQLITE_IOERR_WRITE", "disk I/O error"),
        _sqlite(sqlite3.OperationalError, "SQLITE_FULL", "database or disk is full"),
        _sqlite(sqlite3.OperationalError, "SQLITE_BUSY", "database is locked"),
        _sqlite(sqlite3.DatabaseError, "SQLITE_CORRUPT", "database disk image is malformed"),
    ),
    NETWORK: tuple(map(_system, (errno.ECONNRESET, errno.ETIMEDOUT, errno.EHOSTUNREACH))),
    AWAIT: (KeyboardInterrupt,),
}
"""What each layer's calls fail with."""
_ROLLING_BACK = {"SQLITE_IOERR_WRITE", "SQLITE_FULL"}
"""What ends a transaction by itself."""
_OF_PATHS = ("open", "stat", "lstat", "mkdir", "unlink", "rmdir", "rename", "replace", "link", "chmod", "scandir")
_OF_DESCRIPTORS = ("read", "write", "fsync", "fstat", "fchmod", "close")
_TIDYING = {"unlink", "rmdir", "scandir"}
"""Without which something may be left behind, as without all that a folder is emptied with."""


class Faults:
    """While it is entered the calls under `root`, and those to other computers, are counted, and number `at` fails.

    `calls` names the layer of each.  `layer` and `struck` say what failed, "" as long as nothing has.
    """

    def __init__(self, root: Path, at: int | None = None, kind: int = 0) -> None:
        """`kind` chooses among the errors of the layer that is met."""
        self.calls: list[str] = []
        self.layer = ""
        self.struck = ""
        self.may_leave = False
        """Whether what failed was to take something away."""
        self._root = str(root)
        self._at = at
        self._kind = kind
        self._lock = Lock()
        self._descriptors: set[int] = set()
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._patches = ExitStack()

    def meet(self, layer: str, what: str) -> BaseException | None:
        """Count a call; gives what it is to fail with, if it is its turn."""
        with self._lock:
            number = len(self.calls)
            self.calls.append(layer)
        if number != self._at:
            return None
        errors = ERRORS[layer]
        error = errors[self._kind % len(errors)]()
        self.layer, self.struck = layer, f"{what}: {error!r}"
        self.may_leave = what in _TIDYING or any("rmtree" in frame.name for frame in extract_stack())
        return error

    def __enter__(self) -> Self:
        with ExitStack() as patches:
            for name in (*_OF_PATHS, *_OF_DESCRIPTORS):
                patches.enter_context(patch.object(os, name, self._of_files(name)))
            patches.enter_context(patch.object(io, "open", self._opening(io.open)))
            patches.enter_context(patch.object(tempfile, "tempdir", str(Path(self._root, "tmp"))))
            patches.enter_context(patch.object(sqlite3, "connect", self._connecting(sqlite3.connect)))
            for name in ("connect", "send", "recv"):
                patches.enter_context(patch.object(socket.socket, name, self._of_sockets(name)))
            patches.enter_context(patch.object(asyncio, "run", self._running(asyncio.run)))
            self._patches = patches.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._patches.close()

    # Files

    def _is_ours(self, target: Any, options: dict[str, Any]) -> bool:
        if isinstance(target, int):
            return target in self._descriptors
        return options.get("dir_fd") in self._descriptors or str(os.fspath(target)).startswith(self._root)

    def _of_files(self, name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        @wraps(real)
        def call(target: Any, *more: Any, **options: Any) -> Any:
            if not self._is_ours(target, options):
                return real(target, *more, **options)
            error = self.meet(FILE, name)
            if name == "close":  # whatever it says, the descriptor is gone
                self._descriptors.discard(target)
                real(target)
            if error is not None:
                raise error
            if name == "close":
                return None
            given = real(target, *more, **options)
            if name == "open":
                self._descriptors.add(given)
            return given

        return call

    def _opening(self, real: Callable[..., IO[Any]]) -> Callable[..., Any]:
        def call(file: Any, *more: Any, **options: Any) -> Any:
            if not self._is_ours(file, {}):
                return real(file, *more, **options)
            if error := self.meet(FILE, "open as a stream"):
                raise error
            return _Stream(real(file, *more, **options), self)

        return call

    def let_go(self, descriptor: int) -> None:
        self._descriptors.discard(descriptor)

    # SQLite

    def _connecting(self, real: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        faults = self

        class FailingCursor(sqlite3.Cursor):
            """Its rows may fail to come, too."""

            def execute(self, statement: str, *values: Any) -> Self:
                faults.meet_sqlite(self.connection, statement)
                super().execute(statement, *values)
                return self

            def executemany(self, statement: str, values: Iterable[Any], /) -> Self:
                faults.meet_sqlite(self.connection, statement)
                super().executemany(statement, values)
                return self

            def fetchone(self) -> Any:
                faults.meet_sqlite(self.connection, "fetchone")
                return super().fetchone()

            def fetchall(self) -> list[Any]:
                faults.meet_sqlite(self.connection, "fetchall")
                return super().fetchall()

        class FailingConnection(sqlite3.Connection):
            def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
                return self.cursor(FailingCursor).execute(statement, *values)

            def executemany(self, statement: str, values: Iterable[Any], /) -> sqlite3.Cursor:
                return self.cursor(FailingCursor).executemany(statement, values)

        def connect(*given: Any, **options: Any) -> sqlite3.Connection:
            if error := self.meet(SQLITE, "connect"):
                raise error
            return real(*given, factory=FailingConnection, **options)

        return connect

    def meet_sqlite(self, connection: sqlite3.Connection, what: str) -> None:
        """Raises where it is the statement's turn, as SQLite does: some errors end the transaction too."""
        if error := self.meet(SQLITE, " ".join(what.split())[:60]):
            if connection.in_transaction and getattr(error, "sqlite_errorname", "") in _ROLLING_BACK:
                sqlite3.Connection.execute(connection, "ROLLBACK")
            raise error

    # Sockets: those that the program connects, not the stand-in's

    def _of_sockets(self, name: str) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def call(its: socket.socket, *given: Any) -> Any:
            if name == "connect":
                self._sockets.add(its)
            if its in self._sockets and (error := self.meet(NETWORK, name)):
                raise error
            return real(its, *given)

        return call

    # Where the program waits

    def _running(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def run(main: Coroutine[Any, Any, Any], **options: Any) -> Any:
            async def stepped() -> Any:
                return await self._step(main)

            return real(stepped(), **options)

        return run

    @coroutine
    def _step(self, main: Coroutine[Any, Any, Any]) -> Generator[Any, None, Any]:
        """What a coroutine comes to; each time it waits is counted, and there ctrl+c may come."""
        error: BaseException | None = None
        while True:
            try:
                waited = main.send(None) if error is None else main.throw(error)
            except StopIteration as over:
                return over.value
            if self.meet(AWAIT, "ctrl+c"):
                signal.raise_signal(signal.SIGINT)
            error = None
            try:
                yield waited
            except BaseException as thrown:  # noqa: BLE001 - it is the coroutine's
                error = thrown


class _Stream:
    """An open file, the calls of which are counted."""

    def __init__(self, stream: IO[Any], faults: Faults) -> None:
        self._stream = stream
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._stream, name)
        return self._counted(name, value) if name in ("read", "readlines", "write", "flush", "seek") else value

    def _counted(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            if error := self._faults.meet(FILE, f"{name} of a stream"):
                raise error
            return real(*given)

        return call

    def close(self) -> None:
        if self._stream.closed:
            return
        error = self._faults.meet(FILE, "close of a stream")
        descriptor = self._stream.fileno()
        self._faults.let_go(descriptor)
        self._stream.close()
        if error is not None:
            raise error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._stream)
