"""Saved views are kept in a text file that reader and program change in turn, and neither loses the other's words."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.state.disks import block, fill
from tests.test_private_files import needs_permissions
from tui.domain.clean import has_unsafe
from tui.domain.errors import QueryError
from tui.domain.query_parser import parse_query
from tui.state.view_text import toml_string
from tui.state.views import STARTER_VIEWS, SavedView, ViewShelf, Way

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HANDWRITTEN = """\
# The on-call team's views.
version = 1
team = "platform"

# Every morning.
[[view]]
name = 'failures'   # ours
query = "is:failed since:24h" # and theirs
colour = "red"

[[ view ]]
query = 'uri:/\\/v1\\/api-keys/'
name = "keys"
[view.seen]
by = ["Ana", 1979-05-27]

[[view]]
name = "last"
query = "op:delete"
"""

NAMES = st.text("abcdefgh-é ", min_size=1, max_size=10).filter(lambda name: name.strip() == name)
CHANGES = st.one_of(
    st.tuples(st.just("save"), NAMES, st.text(max_size=20)),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("delete"), NAMES),
    st.tuples(st.just("move"), NAMES, st.integers(-3, 3)),
    st.tuples(st.just("ring"), NAMES, st.sets(st.sampled_from(Way))),
)


RINGING = """\
version = 1

[[view]]
name = "deletions"
  query = "op:delete" # all of them
colour = "red"
ring = [
  'bell', "title",
]   # loud
ring_command = ["notify-send", "-u", "critical", "$(id); a b"]

[[view]]
name = "quiet"
query = "is:failed"
muted = true
ring = ["notify"]
[view.seen]
ring = "never"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "portkey-audit"
    folder.mkdir(parents=True, mode=0o700)
    return folder


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "views.toml"


@pytest.fixture
def shelf(folder: Path) -> ViewShelf:
    return ViewShelf(folder)


@pytest.fixture
def handwritten(file: Path) -> Path:
    file.write_text(HANDWRITTEN)
    return file


def names(shelf: ViewShelf) -> list[str]:
    return [view.name for view in shelf.views()]


def refusal(change: Callable[[], object]) -> str:
    with pytest.raises(QueryError) as refused:
        change()
    return str(refused.value)


def told(shelf: ViewShelf, verb: str, words: Sequence[str]) -> str:
    """Make the change; what was refused, or "" where it was made."""
    try:
        getattr(shelf, verb)(*words)
    except QueryError as error:
        return str(error)
    return ""


class TestTheStarterSet:
    def test_it_is_there_before_anything_was_saved(self, shelf: ViewShelf, file: Path) -> None:
        assert shelf.views() == STARTER_VIEWS
        assert not file.exists()

    @pytest.mark.parametrize("view", STARTER_VIEWS, ids=lambda view: view.name)
    def test_its_names_are_easy_to_type_after_an_at_sign(self, view: SavedView) -> None:
        assert re.fullmatch("[a-z]+(-[a-z]+)*", view.name)

    @pytest.mark.parametrize("view", STARTER_VIEWS, ids=lambda view: view.name)
    def test_its_queries_can_be_asked(self, view: SavedView) -> None:
        assert parse_query(view.query, now=NOW).diagnostics == ()

    def test_the_first_change_writes_it_down(self, shelf: ViewShelf, file: Path) -> None:
        shelf.save("mine", "ip:10.0.0.1")
        assert shelf.views() == (*STARTER_VIEWS, SavedView("mine", "ip:10.0.0.1"))
        assert tomllib.loads(file.read_text())["view"][-1] == {"name": "mine", "query": "ip:10.0.0.1"}

    def test_who_deletes_all_of_it_has_no_views(self, shelf: ViewShelf, folder: Path) -> None:
        for name in names(shelf):
            shelf.delete(name)
        assert ViewShelf(folder).views() == ()
        shelf.save("mine", "is:failed")
        assert names(shelf) == ["mine"]


