"""Reads the text of the query bar: always a query, and whatever was wrong with the text, by the column.

Half-typed text is the common case.  What can't be meant is told and left out; nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from tui.domain.clean import clean
from tui.domain.errors import TimeTextError
from tui.domain.expressions import problem_with
from tui.domain.fields import BY_ANY_NAME, Field, Kind
from tui.domain.query import (
    DEEPEST,
    AllOf,
    AuditQuery,
    Clause,
    How,
    Term,
    Text,
    Value,
    all_of,
    any_of,
    negated,
    nesting,
    same_place,
)
from tui.domain.query_check import TIME_WORDS, complaint, doubt, unknown_field
from tui.domain.query_scanner import (
    BARE,
    KEYWORD,
    Complaint,
    Read,
    match_qualifier,
    means_keyword,
    read_path,
    read_quoted,
    read_text,
    reader_of,
)
from tui.domain.query_time import TimeTerms
from tui.domain.time_range import LAST_DAY, TimeRange

_TOO_DEEP = Complaint(f"groups are nested more than {DEEPEST} deep")
_NOT_TIME = Complaint(
    "records can't be asked for their time itself; since:, until: and created: set a range", "created"
)
_NEGATION = re.compile(r"-(?=\S)|NOT(?=[\s()|\"]|$)")
_BLANKS = re.compile(r"\s+")
_ANOTHER_WORD = re.compile(rf"\s+{BARE.pattern}")


class Role(StrEnum):
    """What a piece of a query's text is, for its looks."""

    FIELD = "field"
    SIGN = "sign"
    VALUE = "value"
    TEXT = "text"
    KEYWORD = "keyword"


class Token(NamedTuple):
    """A piece of the text, from `start` up to `end`."""

    start: int
    end: int
    role: Role


class Diagnostic(NamedTuple):
    """What is wrong with the text from `start` up to `end`; `fix` is what may have been meant in its place."""

    start: int
    end: int
    message: str
    fix: str = ""


class Placed(NamedTuple):
    """A term of the query and where it was written."""

    start: int
    end: int
    term: Term


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text means, how it is made up, and what is wrong with it."""

    text: str
    query: AuditQuery
    tokens: tuple[Token, ...] = ()
    terms: tuple[Placed, ...] = ()
    """Each term of the query where it was written: in several places where those mean one, and several in one place
    where a group wasn't needed.  Where an OR stands outside of groups all of the text is one term."""
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_query(text: str, *, now: datetime, zone: tzinfo | None = UTC, time_range: TimeRange = LAST_DAY) -> Parsed:
    """Read a query.  Times are meant as in `parse_moment`; `time_range` holds where the text sets none."""
    return _Parser(text, TimeTerms(time_range, now, zone)).parse()


def parse_values(name: str, text: str) -> tuple[tuple[Value, ...], tuple[Diagnostic, ...]]:
    """The values that may stand behind a field's colon, as a text of their own."""
    field = BY_ANY_NAME[name]
    parser = _Parser(text, TimeTerms(LAST_DAY, datetime.fromtimestamp(0, UTC), UTC))
    if not parser.skip_blanks():
        return (), ()
    values = parser.read_values(field.name)
    if parser.skip_blanks():
        rest = Complaint(f"a comma is missing before '{clean(text[parser.position :], 40)}'")
        parser.complain(parser.position, len(text), rest)
    return values, tuple(parser.diagnostics)


