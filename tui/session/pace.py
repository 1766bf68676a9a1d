"""How soon to look again: quicker after something happened, slower while nothing does or while the API fails."""

from __future__ import annotations

USUAL_SECONDS = 2.0
SLOWEST_SECONDS = 10.0

_SLOWER = 1.5


class Pace:
    """The pauses between one look and the next, in seconds."""

    def __init__(self, usual: float = USUAL_SECONDS) -> None:
        """`usual` is the pause to begin with; after a look that found something it is half of that."""
        self._usual = usual
        self._slowest = max(usual, SLOWEST_SECONDS)
        self._pause = usual

    def after(self, *, hit: bool, more: bool = False) -> float:
        """The pause after a look; `hit`: it found something; `more`: it did not read all there is."""
        pause = self._usual / 2 if hit else self._pause
        self._pause = self._usual if hit or more else min(self._slowest, pause * _SLOWER)
        return pause

    def after_failures(self, count: int, asked: float | None) -> float:
        """The pause after so many looks in a row that failed; `asked` is what the server asked for, if it did."""
        return max(asked or 0.0, min(self._slowest, self._usual * 2.0 ** min(count - 1, 8)))