class TestChanging:
    def test_a_saved_view_is_found_in_either_case(self, shelf: ViewShelf) -> None:
        shelf.save("Störung", "is:failed")
        assert shelf.find("STÖRUNG") == SavedView("Störung", "is:failed")
        assert shelf.find("stör") is None

    def test_saving_under_a_name_that_is_taken_replaces_the_query_in_its_place(self, shelf: ViewShelf) -> None:
        before = names(shelf)
        shelf.save("Deletions", "op:delete since:1h")
        assert names(shelf) == before
        assert shelf.find("deletions") == SavedView("deletions", "op:delete since:1h")

    def test_a_renamed_view_keeps_place_and_query(self, shelf: ViewShelf) -> None:
        place = names(shelf).index("robots")
        shelf.rename("robots", "Machines")
        assert shelf.views()[place] == SavedView("Machines", "is:machine since:24h")
        shelf.rename("machines", "machines")
        assert names(shelf)[place] == "machines"

    def test_two_views_can_not_have_one_name(self, shelf: ViewShelf) -> None:
        assert refusal(lambda: shelf.rename("robots", "FAILURES")) == "there is a view 'FAILURES' already"

    @pytest.mark.parametrize(("step", "order"), [(1, "bac"), (-1, "abc"), (2, "bca"), (9, "bca"), (0, "abc")])
    def test_a_view_moves_no_further_than_the_ends(self, step: int, order: str, file: Path, shelf: ViewShelf) -> None:
        file.write_text("version = 1\n")
        for name in "abc":
            shelf.save(name, "is:failed")
        shelf.move("a", step)
        assert names(shelf) == list(order)

    def test_what_is_not_there_can_not_be_changed(self, shelf: ViewShelf, file: Path) -> None:
        changes = (
            lambda: shelf.rename("none", "some"),
            lambda: shelf.delete("none"),
            lambda: shelf.move("none", 1),
            lambda: shelf.ring("none", (Way.BELL,)),
            lambda: shelf.mute("none", muted=True),
        )
        assert {refusal(change) for change in changes} == {"there is no view 'none'"}
        assert not file.exists()

    def test_what_another_run_saved_meanwhile_is_not_lost(self, folder: Path) -> None:
        one, other = ViewShelf(folder), ViewShelf(folder)
        one.save("one", "is:failed")
        other.save("other", "op:delete")
        assert names(one)[-2:] == ["one", "other"]

    def test_without_a_folder_views_last_for_the_run(self) -> None:
        shelf = ViewShelf(None)
        shelf.save("mine", "is:failed")
        shelf.move("mine", -99)
        assert names(shelf)[0] == "mine"
        assert ViewShelf(None).views() == STARTER_VIEWS

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(changes=st.lists(CHANGES, max_size=8))
    def test_a_shelf_on_disk_does_what_one_in_memory_does(self, file: Path, changes: list[tuple[str, ...]]) -> None:
        file.unlink(missing_ok=True)
        kept, passing = ViewShelf(file.parent), ViewShelf(None)
        for verb, *words in changes:
            assert told(kept, verb, words) == told(passing, verb, words)
            assert kept.views() == passing.views()


class TestNames:
    @pytest.mark.parametrize("name", ["a", "x" * 40, "key changes", "Zoë's", "50%", "-", "a@b", "中"])
    def test_what_can_be_one(self, name: str, shelf: ViewShelf) -> None:
        shelf.save(name, "is:failed")
        assert shelf.find(name) == SavedView(name, "is:failed")

    @pytest.mark.parametrize(
        "name",
        ["", "x" * 41, "@a", " a", "a ", "a\tb", "a\nb", "a\x1b[2J", "a\u202eb", "a\u200bb", "\ud800", "\u2003a"],
    )
    def test_what_can_not(self, name: str, shelf: ViewShelf, file: Path) -> None:
        for change in (lambda: shelf.save(name, "is:failed"), lambda: shelf.rename("robots", name)):
            message = refusal(change)
            assert "can't be a view's name: 1 to 40 visible characters" in message
            assert not has_unsafe(message)
        assert not file.exists()


