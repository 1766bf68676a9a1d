"""What stands beside an exported file, in `FILE.manifest.json`: what it is, and whether it is all.

It is one JSON object in ASCII.  The names in it stay what they are within a version, and only ever become more:

- `version`: of this object, 1.
- `tool`: the `name` and `version` of what wrote it.
- `file`: its `name` without a folder, `format` (`jsonl`, `csv` or `md`), `bytes`, and `sha256` in hexadecimal digits.
- `query`: what was asked, as it is typed; in an anonymised export without what could name somebody.
- `window`: the time that was asked for, `start` to `end`, both included.  Until `settled` (it isn't there where that is
  all of the window) records may be taken to have come in; later ones may still be joined by some that came late.
- `count`: records in the file.
- `scanned`: records that were looked at to find them, and `total` how many of these the API says there are (null where
  it doesn't; where it was asked in several parts, the sum of theirs).
- `completeness`: `proved` where the records are as many as the API counts and none came twice; `unproved` where nothing
  proves that, and nothing speaks against it; `incomplete` where some may well be missing.
- `remarks`: sentences on how the records came about, and `problem`, where there was one, what ended the reading early.
- `redacted`: whether secrets are hidden, and `anonymised` whether people, ids and addresses have pseudonyms.
- `clock`: by our own clock when reading `began` and `ended`, and `server_ahead` the seconds by which the server's was
  ahead of it (null where it didn't tell).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui import __version__
from tui.domain.page import SETTLE
from tui.domain.time_range import format_instant
from tui.formats.record_json import ascii_json

if TYPE_CHECKING:
    from tui.domain.plan import FrozenQuery
    from tui.exporting.destination import Written
    from tui.exporting.export import Exported

VERSION = 1


def manifest(exported: Exported, written: Written, began: datetime, ended: datetime) -> str:
    """The manifest's text."""
    told: dict[str, Any] = {
        "version": VERSION,
        "tool": {"name": "portkey-audit", "version": __version__},
        "file": {
            "name": written.name,
            "format": str(exported.form),
            "bytes": written.size,
            "sha256": written.sha256,
        },
        "query": exported.query,
        "window": _window(exported.frozen),
        "count": exported.count,
        "scanned": exported.scanned,
        "total": exported.total,
        "completeness": str(exported.completeness),
        "remarks": list(exported.remarks),
        "redacted": exported.redacted,
        "anonymised": exported.anonymised,
        "clock": {
            "began": format_instant(began),
            "ended": format_instant(ended),
            "server_ahead": exported.skew,
        },
    }
    if exported.problem is not None:
        told["problem"] = f"{exported.problem.cause} {exported.problem.cure}".rstrip()
    return ascii_json(told, indent=2) + "\n"


def _window(frozen: FrozenQuery) -> dict[str, str]:
    window, settled = frozen.window, frozen.frozen_at - SETTLE
    told = {"start": format_instant(window.start), "end": format_instant(window.end)}
    return told | {"settled": format_instant(settled)} if settled < window.end else told
