"""One run of one program: a sequence of measured steps."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from benchmarks.ptybench.terminal import Terminal

Until = str | re.Pattern[str] | Callable[[str], bool]
MS = 1e-6  # ns -> ms


def percentile(values: Sequence[float], share: float) -> float | None:
    """Nearest-rank percentile (share 0..1)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


_PLAIN = (
    "first_ms", "last_ms", "until_ms", "drain_ms", "wall_ms", "bytes", "reads", "frames", "cpu_ms", "rss_mb", "peak_mb",
)  # fmt: skip


@dataclass
class StepResult:
    """What one step cost; times are in ms from its (first) key's write, or from the spawn."""

    name: str
    ok: bool = True
    keys: int = 0
    wall_ms: float = 0.0  #           to the end of the step, the last quiet period excluded
    first_ms: float | None = None  #  to the first output byte
    last_ms: float | None = None  #   to the last output byte before quiet
    until_ms: float | None = None  #  to the output that made the predicate true
    drain_ms: float | None = None  #  last key -> last byte: grows if the program cannot keep up
    bytes: int = 0
    reads: int = 0
    frames: int = 0  #                synchronized updates (ESC[?2026l) seen
    cpu_ms: float = 0.0
    span_s: float = 0.0  #            the time that cpu_ms covers
    rss_mb: float = 0.0
    peak_mb: float = 0.0
    key_first_ms: list[float] = field(default_factory=list)  # per key: to its first byte
    key_last_ms: list[float] = field(default_factory=list)  #  per key: to its last byte

    def metrics(self) -> dict[str, float]:
        """Flat numbers; the ones that do not apply are left out."""
        found: dict[str, float | None] = {name: getattr(self, name) for name in _PLAIN}
        found["cpu_pct"] = self.cpu_ms / 10 / self.span_s if self.span_s else None
        if self.keys:
            found["bytes_per_key"], found["cpu_ms_per_key"] = self.bytes / self.keys, self.cpu_ms / self.keys
            found["unanswered"] = self.keys - len(self.key_first_ms)
        for name, values in (("key_first", self.key_first_ms), ("key_last", self.key_last_ms)):
            found[f"{name}_p50"], found[f"{name}_p95"] = percentile(values, 0.5), percentile(values, 0.95)
        return {name: round(value, 3) for name, value in found.items() if value is not None}


def predicate(until: Until | None, until_re: str | None = None) -> Callable[[str], bool] | None:
    """Make a screen predicate of a text, a pattern or a function."""
    if until_re is not None:
        until = re.compile(until_re, re.MULTILINE)
    if until is None or callable(until):
        return until
    if isinstance(until, re.Pattern):
        pattern = until
        return lambda text: pattern.search(text) is not None
    wanted = until
    return lambda text: wanted in text


