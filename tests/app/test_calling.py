"""What calls a reader who looks elsewhere holds nothing that a terminal could obey, whoever wrote it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.attacks import PAYLOADS
from tui.app.calling import LONGEST, Multiplexer, multiplexer_of, notification, title
from tui.domain.clean import has_unsafe

TITLE = re.compile(r"\x1b\]2;([^\x07]*)\x07")
NOTIFICATION = re.compile(r"\x1b\]9;(portkey-audit: [^\x07]*)\x07")
anything = st.text(st.characters(), max_size=300) | st.sampled_from(PAYLOADS)


class TestTheTitle:
    def test_says_what_rang_and_where(self):
        assert title("(3) deletions") == "\x1b]2;(3) deletions - portkey-audit\x07"

    def test_of_other_letters_is_as_near_as_ascii_comes(self):
        assert title("změny, 監査") == "\x1b]2;zmeny, ?? - portkey-audit\x07"

    @given(text=anything)
    def test_is_short_printable_ascii_whatever_a_view_is_called(self, text: str):
        [said] = TITLE.fullmatch(title(text)).groups()  # type: ignore[union-attr]
        assert said.isascii()
        assert said.isprintable()
        assert len(said) <= LONGEST


class TestTheNotification:
    def test_begins_with_the_program(self):
        assert notification("4;3;50") == "\x1b]9;portkey-audit: 4;3;50\x07"

    def test_is_wrapped_for_tmux_to_pass_it_on(self):
        assert notification("é", Multiplexer.TMUX) == "\x1bPtmux;\x1b\x1b]9;portkey-audit: é\x07\x1b\\"

    def test_is_wrapped_for_screen_in_ascii(self):
        assert notification("é丛", Multiplexer.SCREEN) == "\x1bP\x1b]9;portkey-audit: e?\x07\x1b\\"

    @given(text=anything)
    def test_is_short_and_has_nothing_to_obey_whoever_wrote_it(self, text: str):
        [said] = NOTIFICATION.fullmatch(notification(text)).groups()  # type: ignore[union-attr]
        assert not has_unsafe(said)
        assert len(said) <= LONGEST

    @given(text=anything)
    def test_through_screen_it_is_printable_ascii(self, text: str):
        sent = notification(text, Multiplexer.SCREEN)
        [said] = NOTIFICATION.fullmatch(sent.removeprefix("\x1bP").removesuffix("\x1b\\")).groups()  # type: ignore[union-attr]
        assert said.isascii()
        assert said.isprintable()
        assert len(said) <= LONGEST


class TestWhatStandsBetween:
    @pytest.mark.parametrize(
        ("environ", "multiplexer"),
        [
            ({}, Multiplexer.NONE),
            ({"TERM": "xterm-256color"}, Multiplexer.NONE),
            ({"TERM": "screen-256color"}, Multiplexer.NONE),
            ({"TERM": "tmux-256color"}, Multiplexer.TMUX),
            ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, Multiplexer.TMUX),
            ({"TERM": "screen-256color", "STY": "7.pts-0"}, Multiplexer.SCREEN),
            ({"TERM": "screen.xterm-256color"}, Multiplexer.SCREEN),
            ({"TERM": "tmux-256color", "STY": "7.pts-0", "TMUX": "x"}, Multiplexer.TMUX),
        ],
    )
    def test_is_known_by_what_it_sets(self, environ: dict[str, str], multiplexer: Multiplexer):
        assert multiplexer_of(environ) is multiplexer
