"""What a command line asks: words, a saved view, flags that narrow, times; and what is said where it can't be meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.queries import queries
from tui.cli.asking import Asked, Question, read_question
from tui.cli.manners import Refused
from tui.cli.pointing import Piece, cells
from tui.domain.clean import UNLIMITED, clean
from tui.domain.fields import FILTERS
from tui.domain.names import Named, NameKind, Names
from tui.domain.plan import unnamed
from tui.domain.query import AuditQuery
from tui.domain.query_parser import Diagnostic, parse_query
from tui.domain.query_text import format_query
from tui.domain.time_range import TimeRange
from tui.settings import Settings, SettingsError
from tui.state.views import ViewShelf

NOW = datetime(2026, 11, 22, 20, 48, 3, tzinfo=UTC)


@pytest.fixture
def views(tmp_path: Path) -> ViewShelf:
    shelf = ViewShelf(tmp_path)
    shelf.save("fail", "status:500 since:1h")
    shelf.save("night watch", "is:offhours OR is:machine")
    return shelf


def ask(
    *words: str, settings: Settings | None = None, views: ViewShelf | None = None, since: str = "", until: str = "",
    **filters: str,
) -> Question:  # fmt: skip
    asked = Asked(words, filters, since=since, until=until)
    return read_question(asked, settings or Settings(), NOW, views or ViewShelf(None))


def text_of(*words: str, **asked: object) -> str:
    """The query that is asked, in its canonical text."""
    return format_query(ask(*words, **asked).query)  # type: ignore[arg-type]


def refusal_of(*words: str, **asked: object) -> list[str]:
    """What is said of what can't be asked."""
    with pytest.raises(Refused) as refused:
        ask(*words, **asked)  # type: ignore[arg-type]
    return list(refused.value.lines)


class TestWords:
    def test_they_are_one_query(self):
        assert text_of("is:failed", "ip:203.0.113.9", "since:7d") == "is:failed ip:203.0.113.9 since:7d"

    def test_no_words_are_every_record(self):
        assert ask().query == AuditQuery()

    @given(queries())
    def test_any_query_is_read_as_the_bar_reads_it(self, query: AuditQuery):
        text = format_query(query)
        if "@" not in text:
            assert ask(text).query == parse_query(text, now=NOW).query


class TestFlags:
    def test_a_flag_narrows_the_query(self):
        assert text_of("is:failed", status="4xx", ip="10.0.0.0/8") == "is:failed status:4xx ip:10.0.0.0/8 since:24h"

    def test_it_narrows_all_of_an_or(self):
        assert text_of("method:PUT OR country:DE", status=">=500").startswith("(method:PUT OR country:DE) status:>=500")

    def test_beside_what_is_excluded_of_the_same_field(self):
        assert text_of("-status:404", status="4xx").startswith("-status:404 status:4xx")

    @pytest.mark.parametrize("name", [field.name for field in FILTERS])
    def test_every_filter_of_the_api_has_one(self, name: str):
        assert text_of(**{name: "none"}) == f"{name}:none since:24h"

    def test_a_value_that_cannot_be_is_pointed_at(self):
        assert refusal_of(status="403,4x")[1:3] == ["    --status 403,4x", "                 ^~"]

    def test_a_second_word_on_the_same_field_is_refused_naming_both(self):
        lines = refusal_of("is:failed", "st:500", status="4xx")
        assert lines[1:3] == ["    is:failed st:500", "              ^~~"]
        assert "--status can't narrow status: further" in lines[3]


