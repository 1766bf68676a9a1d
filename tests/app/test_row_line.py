"""Rows as lines: whatever a cell says, a line has exactly the width it was given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui.app.widgets.row_line import Tone, fit, part_of_line, row_line, row_width, share_room
from tui.domain.clean import clean
from tui.domain.fields import Column

WIDE = "日本語テキスト"
PLAIN = Style()
STYLES = [Style(dim=True), Style(bold=True), PLAIN]

texts = st.one_of(st.text(max_size=40), st.text(alphabet=WIDE + "é́[/x]🇩🇪👍🏽", max_size=40)).map(clean)
widths = st.integers(min_value=1, max_value=30)
columns = st.lists(st.builds(Column, title=st.just("t"), width=widths, grows=st.integers(0, 4)), min_size=1, max_size=9)


class TestFittingATextToItsColumn:
    def test_what_is_shorter_is_padded(self) -> None:
        assert fit("ab", 4) == "ab  "

    def test_what_fits_stays_whole(self) -> None:
        assert fit("abcd", 4) == "abcd"

    def test_what_is_longer_ends_in_an_ellipsis(self) -> None:
        assert fit("abcde", 4) == "abc…"

    def test_a_wide_character_that_would_be_halved_is_left_out(self) -> None:
        assert fit("日本語", 4) == "日 …"

    def test_markup_is_text(self) -> None:
        assert fit("[/x][bold]", 12) == "[/x][bold]  "

    @given(texts, widths)
    def test_any_clean_text_takes_exactly_the_width(self, text: str, width: int) -> None:
        assert cell_len(fit(text, width)) == width


class TestSharingTheRoom:
    def test_spare_room_goes_to_the_columns_that_grow_by_their_shares(self) -> None:
        assert share_room([Column("a", 5), Column("b", 5, 1), Column("c", 5, 2)], 6 + 15 + 9) == [5, 8, 11]

    def test_too_little_room_leaves_the_least_widths(self) -> None:
        assert share_room([Column("a", 5), Column("b", 5, 1)], 3) == [5, 5]

    @given(columns, st.integers(0, 300))
    def test_all_the_room_is_used_where_something_grows(self, shown: list[Column], room: int) -> None:
        least = row_width([column.width for column in shown])
        used = row_width(share_room(shown, room))
        assert used == (max(least, room) if any(column.grows for column in shown) else least)


class TestARowAsALine:
    def test_texts_stand_two_blanks_apart(self) -> None:
        (segment,) = row_line([("ab", PLAIN), ("c", PLAIN)], [2, 3])
        assert segment.text == " ab  c   "

    def test_neighbours_of_one_style_share_a_segment(self) -> None:
        bold = Style(bold=True)
        line = row_line([("a", PLAIN), ("b", PLAIN), ("c", bold), ("d", PLAIN)], [1, 1, 1, 1])
        assert [(segment.text, segment.style) for segment in line] == [
            (" a  b ", PLAIN),
            (" c ", bold),
            (" d ", PLAIN),
        ]

    @given(st.lists(st.tuples(texts, widths, st.sampled_from(STYLES)), min_size=1, max_size=9), st.data())
    def test_any_part_of_it_is_as_wide_as_the_view(
        self, cells: list[tuple[str, int, Style]], data: st.DataObject
    ) -> None:
        shares = [width for _, width, _ in cells]
        line = row_line([(text, style) for text, _, style in cells], shares)
        assert sum(segment.cell_length for segment in line) == row_width(shares)
        left = data.draw(st.integers(0, row_width(shares) + 5))
        width = data.draw(st.integers(1, 200))
        part = part_of_line(line, left, width, PLAIN)
        assert sum(segment.cell_length for segment in part) == width

    def test_a_part_begins_where_it_was_scrolled_to(self) -> None:
        line = row_line([("abc", PLAIN), ("def", STYLES[0])], [3, 3])
        assert "".join(segment.text for segment in part_of_line(line, 2, 5, PLAIN)) == "bc  d"

    def test_a_wide_character_cut_by_the_edge_of_the_view_is_a_blank(self) -> None:
        line = row_line([("日本", PLAIN)], [4])
        assert "".join(segment.text for segment in part_of_line(line, 2, 3, PLAIN)) == " 本"


def test_every_tone_has_its_own_name() -> None:
    assert len({str(tone) for tone in Tone}) == len(Tone)
