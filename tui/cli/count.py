"""`portkey-audit count`: how many records fit a query, altogether, by the values of a field, or over time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from tui.cli.asking import Asked, Question, read_question
from tui.cli.buckets import MOST_BUCKETS, Buckets, parse_length
from tui.cli.manners import EXIT_CODES, INTERRUPTED, TRY_AGAIN, Refused, put, put_json, tell, tell_error
from tui.cli.options import QueryCommand, asking
from tui.cli.pointing import cells
from tui.domain.clean import UNLIMITED, clean
from tui.domain.query_text import format_query
from tui.domain.time_range import format_instant

if TYPE_CHECKING:
    from tui.cli.counting import Counted
    from tui.cli.wiring import Connect
    from tui.domain.columns import TableColumn
    from tui.domain.identity import Identity
    from tui.domain.names import Names
    from tui.exporting.reading import Reading

VERSION = 1
"""Of the JSON object."""
_LONGEST_SHOWN = 200
"""Characters of a value on a terminal."""

_HELP = """Print how many records fit QUERY, and nothing else.

With --by, a line for each value of FIELD, most first; with --per, a line for each stretch of time, oldest first, laid
out in UTC.  What is not proved to be complete is told on stderr, and an incomplete count ends with 3.
"""


@click.command(cls=QueryCommand, help=_HELP, epilog=EXIT_CODES, short_help="Count the records that fit QUERY.")
@click.option("--by", metavar="FIELD", default="", help="count each value of a field, or at a path such as body.model")
@click.option("--per", metavar="LENGTH", default="", help="count each stretch of 15m, 1h, 1d …, empty ones too")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@asking
def count(asked: Asked, *, by: str, per: str, as_json: bool) -> int:
    """Print the count."""
    from tui.cli import wiring

    if by and per:
        raise Refused(["--by and --per can't be had together"])
    column, length = _column(by) if by else None, _length(per) if per else None
    settings = wiring.settings_for(asked)
    question = read_question(asked, settings, wiring.utc_now(), wiring.saved_views())
    buckets = Buckets(length, question.query.time_range.resolve(wiring.utc_now())) if length else ()
    if len(buckets) > MOST_BUCKETS:
        raise Refused([f"--per: that would be {len(buckets):,} lines, and {MOST_BUCKETS:,} are the most"])
    watched = _Watched()
    try:
        with wiring.connecting(settings, demo=asked.demo, offline=asked.offline, file=asked.file) as connect:
            marked = wiring.mark_book(settings, demo=asked.demo, file=asked.file).marked
            counted, names = asyncio.run(_count(connect, question, marked, column, length, watched))
    except KeyboardInterrupt:
        tell(f"interrupted: {watched.line()}")
        return INTERRUPTED
    if as_json:
        put_json(_object(counted, names, column, length))
    else:
        put(_lines(counted, names, column, length))
    return _tell_doubts(counted, watched)


class _Watched:
    """The reading under way, for whoever waits for it."""

    def __init__(self) -> None:
        self.reading: Reading | None = None

    def watch(self, reading: Reading) -> None:
        self.reading = reading

    def line(self) -> str:
        from tui.exporting.reading import how_far

        return how_far(self.reading)


async def _count(
    connect: Connect,
    question: Question,
    marked: frozenset[Identity],
    column: TableColumn | None,
    length: timedelta | None,
    watched: _Watched,
) -> tuple[Counted, Names]:
    from tui.cli import counting, wiring
    from tui.cli.inquiring import inquire
    from tui.cli.progress import progress

    async with progress(watched.line):
        connection = await connect()
        try:
            shown = column is not None and bool(column.field.names)
            inquiry = await inquire(connection, question, clock=wiring.utc_now, marked=marked, names_shown=shown)
            by = (column.field.name, *column.path) if column else None
            return await counting.count(inquiry, by=by, per=length, watch=watched.watch), inquiry.names
        finally:
            await connection.aclose()


def _column(name: str) -> TableColumn:
    from tui.domain.columns import column_for
    from tui.domain.query_check import unknown_field

    column = column_for(name)
    if column is None:
        raise Refused([f"--by: {unknown_field(name).problem}"])
    return column


def _length(text: str) -> timedelta:
    try:
        return parse_length(text)
    except ValueError as error:
        raise Refused([f"--per: {error}"]) from None


# What is told


def _lines(counted: Counted, names: Names, column: TableColumn | None, length: timedelta | None) -> Iterable[str]:
    if column is not None:
        limit = _LONGEST_SHOWN if sys.stdout.isatty() else UNLIMITED
        return _table((clean(_called(text, names, column), limit), number) for text, number in counted.values)
    if length is not None:
        starts = Buckets(length, counted.frozen.window).starts()
        return _table((format_instant(start), counted.buckets[number]) for number, start in enumerate(starts))
    return [str(counted.count)]


def _called(text: str, names: Names, column: TableColumn) -> str:
    """A value as it is shown: with the name of an id."""
    name = _name(text, names, column)
    return f"{name} ({text})" if name else text or "none"


def _name(text: str, names: Names, column: TableColumn) -> str:
    return next(filter(None, (names.name(kind, text) for kind in column.field.names)), "")


def _table(rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Lines of a text and a number, a tab between them; on a terminal the numbers stand below each other."""
    if not sys.stdout.isatty():
        return (f"{text}\t{number}" for text, number in rows)
    shown = [(text, cells(text), f"{number:,}") for text, number in rows]
    width = max((taken + len(number) for _, taken, number in shown), default=0) + 2
    return (f"{text}{number:>{width - taken}}" for text, taken, number in shown)


def _object(counted: Counted, names: Names, column: TableColumn | None, length: timedelta | None) -> dict[str, Any]:
    """What `--json` prints; the names in it stay what they are within a version."""
    window = counted.frozen.window
    told: dict[str, Any] = {
        "version": VERSION,
        "count": counted.count,
        "exact": counted.exact,
        "query": format_query(counted.frozen.query),
        "window": {"start": format_instant(window.start), "end": format_instant(window.end)},
    }
    if column is not None:
        values = (
            {"value": text, **({"name": name} if (name := _name(text, names, column)) else {}), "count": number}
            for text, number in counted.values
        )
        told["by"] = {"field": column.name, "values": list(values)}
    if length is not None:
        starts = enumerate(Buckets(length, window).starts())
        told["per"] = {
            "seconds": int(length.total_seconds()),
            "buckets": [{"start": format_instant(at), "count": counted.buckets[number]} for number, at in starts],
        }
    return told


def _tell_doubts(counted: Counted, watched: _Watched) -> int:
    """Say what keeps the count from being sure; gives the exit code."""
    for remark in counted.remarks:
        tell(remark)
    if counted.incomplete:
        tell(f"incomplete: {watched.line()}")
    if counted.problem is not None:
        return tell_error(counted.problem)
    return TRY_AGAIN if counted.incomplete else 0
