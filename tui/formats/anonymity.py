"""Records in which people, ids and addresses have pseudonyms, to show what happened without showing who did it.

What is found, wherever it stands, in JSON packed in strings and behind percent signs too:

- all that the fields for ids and for the address hold, and the same again in any text of the record, and of those that
  are read after it;
- what has the shape of a uuid, of 16 hexadecimal digits or more, of a mail address or of a network address;
- slugs where they stand by themselves, as in a path;
- ids, mail addresses and names that the directory knows: names of people in any case, those of workspaces and keys as
  they are written.

What is not found: names that the directory doesn't know, a first name that stands alone, host names, and in texts ids
of fewer than 3 characters or 5 digits.  The same value has the same pseudonym in all that one `Anonymiser` is given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from tui.domain.fields import (
    ACTION,
    ACTOR,
    ACTOR_TYPE,
    ADDRESS,
    COUNTRY,
    METHOD,
    OPERATION,
    ORGANISATION,
    REQUEST_ID,
    RESOURCE,
    STATUS,
    TIME,
    WORKSPACE,
)
from tui.domain.names import Named, NameKind, Names
from tui.domain.query import AuditQuery, Clause, Term, walk
from tui.domain.query_text import format_term, format_time_terms
from tui.domain.record import AuditRecord
from tui.formats.pseudonyms import MOST_DIGITS, Pseudonyms

LEFT_OUT = "‹left out›"
"""What stands for a term of a query that could name somebody."""

_Found = Iterator[tuple[int, int, str]]
"""Where something stands, from and to, and what it becomes."""

_LASTING = (ACTOR.attribute, WORKSPACE.attribute, ORGANISATION.attribute)
"""What holds an id that other records have too."""
_PASSING = (REQUEST_ID.attribute, ADDRESS.attribute)
"""What holds an id of the record's own, or an address, which has a shape to be found by."""
_OPEN = ("is", *(field.name for field in (METHOD, STATUS, OPERATION, ACTOR_TYPE, RESOURCE, ACTION, COUNTRY)))
"""What clauses of a query say nothing of anybody by."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEXADECIMAL = re.compile(rf"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{{16,{MOST_DIGITS}}}(?![0-9a-z])", re.IGNORECASE)
"""Digits alone are a number: pseudonyms with letters in their place would break JSON."""
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++(?:'[\w.+-]++)*@(?:[\w-]+\.)+[^\W\d_][\w-]*")
_IPV4 = re.compile(r"(?<!\d)(?<!\d\.)(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\d)(?!\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]++(?!\w)")
_SLUG = re.compile(
    r"""(?:(?<=["'/=&?#,:])|(?<!.))[a-z0-9][a-z0-9-]*-[0-9a-f]{6}(?=["'/=&?#,:]|\Z)""", re.IGNORECASE | re.DOTALL
)
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t+_.@/-]{1,3}")
"""What may stand between the words of a name."""
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\Z)', re.DOTALL)
_RUN = re.compile(r'[^\s"\\]*+')
_PERCENT = re.compile("%[0-9A-Fa-f]{2}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LITERALS = frozenset({"true", "false", "null"})
_SHORTEST, _SHORTEST_NUMBER = 3, 5
_UNTOUCHED = "/?&=:,;+@"
"""What is not percent-encoded anew."""

_decoder = json.JSONDecoder(strict=False)


class _Phrase(NamedTuple):
    """Something known, and its pseudonym.  Its `words` are looked for in any case, a `literal` as it is."""

    words: tuple[str, ...]
    literal: str
    pseudonym: str

    def end_in(self, text: str, first: re.Match[str]) -> int | None:
        """Where it ends in a text in which its first word was found, None where it isn't there."""
        if self.literal:
            end = first.start() + len(self.literal)
            return end if text.startswith(self.literal, first.start()) and not text[end : end + 1].isalnum() else None
        end = first.end()
        for word in self.words[1:]:
            gap = _GAP.match(text, end)
            following = _WORD.match(text, gap.end()) if gap else None
            if following is None or following[0].casefold() != word:
                return None
            end = following.end()
        return end


class _Phrases:
    """Things that are known, looked for in a text by their first words."""

    def __init__(self) -> None:
        self._by_first_word: dict[str, list[_Phrase]] = {}

    def add(self, text: str, pseudonym: str, *, in_any_case: bool = False) -> None:
        """Look for a text from now on; where it was added before, the pseudonym that it got then stays."""
        words = tuple(word.casefold() for word in _WORD.findall(text))
        if not words:
            return
        first = _WORD.search(text)
        literal = "" if in_any_case or first is None else text[first.start() :]
        alike = self._by_first_word.setdefault(words[0], [])
        if any((phrase.words, phrase.literal) == (words, literal) for phrase in alike):
            return
        alike.append(_Phrase(words, literal, pseudonym))
        alike.sort(key=lambda phrase: -len(phrase.words))

    def find(self, text: str) -> _Found:
        if not self._by_first_word:
            return
        at = 0
        while (word := _WORD.search(text, at)) is not None:
            at = word.end()
            for phrase in self._by_first_word.get(word[0].casefold(), ()):
                if (end := phrase.end_in(text, word)) is not None:
                    yield word.start(), end, phrase.pseudonym
                    at = end
                    break


class Anonymiser:
    """Gives pseudonyms by one key to all the records of an export.  Not to be used from two threads at a time."""

    def __init__(self, key: bytes, names: Names) -> None:
        """`key`, of up to 64 bytes, is drawn by lot and kept nowhere; `names` are those that ids are known by."""
        self._pseudonyms = Pseudonyms(key)
        self._ids, self._own_ids, self._names = _Phrases(), _Phrases(), _Phrases()
        self._noted: set[str] = set()
        self._passes: tuple[Callable[[str], _Found], ...] = (
            self._ids.find,
            self._find_own_ids,
            self._find_uuids,
            self._find_mails,
            self._find_ipv6,
            self._find_ipv4,
            self._find_hexadecimal,
            self._find_slugs,
            self._names.find,
        )
        self.names = self._learn(names)
        """The same names as pseudonyms, for the ids as they stand in `record`'s answers."""

    def record(self, record: AuditRecord) -> AuditRecord:
        """The record, as nobody can be found in it."""
        self._own_ids = _Phrases()
        for attribute in _LASTING:
            self._note(getattr(record, attribute), self._ids)
        for attribute in _PASSING:
            self._note(getattr(record, attribute), self._own_ids)
        sent = {name: self._shown(name, value, record) for name, value in record.as_api().items()}
        return AuditRecord.model_validate(sent)

    def text(self, text: str) -> str:
        """Any text, as nobody can be found in it."""
        return _replaced(text, self._find_escaped(text), self._unescaped) if "\\" in text else self._unescaped(text)

    # What is known

    def _learn(self, names: Names) -> Names:
        """Look for all that the directory knows, and give it pseudonyms."""
        known: dict[NameKind, dict[str, Named]] = {}
        for kind, everyone in names.known.items():
            known[kind] = {}
            for identifier, named in everyone.items():
                for word in (identifier, *named.aliases):
                    self._note(word, self._ids)
                label = self._shaped(named.name) or self._pseudonyms.name(kind, named.name)
                if _can_be_found(named.name) and not named.name.isdigit():
                    self._names.add(named.name, label, in_any_case=kind is NameKind.USER)
                aliases = tuple(map(self._identifier, named.aliases))
                known[kind][self._identifier(identifier)] = Named(label, aliases)
        return Names(known, names.refused)

    def _note(self, text: str, phrases: _Phrases) -> None:
        """Look for an id from now on, where it has no shape that is found anyhow."""
        text = text.strip()
        if text and text not in self._noted and _can_be_found(text) and not self._shaped(text):
            phrases.add(text, self._pseudonyms.identifier(text))
            if phrases is self._ids:
                self._noted.add(text)

    # What becomes of it

    def _shown(self, attribute: str, value: Any, record: AuditRecord) -> Any:
        if attribute in _LASTING or attribute in _PASSING:
            return self._identifier(value)
        if attribute == TIME.attribute and record.time is not None:
            return value
        try:
            return self._shown_value(value)
        except RecursionError:
            return LEFT_OUT

    def _shown_value(self, value: Any) -> Any:
        """A value of any kind, with what is in it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._shown_value(inner) for inner in value]
        if isinstance(value, dict):
            return {self.text(name): self._shown_value(inner) for name, inner in value.items()}
        if isinstance(value, int) and not isinstance(value, bool):
            return int(self.text(str(value)))
        return value

    def _identifier(self, value: str) -> str:
        """What stands for all of a value."""
        text = value.strip()
        return (self._shaped(text) or self._pseudonyms.identifier(text)) if text else value

    def _shaped(self, text: str) -> str:
        """What stands for a text whose shape says what it is, "" where it doesn't."""
        if _UUID.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
            return self._pseudonyms.hexadecimal(text)
        if _MAIL.fullmatch(text):
            return self._pseudonyms.mail(text)
        return self._address(text)

    def _address(self, text: str) -> str:
        """What stands for a network address, "" where it is none."""
        if _IPV4.fullmatch(text):
            numbers = [int(number) for number in text.split(".")]
            return str(self._pseudonyms.ipv4(IPv4Address(bytes(numbers)))) if max(numbers) < 256 else ""
        try:
            address = IPv6Address(text)
        except ValueError:
            return ""
        mapped = address.ipv4_mapped
        return f"::ffff:{self._pseudonyms.ipv4(mapped)}" if mapped else str(self._pseudonyms.ipv6(address))

    # Where it is found

    def _find_escaped(self, text: str) -> _Found:
        """JSON strings that have escapes, for what stands in them."""
        for string in _STRING.finditer(text):
            if "\\" not in string[1]:
                continue
            try:
                value = str(_decoder.decode(f'"{string[1]}"'))
            except ValueError:
                continue
            shown = self.text(value)
            yield string.start(1), string.end(1), string[1] if shown == value else _encoded(shown)

    def _unescaped(self, text: str) -> str:
        return _replaced(text, self._find_percent_encoded(text), self._plain) if "%" in text else self._plain(text)

    def _find_percent_encoded(self, text: str) -> _Found:
        """Runs of characters some of which are percent-encoded, for what these stand for."""
        for run in _RUN.finditer(text):
            if _PERCENT.search(run[0]):
                value = unquote(run[0], errors="surrogateescape")
                shown = self.text(value)
                anew = run[0] if shown == value else quote(shown, safe=_UNTOUCHED, errors="surrogateescape")
                yield run.start(), run.end(), anew

    def _plain(self, text: str, first: int = 0) -> str:
        """A text in which everything stands as it is; what one pass has replaced no other looks at."""
        if first == len(self._passes):
            return text
        return _replaced(text, self._passes[first](text), lambda between: self._plain(between, first + 1))

    def _find_own_ids(self, text: str) -> _Found:
        return self._own_ids.find(text)

    def _find_uuids(self, text: str) -> _Found:
        return ((*found.span(), self._pseudonyms.hexadecimal(found[0])) for found in _UUID.finditer(text))

    def _find_hexadecimal(self, text: str) -> _Found:
        return ((*found.span(), self._pseudonyms.hexadecimal(found[0])) for found in _HEXADECIMAL.finditer(text))

    def _find_mails(self, text: str) -> _Found:
        if "@" in text:
            yield from ((*found.span(), self._pseudonyms.mail(found[0])) for found in _MAIL.finditer(text))

    def _find_slugs(self, text: str) -> _Found:
        return ((*found.span(), self._pseudonyms.identifier(found[0])) for found in _SLUG.finditer(text))

    def _find_ipv4(self, text: str) -> _Found:
        for found in _IPV4.finditer(text):
            if shown := self._address(found[0]):
                yield *found.span(), shown

    def _find_ipv6(self, text: str) -> _Found:
        for found in _IPV6.finditer(text):
            written = found[0].rstrip(".")
            start = found.start() + (written.startswith(":") and not written.startswith("::"))
            end = found.start() + len(written) - (written.endswith(":") and not written.endswith("::"))
            address = text[start:end]
            if any(map(str.isalnum, address)) and (shown := self._address(address)):
                yield start, end, shown


def anonymous_query(query: AuditQuery) -> str:
    """The text of a query without its terms that could name somebody."""
    terms = (format_term(term) if _names_nobody(term) else LEFT_OUT for term in query.terms)
    return " ".join([*terms, format_time_terms(query.time_range)])


def without_clauses(text: str, query: AuditQuery) -> str:
    """A sentence about a query without such of its clauses as could name somebody."""
    for term in query.terms:
        if isinstance(term, Clause) and not _names_nobody(term):
            text = text.replace(format_term(term), LEFT_OUT)
    return text


def _names_nobody(term: Term) -> bool:
    return all(isinstance(part, Clause) and part.field in _OPEN for part in walk((term,)))


def _replaced(text: str, found: _Found, between: Callable[[str], str]) -> str:
    """A text with what was found replaced, and what stands between as `between` has it."""
    pieces: list[str] = []
    at = 0
    for start, end, shown in found:
        pieces += (between(text[at:start]), shown)
        at = end
    return "".join((*pieces, between(text[at:])))


def _can_be_found(text: str) -> bool:
    """Whether looking for a text finds it, and not much else."""
    shortest = _SHORTEST_NUMBER if text.isdigit() else _SHORTEST
    return len(text) >= shortest and text.casefold() not in _LITERALS


def _encoded(value: str) -> str:
    """The inside of a JSON string.  A lone surrogate is escaped, for it can't be written anywhere."""
    return json.dumps(value, ensure_ascii=_SURROGATE.search(value) is not None)[1:-1]
