"""The keyboard of a run whose standard input was a pipe: the terminal itself takes that one's place."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_STDIN = 0


def take_keyboard() -> bool:
    """Have standard input be the terminal that is drawn on; False where it can't be read from."""
    terminal = _open_terminal()
    if terminal is None:
        return False
    if terminal != _STDIN:
        os.dup2(terminal, _STDIN)
        os.close(terminal)
    return True


def has_keyboard() -> bool:
    """Whether `take_keyboard` will find one."""
    terminal = _open_terminal()
    if terminal is not None:
        os.close(terminal)
    return terminal is not None


def _open_terminal() -> int | None:
    """The terminal by its own name, for /dev/tty can't be waited for on every system; and by that where it is another
    user's, as after `su`."""
    names = ["/dev/tty"]
    with suppress(OSError):
        names.insert(0, os.ttyname(sys.stderr.fileno()))
    for name in names:
        with suppress(OSError):
            return os.open(name, os.O_RDWR | os.O_NOCTTY)
    return None