class TestTimes:
    def test_a_range_is_set_by_the_text_or_by_flags(self):
        assert text_of("since:7d") == text_of(since="7d") == "since:7d"
        noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
        assert ask(since="12:00", until="13:00").query.time_range == TimeRange(noon, noon + timedelta(hours=1))

    def test_an_end_alone_ends_a_range_as_long_as_usual(self):
        assert text_of(until="2h") == text_of("until:2h") == "since:26h until:2h"

    def test_times_with_blanks_need_no_second_quotes(self):
        assert ask(since="yesterday 14:00").query.time_range.since == datetime(2026, 11, 21, 14, tzinfo=UTC)

    def test_where_nothing_is_said_the_settings_hold(self):
        assert text_of("is:failed", settings=Settings(since="7d")) == "is:failed since:7d"
        assert text_of("since:1h", settings=Settings(since="7d")) == "since:1h"

    @pytest.mark.parametrize("word", ["since:1h", "until:1h", "created:yesterday"])
    def test_text_and_flags_are_not_both_heeded(self, word: str):
        lines = refusal_of("is:failed", word, since="2h")
        assert lines[1:3] == [f"    is:failed {word}", "              " + "^".ljust(word.index(":") + 1, "~")]
        assert "leave out this, or --since" in lines[3]

    @pytest.mark.parametrize(
        ("since", "until", "told"),
        [
            ("lunch", "", "--since: can't read the time 'lunch'"),
            ("2h", "lunch", "--until: can't read the time 'lunch'"),
            ("now", "", "--since: "),
            ("1h", "2h", "--until: the range ends"),
        ],
    )
    def test_a_time_that_cannot_be_names_its_flag(self, since: str, until: str, told: str):
        assert refusal_of(since=since, until=until)[0].startswith(told)

    @pytest.mark.parametrize("since", ["lunch", "now"])
    def test_one_in_the_settings_says_where_to_look(self, since: str):
        with pytest.raises(SettingsError, match="since, in the environment or the configuration: "):
            ask(settings=Settings(since=since))


class TestSavedViews:
    def test_one_is_opened_by_its_name(self, views: ViewShelf):
        assert text_of("@fail", views=views) == "status:500 since:1h"

    def test_more_terms_narrow_all_of_it(self, views: ViewShelf):
        assert text_of("@night", "watch", "method:PUT OR ip:none", views=views) == (
            "(is:offhours OR is:machine) (method:PUT OR ip:none) since:24h"
        )

    def test_flags_narrow_it_too(self, views: ViewShelf):
        assert text_of("@fail", method="PUT", views=views) == "status:500 method:PUT since:1h"

    def test_its_range_gives_way_to_one_that_is_said(self, views: ViewShelf):
        assert text_of("@fail", "since:7d", views=views) == text_of("@fail", since="7d", views=views)
        assert text_of("@fail", since="7d", views=views) == "status:500 since:7d"

    def test_the_longest_name_that_fits_is_meant(self, views: ViewShelf):
        assert text_of("@FAILURES ip:none", views=views) == "is:failed ip:none since:24h"

    def test_a_field_that_it_names_cannot_be_narrowed(self, views: ViewShelf):
        lines = refusal_of("@fail", "ip:none", "status:404", views=views)
        assert lines[1:3] == ["    @fail ip:none status:404", "                  ^~~~~~~~~~"]

    def test_nor_by_a_flag(self, views: ViewShelf):
        assert refusal_of("@fail", status="4xx", views=views)[1:3] == [
            "    @fail status:500 since:1h",
            "          ^~~~~~~",
        ]

    def test_an_unknown_name_offers_the_nearest(self, views: ViewShelf):
        lines = refusal_of("@failurs since:7d", views=views)
        assert lines[2] == "    ^~~~~~~~"
        assert "did you mean @failures?" in lines[3]

    def test_a_view_that_no_longer_makes_sense_is_pointed_at(self, tmp_path: Path):
        shelf = ViewShelf(tmp_path)
        shelf.save("old", "colour:red")
        assert refusal_of("@old", views=shelf)[1:3] == ["    @old colour:red", "         ^~~~~~"]

    def test_a_file_of_views_that_cannot_be_read_is_told(self, tmp_path: Path):
        (tmp_path / "views.toml").write_text("nothing of the kind")
        assert "can't read" in refusal_of("@failures", views=ViewShelf(tmp_path))[0]


class TestOrganisation:
    def test_a_profile_sets_it(self):
        assert text_of(settings=Settings(organisation_id="o-1")) == "org:o-1 since:24h"

    def test_the_query_and_the_flag_say_otherwise(self):
        settings = Settings(organisation_id="o-1")
        assert text_of("org:o-2", settings=settings) == text_of(org="o-2", settings=settings) == "org:o-2 since:24h"


