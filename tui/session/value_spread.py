"""The spread of one field over the records of a query: how many have each value, and which of these counts are facts of
the whole window.

It decides and does no IO: records go in, requests come out, and their answers go in.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.domain.errors import Rejected, SourceError
from tui.domain.fields import BODY, BY_NAME, FIELDS, FILTERS, HEADERS, QUERY, URI, Field, Kind
from tui.domain.json_values import NotJson, as_text, at_path, decode, unpacked
from tui.domain.names import Names
from tui.domain.page import SETTLE, PageRequest, Parameters
from tui.domain.plan import plan_query
from tui.domain.query import BLANK, AuditQuery, Clause, Value
from tui.session.exploration import IN_FLIGHT

if TYPE_CHECKING:
    from tui.domain.page import Page
    from tui.domain.plan import FrozenQuery
    from tui.domain.record import AuditRecord

TOP = 30
"""Values that are counted by request, and how many more each time that more are wanted."""
NONE = ""
"""The value of a record that has none."""

FieldPlace = tuple[str, ...]
"""Where values stand: the name of a field, and for JSON the path in it; as `Clause.place`."""

PLACES: tuple[FieldPlace, ...] = tuple((field.name,) for field in FIELDS if field.kind not in (Kind.TIME, Kind.JSON))
"""The fields that have a spread worth looking at."""

_JSON_FIELDS = (BODY, QUERY, HEADERS)
_MOST_PATHS = 200
_MOST_KEYS = 100
"""Keys of one object that are looked at for paths."""
_DEEPEST_PATH = 6
_PARAMETERS = [field.parameter for field in FILTERS]


class Count(NamedTuple):
    """How many records have a value: all of the window where `exact`, else at least these, which were loaded."""

    number: int
    exact: bool


@dataclass(slots=True)
class _Tally:
    """What is known of one value: in loaded records, and from the API once `answered`."""

    text: str
    loaded: int = 0
    spellings: set[str] = dataclasses.field(default_factory=set)
    """How the API holds it, as far as was seen."""
    sent: tuple[str, ...] = ()
    answered: int | None = None
    refused: bool = False

    @property
    def is_done(self) -> bool:
        return self.answered is not None or self.refused


@dataclass(slots=True, eq=False)
class _Inquiry:
    """A number that the API was asked for, in requests whose answers add up; of the whole query without a `tally`."""

    tally: _Tally | None
    missing: int
    number: int = 0


class ValueSpread:
    """Counts the values at a place over the records of `frozen`.

    `exact` says that the API does all of that query, and `total` how many records it has, None while nobody knows.
    Where both are so, and the API can be asked for a value of the field, each of the most frequent values is counted by
    a request of its own.  The API is believed as long as what it says fits the records that were seen: one answer that
    doesn't shows that it compares otherwise, and no count of it is used.
    """

    def __init__(self, place: FieldPlace, frozen: FrozenQuery, *, exact: bool, total: int | None) -> None:
        self.place = place
        self.loaded = 0
        self.unseen: int | None = None
        """How many records at most have a value that is not among the rows; None where nobody knows."""
        self.problem: SourceError | None = None
        """Why counting stopped; `more` goes on."""
        self.limit = TOP
        """How many of the most frequent values are counted by request."""
        self._field = BY_NAME[place[0]]
        self._frozen = frozen
        self._total = total
        self._askable = exact and frozen.plan.exact and bool(self._field.parameter) and self._field is not URI
        self._tallies: dict[str, _Tally] = {}
        self._queue: list[tuple[PageRequest, _Inquiry]] = []
        self._under_way: dict[PageRequest, _Inquiry] = {}
        self._doubted = False
        self._known = False
        """Whether all there is to know was told at once."""
        self._clock = frozen.frozen_at
        self._is_settled = frozen.window.end <= frozen.frozen_at - SETTLE
        self._total_is_sure = self._is_settled
        """Whether no record came between the counts and the total, so that these may be reckoned with."""

    # Records

    @property
    def total(self) -> int | None:
        """How many records the query has, None where nobody knows."""
        return self._total

    def add(self, records: Iterable[AuditRecord], total: int | None) -> None:
        """Take in loaded records, each of them once, and how many there are by now."""
        if total is not None:
            self._total = max(total, self._total or 0)
        for record in () if self._known else records:
            self.loaded += 1
            self._total_is_sure = self._is_settled
            for text in self._texts(record):
                tally = self._tallies.setdefault(self._key(text), _Tally(text))
                tally.loaded += 1
                if self._askable:
                    tally.spellings.add(str(getattr(record, self._field.attribute)))
        self._add_up()

    def _texts(self, record: AuditRecord) -> Iterable[str]:
        if self._field.kind is Kind.JSON:
            return texts_at(record, self._field, self.place[1:])
        text = self._field.value(record)
        return (text if text.strip() else NONE,)

    def _key(self, text: str) -> str:
        """What is alike in texts that a clause takes for the same value."""
        return text if self._field.kind in (Kind.JSON, Kind.PATH) else text.strip().casefold()

    def know(self, counts: Mapping[str, int]) -> None:
        """Take in how many records of the whole query have each value; what was counted otherwise means nothing now."""
        self._tallies = {}
        for text, number in counts.items():
            shown = text if text.strip() else NONE
            self._tallies.setdefault(self._key(shown), _Tally(shown)).loaded += number
        self._total = sum(counts.values())
        self.loaded = self._total
        self._queue.clear()
        self._under_way.clear()
        self._known = True
        self._add_up()

    # What was counted

    def values(self) -> list[str]:
        """Every value as records write it, `NONE` for those that have none, the most frequent first."""
        tallies = sorted(self._tallies.values(), key=lambda tally: (-self._number(tally), tally.text))
        return [tally.text for tally in tallies]

    def count(self, text: str) -> Count:
        """The count of one of the `values`."""
        tally = self._tallies[self._key(text)]
        return Count(self._number(tally), self.is_whole or self._is_fact(tally))

    @property
    def is_whole(self) -> bool:
        """Whether every record of the query is counted, so that all counts are exact."""
        if self._total is None:
            return False
        return self.loaded >= self._total or (self.unseen == 0 and self._total_is_sure)

    @property
    def is_mixed(self) -> bool:
        """Whether counts that are facts, or will be, stand beside others that are not."""
        return self.counting or (not self.is_whole and any(map(self._is_fact, self._tallies.values())))

    def _number(self, tally: _Tally) -> int:
        return tally.answered if self._is_fact(tally) and tally.answered is not None else tally.loaded

    def _is_fact(self, tally: _Tally) -> bool:
        """Whether the API counted all spellings of the value, and no fewer than were seen."""
        counted = tally.answered is not None and tally.answered >= tally.loaded
        return counted and not self._doubted and tally.spellings <= set(tally.sent)

    def _add_up(self) -> None:
        if self._total is None:
            self.unseen = None
        elif self.loaded >= self._total:
            self.unseen = 0
        elif self._field.kind is Kind.JSON:
            self.unseen = None  # a record may have several values at a path, so that counts don't add up
        else:
            self.unseen = self._total - sum(map(self._number, self._tallies.values()))
            if self.unseen < 0 and self._total_is_sure:
                self._doubt()

    def _doubt(self) -> None:
        self._doubted = True
        self._queue.clear()
        self._under_way.clear()
        self._add_up()

    # Asking

    @property
    def counting(self) -> bool:
        """Whether there is anything left to learn, from answers that are missing or requests that can be made."""
        if self.is_whole:
            return False
        to_ask = self.problem is None and (self._needs_total or bool(self._wanted()))
        return to_ask or bool(self._queue or self._under_way)

    @property
    def has_more(self) -> bool:
        """Whether `more` has anything to do."""
        return self.problem is not None or (self._can_ask and len(self._tallies) > self.limit)

    def more(self) -> None:
        """Go on after a problem, else count the next values too."""
        if self.problem is None:
            self.limit += TOP
        self.problem = None

    def next_requests(self) -> list[PageRequest]:
        """What to ask for now: a record of each of the most frequent values, which brings its count along."""
        if self.problem is not None or self.is_whole:
            self._queue.clear()
            return []
        room = max(0, IN_FLIGHT - len(self._under_way))
        if not self._needs_total:
            for tally in islice(self._wanted(), max(0, room - len(self._queue))):
                self._ask(tally, self._parameters(tally))
        elif not self._queue and not self._under_way:
            self._ask(None, self._frozen.plan.branches)
        now, self._queue = self._queue[:room], self._queue[room:]
        self._under_way.update(now)
        return [request for request, _ in now]

    def accept(self, request: PageRequest, page: Page) -> None:
        """Take in an answer; one that nobody waits for any more changes nothing."""
        inquiry = self._under_way.pop(request, None)
        if inquiry is None:
            return
        self._clock = max(self._clock, page.server_time or self._clock)
        if page.total is None or not self._fits(inquiry.tally, page):
            self._doubt()
            return
        inquiry.number += page.total
        inquiry.missing -= 1
        if inquiry.missing:
            return
        if inquiry.tally is None:
            self._total, self._total_is_sure = inquiry.number, True
        elif inquiry.number < inquiry.tally.loaded:
            self._doubt()
            return
        else:
            inquiry.tally.answered, self._total_is_sure = inquiry.number, self._is_settled
        self._add_up()

    def fail(self, request: PageRequest, error: SourceError) -> None:
        """A count could not be had: the API refuses this value, or nothing can be had for now."""
        inquiry = self._under_way.pop(request, None)
        if inquiry is None:
            return
        self._queue = [(other, asked) for other, asked in self._queue if asked is not inquiry]
        self._under_way = {other: asked for other, asked in self._under_way.items() if asked is not inquiry}
        if isinstance(error, Rejected) and inquiry.tally is not None:
            inquiry.tally.refused = True
        else:
            self.problem = error

    @property
    def _can_ask(self) -> bool:
        """Whether counts can be had that say more than the loaded records do."""
        return self._askable and not self._doubted and self._total is not None and self.loaded < self._total

    @property
    def _needs_total(self) -> bool:
        """Whether all records are accounted for, if only there are no more of them by now: late ones may have come."""
        return self._can_ask and self.unseen is not None and self.unseen <= 0 and not self._total_is_sure

    def _countable(self) -> list[_Tally]:
        """The values of the top that the API can be asked for, so that it finds all of them that were seen."""
        if not self._can_ask:
            return []
        top = nsmallest(self.limit, self._tallies.values(), key=lambda tally: (-tally.loaded, tally.text))
        return [tally for tally in top if tally.spellings <= set(self._spellings(tally.text))]

    def _wanted(self) -> list[_Tally]:
        """The values that are still to be asked for."""
        asked = [inquiry.tally for _, inquiry in self._asked()]
        return [
            tally for tally in self._countable()
            if not tally.is_done and not any(tally is other for other in asked)
        ]  # fmt: skip

    def _asked(self) -> Iterator[tuple[PageRequest, _Inquiry]]:
        yield from self._under_way.items()
        yield from self._queue

    def _ask(self, tally: _Tally | None, branches: Iterable[Parameters]) -> None:
        # A total is asked for as it is now: nobody may answer with one that was told when the query was frozen.
        frozen_at = self._frozen.frozen_at if tally is not None else self._clock
        requests = [PageRequest(self._frozen.window, frozen_at, parameters, size=1) for parameters in branches]
        inquiry = _Inquiry(tally, len(requests))
        self._queue += [(request, inquiry) for request in requests]

    def _parameters(self, tally: _Tally) -> tuple[Parameters, ...]:
        """The query's streams with the field kept to the value, which all of it that was kept to already fits."""
        tally.sent = self._spellings(tally.text)
        name = self._field.parameter
        streams = dict.fromkeys(
            tuple(pair for pair in branch if pair[0] != name) for branch in self._frozen.plan.branches
        )
        return tuple(
            tuple(sorted((*stream, (name, text)), key=lambda pair: _PARAMETERS.index(pair[0])))
            for stream in streams
            for text in tally.sent
        )

    def _spellings(self, text: str) -> tuple[str, ...]:
        """Every way in which the API may hold a value; none where it can't be asked for it."""
        if text == NONE:
            return ()
        plan = plan_query(AuditQuery(terms=(Clause(self._field.name, (Value(text),)),)), Names())
        return tuple(spelt for branch in plan.branches for _, spelt in branch) if plan.exact else ()

    def _fits(self, tally: _Tally | None, page: Page) -> bool:
        """Whether what came with a count is what was asked for."""
        if tally is None or not page.total:
            return True
        key = self._key(tally.text)
        return bool(page.records) and all(self._key(self._field.value(record)) == key for record in page.records)

    # Telling

    def label(self) -> str:
        """What the counts are counts of."""
        if self.is_whole:
            return "exact, whole window"
        sample = f"of {self.loaded:,} loaded"
        if self._total is not None and self._total > self.loaded:
            sample += f" of {self._total:,}"
        if self._doubted:
            return f"{sample}; the API's own counts don't fit them"
        if self.counting:
            countable = self._countable()
            done = sum(tally.is_done for tally in countable)
            return f"counted {done:,} of {_counted(len(countable), 'value')}; the others {sample}"
        facts = [tally for tally in self._tallies.values() if self._is_fact(tally)]
        others = (self._total or 0) - sum(map(self._number, facts))
        if not facts or others < 0:
            return sample
        which = f"the top {self.limit:,}" if len(facts) == self.limit else _counted(len(facts), "value")
        or_none = " or none" if NONE in self._tallies else ""
        return f"exact for {which}; {_counted(others, 'record')} with other values{or_none}"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def clause_of(place: FieldPlace, text: str, names: Names) -> Clause:
    """The clause that keeps a place to a value of its spread."""
    kinds = BY_NAME[place[0]].names
    value = Value(names.word_for(kinds, text) if kinds else text) if text else BLANK
    return Clause(place[0], (value,), place[1:])


