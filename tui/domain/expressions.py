"""Regular expressions that a person wrote: read, and searched for, within limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import regex

from tui.domain.clean import clean
from tui.domain.errors import QueryTooSlow

SECONDS = 0.05
"""How long an expression may look at one text, in seconds of this process: nothing else in it runs meanwhile, so that
others' work isn't taken for its own."""

_LARGEST = 5_000
"""Parts of an expression when those that are repeated are counted as often: as many as the engine may lay out."""
_DEEPEST = 50
_PART = regex.compile(
    r"""\\. | \[\^?\]?(?:\\.|[^\]\\])*+\]?          # an escape, or a set
        | (?P<open>\() | (?P<close>\)) | \{(?P<times>\d+)(?:,\d*)?\} | .""",
    regex.DOTALL | regex.VERBOSE,
)
_NOT_LETTERS = regex.compile(r"\\(?:[pP]\{[^}]*\}|N\{[^}]*\}|.)", regex.DOTALL)


@lru_cache(256)
def problem_with(source: str) -> str:
    """Why an expression can't be looked for, "" where it can."""
    size, depth = _measure(source)
    if size > _LARGEST or depth > _DEEPEST:
        return "this regular expression repeats or nests too much"
    try:
        regex.compile(source, cache_pattern=False)
    except (regex.error, ValueError, LookupError, OverflowError, RecursionError) as error:
        return f"this regular expression can't be read: {clean(str(error), 80)}"
    return ""


def has_capital(source: str) -> bool:
    """Whether an expression looks for an upper-case letter."""
    return any(map(str.isupper, _NOT_LETTERS.sub("", source)))


def searching(source: str, *, fold: bool) -> Callable[[str], bool]:
    """Whether an expression is found in a text; with `fold`, in any case.  Raises `QueryTooSlow`."""
    pattern = regex.compile(source, (regex.IGNORECASE if fold else 0) | regex.DOTALL, cache_pattern=False)

    def found(text: str) -> bool:
        try:
            return pattern.search(text, timeout=SECONDS, concurrent=False) is not None
        except TimeoutError:
            raise QueryTooSlow(
                f"The expression /{clean(source, 60)}/ takes more than {SECONDS * 1000:.0f} ms on one record.",
                "Write it without repeats inside of repeats, or with more around them that must fit.",
            ) from None

    return found


def _measure(source: str) -> tuple[int, int]:
    """How many parts an expression has, and how deep its groups are nested."""
    sizes, last, deepest = [0], 0, 0
    for part in _PART.finditer(source):
        if part["open"]:
            sizes.append(0)
            deepest = max(deepest, len(sizes))
            continue
        if part["times"]:
            more = last * (int(part["times"]) - 1)
            last += more
        else:
            more = last = sizes.pop() if part["close"] and len(sizes) > 1 else 1
        sizes[-1] += more
    return sum(sizes), deepest
