"""Scenario files (TOML or JSON) and the statistics over their repeats."""

from __future__ import annotations

import json
import re
import shlex
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.ptybench.session import Session, StepResult

_Made = TypeVar("_Made", "Step", "Scenario")


@dataclass
class Step:
    """One step; the names are those of `Session.step`, plus `max`: budgets per metric."""

    name: str
    keys: list[str] = field(default_factory=list)
    type: str = ""
    repeat: int = 1
    rate: float = 0
    until: str | None = None
    until_re: str | None = None
    idle_s: float = 0
    quiet_ms: float | None = None
    patience_s: float = 1.0
    timeout_s: float | None = None
    max: dict[str, float] = field(default_factory=dict)


@dataclass
class Scenario:
    """A command, its terminal and its steps."""

    name: str
    command: list[str]
    steps: list[Step]
    size: str = "120x40"
    env: dict[str, str] = field(default_factory=dict)
    cwd: str | None = None
    quiet_ms: float = 100
    timeout_s: float = 60
    sync: bool = True  #  answer that synchronized output is supported
    kitty: bool = False  # answer that the kitty keyboard protocol is supported
    line_rate: int = 0  # bytes a second that the line takes; 0: all at once
    before: str = ""  #   shell command run, unmeasured, before each run
    after: str = ""  #    ... and after it


def _make(kind: type[_Made], table: Mapping[str, Any], where: str) -> _Made:
    unknown = set(table) - {item.name for item in fields(kind)}
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    return kind(**table)


def load_scenario(path: str | Path, variables: Mapping[str, str] | None = None) -> Scenario:
    """Read a scenario file; ``${name}`` is filled from `variables`, its ``[vars]``, ``here`` and ``python``."""
    path = Path(path)
    source = path.read_text()
    table = json.loads(source) if path.suffix == ".json" else tomllib.loads(source)
    always = {"here": str(path.parent.resolve()), "python": sys.executable}
    values = {**always, **table.pop("vars", {}), **(variables or {})}

    def fill(item: Any) -> Any:
        if isinstance(item, str):
            return re.sub(r"\$\{(\w+)\}", lambda match: str(values[match[1]]), item)
        if isinstance(item, list):
            return [fill(one) for one in item]
        return {name: fill(one) for name, one in item.items()} if isinstance(item, dict) else item

    table = fill(table)
    steps = [_make(Step, step, f"{path}: step") for step in table.pop("step", [])]
    if isinstance(table.get("command"), str):
        table["command"] = shlex.split(table["command"])
    return _make(Scenario, {"name": path.stem, **table, "steps": steps}, str(path))


def run_scenario(scenario: Scenario, show: bool = False) -> list[StepResult]:
    """Run it once; a step that fails ends the run."""
    columns, rows = map(int, scenario.size.split("x"))
    if scenario.before:
        subprocess.run(scenario.before, shell=True, check=True, stdout=subprocess.DEVNULL)
    results: list[StepResult] = []
    try:
        with Session(
            scenario.command, quiet_ms=scenario.quiet_ms, timeout_s=scenario.timeout_s, size=(columns, rows),
            env=scenario.env, cwd=scenario.cwd, sync=scenario.sync, kitty=scenario.kitty,
            line_rate=scenario.line_rate,
        ) as session:  # fmt: skip
            for step in scenario.steps:
                options = {item.name: getattr(step, item.name) for item in fields(Step) if item.name != "max"}
                result = session.step(**options)
                results.append(result)
                if show:
                    print(f"--- {scenario.name}: {step.name} ({'ok' if result.ok else 'FAILED'})\n{session.term.text}")
                if not result.ok:
                    break
    finally:
        if scenario.after:
            subprocess.run(scenario.after, shell=True, check=False, stdout=subprocess.DEVNULL)
    return results


Summary = dict[str, dict[str, float]]  # step -> metric -> value


def summarize(runs: list[list[StepResult]], base: list[list[StepResult]] | None = None) -> Summary:
    """Median over the runs of each step's metrics, or of their ratios to the paired runs of `base`."""
    pooled: dict[str, dict[str, list[float]]] = {}
    for number, run in enumerate(runs):
        divisors = {result.name: result.metrics() for result in base[number]} if base else {}
        for result in run:
            for metric, value in result.metrics().items():
                divisor = divisors.get(result.name, {}).get(metric) if base else 1
                if divisor:
                    pooled.setdefault(result.name, {}).setdefault(metric, []).append(value / divisor)
    return {step: {name: round(statistics.median(all_), 3) for name, all_ in m.items()} for step, m in pooled.items()}


def over_budget(scenario: Scenario, summary: Summary) -> list[str]:
    """One line for each budget (`max` of a step) that the medians break."""
    lines = []
    for step in scenario.steps:
        for metric, limit in step.max.items():
            value = summary.get(step.name, {}).get(metric)
            if value is None or value > limit:
                lines.append(f"{scenario.name}: {step.name}: {metric} is {value}, over {limit}")
    return lines
