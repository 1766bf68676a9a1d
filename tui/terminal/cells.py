"""Rows of cells and screens of rows: what stands in each cell, how it looks, and never half a wide character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import split_graphemes

from tui.terminal.styles import DEFAULT, Style

# One cell wide in every terminal: Latin, Greek, Cyrillic, punctuation, arrows, box drawing, blocks and plain shapes.
# Two cells in every terminal: kana, Han and Hangul.  Everything else is drawn by some in another width than by others,
# and so is whatever is made of several code points.
_NARROW = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e"
    "\u2190-\u2193\u2260-\u2265\u2500-\u25a9\u25b2\u25b4\u25b8\u25bc\u25be\u25c2\u25c6\u25c7\u25cb\u25cf\u2713\u2717"
)
_WIDE = "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
_ALL_NARROW = re.compile(f"[{_NARROW}]*")
_DOUBTFUL = re.compile(f"[^{_NARROW}{_WIDE}]")


class Row:
    """A line of cells, or a part of one; it never changes.

    A wide character stands in the left one of its two cells, "" in the right one.  A space has the style in which its
    reader sees the same, so that what looks alike is alike.
    """

    __slots__ = ("_doubtful", "_text", "chars", "styles")

    def __init__(self, chars: list[str], styles: list[Style]) -> None:
        self.chars = chars
        self.styles = styles
        self._text: str | None = None
        self._doubtful: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.chars)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.chars == other.chars and self.styles == other.styles

    @classmethod
    def blank(cls, width: int, style: Style = DEFAULT) -> Row:
        return cls([" "] * width, [style.blank] * width)

    @classmethod
    def of(cls, pieces: Iterable[tuple[str, Style]]) -> Row:
        """The cells that pieces of text take; marks stand with the character before them, or are left out."""
        chars: list[str] = []
        styles: list[Style] = []
        for text, style in pieces:
            cells = list(text) if _ALL_NARROW.fullmatch(text) else _cells(text, chars)
            chars += cells
            if style.blank is not style and " " in text:
                styles += [style.blank if char == " " else style for char in cells]
            else:
                styles += [style] * len(cells)
        return cls(chars, styles)

    @property
    def text(self) -> str:
        """Its characters, one for each cell and without their marks, so that columns are places in it."""
        if self._text is None:
            text = "".join(self.chars)
            is_even = len(text) == len(self.chars) and "" not in self.chars
            self._text = text if is_even else "".join(char[:1] or "\0" for char in self.chars)
        return self._text

    @property
    def doubtful(self) -> Sequence[int]:
        """Columns of the characters of which terminals may disagree how wide they are."""
        if self._doubtful is None:
            is_certain = _DOUBTFUL.search("".join(self.chars)) is None
            self._doubtful = () if is_certain else [x for x, char in enumerate(self.chars) if _DOUBTFUL.search(char)]
        return self._doubtful

    def width_at(self, x: int) -> int:
        """How many cells the character that stands there takes."""
        return 2 if x + 1 < len(self) and not self.chars[x + 1] else 1

    def part(self, start: int, end: int) -> Row:
        """Its cells from `start` until before `end`, neither of which cuts a wide character."""
        return Row(self.chars[start:end], self.styles[start:end])

    def with_part(self, x: int, part: Row) -> Row:
        """The row with a part of it written over, cut where the row ends.

        Of a wide character that is written over by half, or cut by half, a blank is left.
        """
        end = min(x + len(part), len(self))
        part_chars, part_styles = part.chars[: end - x], part.styles[: end - x]
        if end <= x or (self.chars[x:end] == part_chars and self.styles[x:end] == part_styles):
            return self
        chars, styles = [*self.chars], [*self.styles]
        chars[x:end], styles[x:end] = part_chars, part_styles
        if not self.chars[x]:
            chars[x - 1], styles[x - 1] = " ", styles[x - 1].blank
        if end < len(self) and not self.chars[end]:
            chars[end], styles[end] = " ", styles[end].blank
        if end - x < len(part) and not part.chars[end - x]:
            chars[end - 1], styles[end - 1] = " ", styles[end - 1].blank
        return Row(chars, styles)


def _cells(text: str, before: list[str]) -> list[str]:
    """A cell for each column that the text takes.  Marks at its beginning go to the last character `before` it."""
    spans, _ = split_graphemes(text)
    while spans and not spans[0][2]:
        start, end, _ = spans.pop(0)
        if before:
            before[-1 if before[-1] else -2] += text[start:end]
    return [cell for start, end, width in spans for cell in (text[start:end], "")[:width]]


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
