"""Help and looks of a query while it is typed hold for any text."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tui.app.widgets.query_help import Help, help_at
from tui.app.widgets.query_tones import toned
from tui.domain.completion import NOTHING_KNOWN
from tui.domain.query_parser import parse_query

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)
PIECES = st.sampled_from(
    ["status:", "stauts:", "403", "4xx", ",", '"', "(", ")", "-", "NOT ", " OR ", "or", "since:", "24h", "until:",
     "is:", "body.a", ":", "/", "\\", " ", "x", "\ud800", "~", "@"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=2), max_size=9).map("".join)


def helped(text: str, *, insisting: bool = False) -> Help:
    """The help for whoever types at the end of `text`."""
    return help_at(parse_query(text, now=NOW), len(text), NOTHING_KNOWN, insisting=insisting)


class TestWhateverWasTyped:
    @given(TEXTS, st.data())
    def test_what_can_be_put_in_has_a_place_and_one_at_most_is_marked(self, text: str, data: st.DataObject):
        cursor = data.draw(st.integers(0, len(text)))
        found = help_at(parse_query(text, now=NOW), cursor, NOTHING_KNOWN, fresh=data.draw(st.booleans()))
        assert found.marked is None or found.choices[found.marked]
        for start, end, candidate in found.choices:
            assert 0 <= start <= end <= len(text)
            assert candidate.insert != text[start:end]

    @given(TEXTS)
    def test_whoever_insists_is_told_whatever_is_wrong(self, text: str):
        found = helped(text, insisting=True)
        assert found.wrong == parse_query(text, now=NOW).diagnostics
        assert bool(found.problem) == bool(found.wrong)

    @given(TEXTS)
    def test_every_character_has_one_tone(self, text: str):
        parsed = parse_query(text, now=NOW)
        pieces = toned(parsed, frozenset(parsed.query.terms), parsed.diagnostics)
        assert "".join(text[start:end] for start, end, _ in pieces) == text


class TestWhatIsTold:
    def test_half_a_quote_before_the_parenthesis_that_it_has_swallowed(self):
        assert helped('(op:delete "rate)', insisting=True).problem.startswith("col 12: this quote")

    def test_a_mistake_further_ahead_is_told_while_another_term_is_typed(self):
        found = helped("stauts:403 op:de")
        assert found.problem.startswith("col 1: ")
        assert [choice.candidate.insert for choice in found.choices] == ["status", "delete"]
        assert found.marked == 1

    def test_all_that_a_term_may_begin_with_does_not_bury_it(self):
        assert [choice.candidate.insert for choice in helped("stauts:403 ").choices] == ["status"]
