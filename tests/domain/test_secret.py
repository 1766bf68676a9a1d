"""A key that can't be seen by accident."""

from __future__ import annotations

import copy
import json
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.secret import Secret

TEXT = "pk-0123456789-not-for-your-eyes"


class TestShowing:
    @pytest.mark.parametrize(
        "shown", [str, repr, "{}".format, "{!r}".format, "{:>20}".format, "%s".__mod__], ids=range(6)
    )
    def test_only_its_length_is_shown(self, shown: object) -> None:
        assert callable(shown)
        assert str(shown(Secret(TEXT))).strip() == "•••• (31)"

    def test_it_is_told_to_whoever_asks_in_so_many_words(self) -> None:
        assert Secret(TEXT).reveal() == TEXT

    def test_it_is_taken_out_of_what_somebody_sends_back(self) -> None:
        echo = f"Invalid key {TEXT}, {TEXT}!".encode()
        assert Secret(TEXT).hide_in(echo).decode() == "Invalid key •••• (31), •••• (31)!"

    def test_a_traceback_of_its_own_does_not_tell_it(self) -> None:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 — its whole text is looked at
            Secret(TEXT + "\x07")
        assert TEXT not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.args)


class TestTakingApart:
    @pytest.mark.parametrize(
        "take", [list, tuple, iter, len, bytes, vars, json.dumps, pickle.dumps, copy.copy, copy.deepcopy]
    )
    def test_nothing_that_reads_any_value_reads_it(self, take: object) -> None:
        assert callable(take)
        with pytest.raises(TypeError):
            take(Secret(TEXT))

    def test_nothing_can_be_hung_on_it(self) -> None:
        with pytest.raises(AttributeError):
            Secret(TEXT).note = TEXT  # type: ignore[attr-defined]


class TestWhatIsAKey:
    @pytest.mark.parametrize("around", ["{}", "{}\n", "  {}\r\n", "\t{}"])
    def test_blanks_around_it_do_not_count(self, around: str) -> None:
        assert Secret(around.format(TEXT)).reveal() == TEXT

    @pytest.mark.parametrize(
        "text", ["", "  ", "short", "x" * 513, "two words", "pk-\x00-nul-nul", "pk-é-é-é-é", "a\nb-c-d-e-f"]
    )
    def test_what_no_header_could_carry_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="8 to 512 visible ASCII characters"):
            Secret(text)

    @pytest.mark.parametrize("text", ["x" * 8, "x" * 512, "!~" * 4])
    def test_the_longest_and_the_shortest_are_keys(self, text: str) -> None:
        assert Secret(text).reveal() == text

    @given(text=st.text())
    def test_no_error_repeats_what_was_given(self, text: str) -> None:
        with pytest.raises(ValueError, match="a key is 8 to 512") as caught:
            Secret(text.strip() + "é")
        assert str(caught.value) == "a key is 8 to 512 visible ASCII characters in one piece, and this is not"
