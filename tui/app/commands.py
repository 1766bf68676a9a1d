"""What a reader can do here, gathered from the bindings of the screen and its panes.

A binding carries it all: its id, its keys, the footer's word, and a sentence of help.  Footer, help screen and palette
are made from it, so a new key is one binding and one action.  What has no key stands in its node's `KEYLESS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.screen import Screen

_KEY_NAMES = {
    "slash": "/",
    "backslash": "\\",
    "colon": ":",
    "question_mark": "?",
    "full_stop": ".",
    "comma": ",",
    "space": "space",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "escape": "esc",
    "enter": "enter",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "apostrophe": "'",
    "vertical_line": "|",
    "equals_sign": "=",
    "minus": "-",
    "plus": "+",
    "shift+tab": "shift+tab",
}


@dataclass(frozen=True, slots=True)
class Keyless:
    """Something that is rarely wanted: the palette and the help have it, and no key."""

    action: str
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a reader can do: where, by which keys, and what it is."""

    id: str
    pane: str
    keys: tuple[str, ...]
    title: str
    help: str
    run: Callable[[], object]


def shown_key(key: str) -> str:
    """A key as a keyboard's owner would write it."""
    return _KEY_NAMES.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


def bindings_of(node: DOMNode) -> list[tuple[tuple[str, ...], Binding]]:
    """A node's own bindings with all their keys, in the order they are written."""
    grouped: dict[str, tuple[list[str], Binding]] = {}
    for key, bindings in node._bindings.key_to_bindings.items():  # noqa: SLF001 - Textual offers no list by node
        for binding in bindings:
            if binding.id:
                grouped.setdefault(binding.id, ([], binding))[0].append(shown_key(key))
    return [(tuple(keys), binding) for keys, binding in grouped.values()]


def panes_of(screen: Screen[Any]) -> Iterator[tuple[str, DOMNode]]:
    """The parts of a screen that have keys, with the names they go by in the help."""
    seen: set[str] = set()
    for node in (*screen.walk_children(), screen, screen.app):
        name = getattr(node, "PANE", "")
        if name and name not in seen:
            seen.add(name)
            yield name, node


def commands_of(screen: Screen[Any]) -> list[Command]:
    """Everything that can be done on this screen, pane by pane."""
    found = []
    for pane, node in panes_of(screen):
        for keys, binding in bindings_of(node):
            run = partial(screen.app.run_action, binding.action, node)
            found.append(Command(binding.id or "", pane, keys, binding.description, binding.tooltip, run))
        for keyless in getattr(node, "KEYLESS", ()):
            run = partial(screen.app.run_action, keyless.action, node)
            found.append(Command(keyless.action, pane, (), keyless.title, keyless.help, run))
    return found
