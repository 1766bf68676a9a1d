"""A screen of cells: what stands in each, how it looks, and that a wide character is never cut in half."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import split_graphemes

from tui.terminal.styles import DEFAULT, Style

_BLANKS = re.compile(" +")

# One cell wide in every terminal: Latin, Greek, Cyrillic, punctuation, arrows, box drawing, blocks and plain shapes.
# Two cells in every terminal: kana, Han and Hangul.  Everything else is drawn by some in another width than by others,
# and so is whatever is made of several code points.
_NARROW = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e"
    "\u2190-\u2193\u2260-\u2265\u2500-\u25a9\u25b2\u25b4\u25b8\u25bc\u25be\u25c2\u25c6\u25c7\u25cb\u25cf\u2713\u2717"
)
_WIDE = "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3"
_DOUBTFUL = re.compile(f"[^{_NARROW}{_WIDE}]")


class Row:
    """A line of cells.  A wide character stands in the left one of its two cells, "" in the right one.

    A space has the style of which its reader sees the same, so that lines that look alike are alike.
    """

    __slots__ = ("chars", "styles")

    def __init__(self, chars: list[str], styles: list[Style]) -> None:
        self.chars = chars
        self.styles = styles

    @classmethod
    def blank(cls, width: int, style: Style = DEFAULT) -> Row:
        return cls([" "] * width, [style] * width)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.chars == other.chars and self.styles == other.styles

    __hash__ = None  # type: ignore[assignment]  # its cells change

    def copy(self) -> Row:
        return Row(self.chars[:], self.styles[:])

    def doubtful_columns(self) -> list[int]:
        """Where characters stand of which terminals may disagree how wide they are."""
        text = "".join(self.chars)
        if text.isascii() or _DOUBTFUL.search(text) is None:
            return []
        return [x for x, char in enumerate(self.chars) if _DOUBTFUL.search(char)]

    def write(self, x: int, text: str, style: Style) -> int:
        """Put text there, cut where the row ends; gives the column after it."""
        if text.isascii():
            return self._write_narrow(x, text, style)
        spans, width = split_graphemes(text)
        if width == len(text) == len(spans):
            return self._write_narrow(x, text, style)
        for start, end, cells in spans:
            if cells:
                x = self._write_cluster(x, text[start:end], cells, style)
            elif x > 0:
                self._combine(x - 1, text[start:end])
        return x

    def _write_narrow(self, x: int, text: str, style: Style) -> int:
        end = min(x + len(text), len(self.chars))
        if end <= x:
            return x
        self._break_wide(x)
        self._break_wide(end)
        self.chars[x:end] = text[: end - x]
        self.styles[x:end] = [style] * (end - x)
        if style.blank is not style:
            for blanks in _BLANKS.finditer(text, 0, end - x):
                self.styles[x + blanks.start() : x + blanks.end()] = [style.blank] * (blanks.end() - blanks.start())
        return end

    def _write_cluster(self, x: int, cluster: str, cells: int, style: Style) -> int:
        if cells == 1:
            return self._write_narrow(x, " ", style) if cluster == " " else self._place(x, [cluster], style)
        return self._place(x, [cluster, ""], style)

    def _place(self, x: int, cells: list[str], style: Style) -> int:
        end = x + len(cells)
        if end > len(self.chars):
            return self._write_narrow(x, " ", style)
        self._break_wide(x)
        self._break_wide(end)
        self.chars[x:end] = cells
        self.styles[x:end] = [style] * len(cells)
        return end

    def _combine(self, x: int, marks: str) -> None:
        """Let marks that take no room of their own stand with what is in the cell before them."""
        while x > 0 and not self.chars[x]:
            x -= 1
        self.chars[x] += marks

    def _break_wide(self, x: int) -> None:
        """Leave blanks of a wide character whose halves would stand on either side of this column."""
        if 0 < x < len(self.chars) and not self.chars[x]:
            self.chars[x - 1 : x + 1] = "  "
            self.styles[x - 1 : x + 1] = [self.styles[x - 1].blank] * 2


class Screen:
    """Rows of cells, all of one width."""

    def __init__(self, width: int, height: int, style: Style = DEFAULT) -> None:
        self.width = width
        self.height = height
        self.rows = [Row.blank(width, style) for _ in range(height)]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def resized(self, width: int, height: int) -> Screen:
        """What fits of it on a screen of another size."""
        fitted = Screen(width, height)
        for row, old in zip(fitted.rows, self.rows, strict=False):
            kept = min(width, self.width)
            if kept < self.width and not old.chars[kept]:
                kept -= 1
            row.chars[:kept] = old.chars[:kept]
            row.styles[:kept] = old.styles[:kept]
        return fitted
