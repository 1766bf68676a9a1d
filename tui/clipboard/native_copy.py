"""A process of its own for pyperclip, which may hang on a dead display: copies its standard input, ends with 0 where
that worked.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pyperclip


class _Watched(subprocess.Popen[bytes]):
    """Remembers the tools that pyperclip starts: it does not look at how they end."""

    started: list[subprocess.Popen[bytes]] = []  # noqa: RUF012 - one for the process, on purpose

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.started.append(self)


def main() -> int:
    subprocess.Popen = _Watched  # type: ignore[assignment, misc]
    pyperclip.copy(sys.stdin.buffer.read().decode())
    return max((abs(tool.returncode or 0) for tool in _Watched.started), default=0)


if __name__ == "__main__":
    sys.exit(main())
