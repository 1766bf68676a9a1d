"""The stand-in as a whole without its sockets: requests in, deliveries out, and the handles that tests turn."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from threading import Condition, Event
from typing import Any

from tui.demo.exchange import Request
from tui.demo.faults import FAULTS, Delivery, Scene, check_fault, check_probability, delivered
from tui.demo.handler import AUDIT_LOGS, Api, answer, route_of
from tui.demo.live import GrowingRecords, LiveHistory
from tui.demo.switches import SettingError, Switches

Clock = Callable[[], datetime]

MOST_REMEMBERED = 10_000
"""How many requests are remembered; older ones are forgotten."""

_LONGEST_ADVANCE = 10 * 366 * 86_400


class StandIn:
    """An API over a history, with switches, faults and a clock that can be changed while it serves.

    Every method may be called from any thread.
    """

    def __init__(
        self,
        history: GrowingRecords,
        *,
        clock: Clock,
        switches: Switches | None = None,
        faults: Mapping[str, float] | None = None,
        prefix: str = "/v1",
        seed: int = 7,
    ) -> None:
        """`clock` tells the time in UTC; `faults` are probabilities by name; `prefix` is the path of the API's root.

        Raises `SettingError` for a fault that isn't known.
        """
        self.prefix = "/" + prefix.strip("/")
        self._clock = clock
        self._ahead = timedelta()
        self._changed = Condition()
        self._switches = switches or Switches()
        self._faults: dict[str, float] = {}
        self._met: Counter[str] = Counter()
        self._queues: dict[str, deque[str]] = {}
        self._requests: deque[Request] = deque(maxlen=MOST_REMEMBERED)
        self._count = 0
        self._gate = Event()
        self._ties = Random(seed)  # noqa: S311 - it shuffles pretend records
        self._mishaps = Random(seed)  # noqa: S311 - it chooses pretend faults
        self._live = LiveHistory(history, now=self.now(), seed=seed)
        self._live.set_pace(self._switches, self.now())
        self.set_faults(faults or {})

    def now(self) -> datetime:
        """The stand-in's time, which `Date` tells."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Set the clock forward.  Raises `SettingError`."""
        if not 0 <= seconds <= _LONGEST_ADVANCE:
            raise SettingError(f"advance is a number of seconds from 0 to {_LONGEST_ADVANCE}")
        with self._changed:
            self._ahead += timedelta(seconds=seconds)

    @property
    def switches(self) -> Switches:
        return self._switches

    def set(self, **switches: Any) -> None:
        """Turn switches by name.  Raises `SettingError`, and then none is turned."""
        with self._changed:
            self._switches = self._switches.changed(switches)
            self._live.set_pace(self._switches, self.now())

    @property
    def faults(self) -> dict[str, float]:
        """The probability of each fault that may happen at any request."""
        return dict(self._faults)

    def set_faults(self, faults: Mapping[str, Any]) -> None:
        """Replace the faults that happen by chance.  Raises `SettingError`, and then nothing changes."""
        checked = {check_fault(name): check_probability(name, share) for name, share in faults.items()}
        with self._changed:
            self._faults = checked

    def queue(self, *faults: str, path: str = AUDIT_LOGS) -> None:
        """Let the next requests to `path` meet these faults, one each.  Raises `SettingError`, then none is queued."""
        names = [check_fault(name) for name in faults]
        with self._changed:
            self._queues.setdefault(path, deque()).extend(names)

    @property
    def queued(self) -> dict[str, list[str]]:
        """The faults that still wait, by path."""
        with self._changed:
            return {path: list(names) for path, names in self._queues.items() if names}

    @property
    def faults_met(self) -> Counter[str]:
        """How often each fault was met."""
        with self._changed:
            return Counter(self._met)

    @property
    def requests(self) -> list[Request]:
        """What was asked, oldest first; the control route aside."""
        with self._changed:
            return list(self._requests)

    @property
    def request_count(self) -> int:
        """How many requests there were, remembered or not."""
        return self._count

    def forget(self) -> None:
        """Count requests from nothing again."""
        with self._changed:
            self._requests.clear()
            self._count = 0

    def wait_for_requests(self, count: int, *, within: float = 60.0) -> list[Request]:
        """The requests, as soon as there are `count` of them.  Raises TimeoutError after `within` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._count >= count, within):
                raise TimeoutError(f"{self._count} requests instead of {count} in {within} s")
            return list(self._requests)

    def release(self) -> None:
        """Let go of every answer that is held now."""
        with self._changed:
            self._gate.set()
            self._gate = Event()

    def arrive(self, count: int = 1) -> None:
        """Let new records arrive at once.  Raises `SettingError`."""
        if count < 0:
            raise SettingError("arrive is a number of records from 0")
        with self._changed:
            self._live.arrive(count, self.now())

    def respond(self, request: Request) -> Delivery:
        """What goes on the wire for this request."""
        with self._changed:
            self._requests.append(request)
            self._count += 1
            self._changed.notify_all()
            self._live.catch_up(request.at)
            switches, gate = self._switches, self._gate
            response = answer(request, Api(self._live, switches, self.prefix, self._ties))
            path = route_of(request.path, self.prefix)
            if path == AUDIT_LOGS and response.status == 200:
                self._live.arrive(switches.drift, request.at)
            mishap = self._next_mishap(path)
            self._met.update([mishap] if mishap else [])
        delivery = FAULTS[mishap].deliver(response, Scene(request, switches, gate)) if mishap else delivered(response)
        return replace(delivery, pause=delivery.pause + switches.latency)

    def _next_mishap(self, path: str | None) -> str:
        """The fault that this request meets: one that waits for its path, else one by chance, else ""."""
        if path is None:
            return ""
        if waiting := self._queues.get(path):
            return waiting.popleft()
        return next((name for name, share in self._faults.items() if self._mishaps.random() < share), "")
