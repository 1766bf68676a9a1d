"""A stand-in in a process of its own, for the explorer to read from."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

PROGRAMS = Path(sys.executable).parent
RECORD = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +\d{3} "
"""A row of the explorer's table: its time and its status."""
DAYS = 90


@contextmanager
def serving(records: int, *options: str) -> Iterator[dict[str, str]]:
    """A stand-in of so many records, with more options of its command; gives the variables that lead to it."""
    command = [str(PROGRAMS / "portkey-audit"), "demo-server", "--records", str(records), "--days", str(DAYS), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        base_url, key = (line.strip() for line in islice(server.stdout or (), 2))
        try:
            yield {"base_url": base_url, "key": key, "records": f"{records:,}"}
        finally:
            server.terminate()
