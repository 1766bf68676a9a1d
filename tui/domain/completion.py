"""What may be meant by what is begun at a place of a query's text, from the field table and from what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple, TypeVar

from tui.domain.clean import UNLIMITED, clean
from tui.domain.fields import BY_ANY_NAME, BY_NAME, COLUMNS, FIELDS, Field, Kind
from tui.domain.names import Names
from tui.domain.predicates import PREDICATES
from tui.domain.query_check import TIME_WORDS, complaint
from tui.domain.query_parser import Role, Token, parse_query
from tui.domain.query_scanner import BARE, QUALIFIER, format_path, read_path, read_value
from tui.domain.query_text import format_values
from tui.domain.query_values import BLANK, Value

MOST_CANDIDATES = 20

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a text is read for how it is made up, and not for what its times mean."""
_MOST_PEOPLE = 8
"""Fewer than of other values: the clearest word for somebody takes a look at everybody."""
_SURELY_AN_ID = 6
"""Characters that are more likely the beginning of an id than of a name."""
_LONGEST_VALUE = 500
_LABEL_LENGTH = 60
_JSON_FIELDS = tuple(field for field in FIELDS if field.kind is Kind.JSON)
T = TypeVar("T")


class Candidate(NamedTuple):
    """Something to put in: the text, and the cleaned words that are shown of it."""

    insert: str
    label: str
    about: str = ""


