"""Disks that refuse, for what must go on without them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

BROKEN = [b"", b"\xff\x00", b"[]", b"{}", b'{"version":2,"marks":[],"columns":[]}', b'{"version":1}', b"[" * 100_000]
"""What stands in a file of JSON that was cut, overwritten, or written by another program."""


def fill(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Leave no room on any disk, until what is given back is called."""
    real = os.fsync

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    return lambda: monkeypatch.setattr(os, "fsync", real)


def block(folder: Path) -> None:
    """Put a file where the folder should be, so that nothing can be kept there, not even by root."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("not a folder")
