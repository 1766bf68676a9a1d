"""How plain mode writes the signs that this program draws: in words and ASCII, which every screen reader says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color
    from textual.widget import Widget

PLAIN_CLASS = "-plain"
"""The class that the app has in plain mode; style sheets and widgets go by it."""

_WORDS = (
    (" [·│] ", ", "),
    ("…", "..."),
    (" ?– ?", " to "),
    ("✓ ", "shown "),
    (" ▾", ""),
    (r"↑(?=\d)", "above: "),
    (r"↓(?=\d)", "below: "),
    ("↑", "up"),
    ("↓", "down"),
    ("←", "left"),
    ("→", "right"),
    ("±", "+-"),
    ("≥", "at least "),
)
"""Signs, as regular expressions, and what is written for each where its line has blanks to give room to that."""
_BLANKS = "(  +)"
_PIECES = re.compile("|".join((*(f"({sign})" for sign, _ in _WORDS), _BLANKS)))
_LETTERS = str.maketrans("·│…–—✗✓▌◆●○•▸▾↑↓←→±×≥‹›“”", ',|.--!+>**o*+-^v<>+x><>""')
"""What is written for a sign in one cell."""
_DRAWING = re.compile("[\u2500-\u25ff]")
"""Lines, blocks and shapes."""


def is_plain(widget: Widget) -> bool:
    """Whether the reader wants text alone."""
    return widget.app.has_class(PLAIN_CLASS)


def letters(text: str) -> str:
    """A text with each sign in one cell of ASCII; it stays as wide as it was."""
    return text if text.isascii() else _DRAWING.sub(" ", text.translate(_LETTERS))


def without_spelling(filters: Sequence[LineFilter]) -> list[LineFilter]:
    """The filters for a widget that shows data, in which no sign may be another than it is."""
    return [one for one in filters if not isinstance(one, Spelling)]


class Spelling(LineFilter):
    """Writes signs as words; blanks elsewhere in the line give room to them, so that no line gets wider."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return _in_words(segments) or [Segment(letters(text), style) for text, style, _ in segments]


def _in_words(segments: list[Segment]) -> list[Segment] | None:
    """The line with words for its signs, None where it has no room for them."""
    over = 0
    spelled = []
    for text, style, _ in segments:
        for piece, word in _pieces(text):
            # The blanks behind a word come first, so that columns behind those stay where they are.
            new = _shortened(piece, over) if word is None else word
            over += cell_len(new) - cell_len(piece)
            spelled.append(Segment(letters(new), style))
    for place in reversed(range(len(spelled))):
        text, style, _ = spelled[place]
        spelled[place] = Segment(_shortened(text, over), style)
        over -= len(text) - len(spelled[place].text)
    return [*spelled, Segment(" " * -over, segments[-1].style)] if over <= 0 else None


def _shortened(blanks: str, over: int) -> str:
    """Blanks without as many of them as are too many, or with those that are missing; another text as it is."""
    return " " * max(1, len(blanks) - over) if len(blanks) > 1 and blanks.isspace() else blanks


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """The pieces of a text, a sign with the word for it, blanks apart from the rest."""
    end = 0
    for match in _PIECES.finditer(text):
        yield text[end : match.start()], None
        which = (match.lastindex or 0) - 1
        yield match[0], _WORDS[which][1] if which < len(_WORDS) else None
        end = match.end()
    yield text[end:], None