class _Parser:
    def __init__(self, text: str, times: TimeTerms) -> None:
        self.text = text
        self.position = 0
        self.diagnostics: list[Diagnostic] = []
        self._times = times
        self._last_time = (0, 0)
        self._tokens: list[Token] = []
        self._gave_up = False

    def parse(self) -> Parsed:
        alternatives = self._read_alternatives(depth=0)
        term = _joined(alternatives)
        if term is not None and nesting(term) > DEEPEST:
            self.complain(0, len(self.text), _TOO_DEEP)
            alternatives, term = [], None
        query = AuditQuery(self._time_range(), (term,) if term else ())
        placed = _placed(alternatives, query)
        return Parsed(self.text, query, tuple(self._tokens), placed, tuple(sorted(self.diagnostics)))

    # Groups

    def _read_alternatives(self, depth: int) -> list[list[Placed]]:
        """The terms up to the end of the text or of the group, in lists that have an OR between them."""
        alternatives: list[list[Placed]] = [[]]
        told = len(self.diagnostics)
        keyword: Token | None = None
        anything = False
        while self.skip_blanks() and not (depth and self._at(")")):
            if found := self._read_keyword():
                is_or = self._text_of(found) != "AND"
                if not anything or (is_or and self._is_lacking(alternatives[-1], told)):
                    self._complain_of(found, "needs a term before it")
                elif is_or:
                    alternatives.append([])
                    told = len(self.diagnostics)
                keyword, anything = found, False
                continue
            anything = True
            if term := self._read_term(depth):
                alternatives[-1].append(term)
        if keyword and (not anything or (len(alternatives) > 1 and self._is_lacking(alternatives[-1], told))):
            self._complain_of(keyword, "needs a term behind it")
        return [terms for terms in alternatives if terms]

    def _is_lacking(self, terms: list[Placed], told: int) -> bool:
        """Whether there are no terms where something was read, as a range of time, that nothing is wrong with."""
        return not terms and len(self.diagnostics) == told

    def _read_keyword(self) -> Token | None:
        """The AND or OR that stands here."""
        match = KEYWORD.match(self.text, self.position)
        if match is None or match[0] == "NOT":
            return None
        self._take(match.end(), Role.KEYWORD)
        return self._tokens[-1]

    def _read_term(self, depth: int) -> Placed | None:
        start = self.position
        turned = self._read_negation()
        here = self.position
        if here == len(self.text) or self._at(")") or KEYWORD.match(self.text, here):
            self._complain_of_nothing(start, here)
            return None
        if self._at("("):
            term = self._read_group(depth)
        elif match := match_qualifier(self.text, here):
            term = self._read_clause(match, alone=not depth and here == start)
        else:
            term = self._read_text()
        if term is None:
            return None
        return Placed(start, self.position, negated(term) if turned else term)

    def _read_negation(self) -> bool:
        """Whether the minuses and NOTs that stand here turn what follows into its opposite."""
        turned = False
        while match := _NEGATION.match(self.text, self.position):
            self._take(match.end(), Role.SIGN)
            self.skip_blanks()
            turned = not turned
        return turned

    def _complain_of_nothing(self, start: int, here: int) -> None:
        """Say that a negation has nothing to negate, or a parenthesis nothing to close."""
        if start < here:
            sign = self._text_of(self._tokens[-1])
            self.complain(start, here, Complaint(f"{'the minus' if sign == '-' else sign} needs a term behind it"))
        else:
            self._take(here + 1, Role.SIGN)
            self.complain(here, here + 1, Complaint("this parenthesis closes nothing"))

    def _read_group(self, depth: int) -> Term | None:
        start, told = self.position, len(self.diagnostics)
        self._take(start + 1, Role.SIGN)
        if depth == DEEPEST:
            self.complain(start, start + 1, _TOO_DEEP)
            self._take(len(self.text), Role.TEXT)
            self._gave_up = True
            return None
        alternatives = self._read_alternatives(depth + 1)
        if self._at(")"):
            self._take(self.position + 1, Role.SIGN)
        elif not self._gave_up:
            self.complain(start, start + 1, Complaint("this parenthesis is never closed"))
        if not alternatives and len(self.diagnostics) == told:
            self.complain(start, self.position, Complaint("there is nothing between these parentheses"))
        return _joined(alternatives)

    # Terms

    def _read_text(self) -> Term | None:
        start = self.position
        read = read_text(self.text, start)
        self._take(read.end, Role.TEXT)
        if read.complaint:
            self.complain(start, read.end, read.complaint)
        elif found := self._bad_text(start, read):
            self.complain(start, read.end, found)
            return None
        return Text(read.value) if read.value is not None else None

    def _bad_text(self, start: int, read: Read) -> Complaint | None:
        if read.value is None:
            return Complaint("there is nothing between these quotes")
        if read.value.how is How.REGEX:
            problem = problem_with(read.value.text)
            return Complaint(problem) if problem else None
        word = self.text[start : read.end]
        if word == "-":
            return Complaint("the minus needs a term right behind it, as in -status:403")
        if means_keyword(word) and self._joins(word, start, read.end):
            return Complaint(f"{word} joins terms in capitals only; put it in quotes to look for it", word.upper())
        return None

    def _joins(self, word: str, start: int, end: int) -> bool:
        """Whether a word that would be a keyword in capitals stands where one could."""
        if word.upper() == "NOT":
            following = _BLANKS.match(self.text, end)
            at = following.end() if following else end
            return self.text.startswith("(", at) or match_qualifier(self.text, at) is not None
        return start > 0 and _ANOTHER_WORD.match(self.text, end) is not None

    def _read_clause(self, match: re.Match[str], *, alone: bool) -> Term | None:
        start = self.position
        name, path = match[1].lower(), match[2]
        field = BY_ANY_NAME.get(name)
        self._take(match.end(), Role.FIELD)
        if name in TIME_WORDS and not path:
            self._read_time(start, name, alone=alone)
            return None
        if found := self._misnamed(match, field):
            self.diagnostics.append(found)
            for _ in self._values(name):
                pass  # they belong to what is wrong
            return None
        name = field.name if field else name
        values = self.read_values(name)
        return Clause(name, values, read_path(path)) if values else None

    def _misnamed(self, match: re.Match[str], field: Field | None) -> Diagnostic | None:
        """What is wrong with what stands before a colon."""
        name, path = match[1], match[2]
        if field is None and name.lower() not in ("is", "has"):
            return _diagnostic(match.start(1), match.end(1), unknown_field(name))
        if field is not None and field.kind is Kind.TIME:
            return _diagnostic(match.start(1), match.end(1), _NOT_TIME)
        if path and (field is None or field.kind is not Kind.JSON):
            problem = f"{name.lower()}: has no path; only body, header and query have one"
            return _diagnostic(match.start(2), match.end(2), Complaint(problem))
        return None

    def read_values(self, name: str) -> tuple[Value, ...]:
        """The values of a field or predicate that stand here, those left out that can't be meant."""
        values: list[Value] = []
        for start, read in self._values(name):
            if read.complaint:
                self.complain(start, read.end, read.complaint)
            if read.value is None:
                if not read.complaint:
                    self._complain_of_no_value(name, start)
            elif found := self._bad_value(name, read.value, start):
                self.complain(start, read.end, found)
            else:
                values.append(read.value)
        return tuple(dict.fromkeys(values))

    def _values(self, name: str) -> Iterator[tuple[int, Read]]:
        """The values that stand here, and where each begins."""
        read_one = reader_of(name)
        while True:
            start = self.position
            read = read_one(self.text, start)
            self._take(read.end, Role.VALUE)
            yield start, read
            if not self._at(","):
                return
            self._take(self.position + 1, Role.SIGN)

    def _bad_value(self, name: str, value: Value, start: int) -> Complaint | None:
        is_quoted = self.text.startswith('"', start)
        return complaint(name, value) or (None if is_quoted else doubt(name, value))

    def _complain_of_no_value(self, name: str, start: int) -> None:
        """Say that a value is missing, below what it should stand behind."""
        before = self._tokens[-1] if self._tokens else Token(start, start + 1, Role.SIGN)
        if before.role is Role.FIELD:
            self.complain(before.start, before.end, Complaint(f"{name}: needs a value right behind it"))
        else:
            self.complain(before.start, before.end, Complaint("a value is missing right behind this"))

    # Times

    def _read_time(self, start: int, word: str, *, alone: bool) -> None:
        at = self.position
        written, end, unclosed = self._written_time(word)
        self._take(end, Role.VALUE)
        if unclosed:
            self.complain(at, end, unclosed)
        if not written:
            self.complain(start, end, Complaint(f"{word}: needs a time, such as 4h, yesterday or 2026-11-20T14:05"))
        elif not alone:
            problem = f"{word}: is for the whole query, so it can't be negated or stand in a group"
            self.complain(start, end, Complaint(problem))
        elif problem := self._times.problem_with(word):
            self.complain(start, end, Complaint(problem))
        else:
            self._take_time(word, written, at, end)

    def _written_time(self, word: str) -> tuple[str, int, Complaint | None]:
        """The time that stands here: in quotes, or one word, or two where only those together make a time."""
        if self._at('"'):
            return read_quoted(self.text, self.position)
        match = BARE.match(self.text, self.position)
        if match is None:
            return "", self.position, None
        more = _ANOTHER_WORD.match(self.text, match.end())
        if more and self._times.can_take(word, match[0] + more[0]):
            return match[0] + more[0], more.end(), None
        return match[0], match.end(), None

    def _take_time(self, word: str, written: str, start: int, end: int) -> None:
        try:
            self._times.take(word, written)
            self._last_time = (start, end)
        except TimeTextError as error:
            self.complain(start, end, Complaint(str(error)))

    def _time_range(self) -> TimeRange:
        found, problem = self._times.time_range()
        if problem:
            self.complain(*self._last_time, Complaint(problem))
        return found

    # The text

    def complain(self, start: int, end: int, found: Complaint) -> None:
        self.diagnostics.append(_diagnostic(start, end, found))

    def _complain_of(self, token: Token, problem: str) -> None:
        self.complain(token.start, token.end, Complaint(f"{self._text_of(token)} {problem}"))

    def skip_blanks(self) -> bool:
        """Go to the next character that is not a blank; False at the end of the text."""
        if blanks := _BLANKS.match(self.text, self.position):
            self.position = blanks.end()
        return self.position < len(self.text)

    def _take(self, end: int, role: Role) -> None:
        if end > self.position:
            self._tokens.append(Token(self.position, end, role))
            self.position = end

    def _at(self, sign: str) -> bool:
        return self.text.startswith(sign, self.position)

    def _text_of(self, token: Token) -> str:
        return self.text[token.start : token.end]


def _joined(alternatives: list[list[Placed]]) -> Term | None:
    """The term that holds where all of one list do; None where there is none."""
    joined = [all_of(placed.term for placed in terms) for terms in alternatives]
    return any_of(joined) if joined else None


def _placed(alternatives: list[list[Placed]], query: AuditQuery) -> tuple[Placed, ...]:
    """The query's terms where they were written."""
    if len(alternatives) > 1:
        first, last = alternatives[0][0], alternatives[-1][-1]
        return tuple(Placed(first.start, last.end, term) for term in query.terms)
    in_query = {same_place(term): term for term in query.terms}
    return tuple(
        Placed(start, end, in_query[same_place(part)])
        for start, end, term in chain.from_iterable(alternatives)
        for part in (term.terms if isinstance(term, AllOf) else (term,))
    )


def _diagnostic(start: int, end: int, found: Complaint) -> Diagnostic:
    return Diagnostic(start, end, found.problem, found.fix)
