"""What a viewer draws: lines of pieces in roles, that know their place, their value and what folds away under them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from tui.domain.clean import UNLIMITED, clean, split_escapes

STRING_LIMIT = 4096
"""Characters of one value that are drawn before the reader asks for more."""

MASK = "‹redacted[^›]*›"
"""What stands in a record for a secret, as a regular expression."""

_MASK = re.compile(f"({MASK})")


class Role(StrEnum):
    """What a piece of a line is, for its looks."""

    KEY = "key"
    STRING = "string"
    NUMBER = "number"
    LITERAL = "literal"
    PUNCTUATION = "punctuation"
    REDACTED = "redacted"
    ESCAPE = "escape"
    PLAIN = "plain"
    NOTE = "note"
    """Ours, not the record's: never part of what is copied."""
    MORE = "more"
    """A note that stands for the cut rest of a value."""


class Span(NamedTuple):
    """A piece of a line, safe to draw."""

    text: str
    role: Role


class Document(Protocol):
    """Lines counted from 0.  One may still be growing: then lines are added behind those it has."""

    @property
    def size(self) -> int:
        """How many characters it was made from."""
        ...

    def __len__(self) -> int: ...

    def spans(self, line: int, limit: int | None = STRING_LIMIT) -> list[Span]:
        """The pieces of a line; a value longer than `limit` characters is cut, and ends in `Role.MORE`."""
        ...

    def text(self, line: int) -> str:
        """A line as it is drawn when nothing of it is cut; what a find looks at."""
        ...

    def folded(self, line: int) -> list[Span]:
        """The pieces of a line that stands for all lines under it."""
        ...

    def depth(self, line: int) -> int: ...

    def parent(self, line: int) -> int:
        """The line that opens what `line` is in, or closes; `line` itself where it is in nothing."""
        ...

    def last(self, line: int) -> int:
        """The last line of what opens at `line`; `line` itself where nothing does, or its end isn't known yet."""
        ...

    def path(self, line: int) -> str:
        """Where the value of a line is found: `body.checks[0].id`."""
        ...

    def value(self, line: int) -> str:
        """The value of a line as text to copy, whole and as it came."""
        ...


Opening = Iterator[Document]
"""A document on its way: each step is a little work and gives the document to show from now on, grown or replaced."""


def whole(opening: Opening) -> Document:
    """The document once it is all there."""
    return deque(opening, maxlen=1).pop()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a `Listing`; its pieces may hold anything, and are made safe when they are drawn."""

    spans: tuple[Span, ...]
    path: str = ""
    value: str = ""


class _Flat(ABC):
    """A document in which nothing folds."""

    @abstractmethod
    def spans(self, line: int, limit: int | None = STRING_LIMIT) -> list[Span]: ...

    def text(self, line: int) -> str:
        return "".join(span.text for span in self.spans(line, None))

    def folded(self, line: int) -> list[Span]:
        raise LookupError(f"line {line} does not fold")

    def depth(self, line: int) -> int:  # noqa: ARG002 - the protocol asks by line
        return 0

    def parent(self, line: int) -> int:
        return line

    def last(self, line: int) -> int:
        return line


class Listing(_Flat):
    """Lines made one by one."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self.size = sum(len(span.text) for entry in entries for span in entry.spans)

    def __len__(self) -> int:
        return len(self._entries)

    def spans(self, line: int, limit: int | None = STRING_LIMIT) -> list[Span]:
        return [piece for span in self._entries[line].spans for piece in plain_spans(span.text, span.role, limit)]

    def path(self, line: int) -> str:
        return self._entries[line].path

    def value(self, line: int) -> str:
        return self._entries[line].value


class TextDocument(_Flat):
    """Text as it is, with a note above it where there is something to say about it."""

    def __init__(self, text: str, path: str, note: str = "") -> None:
        self._lines = text.replace("\r\n", "\n").split("\n") if text else []
        self._path = path
        self._notes = [Span(f"({note})", Role.NOTE)] if note else []
        self.size = len(text)

    def __len__(self) -> int:
        return len(self._notes) + len(self._lines)

    def spans(self, line: int, limit: int | None = STRING_LIMIT) -> list[Span]:
        if line < len(self._notes):
            return [self._notes[line]]
        return plain_spans(self._lines[line - len(self._notes)], Role.PLAIN, limit)

    def text(self, line: int) -> str:
        if line < len(self._notes):
            return self._notes[line].text
        return safe_text(self._lines[line - len(self._notes)].expandtabs(4))

    def path(self, line: int) -> str:
        return "" if line < len(self._notes) else self._path

    def value(self, line: int) -> str:
        return "" if line < len(self._notes) else self._lines[line - len(self._notes)]


def note(text: str) -> Document:
    """A document that says one thing of ours."""
    return TextDocument("", "", text)


def plain_spans(text: str, role: Role, limit: int | None) -> list[Span]:
    """Text of the record in `role`, its control characters escaped, its redactions marked, cut at `limit`."""
    shown, cut = cut_text(text, limit)
    return [*safe_spans(shown.expandtabs(4), role), *cut]


def cut_text(text: str, limit: int | None) -> tuple[str, list[Span]]:
    """The first `limit` characters, and the piece that tells how many more there are."""
    if limit is None or len(text) <= limit:
        return text, []
    return text[:limit], [Span(f"…(+{len(text) - limit:,} chars)", Role.MORE)]


def safe_text(text: str) -> str:
    """All of a text as it may be drawn."""
    if text.isascii() and text.isprintable():
        return text
    # What is left for `clean` is rare: it is exact, and a long text made only of what it escapes would take seconds.
    escapes = {ord(character): clean(character) for character in set(text) if not character.isprintable()}
    return clean(text.translate(escapes), UNLIMITED)


def safe_spans(text: str, role: Role) -> list[Span]:
    """Text in `role` with redactions and everything a terminal might obey told apart."""
    if text.isascii() and text.isprintable():
        return [Span(text, role)] if text else []
    spans = []
    for index, piece in enumerate(_MASK.split(text)):
        if piece and index % 2:
            spans.append(Span(piece, Role.REDACTED))
        elif piece:
            parts = split_escapes(piece, UNLIMITED)
            spans += [Span(part, Role.ESCAPE if escaped else role) for part, escaped in parts]
    return spans
