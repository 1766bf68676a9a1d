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
    pages = [everything.page(offset, _PAGE) for offset in range(0, everything.total, _PAGE)]
    oldest_first = [record for page in reversed(pages) for record in reversed(page)]
    path.write_text("".join(json.dumps(record) + "\n" for record in oldest_first))
    return oldest_first[0]["timestamp"], oldest_first[-1]["timestamp"]


def repeat_lines(source: Path, target: Path, *, times: int) -> None:
    """The same lines so many times over: making a million records takes a minute, copying them a second."""
    with source.open("rb") as original, target.open("wb") as copy:
        for _ in range(times):
            original.seek(0)
            shutil.copyfileobj(original, copy)
