"""`python -m benchmarks.query`: how quickly queries are written, and records looked through, beside jq and grep."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.lines import write_lines
from tui.domain.completion import Known, complete
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.plan import plan_query
from tui.domain.predicates import Surroundings
from tui.domain.query_parser import parse_query
from tui.domain.record import AuditRecord

RECORDS = 100_000
DAYS = 90
NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)

FIVE_CLAUSES = "method:PUT status:>=200 -type:api_key res:prompts,configs body.version:>=3"
FIVE_IN_JQ = (
    'select(.method == "PUT" and .response_status_code >= 200 and .user_type != "api_key" '
    'and (.resource_type == "prompts" or .resource_type == "configs") '
    "and ((.request_body | fromjson? | .version?) // 0) >= 3)"
)
FREE_TEXT = "deploy"
TYPED = (
    "op:delete,rotate -type:api_key res:api-keys,virtual-keys status:4xx ip:203.0.113.0/24 actor:ana "
    'body.scopes:~write has:body.usage_limits "rate limit" (country:none OR country:DE) since:7d'
)


def seconds(work: Callable[[], object]) -> float:
    """The median of five runs."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def matcher(text: str) -> Matcher:
    parsed = parse_query(text, now=NOW)
    if parsed.diagnostics:
        raise SystemExit(f"{text}: {parsed.diagnostics}")
    return Matcher(parsed.query.terms, Surroundings())


def look_through(lines: Path) -> None:
    """How many records a second, from memory and from lines of JSON."""
    records = [AuditRecord.model_validate(json.loads(line)) for line in lines.read_text().splitlines()]
    for title, text, peers in (
        ("five clauses with a body path", FIVE_CLAUSES, {"jq": ["jq", "-c", FIVE_IN_JQ]}),
        ("free text", FREE_TEXT, {"grep": ["grep", "-ciF", FREE_TEXT]}),
    ):
        fits = matcher(text)
        found = sum(map(fits, records))
        print(f"\n{title}: {text}\n  {found:,} of {len(records):,} records fit")
        told("explorer, records in memory", seconds(partial(in_memory, records, fits)), len(records))
        told("explorer, from lines", seconds(partial(from_lines, lines, fits)), len(records))
        for name, command in peers.items():
            if shutil.which(name):
                told(f"{name}, from lines", seconds(partial(run, command, lines)), len(records))
            else:
                print(f"  {name} is not installed")


def in_memory(records: list[AuditRecord], fits: Matcher) -> int:
    return sum(map(fits, records))


def from_lines(lines: Path, fits: Matcher) -> int:
    with lines.open() as file:
        return sum(fits(AuditRecord.model_validate(json.loads(line))) for line in file)


def run(command: list[str], lines: Path) -> None:
    # Into a pipe: grep that writes to /dev/null stops at its first match.
    subprocess.run([*command, str(lines)], stdout=subprocess.PIPE, check=False)


def told(what: str, taken: float, count: int) -> None:
    print(f"  {what:<30} {taken:8.3f} s {count / taken:12,.0f} records/s")


def write_query() -> None:
    """What each key of a long query takes: it is read, planned, and completed anew."""
    known = Known(Names(), lambda _: [("403", 37), ("200", 1_200)])

    def key(length: int) -> Callable[[], object]:
        text = TYPED[:length]
        return lambda: (plan_query(parse_query(text, now=NOW).query, Names()), complete(text, length, known))

    taken = sorted(seconds(key(length)) * 1_000 for length in range(1, len(TYPED) + 1))
    p95 = taken[len(taken) * 95 // 100]
    print(f"\nwriting a query of {len(TYPED)} characters; 10 keys a second leave 100 ms for each")
    print(f"  a key: median {statistics.median(taken):.2f} ms, p95 {p95:.2f} ms, longest {taken[-1]:.2f} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    words = parser.parse_args()
    write_query()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "records.jsonl"
        write_lines(lines, records=words.records, days=DAYS, now=NOW)
        look_through(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
