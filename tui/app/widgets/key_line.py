"""The last line: the keys that matter in the pane that has the focus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.binding import Binding
from textual.dom import DOMNode

from tui.app.widgets.line import Line, Part

Key = tuple[Sequence[str], Binding, DOMNode]
"""Keys as they are shown, their binding, and the node whose action they run."""


class KeyLine(Line):
    """Keys and their words; a click does what the key does."""

    def show_keys(self, keys: Iterable[Key], always: Iterable[Key]) -> None:
        """Draw keys from the left, as many as fit, and on the right those that must never be cut off."""
        self.show([Part(" "), *self._parts(keys)], [Part(" "), *self._parts(always)])

    def _parts(self, keys: Iterable[Key]) -> list[Part]:
        parts: list[Part] = []
        for shown, binding, node in keys:
            run = self._runner(binding.action, node)
            parts += [Part(shown[0], "key", run), Part(f" {binding.description}   ", "muted", run)]
        return parts

    def _runner(self, action: str, node: DOMNode) -> Callable[[], object]:
        return lambda: self.app.run_action(action, node)
