"""The shape of a JSON text: one line a member, found without building its values.

Offsets into the text stand for values, so numbers keep their digits, doubled keys stay, depth costs no stack, and a
body of many small values costs tens of bytes a line.  The reading is done in steps, between which a screen can draw.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator
from typing import NamedTuple

DEEPEST = 1_000
"""Levels of nesting that are still laid out."""

_DEEPEST_TEXT = 8
"""Levels of JSON text inside JSON strings that are still decoded."""

_LINES_A_STEP = 500

OPENS, CLOSES, COMMA, DECODED = 1, 2, 4, 8
"""What a line is: opens or closes a container, has a comma behind it, was JSON text inside a string."""

CLOSING = {"{": "}", "[": "]"}

_SPACE = r"[ \t\n\r]*+"
_STRING = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"'
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_BLANK = re.compile(_SPACE)
_KEY = re.compile(rf"({_STRING}){_SPACE}:{_SPACE}")
_SCALAR = re.compile(rf"{_STRING}|{_NUMBER}|true|false|null")
_EMPTY = re.compile(rf"\[{_SPACE}\]|\{{{_SPACE}\}}")
_CONTAINER_IN_STRING = re.compile(r'"(?: |\\[tnr])*+[\[{]')


class NotJson(ValueError):
    """Says in a few plain words where and why a text can't be laid out."""


class Place(NamedTuple):
    """Where a value stands: the offset of its key in its parent's text (from 1; 0 is none), its parent's line, and
    which of the parent's children it is."""

    key: int
    parent: int
    ordinal: int


class Outline:
    """The lines of a JSON text, in parallel columns, as far as it is read."""

    def __init__(self, text: str, *, decode: bool) -> None:
        """With `decode`, strings that hold an object or an array are laid out as what they hold."""
        self.decode = decode
        self.texts = [text]
        """The JSON texts met: the one given, then those found in strings."""
        self.text = array("I")
        """Which of them a line's value stands in."""
        self.start = array("I")
        self.end = array("I")
        """Where in it the value begins and ends."""
        self.flags = array("B")
        self.key = array("I")
        self.parent = array("I")
        self.ordinal = array("I")
        """The line's `Place`; a closing line has its opening one as parent, and the number of children as ordinal."""
        self.depth = array("H")
        self.last = array("I")
        """The closing line of an opening one; of any other line itself."""
        self.ready = 0
        """How many lines will stay as they are."""

    def read(self) -> Iterator[None]:
        """Read the whole text, yielding after every little while.  Raises `NotJson`."""
        yield from _Reader(self, 0, 0, Place(0, 0, 0)).read()
        self.ready = len(self.start)

    def key_text(self, line: int) -> str:
        """The key of a line in its quotes, "" where it has none."""
        if not self.key[line]:
            return ""
        match = _SCALAR.match(self.texts[self.text[self.parent[line]]], self.key[line] - 1)
        return match[0] if match else ""

    def value_text(self, line: int) -> str:
        return self.texts[self.text[line]][self.start[line] : self.end[line]]

    def bracket(self, line: int) -> str:
        """The first character of a line's value."""
        return self.texts[self.text[line]][self.start[line]]

    def add(self, text: int, start: int, end: int, flags: int, place: Place) -> int:
        """A new line; gives its number."""
        line = len(self.start)
        self.text.append(text)
        self.start.append(start)
        self.end.append(end)
        self.flags.append(flags)
        self.key.append(place.key)
        self.parent.append(place.parent)
        self.ordinal.append(place.ordinal)
        self.depth.append(self.depth[place.parent] + (0 if flags & CLOSES else 1) if line else 0)
        self.last.append(line)
        return line

    def forget(self, lines: int, texts: int) -> None:
        """Go back to having so many lines and texts."""
        for column in (self.text, self.start, self.end, self.flags, self.key, self.parent, self.ordinal, self.depth):
            del column[lines:]
        del self.last[lines:]
        del self.texts[texts:]


