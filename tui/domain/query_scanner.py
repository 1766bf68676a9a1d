"""The smallest parts of a query's text: words, quoted text, regular expressions and the values made of them.

Nothing here raises: half a quote is read to the end of the text, and told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tui.domain.clean import UNLIMITED, clean
from tui.domain.fields import BY_ANY_NAME, BY_NAME, Field, Kind
from tui.domain.query_values import (
    BLANK,
    COMPARISONS,
    HUNDRED,
    LONGEST_REGEX,
    How,
    Value,
    is_wildcard,
    whole_characters,
)

BARE = re.compile(r'[^\s"(),|]+')
"""What can stand as a value without quotes."""
KEYWORDS = ("OR", "AND", "NOT")
KEYWORD = re.compile(rf'(?:{"|".join(KEYWORDS)})(?=[\s()|"]|$)|\|')
SIGNS = {"~": How.CONTAINS, "@": How.FILE, **{how.value: how for how in COMPARISONS}}
"""What stands before a value to say how it is meant, the longer ones first."""

_STRING = r'"(?:[^"\\]|\\.)*+"'
_STEPS = rf'(?:\.(?:{_STRING}|[^\s"(),|:.]++))*+'
QUALIFIER = re.compile(rf"([a-zA-Z][\w-]*+)({_STEPS}):")
"""A field, a path in it, and its colon."""
_PLACE = re.compile(rf"[a-zA-Z][\w-]*+{_STEPS}")
_STEP = re.compile(rf'\.({_STRING}|[^\s"(),|:.]+)')
_PLAIN_STEP = re.compile(r'[^\s"(),|:.\[\]\\]+')

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
"""What may be the one end of a range whose other end is left out."""
_BARE_TEXT = re.compile(r'[^\s"()|]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\(?:.|\Z))*+)("?)', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_ESCAPED = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_END = r"(?=[\s,)]|\Z)"
_REGEX = re.compile(rf'/((?:\{{\d*,\d*\}}|[^\\\s,"/]|\\.|/(?!{_END})){{1,{LONGEST_REGEX}}}+)/{_END}', re.DOTALL)
"""A regular expression.  Blanks, commas and quotes in it are escaped, but for the comma of a quantifier: so it can't
run on into the next value or term."""
_BROKEN_REGEX = re.compile(rf'/((?:[^/"\\]|\\.)++)/{_END}', re.DOTALL)


class Complaint(NamedTuple):
    """What is wrong, and what to write instead, "" where nobody knows."""

    problem: str
    fix: str = ""


class Read(NamedTuple):
    """A value that was read up to `end`, None where there was none, and what is wrong with how it was written."""

    value: Value | None
    end: int
    complaint: Complaint | None = None


def match_qualifier(text: str, at: int = 0) -> re.Match[str] | None:
    """What `QUALIFIER` fits at `at`, unless it is the beginning of a URL or of an address."""
    match = QUALIFIER.match(text, at)
    if match and text.startswith(("//", ":"), match.end()) and match[1].lower() not in BY_ANY_NAME:
        return None
    return match


def reader_of(name: str) -> Callable[[str, int], Read]:
    """What reads the values of a field or a predicate."""
    if name == "has":
        return _read_place
    return partial(read_value, kind=BY_NAME[name].kind if name in BY_NAME else Kind.WORD)


def read_value(text: str, at: int, kind: Kind) -> Read:
    """The value that begins at `at`, as a field of this kind has it."""
    if found := _read_regex(text, at):
        return found
    for sign, how in SIGNS.items():
        if text.startswith(sign, at):
            return _operand(text, at + len(sign), how)
    if text.startswith('"', at):
        low, end, complaint = read_quoted(text, at)
        if complaint is None and text.startswith("..", end):
            return _range(text, low, end + 2)
        return Read(Value(low) if low else BLANK, end, complaint)
    match = BARE.match(text, at)
    return _bare(text, match, kind) if match else Read(None, at)


def read_text(text: str, at: int) -> Read:
    """The free text that begins at `at`: bare, in quotes, or a regular expression."""
    return _read_regex(text, at) or _operand(text, at, How.CONTAINS, _BARE_TEXT)


def means_keyword(text: str) -> bool:
    """Whether a word would be a keyword in capitals."""
    return text.upper() in KEYWORDS and not text.isupper()


def read_quoted(text: str, at: int) -> tuple[str, int, Complaint | None]:
    """The text in the quotes that open at `at`, with JSON's escapes; where it ends, and whether its end is missing."""
    match = _QUOTED.match(text, at)
    if match is None:
        return "", at, None
    if match[2]:
        return unescaped(match[1]), match.end(), None
    fix = "" if match[0].endswith("\\") else f'{match[0]}"'
    return unescaped(match[1]), match.end(), Complaint("this quote is never closed", fix)


