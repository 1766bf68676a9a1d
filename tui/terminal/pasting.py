"""Pasted text stays text, whatever is in it: Textual's parser takes an escape sequence in it for keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator

from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers import linux_driver
from textual.events import Key, Paste
from textual.message import Message

_QUIET_SECONDS = 0.15
"""Keys that follow each other and a paste this closely were not pressed by anybody."""


class PasteSafeParser(XTermParser):
    """Takes what is pasted out of the stream as a whole, so that nothing in it is parsed.

    Text that holds the end mark itself ends its paste early.  Terminals that let it through send the rest right behind:
    keys are passed over until there was a moment of quiet.
    """

    def __init__(self, debug: bool = False, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(debug)
        self._clock = clock
        self._before = ""
        """The end of what was parsed last, in which a start mark may have begun."""
        self._pasted: str | None = None
        """What came of a paste that has no end yet."""
        self._last_of_burst = float("-inf")

    def feed(self, data: str) -> Iterable[Message]:
        if not data:
            yield from super().feed(data)
        while data:
            data = yield from self._take_typed(data) if self._pasted is None else self._take_pasted(data)

    def tick(self) -> Iterable[Message]:
        yield from self._pressed(super().tick())

    def _take_typed(self, data: str) -> Generator[Message, None, str]:
        """Parse up to the next start mark, the mark included; gives what is behind it."""
        seen = self._before + data
        start = seen.find(BRACKETED_PASTE_START)
        if start < 0:
            self._before = seen[1 - len(BRACKETED_PASTE_START) :]
            typed, rest = data, ""
        else:
            end = start + len(BRACKETED_PASTE_START) - len(self._before)
            self._before, self._pasted = "", ""
            typed, rest = data[:end], data[end:]
        yield from self._pressed(super().feed(typed))
        return rest

    def _take_pasted(self, data: str) -> Generator[Message, None, str]:
        """Gather up to the end mark; gives what is behind it."""
        seen = (self._pasted or "") + data
        end = seen.find(BRACKETED_PASTE_END, max(0, len(seen) - len(data) - len(BRACKETED_PASTE_END)))
        if end < 0:
            self._pasted = seen
            return ""
        self._pasted = None
        self._last_of_burst = self._clock()
        yield Paste(seen[:end].replace("\x1b", "\ufffd").replace("\x00", ""))
        yield from self._pressed(super().feed(BRACKETED_PASTE_END))
        return seen[end + len(BRACKETED_PASTE_END) :]

    def _pressed(self, messages: Iterable[Message]) -> Iterator[Message]:
        """All but the keys of a burst that a paste began, and the empty paste that the parser makes of the marks."""
        for message in messages:
            if isinstance(message, Key) and self._clock() - self._last_of_burst < _QUIET_SECONDS:
                self._last_of_burst = self._clock()
            elif not (isinstance(message, Paste) and not message.text):
                yield message


def keep_pastes_apart() -> None:
    """Have Textual's drivers read their input through a `PasteSafeParser`; they offer no way to say so."""
    linux_driver.XTermParser = PasteSafeParser  # type: ignore[attr-defined]