class TestFiles:
    def test_their_values_are_read(self, tmp_path: Path):
        file = tmp_path / "ips.txt"
        file.write_text("203.0.113.7\n# the bastion\n203.0.113.9\n")
        assert ask(f"-ip:@{file}").files == {str(file): ("203.0.113.7", "203.0.113.9")}

    def test_one_that_cannot_be_read_is_pointed_at(self):
        lines = refusal_of("is:failed", "ip:1.2.3.4,@/none")
        assert lines[1:3] == ["    is:failed ip:1.2.3.4,@/none", "                         ^~~~~~"]
        assert lines[3] == "    @/none: there is no such file"

    def test_one_with_a_line_that_is_no_address_is_pointed_at_and_the_line_is_shown(self, tmp_path: Path):
        file = tmp_path / "suspects.txt"
        file.write_text("203.0.113.9\nnot-an-ip\n")
        lines = refusal_of("is:failed", f"ip:@{file}")
        assert lines[2].strip() == "^".ljust(len(f"@{file}"), "~")
        assert lines[3].startswith(f"    @{file}: not-an-ip is no address")

    def test_also_one_that_a_flag_names(self):
        assert refusal_of(ip="@/none")[1:3] == ["    --ip @/none", "         ^~~~~~"]


class TestNames:
    """Words for people, once names are known."""

    NAMES = Names(
        {NameKind.USER: {f"u-{name}": Named(f"Al{name} Okafor", (f"{name}@x.example",)) for name in ("ice", "bert")}}
    )

    def refused(self, *words: str, names: Names = NAMES, **filters: str) -> list[str]:
        question = ask(*words, **filters)  # type: ignore[arg-type]
        return list(question.refuse_names(unnamed(question.query, names), names).lines)

    def test_one_that_fits_several_is_pointed_at_and_they_are_named_with_their_ids(self):
        lines = self.refused("is:failed", "(actor:al OR ip:none)")
        assert lines[1:3] == ["    is:failed (actor:al OR ip:none)", "                     ^~"]
        assert lines[3] == "    al may be Alice Okafor (u-ice), Albert Okafor (u-bert): write more of it, or the id"

    def test_one_that_fits_nobody(self):
        assert self.refused("actor:zoe,u-ice")[2:] == ["          ^~~", "    nobody is known as zoe"]

    def test_in_a_flag(self):
        assert self.refused(actor="zoe")[1:3] == ["    --actor zoe", "            ^~~"]

    def test_where_names_are_not_to_be_had_it_says_why(self):
        names = Names(refused={NameKind.WORKSPACE: "this key may not list them."})
        assert self.refused("ws:payments", names=names)[3] == (
            "    nothing is known as payments: this key may not list them."
        )

    def test_of_many_the_first_are_named(self):
        names = Names({NameKind.USER: {f"u-{n}": Named(f"Al {n}") for n in range(20)}})
        assert self.refused("actor:al", names=names)[3].endswith("Al 7 (u-7) and 12 more: write more of it, or the id")


class TestPointing:
    """Carets stand under what is wrong, whatever the text holds."""

    def test_all_that_is_wrong_is_told(self):
        assert [line for line in refusal_of("statsu:4", "method:GET") if "^" in line] == [
            "    ^~~~~~", "                    ^~~",
        ]  # fmt: skip

    def test_of_a_long_text_what_is_around_is_shown(self):
        text, carets, _ = Piece("a" * 500 + "BAD" + "b" * 500).point(Diagnostic(500, 503, "bad"))
        assert text.strip().startswith("…a")
        assert text.endswith("b…")
        assert len(text) < 120
        assert text[carets.index("^") :][:3] == "BAD"

    @given(st.text(max_size=60), st.text(min_size=1, max_size=20), st.text(max_size=60))
    def test_carets_are_as_wide_as_what_they_stand_under(self, before: str, wrong: str, after: str):
        piece = Piece(before + wrong + after, "@view ")
        text, carets, told = piece.point(Diagnostic(len(before), len(before) + len(wrong), "why"))
        assert clean(text, UNLIMITED) == text
        start = len(carets) - len(carets.lstrip())
        marked = carets.strip()
        shown = clean(wrong, UNLIMITED)
        assert len(marked) == max(1, cells(shown))
        assert any(text[at:].startswith(shown) and cells(text[:at]) == start for at in range(len(text) + 1))
        assert told == "    why"
