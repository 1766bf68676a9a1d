"""Every control sequence that the program may send to a terminal; whoever lets it send another one writes it here.

What a log says must never reach the terminal as a control sequence, so each byte that was written to one has to be
plain text or stand on this list.
"""

from __future__ import annotations

import re
import unicodedata

ALLOWED = {
    "colour and emphasis": rb"\x1b\[[0-9;]*m",
    "cursor to a cell, to a row, or home": rb"\x1b\[(?:[0-9]+(?:;[0-9]+)?)?H",
    "cursor by some rows or columns, or to one": rb"\x1b\[[0-9]*[ABCDGd]",
    "lines and cells erased": rb"\x1b\[(?:2J|K|[0-9]+X)",
    "a scrolling region, and lines moved in it": rb"\x1b\[(?:[0-9]+;[0-9]+)?r|\x1b\[[0-9]*[LM]",
    "columns between which lines are moved": rb"\x1b\[\?69(?:[hl]|\$p)|\x1b\[[0-9]+;[0-9]+s",
    "the alternate screen": rb"\x1b\[\?1049[hl]",
    "cursor shown or hidden": rb"\x1b\[\?25[hl]",
    "line wrapping": rb"\x1b\[\?7[hl]",
    "mouse reports": rb"\x1b\[\?(?:1000|1003|1006|1015|1016)[hl]",
    "focus reports": rb"\x1b\[\?1004[hl]",
    "bracketed paste": rb"\x1b\[\?2004[hl]",
    "synchronized output": rb"\x1b\[\?2026(?:[hl]|\$p)",
    "size reports within the stream": rb"\x1b\[\?2048(?:[hl]|\$p)",
    "kitty's keyboard protocol": rb"\x1b\[(?:>[0-9]+|<)u",
    "shape of the mouse pointer": rb"\x1b\]22;[a-z-]*\x07",
    "ends of lines": rb"[\r\n]+",
}
_SEQUENCE = re.compile(b"|".join(ALLOWED.values()))
_CLIPBOARD = re.compile(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07")
_ARRIVED = re.compile(rb"\x1b\]52;c?;([A-Za-z0-9+/=]*)\x07")
"""tmux hands on a clipboard write without naming the clipboard."""

_PIECE_FOR_SCREEN = re.compile(rb"\x1bP((?:\x1b\]52;c;)?[A-Za-z0-9+/=]*\x07?)\x1b\\")
"""GNU screen takes a clipboard write in strings of its own, which it hands on one after the other."""

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clipboard_writes(written: bytes) -> list[bytes]:
    """What reached the terminal's clipboard, still in base64, in order."""
    return _ARRIVED.findall(_PIECE_FOR_SCREEN.sub(rb"\1", written))


def strangers(written: bytes) -> list[str]:
    """What in these bytes is neither plain text nor allowed; clipboard writes are left to `clipboard_writes`."""
    plain = _SEQUENCE.sub(b"", _CLIPBOARD.sub(b"", _PIECE_FOR_SCREEN.sub(rb"\1", written)))
    try:
        text = plain.decode()
    except UnicodeDecodeError as error:
        return [f"no text: {plain[error.start : error.end + 20]!r}"]
    return [
        f"{char!r} before {text[at + 1 : at + 20]!r}"
        for at, char in enumerate(text)
        if unicodedata.category(char) in _UNPRINTABLE
    ]
