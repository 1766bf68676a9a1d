"""Trying again, where that may help: the only place that does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui.domain.errors import RateLimited, SourceError, Unavailable
from tui.domain.page import Page, PageRequest, Waiting
from tui.sources.base import AuditSource, WaitListener, unheard


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, how long and how much altogether.

    A wait is chance times `first_wait`, doubled with each attempt up to `longest_wait`, in seconds.  All requests
    together may spend `budget` retries, which come back at `refill` a second: a server in trouble is not made worse.
    """

    attempts: int = 4
    first_wait: float = 0.25
    longest_wait: float = 8.0
    budget: float = 20.0
    refill: float = 0.5


DEFAULT_POLICY = RetryPolicy()


class RetryingSource:
    """The pages of another source, asked for again after errors that pass by themselves."""

    def __init__(
        self,
        inner: AuditSource,
        policy: RetryPolicy = DEFAULT_POLICY,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        random: Callable[[], float],
    ) -> None:
        """`clock` never goes back and counts seconds; `random` gives numbers from 0 up to 1."""
        self._inner = inner
        self._policy = policy
        self._sleep = sleep
        self._random = random
        self._budget = _Budget(policy, clock)

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        """The page asked for; while it waits to try again, `on_wait` knows.  Raises the last `SourceError`."""
        failures = 0
        while True:
            try:
                return await self._inner.fetch(request, on_wait)
            except SourceError as error:
                failures += 1
                if not error.transient or failures >= self._policy.attempts or not self._budget.take():
                    raise
                waiting = Waiting(self._wait(error, failures), error.reason)
            on_wait(waiting)
            try:
                await self._sleep(waiting.seconds)
            finally:
                on_wait(None)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _wait(self, error: SourceError, failures: int) -> float:
        """Seconds until the next attempt: what the server asked for, and never less than chance says."""
        most = min(self._policy.first_wait * 2.0 ** (failures - 1), self._policy.longest_wait)
        asked = error.retry_after if isinstance(error, RateLimited | Unavailable) else None
        return max(asked or 0.0, self._random() * most)


class _Budget:
    """Retries that may still be spent."""

    def __init__(self, policy: RetryPolicy, clock: Callable[[], float]) -> None:
        self._policy = policy
        self._clock = clock
        self._left = policy.budget
        self._at = clock()

    def take(self) -> bool:
        """Spend one; False where none is left."""
        now = self._clock()
        self._left = min(self._policy.budget, self._left + (now - self._at) * self._policy.refill)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
