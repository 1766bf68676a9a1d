"""Random programs that paint: what Textual would write for tables that scroll beside a panel, and for anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hypothesis import strategies as st
from rich.cells import split_graphemes

COLOURS = ["", "31", "92", "38;5;200", "38;2;201;209;217", "38;2;160;161;164"]
GROUNDS = ["", "44", "103", "48;5;17", "48;2;18;22;28", "48;2;26;32;41"]
ATTRIBUTES = ["1", "2", "3", "4", "5", "7", "8", "9", "21", "53"]
WORDS = ["", " ", "    ", "2026-11-24", "update", "né", "日本", "ナビ", "한글", "e\u0301", "日\u0301", "…┃", "x" * 17]

styles = st.builds(
    lambda *parts: ";".join(filter(None, [*sorted(parts[0]), parts[1], parts[2]])),
    st.sets(st.sampled_from(ATTRIBUTES), max_size=2),
    st.sampled_from(COLOURS),
    st.sampled_from(GROUNDS),
)
few_styles = st.sampled_from(
    ["38;2;201;209;217;48;2;18;22;28", "38;2;160;161;164;48;2;18;22;28", "1;33", "48;2;26;32;41", ""]
)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
PASSED_ON = [
    "\x07",
    "\x1b]52;c;aGk=\x07",
    "\x1b]22;pointer\x07",
    "\x1b[?1003h",
    "\x1b[?2026$p",
    "\x1b[>1u",
    "\x1b[22;2t",
]
"""What shows nothing, and goes to the terminal as it is."""


def cells(text: str) -> list[str]:
    """What stands in each cell, "" in the second one of a wide character."""
    return [cell for start, end, width in split_graphemes(text)[0] for cell in [text[start:end], ""][: max(1, width)]]


def fitted(text: str, width: int) -> str:
    """Exactly so many cells of it, padded with blanks; a wide character that is cut is a blank."""
    found = cells(text)[:width]
    if len(cells(text)) > width and cells(text)[width] == "":
        found[-1] = " "
    return "".join(found) + " " * (width - len(found))


def at(y: int, x: int, *pieces: tuple[str, str]) -> str:
    """A painting of pieces of text (style, text) in a row."""
    return f"\x1b[{y + 1};{x + 1}H" + "".join(
        f"\x1b[{style}m{text}\x1b[0m" if style else text for style, text in pieces
    )


@dataclass
class Table:
    """A table beside a panel, as a program with Textual paints it."""

    lines: list[tuple[str, str, str]]
    panel: list[tuple[str, str]]

    def frames(self, width: int, height: int) -> st.SearchStrategy[str]:
        """Paintings of all places in it."""
        places = st.integers(0, 12)
        panels = st.sampled_from([0, 9])
        return st.builds(partial(self.frame, width, height), offset=places, cursor=places, panel_width=panels)

    def frame(self, width: int, height: int, *, offset: int, cursor: int, panel_width: int) -> str:
        """The painting of all rows: `offset` is the first line in view, `cursor` the line that is highlighted."""
        rows = []
        room = width - panel_width - 1
        for y in range(height):
            line = self.lines[(offset + y) % len(self.lines)]
            first, second, text = line
            if (offset + y) % len(self.lines) == cursor:
                first = "30;43"
            head, tail = fitted(text, room // 3), fitted(f"{text} {(offset + y) % len(self.lines)}", room - room // 3)
            painted = at(y, panel_width, (first, head), (second, tail), ("", "┃" if y == offset % height else " "))
            if panel_width:
                style, label = self.panel[y % len(self.panel)]
                painted = at(y, 0, (style, fitted(label, panel_width))) + painted
            rows.append(painted)
        return "\n".join(rows) + f"\x1b[{cursor % height + 1};1H"


tables = st.builds(
    Table,
    st.lists(st.tuples(few_styles, few_styles, texts), min_size=3, max_size=30),
    st.lists(st.tuples(few_styles, texts), min_size=1, max_size=6),
)


@st.composite
def scribbles(draw: Any, width: int, height: int, words: Sequence[str] = WORDS) -> str:
    """Text in any style anywhere, never past the edge."""
    painted = []
    for _ in range(draw(st.integers(1, 5))):
        y, x = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        pieces = []
        room = width - x
        while room > 0 and draw(st.booleans()):
            text = draw(st.sampled_from(words))
            took = min(room, len(cells(text)))
            pieces.append((draw(styles), fitted(text, took)))
            room -= took
        painted.append(at(y, x, *pieces))
    return "".join(painted) + f"\x1b[{draw(st.integers(1, height))};{draw(st.integers(1, width))}H"
