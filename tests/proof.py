"""The proof T1 to T16: how much of each runs, with which seeds, and what came out.

A test that is part of it bears the mark `proof("T5")`, asks `figure` or `seeds` how much to do, and tells the fixture
`counted` what it did and found.  As a plugin of pytest this adds `--figures=large`, for as much as is run before a
release, and ends a run with a table of what was counted.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PARTS = {
    "T1": "every screen, fuzzed in a terminal",
    "T2": "clean() over all code points",
    "T3": "markup and clicks on it",
    "T4": "faults of the network",
    "T5": "each call fails once",
    "T6": "kill -9 while records are written",
    "T7": "disks that are full, shut, locked or damaged",
    "T8": "paging while the log moves",
    "T9": "following for long",
    "T10": "signals and lost terminals",
    "T11": "the clipboard",
    "T12": "a canary for a key",
    "T13": "use at random",
    "T14": "large records",
    "T15": "locales and terminals",
    "T16": "modes of files, and links in the way",
}
_KEPT = tomllib.loads(Path(__file__).with_name("kept_seeds.toml").read_text())


_run = {"figures": "ci"}
"""Set before any test is collected, so that the decorators of Hypothesis may ask, too."""

Counted = Callable[..., None]
"""Adds what was done or found to the table, by name: `counted(faults=200, lost=0)`."""


def figure(*, ci: int, large: int) -> int:
    """How much to do: of rounds, texts, faults."""
    return large if _run["figures"] == "large" else ci


def seeds(name: str, *, ci: int, large: int) -> Iterator[int]:
    """Those that once found something, then others, up from nought."""
    kept: list[int] = _KEPT.get(name, [])
    yield from kept
    yield from (seed for seed in range(figure(ci=ci, large=large)) if seed not in kept)


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Counted:
    def count(**counts: int) -> None:
        told = [(f"count {name.replace('_', ' ')}", number) for name, number in counts.items()]
        request.node.user_properties.extend(told)

    return count


@dataclass
class _Result:
    """What came of the tests of a part."""

    outcomes: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


class _Table:
    """Gathers what the tests told, wherever they ran."""

    def __init__(self) -> None:
        self._results = {part: _Result() for part in PARTS}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == "proof":
                self._take(self._results[str(value)], report)

    def _take(self, result: _Result, report: pytest.TestReport) -> None:
        result.seconds += report.duration
        if report.when == "call" or not report.passed:
            result.outcomes[report.outcome] += 1
        if report.when == "call":
            for name, value in report.user_properties:
                if name.startswith("count ") and isinstance(value, int):
                    result.counts[name.removeprefix("count ")] += value

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        run = {part: result for part, result in self._results.items() if result.outcomes}
        if not run:
            return
        terminalreporter.section("the proof")
        for part, result in run.items():
            told = [f"{count:,} {name}" for name, count in (result.outcomes + result.counts).items()]
            # What must be nought is told as well: adding leaves it out.
            told += [f"0 {name}" for name, count in result.counts.items() if not count]
            terminalreporter.line(f"{part:4} {PARTS[part]:45} {result.seconds:6.0f} s  {', '.join(told)}")
        seconds = sum(result.seconds for result in run.values())
        terminalreporter.line(f"{'':4} {'all of it, one test after the other':45} {seconds:6.0f} s")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", choices=("ci", "large"), default="ci", help="how much of the proof T1 to T16 runs")


def pytest_configure(config: pytest.Config) -> None:
    _run["figures"] = config.getoption("--figures")
    config.addinivalue_line("markers", "proof(part): is a part of the proof, T1 to T16")
    config.pluginmanager.register(_Table())


def pytest_itemcollected(item: pytest.Item) -> None:
    for mark in item.iter_markers("proof"):
        item.user_properties.append(("proof", mark.args[0]))
