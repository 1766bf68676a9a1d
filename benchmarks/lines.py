"""The stand-in's records as JSON lines, oldest first: what the other programs are given to read."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from tui.demo.history import History

_PAGE = 1_000


def write_lines(path: Path, *, records: int, days: int, now: datetime) -> tuple[str, str]:
    """One line a record, as the API would send it; gives the timestamps of the first and the last line."""
    everything = History(records=records, days=days, now=now).select(now - timedelta(days=days), now)
    with path.open("w") as lines:
        for offset in reversed(range(0, everything.total, _PAGE)):
            lines.writelines(json.dumps(record) + "\n" for record in reversed(everything.page(offset, _PAGE)))
    (first,), (last,) = everything.page(everything.total - 1, 1), everything.page(0, 1)
    return first["timestamp"], last["timestamp"]


def repeat_lines(source: Path, target: Path, *, times: int) -> None:
    """The same lines so many times over: making a million records takes a minute, copying them a second."""
    with source.open("rb") as original, target.open("wb") as copy:
        for _ in range(times):
            original.seek(0)
            shutil.copyfileobj(original, copy)
