"""Records as somebody may have kept them: every layout that a file of them can have."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tui.domain.names import Names
from tui.domain.record import AuditRecord
from tui.formats.record_json import json_line

Layout = Callable[[Sequence[AuditRecord]], str]
Rows = list[dict[str, Any]]


def _rows(records: Sequence[AuditRecord]) -> Rows:
    return [record.as_api() for record in records]


def _page(rows: Rows, total: int) -> dict[str, Any]:
    return {"records": rows, "total": total, "object": "analytics-graph"}


def _pages(records: Sequence[AuditRecord]) -> list[dict[str, Any]]:
    rows = _rows(records)
    return [_page(rows[start : start + 2], len(rows)) for start in range(0, len(rows), 2)]


def _raw(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


LAYOUTS: dict[str, Layout] = {
    "our lines": lambda records: "".join(f"{json_line(record, Names())}\n" for record in records),
    "lines": lambda records: "\n".join(map(_raw, _rows(records))),
    "lines of windows": lambda records: "".join(f"{_raw(row)}\r\n" for row in _rows(records)),
    "one after the other": lambda records: "".join(map(_raw, _rows(records))),
    "indented, one after the other": lambda records: "\n".join(json.dumps(row, indent=2) for row in _rows(records)),
    "an array": lambda records: _raw(_rows(records)),
    "an indented array": lambda records: json.dumps(_rows(records), indent="\t"),
    "an array with a line for each": lambda records: "[\n" + ",\n".join(map(_raw, _rows(records))) + "\n]\n",
    "a page": lambda records: _raw(_page(_rows(records), len(records))),
    "an indented page": lambda records: json.dumps(_page(_rows(records), len(records)), indent=4),
    "a page that begins with its total": lambda records: _raw(
        {"object": "list", "total": len(records), "more": None, "records": _rows(records)}
    ),
    "a page that begins with something else": lambda records: _raw({"meta": {"of": [1]}, "records": _rows(records)}),
    "pages, one after the other": lambda records: "".join(map(_raw, _pages(records))),
    "pages, a line each": lambda records: "\n".join(map(_raw, _pages(records))),
    "indented pages": lambda records: "\n".join(json.dumps(page, indent=2) for page in _pages(records)),
    "an array of pages": lambda records: _raw(_pages(records)),
    "arrays in an array": lambda records: _raw([[row] for row in _rows(records)]),
}

CODINGS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "with a mark": lambda text: text.encode("utf-8-sig"),
    "wide": lambda text: text.encode("utf-16"),
    "packed": lambda text: gzip.compress(text.encode()),
    "packed in parts": lambda text: b"".join(gzip.compress(part) for part in in_chunks(text.encode(), [7, 100])),
    "packed and padded": lambda text: gzip.compress(text.encode("utf-8-sig")) + bytes(5),
}


def in_chunks(data: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """The data in chunks of these sizes over and over, none of them empty."""
    at = turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        yield data[at : at + size]
        at, turn = at + size, turn + 1
