"""`python -m benchmarks.archive`: how quickly records are kept in an archive and found in it, beside lnav and grep.

The records, as JSON lines, and the archive stay in a folder, so that a second run only asks.  Exit code 1 where a
budget is broken (see README.md).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.lines import write_lines
from tui.archive.coverage import Span, milliseconds
from tui.archive.narrowing import EVERYTHING, narrow
from tui.archive.store import Store
from tui.domain.matching import Matcher
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact

RECORDS = 1_000_000
DAYS = 90
NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
BATCH = 1_000
"""Records a transaction: a usual window of a sync."""
PAGE = 100
WARM = 7
RARE, COMMON, MAIL = "colleague56", "prompts", "colleague34@example.org"
ACTOR = "476ab2f5-e595-11f0-84d4-4ee151005f96"
TABLES = {
    "records": ("records",),
    "index of words": ("words_data", "words_idx", "vocabulary"),
    "values and their counts": ("facets", "facets_%", "facet_values", "sqlite_autoindex_facet%", "tallies"),
}
Work = Callable[[], object]


class Question(NamedTuple):
    """A query, how many days back it goes, and how long it may take, in ms."""

    title: str
    text: str
    days: int = DAYS + 1
    goal: float = 100.0


# What it takes to keep records


def newest_first(lines: Path) -> Iterator[list[bytes]]:
    """The lines of a file from its end on, a batch at a time."""
    with lines.open("rb") as file:
        starts = [0]
        while sum(1 for _ in islice(file, BATCH)) == BATCH:
            starts.append(file.tell())
        for start in reversed(starts):
            file.seek(start)
            if batch := list(islice(file, BATCH)):
                yield batch[::-1]


def fill(lines: Path, file: Path) -> None:
    """Make the archive, in a process of its own."""
    reading = keeping = processor = longest = 0.0
    count = added = 0
    with closing(Store.open(file)) as store:
        for batch in newest_first(lines):
            began = time.perf_counter()
            records = [redact(AuditRecord.model_validate(json.loads(line))) for line in batch]
            read, read_processor = time.perf_counter(), time.process_time()
            with store.writing():
                added += store.add(records)
            reading += read - began
            kept = time.perf_counter() - read
            keeping, longest = keeping + kept, max(longest, kept)
            processor += time.process_time() - read_processor
            count += len(batch)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {added:,} records kept: {count / keeping:,.0f}/s, {count / processor:,.0f} in a second of one core")
    print(f"  {BATCH:,} records took {keeping / count * BATCH:.2f} s, at most {longest:.2f} s")
    print(f"  {count / (reading + keeping):,.0f}/s with reading and redacting them; memory at most {memory:,.0f} MB")


def tell_size(store: Store, file: Path, lines: Path) -> None:
    count = store.count_all(span_of(DAYS + 1))
    print(f"  {file.stat().st_size / count:,.0f} bytes a record; as JSON lines {lines.stat().st_size / count:,.0f}")
    for title, names in TABLES.items():
        condition = " OR ".join("name LIKE ?" for _ in names)
        (size,) = store._connection.execute(  # noqa: SLF001 - it looks at the file, not at what it is for
            f"SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND ({condition})",  # noqa: S608 - question marks
            names,
        ).fetchone()
        print(f"  {title:<26} {size / count:6,.0f} bytes a record")


# What it takes to find them


def span_of(days: int) -> Span:
    return Span(milliseconds(NOW - timedelta(days=days)), milliseconds(NOW) + 1)


def first_results(store: Store, question: Question) -> str:
    """What the explorer needs: how many records may fit, and the hundred newest that do."""
    terms = parse_query(question.text, now=NOW).query.terms
    span, fits = span_of(question.days), Matcher(terms, Surroundings())
    narrowing = narrow((), terms, store, Surroundings())
    count = store.count(span, narrowing)
    found, below, size = 0, None, PAGE
    while found < PAGE and (rows := store.select(span, narrowing, limit=size, below=below)):
        found += sum(fits(record) for _, record in rows)
        below, size = rows[-1][0], BATCH
    return f"{min(found, PAGE)} of at most {count:,}"


def spread(store: Store, name: str, text: str) -> str:
    """What `v` shows."""
    narrowing = narrow((), parse_query(text, now=NOW).query.terms, store, Surroundings())
    counts = store.spread(name, span_of(DAYS + 1), narrowing)
    return f"{len(counts)} values of {sum(counts.values()):,} records"


def page_at(store: Store, offset: int) -> str:
    return f"{len(store.select(span_of(DAYS + 1), EVERYTHING, limit=PAGE, offset=offset))} records"


def milliseconds_of(work: Work) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000


def ask(lines: Path, file: Path) -> bool:
    """Ask all questions; gives whether each is answered in time."""
    with closing(Store.open_for_reading(file)) as store:
        print("\nsize")
        tell_size(store, file, lines)
        half = store.count_all(span_of(DAYS + 1)) // 2
        ((_, middle),) = store.select(span_of(DAYS + 1), EVERYTHING, limit=1, offset=half)
    print(f"\nfirst {PAGE} results and the count, ms {'cold':>27} {'warm':>8} {'goal':>6}")
    in_time = [
        told(question.title, file, partial(first_results, question=question), question.goal)
        for question in (
            Question(f"rare text: {RARE}", RARE),
            Question("a request id in full", middle.request_id),
            Question("a mail", MAIL),
            Question("a path: /v2/logs/exports", "/v2/logs/exports"),
            Question(f"common text: {COMMON}", COMMON),
            Question("body.description:~warehouse", "body.description:~warehouse"),
            Question('body.name:"prod-eu" op:update', 'body.name:"prod-eu" op:update'),
            Question("status:403, 30 days", "status:403", 30, 50),
            Question("an actor, 30 days", f"actor:{ACTOR}", 30, 50),
            Question("res:prompts -method:PUT, 30 days", "res:prompts -method:PUT", 30, 50),
            Question("is:failed ip:203.0.113.0/24, 30 days", "is:failed ip:203.0.113.0/24", 30, 50),
        )
    ]
    print(f"\nvalues of a field, ms {'cold':>41} {'warm':>8} {'goal':>6}")
    in_time += [
        told(f"{name} of {text or 'all'}", file, partial(spread, name=name, text=text), 300)
        for name in ("actor", "ip")
        for text in ("", "is:failed", "res:prompts", RARE)
    ]
    print(f"\na page far down, ms {'cold':>43} {'warm':>8} {'goal':>6}")
    in_time.append(told(f"after {half:,} records", file, partial(page_at, offset=half), 100))
    print(f"\n  memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    return all(in_time)


def told(title: str, file: Path, work: Callable[[Store], object], goal: float) -> bool:
    """Once with nothing of the file in memory, then several times; gives whether the median of these is in time."""
    with file.open("rb") as whole:
        os.posix_fadvise(whole.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with closing(Store.open_for_reading(file)) as store:
        cold = milliseconds_of(lambda: work(store))
        warm = statistics.median(milliseconds_of(lambda: work(store)) for _ in range(WARM))
        print(f"  {title:<52} {cold:8.1f} {warm:8.1f} {goal:6.0f}  {work(store)}", flush=True)
    return warm <= goal


def ask_others(lines: Path) -> None:
    """How long programs take that read all lines each time."""
    print("\nothers on the JSON lines, ms")
    commands = {
        f"grep -c {RARE}": ["grep", "-cF", RARE, str(lines)],
        f"grep -m 100 {COMMON}": ["grep", "-m100", "-F", COMMON, str(lines)],
        f"grep -c {COMMON}": ["grep", "-cF", COMMON, str(lines)],
        f"lnav -n, filtered by {RARE}": ["lnav", "-n", "-c", f":filter-in {RARE}", str(lines)],
    }
    for title, command in commands.items():
        if shutil.which(command[0]) is None:
            print(f"  {title:<52} not installed")
            continue
        runs = 1 if command[0] == "lnav" else 3
        # Not to nowhere: grep then stops at the first line.
        run = partial(subprocess.run, command, stdout=subprocess.PIPE, check=False)
        print(f"  {title:<52} {statistics.median(milliseconds_of(run) for _ in range(runs)):8.1f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive", description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS, help=f"how many ({RECORDS:,})")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "portkey-audit-benchmark"))
    parser.add_argument("--fill", action="store_true", help="make the archive anew")
    options = parser.parse_args()
    options.folder.mkdir(mode=0o700, exist_ok=True)
    lines, file = options.folder / f"{options.records}.jsonl", options.folder / f"{options.records}.db"
    if not lines.exists():
        write_lines(lines, records=options.records, days=DAYS, now=NOW)
    if options.fill or not file.exists():
        print("keeping")
        unfinished = file.with_suffix(".unfinished")
        for part in options.folder.glob(f"{unfinished.name}*"):
            part.unlink()
        # Its memory is told by itself.
        call = f"from benchmarks.archive import Path, fill; fill(Path({str(lines)!r}), Path({str(unfinished)!r}))"
        subprocess.run([sys.executable, "-c", call], check=True)
        unfinished.replace(file)
    in_time = ask(lines, file)
    ask_others(lines)
    return 0 if in_time else 1


if __name__ == "__main__":
    sys.exit(main())
