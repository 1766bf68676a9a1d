"""An archive's tables by the verbs that are needed: keep records, say what is whole, count, and read back.

Synchronous and plain: a store is one connection, used by one thread at a time.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui.archive.coverage import Coverage, Grade, Span, Stretch, milliseconds
from tui.archive.narrowing import EVERYTHING, Narrowing
from tui.archive.rows import (
    COLUMN_OF,
    COLUMNS,
    FACETS,
    PLACES,
    facets_of,
    first_row,
    from_sql,
    marks,
    millisecond_of,
    record_of,
    row_of,
    to_sql,
)  # fmt: skip
from tui.archive.schema import open_archive, open_for_reading
from tui.archive.trouble import telling
from tui.archive.words import is_number, words_of_record
from tui.domain.address import normalise_address
from tui.domain.errors import ArchiveTrouble
from tui.domain.fields import ADDRESS
from tui.domain.names import Named, NameKind

if TYPE_CHECKING:
    from tui.domain.identity import Identity
    from tui.domain.page import Parameters
    from tui.domain.record import AuditRecord

HOUR = 3_600_000
"""Milliseconds of an hour."""
_KINDS = {kind.value for kind in NameKind}
_ALL = 0
"""The number that stands for every value: what the tallies count every record by."""
_LAST = "\U0010ffff"
_PLACE_STEP = 16
_RARE = 50
"""One record of so many, at most, has a value that is looked up: to find a row takes so much longer than the next."""
_LISTS = 8
"""In which all that are asked for are counted, so that none takes much memory."""
_MOST_TAKEN = 4
"""Rows a millisecond that are looked at to see where there are any; beyond, all is looked into."""
_MOST_KNOWN = 200_000
_SELECT = f"SELECT records.row, {', '.join(f'records.{name}' for name in COLUMNS)}"
_INSERT = f"INSERT INTO records (row, {', '.join(COLUMNS)}) VALUES (?, {marks(COLUMNS)})"
_INSERT_FACETS = f"INSERT INTO facets (row, {', '.join(FACETS)}) VALUES (?, {marks(FACETS)})"


Held = TypeVar("Held")
Numbered = tuple["Identity", int]


class Store:
    """One connection to an archive.  Every method raises `ArchiveTrouble`, and then nothing of what it did stays."""

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self.file = file
        self._connection = connection
        self._place = _place(file)
        self._known_words: set[str] = set()
        """Words of the vocabulary that are there for certain."""
        self._codes = {name: dict[str, int]() for name in FACETS}
        self._value_of: dict[int, str] = {}
        """The values of the tallied fields and their numbers, those that were seen by now."""

    @classmethod
    def open(cls, file: Path) -> Store:
        """An archive that may be written to; one that isn't there is made."""
        return cls._of(file, open_archive(file))

    @classmethod
    def open_for_reading(cls, file: Path) -> Store:
        """An archive that is there."""
        return cls._of(file, open_for_reading(file))

    @classmethod
    def _of(cls, file: Path, connection: sqlite3.Connection) -> Store:
        try:
            with telling(file):
                return cls(file, connection)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        with telling(self.file):
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """What is written in the body stays all together, once the body has ended, or not at all."""
        with telling(self.file):
            if _place(self.file) != self._place:
                # SQLite would write to the file that it has open, which goes when it is closed.
                raise FileNotFoundError(errno.ENOENT, "it was moved or removed while it was open", str(self.file))
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._forget()
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read in the body was all true at one moment."""
        with telling(self.file):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")

    # Keeping records

    def add(self, records: Sequence[AuditRecord], *, first: bool = True, ordered: bool = True) -> int:
        """Keep records that follow each other as the API gives them, newest first; gives how many are new.

        Those that are there already are known by their identity, those that look the same within one call by their
        number; what they say is brought up to date.  `first` False: there are newer ones before these, so that others
        of the first millisecond stand before them.  `ordered` False: there are others between them, so that those of
        one millisecond stay as they stand there.  To be called within `writing`.
        """
        change = _Change()
        groups = _by_millisecond(records)
        taken = self._taken(groups)
        for number, (millisecond, here) in enumerate(groups.items()):
            if millisecond in taken:
                self._add_to(millisecond, here, change, front=first or number > 0, ordered=ordered)
            else:
                change.come |= zip(_new_places(len(here), first_row(millisecond)), here, strict=True)
                change.added += len(here)
        self._write(change)
        return change.added

    def _taken(self, milliseconds: Iterable[int]) -> set[int]:
        """Those of these milliseconds, and maybe some that aren't, in which there are records."""
        asked = set(milliseconds)
        if not asked:
            return asked
        most = _MOST_TAKEN * len(asked)
        found = self._connection.execute(
            "SELECT row FROM facets WHERE row BETWEEN ? AND ? LIMIT ?",
            (first_row(min(asked)), first_row(max(asked)) + PLACES - 1, most),
        ).fetchall()
        return asked if len(found) == most else {millisecond_of(row) for (row,) in found}

    def _add_to(
        self, millisecond: int, here: list[AuditRecord], change: _Change, *, front: bool, ordered: bool
    ) -> None:
        """Put records of one millisecond among those that are there."""
        low = first_row(millisecond)
        there = self._read_rows("row BETWEEN ? AND ? ORDER BY row DESC", (low, low + PLACES - 1))
        rows = _numbered((record, row) for row, record in there.items())
        merged = _numbered((record, record) for record in here)
        change.added += sum(identity not in rows for identity in merged)
        order = _merged(list(rows), list(merged), front=front, ordered=ordered)
        places = _places([rows.get(identity) for identity in order], low)
        for identity, place in zip(order, places, strict=True):
            old_row = rows.get(identity)
            old = there[old_row] if old_row is not None else None
            new = merged.get(identity, old)
            if new is None or (place == old_row and new == old):
                continue
            if old is not None and old_row is not None:
                change.gone[old_row] = old
            change.come[place] = new

    def _read_rows(self, condition: str, values: Sequence[int]) -> dict[int, AuditRecord]:
        found = self._connection.execute(f"{_SELECT} FROM records WHERE {condition}", values)
        return {row: record_of(sent) for row, *sent in found}

    def _write(self, change: _Change) -> None:
        """In rising order, in which the tables grow at their ends and the index takes many records at once."""
        tallies: Counter[tuple[int, int]] = Counter()
        gone, come = dict(sorted(change.gone.items())), dict(sorted(change.come.items()))
        if gone:
            self._take_out(gone)
            tallies.subtract(_counted(gone, self._numbers(gone.values())))
        if come:
            numbers = self._numbers(come.values())
            self._put_in(come, numbers)
            tallies.update(_counted(come, numbers))
        totals: Counter[int] = Counter()
        for (code, _), count in tallies.items():
            totals[code] += count
        self._connection.executemany(
            "INSERT INTO tallies VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
            ((code, hour, count) for (code, hour), count in tallies.items() if count),
        )
        self._connection.executemany(
            "UPDATE facet_values SET count = count + ? WHERE code = ?",
            ((count, code) for code, count in totals.items() if count),
        )

    def _take_out(self, gone: Mapping[int, AuditRecord]) -> None:
        # The index keeps no text: whoever takes something out has to say what it was made of.
        self._connection.executemany(
            "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
            ((row, " ".join(words_of_record(record))) for row, record in gone.items()),
        )
        for table in ("records", "facets"):
            self._connection.executemany(f"DELETE FROM {table} WHERE row = ?", ((row,) for row in gone))

    def _put_in(self, come: Mapping[int, AuditRecord], numbers: Sequence[Sequence[int]]) -> None:
        self._connection.executemany(_INSERT, ((row, *row_of(record)) for row, record in come.items()))
        self._connection.executemany(_INSERT_FACETS, zip(come, *numbers, strict=True))
        met: set[str] = set()
        self._connection.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            ((row, " ".join(_met(words_of_record(record), met))) for row, record in come.items()),
        )
        self._learn_words(met)

    def _learn_words(self, words: Iterable[str]) -> None:
        fresh = [word for word in words if word not in self._known_words and not is_number(word)]
        self._connection.executemany("INSERT OR IGNORE INTO vocabulary VALUES (?)", ((word,) for word in fresh))
        if len(self._known_words) > _MOST_KNOWN:
            self._known_words.clear()
        self._known_words.update(fresh)

    def _numbers(self, records: Iterable[AuditRecord]) -> list[list[int]]:
        """The numbers of records' values, a column a field in the order of `FACETS`; new values get one."""
        columns = list(zip(*map(facets_of, records), strict=True))
        fresh = [
            (name, value)
            for name, column in zip(FACETS, columns, strict=True)
            for value in set(column) - self._codes[name].keys()
        ]
        if fresh:
            self._connection.executemany(
                "INSERT OR IGNORE INTO facet_values (field, value, count) VALUES (?, ?, 0)",
                ((name, to_sql(value)) for name, value in fresh),
            )
            self._look_up_values()
        return [list(map(self._codes[name].__getitem__, column)) for name, column in zip(FACETS, columns, strict=True)]

    def _look_up_values(self) -> None:
        """Learn the values that weren't there before; none ever goes."""
        newest = max(self._value_of, default=0)
        for code, name, held in self._connection.execute(
            "SELECT code, field, value FROM facet_values WHERE code > ?", (newest,)
        ):
            self._codes[name][from_sql(held)] = code
            self._value_of[code] = from_sql(held)

    def _forget(self) -> None:
        """Know nothing any more of what may not have been kept."""
        self._known_words.clear()
        self._value_of.clear()
        for codes in self._codes.values():
            codes.clear()

    def prune(self, before: datetime, *, most: int = 1_000) -> int:
        """Let go of records that are older, the oldest `most` of them, and of what is said about that time; gives how
        many went.  To be called within `writing`, until none is left."""
        low = first_row(milliseconds(before))
        change = _Change(gone=self._read_rows("row < ? ORDER BY row LIMIT ?", (low, most)))
        past = Span(-(1 << 60), milliseconds(before))
        for scope in self._scopes():
            self._set_coverage(scope, self._coverage(scope).without(past))
        self._write(change)
        return len(change.gone)

    def tidy(self) -> None:
        """Give room that isn't needed any more back to the disk."""
        with telling(self.file):
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._connection.execute("PRAGMA incremental_vacuum").fetchall()
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # What is whole

    def coverage(self, parameters: Parameters = ()) -> Coverage:
        """What is whole of the records that fit API parameters: all there are where everything is."""
        with telling(self.file):
            covered = self._coverage(_scope(()))
            return Coverage.of((*covered.stretches, *self._coverage(_scope(parameters)).stretches))

    def cover(self, span: Span, grade: Grade, parameters: Parameters = ()) -> None:
        """Take note that a span is whole.  To be called within `writing`."""
        scope = _scope(parameters)
        self._set_coverage(scope, self._coverage(scope).with_(Stretch(span, grade)))

    def uncover(self, span: Span) -> None:
        """Take note that a span can't be called whole.  To be called within `writing`."""
        for scope in self._scopes():
            self._set_coverage(scope, self._coverage(scope).without(span))

    def _scopes(self) -> list[str]:
        return [scope for (scope,) in self._connection.execute("SELECT DISTINCT scope FROM coverage")]

    def _coverage(self, scope: str) -> Coverage:
        found = self._connection.execute("SELECT start, end, grade FROM coverage WHERE scope = ? ORDER BY 1", (scope,))
        return Coverage(tuple(Stretch(Span(start, end), Grade(grade)) for start, end, grade in found))

    def _set_coverage(self, scope: str, covered: Coverage) -> None:
        self._connection.execute("DELETE FROM coverage WHERE scope = ?", (scope,))
        self._connection.executemany(
            "INSERT INTO coverage VALUES (?, ?, ?, ?)",
            ((scope, span.start, span.end, int(grade)) for span, grade in covered.stretches),
        )

    # Reading back

    def select(
        self, span: Span, narrowing: Narrowing, *, limit: int, offset: int = 0, below: int | None = None
    ) -> list[tuple[int, AuditRecord]]:
        """The row numbers and records of a span that may fit, newest first; `below` leaves out rows from there up."""
        low, high = _rows(span)
        high = high if below is None else min(high, below - 1)
        with telling(self.file):
            # The narrow tables say which rows these are, so that none of the wide one is read in vain.
            found = self._connection.execute(
                f"{_SELECT} FROM (SELECT {narrowing.rows} AS row FROM {narrowing.tables} WHERE {narrowing.rows} BETWEEN"
                f" ? AND ?{narrowing.conditions} ORDER BY 1 DESC LIMIT ? OFFSET ?) AS found CROSS JOIN records"
                " ON records.row = found.row ORDER BY found.row DESC",
                (low, high, *narrowing.values, limit, offset),
            )
            return [(row, record_of(sent)) for row, *sent in found]

    def count(self, span: Span, narrowing: Narrowing) -> int:
        """How many records of a span may fit."""
        codes = (_ALL,) if narrowing.is_open else narrowing.codes
        whole = _whole_hours(span)
        with telling(self.file):
            if not codes:
                return self._count_rows(span, narrowing)
            (count,) = self._connection.execute(
                f"SELECT ifnull(sum(count), 0) FROM tallies WHERE code IN ({marks(codes)}) AND hour >= ? AND hour < ?",
                (*codes, *whole),
            ).fetchone()
            return int(count) + sum(self._count_rows(edge, narrowing) for edge in _edges(span, whole))

    def count_all(self, span: Span) -> int:
        """How many records a span has."""
        return self.count(span, EVERYTHING)

    def _count_rows(self, span: Span, narrowing: Narrowing) -> int:
        (count,) = self._connection.execute(
            f"SELECT count(*) FROM {narrowing.tables} WHERE {narrowing.rows} BETWEEN ? AND ?{narrowing.conditions}",
            (*_rows(span), *narrowing.values),
        ).fetchone()
        return int(count)

    def tally(self, name: str, span: Span) -> Counter[str]:
        """How many records of a span have each value of a tallied field."""
        whole = _whole_hours(span)
        with telling(self.file):
            counts = Counter(
                dict(
                    self._connection.execute(
                        "SELECT tallies.code, sum(tallies.count) FROM facet_values CROSS JOIN tallies USING (code)"
                        " WHERE field = ? AND hour >= ? AND hour < ? AND tallies.count > 0 GROUP BY 1", (name, *whole),
                    )
                )
            )  # fmt: skip
            for edge in _edges(span, whole):
                counts.update(self._count_codes(name, edge, EVERYTHING))
            return self._named(name, counts)

    def hours(self, span: Span) -> dict[int, int]:
        """How many records each hour of a span has, by its number since 1970; those at its ends as a whole."""
        with telling(self.file):
            found = self._connection.execute(
                "SELECT hour, count FROM tallies WHERE code = ? AND hour >= ? AND hour < ? AND count > 0",
                (_ALL, span.start // HOUR, -(-span.end // HOUR)),
            )
            return dict(found)

    def spread(self, name: str, span: Span, narrowing: Narrowing) -> Counter[str]:
        """How many of the records of a span that may fit have each value of a tallied field."""
        if narrowing.is_open:
            return self.tally(name, span)
        with telling(self.file):
            return self._named(name, self._count_codes(name, span, narrowing))

    def _count_codes(self, name: str, span: Span, narrowing: Narrowing) -> Counter[int]:
        """How many rows have each number of a field's value.  SQL would sort the numbers to count them; as lists they
        are handed over in less time than one by one."""
        within = span.common(self.extent() or span)
        low, high = _rows(within) if within else (0, -1)
        step = -(-(high - low + 1) // _LISTS) or 1
        counts = Counter[str]()
        for first in range(low, high + 1, step):
            (listed,) = self._connection.execute(
                f"SELECT group_concat({COLUMN_OF[name]}) FROM {narrowing.with_facets} WHERE {narrowing.rows} BETWEEN"
                f" ? AND ?{narrowing.conditions}", (first, min(first + step - 1, high), *narrowing.values),
            ).fetchone()  # fmt: skip
            counts.update(listed.split(",") if listed else ())
        return Counter({int(code): count for code, count in counts.items()})

    def _named(self, name: str, counts: Mapping[int, int]) -> Counter[str]:
        """Counts by what the values are shown as."""
        self._look_up_values()
        named = Counter[str]()
        for code, count in counts.items():
            named[_shown(name, self._value_of[code])] += count
        return named

    def codes_of(self, name: str) -> Mapping[str, int]:
        """Every value that a tallied field ever had, as it was sent, and its number."""
        with telling(self.file):
            self._look_up_values()
        return self._codes[name]

    def are_rare(self, codes: Sequence[int]) -> bool:
        """Whether few enough records have these values for it to be quicker to look them up than to look at all."""
        with telling(self.file):
            (count,) = self._connection.execute(
                f"SELECT ifnull(sum(count), 0) FROM facet_values WHERE code IN ({marks(codes)})", tuple(codes)
            ).fetchone()
            (total,) = self._connection.execute("SELECT count FROM facet_values WHERE code = ?", (_ALL,)).fetchone()
        return bool(count * _RARE < total)

    def words_beginning(self, part: str, *, most: int) -> list[str] | None:
        """The words that begin with a part; None where there are more than `most`."""
        with telling(self.file):
            found = self._connection.execute(
                "SELECT word FROM vocabulary WHERE word >= ? AND word < ? LIMIT ?", (part, part + _LAST, most + 1)
            ).fetchall()
        return None if len(found) > most else [word for (word,) in found]

    def words_with(self, part: str, *, at_end: bool, most: int) -> list[str] | None:
        """The words that have a part in them, or `at_end` end with it; None where there are more than `most`."""
        condition = "substr(word, -length(?1)) = ?1" if at_end else "instr(word, ?1)"
        with telling(self.file):
            found = self._connection.execute(
                f"SELECT word FROM vocabulary WHERE {condition} LIMIT ?2", (part, most + 1)
            ).fetchall()
        return None if len(found) > most else [word for (word,) in found]

    # Names, and what there is to know of the archive

    def learn_names(self, names: Mapping[NameKind, Mapping[str, Named]], seen: datetime) -> None:
        """Remember names; those that are there already are brought up to date.  To be called within `writing`."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?, ?)",
            (
                (kind, to_sql(identifier), to_sql(named.name), json.dumps(named.aliases), milliseconds(seen))
                for kind, some in names.items()
                for identifier, named in some.items()
            ),
        )

    def names(self) -> dict[NameKind, dict[str, Named]]:
        """Every name that was ever seen."""
        known: defaultdict[NameKind, dict[str, Named]] = defaultdict(dict)
        with telling(self.file):
            for kind, identifier, name, aliases in self._connection.execute(
                "SELECT kind, id, name, aliases FROM names"
            ):
                if kind in _KINDS:
                    known[NameKind(kind)][from_sql(identifier)] = Named(from_sql(name), tuple(json.loads(aliases)))
        return dict(known)

    def fact(self, name: str) -> str:
        """What was noted of the archive under a name, "" for nothing."""
        with telling(self.file):
            found = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def note(self, name: str, value: str) -> None:
        """Note something of the archive.  To be called within `writing`."""
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def extent(self) -> Span | None:
        """From the oldest record to the newest, None where there is none."""
        with telling(self.file):
            # One by one, or SQLite goes through all of them.
            low, high = self._connection.execute(
                "SELECT (SELECT min(row) FROM facets), (SELECT max(row) FROM facets)"
            ).fetchone()
        return None if low is None else Span(millisecond_of(low), millisecond_of(high) + 1)

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file, nothing where all is well."""
        with telling(self.file):
            found = [line for (line,) in self._connection.execute("PRAGMA integrity_check")]
        return [] if found == ["ok"] else found


def _place(file: Path) -> list[tuple[int, int]]:
    """Which files on which disks an archive is made of at the moment: itself, and what is written ahead of it."""
    place: list[tuple[int, int]] = []
    for part in (file, file.with_name(f"{file.name}-wal")):
        with suppress(FileNotFoundError):
            status = part.stat()
            place.append((status.st_dev, status.st_ino))
    return place


class _Change:
    """Rows that go, and rows that come."""

    def __init__(self, gone: dict[int, AuditRecord] | None = None) -> None:
        self.gone = gone or {}
        self.come: dict[int, AuditRecord] = {}
        self.added = 0


def _by_millisecond(records: Sequence[AuditRecord]) -> dict[int, list[AuditRecord]]:
    """Records of one millisecond together, in their order; one whose time can't be read is of the time beside it."""
    groups: dict[int, list[AuditRecord]] = {}
    last = next((_millisecond(record.time) for record in records if record.time is not None), 0)
    for record in records:
        last = _millisecond(record.time) if record.time is not None else last
        groups.setdefault(last, []).append(record)
    return groups


def _millisecond(time: datetime) -> int:
    """The millisecond that an instant lies in, or the nearest that rows can be of."""
    return millisecond_of(first_row(milliseconds(time)))


def _numbered(pairs: Iterable[tuple[AuditRecord, Held]]) -> dict[Numbered, Held]:
    """By the identity of records, and where several have one by their number among them."""
    seen: Counter[Identity] = Counter()
    numbered = {}
    for record, held in pairs:
        numbered[record.identity, seen[record.identity]] = held
        seen[record.identity] += 1
    return numbered


def _merged(there: Sequence[Numbered], here: Sequence[Numbered], *, front: bool, ordered: bool) -> list[Numbered]:
    """All of both in one order: that of `here` where it is to be believed, else that which is there already.  What is
    new follows what it follows in `here`."""
    held = set(there)
    known = [identity for identity in here if identity in held]
    if not known:
        return [*here, *there] if front else [*there, *here]
    if ordered:
        in_turn, come = iter(known), set(known)
        there = [next(in_turn) if identity in come else identity for identity in there]
    following: dict[Numbered, list[Numbered]] = {}
    leading: list[Numbered] = []
    after = leading
    for identity in here:
        if identity in held:
            after = following.setdefault(identity, [])
        else:
            after.append(identity)
    order: list[Numbered] = []
    for identity in there:
        order += leading if identity == known[0] else ()
        order += (identity, *following.get(identity, ()))
    return order


def _places(rows: Sequence[int | None], low: int) -> list[int]:
    """A row number for each of the records of a millisecond, given in their order with the numbers that some have:
    they keep these where the others can be told apart from them by what is free."""
    known = [row for row in rows if row is not None]
    if known == sorted(known, reverse=True):
        if all(row is not None for row in rows):
            return known
        if not any(row is None for row in rows[: len(known)]) and known and known[-1] - len(rows) > low:
            return [*known, *(known[-1] - 1 - at for at in range(len(rows) - len(known)))]
    return _new_places(len(rows), low)


def _new_places(count: int, low: int) -> list[int]:
    """Row numbers for so many records of a millisecond, with room between them."""
    step = min(_PLACE_STEP, PLACES // count)
    if not step:
        raise ArchiveTrouble(f"More than {PLACES:,} records claim to be of one millisecond.")
    return [low + PLACES - 1 - step * at for at in range(count)]


def _counted(rows: Iterable[int], numbers: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """What the tallies count of records, each under its hour: itself, and its value of each field."""
    hours = [millisecond_of(row) // HOUR for row in rows]
    return chain(((_ALL, hour) for hour in hours), *(zip(codes, hours, strict=True) for codes in numbers))


def _met(words: set[str], met: set[str]) -> set[str]:
    """The words, once they are taken note of."""
    met |= words
    return words


def _shown(name: str, value: str) -> str:
    """A value as the field's text; what was sent may be an address in another spelling."""
    return normalise_address(value) if name == ADDRESS.name else value


def _rows(span: Span) -> tuple[int, int]:
    """The least and the greatest number that a row of a span can have."""
    return first_row(span.start), first_row(span.end - 1) + PLACES - 1


def _whole_hours(span: Span) -> Span:
    """The hours, by their numbers, that lie in a span as a whole."""
    start = -(-span.start // HOUR)
    return Span(start, max(start, span.end // HOUR))


def _edges(span: Span, whole: Span) -> list[Span]:
    """What of a span is left beside its whole hours."""
    if whole.start >= whole.end:
        return [span]
    edges = (Span(span.start, whole.start * HOUR), Span(whole.end * HOUR, span.end))
    return [edge for edge in edges if edge.start < edge.end]


def _scope(parameters: Parameters) -> str:
    return json.dumps(sorted(parameters)) if parameters else ""