def unescaped(text: str) -> str:
    """The text with JSON's escapes replaced by what they stand for, others left as they are."""
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPED[match[2]], text)
    return whole_characters(plain)


def read_path(text: str) -> tuple[str, ...]:
    """The keys of a path such as `.limits."a b".max`."""
    return tuple(unescaped(step[1:-1]) if step.startswith('"') else step for step in _STEP.findall(text))


def format_path(path: tuple[str, ...]) -> str:
    """The text that `read_path` reads back."""
    return "".join(f".{key if _is_plain_step(key) else quote(key)}" for key in path)


def _is_plain_step(key: str) -> bool:
    return _PLAIN_STEP.fullmatch(key) is not None and clean(key, UNLIMITED) == key


def read_place(text: str) -> tuple[Field, tuple[str, ...]] | None:
    """The field that a text such as `body.name` begins with, under any of its names, and the path in it."""
    match = QUALIFIER.fullmatch(f"{text}:")
    field = BY_ANY_NAME.get(match[1].lower()) if match else None
    return (field, read_path(match[2])) if match and field else None


def quote(text: str) -> str:
    """The text in quotes, with nothing in it that a terminal could obey."""
    return clean(json.dumps(text, ensure_ascii=False), UNLIMITED)


def _read_place(text: str, at: int) -> Read:
    """The name of a field and a path in it."""
    match = _PLACE.match(text, at)
    if match is None or BARE.match(text, match.end()):
        return read_value(text, at, Kind.WORD)
    return Read(Value(match[0]), match.end())


def _read_regex(text: str, at: int) -> Read | None:
    """The regular expression that begins at `at`; None where something else does."""
    if not text.startswith("/", at):
        return None
    match = _REGEX.match(text, at)
    if match is None:
        return _read_broken_regex(text, at)
    try:
        return Read(Value(match[1], How.REGEX), match.end())
    except ValueError as error:
        return Read(None, match.end(), Complaint(str(error)))


def _read_broken_regex(text: str, at: int) -> Read | None:
    """What would be a regular expression, were its blanks and commas escaped."""
    match = _BROKEN_REGEX.match(text, at)
    if match is None:
        return None
    try:
        fix = f"/{Value(match[1], How.REGEX).text}/"
    except ValueError as error:
        return Read(None, match.end(), Complaint(str(error)))
    problem = "between slashes stands a regular expression: blanks and commas in it need a backslash"
    return Read(None, match.end(), Complaint(problem, fix))


def _operand(text: str, at: int, how: How, bare: re.Pattern[str] = BARE) -> Read:
    """A bare or quoted text that is meant in this way."""
    if text.startswith('"', at):
        operand, end, complaint = read_quoted(text, at)
        return Read(Value(operand, how) if operand else None, end, complaint)
    match = bare.match(text, at)
    return Read(Value(match[0], how), match.end()) if match else Read(None, at)


def _range(text: str, low: str, at: int) -> Read:
    """The range from `low` to what begins at `at`; either may be missing."""
    high, end, complaint = _operand(text, at, How.MOST)
    if high is None:
        return Read(Value(low, How.LEAST) if low else None, end, complaint)
    return Read(Value(low, How.RANGE, high.text) if low else high, end, complaint)


def _bare(text: str, match: re.Match[str], kind: Kind) -> Read:
    word, end = match[0], match.end()
    if word.lower() == "none":
        return Read(BLANK, end)
    if "*" in word and is_wildcard(word):
        return Read(Value(word, How.WILDCARD), end)
    low, dots, high = word.partition("..")
    ends = (low, high or text.startswith('"', end))
    if dots and kind is not Kind.PATH and (all(ends) or _NUMBER.fullmatch(low or high)):
        return _range(text, low, match.start() + len(low) + 2)
    if kind is Kind.NUMBER and HUNDRED.fullmatch(word.lower()):
        return Read(Value(word.lower(), How.HUNDRED), end)
    return Read(Value(word, How.NETWORK if kind is Kind.ADDRESS and "/" in word else How.EXACT), end)
