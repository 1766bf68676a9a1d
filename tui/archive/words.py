"""The words of a record that a full-text index is made of, and what a text that is looked for has to do with them.

A word is a run of letters and digits in folded case.  Whatever contains a text has all of its words: the inner ones in
full, the first as the end of one, the last as the beginning of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.domain.fields import BODY, FIELDS, HEADERS, QUERY, Kind
from tui.domain.json_values import NotJson, decode, leaves

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(?=.*[0-9])[0-9a-f]+", re.ASCII)
_MAY_BE_IN_NUMBER = re.compile(r"[0-9a-f]+", re.ASCII)
_LONGEST = 64
"""Characters that a word may have; longer ones, such as packed files, are not indexed."""
LONG = "0longer0than0a0word0"
"""The word of a record that has longer ones: whatever is looked for may be in them."""
_PLAIN = tuple(field for field in FIELDS if field.attribute and field.kind is not Kind.JSON)
_JSON = (BODY, QUERY, HEADERS)


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
    """Every word of the sixteen fields, JSON in them decoded where it is written with escapes."""
    texts = [field.value(record) for field in _PLAIN]
    texts += (record.client_ip, str(record.response_status_code))
    for field in _JSON:
        texts += _texts_in_json(field.value(record))
    return set(words_of("\n".join(texts)))


def _texts_in_json(text: str) -> Iterator[str]:
    yield text
    if "\\" in text:
        try:
            yield from leaves(decode(text))
        except NotJson:
            return
