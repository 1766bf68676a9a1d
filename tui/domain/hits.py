"""Where the free texts of a query stand in what is shown of a record."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import regex

from tui.domain.query_values import How, Value
from tui.domain.text_tests import folds

Hits = tuple[tuple[int, int], ...]
"""Pieces of a text, each from one character up to another; in order, and none touches the next."""

_SECONDS = 0.005
"""How long an expression may look at one text; what is looked for to the letter has no limit and needs none."""


class HitFinder:
    """Looks for some free texts; an expression that takes too long on a text is not shown in it."""

    def __init__(self, texts: Iterable[Value] = ()) -> None:
        self._patterns = [(_pattern(value), _SECONDS if value.how is How.REGEX else None) for value in texts]

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._patterns)

    def find(self, text: str) -> Hits:
        found: list[tuple[int, int]] = []
        for pattern, seconds in self._patterns:
            # The engine takes what other threads do from the first match to the last for its own: so none may run.
            with suppress(TimeoutError):
                matches = list(pattern.finditer(text, timeout=seconds, concurrent=False))
                found += (match.span() for match in matches if match[0])
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
