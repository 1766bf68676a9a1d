"""The only way from data to a terminal: text that anybody may have written, made harmless and bounded.

What a terminal could obey, or would draw as nothing, is shown as the escape that JSON has for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from sys import maxsize

from tui.domain import unsafe_characters

UNLIMITED = maxsize
"""The limit of text that is bounded otherwise."""

_TAB_STOP = 4
_SHORT_ESCAPES = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"}


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    """The inside of a regular expression's character class."""
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_UNSAFE = _class(unsafe_characters.UNSAFE)
_COMBINING = _class(unsafe_characters.COMBINING)

UNSAFE = re.compile(f"[{_UNSAFE}]")
"""A character that must never leave for the terminal as part of data."""

_ESCAPED = re.compile(f"[{_UNSAFE}]|(?<=[{_COMBINING}]{{4}})[{_COMBINING}]")


def clean(text: str, limit: int = 200, *, multiline: bool = False) -> str:
    """`text` as it may be shown, in at most `limit` characters (1 or more).

    Control, format, surrogate, separator and invisible characters become escapes such as `\\u001b`, and so do the
    fifth and further marks upon one character.  What is cut off is counted: `…(+1,234 chars)`.  With `multiline`,
    line feeds stay and tabs become blanks up to the next stop.  Cleaning twice changes nothing.
    """
    head = text[:limit]
    if len(text) <= limit and head.isascii() and head.isprintable():
        return text
    return "".join(run for run, _ in split_escapes(text, limit, multiline=multiline))


def split_escapes(text: str, limit: int = 200, *, multiline: bool = False) -> list[tuple[str, bool]]:
    """What `clean` makes of `text`, in runs: each with whether it is an escape, to be told from the same text typed."""
    runs, taken = _take(text, limit, multiline=multiline)
    if taken == len(text):
        return runs
    longest_note = _cut_note(len(text))
    if len(longest_note) > limit:
        return [*_take(text, limit - 1, multiline=multiline)[0], ("…", False)]
    runs, taken = _take(text, limit - len(longest_note), multiline=multiline)
    return [*runs, (_cut_note(len(text) - taken), False)]


def has_unsafe(text: str) -> bool:
    """Whether `text` holds a character that must never leave as it is."""
    return not (text.isascii() and text.isprintable()) and UNSAFE.search(text) is not None


def _cut_note(count: int) -> str:
    return f"…(+{count:,} chars)"


def _take(text: str, room: int, *, multiline: bool) -> tuple[list[tuple[str, bool]], int]:
    """The runs of the longest beginning of `text` that can be shown in `room` characters, and its length."""
    runs: list[tuple[str, bool]] = []
    taken = 0
    for source, shown in _shown(text[:room], multiline=multiline):
        if len(shown) > room:
            if source == shown:
                runs.append((shown[:room], False))
                taken += room
            break
        runs.append((shown, shown.startswith("\\") and source != shown))
        taken += len(source)
        room -= len(shown)
    return runs, taken


def _shown(text: str, *, multiline: bool) -> Iterator[tuple[str, str]]:
    """Runs of `text`, each with how it is shown; only those shown as they are may be cut."""
    position = column = 0
    for match in _ESCAPED.finditer(text):
        character = match[0]
        if multiline and character == "\n":
            continue
        plain = text[position : match.start()]
        position = match.end()
        if plain:
            yield plain, plain
        column = len(plain) - plain.rindex("\n") - 1 if "\n" in plain else column + len(plain)
        shown = " " * (_TAB_STOP - column % _TAB_STOP) if multiline and character == "\t" else _escape(character)
        column += len(shown)
        yield character, shown
    if position < len(text):
        yield text[position:], text[position:]


def _escape(character: str) -> str:
    """The escape that stands for `character` in JSON: two of them beyond the basic plane."""
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
