"""JSON text of a record as values: what stands at a path, and the texts it is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_OPENS = ("{", "[")
_LONGEST_INDEX = 9


class NotJson(ValueError):
    """The text is not JSON, or nested too deeply to be read."""


def decode(text: str) -> Any:
    """The value that a JSON text stands for, its numbers as the text they are written in: none is too long or loses a
    digit.  Raises `NotJson`."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise NotJson from None


def at_path(value: Any, path: tuple[str, ...], *, fold: bool) -> Iterator[Any]:
    """Every value at `path`: keys of objects, or numbers of items; an array that no number follows stands for each of
    its items.  JSON packed in strings is looked into.  With `fold`, keys fit in any case."""
    found = [value]
    for key in path:
        found = [inner for outer in found for inner in _under(outer, key, fold=fold)]
    return iter(found)


def _under(value: Any, key: str, *, fold: bool) -> Iterator[Any]:
    """What stands under one key.  Without recursion, for arrays may be nested as deeply as can be read."""
    folded = key.casefold()
    todo = [value]
    while todo:
        value = unpacked(todo.pop())
        if isinstance(value, dict):
            if fold:
                yield from (inner for name, inner in value.items() if name.casefold() == folded)
            elif key in value:
                yield value[key]
        elif isinstance(value, list):
            if not (key.isascii() and key.isdigit()):
                todo += reversed(value)
            elif len(key) <= _LONGEST_INDEX and int(key) < len(value):
                yield value[int(key)]


def unpacked(value: Any) -> Any:
    """What a string holds, where that is an object or an array in JSON; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in _OPENS:
        return value
    try:
        return decode(value)
    except NotJson:
        return value


def items(value: Any) -> Iterator[Any]:
    """A value, or where it is an array all that stands in it and isn't one."""
    todo = [value]
    while todo:
        inner = todo.pop()
        if isinstance(inner, list):
            todo += reversed(inner)
        else:
            yield inner


def leaves(value: Any) -> Iterator[str]:
    """The texts of a value: its keys and its scalars, those in JSON packed in strings too."""
    todo = [value]
    while todo:
        inner = unpacked(todo.pop())
        if isinstance(inner, dict):
            yield from inner
            todo += inner.values()
        elif isinstance(inner, list):
            todo += inner
        else:
            yield as_text(inner)


def as_text(value: Any) -> str:
    """A value as a query writes it: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
