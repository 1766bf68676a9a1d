"""From settings to a stand-in that is ready to start; and how one on a leash knows when to end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.demo.stand_in import Clock
from tui.demo.switches import SettingError, Switches


@dataclass(frozen=True, slots=True)
class Launch:
    """What a stand-in is started with.

    `now` is an ISO time at which the clock stands still until the control route moves it, "" for the real clock.
    `switches` and `faults` go by name, as in `Switches` and `FAULTS`.  `hostile`: attackers wrote the texts.
    """

    records: int = 50_000
    days: int = 90
    seed: int = 7
    port: int = 0
    prefix: str = "/v1"
    now: str = ""
    switches: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, Any] = field(default_factory=dict)
    hostile: bool = False

    def server(self) -> DemoServer:
        """The server, with its history, not yet started.  Raises `SettingError`."""
        clock = _standing_clock(self.now) if self.now else _running_clock
        switches = Switches().changed(self.switches)
        history = History(records=self.records, days=self.days, seed=self.seed, now=clock(), hostile=self.hostile)
        return DemoServer(
            history, clock=clock, switches=switches, faults=self.faults, prefix=self.prefix, seed=self.seed
        )


def wait_for_end_of_input() -> None:
    """Return when whoever holds the other end of standard input has closed it, as happens however a parent ends."""
    while os.read(0, 4096):
        pass


def _running_clock() -> datetime:
    return datetime.now(UTC)


def _standing_clock(text: str) -> Clock:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingError(f"now is an ISO time as in 2026-11-20T14:05:00Z, not {text!r}") from None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return lambda: moment
