"""`python -m benchmarks`: the explorer beside toolong and less on the same number of rows (see README.md)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.lines import repeat_lines, write_lines
from benchmarks.ptybench import __main__ as ptybench
from benchmarks.serving import DAYS, PROGRAMS, RECORD, serving

SCENARIOS = Path(__file__).parent / "scenarios"
RECORDS = 50_000
MILLION = 1_000_000
SCANNED = 100_000
PARTS = ["start", "keys", "bytes", "scan", "million"]


class Bench:
    """Runs groups of scenarios side by side and remembers whether any broke a budget."""

    def __init__(self, repeat: int, toolong: str) -> None:
        self._repeat = repeat
        self._toolong = toolong
        self.failures = 0

    def run(self, title: str, names: list[str], **variables: str) -> None:
        """The first scenario of `names` is what the others are compared with."""
        kept = [name for name in names if self._toolong or not name.startswith("toolong")]
        values = {"bin": PROGRAMS, "record": RECORD, "since": f"{DAYS + 1}d", "toolong": self._toolong, **variables}
        words = [str(SCENARIOS / f"{name}.toml") for name in kept]
        for name, value in values.items():
            words += ["-v", f"{name}={value}"]
        print(f"\n## {title}\n", flush=True)
        self.failures += ptybench.main([*words, "-n", str(self._repeat)])


def answer_ms(base_url: str, key: str, page: int) -> float:
    """What a page costs at the server alone: the median of ten requests, in ms."""
    now = datetime.now(UTC)
    asked = {"start_time": (now - timedelta(days=DAYS + 1)).isoformat(), "end_time": now.isoformat()}
    words = urlencode({**asked, "current_page": page, "page_size": 100})
    headers = {"x-portkey-api-key": key, "user-agent": "portkey-audit-benchmarks"}
    request = urllib.request.Request(f"{base_url}/audit-logs?{words}", headers=headers)  # noqa: S310 - our own server
    costs = []
    for _ in range(10):
        began = time.perf_counter()
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own server
            json.load(answer)
        costs.append((time.perf_counter() - began) * 1000)
    return statistics.median(costs)


def first_line(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def tell_the_circumstances(toolong: str) -> None:
    """What was measured, where, and when."""
    programs = [first_line(str(PROGRAMS / "portkey-audit"), "--version"), first_line("less", "--version")]
    if toolong:
        programs.append(first_line(toolong, "--version"))
    system = f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d} · {system} · {' · '.join(programs)}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("-n", "--repeat", type=int, default=5, help="measured runs of each program (5)")
    parser.add_argument("--toolong", default=shutil.which("tl") or "", help="where toolong's program, tl, is")
    parser.add_argument("--only", choices=PARTS, help="one of the parts")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever installs the program has its byte code cached
    tell_the_circumstances(options.toolong)
    bench = Bench(options.repeat, options.toolong)
    parts = [options.only] if options.only else PARTS
    with tempfile.TemporaryDirectory() as folder:
        data, many = Path(folder, "audit.jsonl"), Path(folder, "audit-million.jsonl")
        first, last = write_lines(data, records=RECORDS, days=DAYS, now=datetime.now(UTC).replace(microsecond=0))
        peers = {"first": first, "last": last}
        with serving(RECORDS) as server:
            if "start" in parts:
                names = ["toolong-start", "explorer-paint", "explorer-record", "explorer-demo", "less-start"]
                bench.run("From the command to the screen", names, data=str(data), **server)
            if "keys" in parts:
                bench.run("Keys", ["explorer", "toolong", "less"], data=str(data), **peers, **server)
        if "bytes" in parts:
            bench.run("Bytes on the line", ["stock-driver", "bytes", "slow-line"])
        if "scan" in parts:
            with serving(SCANNED) as server:
                bench.run("A scan", ["scan"], **server)
        if "million" in parts:
            repeat_lines(data, many, times=MILLION // RECORDS)
            with serving(MILLION) as server:
                bench.run("A million rows", ["explorer", "less"], data=str(many), **peers, **server)
                cost = answer_ms(server["base_url"], server["key"], MILLION // 100 - 1)
                print(f"\nThe last page of a million costs {cost:.1f} ms at the server alone.")
            with serving(1_000) as server:
                bench.run("A thousand rows, to compare memory with", ["explorer"], **server)
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
