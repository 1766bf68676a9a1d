"""A terminal is asked by one sequence; GNU screen lets it through in pieces that it can hold."""

from __future__ import annotations

import re
from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from tui.clipboard.osc52 import MOST_BYTES, pieces_for_screen, sequence

_SCREEN_DROPS = 768
_DCS = re.compile(r"\x1bP([^\x1b]*(?:\x1b[^\\][^\x1b]*)*)\x1b\\")


@given(st.binary(max_size=5_000))
def test_the_sequence_holds_the_text(text: bytes):
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence(text))
    assert found
    assert b64decode(found[1], validate=True) == text


@given(st.binary(max_size=5_000))
def test_screen_puts_the_pieces_together_again(text: bytes):
    sent = pieces_for_screen(text)
    assert _DCS.sub("", sent) == ""
    assert "".join(_DCS.findall(sent)) == sequence(text)


def test_no_piece_is_longer_than_screen_takes():
    pieces = [found[0] for found in _DCS.finditer(pieces_for_screen(b"x" * MOST_BYTES))]
    assert max(map(len, pieces)) <= 700 < _SCREEN_DROPS
