"""A terminal that tells what its reader sees: pyte's, and what pyte lacks or has otherwise than terminals do.

Added: erasing in colour or without it (`bce`), left and right margins for inserted and deleted lines (DECLRMM), wide
characters of which no half is left over, marks that stay with a wide character, widths that differ from ours, and
dim, concealed, doubly underlined, framed and overlined text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pyte
from pyte.screens import Char, Margins
from rich.cells import cell_len

_SIDE_MARGINS = 69 << 5  # as pyte keeps the number of a private mode
_SWITCHED_OFF = {22: {2}, 24: {21}, 25: {6}, 28: {8}, 54: {51, 52}, 55: {53}}
_UNKNOWN_TO_PYTE = {2, 6, 8, 21, 51, 52, 53}
_SEEN_ON_BLANKS = {"21", "51", "52", "53"}
Look = tuple[str, ...]


class _Display(pyte.Screen):
    def __init__(self, columns: int, lines: int, *, erases_in_colour: bool, width_of: Callable[[str], int]) -> None:
        self.sides: Margins | None = None
        self.erases_in_colour = erases_in_colour
        self.width_of = width_of
        self.more_attributes: set[int] = set()
        super().__init__(columns, lines)
        self.reset_mode(7, private=True)

    @property
    def erased(self) -> Char:
        return self.default_char._replace(bg=self.cursor.attrs.bg if self.erases_in_colour else "default")

    def draw(self, data: str) -> None:
        for char in data:
            width = 0 if unicodedata.combining(char) else self.width_of(char)
            line = self.buffer[self.cursor.y]
            if not width:
                at = max(0, self.cursor.x - 1)
                at -= not line[at].data
                line[at] = line[at]._replace(data=line[at].data + char)
                continue
            x = min(self.cursor.x, self.columns - width)
            self._tear(line, x)
            self._tear(line, x + width)
            more = " ".join(map(str, sorted(self.more_attributes)))
            line[x] = self.cursor.attrs._replace(data=char, fg=f"{self.cursor.attrs.fg} {more}")
            if width == 2:
                line[x + 1] = line[x]._replace(data="")
            self.cursor.x = min(x + width, self.columns)

    def select_graphic_rendition(self, *attrs: int) -> None:
        super().select_graphic_rendition(*attrs)
        words = list(attrs or (0,))
        while words:
            word = words.pop(0)
            if word in {38, 48}:
                del words[: 4 if words[0] == 2 else 2]
            elif word == 0:
                self.more_attributes.clear()
            elif word in _UNKNOWN_TO_PYTE:
                self.more_attributes.add(word)
            self.more_attributes -= _SWITCHED_OFF.get(word, set())

    def _tear(self, line: Any, x: int) -> None:
        if 0 < x < self.columns and not line[x].data:
            line[x - 1], line[x] = line[x - 1]._replace(data=" "), line[x]._replace(data=" ")

    def erase_in_display(self, how: int = 0, *args: Any, **options: Any) -> None:
        assert how == 2, "nothing else is ever sent"
        for y in range(self.lines):
            self._erase(y, 0, self.columns)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        assert how == 0, "nothing else is ever sent"
        self._erase(self.cursor.y, self.cursor.x, self.columns)

    def erase_characters(self, count: int | None = None) -> None:
        self._erase(self.cursor.y, self.cursor.x, min(self.cursor.x + (count or 1), self.columns))

    def _erase(self, y: int, start: int, end: int) -> None:
        line = self.buffer[y]
        self._tear(line, start)
        self._tear(line, end)
        for x in range(start, end):
            line[x] = self.erased

    def reset_mode(self, *modes: int, **options: Any) -> None:
        super().reset_mode(*modes, **options)
        if 69 in modes:
            self.sides = None

    def set_side_margins(self, left: int = 1, right: int = 0) -> None:
        assert _SIDE_MARGINS in self.mode, "without the mode this saves the cursor"
        self.sides = Margins(left - 1, (right or self.columns) - 1)
        self.cursor_position()

    def delete_lines(self, count: int | None = None) -> None:
        self._move_lines(count or 1)

    def insert_lines(self, count: int | None = None) -> None:
        self._move_lines(-(count or 1))

    def _move_lines(self, lines: int) -> None:
        top, bottom = self.margins or Margins(0, self.lines - 1)
        left, right = self.sides or Margins(0, self.columns - 1)
        if not (top <= self.cursor.y <= bottom and left <= self.cursor.x <= right):
            return
        top = self.cursor.y
        before = {y: [self.buffer[y][x] for x in range(self.columns)] for y in range(top, bottom + 1)}
        blank = [self.erased] * self.columns
        for y in range(top, bottom + 1):
            source = before.get(y + lines, blank)
            for x in range(left, right + 1):
                self.buffer[y][x] = source[x]
        self.cursor.x = left


class _Stream(pyte.Stream):
    csi = {**pyte.Stream.csi, "s": "set_side_margins"}  # noqa: RUF012 - as pyte has it
    events = pyte.Stream.events | {"set_side_margins"}


class Emulator:
    """A terminal with line wrapping off, as Textual sets it.

    `width_of` is how wide this terminal draws a character (0: it is a mark, 1 or 2).
    """

    def __init__(
        self,
        columns: int,
        lines: int,
        *,
        erases_in_colour: bool = True,
        width_of: Callable[[str], int] = cell_len,
    ) -> None:
        self._display = _Display(columns, lines, erases_in_colour=erases_in_colour, width_of=width_of)
        self._stream = _Stream(self._display)

    def feed(self, output: str) -> None:
        """Show output as it is."""
        self._stream.feed(output)

    def resize(self, columns: int, lines: int) -> None:
        """Cut what is shown, or make room beside it and below."""
        self._display.resize(lines, columns)

    def spoil(self, text: str) -> None:
        """Let another program write over the screen."""
        self._stream.feed(f"\x1b7\x1b[m\x1b[1;1H{text}\x1b8")

    @property
    def cursor(self) -> tuple[int, int]:
        cursor = self._display.cursor
        return cursor.y, min(cursor.x, self._display.columns - 1)

    def seen(self) -> list[list[Look]]:
        """What a reader sees of each cell: its text and style; of a blank, what shows where nothing stands."""
        rows, columns = range(self._display.lines), range(self._display.columns)
        return [[_look(self._display.buffer[y][x]) for x in columns] for y in rows]

    def text(self) -> list[str]:
        return ["".join(look[0] for look in row).rstrip() for row in self.seen()]


def _look(char: Char) -> Look:
    foreground, *more = char.fg.split()
    on_blanks = [name for name in ("underscore", "strikethrough", "reverse") if getattr(char, name)]
    on_blanks += sorted(_SEEN_ON_BLANKS.intersection(more))
    if char.data == " " and not on_blanks:
        return (" ", char.bg)
    attributes = [name for name in ("bold", "italics", "blink") if getattr(char, name)]
    return (char.data, char.bg, foreground, *on_blanks, *attributes, *more)
