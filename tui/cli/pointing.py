"""Texts of a command line with carets under what is wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

from tui.domain.clean import UNLIMITED, clean
from tui.domain.query_parser import Diagnostic, Role, Token

_INDENT = "    "
_BEFORE, _SHOWN = 50, 110
"""Characters of a long text that are shown before the carets, and in all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that a query is made of, what stands before it when it is shown, and what it is made of itself."""

    text: str
    shown_before: str = ""
    tokens: tuple[Token, ...] = ()

    def tokens_with(self, role: Role, fits: Callable[[str], bool]) -> Iterator[Token]:
        """The tokens of a role whose text fits."""
        return (token for token in self.tokens if token.role is role and fits(self.text[token.start : token.end]))

    def point(self, problem: Diagnostic) -> tuple[str, str, str]:
        """The text, carets under what is wrong in it, and why it is wrong."""
        first = max(0, problem.start - _BEFORE)
        before = "…" if first else clean(self.shown_before, UNLIMITED)
        before += clean(self.text[first : problem.start], UNLIMITED)
        last = first + _SHOWN
        wrong = clean(self.text[problem.start : min(problem.end, last)], UNLIMITED)
        after = clean(self.text[min(problem.end, last) : last], UNLIMITED) + ("…" if last < len(self.text) else "")
        carets = "^".ljust(cells(wrong), "~")
        return f"{_INDENT}{before}{wrong}{after}", f"{_INDENT}{' ' * cells(before)}{carets}", _INDENT + problem.message


def cells(text: str) -> int:
    """How many places the text takes on a terminal."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