class TestTheFile:
    def test_it_is_text_that_reads_like_text(self, file: Path, shelf: ViewShelf) -> None:
        file.write_text("version = 1")
        shelf.save("limits", 'body.name:/a\\.b/ "rate_limits"')
        shelf.save("mine", "actor:Zoë")
        assert file.read_text("utf-8") == (
            "version = 1\n\n"
            '[[view]]\nname = "limits"\nquery = \'body.name:/a\\.b/ "rate_limits"\'\n\n'
            '[[view]]\nname = "mine"\nquery = "actor:Zoë"\n'
        )

    def test_it_is_for_its_owner_alone(self, folder: Path, file: Path) -> None:
        folder.rmdir()
        ViewShelf(folder).save("mine", "is:failed")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    @given(text=st.text(max_size=60) | st.text("\"'\\\n\t\x1b\x7f\u202e\u2028 #=[]a", max_size=20))
    def test_any_string_is_read_back_as_it_was_written(self, text: str) -> None:
        line = f"query = {toml_string(text)}"
        assert tomllib.loads(line) == {"query": text}
        assert not has_unsafe(line)

    def test_half_a_character_can_not_be_saved(self, shelf: ViewShelf, file: Path) -> None:
        assert "half a character" in refusal(lambda: shelf.save("mine", "actor:\ud800"))
        assert "half a character" in refusal(lambda: shelf.save("robots", "actor:\udcff"))
        assert not file.exists()

    def test_a_link_planted_in_its_place_is_replaced_and_not_followed(
        self, tmp_path: Path, file: Path, shelf: ViewShelf
    ) -> None:
        victim = tmp_path / "victim"
        file.symlink_to(victim)
        shelf.save("mine", "is:failed")
        assert not victim.exists()
        assert not file.is_symlink()


class TestWhatTheReaderWrote:
    """Comments, order, quotes and keys that this program doesn't know stay as they are."""

    def test_it_is_read(self, handwritten: Path, shelf: ViewShelf) -> None:
        assert shelf.views() == (
            SavedView("failures", "is:failed since:24h"),
            SavedView("keys", r"uri:/\/v1\/api-keys/"),
            SavedView("last", "op:delete"),
        )

    def test_a_new_view_is_added_below(self, handwritten: Path, shelf: ViewShelf) -> None:
        shelf.save("new", "is:new")
        assert handwritten.read_text() == HANDWRITTEN + '\n[[view]]\nname = "new"\nquery = "is:new"\n'

    def test_a_new_query_or_name_takes_the_place_of_the_old_and_of_nothing_else(
        self, handwritten: Path, shelf: ViewShelf
    ) -> None:
        shelf.save("failures", "is:failed")
        shelf.rename("failures", "broken")
        assert handwritten.read_text() == HANDWRITTEN.replace('"is:failed since:24h"', '"is:failed"').replace(
            "'failures'", '"broken"'
        )

    def test_what_is_said_of_a_view_moves_with_it(self, handwritten: Path, shelf: ViewShelf) -> None:
        shelf.move("failures", 2)
        text = handwritten.read_text()
        assert names(shelf) == ["keys", "last", "failures"]
        assert "# Every morning.\n[[view]]\nname = 'failures'   # ours\n" in text
        assert text.startswith("# The on-call team's views.\nversion = 1\nteam")
        shelf.move("failures", -2)
        assert handwritten.read_text() == HANDWRITTEN

    def test_and_goes_with_it(self, handwritten: Path, shelf: ViewShelf) -> None:
        shelf.delete("keys")
        assert "Ana" not in handwritten.read_text()
        assert "# Every morning." in handwritten.read_text()

    def test_the_line_ends_of_another_system_are_no_trouble(self, file: Path, shelf: ViewShelf) -> None:
        file.write_bytes(b"\xef\xbb\xbf" + HANDWRITTEN.replace("\n", "\r\n").encode())
        shelf.save("failures", "is:failed")
        shelf.move("last", -2)
        assert names(shelf) == ["last", "failures", "keys"]
        assert shelf.find("failures") == SavedView("failures", "is:failed")

    @pytest.mark.parametrize(
        ("text", "verb", "words"),
        [
            ('version = 1\nview = [{name = "a", query = "is:failed"}]', "save", ("b", "op:delete")),
            ('version = 1\n[["view"]]\nname = "a"\nquery = "is:failed"', "delete", ("a",)),
            ('version = 1\n[[view]]\nname = "a"\nquery = """is:failed"""', "save", ("a", "op:delete")),
            ('version = 1\n[[view]]\n"name" = "a"\nquery = "is:failed"', "rename", ("a", "b")),
            ('version = 1\n[[view]]\nname = "a"\nquery = "is:failed"\n[other]\nkey = 1', "delete", ("a",)),
            ('version = 1\n[[view]]\nname = "a"\nquery = "is:failed"\nx = """\n[[view]]\n"""', "rename", ("a", "b")),
        ],
        ids=["inline", "quoted table", "long string", "quoted key", "another table", "table in a string"],
    )
    def test_a_change_that_would_lose_some_of_it_is_refused(
        self, text: str, verb: str, words: tuple[str, ...], file: Path, shelf: ViewShelf
    ) -> None:
        file.write_text(text)
        assert shelf.views() == (SavedView("a", "is:failed"),)
        assert told(shelf, verb, words).startswith(f"can't change {file}: only by hand can it be changed without loss")
        assert file.read_text() == text


