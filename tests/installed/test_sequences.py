"""The list of what may reach a terminal lets nothing else through."""

from __future__ import annotations

import pytest

from tests.installed.sequences import calls, clipboard_writes, strangers


class TestTheList:
    def test_plain_text_in_any_script_and_a_frame_of_ours_pass(self):
        assert strangers("\x1b[?2026h\x1b[3;7H\x1b[1;38;2;1;2;3mプロンプト né · ‹›\x1b[0m\x1b[?2026l".encode()) == []

    @pytest.mark.parametrize(
        "sequence",
        ["\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\", "\x1bc", "\x1b[3J", "\x1b[6n", "\x1b[?47h", "\x07", "\x9b31m",
         "\x00", "\u202e", "\u200b", "\u2028", "\U000e0041"],
        ids=ascii,
    )  # fmt: skip
    def test_anything_else_is_told(self, sequence: str):
        assert len(strangers(f"before{sequence}after".encode())) >= 1

    def test_bytes_that_are_no_text_are_told(self):
        assert strangers(b"before\x9bafter") != []

    def test_a_clipboard_write_is_counted_apart(self):
        written = b"before\x1b]52;c;aGVsbG8=\x07after"
        assert strangers(written) == []
        assert clipboard_writes(written) == [b"aGVsbG8="]

    def test_a_clipboard_write_in_pieces_for_screen_is_one(self):
        written = b"before\x1bP\x1b]52;c;aGVs\x1b\\\x1bPbG8=\x1b\\\x1bP\x07\x1b\\after"
        assert strangers(written) == []
        assert clipboard_writes(written) == [b"aGVsbG8="]

    def test_pieces_of_anything_else_are_told(self):
        assert strangers(b"\x1bP\x1b]0;owned\x07\x1b\\") != []


class TestCalls:
    """What calls the reader passes where a view rings, and nowhere else."""

    @pytest.mark.parametrize(
        ("sequence", "said"),
        [
            ("\x07", "\a"),
            ("\x1b[22;2t", ""),
            ("\x1b]2;\x07\x1b[23;2t", ""),
            ("\x1b]2;(1,234) deletions - portkey-audit\x07", "(1,234) deletions - portkey-audit"),
            ("\x1b]9;portkey-audit: Zoë 監査\x07", "portkey-audit: Zoë 監査"),
            ("\x1bPtmux;\x1b\x1b]9;portkey-audit: Zoë\x07\x1b\\", "portkey-audit: Zoë"),
            ("\x1bP\x1b]9;portkey-audit: Zoe\x07\x1b\\", "portkey-audit: Zoe"),
        ],
        ids=["bell", "title saved", "title back", "title", "notification", "through tmux", "through screen"],
    )
    def test_are_told_apart(self, sequence: str, said: str):
        written = f"before\x1b[3;7H{sequence}after".encode()
        assert strangers(written) != []
        assert strangers(written, ringing=True) == []
        assert calls(written) == [said]

    @pytest.mark.parametrize(
        "sequence",
        [
            "\x1b]2;owned\x07",
            "\x1b]2;(1) \x1b[31m - portkey-audit\x07",
            "\x1b]2;(1) ě - portkey-audit\x07",
            "\x1b]9;owned\x07",
            "\x1b]9;4;3;50\x07",
            "\x1b]9;portkey-audit: \u202e\x07",
            "\x1b]9;portkey-audit: \x9c\x07",
            "\x1bP\x1b]9;portkey-audit: 丛\x07\x1b\\",
            "\x1b[21t",
        ],
        ids=ascii,
    )
    def test_of_others_are_strangers_all_the_same(self, sequence: str):
        assert strangers(f"before{sequence}after".encode(), ringing=True) != []

    def test_a_copy_is_none(self):
        assert calls(b"\x1b]52;c;aGVsbG8=\x07") == []
