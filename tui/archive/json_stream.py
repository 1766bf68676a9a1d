"""The objects in a stream of JSON text, however they are laid out: a line each, one after the other, in arrays, in the
API's pages, indented or not.

No more of the text is held than one object may have.  What is wrong costs itself alone: reading goes on where the next
object seems to begin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tui.domain.record import AuditRecord
from tui.domain.sent_json import scan_json

LONGEST = 10_000_000
"""Characters that an object may have."""
RECORDS = "records"
"""The name under which a page has its records."""
FIELDS = frozenset(AuditRecord.model_fields)
"""The names that tell a record from other objects."""
NO_OBJECT = "not an object"
_REMEMBERED = 5
_DEEPEST = 100
"""Arrays and pages that may be open around an object."""
_LONGEST_HEAD = 1_000
"""Characters that a page, or the name of one of its members, may begin with."""
_OVERLAP = 256
_UNDECIDED = 10
"""Characters at the end of a text in which a mistake may be one only because the text doesn't go on."""

_BETWEEN = re.compile(r"[ \t\r\n,\x1e\ufeff]*+")
_FIELD = "|".join(AuditRecord.model_fields)
_PLAIN_MEMBER = rf'"(?!(?:{RECORDS}|{_FIELD})")[^"\\]*+"\s*+:\s*+(?:"[^"\\]*+"|[-+.0-9eE]++|true|false|null)\s*+,\s*+'
_PAGE = re.compile(rf'\{{\s*+(?:{_PLAIN_MEMBER})*+"{RECORDS}"\s*+:\s*+\[')
"""A page up to its first record.  A record may have a field of that name too, but behind those of its own."""
_NAME = re.compile(r'"(?:[^"\\]|\\.)*+"\s*+:\s*+', re.DOTALL)
_NEXT_RECORD = rf'(?=\{{\s{{0,99}}"(?:{_FIELD})"\s{{0,9}}:)'
_LINE = r"\n"
_LINE_BEHIND_OBJECT = r'\n(?=[^\s}\]"])'
"""One that isn't the rest of an indented object."""
_LINE_IN_ARRAY = r"\n(?=[{\[])"
_NEXT = {line: (re.compile(line), re.compile(f"{line}|{_NEXT_RECORD}"))
         for line in (_LINE, _LINE_BEHIND_OBJECT, _LINE_IN_ARRAY)}  # fmt: skip


class Misfit(NamedTuple):
    """What is no record: the line and column it begins at, from 1, and why not."""

    line: int
    column: int
    why: str


