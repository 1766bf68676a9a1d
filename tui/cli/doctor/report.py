"""What the doctor finds, told to a person line by line, or to a program as one object."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from textwrap import wrap
from typing import Any

import click

from tui.cli.doctor.finding import Finding, Status
from tui.cli.manners import can_be_written, is_coloured, put

VERSION = 1
"""Of the JSON object."""
_NAME_CELLS = 13
_CURE_INDENT = " " * len("✓ warn  ")
_FOUND_INDENT = _CURE_INDENT + " " * (_NAME_CELLS + 1)
_MOST_CELLS = 100
_FEWEST_CELLS = 20
_PIPE_CELLS = 80
_GLYPHS = {Status.OK: "✓", Status.WARN: "!", Status.FAIL: "✗", Status.SKIP: "-"}
_PLAIN_GLYPHS = {**_GLYPHS, Status.OK: "+", Status.FAIL: "x"}
_COLOURS = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "red", Status.SKIP: "bright_black"}
_PLURALS = {Status.WARN: "warnings", Status.FAIL: "failures"}


class Report:
    """The report on standard output.  Colours are for a terminal, and no status is told by colour alone."""

    def __init__(self, environ: Mapping[str, str], color: str) -> None:
        """`color` is what is said of colours, "" for nothing."""
        self._coloured = is_coloured(environ, color)
        self._cells = min(shutil.get_terminal_size().columns, _MOST_CELLS) if sys.stdout.isatty() else _PIPE_CELLS
        self._glyphs = _GLYPHS if can_be_written("".join(_GLYPHS.values())) else _PLAIN_GLYPHS

    def tell(self, finding: Finding) -> None:
        """A line for what was found, wrapped where it is long, and below it the cure."""
        first, *more = self._wrapped(finding.found, _FOUND_INDENT)
        mark = f"{self._glyphs[finding.status]} {finding.status:<4}"
        if self._coloured:
            mark = click.style(mark, fg=_COLOURS[finding.status])
        lines = [f"{mark}  {finding.name:<{_NAME_CELLS}} {first}"]
        lines += (_FOUND_INDENT + line for line in more)
        lines += (_CURE_INDENT + line for line in self._wrapped(finding.cure, _CURE_INDENT) if line)
        put(lines)
        sys.stdout.flush()

    def pause(self) -> None:
        """An empty line between what has to do with different things."""
        put([""])

    def sum_up(self, findings: Iterable[Finding]) -> None:
        counts = Counter(finding.status for finding in findings)
        told = [_counted(counts[status], status) for status in (Status.FAIL, Status.WARN) if counts[status]]
        put(["", f"{' and '.join(told)}: what helps stands below each." if told else "All is well."])

    def _wrapped(self, text: str, indent: str) -> list[str]:
        room = max(self._cells - len(indent), _FEWEST_CELLS)
        return wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def report_object(findings: Iterable[Finding]) -> dict[str, Any]:
    """The report for a program: `checks` in the order in which they were made."""
    return {"version": VERSION, "checks": [asdict(finding) for finding in findings]}


def _counted(count: int, status: Status) -> str:
    one = {Status.WARN: "warning", Status.FAIL: "failure"}[status]
    return f"{count} {one if count == 1 else _PLURALS[status]}"
