"""The leash on a child process: its standard input, which closes however the parent ends."""

from __future__ import annotations

import os


def wait_for_end_of_input() -> None:
    """Return when whoever holds the other end of standard input has closed it."""
    while os.read(0, 4096):
        pass
