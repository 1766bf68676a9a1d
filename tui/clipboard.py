"""The routes to the reader's clipboard, and the truth about the one taken.

Over SSH only the terminal reaches the reader's own clipboard, by an escape sequence (OSC 52) that nobody confirms.  On
the reader's own machine a native tool does, and its exit code is a confirmation.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

MOST_BYTES = 74_994
"""More than this no terminal takes in one sequence."""
_DOUBTFUL_BYTES = 12_000
_CHILD = "import sys, pyperclip; pyperclip.copy(sys.stdin.buffer.read().decode())"


@dataclass(frozen=True, slots=True)
class Clipboard:
    """`native`: the clipboard of this machine is the reader's own.  `multiplexed`: tmux or screen stands between.
    `patience`: seconds that a native tool may take."""

    native: bool = False
    multiplexed: bool = False
    patience: float = 2.0

    async def copy(self, text: str, what: str, write_terminal: Callable[[str], None]) -> str:
        """Hand over `text`, which is `what` ("request id", "3 ids"); the answer says what is known to have happened.

        `write_terminal` sends the text to the terminal as OSC 52.  Half a surrogate pair, which no clipboard takes, is
        copied as the escape that JSON has for it.
        """
        encoded = text.encode("utf-8", "backslashreplace")
        text, size = encoded.decode(), len(encoded)
        subject = f"{what} ({size:,} B)"
        if self.native and await _copy_in_child(encoded, self.patience):
            return f"Copied {subject} to this machine's clipboard"
        if size > MOST_BYTES:
            return f"Not copied: {subject} is more than a terminal takes ({MOST_BYTES:,} B)"
        write_terminal(text)
        message = f"Sent {subject} to your terminal (OSC 52, which does not confirm)"
        if size > _DOUBTFUL_BYTES:
            message += "; some connections cut texts this long"
        if self.multiplexed:
            message += "; in tmux it needs: set -s set-clipboard on"
        return message


def reachable_from(environ: Mapping[str, str]) -> Clipboard:
    """Which clipboard is the reader's own: over SSH only the terminal knows it."""
    remote = any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
    display = sys.platform == "darwin" or any(environ.get(name) for name in ("WAYLAND_DISPLAY", "DISPLAY"))
    multiplexed = bool(environ.get("TMUX")) or environ.get("TERM", "").startswith(("tmux", "screen"))
    return Clipboard(native=display and not remote, multiplexed=multiplexed)


async def _copy_in_child(text: bytes, patience: float) -> bool:
    """pyperclip in a process of its own: it may hang on a dead display, or talk on our terminal."""
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a file pyperclip.py in the folder where we were started is not ours to run
            "-c",
            _CHILD,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(patience):
            await child.communicate(text)
    except TimeoutError:
        return False
    finally:
        if child.returncode is None:
            # With all that it started; after a copy, what it left behind serves the clipboard and stays.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
    return child.returncode == 0