class _Reader:
    """Lays out one text as the value that stands at `place`; `nesting` is how many strings the text is inside of."""

    def __init__(self, outline: Outline, number: int, nesting: int, place: Place) -> None:
        self._outline = outline
        self._number = number
        self._text = outline.texts[number]
        self._nesting = nesting
        self._place = place
        self._position = 0
        self._open: list[int] = []

    def read(self) -> Iterator[None]:
        until_step = _LINES_A_STEP
        while True:
            self._skip_blanks()
            if self._open and self._outline.bracket(self._open[-1]) == "{":
                self._read_key()
            if self._open_container():
                continue
            start = self._position
            flags = self._pass_value()
            inner = self._text_inside(start)
            if inner is None:
                self._outline.add(self._number, start, self._position, flags, self._place)
            else:
                self._settle()
                yield from self._read_inside(inner, start)
            self._close_containers()
            if not self._open:
                return
            until_step -= 1
            if not until_step:
                until_step = _LINES_A_STEP
                self._settle()
                yield

    def _settle(self) -> None:
        # Lines found in a string may yet prove to be none.
        if not self._nesting:
            self._outline.ready = len(self._outline.start)

    def _read_key(self) -> None:
        match = _KEY.match(self._text, self._position)
        if match is None:
            raise self._unreadable("a key in quotes and a colon")
        self._place = self._place._replace(key=self._position + 1)
        self._position = match.end()

    def _open_container(self) -> bool:
        """Go into the container that begins here, unless it is empty or there is none."""
        if self._text[self._position : self._position + 1] not in ("{", "["):
            return False
        if _EMPTY.match(self._text, self._position):
            return False
        flags = OPENS | self._decoded()
        line = self._outline.add(self._number, self._position, self._position + 1, flags, self._place)
        if self._outline.depth[line] >= DEEPEST:
            raise NotJson(f"nested deeper than {DEEPEST:,} levels")
        self._open.append(line)
        self._place = Place(0, line, 0)
        self._position += 1
        return True

    def _pass_value(self) -> int:
        """Step over a scalar or an empty container; gives the flags of its line."""
        match = _SCALAR.match(self._text, self._position) or _EMPTY.match(self._text, self._position)
        if match is None:
            raise self._unreadable("a value")
        self._position = match.end()
        return self._decoded()

    def _decoded(self) -> int:
        return DECODED if self._nesting and not self._open else 0

    def _close_containers(self) -> None:
        """Behind a value: leave the containers that end here, and step over the comma or to the end of the text."""
        outline = self._outline
        self._skip_blanks()
        while self._open:
            line = self._open[-1]
            closing = CLOSING[self._text[outline.start[line]]]
            after = self._text[self._position : self._position + 1]
            if after not in (",", closing) or not after:
                raise self._unreadable(f"a comma or {closing}")
            self._position += 1
            if after == ",":
                outline.flags[-1] |= COMMA
                self._place = Place(0, line, self._place.ordinal + 1)
                return
            self._open.pop()
            place = Place(0, line, self._place.ordinal + 1)
            outline.last[line] = outline.add(self._number, self._position - 1, self._position, CLOSES, place)
            outline.end[line] = self._position
            self._place = Place(0, outline.parent[line], outline.ordinal[line])
            self._skip_blanks()
        if self._position < len(self._text):
            raise self._unreadable("the end")

    def _text_inside(self, start: int) -> str | None:
        """The JSON text that the string from `start` to here seems to hold."""
        if not self._outline.decode or self._nesting >= _DEEPEST_TEXT:
            return None
        if not _CONTAINER_IN_STRING.match(self._text, start):
            return None
        text: str = json.loads(self._text[start : self._position])
        return text if text.rstrip(" \t\n\r").endswith(("}", "]")) else None

    def _read_inside(self, inner: str, start: int) -> Iterator[None]:
        """Lay out the text a string holds, or, where that is no JSON, the string."""
        outline = self._outline
        lines, texts = len(outline.start), len(outline.texts)
        outline.texts.append(inner)
        try:
            yield from _Reader(outline, texts, self._nesting + 1, self._place).read()
        except NotJson:
            outline.forget(lines, texts)
            outline.add(self._number, start, self._position, self._decoded(), self._place)

    def _skip_blanks(self) -> None:
        match = _BLANK.match(self._text, self._position)
        self._position = match.end() if match else self._position

    def _unreadable(self, expected: str) -> NotJson:
        if self._position == len(self._text):
            return NotJson(f"it ends where {expected} is expected")
        row = self._text.count("\n", 0, self._position) + 1
        column = self._position - self._text.rfind("\n", 0, self._position)
        return NotJson(f"{expected} is expected at line {row:,}, column {column:,}")
