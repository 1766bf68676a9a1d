"""Nothing that anybody wrote into a log reaches the terminal in a form it could obey."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain import make_unsafe_characters as database
from tests.proof import Counted, seeds
from tui.domain import unsafe_characters
from tui.domain.clean import UNLIMITED, clean, has_unsafe, split_escapes

pytestmark = pytest.mark.proof("T2")

TEXTS = st.text(st.characters(codec=None), max_size=80)
"""Any text at all, lone surrogates included."""
_REACHES = (0x80, 0x100, 0x800, 0x3000, 0x10000, 0x110000)
"""Below which characters are drawn: the lower ones have more that terminals obey."""
NASTY = st.text(
    st.sampled_from("ab \t\n\r\x1b\x07\x7f\x85\u200b\u202e\u2028\ufeff\u0301\u0308\u20dd\U000e0041\ud800\ufe0f中é"),
    max_size=60,
)


class TestTheTable:
    """The class is looked up in a table, for speed; the table must not fall behind the character database."""

    def test_it_holds_every_unsafe_code_point_this_python_knows(self) -> None:
        assert database.unsafe_code_points() - database.expand(unsafe_characters.UNSAFE) == set()

    def test_it_holds_every_combining_code_point_this_python_knows(self) -> None:
        assert database.combining_code_points() - database.expand(unsafe_characters.COMBINING) == set()

    def test_the_two_halves_are_apart(self) -> None:
        assert not database.expand(unsafe_characters.UNSAFE) & database.expand(unsafe_characters.COMBINING)

    def test_it_is_what_its_generator_writes(self) -> None:
        assert Path(unsafe_characters.__file__).read_text("ascii") == database.table()

    def test_of_all_code_points_none_unsafe_comes_out_and_no_other_is_changed(self, counted: Counted) -> None:
        counted(code_points=sys.maxunicode + 1)
        unsafe = database.unsafe_code_points() | database.expand(unsafe_characters.UNSAFE)
        for code in range(sys.maxunicode + 1):
            character = chr(code)
            shown = clean(character)
            assert has_unsafe(character) == (code in unsafe), hex(code)
            if code in unsafe:
                assert shown.isascii(), hex(code)
                assert shown.isprintable(), hex(code)
                assert json.loads(f'"{shown}"') == character, hex(code)
            else:
                assert shown == character, hex(code)


class TestEscapes:
    """A hostile character is shown in the notation of the JSON around it."""

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("\x1b]52;c;aGk=\x07", r"\u001b]52;c;aGk=\u0007"),
            ("\x9b31m", r"\u009b31m"),
            ("a\x7fb", r"a\u007fb"),
            ("user\u202eexe.txt", r"user\u202eexe.txt"),
            ("pay\u200bpal", r"pay\u200bpal"),
            ("line\u2028line", r"line\u2028line"),
            ("one\r\n\ttwo", r"one\r\n\ttwo"),
            ("\ud800", r"\ud800"),
            ("\U000e0041", r"\udb40\udc41"),
            ("👩\u200d💻", r"👩\u200d💻"),
            ("❤\ufe0f", r"❤\ufe0f"),
        ],
    )
    def test_hostile_characters_are_spelled_out(self, text: str, shown: str) -> None:
        assert clean(text) == shown

    @pytest.mark.parametrize(
        "text", ["", "plain", "Zoë Łukasiewicz", "東京", "\N{NO-BREAK SPACE}", "Vie\u0302\u0323t", "[b]"]
    )
    def test_harmless_text_is_left_alone(self, text: str) -> None:
        assert clean(text) == text

    def test_lines_stay_where_lines_are_wanted_and_tabs_reach_their_stops(self) -> None:
        assert clean("a\tb\n\tc\r\nabcd\t\x1b\td", multiline=True) == "a   b\n    c\\r\nabcd    \\u001b  d"

    def test_a_pile_of_marks_is_cut_at_four(self) -> None:
        assert clean("e" + "\u0301" * 6 + "x") == "e" + "\u0301" * 4 + r"\u0301\u0301x"


class TestLimits:
    """However long the text, so much is shown, and how much is not."""

    def test_what_is_left_out_is_counted(self) -> None:
        assert clean("x" * 10_000) == "x" * 184 + "…(+9,816 chars)"

    def test_text_that_fits_exactly_is_whole(self) -> None:
        assert clean("x" * 200) == "x" * 200
        assert clean("\x1b" * 33 + "xx") == r"\u001b" * 33 + "xx"

    def test_an_escape_is_never_cut_in_two(self) -> None:
        assert clean("\x1b" * 100, 24) == r"\u001b" + "…(+99 chars)"

    def test_a_place_too_narrow_for_the_count_says_only_that_there_is_more(self) -> None:
        assert clean("abcdefghij", 4) == "abc…"
        assert clean("\x1babc", 4) == "…"

    @given(TEXTS | NASTY, st.integers(1, 60), st.booleans())
    def test_the_limit_holds_whatever_the_text(self, text: str, limit: int, multiline: bool) -> None:
        assert len(clean(text, limit, multiline=multiline)) <= limit

    @given(TEXTS | NASTY)
    def test_unlimited_text_loses_nothing(self, text: str) -> None:
        quoted = clean(text.replace("\\", "\\\\").replace('"', '\\"'), UNLIMITED)
        assert json.loads(f'"{quoted}"') == json.loads(json.dumps(text))


class TestProperties:
    """For any text at all."""

    def test_of_texts_drawn_by_lot_nothing_unsafe_comes_out(self, counted: Counted) -> None:
        texts = unsafe = 0
        for seed in seeds("clean", ci=30, large=1_000):
            chance = Random(seed)  # noqa: S311 - it guards no secret
            for _ in range(1_000):
                text = "".join(
                    map(chr, (chance.randrange(chance.choice(_REACHES)) for _ in range(chance.randrange(60))))
                )
                limit, multiline = chance.randrange(1, 80), chance.random() < 0.5
                shown = clean(text, limit, multiline=multiline)
                texts += 1
                unsafe += has_unsafe(shown.replace("\n", "") if multiline else shown)
                assert clean(shown, limit, multiline=multiline) == shown, (seed, text)
        counted(texts=texts, unsafe=unsafe)
        assert not unsafe

    @given(TEXTS | NASTY, st.integers(1, 80), st.booleans())
    def test_no_unsafe_character_comes_out(self, text: str, limit: int, multiline: bool) -> None:
        shown = clean(text, limit, multiline=multiline)
        assert not has_unsafe(shown.replace("\n", "") if multiline else shown)

    @given(TEXTS | NASTY, st.integers(1, 80), st.booleans())
    def test_cleaning_again_changes_nothing(self, text: str, limit: int, multiline: bool) -> None:
        once = clean(text, limit, multiline=multiline)
        assert clean(once, limit, multiline=multiline) == once

    @given(TEXTS | NASTY, st.integers(1, 80), st.booleans())
    def test_the_runs_put_together_are_the_clean_text(self, text: str, limit: int, multiline: bool) -> None:
        runs = split_escapes(text, limit, multiline=multiline)
        assert "".join(run for run, _ in runs) == clean(text, limit, multiline=multiline)
        assert all(run.startswith("\\") for run, is_escape in runs if is_escape)


class TestRuns:
    """A widget can tell an escape from the same characters typed."""

    def test_only_what_was_replaced_is_an_escape(self) -> None:
        assert split_escapes("\\u001b\x1b[m") == [(r"\u001b", False), (r"\u001b", True), ("[m", False)]

    def test_the_count_of_what_is_left_out_is_no_escape(self) -> None:
        assert split_escapes("\x1b" * 40, 30) == [(r"\u001b", True)] * 3 + [("…(+37 chars)", False)]

    def test_blanks_for_a_tab_are_no_escape(self) -> None:
        assert split_escapes("a\tb", multiline=True) == [("a", False), ("   ", False), ("b", False)]