class TestRinging:
    """What a view says of its ringing stands in the file with it."""

    @pytest.fixture
    def ringing(self, file: Path) -> Path:
        file.write_text(RINGING)
        return file

    def test_it_is_read(self, ringing: Path, shelf: ViewShelf) -> None:
        command = ("notify-send", "-u", "critical", "$(id); a b")
        assert shelf.views() == (
            SavedView("deletions", "op:delete", (Way.BELL, Way.TITLE), command),
            SavedView("quiet", "is:failed", (Way.NOTIFY,), muted=True),
        )

    def test_no_view_of_the_starter_set_rings(self) -> None:
        assert not any(view.rings for view in STARTER_VIEWS)

    def test_a_view_rings_by_a_way_or_a_command(self) -> None:
        assert SavedView("a", "b", ways=(Way.BELL,), muted=True).rings
        assert SavedView("a", "b", command=("true",)).rings

    def test_ways_are_changed_and_nothing_else_is(self, ringing: Path, shelf: ViewShelf) -> None:
        ways = "[\n  'bell', \"title\",\n]"
        shelf.ring("Deletions", {Way.NOTIFY, Way.BELL})
        assert ringing.read_text() == RINGING.replace(ways, '["bell", "notify"]')
        shelf.ring("deletions", ())
        assert ringing.read_text() == RINGING.replace(ways, "[]")
        assert shelf.views()[0].rings

    def test_what_was_not_said_yet_is_said_below_the_query(self, ringing: Path, shelf: ViewShelf) -> None:
        query = '  query = "op:delete" # all of them\n'
        shelf.mute("deletions", muted=True)
        assert ringing.read_text() == RINGING.replace(query, f"{query}  muted = true\n")
        shelf.mute("deletions", muted=False)
        assert ringing.read_text() == RINGING.replace(query, f"{query}  muted = false\n")

    def test_a_muted_view_rings_again_as_it_did(self, ringing: Path, shelf: ViewShelf) -> None:
        shelf.mute("quiet", muted=False)
        assert ringing.read_text() == RINGING.replace("muted = true", "muted = false")
        assert shelf.find("quiet") == SavedView("quiet", "is:failed", (Way.NOTIFY,))

    def test_it_stays_with_a_view_that_gets_another_query_or_name(self, ringing: Path, shelf: ViewShelf) -> None:
        shelf.save("quiet", "is:failed -op:read")
        shelf.rename("quiet", "calm")
        assert shelf.find("calm") == SavedView("calm", "is:failed -op:read", (Way.NOTIFY,), muted=True)

    def test_that_nothing_rings_is_said_for_the_run_alone(self, ringing: Path, shelf: ViewShelf, folder: Path) -> None:
        shelf.silent = True
        assert ringing.read_text() == RINGING
        assert not ViewShelf(folder).silent

    @pytest.mark.parametrize(
        ("said", "cause"),
        [
            ('ring = ["bel"]', "ring is a list of bell, title, notify"),
            ('ring = "bell"', "ring is a list of bell, title, notify"),
            ("ring = [1]", "ring is a list of bell, title, notify"),
            ('ring_command = "notify-send"', "ring_command is a list of texts, a program and its arguments"),
            ('ring_command = ["a", 1]', "ring_command is a list of texts, a program and its arguments"),
            ('ring_command = [""]', "ring_command is a list of texts, a program and its arguments"),
            ('ring_command = ["a", "\\u0000"]', "ring_command is a list of texts, a program and its arguments"),
            ('muted = "yes"', "muted is true or false"),
        ],
    )
    def test_what_can_not_be_meant_is_told_with_the_view_s_name(
        self, said: str, cause: str, file: Path, shelf: ViewShelf
    ) -> None:
        text = f"version = 1\n[[view]]\nname = 'a'\nquery = ''\n[[view]]\nname = 'loud'\nquery = ''\n{said}\n"
        file.write_text(text)
        for attempt in (shelf.views, lambda: shelf.mute("a", muted=True)):
            assert refusal(attempt) == f"can't read {file}: of view 'loud', {cause}"
        assert file.read_text() == text

    @pytest.mark.parametrize(
        "said",
        ["query = ''\nring = [ # which\n'bell']", "query = ''\n\"ring\" = ['bell']", "query = '''is:\nfailed'''"],
        ids=["comment in the list", "quoted key", "long query"],
    )
    def test_a_change_that_would_lose_some_of_the_file_is_refused(
        self, said: str, file: Path, shelf: ViewShelf
    ) -> None:
        text = f"version = 1\n[[view]]\nname = 'a'\n{said}\n"
        file.write_text(text)
        assert refusal(lambda: shelf.ring("a", (Way.TITLE,))).startswith(f"can't change {file}: only by hand")
        assert file.read_text() == text

    @given(ways=st.sets(st.sampled_from(Way)), words=st.lists(st.text(max_size=20), max_size=3), muted=st.booleans())
    def test_a_command_of_any_words_stays_as_it_was_written(
        self, ways: set[Way], words: list[str], muted: bool
    ) -> None:
        command = ("true", *(word.replace("\0", "") for word in words))
        line = f"ring_command = [{', '.join(map(toml_string, command))}]"
        shelf = ViewShelf(None)
        shelf._text = f'version = 1\n[[view]]\nname = "a"\nquery = "is:failed"\n{line}\n'
        shelf.ring("a", ways)
        shelf.mute("a", muted=muted)
        assert shelf.views() == (SavedView("a", "is:failed", tuple(way for way in Way if way in ways), command, muted),)
        assert line in shelf._text