class JsonStream:
    """Finds objects, and takes note of what is none: `misfits` counts it, `remembered` has the first few."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.misfits = 0
        self.remembered: list[Misfit] = []
        self._window = _Window(chunks)
        self._around: list[str] = []
        """What is open around the place: "[" an array, "{" a page beside its records."""

    def objects(self) -> Iterator[dict[str, Any] | None]:
        """Every object that stands alone, in an array or among a page's records; None where one of these ends.

        `refuse` then says of the object that came last that it is no record.
        """
        window = self._window
        while window.skip(_BETWEEN):
            around = self._around[-1] if self._around else ""
            character = window.text[window.at]
            if around == "{":
                self._pass_member()
            elif character == "{":
                yield from self._object()
            elif character == "[" and len(self._around) < _DEEPEST:
                self._around.append("[")
                window.at += 1
            elif character == "]" and around:
                self._around.pop()
                window.at += 1
                yield None
            else:
                self._pass_misfit()
        if self._around:
            self.refuse("cut off")

    def refuse(self, why: str) -> None:
        """Take note of what stands at the place."""
        self.misfits += 1
        if len(self.remembered) < _REMEMBERED:
            self.remembered.append(Misfit(*self._window.place, why))

    def _object(self) -> Iterator[dict[str, Any] | None]:
        window = self._window
        window.reach(_LONGEST_HEAD)
        if page := _PAGE.match(window.text, window.at, window.at + _LONGEST_HEAD):
            self._around += "{["
            window.at = page.end()
        elif found := self._read(_LINE_IN_ARRAY if self._around else _LINE_BEHIND_OBJECT):
            value, end = found
            if isinstance(value.get(RECORDS), list) and FIELDS.isdisjoint(value):
                yield from self._page(value[RECORDS])
            else:
                yield value
            window.at = end

    def _page(self, records: list[Any]) -> Iterator[dict[str, Any] | None]:
        """The records of a page that had to be read as a whole, for it begins with something else."""
        for value in records:
            if isinstance(value, dict):
                yield value
            else:
                self.refuse(NO_OBJECT)
        yield None

    def _pass_member(self) -> None:
        """Get past what a page has behind its records."""
        window = self._window
        window.reach(_LONGEST_HEAD)
        if window.text[window.at] == "}":
            self._around.pop()
            window.at += 1
        elif name := _NAME.match(window.text, window.at, window.at + _LONGEST_HEAD):
            window.at = name.end()
            if found := self._read(_LINE_IN_ARRAY):
                window.at = found[1]
            else:
                self._around.pop()
        else:
            self.refuse("not JSON")
            self._around.pop()
            self._go_on(_LINE_BEHIND_OBJECT, window.at)

    def _pass_misfit(self) -> None:
        """Get past what is neither an object nor an array: a value in an array, or a line."""
        if not self._around:
            self.refuse(NO_OBJECT)
            self._go_on(_LINE, self._window.at)
        elif found := self._read(_LINE_IN_ARRAY):
            self.refuse(NO_OBJECT)
            self._window.at = found[1]

    def _read(self, line: str) -> tuple[Any, int] | None:
        """The value at the place, and where it ends; None where it can't be read, and then it is refused, and the place
        behind it.  `line` is how a line begins that can't be a part of it."""
        window = self._window
        while True:
            text, at = window.text, window.at
            try:
                value, end = scan_json(text, at)
                undecided, why = end == len(text) and text[at] not in '{["', ""
            except json.JSONDecodeError as error:
                end, why = error.pos, "not JSON"
                undecided = end >= len(text) - _UNDECIDED or error.msg.startswith("Unterminated string")
            except RecursionError:
                end, undecided, why = at, False, "nested too deeply"
            except ValueError as error:
                end, undecided, why = at, False, str(error)
            too_long = end - at > LONGEST or (undecided and len(text) - at > LONGEST + _UNDECIDED)
            if undecided and not too_long and window.grow():
                continue
            if too_long:
                end, why = at + LONGEST, f"over {LONGEST:,} characters"
            elif not why:
                return value, end
            elif undecided:
                why = "cut off"
            self.refuse(why)
            self._go_on(line, end)
            return None

    def _go_on(self, line: str, mistake: int) -> None:
        """Go to where the next object seems to begin: on the next line, or where a record begins behind a mistake."""
        window = self._window
        next_line, next_line_or_record = _NEXT[line]
        found = next_line.search(window.text, window.at + 1, mistake + 1)
        window.at = min(max(window.at + 1, mistake), len(window.text))
        while not found:
            found = next_line_or_record.search(window.text, window.at)
            sure = len(window.text) - _OVERLAP
            if window.ended or (found and found.start() <= sure):
                break
            # What begins nearer to the end than this may be the beginning of a record.
            window.at, found = max(window.at, sure), None
            window.grow()
        window.at = found.end() if found else len(window.text)


class _Window:
    """The part of a text that is looked at.  It grows at its end, and lets go of what lies before the place."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.text = ""
        self.at = 0
        """The place."""
        self.ended = False
        """Whether the text ends where the window does."""
        self._chunks = chunks
        self._lines = 0
        self._columns = 0
        """Lines that were let go of, and characters of the last one."""

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Go past all that fits a pattern; False where the text ends with it."""
        while True:
            found = pattern.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return True
            if not self.grow():
                return False

    def reach(self, count: int) -> None:
        """Have so many characters from the place on, where there are so many."""
        while len(self.text) - self.at < count and self.grow():
            pass

    def grow(self) -> bool:
        """Have twice as many characters from the place on, or at least some more; False where there are none, and then
        all stays as it is."""
        kept = self.text[self.at :]
        chunks: list[str] = []
        length = 0
        while length <= len(kept) and not self.ended:
            chunk = next(self._chunks, None)
            if chunk is None:
                self.ended = True
            else:
                chunks.append(chunk)
                length += len(chunk)
        if not length:
            return False
        self._let_go()
        self.text, self.at = "".join([kept, *chunks]), 0
        return True

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the place, from 1."""
        line = self.text.count("\n", 0, self.at)
        begins = self.text.rfind("\n", 0, self.at) + 1
        return self._lines + line + 1, (0 if line else self._columns) + self.at - begins + 1

    def _let_go(self) -> None:
        line, column = self.place
        self._lines, self._columns = line - 1, column - 1
