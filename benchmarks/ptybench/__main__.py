"""Command line: ``python -m benchmarks.ptybench scenario.toml [other.toml ...]`` (see README.md)."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.ptybench.scenario import Summary, load_scenario, over_budget, run_scenario, summarize
from benchmarks.ptybench.session import StepResult

COLUMNS = {
    "first_ms": "first", "last_ms": "last", "until_ms": "until", "bytes": "bytes", "bytes_per_key": "B/key",
    "key_first_p50": "k.p50", "key_first_p95": "k.p95", "key_last_p50": "kl.p50", "key_last_p95": "kl.p95",
    "drain_ms": "drain", "cpu_ms": "cpu", "cpu_ms_per_key": "cpu/key", "cpu_pct": "cpu%", "rss_mb": "rss",
    "peak_mb": "peak",
}  # fmt: skip


def table(title: str, summary: Summary) -> str:
    """A row per step, a column per metric."""
    width = max(len(name) for name in [title, *summary])
    lines = [f"{title:{width}} " + " ".join(f"{head:>8}" for head in COLUMNS.values())]
    for step, metrics in summary.items():
        cells = [f"{metrics[name]:8.6g}" if name in metrics else " " * 8 for name in COLUMNS]
        lines.append(f"{step:{width}} " + " ".join(cells))
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="ptybench", description="Measure terminal programs in a pty.")
    parser.add_argument("scenario", nargs="+", help="scenario files; several are run interleaved (A B A B)")
    parser.add_argument("-n", "--repeat", type=int, default=5, help="measured runs of each (5)")
    parser.add_argument("-w", "--warmup", type=int, default=1, help="discarded runs of each (1)")
    parser.add_argument("-v", "--var", action="append", default=[], metavar="NAME=VALUE", help="fills ${NAME}")
    parser.add_argument("-j", "--json", metavar="FILE", help="write every run and the medians ('-': stdout)")
    parser.add_argument("-s", "--show", action="store_true", help="print the screen after each step")
    parser.add_argument("--size", help="terminal size, over the scenarios' own")
    args = parser.parse_args(argv)
    scenarios = [load_scenario(path, dict(item.split("=", 1) for item in args.var)) for path in args.scenario]
    runs: list[list[list[StepResult]]] = [[] for _ in scenarios]
    for number in range(-args.warmup, args.repeat):
        for scenario, kept in zip(scenarios, runs, strict=True):
            scenario.size = args.size or scenario.size
            results = run_scenario(scenario, show=args.show)
            if number >= 0:
                kept.append(results)
    summaries, problems = [summarize(kept) for kept in runs], []
    for scenario, summary, kept in zip(scenarios, summaries, runs, strict=True):
        failed = {result.name for results in kept for result in results if not result.ok}
        problems += [f"{scenario.name}: {name}: timed out" for name in sorted(failed)] + over_budget(scenario, summary)
        if args.json != "-":
            print(table(scenario.name, summary))
            if kept is not runs[0]:
                print(table(f"  ratio to {scenarios[0].name}", summarize(kept, runs[0])))
    if args.json:
        report = json.dumps(
            [
                {
                    "scenario": asdict(scenario),
                    "median": summary,
                    "runs": [[asdict(one) for one in run] for run in kept],
                }
                for scenario, summary, kept in zip(scenarios, summaries, runs, strict=True)
            ]
        )
        print(report) if args.json == "-" else Path(args.json).write_text(report)
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
