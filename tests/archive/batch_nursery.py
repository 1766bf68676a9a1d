"""A process that forks another for each line it is told, and this one writes batches of records to an archive: so that
many can be begun at once, and killed.

    python -m tests.archive.batch_nursery

A line is `FILE FIRST END`: the batches from FIRST up to END are written, each by itself.  The answers are `began` and
the process id, `wrote` and the number of a batch that was written for good, and `ended` and an exit code, negative for
a signal.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.archive.coverage import Grade, Span, milliseconds
from tui.archive.store import Store
from tui.domain.record import AuditRecord

BATCH = 20
"""Records of a batch."""
_SECONDS = 400
_START = datetime(2020, 1, 1, 12, 0, tzinfo=UTC)
ALWAYS = Span(milliseconds(_START - timedelta(days=1)), milliseconds(_START + timedelta(days=365)))


def span_of(number: int) -> Span:
    """The time that a batch is of: they are side by side."""
    start = milliseconds(_START + timedelta(seconds=_SECONDS * number))
    return Span(start, start + 1_000 * _SECONDS)


def number_at(millisecond: int) -> int:
    """The batch that this time is of."""
    return (millisecond - milliseconds(_START)) // (1_000 * _SECONDS)


def batch(number: int) -> list[AuditRecord]:
    """The records of a batch, newest first; words and values of their own are in each."""
    start = _START + timedelta(seconds=_SECONDS * number)
    return [
        AuditRecord.model_validate(
            {
                "timestamp": (start + timedelta(seconds=second)).isoformat(),
                "request_id": f"batch-{number}-{second}",
                "user_id": f"user-{number}",
                "client_ip": f"203.0.113.{number % 250}",
                "request_body": f'{{"name": "word{number}"}}',
            }
        )
        for second in reversed(range(BATCH))
    ]


def write_batch(store: Store, number: int) -> None:
    with store.writing():
        store.add(batch(number))
        store.cover(span_of(number), Grade.PROVED)


def main() -> None:
    for line in sys.stdin:
        file, first, end = line.rsplit(maxsplit=2)
        child = os.fork()
        if not child:
            _write(Path(file), range(int(first), int(end)))
            os._exit(0)
        _answer(f"began {child}")
        _, status = os.waitpid(child, 0)
        _answer(f"ended {os.waitstatus_to_exitcode(status)}")


def _write(file: Path, numbers: range) -> None:
    store = Store.open(file)
    for number in numbers:
        write_batch(store, number)
        _answer(f"wrote {number}")
    store.close()


def _answer(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    main()
