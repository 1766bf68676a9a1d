"""The stand-in API as a child process: it starts beside the screen, and ends when we do."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from tui.domain.errors import Unreachable
from tui.domain.secret import Secret

_STOP_SECONDS = 2.0


@dataclass(slots=True)
class StandIn:
    """A running child.  Its standard input is the leash: the child ends when that closes, however we end."""

    child: subprocess.Popen[bytes]

    @classmethod
    def start(cls, *, hostile: bool = False) -> StandIn:
        """Start it and don't wait for it.  `hostile`: attackers wrote the texts of its history."""
        child = subprocess.Popen(  # noqa: S603 - every word is ours
            # -P: a folder tui where we were started is not ours to run
            [sys.executable, "-P", "-m", "tui.demo", *(["hostile"] if hostile else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return cls(child)

    def address(self) -> tuple[str, Secret]:
        """Base URL and key, once it listens.  Raises `Unreachable`."""
        line = self.child.stdout.readline() if self.child.stdout else b""
        try:
            told = json.loads(line)
            return str(told["base_url"]), Secret(str(told["key"]))
        except (ValueError, KeyError, TypeError):
            raise Unreachable("The demo's stand-in server did not start.", "Try: portkey-audit demo-server") from None

    def stop(self) -> None:
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self.child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
