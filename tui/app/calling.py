"""Sequences that call a reader who looks elsewhere: the title of the terminal, and a notification by OSC 9."""

from __future__ import annotations

import unicodedata
from enum import Enum
from typing import TYPE_CHECKING

from tui.domain.clean import UNLIMITED, clean

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = "portkey-audit"
LONGEST = 120
"""Characters of a title and of a notification."""

SAVE_TITLE = "\x1b[22;2t"
TITLE_BACK = "\x1b]2;\x07\x1b[23;2t"
"""The title that was saved; a terminal that saves none has its own again."""


class Multiplexer(Enum):
    """What is known to stand between the program and the terminal, and takes sequences for itself."""

    NONE = "none"
    TMUX = "tmux"
    SCREEN = "screen"


def multiplexer_of(environ: Mapping[str, str]) -> Multiplexer:
    """The one that the program runs in; behind ssh only the terminal's name tells of it."""
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return Multiplexer.TMUX
    # tmux may say `screen-256color`; only GNU screen names a terminal `screen.xterm`.
    if environ.get("STY") or term.startswith("screen."):
        return Multiplexer.SCREEN
    return Multiplexer.NONE


def title(text: str) -> str:
    """Have the terminal show a title; in ASCII, for GNU screen would send on the low byte of anything else, which may
    be that of a control character."""
    end = f" - {PROGRAM}"
    return f"\x1b]2;{_in_ascii(text, LONGEST - len(end))}{end}\x07"


def notification(text: str, multiplexer: Multiplexer = Multiplexer.NONE) -> str:
    """Have the terminal, or the desktop around it, show a message.

    It begins with the program's name: a number in front would be a command to some terminals.  tmux passes it on where
    `allow-passthrough` is on.
    """
    message = f"{PROGRAM}: {text}"
    said = _in_ascii(message, LONGEST) if multiplexer is Multiplexer.SCREEN else clean(message, LONGEST)
    sequence = f"\x1b]9;{said}\x07"
    match multiplexer:
        case Multiplexer.TMUX:
            doubled = sequence.replace("\x1b", "\x1b\x1b")
            return f"\x1bPtmux;{doubled}\x1b\\"
        case Multiplexer.SCREEN:
            return f"\x1bP{sequence}\x1b\\"
        case Multiplexer.NONE:
            return sequence


def _in_ascii(text: str, limit: int) -> str:
    """A text made harmless, letters without their accents; what ASCII has nothing like is a question mark."""
    apart = unicodedata.normalize("NFKD", text[: 2 * limit])
    letters = "".join(char for char in apart if not unicodedata.combining(char))
    said = clean(letters.encode("ascii", "replace").decode(), UNLIMITED)
    return said if len(said) <= limit else f"{said[: limit - 3]}..."