class Session:
    """``with Session(["less", "file"]) as s: s.step("startup", until="line 1")``."""

    def __init__(self, argv: Sequence[str], *, quiet_ms: float = 100, timeout_s: float = 60, **terminal: Any) -> None:
        self.quiet, self.timeout = quiet_ms / 1000, timeout_s
        self.term = Terminal(argv, **terminal)
        self._begun, self._cpu = self.term.started, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.term.close()

    def step(
        self,
        name: str,
        keys: Sequence[str] = (),
        *,
        type: str = "",
        repeat: int = 1,
        rate: float = 0,
        until: Until | None = None,
        until_re: str | None = None,
        idle_s: float = 0,
        quiet_ms: float | None = None,
        patience_s: float = 1.0,
        timeout_s: float | None = None,
    ) -> StepResult:
        """Send keys, watch the output and measure.

        ``rate`` 0 sends each key once the output of the one before is quiet (closed loop);
        ``rate`` R sends R keys a second whatever happens (a held key, fast typing).
        With ``until`` the step lasts until the predicate holds and the output is quiet;
        without it, a key's output is awaited for at most ``patience_s``.
        ``idle_s`` only watches, for that long.
        """
        term, wanted, result = self.term, predicate(until, until_re), StepResult(name)
        quiet, timeout = self.quiet if quiet_ms is None else quiet_ms / 1000, timeout_s or self.timeout
        todo = [*(list(keys) * repeat), *type]
        found, late, sent = 0, False, list[int]()
        begun = self._begin()
        if wanted and not todo and wanted(term.text):
            found = begun  # already on the screen
        if idle_s:
            found = self._watch(begun + int(idle_s * 1e9), None if found else wanted) or found
        for number, key in enumerate(todo):
            if rate and sent:
                found = self._watch(sent[0] + int(number * 1e9 / rate), None if found else wanted) or found
            sent.append(term.send(key))
            if not rate and number < len(todo) - 1:
                self._settle(sent[-1], None, quiet, patience_s, timeout)
        start, last = (sent[0], sent[-1]) if sent else (begun, begun)
        if not idle_s:
            patience = patience_s if sent else 0 if found else timeout
            seen, late = self._settle(last, None if found else wanted, quiet, patience, timeout)
            found = found or seen
        now, cpu = time.perf_counter_ns(), self._cpu
        self._cpu, result.rss_mb, result.peak_mb = term.usage()
        result.ok, result.keys = bool(found or not wanted) and not late, len(sent)
        result.bytes, result.reads, result.frames = term.bytes, term.reads, term.frames
        result.cpu_ms, result.span_s = (self._cpu - cpu) * 1000, (now - begun) / 1e9
        result.wall_ms = ((now if idle_s else max(term.last_output, last)) - start) * MS
        if term.arrivals:
            result.first_ms, result.last_ms = (term.arrivals[0] - start) * MS, (term.last_output - start) * MS
        if found:
            result.until_ms = (found - start) * MS
        if sent:
            result.drain_ms = max(0.0, (term.last_output - last) * MS)
            self._per_key(result, sent)
        return result

    def _begin(self) -> int:
        """Take in what is still under way and zero the counters; when the step began, in ns."""
        begun, self._begun = self._begun, 0
        if begun:  # the first step: its clock started at the spawn
            return begun
        while self.term.read(0) or self.term.pending:
            if self.term.pending:
                self.term.parse()
        self._cpu = self.term.usage()[0]
        self.term.mark()
        return time.perf_counter_ns()

    def _per_key(self, result: StepResult, sent: list[int]) -> None:
        """Attribute each read to the newest key sent before it."""
        arrivals = self.term.arrivals
        for at, following in zip(sent, [*sent[1:], 1 << 63], strict=True):
            mine = [arrival for arrival in arrivals if at < arrival <= following]
            if mine:
                result.key_first_ms.append((mine[0] - at) * MS)
                result.key_last_ms.append((mine[-1] - at) * MS)

    def _parse(self, wanted: Callable[[str], bool] | None) -> int:
        arrival = self.term.parse()
        return arrival if arrival and wanted and wanted(self.term.text) else 0

    def _watch(self, deadline: int, wanted: Callable[[str], bool] | None) -> int:
        """Read until `deadline` (ns); the time the predicate first held, or 0."""
        found, term = 0, self.term
        while (left := (deadline - time.perf_counter_ns()) / 1e9) > 0:
            if term.pending and not term.read(0):
                found = self._parse(None if found else wanted) or found
            elif not term.pending:
                term.read(left)
        return found

    def _settle(
        self, since: int, wanted: Callable[[str], bool] | None, quiet: float, patience: float, timeout: float
    ) -> tuple[int, bool]:
        """Read until the predicate holds and then quiet; (time it held or 0, timed out)."""
        term, found = self.term, 0
        deadline = since + int(timeout * 1e9)
        while not term.closed or term.pending:
            if term.read(0):
                continue
            if term.pending:
                found = self._parse(None if found else wanted) or found
                continue
            now = time.perf_counter_ns()
            if now > deadline:
                return found, True
            if wanted and not found:
                wait = (deadline - now) / 1e9
            else:
                answered = term.last_output > since
                wait = quiet - (now - term.last_output) / 1e9 if answered else patience - (now - since) / 1e9
                if wait <= 0:
                    return found, False
            term.read(wait)
        return found, False
