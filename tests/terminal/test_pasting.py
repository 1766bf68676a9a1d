"""What is pasted comes as one text and never as keys, however it is cut up on its way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, MouseDown, Paste
from textual.message import Message

from tui.terminal.pasting import PasteSafeParser

START, END = "\x1b[200~", "\x1b[201~"
HOSTILE = st.text(alphabet="\x1b[]200~1;qxG\r\n\t\x03\x00aé漢", max_size=60)


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def said(messages: list[Message]) -> list[str]:
    """Keys by their names and pastes by their texts, in order."""
    return [
        message.key if isinstance(message, Key) else repr(message.text)
        for message in messages
        if isinstance(message, Key | Paste)
    ]


def read(*pieces: str, clock: Clock | None = None) -> list[str]:
    parser = PasteSafeParser(clock=clock or Clock())
    return said([message for piece in pieces for message in parser.feed(piece)])


class TestWhatIsTyped:
    def test_it_is_parsed_as_ever(self):
        assert read("q\x1b[A\x1b[B", "\x1b", "[5~") == ["q", "up", "down", "pageup"]

    def test_keys_before_a_paste_and_some_time_after_it_are_keys(self, clock: Clock):
        parser = PasteSafeParser(clock=clock)
        assert said(list(parser.feed(f"j{START}text{END}"))) == ["j", "'text'"]
        clock.now += 0.2
        assert said(list(parser.feed("k"))) == ["k"]


class TestWhatIsPasted:
    def test_it_is_one_text(self):
        assert read(f"{START}two\nlines{END}") == [r"'two\nlines'"]

    def test_nothing_in_it_is_a_key(self):
        assert read(f"{START}a\x1b[31mq\x1bq{'x' * 40}\r{END}") == [repr(f"a\ufffd[31mq\ufffdq{'x' * 40}\r")]

    def test_an_end_mark_in_it_ends_it_and_what_stands_behind_that_is_passed_over(self):
        assert read(f"{START}a{END}qQ\r\x1b[A{END}") == ["'a'"]

    def test_what_stands_behind_it_is_passed_over_as_long_as_it_keeps_coming(self, clock: Clock):
        parser = PasteSafeParser(clock=clock)
        assert said(list(parser.feed(f"{START}a{END}q"))) == ["'a'"]
        for _ in range(5):
            clock.now += 0.1
            assert said(list(parser.feed("q"))) == []

    def test_the_mouse_is_not_a_key(self):
        parser = PasteSafeParser(clock=Clock())
        messages = list(parser.feed(f"{START}a{END}\x1b[<0;3;4M"))
        assert [type(message) for message in messages] == [Paste, MouseDown]

    @given(HOSTILE, st.lists(st.integers(min_value=1, max_value=80), max_size=6))
    def test_no_key_comes_of_it_wherever_it_is_cut(self, text: str, cuts: list[int]):
        stream = f"{START}{text}{END}"
        edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
        pieces = [stream[start:end] for start, end in pairwise(edges) if end > start]
        pasted = read(*pieces)
        assert all(part.startswith(("'", '"')) for part in pasted)
        if END not in text:
            cleaned = text.replace("\x1b", "\ufffd").replace("\x00", "")
            assert pasted == ([repr(cleaned)] if cleaned else pasted)
