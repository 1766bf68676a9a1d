"""A process that has imported all that a sync takes, and forks one for each line it is told: so that hundreds of them
can be killed in a few minutes.

    python -m tests.archive.sync_nursery FILE WORD...

Each runs `portkey-audit WORD...`.  What it has written for good it tells in FILE, a line for each stretch of time.  The
answers to a line are the process id, and once that has ended its exit code, negative for a signal.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn
from unittest.mock import patch

# What the command imports while it runs is imported here, once.
import tui.archive.kept
import tui.cli.archive_sync
import tui.cli.progress  # noqa: F401
from tui.archive import sync, walk, windows
from tui.archive.coverage import Grade
from tui.archive.sync import Sync
from tui.archive.walk import Walk
from tui.cli.connections import open_connection
from tui.cli.main import cli
from tui.domain.secret import Secret

SMALL = 120
"""Records of a window: the smaller they are, the more often something is written."""


def main() -> None:
    file, words = Path(sys.argv[1]), sys.argv[2:]
    open_connection("http://127.0.0.1:1/v1", Secret("pk-that-loads-what-a-client-takes"))
    for module in (sync, walk, windows):
        vars(module)["USUAL"] = SMALL
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            _run(file, words)
        _answer(child)
        _, status = os.waitpid(child, 0)
        _answer(os.waitstatus_to_exitcode(status))


def _answer(number: int) -> None:
    os.write(sys.stdout.fileno(), f"{number}\n".encode())


def _run(file: Path, words: list[str]) -> NoReturn:
    telling = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    commit = Sync._commit

    async def commit_and_tell(self: Sync, walk: Walk, grade: Grade | None) -> None:
        await commit(self, walk, grade)
        if grade is not None:
            os.write(telling, f"{walk.span.start} {walk.span.end}\n".encode())

    patch.object(Sync, "_commit", commit_and_tell).start()
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    try:
        cli.main(words, prog_name="portkey-audit")
    except SystemExit as ended:
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    raise RuntimeError("a command ends by an exit code")


if __name__ == "__main__":
    main()
