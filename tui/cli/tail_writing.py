"""How `tail` writes records to standard output, a line each: as text for people, and as JSON for programs."""

from __future__ import annotations

import select
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import click

from tui.cli.manners import put
from tui.cli.pointing import cells
from tui.domain.names import Names
from tui.formats.record_json import json_line
from tui.formats.record_line import Part, Tone, record_line

if TYPE_CHECKING:
    from tui.session.follow import Arrival

_COLOURS = {Tone.BAD: "red", Tone.WARN: "yellow", Tone.MUTED: "bright_black"}
_WIDTHS = [len("2026-11-22 20:47:59Z"), len("403 ✗"), len("duplicate"), 20]
"""Of the columns before the last; one that meets a longer text is as wide as that from then on."""
_WIDEST = len("[0d40bc2f-94a1-4f7e-9d55-2f1f6f0ce1aa]")
_GAP = "  "


class Writer(Protocol):
    """Writes records as soon as it gets them; `names` may become more while it works."""

    names: Names

    def __call__(self, arrivals: Sequence[Arrival]) -> None: ...


class TextWriter:
    """Time, status, operation, actor and target in columns, and `(late)` behind a record whose time had been read."""

    def __init__(self, *, coloured: bool, failed: str) -> None:
        """`failed` is the sign for what failed."""
        self.names = Names()
        self._coloured = coloured
        self._failed = failed
        self._widths = _WIDTHS

    def __call__(self, arrivals: Sequence[Arrival]) -> None:
        rows = [self._parts(arrival) for arrival in arrivals]
        self._widths = [
            max(width, *(min(cells(row[place].text), _WIDEST) for row in rows))
            for place, width in enumerate(self._widths)
        ]
        put(map(self._line, rows))

    def _parts(self, arrival: Arrival) -> tuple[Part, ...]:
        parts = record_line(arrival.record, self.names, failed=self._failed)
        return (*parts, Part("(late)", Tone.MUTED)) if arrival.late else parts

    def _line(self, parts: tuple[Part, ...]) -> str:
        line = ""
        for place, part in enumerate(parts):
            width = self._widths[place] if place < len(self._widths) else 0
            line += self._drawn(part) + " " * (width - cells(part.text)) + _GAP
        return line.rstrip()

    def _drawn(self, part: Part) -> str:
        colour = _COLOURS.get(part.tone) if self._coloured else None
        return click.style(part.text, fg=colour) if colour else part.text


class JsonWriter:
    """Everything of each record, as `formats.record_json` lays it out."""

    def __init__(self) -> None:
        self.names = Names()

    def __call__(self, arrivals: Sequence[Arrival]) -> None:
        put(json_line(arrival.record, self.names, late=arrival.late) for arrival in arrivals)


def is_read() -> bool:
    """Whether somebody may still read what is written to standard output."""
    if not hasattr(select, "poll"):  # as on Windows, where only writing tells
        return True
    output = select.poll()
    output.register(sys.stdout, 0)  # that the other end is gone is told unasked
    return not any(event & (select.POLLERR | select.POLLHUP) for _, event in output.poll(0))
