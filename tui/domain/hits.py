"""Where the free texts of a query stand in what is shown of a record."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from tui.domain.query_values import How, Value
from tui.domain.text_tests import folds

Hits = tuple[tuple[int, int], ...]
"""Pieces of a text, each from one character up to another; in order, and none touches the next."""

_SECONDS = 0.005
"""How long an expression may look at one text."""


class HitFinder:
    """Looks for some free texts; for one that takes too long it doesn't look any more."""

    def __init__(self, texts: Iterable[Value] = ()) -> None:
        self._patterns = [_pattern(value) for value in texts]

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._patterns)

    def find(self, text: str) -> Hits:
        found: list[tuple[int, int]] = []
        for pattern in self._patterns:
            try:
                found += (match.span() for match in pattern.finditer(text, timeout=_SECONDS) if match[0])
            except TimeoutError:
                self._patterns = [other for other in self._patterns if other is not pattern]
        return _apart(found) if found else ()


def _pattern(value: Value) -> regex.Pattern[str]:
    source = value.text if value.how is How.REGEX else regex.escape(value.text)
    return regex.compile(source, regex.DOTALL | (regex.IGNORECASE | regex.FULLCASE if folds(value) else 0))


def _apart(spans: list[tuple[int, int]]) -> Hits:
    """Spans in order, those that touch as one."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return tuple(apart)
