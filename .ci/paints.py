"""Run a command of the README in a folder, in a real terminal, until it shows records: `paints.py FOLDER COMMAND`."""

from __future__ import annotations

import sys
import time

from benchmarks.ptybench import Session

RECORD = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +\d{3} "
"""A row of the table: its time and its status."""

_SET_UP_SECONDS = 600
_END_SECONDS = 20


def main(folder: str, command: str) -> str:
    """What went wrong; "" where the command painted records and ended well."""
    with Session(["bash", "-c", command], cwd=folder, timeout_s=_SET_UP_SECONDS, env={"LC_ALL": "C.UTF-8"}) as session:
        painted = session.step("paint", until_re=RECORD)
        print(session.term.text)
        if not painted.ok:
            return "no records were painted"
        session.term.send("q")
        deadline = time.monotonic() + _END_SECONDS
        while not session.term.ended() and time.monotonic() < deadline:
            session.term.read(0.05)
        code = session.term.exit_code
        return "" if code == 0 else f"after q it ended with exit code {code}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) or 0)
