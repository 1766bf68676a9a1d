"""Rows as lines: whatever a cell says, a line has exactly the width it was given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.app.widgets.row_line import Tone, fit, part_of_line, row_line, row_width, share_room
from tui.domain.clean import clean
from tui.domain.fields import Column
from tui.domain.hits import Hits

WIDE = "日本語テキスト"
PLAIN = Style()
STYLES = [Style(dim=True), Style(bold=True), PLAIN]
LIT = Style(underline=True)

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

    def test_columns_that_fit_have_the_room_of_one_that_does_not(self) -> None:
        assert share_room([Column("a", 5, 1), Column("b", 5), Column("id", 36)], 4 + 10 + 9) == [14, 5, 36]

    @given(columns, st.integers(0, 300))
    def test_the_columns_in_view_take_all_the_room_where_one_of_them_grows(
        self, shown: list[Column], room: int
    ) -> None:
        least = [column.width for column in shown]
        widths = share_room(shown, room)
        assert all(width >= given for width, given in zip(widths, least, strict=True))
        seen = [count for count in range(1, len(shown) + 1) if row_width(least[:count]) <= room]
        if seen and any(column.grows for column in shown[: seen[-1]]):
            assert row_width(widths[: seen[-1]]) == room


def line_of(*cells: tuple[str, int] | tuple[str, int, Style] | tuple[str, int, Style, Hits]) -> list[Segment]:
    """A line of texts and widths, some with a style and hits."""
    whole = [(*cell, *(PLAIN, ())[len(cell) - 2 :]) for cell in cells]
    return row_line([(text, style, hits) for text, _, style, hits in whole], [cell[1] for cell in whole], lambda _: LIT)


def text_of(line: list[Segment]) -> str:
    return "".join(segment.text for segment in line)


class TestARowAsALine:
    def test_texts_stand_two_blanks_apart(self) -> None:
        (segment,) = line_of(("ab", 2), ("c", 3))
        assert segment.text == " ab  c   "

    def test_neighbours_of_one_style_share_a_segment(self) -> None:
        bold = Style(bold=True)
        line = line_of(("a", 1), ("b", 1), ("c", 1, bold), ("d", 1))
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
        line = line_of(*cells)
        assert sum(segment.cell_length for segment in line) == row_width(shares)
        left = data.draw(st.integers(0, row_width(shares) + 5))
        width = data.draw(st.integers(1, 200))
        fixed = data.draw(st.integers(0, row_width(shares) - 1))
        part = part_of_line(line, left, width, PLAIN, fixed=fixed)
        assert sum(segment.cell_length for segment in part) == width

    def test_a_part_begins_where_it_was_scrolled_to(self) -> None:
        line = line_of(("abc", 3), ("def", 3, STYLES[0]))
        assert text_of(part_of_line(line, 2, 5, PLAIN)) == "bc  d"

    def test_what_is_fixed_stays_before_it(self) -> None:
        line = line_of(("abc", 3), ("def", 3, STYLES[0]), ("ghi", 3))
        assert text_of(part_of_line(line, 5, 12, PLAIN, fixed=5)) == " abc  ghi   "

    def test_a_wide_character_cut_by_the_edge_of_the_view_is_a_blank(self) -> None:
        assert text_of(part_of_line(line_of(("日本", 4)), 2, 3, PLAIN)) == " 本"


class TestHitsInARow:
    def test_they_have_a_style_of_their_own(self) -> None:
        line = line_of(("a", 1), ("one two", 8, PLAIN, ((0, 3), (5, 6))), ("b", 1))
        assert [(segment.text, segment.style) for segment in line] == [
            (" a  ", PLAIN),
            ("one", LIT),
            (" t", PLAIN),
            ("w", LIT),
            ("o   b ", PLAIN),
        ]

    def test_one_that_is_cut_is_lit_as_far_as_it_is_there(self) -> None:
        line = line_of(("abcdef", 4, PLAIN, ((2, 5),)))
        assert [segment.text for segment in line if segment.style is LIT] == ["c…"]

    def test_those_that_were_cut_off_light_the_ellipsis(self) -> None:
        line = line_of(("abcdef", 4, PLAIN, ((0, 1), (4, 5), (5, 6))))
        assert [segment.text for segment in line if segment.style is LIT] == ["a", "…"]

    @given(texts, widths, st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=4))
    def test_they_never_change_what_the_line_says(self, text: str, width: int, places: list[tuple[int, int]]) -> None:
        hits: list[tuple[int, int]] = []
        for start, length in sorted(places):
            if start + length <= len(text) and (not hits or hits[-1][1] < start):
                hits.append((start, start + length))
        assert text_of(line_of((text, width, PLAIN, tuple(hits)))) == text_of(line_of((text, width)))


def test_every_tone_has_its_own_name() -> None:
    assert len({str(tone) for tone in Tone}) == len(Tone)
