"""What there is to know of the terminal that the doctor runs in, and of what stands between it and the reader."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.clipboard.surroundings import Surroundings, ancestors, look_around

MOSH = "mosh-server"
_TMUX_SECONDS = 2.0
_CLIENT = "#{client_pid} #{client_utf8} #{client_tty} #{client_termname}"

Ask = Callable[[Sequence[str]], str | None]
"""Runs a program; gives what it wrote, None where it failed."""


@dataclass(frozen=True, slots=True)
class Tmux:
    """What tmux says of itself and of the terminal that it is attached to.

    `term` is that terminal's TERM.  `takes_copies` is whether tmux knows it as one that does, None where it doesn't
    tell; `by_mosh` whether it is at the other end of a mosh connection.
    """

    version: str
    set_clipboard: str = ""
    allow_passthrough: str = ""
    term: str = ""
    in_utf8: bool = True
    takes_copies: bool | None = None
    by_mosh: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What local checks judge.

    `here` is what bears on the clipboard.  `size` is columns and lines.  `tmux` is None outside of it, and where it
    doesn't answer.
    """

    here: Surroundings
    reads_terminal: bool
    writes_terminal: bool
    encoding: str
    size: tuple[int, int] | None = None
    tmux: Tmux | None = None

    @property
    def environ(self) -> Mapping[str, str]:
        return self.here.environ

    @property
    def has_terminal(self) -> bool:
        """Whether the explorer could read its keys and draw here."""
        return self.reads_terminal and self.writes_terminal


def gather(environ: Mapping[str, str]) -> Facts:
    """The facts about the terminal of this process: the explorer draws on standard error."""
    return Facts(
        here=look_around(environ),
        reads_terminal=sys.stdin.isatty(),
        writes_terminal=sys.stderr.isatty(),
        encoding=sys.__stderr__.encoding if sys.__stderr__ else "",
        size=_size(),
        tmux=ask_tmux(_run, ancestors) if environ.get("TMUX") else None,
    )


def ask_tmux(ask: Ask, ancestors_of: Callable[[int], Iterable[str]]) -> Tmux | None:
    """What the tmux that we are in says; None where it doesn't answer."""
    version = ask(("tmux", "-V"))
    client = ask(("tmux", "display-message", "-p", _CLIENT))
    if version is None or client is None:
        return None
    pid, utf8, tty, term = (client.rstrip("\n").split(" ", 3) + [""] * 3)[:4]
    return Tmux(
        version=version.removeprefix("tmux").strip(),
        set_clipboard=(ask(("tmux", "show-options", "-sv", "set-clipboard")) or "").strip(),
        allow_passthrough=(ask(("tmux", "show-options", "-gwv", "allow-passthrough")) or "").strip(),
        term=term.strip(),
        in_utf8=utf8 != "0",
        takes_copies=_takes_copies(ask(("tmux", "show-messages", "-T")) or "", tty),
        by_mosh=pid.isdecimal() and MOSH in ancestors_of(int(pid)),
    )


def _takes_copies(told: str, tty: str) -> bool | None:
    """Whether the terminal on `tty` has what tmux calls `Ms`, out of all that it says of its terminals."""
    here = False
    for line in told.splitlines():
        if line.startswith("Terminal "):
            here = f" for {tty}," in line
        elif here and " Ms: " in line:
            return "[missing]" not in line
    return None


def _size() -> tuple[int, int] | None:
    try:
        size = os.get_terminal_size(2)
    except (OSError, ValueError):
        return None
    return size.columns, size.lines


def _run(command: Sequence[str]) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the commands of this file, and no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TMUX_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
