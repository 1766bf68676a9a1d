"""What to put into a query's text for what was pasted: lists of values become one OR."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tui.domain.address import is_address
from tui.domain.clean import UNLIMITED, clean
from tui.domain.completion import slot_at, tokens_of
from tui.domain.fields import ADDRESS, REQUEST_ID
from tui.domain.query_check import TIME_WORDS, complaint
from tui.domain.query_text import format_values, quote
from tui.domain.query_values import How, Value

MOST_VALUES = 200
LONGEST = 10_000
"""Characters that are put in at once."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Paste(NamedTuple):
    """The text to put in; "" where `problem` tells why nothing can be."""

    insert: str
    problem: str = ""


def paste(text: str, start: int, end: int, pasted: str) -> Paste:
    """What to put in place of the text from `start` up to `end` for what comes from the clipboard.

    Several lines, and addresses or ids with commas or blanks between them, become values of the clause they are pasted
    into, or else a term that holds for any of them.  One line stays what it is, cleaned.
    """
    lines = [line for line in pasted.splitlines() if line.strip()]
    words = pasted.replace(",", " ").split()
    kind = next((name for name, fits in _TOLD_BY_THEIR_LOOKS.items() if len(words) > 1 and all(map(fits, words))), "")
    items = list(dict.fromkeys(words if kind else map(str.strip, lines)))
    slot = slot_at(text[:start], start, tokens_of(text[:start]))
    clause = slot.name if slot is not None and slot.name not in TIME_WORDS else ""
    if len(items) > MOST_VALUES:
        name = clause or kind or REQUEST_ID.name
        return Paste("", f"{len(items):,} values are too many: put them in a file, one a line, and write {name}:@file")
    if len(items) < 2:
        insert = clean(lines[0] if lines else "", UNLIMITED)
    elif slot is not None and clause:
        insert = ("," if slot.start < start else "") + _values(clause, items)
    else:
        term = f"{kind}:{_values(kind, items)}" if kind else f"({' OR '.join(map(quote, items))})"
        insert = _apart(text, start, end, term)
    if len(insert) > LONGEST:
        return Paste("", f"{len(insert):,} characters are too many for a query")
    return Paste(insert)


def _is_network(word: str) -> bool:
    return "/" in word and complaint(ADDRESS.name, Value(word, How.NETWORK)) is None


def _is_address(word: str) -> bool:
    return is_address(word) or _is_network(word)


_TOLD_BY_THEIR_LOOKS: dict[str, Callable[[str], object]] = {
    ADDRESS.name: _is_address,
    REQUEST_ID.name: _UUID.fullmatch,
}
"""Fields whose values nobody takes for anything else."""


def _values(name: str, items: Iterable[str]) -> str:
    return format_values(name, tuple(_literal(name, item) for item in items))


def _literal(name: str, item: str) -> Value:
    """What was pasted means itself, whatever the notation makes of it; only a network is what it looks like."""
    return Value(item, How.NETWORK if name == ADDRESS.name and _is_network(item) else How.EXACT)


def _apart(text: str, start: int, end: int, term: str) -> str:
    """A term with the blanks that it needs between its neighbours."""
    before = " " if text[:start].strip() and text[start - 1] not in " (-" else ""
    after = " " if text[end : end + 1].strip(" )") else ""
    return f"{before}{term}{after}"
