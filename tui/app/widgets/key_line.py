"""The last line: the keys that matter in the pane that has the focus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.binding import Binding
from textual.dom import DOMNode

from tui.app.widgets.line import Line, Part


class KeyLine(Line):
    """Keys and their words; a click does what the key does."""

    def show_keys(self, keys: Iterable[tuple[Sequence[str], Binding, DOMNode]]) -> None:
        """Draw keys, their bindings and the nodes whose actions they run; those of the focused pane first."""
        parts: list[Part] = [Part(" ")]
        for shown, binding, node in keys:
            run = self._runner(binding.action, node)
            parts += [Part(shown[0], "key", run), Part(f" {binding.description}   ", "muted", run)]
        self.show(parts)

    def _runner(self, action: str, node: DOMNode) -> Callable[[], object]:
        return lambda: self.app.run_action(action, node)
