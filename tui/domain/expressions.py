"""Regular expressions that a person wrote: read, and searched for, within limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import local
from time import thread_time

import regex

from tui.domain.clean import clean
from tui.domain.errors import QueryTooSlow

SECONDS = 0.05
"""How long all the searches in one record may take together, in seconds of the processor."""

_LARGEST = 5_000
"""Parts of an expression when those that are repeated are counted as often: as many as the engine may lay out."""
_DEEPEST = 50
_PART = regex.compile(
    r"""\\. | \[\^?\]?(?:\\.|[^\]\\])*+\]?          # an escape, or a set
        | (?P<open>\() | (?P<close>\)) | \{(?P<times>\d+)(?:,\d*)?\} | .""",
    regex.DOTALL | regex.VERBOSE,
)
_NOT_LETTERS = regex.compile(r"\\(?:[pP]\{[^}]*\}|N\{[^}]*\}|.)", regex.DOTALL)


class _Budget(local):
    """What is left for the record that this thread looks at: a limit for each text would be none for thousands."""

    seconds = SECONDS


_left = _Budget()


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


def begin_record() -> None:
    """From here on, this thread searches in another record."""
    _left.seconds = SECONDS


def searching(source: str, *, fold: bool) -> Callable[[str], bool]:
    """Whether an expression is found in a text; with `fold`, in any case.

    Raises `QueryTooSlow` once the searches since `begin_record` have taken too long.
    """
    pattern = regex.compile(source, (regex.IGNORECASE if fold else 0) | regex.DOTALL, cache_pattern=False)

    def found(text: str) -> bool:
        try:
            return _search(pattern, text)
        except TimeoutError:
            raise QueryTooSlow(
                f"The expression /{clean(source, 60)}/ takes more than {SECONDS * 1000:.0f} ms on one record.",
                "Write it without repeats inside of repeats, or with more around them that must fit.",
            ) from None

    return found


def _search(pattern: regex.Pattern[str], text: str) -> bool:
    """Alone in this process, for the engine takes the work of other threads for its own.  Raises `TimeoutError`."""
    if _left.seconds <= 0:
        raise TimeoutError
    began = thread_time()
    try:
        return pattern.search(text, timeout=_left.seconds, concurrent=False) is not None
    finally:
        _left.seconds -= thread_time() - began


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
