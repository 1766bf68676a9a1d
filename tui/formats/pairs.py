"""Headers and query parameters as aligned lines: the name, and what it was set to."""

from __future__ import annotations

import json
from typing import Any

from tui.domain.clean import clean
from tui.formats.body import open_json
from tui.formats.document import Entry, Listing, Opening, Role, Span
from tui.formats.json_document import key_step

_LONGEST_TEXT = 64 * 1024
"""Characters beyond which the text is laid out in steps, as a body is."""

_WIDEST_NAME = 32


class _Pairs(list[tuple[str, Any]]):
    """An object with its keys as sent, doubled ones too."""


def open_pairs(text: str, path: str) -> Opening:
    """An object of plain values as `name  value` lines in the order sent; anything else as a body is shown."""
    pairs = _plain_pairs(text)
    if not pairs:
        yield from open_json(text, path)
        return
    width = min(_WIDEST_NAME, max(len(clean(name)) for name, _ in pairs))
    yield Listing([_entry(name, value, width, path) for name, value in pairs])


def _plain_pairs(text: str) -> list[tuple[str, str]]:
    """The members of the object that `text` is, if all their values are plain ones."""
    if len(text) > _LONGEST_TEXT:
        return []
    try:
        value = json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return []
    if not isinstance(value, _Pairs) or any(isinstance(member, list) for _, member in value):
        return []
    return [(name, member if isinstance(member, str) else json.dumps(member)) for name, member in value]


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _entry(name: str, value: str, width: int, path: str) -> Entry:
    shown = clean(name)
    gap = Span(" " * max(2, width + 2 - len(shown)), Role.PLAIN)
    return Entry((Span(shown, Role.KEY), gap, Span(value, Role.STRING)), path + key_step(name), value)
