"""An archive as the event loop uses it: one thread writes, others read, and none of them is the loop's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tui.archive.store import Store

Answer = TypeVar("Answer")
_READERS = 2


class Archive:
    """One file of records, open for this process; others may have it open too."""

    def __init__(self, file: Path, writer: Store | None) -> None:
        """Without a `writer` it is for reading alone."""
        self.file = file
        self._writer = writer
        self._writing = ThreadPoolExecutor(1, "archive-writer")
        self._reading = ThreadPoolExecutor(_READERS, "archive-reader")
        self._local = threading.local()
        self._readers: list[Store] = []

    @classmethod
    def open(cls, file: Path) -> Archive:
        """Open it, or make it where it isn't there.  Blocks; raises `ArchiveTrouble`."""
        return cls(file, Store.open(file))

    @classmethod
    def open_for_reading(cls, file: Path) -> Archive:
        """Open one that is there, and never write to it.  Blocks; raises `ArchiveTrouble`."""
        Store.open_for_reading(file).close()
        return cls(file, None)

    @property
    def writable(self) -> bool:
        return self._writer is not None

    async def write(self, work: Callable[[Store], Answer]) -> Answer:
        """Have something written, all of it or nothing; it is safe when this is over.  Raises `ArchiveTrouble`."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, self._write, work)

    async def read(self, work: Callable[[Store], Answer]) -> Answer:
        """Have something read.  Raises `ArchiveTrouble`."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._read, work)

    def at_once(self, work: Callable[[Store], Answer]) -> Answer:
        """As `write`, for whoever may block."""
        return self._writing.submit(self._write, work).result()

    async def aclose(self) -> None:
        """Wait for what is being written, and let go of the file."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        self._writing.shutdown()
        self._reading.shutdown()
        for store in (*self._readers, *filter(None, (self._writer,))):
            store.close()

    def _write(self, work: Callable[[Store], Answer]) -> Answer:
        if self._writer is None:
            raise RuntimeError("the archive is open for reading alone")
        with self._writer.writing():
            return work(self._writer)

    def _read(self, work: Callable[[Store], Answer]) -> Answer:
        store: Store | None = getattr(self._local, "store", None)
        if store is None:
            store = self._local.store = Store.open_for_reading(self.file)
            self._readers.append(store)
        return work(store)
