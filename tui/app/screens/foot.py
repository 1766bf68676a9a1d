"""The last line of a dialog: the keys that work in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from rich.cells import cell_len

from tui.app.widgets.line import Line, Part


class FootKey(NamedTuple):
    """A key as it is shown, what it does in a word or two, and the action of the dialog behind it."""

    key: str
    word: str
    action: str
    tone: str = "key"


class Foot(Line):
    """Keys and their words, as many as fit whole, and always the last: the way out.  A click does what the key does."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[FootKey, ...] = ()

    def show_keys(self, keys: Sequence[FootKey]) -> None:
        """Draw these keys, one or more, from now on."""
        self._keys = tuple(keys)
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        *others, last = map(self._parts, self._keys)
        room = self.size.width - self._width(last)
        parts: list[Part] = []
        for key in others:
            key.append(Part("  "))
            room -= self._width(key)
            if room < 0:
                break
            parts += key
        self.show([*parts, *last])

    def _parts(self, key: FootKey) -> list[Part]:
        run = partial(self.app.run_action, key.action, self.screen)
        return [Part(key.key, key.tone, run), Part(f" {key.word}", "muted", run)]

    @staticmethod
    def _width(parts: Sequence[Part]) -> int:
        return sum(cell_len(part.text) for part in parts)
