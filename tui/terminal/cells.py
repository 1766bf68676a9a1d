"""Rows of cells and screens of rows: what stands in each cell, how it looks, and never half a wide character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import split_graphemes

from tui.terminal.styles import DEFAULT, Style, styled

# One cell wide in every terminal: Latin, Greek, Cyrillic, punctuation, arrows, box drawing, blocks and plain shapes.
# Two cells in every terminal: kana, Han and Hangul.  Everything else is drawn by some in another width than by others,
# and so is whatever is made of several code points.
_NARROW = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e"
    "\u2190-\u2193\u2260-\u2265\u2500-\u25a9\u25b2\u25b4\u25b8\u25bc\u25be\u25c2\u25c6\u25c7\u25cb\u25cf\u2713\u2717"
)
_WIDE = "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
_ALL_NARROW = re.compile(f"[{_NARROW}]*")
_DOUBTFUL = re.compile(f"[^\0{_NARROW}{_WIDE}]")
_NO_MARKS: Mapping[int, str] = {}


class Row:
    """A line of cells, or a part of one; it never changes.

    Two strings tell of it, each with one code point for each cell, which are compared and cut at no cost for a cell:
    `text` is what stands there, "\\0" in the right one of the two cells that a wide character takes, and `looks` the
    letters of the styles.  A space has the style in which its reader sees the same, so that what looks alike is alike.
    `marks` are what few cells have: more code points that follow the one in the text.
    """

    __slots__ = ("_doubtful", "looks", "marks", "text")

    def __init__(self, text: str, looks: str, marks: Mapping[int, str] = _NO_MARKS) -> None:
        self.text = text
        self.looks = looks
        self.marks = marks
        self._doubtful: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return self.text == other.text and self.looks == other.looks and self.marks == other.marks

    @classmethod
    def blank(cls, width: int, style: Style = DEFAULT) -> Row:
        return cls(" " * width, style.space * width)

    @classmethod
    def of(cls, pieces: Iterable[tuple[str, Style]]) -> Row:
        """The cells that pieces of text take; marks stand with the character before them, or are left out."""
        text = looks = ""
        marks: dict[int, str] = {}
        for piece, style in pieces:
            is_narrow = piece.isascii() or _ALL_NARROW.fullmatch(piece)
            before, text = text, text + piece if is_narrow else _appended(text, piece, marks)
            cells = text[len(before) :]
            looks += style.space.join([style.letter * len(word) for word in cells.split(" ")])
        return cls(text, looks, marks or _NO_MARKS)

    def char(self, x: int) -> str:
        """What stands in a cell, with its marks; "\\0" is the right half of the one before it."""
        return self.text[x] + self.marks.get(x, "")

    def style(self, x: int) -> Style:
        return styled(self.looks[x])

    def written(self, start: int, end: int) -> str:
        """What has to be written to have these cells, neither edge of which cuts a wide character."""
        chars = "".join(map(self.char, range(start, end))) if self.marks else self.text[start:end]
        return chars.replace("\0", "")

    @property
    def doubtful(self) -> Sequence[int]:
        """Columns of the characters of which terminals may disagree how wide they are."""
        if self._doubtful is None:
            found = () if self.text.isascii() else {char.start() for char in _DOUBTFUL.finditer(self.text)}
            self._doubtful = sorted(self.marks.keys() | found)
        return self._doubtful

    def width_at(self, x: int) -> int:
        """How many cells the character that stands there takes."""
        return 2 if self.text[x + 1 : x + 2] == "\0" else 1

    def part(self, start: int, end: int) -> Row:
        """Its cells from `start` until before `end`, neither of which cuts a wide character."""
        marks = {x - start: marks for x, marks in self.marks.items() if start <= x < end} if self.marks else _NO_MARKS
        return Row(self.text[start:end], self.looks[start:end], marks)

    def with_part(self, x: int, part: Row) -> Row:
        """The row with a part of it written over, cut where the row ends.

        Of a wide character that is written over by half, or cut by half, a blank is left.
        """
        end = min(x + len(part.text), len(self.text))
        if end <= x:
            return self
        text, looks, marks = part.text[: end - x], part.looks[: end - x], _NO_MARKS
        if self.marks or part.marks:
            kept = {column: marks for column, marks in self.marks.items() if not x <= column < end}
            marks = kept | {x + column: marks for column, marks in part.marks.items() if x + column < end}
        if self.text[x:end] == text and self.looks[x:end] == looks and self.marks == marks:
            return self
        halves = [
            x - 1 if self.text[x] == "\0" else None,
            end if self.text[end : end + 1] == "\0" else None,
            end - 1 if part.text[end - x : end - x + 1] == "\0" else None,
        ]
        written = Row(self.text[:x] + text + self.text[end:], self.looks[:x] + looks + self.looks[end:], marks)
        for half in halves:
            if half is not None:
                written = written._with_blank(half)
        return written

    def _with_blank(self, x: int) -> Row:
        """The row with a blank in the place of what stands in a cell."""
        text, looks = self.text, self.looks
        space = self.style(x).space
        marks = {column: marks for column, marks in self.marks.items() if column != x}
        return Row(f"{text[:x]} {text[x + 1 :]}", f"{looks[:x]}{space}{looks[x + 1 :]}", marks)


def _appended(text: str, piece: str, marks: dict[int, str]) -> str:
    """The text of cells with those of a piece behind them; what follows a character in its cell goes to the `marks`."""
    for start, end, width in split_graphemes(piece)[0]:
        if width:
            text += f"{piece[start]}\0"[:width]
        following = piece[start + 1 : end] if width else piece[start:end]
        if following and text:
            x = len(text.rstrip("\0")) - 1
            if text[x] == " ":  # would be taken for a blank, on which nothing is seen
                text = f"{text[:x]}\xa0"
            marks[x] = marks.get(x, "") + following
    return text


class Screen:
    """Rows of cells, all of one width."""

    def __init__(self, width: int, rows: Sequence[Row]) -> None:
        self.width = width
        self.rows = list(rows)

    @classmethod
    def blank(cls, width: int, height: int, style: Style = DEFAULT) -> Screen:
        return cls(width, [Row.blank(width, style)] * height)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def copy(self) -> Screen:
        return Screen(self.width, self.rows)

    @property
    def height(self) -> int:
        return len(self.rows)

    def resized(self, width: int, height: int) -> Screen:
        """What fits of it on a screen of another size."""
        fitted = Screen.blank(width, height)
        fitted.rows[: self.height] = [row.with_part(0, old) for row, old in zip(fitted, self, strict=False)]
        return fitted