class TestTrouble:
    @pytest.mark.parametrize(
        ("text", "cause"),
        [
            ("version = 1\n[[view]]\nname = oops", "at line 3, column 8"),
            ("", "this program reads files whose first line is `version = 1`"),
            ("version = 2", "this program reads files whose first line is `version = 1`"),
            ("version = 1\nview = 5", "each view is a table of its own"),
            ("version = 1\nview = [5]", "each view is a table of its own"),
            ("version = 1\n[view]\nname = 'a'\nquery = 'b'", "each view is a table of its own"),
            ("version = 1\n[[view]]\nname = 'a'\nquery = 'b'\n[[view]]\nname = 'b'", "view 2 must have a name and a"),
            ("version = 1\n[[view]]\nname = 'a'\nquery = 5", "view 1 must have a name and a query, both text"),
            ("version = 1\n[[view]]\nname = '@a'\nquery = 'b'", "'@a' can't be a view's name"),
            ('version = 1\n[[view]]\nname = "\\u001b[2J"\nquery = "b"', r"'\u001b[2J' can't be a view's name"),
            ("version = 1\n" + "[[view]]\nname = 'a'\nquery = 'b'\n" * 2, "two views are named 'a'"),
            ("version = 1\nx = " + "[" * 100_000, "nested"),
            ("version = " + "1" * 10_000, ""),
            ("x" * (1024 * 1024 + 1), "too big: 1,025 kB of 1,024"),
        ],
        ids=range(14),
    )
    def test_a_file_that_is_not_valid_is_named_with_the_cause_and_never_written_over(
        self, text: str, cause: str, file: Path, shelf: ViewShelf
    ) -> None:
        file.write_text(text)
        attempts: tuple[Callable[[], object], ...] = (
            shelf.views,
            lambda: shelf.find("a"),
            lambda: shelf.save("mine", "is:failed"),
            lambda: shelf.rename("a", "c"),
            lambda: shelf.delete("a"),
            lambda: shelf.move("a", 1),
            lambda: shelf.ring("a", (Way.BELL,)),
            lambda: shelf.mute("a", muted=True),
        )
        for attempt in attempts:
            message = refusal(attempt)
            assert message.startswith(f"can't read {file}: ")
            assert cause in message
            assert not has_unsafe(message)
        assert file.read_text() == text

    def test_so_is_one_that_is_no_text(self, file: Path, shelf: ViewShelf) -> None:
        file.write_bytes(b"\xff\xfe\x00")
        assert refusal(shelf.views) == f"can't read {file}: it is not text in UTF-8"

    def test_and_one_that_is_no_file(self, file: Path, shelf: ViewShelf) -> None:
        file.mkdir()
        assert refusal(lambda: shelf.save("mine", "is:failed")) == f"can't read {file}: it is a folder"

    def test_where_there_is_no_room_it_is_told_and_the_views_are_what_they_were(
        self, handwritten: Path, shelf: ViewShelf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(monkeypatch)
        message = refusal(lambda: shelf.save("mine", "is:failed"))
        assert message == f"can't write {handwritten}: No space left on device"
        assert handwritten.read_text() == HANDWRITTEN

    @needs_permissions
    def test_in_a_read_only_folder_views_can_be_read_and_not_saved(self, handwritten: Path, shelf: ViewShelf) -> None:
        handwritten.parent.chmod(0o500)
        assert names(shelf) == ["failures", "keys", "last"]
        assert "can't write" in refusal(lambda: shelf.save("mine", "is:failed"))

    def test_a_folder_that_others_may_write_to_is_refused_with_the_cure(self, folder: Path, shelf: ViewShelf) -> None:
        folder.chmod(0o770)
        assert "chmod 700" in refusal(lambda: shelf.save("mine", "is:failed"))

    def test_a_file_where_the_folder_should_be(self, folder: Path, shelf: ViewShelf) -> None:
        folder.rmdir()
        block(folder)
        assert "Not a directory" in refusal(shelf.views)

    def test_more_than_could_be_read_again_is_not_saved(self, handwritten: Path, shelf: ViewShelf) -> None:
        assert "larger than 1,024 kB" in refusal(lambda: shelf.save("mine", "x" * 1024 * 1024))
        assert handwritten.read_text() == HANDWRITTEN
