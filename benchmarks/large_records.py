"""`python -m benchmarks.large_records`: how long the detail of a very large record takes, and the next key after it.

The explorer at 120x40 on a file with one such record; times are from the key to the last byte of what it draws.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from benchmarks.ptybench import Session
from benchmarks.serving import PROGRAMS

ROUNDS = 5
LARGE = {
    "a body of 5 MB": json.dumps({"rows": ["x" * 90] * 52_000}),
    "a line of 1 MB": "x" * 1_000_000,
    "100,000 combining marks": json.dumps({"a": "e" + "\u0301" * 100_000}),
    "900 levels": '{"a":' * 900 + "1" + "}" * 900,
    "100,000 keys": json.dumps({f"key-{number}": number for number in range(100_000)}),
}
KEYS = (
    ("first paint of the detail", ["enter"]),
    ("a line down", ["down"]),
    ("its end", ["G"]),
    ("the raw record", ["5"]),
)


def measured(body: str) -> dict[str, float]:
    """Milliseconds of each key on a record with this body."""
    record = {"timestamp": "2026-11-20T12:00:00.000Z", "request_id": "r-1", "method": "PUT", "request_body": body}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.jsonl"
        file.write_text(json.dumps(record))
        environment = {f"XDG_{kind}_HOME": folder for kind in ("CONFIG", "STATE", "CACHE", "DATA")}
        command = [str(PROGRAMS / "portkey-audit"), "--file", str(file)]
        with Session(command, env=environment, size=(120, 40)) as explorer:
            explorer.step("start", until_re=r"1 of 1")
            # Where there is nothing to draw, as at the end of one line, nothing was waited for.
            return {name: explorer.step(name, keys).metrics().get("last_ms", 0.0) for name, keys in KEYS}


def main() -> None:
    print(f"median of {ROUNDS}, in ms".ljust(28), *(f"{name:>26}" for name, _ in KEYS))
    for title, body in LARGE.items():
        rounds = [measured(body) for _ in range(ROUNDS)]
        print(title.ljust(28), *(f"{statistics.median(one[name] for one in rounds):26,.0f}" for name, _ in KEYS))


if __name__ == "__main__":
    main()
