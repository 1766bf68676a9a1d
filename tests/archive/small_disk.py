"""Disks of a few megabytes that tests can fill and close; where none can be made, their stories are left out."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.installed.tools import missing

_BALLAST = "ballast"


class SmallDisk:
    """A file system of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, *, leave: int = 0) -> None:
        """Leave no more room than so many bytes."""
        with (self.folder / _BALLAST).open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(4_096))
        kept = max(0, (self.folder / _BALLAST).stat().st_size - leave)
        os.truncate(self.folder / _BALLAST, kept)

    def make_room(self) -> None:
        (self.folder / _BALLAST).unlink()

    def close(self) -> None:
        """Let nothing be written any more."""
        _run("mount", "-o", "remount,ro", str(self.folder))


@contextmanager
def small_disk(folder: Path, *, megabytes: int = 3) -> Iterator[SmallDisk]:
    """Where no disk can be made, the test is skipped, or fails as `missing` says."""
    folder.mkdir(mode=0o700)
    options = f"size={megabytes}m,mode=700,uid={os.getuid()},gid={os.getgid()}"
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "-l", str(folder))


def _run(*words: str) -> None:
    """As root, by whatever right there is to it."""
    as_root = [] if os.getuid() == 0 else ["sudo", "-n"]
    if shutil.which([*as_root, "mount"][0]) is None:
        missing("no small disk can be made: it takes mount, and root or sudo")
    done = subprocess.run([*as_root, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        why, *_ = done.stderr.splitlines() or [""]
        missing(f"no small disk can be made, which takes root or sudo: {why}")