def texts_at(record: AuditRecord, field: Field, path: tuple[str, ...]) -> set[str]:
    """The values at a path in a field of JSON: an array stands for its items."""
    text = field.value(record)
    try:
        root = decode(text) if text.strip() else None
    except NotJson:
        root = text
    found = (as_found for held in at_path(root, path, fold=field is HEADERS) for as_found in _texts_of(held))
    return set(found) or {NONE}


def seen_paths(records: Iterable[AuditRecord]) -> list[FieldPlace]:
    """The paths that lead to values in bodies, queries and headers, for each of these the most frequent first."""
    counts: Counter[FieldPlace] = Counter()
    for record in records:
        for field in _JSON_FIELDS:
            try:
                root = decode(field.value(record))
            except NotJson:
                continue
            counts.update({(field.name, *path) for path in _paths_in(root, _DEEPEST_PATH) if path})
    order = [field.name for field in _JSON_FIELDS]
    found = (place for place, _ in counts.most_common(_MOST_PATHS))
    return sorted(found, key=lambda place: (order.index(place[0]), -counts[place], place))


def _texts_of(held: Any) -> Iterator[str]:
    if isinstance(held, list) and held:
        yield from (text for item in held for text in _texts_of(item) if text)
    elif held is None or held in ("", [], {}) or (isinstance(held, str) and not held.strip()):
        yield NONE
    else:
        yield as_text(held)


def _paths_in(value: Any, depth: int) -> Iterator[tuple[str, ...]]:
    """The paths from a value to what is neither object nor array; numbers of items have no part in them."""
    value = unpacked(value)
    if depth and isinstance(value, dict):
        for key, inner in islice(value.items(), _MOST_KEYS):
            yield from ((key, *rest) for rest in _paths_in(inner, depth - 1))
    elif depth and isinstance(value, list):
        for item in islice(value, _MOST_KEYS):
            yield from _paths_in(item, depth - 1)
    else:
        yield ()
