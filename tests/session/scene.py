"""Queries, records and a log that gives them page by page: what the tests of the session share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.page import Page, PageRequest
from tui.domain.plan import FrozenQuery, freeze
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.session.exploration import Change, Exploration

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)


def record(number: int, age: float | None = None, **fields: object) -> AuditRecord:
    """Record `number`, of `age` seconds before `NOW`; as many as its number where that isn't given."""
    at = NOW - timedelta(seconds=number if age is None else age)
    return AuditRecord.model_validate(
        {"timestamp": at.isoformat(), "request_id": f"r{number}", "uri": f"/v2/prompts/{number}", **fields}
    )


def frozen(text: str = "", at: datetime = NOW) -> FrozenQuery:
    """A query as it is asked at `at`."""
    return freeze(parse_query(text, now=at).query, at, Names())


def matcher_of(query: FrozenQuery) -> Matcher:
    return Matcher(query.query.terms, Surroundings())


def ask(exploration: Exploration, text: str = "") -> None:
    """Ask a query of an exploration."""
    query = frozen(text)
    exploration.open(query, matcher_of(query))


def opened(text: str = "", exploration: Exploration | None = None, *, height: int = 30) -> Exploration:
    """An exploration that was asked a query, with a view of its first rows."""
    exploration = exploration or Exploration()
    ask(exploration, text)
    exploration.look(0, height - 1, at=0)
    return exploration


def give(exploration: Exploration, request: PageRequest, page: Page) -> Change:
    """Hand over a page as the worker does."""
    return exploration.accept(request, page, [exploration.matcher(record) for record in page.records])


def page_of(request: PageRequest, total: int | None, *, log_size: int | None = None) -> Page:
    """The page a well-behaved server of `log_size` records answers with."""
    size = log_size if log_size is not None else total or 0
    start = request.number * request.size
    return Page(tuple(map(record, range(start, min(start + request.size, size)))), total)


def first_page(exploration: Exploration, total: int | None, *, log_size: int | None = None) -> Change:
    """Answer the first request, and say what that changed."""
    [request] = exploration.next_requests()
    return give(exploration, request, page_of(request, total, log_size=log_size))


class Log:
    """An API that holds some records, newest first, and knows a filter or two.

    `streams` may give the records of each of a plan's branches, whatever was asked for, and `sizes` the most of them
    that it puts on a page.
    """

    def __init__(
        self,
        records: Sequence[AuditRecord] = (),
        *,
        streams: Sequence[Sequence[AuditRecord]] | None = None,
        sizes: Sequence[int] = (),
        counts: bool = True,
    ) -> None:
        self.records = records
        self.asked: list[tuple[int, int]] = []
        self._streams = streams
        self._sizes = sizes
        self._counts = counts

    def page(self, request: PageRequest) -> Page:
        self.asked.append((request.branch, request.number))
        records = self._stream(request)
        size = min(request.size, self._sizes[request.branch]) if self._sizes else request.size
        start = request.number * size
        return Page(tuple(records[start : start + size]), len(records) if self._counts else None)

    def _stream(self, request: PageRequest) -> Sequence[AuditRecord]:
        if self._streams is not None:
            return self._streams[request.branch]
        wanted = request.parameters
        return [one for one in self.records if all(str(getattr(one, name)) == value for name, value in wanted)]


def read(exploration: Exploration, log: Log) -> None:
    """Fetch until the exploration wants no more."""
    while requests := exploration.next_requests():
        for request in requests:
            give(exploration, request, log.page(request))


def numbers(requests: Sequence[PageRequest]) -> list[int]:
    return [request.number for request in requests]


def shown(exploration: Exploration) -> list[str]:
    """The ids of the rows that are here."""
    return [record.request_id for _, record in exploration.loaded_rows()]