class Completion(NamedTuple):
    """What may stand in place of the text from `start` up to `end`, the likeliest first."""

    start: int
    end: int
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What completion can know: names, and the values in the present result with their counts, the most frequent first.

    `seen` is asked for a field (`status`, with ids and not names for people), for a path (`body.name`), and for `body`,
    `header` or `query` alone, whose paths it gives as a query writes them (`limits."a b"`).
    """

    names: Names
    seen: Callable[[str], Sequence[tuple[str, int]]]


NOTHING_KNOWN = Known(Names(), lambda _: ())


class Slot(NamedTuple):
    """A place for a value: where its clause begins and of what it is, over which part of the text the value goes, what
    is typed there, and the other values of the clause."""

    clause: int
    name: str
    path: str
    start: int
    end: int
    typed: str
    others: frozenset[str]


class _Offer(NamedTuple):
    """A completion whose candidates are only worked out as far as they are wanted."""

    start: int
    end: int
    candidates: Iterable[Candidate] = ()


class _Named(NamedTuple):
    """A candidate and the words that it is found by."""

    words: tuple[str, ...]
    candidate: Candidate


def _word(word: str, about: str = "") -> _Named:
    return _Named((word,), Candidate(word, word, about))


_MOMENTS = tuple(_word(*moment) for moment in (
    ("15m", "15 minutes ago"), ("1h", "an hour ago"), ("4h", "4 hours ago"), ("24h", "a day ago"), ("7d", "a week ago"),
    ("30d", "30 days ago"), ("today",), ("yesterday",), ("mon", "the last Monday"), ("tue", "the last Tuesday"),
    ("wed", "the last Wednesday"), ("thu", "the last Thursday"), ("fri", "the last Friday"),
    ("sat", "the last Saturday"), ("sun", "the last Sunday"),
))  # fmt: skip
_WORDS = {
    "is": tuple(_word(word, predicate.about) for word, predicate in PREDICATES.items()),
    **dict.fromkeys(TIME_WORDS, _MOMENTS),
}
"""What may stand behind the words of the notation that are no fields."""
_STATUS_GROUPS = (_word("4xx", "400 to 499"), _word("5xx", "500 to 599"), _word(">=400", "400 and above"))


def complete(text: str, cursor: int, known: Known) -> Completion:
    """What may be meant by what is begun at `cursor`; never raises.

    Free text is only ever taken for the beginning of a field.  What is offered can be read in its place, save that
    whether a range of time ends before it begins depends on the clock.
    """
    start, end, candidates = _offer(text, cursor, known)
    new = (candidate for candidate in _once(candidates) if candidate.insert != text[start:end])
    return Completion(start, end, tuple(islice(new, MOST_CANDIDATES)))


def _offer(text: str, cursor: int, known: Known) -> _Offer:
    tokens = tokens_of(text)
    last = next((token for token in reversed(tokens) if token.start < cursor), Token(0, 0, Role.TEXT))
    written = text[last.start : last.end]
    if cursor > last.end or not written:
        return _new_term(text, cursor, tokens) if not text[last.end : cursor].strip() else _Offer(cursor, cursor)
    if slot := slot_at(text, cursor, tokens):
        taken = slot.name not in TIME_WORDS or _takes_time(text, slot.clause, tokens, slot.name)
        return _Offer(slot.start, slot.end, _values(slot, known) if taken else ())
    if last.role is Role.FIELD:
        return _in_field(text, cursor, last, tokens, known)
    if written in ("-", "("):
        return _new_term(text, cursor, tokens)
    return _bare_word(text, cursor, last, tokens, known) if last.role is Role.TEXT else _Offer(cursor, cursor)


def _once(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    inserted: set[str] = set()
    for candidate in candidates:
        if candidate.insert not in inserted:
            inserted.add(candidate.insert)
            yield candidate


def tokens_of(text: str) -> tuple[Token, ...]:
    """How a text is made up."""
    return parse_query(text, now=_ANY_TIME).tokens


# Where the cursor is


def slot_at(text: str, cursor: int, tokens: Sequence[Token]) -> Slot | None:
    """The place for a value that `cursor` is in, or None."""
    before = [token for token in tokens if token.start < cursor]
    if not before or cursor > before[-1].end:
        return None
    last = before[-1]
    clause = _clause(text, tokens, len(before) - 1)
    match = QUALIFIER.match(text, clause[0].start) if clause else None
    if match is None or (last.role is Role.FIELD and cursor < last.end):
        return None
    start = last.start if last.role is Role.VALUE else cursor
    field = BY_ANY_NAME.get(match[1].lower())
    others = (text[token.start : token.end] for token in clause if token.role is Role.VALUE and token.start != start)
    return Slot(
        clause[0].start,
        field.name if field else match[1].lower(),
        match[2],
        start,
        _value_end(text, start, cursor, clause),
        text[start:cursor].removeprefix('"'),
        frozenset(others),
    )


def _clause(text: str, tokens: Sequence[Token], at: int) -> list[Token]:
    """The tokens of the clause that token number `at` belongs to; none where that stands outside of clauses."""
    first = at
    while first >= 0 and _continues(text, tokens[first]):
        first -= 1
    if first < 0 or tokens[first].role is not Role.FIELD:
        return []
    after = first + 1
    while after < len(tokens) and _continues(text, tokens[after]):
        after += 1
    return list(tokens[first:after])


def _continues(text: str, token: Token) -> bool:
    return token.role is Role.VALUE or (token.role is Role.SIGN and text[token.start] == ",")


def _value_end(text: str, start: int, cursor: int, clause: Iterable[Token]) -> int:
    """Where the value that begins at `start` ends; half a quote has swallowed the terms behind it."""
    token = next((token for token in clause if token.role is Role.VALUE and token.start == start), None)
    if token is None:
        return cursor
    if read_value(text, start, Kind.WORD).complaint is None:
        return token.end
    rest = BARE.match(text, cursor)
    return rest.end() if rest else cursor


# Fields


def _beginnings() -> tuple[_Named, ...]:
    """What a term may begin with, that which is asked for most often first."""
    shown = [column for column in COLUMNS if column.kind is not Kind.TIME]
    rest = [field for field in FIELDS if field not in COLUMNS and field.kind is not Kind.TIME]
    return (
        _Named(("is",), Candidate("is:", "is:", f"{', '.join(PREDICATES)}")),
        _Named(("since",), Candidate("since:", "since:", "from a time on: 24h, yesterday, 2026-11-20T14:05")),
        *(_beginning(field) for field in (*shown, *rest)),
        _Named(("has",), Candidate("has:", "has:", "something stands at a path: has:body.usage_limits")),
        _Named(("until",), Candidate("until:", "until:", "up to a time")),
        _Named(("created",), Candidate("created:", "created:", "within a time: yesterday, 14:00..14:30")),
    )


def _beginning(field: Field) -> _Named:
    insert = f"{field.name}{'.' if field.kind is Kind.JSON else ':'}"
    return _Named((field.name, *field.aliases), Candidate(insert, insert, field.about))


_BEGINNINGS = _beginnings()


def _new_term(text: str, cursor: int, tokens: Sequence[Token]) -> _Offer:
    """All that a term can begin with, where there is room for one."""
    if text[cursor : cursor + 1].strip() not in ("", ")"):
        return _Offer(cursor, cursor)
    return _Offer(cursor, cursor, (named.candidate for named in _possible(text, cursor, tokens)))


def _bare_word(text: str, cursor: int, word: Token, tokens: Sequence[Token], known: Known) -> _Offer:
    """Free text as the beginning of a field, or of a path in one."""
    typed = text[word.start : cursor]
    name, dot, path = typed.partition(".")
    field = BY_ANY_NAME.get(name.lower())
    if dot and field in _JSON_FIELDS:
        return _Offer(word.start + len(name) + 1, word.end, _found(path, _paths(field, known, ":")))
    folded = typed.casefold()
    fitting = [n for n in _possible(text, word.start, tokens) if any(called.startswith(folded) for called in n.words)]
    fitting.sort(key=lambda named: not named.words[0].startswith(folded))
    return _Offer(word.start, word.end, [named.candidate for named in fitting])


def _in_field(text: str, cursor: int, token: Token, tokens: Sequence[Token], known: Known) -> _Offer:
    """Another name for the field of a clause, or another path in it; what stands behind it stays."""
    match = QUALIFIER.match(text, token.start)
    if match is None:
        return _Offer(cursor, cursor)
    name_end, path_end = match.end(1), match.end(2)
    if cursor > name_end:
        field = BY_ANY_NAME.get(match[1].lower())
        return _Offer(name_end + 1, path_end, _found(text[name_end + 1 : cursor], _paths(field, known)))
    possible = _possible(text, token.start, tokens)
    wanted = (named for named in possible if path_end == name_end or named.candidate.insert.endswith("."))
    found = _found(text[token.start : cursor], wanted)
    return _Offer(token.start, name_end, (candidate._replace(insert=candidate.insert[:-1]) for candidate in found))


def _possible(text: str, start: int, tokens: Sequence[Token]) -> Iterator[_Named]:
    """What the term that begins at `start` may begin with."""
    for named in _BEGINNINGS:
        word = named.words[0]
        if word not in TIME_WORDS or _takes_time(text, start, tokens, word):
            yield named


def _takes_time(text: str, start: int, tokens: Sequence[Token], word: str) -> bool:
    """Whether the term that begins at `start` can set the range of time: alone, and once."""
    before = [text[token.start : token.end] for token in tokens if token.end <= start]
    depth = 0
    for sign in before:
        depth = max(0, depth + (sign == "(") - (sign == ")"))
    fields = (text[t.start : t.end - 1].lower() for t in tokens if t.role is Role.FIELD and t.start != start)
    given = [field for field in fields if field in TIME_WORDS]
    both_ends = bool(given) and "created" in (word, *given)
    return not (depth or before[-1:] in (["-"], ["NOT"]) or word in given or both_ends)


# Values


def _values(slot: Slot, known: Known) -> Iterator[Candidate]:
    field = BY_NAME.get(slot.name)
    found: Iterable[Candidate] = ()
    if slot.path and field not in _JSON_FIELDS:
        pass  # there is no such place
    elif slot.name in _WORDS:
        found = _found(slot.typed, _WORDS[slot.name])
    elif slot.name == "has":
        found = _found(slot.typed, _places(known))
    elif field is not None and field.names:
        found = _people(field, slot.typed, known)
    elif field is not None and field.kind is not Kind.TIME:
        found = _found(slot.typed, _field_values(field, slot.path, known))
    return (candidate for candidate in found if candidate.insert not in slot.others)


def _field_values(field: Field, path: str, known: Known) -> Iterator[_Named]:
    """Values that were seen, then those that are known, then groups of them."""
    place = field.name + format_path(read_path(path))
    seen = known.seen(place) if path or field not in _JSON_FIELDS else ()
    for text, count in seen:
        if candidate := _value(field.name, text, _times(count)):
            yield _Named((text or "none",), candidate)
    folded = {text.casefold() for text, _ in seen}
    for text in field.choices if not path else ():
        if text.casefold() not in folded and (candidate := _value(field.name, text)):
            yield _Named((text,), candidate)
    if field.kind is Kind.NUMBER:
        yield from _STATUS_GROUPS


def _people(field: Field, typed: str, known: Known) -> Iterator[Candidate]:
    """Whoever was seen, then everybody else who is known, under their names."""
    counts = dict(known.seen(field.name))
    everybody = (who for kind in field.names for who in known.names.known.get(kind, {}))
    by_id = len(typed) >= _SURELY_AN_ID
    fitting = _ranked(
        typed,
        dict.fromkeys((*counts, *everybody)),
        lambda who: (*_called(field, who, known.names), *([who] if by_id else [])),
    )
    for who in islice(fitting, _MOST_PEOPLE):
        name, *aliases = known.names.words(field.names, who) or (who,)
        other_word = next(iter(aliases), who if name != who else "")
        about = [clean(other_word, _LABEL_LENGTH)] if other_word else []
        if who in counts:
            about.append(_times(counts[who]))
        if candidate := _value(field.name, known.names.word_for(field.names, who), "  ".join(about), name):
            yield candidate


def _called(field: Field, who: str, names: Names) -> tuple[str, ...]:
    """All that somebody may be looked for by."""
    name, *aliases = names.words(field.names, who) or (who,)
    return (name, *name.replace("-", " ").split(), *aliases)


def _places(known: Known) -> Iterator[_Named]:
    """Paths that a record may have something at."""
    for field in _JSON_FIELDS:
        yield _Named((field.name,), Candidate(field.name, field.name, field.about))
    for field in _JSON_FIELDS:
        for path, count in known.seen(field.name):
            if candidate := _value("has", f"{field.name}.{path}", _times(count)):
                yield _Named((candidate.label, path), candidate)


def _paths(field: Field | None, known: Known, ending: str = "") -> Iterator[_Named]:
    """Paths in a field that were seen, as they stand behind its dot."""
    for path, count in known.seen(field.name) if field in _JSON_FIELDS else ():
        writable = QUALIFIER.fullmatch(f"body.{path}:") and clean(path, UNLIMITED) == path
        if writable and len(path) <= _LONGEST_VALUE:
            yield _Named((path,), Candidate(path + ending, clean(path + ending, _LABEL_LENGTH), _times(count)))


def _value(name: str, text: str, about: str = "", label: str = "") -> Candidate | None:
    """A text as an exact value of a field, None where it can't be one."""
    value = Value(text) if text else BLANK
    if len(text) > _LONGEST_VALUE or complaint(name, value):
        return None
    return Candidate(format_values(name, (value,)), clean(label or text or "none", _LABEL_LENGTH), about)


def _times(count: int) -> str:
    return f"×{count:,}"


# Finding


def _found(typed: str, named: Iterable[_Named]) -> Iterator[Candidate]:
    """The candidates that are called what was typed: from its beginning first, then anywhere in it."""
    return (found.candidate for found in _ranked(typed, named, lambda found: found.words))


def _ranked(typed: str, items: Iterable[T], words: Callable[[T], tuple[str, ...]]) -> Iterator[T]:
    folded = typed.casefold()
    later = []
    for item in items:
        called = "\n".join(("", *words(item))).casefold()
        if f"\n{folded}" in called:
            yield item
        elif folded in called:
            later.append(item)
    yield from later
