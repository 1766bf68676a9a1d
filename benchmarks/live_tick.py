"""`python -m benchmarks.live_tick`: what one look at a followed log sends to the terminal, with a new row and without.

The explorer at 120x40 on a stand-in of its own, at the top of the table, panel open and closed.  Exit code 1 where the
budget is broken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.__main__ import RECORDS
from benchmarks.ptybench import Session
from benchmarks.serving import PROGRAMS, serving

BUDGET = 900
"""Bytes for a look that brings one new row."""
_LOOK_SECONDS = 4.0
"""Longer than any pause between two looks, as little time as there is without a new record."""


@contextmanager
def following(server: dict[str, str], home: str) -> Iterator[Session]:
    """The explorer, following."""
    environment = {
        "PORTKEY_BASE_URL": server["base_url"],
        "PORTKEY_API_KEY": server["key"],
        **{f"XDG_{kind}_HOME": home for kind in ("CONFIG", "STATE", "CACHE", "DATA")},
    }
    with Session([str(PROGRAMS / "portkey-audit"), "--since", "91d"], env=environment, size=(120, 40)) as explorer:
        explorer.step("start", until_re=r"\d of [\d,]+")
        explorer.step("follow", ["F"], until="lag")
        yield explorer


def look(explorer: Session, server: dict[str, str], *, records: int) -> int:
    """The bytes sent while a few seconds pass in which so many records come in."""
    if records:
        order = json.dumps({"arrive": records}).encode()
        origin = server["base_url"].removesuffix("/v1")
        with urllib.request.urlopen(f"{origin}/_control", order) as answer:  # noqa: S310 - our own server
            answer.read()
    return int(explorer.step("look", idle_s=_LOOK_SECONDS).metrics()["bytes"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.live_tick", description=__doc__)
    parser.add_argument("-n", type=int, default=5, help="looks of each kind; medians are shown  [5]")
    count = parser.parse_args().n
    worst = 0.0
    with serving(RECORDS) as server, tempfile.TemporaryDirectory() as home, following(server, home) as explorer:
        for panel, keys in (("open", []), ("closed", ["f", "f"])):
            if keys:
                explorer.step("panel", keys)
            with_row = statistics.median(look(explorer, server, records=1) for _ in range(count))
            with_three = statistics.median(look(explorer, server, records=3) for _ in range(count))
            print(f"panel {panel}: one new row {with_row:,.0f} B, three {with_three:,.0f} B")
            worst = max(worst, with_row)
        for _ in range(3):
            look(explorer, server, records=0)
        print(f"without a new row: {statistics.median(look(explorer, server, records=0) for _ in range(count)):,.0f} B")
    print(f"budget for one new row: {BUDGET:,} B")
    return int(worst > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
