"""`python -m benchmarks.sync`: fifty thousand records from a loopback server into an archive (see README.md)."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.serving import DAYS, PROGRAMS, serving

RECORDS = 50_000
MOST_SECONDS = 60.0
_LOOK_SECONDS = 0.05


def measured(command: list[str], environment: dict[str, str]) -> tuple[dict[str, object], float, float]:
    """What a command told as JSON, the seconds it took, and the most memory it had, in MB."""
    began, most = time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                most = max(most, watched.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(_LOOK_SECONDS)
        told = json.loads(process.stdout.read() if process.stdout else "{}")
    return told, time.monotonic() - began, most / 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sync", description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS, help=f"how many ({RECORDS:,})")
    options = parser.parse_args()
    program = str(PROGRAMS / "portkey-audit")
    with serving(options.records) as server, tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "PORTKEY_BASE_URL": server["base_url"],
            "PORTKEY_API_KEY": server["key"],
            **{f"XDG_{kind}_HOME": home for kind in ("CONFIG", "STATE", "CACHE", "DATA")},
        }
        command = [program, "archive", "sync", f"--since={DAYS + 1}d", "--json"]
        told, seconds, memory = measured(command, environment)
        again, seconds_again, _ = measured(command, environment)
        counted, seconds_counted, _ = measured([program, "archive", "verify", "--json"], environment)
        path = subprocess.run([program, "archive", "path"], capture_output=True, text=True, check=True, env=environment)
        size = Path(path.stdout.strip()).stat().st_size
    new = told["records"]["new"]  # type: ignore[index]
    print(f"{new:,} records in {seconds:.1f} s (goal {MOST_SECONDS:.0f}): {new / seconds:,.0f} a second")
    print(f"{told['requests']} requests, {told['windows']}, complete: {told['complete']}")
    print(f"{size / new:,.0f} bytes a record on disk, {size / 1_000_000:,.0f} MB in all")
    print(f"memory at most {memory:,.0f} MB")
    print(f"once more: {again['requests']} requests, {seconds_again:.1f} s")
    print(f"verified: {counted['verified']:,} records by {counted['requests']} requests, {seconds_counted:.1f} s")
    return 0 if told["complete"] and seconds <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
