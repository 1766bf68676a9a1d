"""What a command line asks, read into one query: words, a saved view among them, and flags that narrow it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from tui.cli.manners import Refused
from tui.cli.opening import EVER
from tui.cli.pointing import Piece
from tui.domain.clean import clean
from tui.domain.errors import QueryError
from tui.domain.fields import BY_ANY_NAME, BY_NAME, ORGANISATION, Kind
from tui.domain.names import NameKind
from tui.domain.query import AuditQuery, Clause, How, Term, Value, walk
from tui.domain.query_check import TIME_WORDS, check_file_values
from tui.domain.query_parser import Diagnostic, Parsed, Role, Token, parse_query, parse_values
from tui.domain.query_scanner import read_value
from tui.domain.query_text import quote
from tui.domain.time_range import TimeRange
from tui.settings import Flags, Settings, SettingsError, Surface
from tui.state.value_file import read_values

if TYPE_CHECKING:
    from tui.cli.opening import GivenFile
    from tui.domain.names import Names
    from tui.domain.plan import Unnamed
    from tui.state.views import SavedView, ViewShelf

_VIEW_SIGN = "@"
_MOST_NAMED = 8
_HEADING = "this can't be asked:"


class Demo(Enum):
    """The made-up histories that can be asked; of the hostile one attackers wrote the texts."""

    USUAL = "usual"
    HOSTILE = "hostile"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was told: words of a query, flags that narrow it (by the field's name), where to ask, and how the
    explorer is to use the terminal.  `file`: its records are all that is asked."""

    words: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    since: str = ""
    until: str = ""
    flags: Flags = field(default_factory=Flags)
    surface: Surface = field(default_factory=Surface)
    demo: Demo | None = None
    offline: bool = False
    file: GivenFile | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the values in files that it names (by their paths), and the texts that it was read from."""

    query: AuditQuery
    files: Mapping[str, tuple[str, ...]]
    pieces: tuple[Piece, ...]

    def refuse_names(self, unclear: Iterable[Unnamed], names: Names) -> Refused:
        """The refusal to go on with words that mean nobody, or several."""
        lines = [_HEADING]
        for found in unclear:
            field_name, told = found.clause.field, _whom(found, names)
            lines += _pointed_at(self.pieces, field_name, Value(found.word), told)
        return Refused(lines)


def _whom(found: Unnamed, names: Names) -> str:
    """Whom a word may mean, or why it means nobody."""
    if not found.meant:
        kinds = BY_NAME[found.clause.field].names
        refused = (names.refused[kind] for kind in kinds if kind in names.refused)
        none = "nothing" if NameKind.WORKSPACE in kinds else "nobody"
        return ": ".join([f"{none} is known as {clean(found.word)}", *refused])
    fitting = [f"{clean(named.name)} ({clean(identifier)})" for identifier, named in found.meant.items()]
    others = f" and {len(fitting) - _MOST_NAMED:,} more" if len(fitting) > _MOST_NAMED else ""
    return f"{clean(found.word)} may be {', '.join(fitting[:_MOST_NAMED])}{others}: write more of it, or the id"


def read_question(asked: Asked, settings: Settings, now: datetime, views: ViewShelf) -> Question:
    """The query that is asked, its times in UTC.  Of a file it is about all that is in it, where it doesn't say when.

    Raises `Refused` where it can't be meant, and `SettingsError`; `SourceError` where there is no room for the file.
    """
    text = " ".join(asked.words).strip()
    query, pieces = AuditQuery(_usual_range(settings, now) if asked.file is None else EVER), []
    opened = ""
    if text.startswith(_VIEW_SIGN):
        view, text = _view(text, views)
        opened = f"{_VIEW_SIGN}{view.name} "
        saved = _parse(view.query, opened, query.time_range, now)
        query = saved.query
        pieces.append(Piece(view.query, opened, saved.tokens))
    typed = _parse(text, opened, query.time_range, now)
    here = Piece(text, opened, typed.tokens)
    for placed in typed.terms:
        if _would_widen(query, placed.term):
            told = "the view says that field already, so this can't narrow it further"
            raise _refusal(here, Diagnostic(placed.start, placed.end, told))
    query = query.and_(*typed.query.terms).with_range(typed.query.time_range)
    pieces.append(here)
    query = _with_times(query, asked, here, now)
    for name, said in asked.filters.items():
        piece = Piece(said, f"{BY_NAME[name].flag} ", (Token(0, len(said), Role.VALUE),))
        query = _with_filter(query, name, piece, pieces)
        pieces.append(piece)
    if settings.organisation_id and query.clause(ORGANISATION.name) is None:
        query = query.with_(ORGANISATION.name, (Value(settings.organisation_id),))
    files = _read_files(query, pieces)
    if asked.file is not None:
        query = query.with_range(asked.file.fitted(query.time_range, now))
    return Question(query, files, tuple(pieces))


def _parse(text: str, shown_before: str, usual: TimeRange, now: datetime) -> Parsed:
    parsed = parse_query(text, now=now, time_range=usual)
    if parsed.diagnostics:
        raise _refusal(Piece(text, shown_before), *parsed.diagnostics)
    return parsed


def _usual_range(settings: Settings, now: datetime) -> TimeRange:
    """The range of time where nothing on the command line sets one."""
    parsed = parse_query(f"since:{quote(settings.since)}", now=now)
    for problem in parsed.diagnostics:
        raise SettingsError(f"since, in the environment or the configuration: {problem.message}")
    return parsed.query.time_range


def _view(text: str, views: ViewShelf) -> tuple[SavedView, str]:
    """The saved view that a text begins with, the one with the longest name that fits, and what follows."""
    try:
        known = views.views()
    except QueryError as error:
        raise Refused([str(error)]) from None
    said = text.removeprefix(_VIEW_SIGN)
    for view in sorted(known, key=lambda view: -len(view.name)):
        head, rest = said[: len(view.name)], said[len(view.name) :]
        if head.casefold() == view.name.casefold() and (not rest or rest[0].isspace()):
            return view, rest.strip()
    word = said.partition(" ")[0]
    near = difflib.get_close_matches(word, [view.name for view in known], 1)
    advice = f"did you mean {_VIEW_SIGN}{near[0]}?" if near else f"there are {', '.join(view.name for view in known)}"
    told = f"there is no saved view {clean(word, 40)!r}; {clean(advice)}"
    raise _refusal(Piece(text), Diagnostic(0, len(word) + 1, told))


def _with_times(query: AuditQuery, asked: Asked, here: Piece, now: datetime) -> AuditQuery:
    """The query with the range that --since and --until set."""
    terms = {name: f"{name}:{quote(said)}" for name, said in (("since", asked.since), ("until", asked.until)) if said}
    if not terms:
        return query
    given = next(here.tokens_with(Role.FIELD, lambda text: text.lower().rstrip(":") in TIME_WORDS), None)
    if given is not None:
        flags = " and ".join(f"--{name}" for name in terms)
        told = f"the query sets its range of time already: leave out this, or {flags}"
        raise _refusal(here, Diagnostic(given.start, given.end, told))
    parsed = parse_query(" ".join(terms.values()), now=now, time_range=query.time_range)
    if parsed.diagnostics:
        problem = parsed.diagnostics[0]
        flag = "--since" if "since" in terms and problem.start < len(terms["since"]) else "--until"
        raise Refused([f"{flag}: {problem.message}"])
    return query.with_range(parsed.query.time_range)


def _with_filter(query: AuditQuery, name: str, piece: Piece, before: Iterable[Piece]) -> AuditQuery:
    """The query narrowed by a flag."""
    values, problems = parse_values(name, piece.text)
    if problems:
        raise _refusal(piece, *problems)
    if query.clause(name) is None:
        return query.with_(name, values)
    told = f"{BY_NAME[name].flag} can't narrow {name}: further; write what it may be in one of them"
    said = ((text, token) for text in before for token in text.tokens_with(Role.FIELD, lambda word: _names(word, name)))
    text, token = next(said)
    raise _refusal(text, Diagnostic(token.start, token.end, told))


def _would_widen(query: AuditQuery, term: Term) -> bool:
    """Whether the query has a clause on the same place: with this one it would mean either."""
    if not isinstance(term, Clause) or not term.merges:
        return False
    return any(isinstance(other, Clause) and other.place == term.place for other in query.terms)


def _names(word: str, name: str) -> bool:
    """Whether a word, with its colon, calls the field of this name."""
    return BY_ANY_NAME.get(word.rstrip(":").lower()) is BY_NAME[name]


def _read_files(query: AuditQuery, pieces: Iterable[Piece]) -> dict[str, tuple[str, ...]]:
    """The values in every file that the query names."""
    files: dict[str, tuple[str, ...]] = {}
    clauses = (part for part in walk(query.terms) if isinstance(part, Clause))
    named = ((part.field, value) for part in clauses for value in part.values if value.how is How.FILE)
    for field_name, value in named:
        try:
            files[value.text] = read_values(value.text)
            check_file_values(field_name, value.text, files[value.text])
        except QueryError as error:
            raise Refused([_HEADING, *_pointed_at(pieces, field_name, value, str(error))]) from None
    return files


def _pointed_at(pieces: Iterable[Piece], name: str, value: Value, told: str) -> tuple[str, ...]:
    """What is to be told of a value of a field, with the text that has it where that can be found."""
    kind = BY_NAME[name].kind if name in BY_NAME else Kind.WORD
    for piece in pieces:
        for token in piece.tokens_with(Role.VALUE, lambda said: read_value(said, 0, kind).value == value):
            return piece.point(Diagnostic(token.start, token.end, told))
    return (f"    {told}",)


def _refusal(piece: Piece, *problems: Diagnostic) -> Refused:
    return Refused([_HEADING, *(line for problem in problems for line in piece.point(problem))])
