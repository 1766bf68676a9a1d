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
CALLS = {
    "a notification of ours": rb"\x1b\]9;(portkey-audit: [^\x00-\x1f]*)\x07",
    "one that tmux passes on": rb"\x1bPtmux;\x1b\x1b\]9;(portkey-audit: [^\x00-\x1f]*)\x07\x1b\\",
    "one that GNU screen passes on": rb"\x1bP\x1b\]9;(portkey-audit: [ -~]*)\x07\x1b\\",
    "a title of ours": rb"\x1b\]2;(\([0-9,]+\) [ -~]* - portkey-audit)\x07",
    "the title saved, or the saved one back": rb"(?:\x1b\]2;\x07)?\x1b\[2[23];2t",
    "the bell": rb"(\x07)",
}
"""What is sent where a saved view rings, and only there."""

_SEQUENCE = re.compile(b"|".join(ALLOWED.values()))
_SEQUENCE_OR_CALL = re.compile(b"(?P<sequence>%b)|%b" % (b"|".join(ALLOWED.values()), b"|".join(CALLS.values())))
_CLIPBOARD = re.compile(rb"\x1b\]52;c;[A-Za-z0-9+/=]*\x07")
_ARRIVED = re.compile(rb"\x1b\]52;c?;([A-Za-z0-9+/=]*)\x07")
"""tmux hands on a clipboard write without naming the clipboard."""

_PIECE_FOR_SCREEN = re.compile(rb"\x1bP((?:\x1b\]52;c;)?[A-Za-z0-9+/=]*\x07?)\x1b\\")
"""GNU screen takes a clipboard write in strings of its own, which it hands on one after the other."""

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Private and unassigned characters are none of these: a terminal draws them, as boxes, and obeys none."""


def clipboard_writes(written: bytes) -> list[bytes]:
    """What reached the terminal's clipboard, still in base64, in order."""
    return _ARRIVED.findall(_PIECE_FOR_SCREEN.sub(rb"\1", written))


def calls(written: bytes) -> list[str]:
    """How the reader was called, in order: the bell, the texts of titles and notifications, and "" each time that the
    title was saved or given back."""
    found = _SEQUENCE_OR_CALL.finditer(_without_copies(written))
    return [_text_of(call).decode() for call in found if call["sequence"] is None]


def strangers(written: bytes, *, ringing: bool = False) -> list[str]:
    """What in these bytes is neither plain text nor allowed; clipboard writes are left to `clipboard_writes`, and what
    calls the reader to `calls`, where a view is `ringing`."""
    if ringing:
        plain = _SEQUENCE_OR_CALL.sub(lambda found: _text_of(found).strip(b"\x07"), _without_copies(written))
    else:
        plain = _SEQUENCE.sub(b"", _without_copies(written))
    try:
        text = plain.decode()
    except UnicodeDecodeError as error:
        return [f"no text: {plain[error.start : error.end + 20]!r}"]
    return [
        f"{char!r} before {text[at + 1 : at + 20]!r}"
        for at, char in enumerate(text)
        if unicodedata.category(char) in _UNPRINTABLE
    ]


def _without_copies(written: bytes) -> bytes:
    return _CLIPBOARD.sub(b"", _PIECE_FOR_SCREEN.sub(rb"\1", written))


def _text_of(found: re.Match[bytes]) -> bytes:
    """What a call says; of anything else, nothing."""
    return b"" if found["sequence"] is not None else next(filter(None, found.groups()), b"")
