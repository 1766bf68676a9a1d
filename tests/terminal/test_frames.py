"""Whatever a program paints, its reader sees the same as if all of it had been sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.terminal.emulator import Emulator
from tests.terminal.painting import PASSED_ON, WORDS, Table, at, scribbles, tables, texts
from tui.terminal.frames import Frames
from tui.terminal.strokes import Abilities

SYNCHRONIZED = ("\x1b[?2026h", "\x1b[?2026l")
abilities = st.builds(Abilities, coloured_erase=st.booleans(), side_margins=st.booleans())


sizes = st.tuples(st.integers(24, 60), st.integers(5, 14))
DOUBTFUL = ["\u0b95", "🙏", "\u26a0"]
"""A letter of Tamil, an emoji, and a sign that some draw as an emoji."""


class Twins:
    """Two terminals of one kind: one gets all that is written, the other what `Frames` makes of it."""

    def __init__(self, abilities: Abilities, width: int, height: int, *, synchronized: bool = False) -> None:
        self.width, self.height = width, height
        self.synchronized = synchronized
        self.whole = Emulator(width, height, erases_in_colour=abilities.coloured_erase)
        self.lean = Emulator(width, height, erases_in_colour=abilities.coloured_erase)
        self.frames = Frames()
        self.frames.abilities = abilities

    def paint(self, painting: str) -> str:
        """Show a frame on both; gives what the lean one was sent."""
        for output in [SYNCHRONIZED[0], painting, SYNCHRONIZED[1]] if self.synchronized else [painting]:
            self.whole.feed(output.replace("\n", "\r\n"))
            self.lean.feed(self.frames.write(output))
        self.frames.complete(self.width, self.height)
        sent = self.frames.changes()
        self.lean.feed(sent)
        self.same()
        return sent

    def pass_on(self, output: str) -> None:
        self.whole.feed(output)
        sent = self.frames.write(output)
        assert sent == output
        self.lean.feed(sent)

    def resize(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.whole.resize(width, height)
        self.lean.resize(width, height)

    def spoil_and_redraw(self, text: str) -> None:
        """Let another program write over the lean terminal, and draw that anew."""
        self.lean.spoil(text)
        self.frames.forget()
        self.lean.feed(self.frames.changes())
        self.same()

    def same(self) -> None:
        assert self.lean.seen() == self.whole.seen()
        assert self.lean.cursor == self.whole.cursor


class TestWhatIsSeenIsTheSame:
    @settings(max_examples=100, deadline=None)
    @given(st.data(), abilities, st.integers(1, 40), st.integers(1, 12))
    def test_of_text_anywhere_in_any_style(self, data: st.DataObject, abilities: Abilities, width: int, height: int):
        twins = Twins(abilities, width, height)
        for _ in range(data.draw(st.integers(1, 6))):
            twins.paint(data.draw(scribbles(width, height)))

    @settings(max_examples=100, deadline=None)
    @given(st.data(), tables, abilities)
    def test_of_a_table_that_scrolls_beside_a_panel(self, data: st.DataObject, table: Table, abilities: Abilities):
        twins = Twins(abilities, *data.draw(sizes), synchronized=True)
        for _ in range(data.draw(st.integers(2, 6))):
            twins.paint(data.draw(table.frames(twins.width, twins.height)))

    @settings(max_examples=100, deadline=None)
    @given(st.data(), tables, abilities)
    def test_whatever_happens_between_the_frames(self, data: st.DataObject, table: Table, abilities: Abilities):
        twins = Twins(abilities, *data.draw(sizes))
        twins.paint(data.draw(table.frames(twins.width, twins.height)))
        for happens in data.draw(st.lists(st.sampled_from(["scribble", "pass on", "resize", "redraw", "scroll"]))):
            if happens == "scribble":
                twins.paint(data.draw(scribbles(twins.width, twins.height)))
            elif happens == "pass on":
                twins.pass_on(data.draw(st.sampled_from(PASSED_ON)))
            elif happens == "redraw":
                twins.spoil_and_redraw(data.draw(texts))
            else:
                if happens == "resize":
                    twins.resize(*data.draw(sizes))
                twins.paint(data.draw(table.frames(twins.width, twins.height)))


class TestTheWholeFrame:
    """Is sent where nobody knows what the terminal shows, though the program painted a part of it only."""

    def test_after_the_terminal_was_asked_to_be_drawn_anew(self):
        twins = Twins(Abilities(), 20, 3)
        twins.paint(at(0, 0, ("31", "first")) + at(2, 4, ("", "last")))
        twins.spoil_and_redraw("a message of the system")
        assert twins.lean.text() == ["first", "", "    last"]

    def test_after_it_was_forgotten_at_the_next_painting(self):
        twins = Twins(Abilities(), 20, 3)
        twins.paint(at(0, 0, ("31", "first")))
        twins.lean.spoil("another program")
        twins.frames.forget()
        twins.paint(at(2, 4, ("", "last")))
        assert twins.lean.text() == ["first", "", "    last"]

    def test_after_something_unknown_went_to_the_terminal(self):
        twins = Twins(Abilities(), 20, 3)
        twins.paint(at(0, 0, ("", "first")))
        assert twins.frames.write("\x1b[1;1Hmay be\tanything") == "\x1b[1;1Hmay be\tanything"
        assert "first" in twins.paint(at(0, 0, ("", "first")))

    def test_of_a_size_that_is_new(self):
        twins = Twins(Abilities(), 12, 4)
        twins.paint(at(0, 0, ("", "first")) + at(3, 0, ("", "fourth")))
        twins.resize(8, 3)
        twins.lean.spoil("wrapped somehow")
        twins.whole.feed("\x1b[2J")
        sent = twins.paint(at(0, 0, ("", "first   ")) + at(1, 0, ("", " " * 8)) + at(2, 0, ("", "third   ")))
        assert twins.lean.text() == ["first", "", "third"]
        assert "fourth" not in sent

    def test_is_not_sent_before_there_is_one(self):
        assert Frames().changes() == ""


class TestNothing:
    def test_is_sent_for_a_frame_that_looks_the_same(self):
        twins = Twins(Abilities(), 20, 3, synchronized=True)
        painting = at(1, 2, ("1;31;44", "some text"), ("33;44", "   "))
        twins.paint(painting)
        assert twins.paint(painting) == ""
        assert twins.paint(at(1, 11, ("35;44", "   ")) + "\x1b[2;15H") == "", "the foreground of blanks can't be seen"

    def test_but_the_cursor_where_it_alone_has_moved(self):
        twins = Twins(Abilities(), 20, 3)
        twins.paint(at(0, 0, ("", "text")) + "\x1b[1;1H")
        assert twins.paint("\x1b[3;9H") == "\x1b[3;9H"

    def test_without_a_painting(self):
        twins = Twins(Abilities(), 20, 3, synchronized=True)
        assert twins.frames.write(SYNCHRONIZED[0]) + twins.frames.write(SYNCHRONIZED[1]) == ""
        twins.frames.complete(20, 3)
        assert twins.frames.changes() == ""


class TestWhatIsNoPainting:
    @pytest.mark.parametrize("output", [*PASSED_ON, "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\", "\x1b]0;title\x1b\\"])
    def test_passes_and_what_was_painted_before_it_goes_first(self, output: str):
        frames = Frames()
        frames.write("\x1b[1;1Hbefore")
        frames.complete(10, 2)
        frames.changes()
        assert frames.write("\x1b[1;1Hafter!") == ""
        sent = frames.write(output)
        assert sent.endswith(output)
        assert "after!" in sent
        frames.complete(10, 2)
        assert frames.changes() == "", "it left the screen as it was"

    def test_does_not_draw_a_screen_anew_that_nobody_asked_for(self):
        frames = Frames()
        frames.write("\x1b[1;1Hsome text")
        frames.complete(10, 2)
        frames.changes()
        frames.forget()
        assert frames.write("\x1b[?1049h") == "\x1b[?1049h"


def test_a_frame_is_shown_at_once_where_the_terminal_can():
    twins = Twins(Abilities(), 20, 3, synchronized=True)
    sent = twins.paint(at(0, 0, ("", "text")))
    assert sent.startswith(SYNCHRONIZED[0])
    assert sent.endswith(SYNCHRONIZED[1])
    assert sent.count("\x1b[?2026") == 2


class TestACharacterOfDoubtfulWidth:
    """Terminals draw it wider or narrower than the program believes; that must not move what stands beside it."""

    @pytest.mark.parametrize("char", ["\u0b95", "🙏", "日\u0301"])
    def test_may_stand_at_the_end_of_a_line(self, char: str):
        twins = Twins(Abilities(), 12, 1)
        twins.paint(at(0, 12 - cell_len(char), ("31", char)))
        assert twins.lean.text()[0].endswith(char)

    @settings(max_examples=100, deadline=None)
    @given(st.data(), st.sampled_from([1, 2]), st.booleans())
    def test_harms_itself_alone(self, data: st.DataObject, drawn: int, erases_in_colour: bool):
        width, height = 24, 3

        def differently(char: str) -> int:
            return drawn if char in DOUBTFUL else cell_len(char)

        as_we_think = Emulator(width, height, erases_in_colour=erases_in_colour)
        otherwise = Emulator(width, height, erases_in_colour=erases_in_colour, width_of=differently)
        frames = Frames()
        frames.abilities = Abilities(coloured_erase=erases_in_colour)
        for _ in range(data.draw(st.integers(1, 4))):
            frames.write(data.draw(scribbles(width, height, words=[*WORDS, *DOUBTFUL])))
            frames.complete(width, height)
            sent = frames.changes()
            as_we_think.feed(sent)
            otherwise.feed(sent)
            for right, seen in zip(as_we_think.seen(), otherwise.seen(), strict=True):
                doubtful = [x for x, look in enumerate(right) if look[0][:1] in DOUBTFUL]
                # In the last column there is no room for more than we think: the character before it makes some.
                harmed = {x + by for x in doubtful for by in ((-1, 0, 1) if x < width - 1 else (-2, -1, 0))}
                wrong = {x for x in range(width) if right[x] != seen[x]}
                assert wrong <= harmed
