"""How a cell looks, read from SGR sequences and written as the shortest of them."""

from __future__ import annotations

from functools import lru_cache

_SEEN_ON_BLANKS = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Underlines, reverse, strike-through, frames and overlines: what shows where no character stands."""
_SWITCHED_OFF_BY = {
    "22": frozenset({"1", "2"}),
    "23": frozenset({"3"}),
    "24": frozenset({"4", "21"}),
    "25": frozenset({"5", "6"}),
    "27": frozenset({"7"}),
    "28": frozenset({"8"}),
    "29": frozenset({"9"}),
    "54": frozenset({"51", "52"}),
    "55": frozenset({"53"}),
}
_SWITCHES = ("22", "23", "24", "27")
"""Those that every terminal knows; what the others switch off is left by a reset."""
_EXTENDED = {"38", "48"}
_PARAMETERS_OF_COLOUR = {"2": 5, "5": 3}


class Style:
    """Colours and attributes as SGR parameters; "" is the terminal's own colour.

    Styles of the same looks are the same object: ask `style` for one.  `blank` is how a space of this style looks: its
    foreground can't be seen.  `letter` is a code point that stands for a character of this style, and `space` one for a
    space, the same for all styles whose blanks look alike: so the looks of many cells are a string.
    """

    __slots__ = ("attributes", "background", "blank", "foreground", "letter", "space")

    def __init__(self, foreground: str, background: str, attributes: frozenset[str]) -> None:
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
        if attributes & _SEEN_ON_BLANKS or not (foreground or attributes):
            self.blank = self
            self.space = _letter(self)
        else:
            self.blank = style("", background, frozenset())
            self.space = self.blank.space
        self.letter = _letter(self)

    def __repr__(self) -> str:
        return f"Style({self.foreground!r}, {self.background!r}, {sorted(self.attributes)})"

    @property
    def is_fill(self) -> bool:
        """Whether it is a background alone, as terminals fill with where they erase."""
        return not (self.foreground or self.attributes)


_styles: dict[tuple[str, str, frozenset[str]], Style] = {}
_by_letter: list[Style] = []


def style(foreground: str = "", background: str = "", attributes: frozenset[str] = frozenset()) -> Style:
    """The one style of these looks."""
    looks = (foreground, background, attributes)
    found = _styles.get(looks)
    if found is None:
        found = _styles[looks] = Style(foreground, background, attributes)
    return found


def _letter(style: Style) -> str:
    """Another letter for a style."""
    _by_letter.append(style)
    return chr(len(_by_letter) - 1)


def styled(letter: str) -> Style:
    """The style for which a letter stands."""
    return _by_letter[ord(letter)]


DEFAULT = style()
"""The terminal's own colours, no attributes."""


@lru_cache(maxsize=8192)
def read_sgr(parameters: str, before: Style) -> Style:
    """The style that holds after an SGR sequence with these parameters ("1;38;2;9;9;9")."""
    foreground, background, attributes = before.foreground, before.background, set(before.attributes)
    words = [word or "0" for word in parameters.split(";")]
    while words:
        word = words.pop(0)
        if word in _EXTENDED:
            rest = _PARAMETERS_OF_COLOUR.get(words[0] if words else "", 1) - 1
            colour = ";".join([word, *words[:rest]])
            del words[:rest]
            foreground, background = (colour, background) if word == "38" else (foreground, colour)
        elif word == "0":
            foreground, background, attributes = "", "", set()
        elif word in _SWITCHED_OFF_BY:
            attributes -= _SWITCHED_OFF_BY[word]
        elif _is_colour(int(word), 30):
            foreground = "" if word == "39" else word
        elif _is_colour(int(word), 40):
            background = "" if word == "49" else word
        else:
            attributes.add(word)
    return style(foreground, background, frozenset(attributes))


def _is_colour(number: int, base: int) -> bool:
    """Whether it names one of the 16 colours, or the default, of the ground that begins at `base`."""
    return base <= number <= base + 9 or base + 60 <= number <= base + 67


@lru_cache(maxsize=16384)
def sgr_between(before: Style | None, after: Style) -> str:
    """The shortest SGR sequence that makes one style of the other; None is a style that isn't known."""
    if before is after:
        return ""
    wanted = [*sorted(after.attributes), after.foreground, after.background]
    anew = f"\x1b[{';'.join(['', *filter(None, wanted)] if any(wanted) else [])}m"
    if before is None:
        return anew
    words: list[str] = []
    left = set(before.attributes)
    for switch in _SWITCHES:
        if left & _SWITCHED_OFF_BY[switch] - after.attributes:
            words.append(switch)
            left -= _SWITCHED_OFF_BY[switch]
    if left - after.attributes:
        return anew
    words += sorted(after.attributes - left)
    if before.foreground != after.foreground:
        words.append(after.foreground or "39")
    if before.background != after.background:
        words.append(after.background or "49")
    changed = f"\x1b[{';'.join(words)}m"
    return changed if len(changed) <= len(anew) else anew
