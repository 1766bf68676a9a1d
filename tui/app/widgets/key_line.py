"""The last line: the keys that matter in the pane that has the focus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from textual.binding import Binding
from textual.dom import DOMNode

from tui.app.widgets.line import Line, Part, cells_of

Key = tuple[Sequence[str], Binding, DOMNode]
"""Keys as they are shown, their binding, and the node whose action they run."""


class KeyLine(Line):
    """Keys and their words, as many as fit whole; a click does what the key does."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._keys: list[list[Part]] = []
        self._always: list[list[Part]] = []

    def show_keys(self, keys: Iterable[Key], always: Iterable[Key]) -> None:
        """Draw keys from the left, and on the right those that must never be left out."""
        self._keys, self._always = [self._parts(key) for key in keys], [self._parts(key) for key in always]
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        right = [*(part for key in self._always for part in key), Part(" ")]
        room = self.size.width - cells_of(right)
        left: list[Part] = []
        for key in self._keys:
            room -= cells_of(key)
            if room < 0:
                break
            left += key
        self.show(left, right)

    def _parts(self, key: Key) -> list[Part]:
        shown, binding, node = key
        run = partial(self.app.run_action, binding.action, node)
        return [Part(f" {shown[0]}", "key", run), Part(f" {binding.description} ", "muted", run)]
