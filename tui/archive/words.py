"""The words of a record that a full-text index is made of, and what a text that is looked for has to do with them.

A word is a run of letters and digits in folded case.  Whatever contains a text has all of its words: the inner ones in
full, the first as the end of one, the last as the beginning of one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from tui.domain.fields import BODY, FIELDS, HEADERS, QUERY, Kind
from tui.domain.json_values import NotJson, decode, leaves

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

_WORD = re.compile(r"[^\W_]+")
_BLANKS = {code: " " for code in range(128) if _WORD.fullmatch(chr(code)) is None}
_BLANK_BYTES = bytes(_BLANKS.get(code, chr(code)).encode("latin-1")[0] for code in range(256))
_NUMBER = re.compile(r"[a-f]*[0-9][0-9a-f]*", re.ASCII)
_MAY_BE_IN_NUMBER = re.compile(r"[0-9a-f]+", re.ASCII)
_AFTER_ESCAPE = re.compile(r"\\[bfnrt]([^\W_]+)")
_ESCAPED_CHARACTER = re.compile(r"\\u[0-9a-fA-F]{4}")
_BETWEEN = '","'
"""Most often what stands between two parts of JSON, and never in a word."""
_LONGEST_PART, _REMEMBERED = 200, 16_384
"""How long a part may be whose words are remembered, in characters, and how many are."""
_LONGEST = 64
"""Characters that a word may have; longer ones, such as packed files, are not indexed."""
LONG = "0longer0than0a0word0"
"""The word of a record that has longer ones: whatever is looked for may be in them."""
_read_plain = attrgetter(*(field.attribute for field in FIELDS if field.attribute and field.kind is not Kind.JSON))
_read_json = attrgetter(*(field.attribute for field in (BODY, QUERY, HEADERS)))


def words_of(text: str) -> list[str]:
    """The words of a text, in their order."""
    return [word if len(word) <= _LONGEST else LONG for word in _WORD.findall(text.casefold())]


def is_indexed_alike(word: str) -> bool:
    """Whether the index is sure to take a word for one: it knows the letters of an older Unicode."""
    return word.isascii() or all(character < "\u0500" or "\u3040" <= character <= "\u9fff" for character in word)


def is_number(word: str) -> bool:
    """Whether a word is one of countless ones: a number, or a piece of an id or a hash."""
    return _NUMBER.fullmatch(word) is not None


def may_be_in_number(text: str) -> bool:
    """Whether a text can be a part of such a word."""
    return _MAY_BE_IN_NUMBER.fullmatch(text) is not None


def words_of_record(record: AuditRecord) -> set[str]:
    """Every word of the sixteen fields and of the address as it is shown, of JSON also those that it is decoded to."""
    words = _distinct(" ".join((*map(str, _read_plain(record)), record.address)))
    for text in _read_json(record):
        for part in text.split(_BETWEEN):
            words |= _words_in(part) if len(part) <= _LONGEST_PART else _distinct(part)
        if _ESCAPED_CHARACTER.search(text):
            words |= _decoded(text)
    return words


def _distinct(text: str) -> set[str]:
    """The words of a text, also of JSON that has no characters written as numbers: there some follow an escape with a
    letter."""
    folded = text.casefold()
    words = _split(folded)
    if "\\" in folded:
        words.update(_AFTER_ESCAPE.findall(folded))
    if max(map(len, words), default=0) > _LONGEST:
        return {word for word in words if len(word) <= _LONGEST} | {LONG}
    return words


@lru_cache(_REMEMBERED)
def _words_in(text: str) -> frozenset[str]:
    """The same of texts that come again and again, as those of headers do."""
    return frozenset(_distinct(text))


def _split(folded: str) -> set[str]:
    """The words of a folded text: by tables, which is many times as fast as by an expression."""
    if folded.isascii():
        return set(folded.translate(_BLANKS).split())
    written = folded.encode("utf-8", "surrogatepass").translate(_BLANK_BYTES).decode("utf-8", "surrogatepass")
    words = set(written.split())
    odd = {word for word in words if not word.isascii()}
    return (words - odd).union(_WORD.findall(" ".join(odd)))


def _decoded(text: str) -> set[str]:
    """The words of the texts that JSON is made of."""
    try:
        return _distinct("\n".join(leaves(decode(text))))
    except NotJson:
        return set()
