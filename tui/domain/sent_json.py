"""JSON that was sent to us, read as the standard has it: no NaN; what Python could not pass on stays text, as it was
written.

That is numbers too long or too big, and the halves of surrogate pairs.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

_LONGEST_NUMBER = 400
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str) -> Any:
    """The value of a whole text.  Raises ValueError and RecursionError."""
    value = _DECODER.decode(text)
    return _without_surrogates(value) if _SURROGATE_ESCAPE.search(text) else value


def scan_json(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at a place in a text, and where it ends.  Raises ValueError, of which `JSONDecodeError`
    knows the place, and RecursionError."""
    value, end = _DECODER.raw_decode(text, at)
    return (_without_surrogates(value) if _SURROGATE_ESCAPE.search(text, at, end) else value), end


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= _LONGEST_NUMBER else text


def _fraction(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_integer, parse_float=_fraction)


def _without_surrogates(value: Any) -> Any:
    """The value with the lone halves of surrogate pairs written as escapes, since no encoding takes them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    return value
