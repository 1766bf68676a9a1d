"""Literal text in the lines of a document."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice
from sys import maxsize
from typing import NamedTuple

from tui.formats.document import Document

MOST_HITS = 100_000
"""Where a find stops: nobody walks further, and a body of 5 MB may hold millions."""

_STEP_CHARACTERS = 20_000


class Hit(NamedTuple):
    """A place in a line, in characters of the line drawn whole."""

    line: int
    start: int
    end: int


class Find:
    """A text and its hits so far, in their order.  Case folds unless the text has an upper-case letter."""

    def __init__(self, document: Document, text: str) -> None:
        self._document = document
        self._pattern = re.compile(re.escape(text), 0 if text != text.lower() else re.IGNORECASE) if text else None
        self._next_line = 0
        self.hits: list[Hit] = []

    @property
    def stopped_short(self) -> bool:
        """Whether there may be more hits than are counted."""
        return len(self.hits) >= MOST_HITS

    def search(self) -> Iterator[None]:
        """Look through the lines not looked at yet, a little at each step."""
        if self._pattern is None:
            return
        budget = _STEP_CHARACTERS
        while self._next_line < len(self._document) and not self.stopped_short:
            line = self._next_line
            text = self._document.text(line)
            matches = islice(self._pattern.finditer(text), MOST_HITS - len(self.hits))
            self.hits += [Hit(line, match.start(), match.end()) for match in matches]
            self._next_line += 1
            # A line costs something even where it is short.
            budget -= len(text) + 20
            if budget < 0:
                yield
                budget = _STEP_CHARACTERS

    def next(self, line: int, column: int) -> Hit | None:
        """The first hit behind a place, round the end; None where there is no hit at all."""
        return self.hits[bisect_right(self.hits, (line, column, maxsize)) % len(self.hits)] if self.hits else None

    def previous(self, line: int, column: int) -> Hit | None:
        """The last hit before a place, round the beginning; None where there is no hit at all."""
        return self.hits[bisect_left(self.hits, (line, column, -1)) - 1] if self.hits else None

    def number(self, hit: Hit) -> int:
        """Which hit it is, from 1."""
        return bisect_left(self.hits, hit) + 1

    def on_line(self, line: int) -> list[Hit]:
        return self.hits[bisect_left(self.hits, (line, -1, -1)) : bisect_left(self.hits, (line + 1, -1, -1))]
