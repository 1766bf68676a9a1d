"""What a clause compares with: a text and how it is meant."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from tui.domain.clean import UNLIMITED, clean, has_unsafe, split_escapes

LONGEST_REGEX = 1_000
"""Characters of a regular expression, at most."""


class How(StrEnum):
    """How a value is compared."""

    EXACT = "exact"
    WILDCARD = "wildcard"
    CONTAINS = "contains"
    REGEX = "regex"
    MORE = ">"
    LEAST = ">="
    LESS = "<"
    MOST = "<="
    RANGE = "range"
    HUNDRED = "hundred"
    """A hundred of status codes: 4xx."""
    NETWORK = "network"
    FILE = "file"
    """Any of the values in a file."""
    BLANK = "blank"


COMPARISONS = (How.LEAST, How.MOST, How.MORE, How.LESS)
"""Those that are written as signs, the longer ones first."""

HUNDRED = re.compile(r"[1-5]xx")

_WILDCARD = re.compile(r'(?![~@<>])[^\s"(),|]*\*[^\s"(),|]*(?<!/)')
_REGEX = re.compile(r"(?:[^\\]|\\.)+", re.DOTALL)
_NEEDS_ESCAPE = re.compile(r'\\(.)|\{\d*,\d*\}|([\s/,"])', re.DOTALL)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True, slots=True)
class Value:
    """What a clause compares with; `upper` is the other end of a range.  Raises ValueError for what has no notation.

    A regular expression is kept as it is written between slashes: what would end it there is escaped.
    """

    text: str = ""
    how: How = How.EXACT
    upper: str = ""

    def __post_init__(self) -> None:
        if bool(self.text) == (self.how is How.BLANK) or bool(self.upper) != (self.how is How.RANGE):
            raise ValueError(f"{self.how} can't have the text {self.text!r} and {self.upper!r}")
        if self.how is How.WILDCARD and not is_wildcard(self.text):
            raise ValueError(f"{self.text!r} can't be written as a wildcard")
        if self.how is How.HUNDRED and not HUNDRED.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is not a hundred of status codes")
        text = whole_characters(self.text)
        object.__setattr__(self, "text", _between_slashes(text) if self.how is How.REGEX else text)
        object.__setattr__(self, "upper", whole_characters(self.upper))


def is_wildcard(text: str) -> bool:
    """Whether a text with a star can stand without quotes: a slash at its end could end a regular expression."""
    return _WILDCARD.fullmatch(text) is not None and clean(text, UNLIMITED) == text


def whole_characters(text: str) -> str:
    """The text with halves of a surrogate pair that stand together as the one character they are."""
    if text.isascii():
        return text
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _between_slashes(source: str) -> str:
    """A regular expression as it can stand between slashes, on one line, with nothing in it a terminal could obey."""
    if not _REGEX.fullmatch(source):
        raise ValueError("a regular expression can't end in a single backslash")
    escaped = _NEEDS_ESCAPE.sub(_escape, source)
    shown = "".join(_by_number(run) if hidden else run for run, hidden in split_escapes(escaped, UNLIMITED))
    if len(shown) > LONGEST_REGEX:
        raise ValueError(f"a regular expression has at most {LONGEST_REGEX:,} characters")
    return shown


def _escape(match: re.Match[str]) -> str:
    escaped, plain = match.groups()
    if escaped is not None and has_unsafe(escaped):
        return escaped
    return f"\\{plain}" if plain is not None and not has_unsafe(plain) else match[0]


def _by_number(escape: str) -> str:
    """An escape of JSON as the one that regular expressions have for the same characters."""
    return "".join(f"\\U{ord(character):08x}" for character in json.loads(f'"{escape}"'))


BLANK = Value(how=How.BLANK)
