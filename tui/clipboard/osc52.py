"""OSC 52, the sequence that asks a terminal to put a text on the reader's clipboard; no terminal answers it."""

from __future__ import annotations

from base64 import b64encode

MOST_BYTES = 74_994
"""The longest text that common terminals take in one sequence."""
DOUBTFUL_BYTES = 12_000
"""From here on, connections by mosh cut what is sent."""
_PIECE = 690
"""GNU screen drops a string of more than 768 bytes, and draws the rest of it."""


def sequence(text: bytes) -> str:
    """What asks a terminal to take `text`."""
    return f"\x1b]52;c;{b64encode(text).decode()}\x07"


def pieces_for_screen(text: bytes) -> str:
    """The same for a terminal behind GNU screen: in strings (DCS) that it hands on as they are, one after the other."""
    whole = sequence(text)
    return "".join(f"\x1bP{whole[at : at + _PIECE]}\x1b\\" for at in range(0, len(whole), _PIECE))
