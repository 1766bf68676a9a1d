"""`python -m benchmarks.soak`: a busy log followed for half an hour: memory, files, lag and bytes (see README.md)."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from benchmarks.ptybench import Session, StepResult
from benchmarks.ptybench.session import percentile
from benchmarks.serving import PROGRAMS, RECORD, serving

FAULTS = (
    "429", "429-seconds", "500", "502-html", "503-html", "503-seconds", "cut", "cut-chunked", "cut-close", "close",
    "reset", "garbage", "cut-gzip", "null", "list", "no-total",
)  # fmt: skip
LATE_SECONDS = 45
WARM_UP_MINUTES = 5
"""By then the table holds as many rows as it keeps."""
WATCHED_SECONDS = 50
KEYS = ("down", "g")
"""Away from the top, where rows come in, and back to it."""
PRESSED = 10
KEYS_A_SECOND = 2
MOST_BYTES = 6_000
"""What a line may have to carry each second."""
LIVE = "● LIVE · lag"


@dataclass(frozen=True, slots=True)
class Minute:
    """What one minute cost: at first nothing was pressed, then the keys."""

    hours: float
    watched: StepResult
    pressed: StepResult
    files: int

    @property
    def bytes_a_second(self) -> float:
        return self.watched.bytes / WATCHED_SECONDS

    def line(self) -> str:
        watched, latencies = self.watched, self.pressed.key_first_ms
        return (
            f"{self.hours * 60:6.1f} {self.pressed.rss_mb:8.1f} {self.files:6} {self.bytes_a_second:8,.0f} "
            f"{watched.frames / WATCHED_SECONDS:10.2f} {watched.metrics()['cpu_pct']:6.1f} "
            f"{statistics.median(latencies):8.1f} {max(latencies):8.1f}"
        )


HEAD = "minute   RSS MB  files  bytes/s  repaints/s   cpu%  key p50  key max"


def minutes(session: Session, count: int) -> Iterator[Minute]:
    """Watch and press, a minute at a time."""
    began = time.monotonic()
    for _ in range(count):
        watched = session.step("watch", idle_s=WATCHED_SECONDS)
        pressed = session.step("press", KEYS, repeat=PRESSED, rate=KEYS_A_SECOND)
        files = psutil.Process(session.term.pid).num_fds()
        yield Minute((time.monotonic() - began) / 3_600, watched, pressed, files)


def told(measured: list[Minute]) -> list[str]:
    """The figures of all minutes but those of warming up."""
    steady = measured[min(WARM_UP_MINUTES, len(measured) // 2) :]
    latencies = [latency for minute in steady for latency in minute.pressed.key_first_ms]
    files = [minute.files for minute in steady]
    carried = [minute.bytes_a_second for minute in steady]
    p50, p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
    lines = [
        f"bytes/s to the terminal: {statistics.mean(carried):,.0f}, at most {max(carried):,.0f} (goal {MOST_BYTES:,})",
        f"key to its first byte, ms: p50 {p50:.1f}, p99 {p99:.1f}, most {max(latencies):.1f}, of {len(latencies)}",
        f"open files: {min(files)} to {max(files)}",
    ]
    if len(steady) > 1:
        slope, _ = statistics.linear_regression(
            [minute.hours for minute in steady], [minute.pressed.rss_mb for minute in steady]
        )
        lines.append(
            f"RSS: {slope:+.1f} MB an hour, from {steady[0].pressed.rss_mb:.1f} to {steady[-1].pressed.rss_mb:.1f}"
        )
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=int, default=30, help="how long (30)")
    parser.add_argument("--rate", type=float, default=50, help="records that come in a second (50)")
    parser.add_argument("--faults", type=float, default=0.02, help="the share of requests that fail (0.02)")
    options = parser.parse_args()
    faults = [word for name in FAULTS for word in ("--fault", f"{name}:{options.faults / len(FAULTS)}")]
    growth = ["--grow", str(options.rate), "--late", str(LATE_SECONDS), "--switch", "tie-order=shuffled"]
    with serving(1_000, *growth, *faults) as server, tempfile.TemporaryDirectory() as home:
        env = {
            "PORTKEY_BASE_URL": server["base_url"],
            "PORTKEY_API_KEY": server["key"],
            **{f"XDG_{kind}_HOME": home for kind in ("CONFIG", "STATE", "CACHE", "DATA")},
        }
        with Session([str(PROGRAMS / "portkey-audit")], size=(120, 40), env=env) as session:
            session.step("start", until_re=RECORD)
            session.step("follow", ["F"], until=LIVE)
            print(HEAD, flush=True)
            measured = []
            for minute in minutes(session, options.minutes):
                measured.append(minute)
                print(minute.line(), flush=True)
            print("", *told(measured), "", session.term.text, sep="\n")
            followed = LIVE in session.term.text
            session.step("quit", ["q"])
            carried = statistics.mean(minute.bytes_a_second for minute in measured)
            return 0 if followed and session.term.ended() and carried <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
