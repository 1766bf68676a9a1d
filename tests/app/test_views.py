"""The list of saved views."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.app.attacks import PAYLOADS
from tests.app.dialogs import Asking, Size, asking, assert_same_picture, at_both_sizes
from tests.state.disks import fill
from tui.app.commands import commands_of
from tui.app.screens.views import ViewsScreen
from tui.state.view_text import toml_string
from tui.state.views import FILE_NAME, STARTER_VIEWS, SavedView, ViewShelf, Way

PRESENT = "actor:alice is:failed since:7d"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a reader with three views."""
    write_views(tmp_path, ("failures", "is:failed"), ("deletions", "op:delete"), ("robots", "is:machine since:24h"))
    return tmp_path


@pytest.fixture
def shelf(folder: Path) -> ViewShelf:
    return ViewShelf(folder)


def write_views(folder: Path, *views: tuple[str, str]) -> None:
    tables = [f"[[view]]\nname = {toml_string(name)}\nquery = {toml_string(query)}\n" for name, query in views]
    (folder / FILE_NAME).write_text("\n".join(["version = 1\n", *tables]))


RINGING = """\
version = 1

[[view]]
name = "deletions"
query = "op:delete"
ring = ["bell", "title"]
ring_command = ["notify-send", "-u", "critical", "a deletion"]

[[view]]
name = "failures"
query = "is:failed since:24h"
ring = ["notify"]
muted = true

[[view]]
name = "robots"
query = "is:machine since:24h"
"""


@pytest.fixture
def ringing(tmp_path: Path) -> ViewShelf:
    """Of a reader for whom one view rings, one did, and one never has."""
    (tmp_path / FILE_NAME).write_text(RINGING)
    return ViewShelf(tmp_path)


def names(shelf: ViewShelf) -> list[str]:
    return [view.name for view in shelf.views()]


def listed(dialog: Asking[ViewsScreen]) -> list[str]:
    """The names of the views that the list shows."""
    return [view.name for view in dialog.screen._shown]


def under_cursor(dialog: Asking[ViewsScreen]) -> str:
    view = dialog.screen._under_cursor
    return view.name if view else ""


class TestTheList:
    async def test_shows_names_with_their_queries_beside(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            for line in ("failures   is:failed", "deletions  op:delete", "robots     is:machine since:24h"):
                assert line in dialog.text

    async def test_begins_with_a_starter_set(self, tmp_path: Path):
        async with asking(ViewsScreen(ViewShelf(tmp_path), PRESENT)) as dialog:
            assert listed(dialog) == [view.name for view in STARTER_VIEWS]

    async def test_marks_the_query_that_is_on_the_screen(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, "op:delete")) as dialog:
            assert "● deletions" in dialog.text
            assert dialog.text.count("●") == 1

    async def test_is_as_long_as_it_must_and_scrolls_beyond(self, tmp_path: Path):
        write_views(tmp_path, *((f"view {number}", "is:failed") for number in range(60)))
        async with asking(ViewsScreen(ViewShelf(tmp_path), PRESENT)) as dialog:
            await dialog.press("G")
            assert "view 59" in dialog.text
            assert "enter open" in dialog.text

    async def test_cuts_long_names_and_queries_by_their_cells(self, tmp_path: Path):
        write_views(tmp_path, ("監査" * 20, "uri:~" + "x" * 300), ("short", "is:failed"))
        async with asking(ViewsScreen(ViewShelf(tmp_path), PRESENT)) as dialog:
            (line,) = (line for line in dialog.text.split("\n") if "監査" in line)
            assert "監査" * 6 + "  uri:~xxx" in line
            assert "…" in line
            assert "short" + " " * 19 + "  is:failed" in dialog.text

    async def test_shows_what_others_wrote_without_obeying_it(self, tmp_path: Path):
        hostile = [payload for payload in PAYLOADS if "\ud800" not in payload]
        write_views(tmp_path, *((f"view {number}", f"a{payload}z") for number, payload in enumerate(hostile)))
        async with asking(ViewsScreen(ViewShelf(tmp_path), PAYLOADS[0]), size=(120, 90)) as dialog:
            assert r"a\u001b[31mz" in dialog.text
            assert "a[@click=app.quit]x[/]z" in dialog.text
            await dialog.press("s", "x", "escape", "x")
            await dialog.shows("Delete view 0?")

    async def test_says_how_to_fill_it_when_it_is_empty(self, tmp_path: Path):
        write_views(tmp_path)
        shelf = ViewShelf(tmp_path)
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.shows("No view is saved yet; s saves the present query under a name.")
            await dialog.press("enter", "r", "x", "K", "J")
            assert dialog.answers == []
            await dialog.press("s", *"mine", "enter")
            assert shelf.views() == (SavedView("mine", PRESENT),)
            assert "● mine" in dialog.text


class TestOpening:
    async def test_ends_with_the_query(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("j", "j", "enter")
            assert dialog.answers == ["is:machine since:24h"]

    @pytest.mark.parametrize("key", ["escape", "q"])
    async def test_or_with_nothing(self, shelf: ViewShelf, key: str):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press(key)
            assert dialog.answers == [None]


class TestSaving:
    async def test_puts_the_present_query_under_a_name(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("s")
            assert dialog.screen.field.value == ""
            await dialog.shows("actor:alice is:fail")
            await dialog.type("q3 x ray")
            await dialog.press("enter")
            assert shelf.find("q3 x ray") == SavedView("q3 x ray", PRESENT)
            assert under_cursor(dialog) == "q3 x ray"
            assert "● q3 x ray" in dialog.text
            await dialog.press("k")
            assert under_cursor(dialog) == "robots"

    async def test_asks_before_it_replaces(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("s", *"Deletions", "enter")
            await dialog.shows("Replace deletions?")
            assert "now   op:delete" in dialog.text
            assert f"then  {PRESENT}" in dialog.text
            await dialog.press("enter")
            assert shelf.find("deletions") == SavedView("deletions", "op:delete")
            await dialog.press("y")
            assert shelf.find("deletions") == SavedView("deletions", PRESENT)
            assert names(shelf) == ["failures", "deletions", "robots"]
            assert under_cursor(dialog) == "deletions"

    async def test_goes_back_to_the_name_where_it_must_not_replace(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("s", *"robots", "enter", "n")
            assert shelf.find("robots") == SavedView("robots", "is:machine since:24h")
            await dialog.press("2", "enter")
            assert shelf.find("robots2") == SavedView("robots2", PRESENT)

    async def test_is_given_up_by_escape_and_nothing_else_is(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("s", *"mine", "escape")
            assert dialog.answers == []
            assert names(shelf) == ["failures", "deletions", "robots"]
            await dialog.press("j", "enter")
            assert dialog.answers == ["op:delete"]


class TestRenaming:
    async def test_begins_with_the_name_there_is(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("j", "r", *"-7d", "enter")
            assert names(shelf) == ["failures", "deletions-7d", "robots"]
            assert under_cursor(dialog) == "deletions-7d"


class TestDeleting:
    async def test_asks_first(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("j", "x")
            await dialog.shows("Delete deletions?")
            await dialog.press("enter")
            assert "Delete deletions?" in dialog.text
            await dialog.press("y")
            assert names(shelf) == ["failures", "robots"]
            assert under_cursor(dialog) == "robots"

    async def test_leaves_the_view_where_the_answer_is_no(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("x", "escape")
            assert names(shelf) == ["failures", "deletions", "robots"]
            assert dialog.answers == []

    async def test_of_the_last_one_leaves_the_cursor_on_the_one_before(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("G", "x", "y")
            assert under_cursor(dialog) == "deletions"


class TestTheOrder:
    async def test_is_changed_with_the_cursor_staying_on_its_view_and_kept(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("J")
            assert names(shelf) == ["deletions", "failures", "robots"]
            await dialog.press("J", "J")
            assert names(shelf) == ["deletions", "robots", "failures"]
            await dialog.press("K")
            assert names(shelf) == ["deletions", "failures", "robots"] == listed(dialog)
            assert under_cursor(dialog) == "failures"

    async def test_of_a_narrowed_list_is_changed_by_what_is_shown(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("slash", *"is:", "tab", "J")
            assert names(shelf) == ["deletions", "robots", "failures"]
            assert listed(dialog) == ["robots", "failures"]


class TestNarrowing:
    async def test_keeps_what_has_the_text_in_its_name_or_its_query(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("slash", "i", "s")
            assert listed(dialog) == ["failures", "robots"]
            await dialog.press("colon", "M")
            assert listed(dialog) == ["robots"]
            assert "1 of 3" in dialog.text
            await dialog.press("enter")
            assert dialog.answers == ["is:machine since:24h"]

    async def test_leaves_the_arrows_to_the_list(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("slash", *"is:", "down", "enter")
            assert dialog.answers == ["is:machine since:24h"]

    async def test_that_leaves_nothing_says_so(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("slash", *"xyz", "down")
            await dialog.shows("No view has that in its name or its query.")
            await dialog.press("enter")
            assert dialog.answers == []

    async def test_is_lifted_by_escape_before_that_closes(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("slash", *"rob", "tab", "escape")
            assert listed(dialog) == ["failures", "deletions", "robots"]
            assert under_cursor(dialog) == "robots"
            await dialog.press("escape")
            assert dialog.answers == [None]


class TestRinging:
    async def test_is_told_of_each_view_where_one_rings(self, ringing: ViewShelf):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            for line in ("deletions  rings  op:delete", "failures   muted  is:failed", "robots            is:machine"):
                assert line in dialog.text
            await dialog.shows("deletions rings by bell, title, notify-send -u critical 'a deletion'")
            await dialog.press("j")
            await dialog.shows("failures is muted; it would ring by notify")
            await dialog.press("j")
            await dialog.shows("robots does not ring")
            await dialog.press("slash", *"nothing has this")
            assert "does not ring" not in dialog.text

    async def test_is_not_told_where_none_does(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            assert "does not ring" not in dialog.text

    async def test_is_chosen_way_by_way_and_kept_by_enter(self, ringing: ViewShelf):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            await dialog.press("b")
            await dialog.shows("deletions rings for what comes in while you follow (F)")
            for line in ("b  bell          on ", "t  title         on ", "n  notification  off "):
                assert line in dialog.text
            assert "command       notify-send -u critical 'a deletion'" in dialog.text
            await dialog.press("t", "n")
            await dialog.shows("t  title         off ")
            assert ringing.views()[0].ways == (Way.BELL, Way.TITLE)
            await dialog.press("enter")
            assert ringing.views()[0].ways == (Way.BELL, Way.NOTIFY)
            assert under_cursor(dialog) == "deletions"
            await dialog.shows("deletions rings by bell, notify, notify-send")

    @pytest.mark.parametrize("key", ["escape", "q"])
    async def test_stays_as_it_was_where_the_choice_is_given_up(self, ringing: ViewShelf, key: str):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            await dialog.press("b", "b", key)
            assert ringing.views()[0].ways == (Way.BELL, Way.TITLE)
            assert dialog.answers == []

    async def test_is_chosen_by_a_click(self, ringing: ViewShelf):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            await dialog.press("j", "j", "b")
            await dialog.shows("none: ring_command in views.toml")
            await dialog.pilot.click("#way-bell", offset=(6, 0))
            await dialog.shows("b  bell          on ")
            await dialog.press("enter")
            assert ringing.views()[2].ways == (Way.BELL,)

    async def test_is_muted_and_unmuted(self, ringing: ViewShelf):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            await dialog.press("m")
            await dialog.shows("deletions is muted; it would ring by bell, title, notify-send")
            assert ringing.views()[0].muted
            await dialog.press("m")
            await dialog.shows("deletions rings by")
            assert not ringing.views()[0].muted

    async def test_of_a_view_that_does_not_ring_can_not_be_muted(self, ringing: ViewShelf):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            await dialog.press("G", "m")
            await dialog.shows("robots does not ring; b chooses how it is to")
            assert not ringing.views()[2].muted

    async def test_of_all_views_is_muted_for_the_run(self, ringing: ViewShelf):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            await dialog.press("M")
            await dialog.shows("none rings in this run; M has them ring again")
            assert "deletions  muted  op:delete" in dialog.text
            assert ringing.silent
            await dialog.press("M")
            await dialog.shows("deletions rings by")
            assert not ringing.silent

    async def test_is_told_of_words_that_would_harm_without_obeying_them(self, tmp_path: Path):
        hostile = [payload for payload in PAYLOADS if "\ud800" not in payload and "\0" not in payload]
        views = (
            f"[[view]]\nname = 'view {number}'\nquery = ''\nring_command = ['true', {toml_string(payload)}]\n"
            for number, payload in enumerate(hostile)
        )
        (tmp_path / FILE_NAME).write_text("\n".join(["version = 1", *views]))
        async with asking(ViewsScreen(ViewShelf(tmp_path), PRESENT), size=(120, 60)) as dialog:
            for number in range(len(hostile)):
                await dialog.shows(f"view {number} rings by true ")
                await dialog.press("b")
                await dialog.shows("command       true ")
                await dialog.press("escape", "j")

    async def test_that_can_not_be_written_is_told(self, ringing: ViewShelf, monkeypatch: pytest.MonkeyPatch):
        async with asking(ViewsScreen(ringing, PRESENT)) as dialog:
            fill(monkeypatch)
            await dialog.press("b", "n", "enter")
            await dialog.shows("No space left on device")
            assert ringing.views()[0].ways == (Way.BELL, Way.TITLE)

    async def test_is_chosen_on_a_narrow_terminal(self, ringing: ViewShelf):
        async with asking(ViewsScreen(ringing, PRESENT), size=(60, 20)) as dialog:
            assert "deletions  rings  op:delete" in dialog.text
            await dialog.press("b")
            await dialog.shows("enter keep  esc cancel")
            assert "n  notification  off  on the desktop (OSC 9)" in dialog.text


class TestTrouble:
    @pytest.mark.parametrize("key", ["s", "r"])
    async def test_with_a_name_is_told_and_what_was_typed_stays(self, shelf: ViewShelf, key: str):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press(key, "home", "@", "enter")
            await dialog.shows("can't be a view's name")
            assert dialog.screen.field.value.startswith("@")
            assert names(shelf) == ["failures", "deletions", "robots"]
            await dialog.press("home", "delete", "m", "enter")
            assert "can't be" not in dialog.text
            assert any(name.startswith("m") for name in names(shelf))

    async def test_with_a_name_that_is_taken_is_told(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("r", "ctrl+u", *"robots", "enter")
            await dialog.shows("there is a view 'robots' already")

    async def test_with_the_file_is_told_and_the_file_left_alone(self, folder: Path):
        broken = "version = 1\n[[view]\n"
        (folder / FILE_NAME).write_text(broken)
        async with asking(ViewsScreen(ViewShelf(folder), PRESENT), size=(120, 40)) as dialog:
            await dialog.shows("can't read")
            assert "No view is saved yet" not in dialog.text
            await dialog.press("s", *"mine", "enter")
            await dialog.shows("can't read")
            assert (folder / FILE_NAME).read_text() == broken
            write_views(folder, ("failures", "is:failed"))
            await dialog.press("enter")
            assert names(ViewShelf(folder)) == ["failures", "mine"] == listed(dialog)

    async def test_with_a_view_that_somebody_else_deleted_is_told(self, folder: Path, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            write_views(folder, ("robots", "is:machine"))
            await dialog.press("J")
            await dialog.shows("there is no view 'failures'")
            await dialog.press("x", "y")
            await dialog.shows("there is no view 'failures'")

    async def test_with_a_full_disk_leaves_all_as_it_was(self, shelf: ViewShelf, monkeypatch: pytest.MonkeyPatch):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            free = fill(monkeypatch)
            await dialog.press("s", *"mine", "enter")
            await dialog.shows("No space left on device")
            assert listed(dialog) == names(shelf) == ["failures", "deletions", "robots"]
            free()
            await dialog.press("enter")
            assert names(shelf) == ["failures", "deletions", "robots", "mine"]


class TestItsKeys:
    async def test_can_be_listed_with_what_they_do(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            commands = [command for command in commands_of(dialog.screen) if command.pane == "Saved views"]
            assert [command.keys[0] for command in commands] == [
                *("enter", "s", "/", "r", "x", "b", "m", "M", "K", "J", "esc")
            ]
            assert all(command.help for command in commands)

    async def test_are_told_of_the_part_that_has_the_focus(self, shelf: ViewShelf):
        async with asking(ViewsScreen(shelf, PRESENT)) as dialog:
            await dialog.press("slash", *"is:")
            await dialog.shows("enter open  tab to the list  esc cancel")
            await dialog.press("tab")
            await dialog.shows("enter open  s save")
            await dialog.press("r")
            await dialog.shows("enter rename  esc cancel")
            await dialog.press("escape")
            await dialog.shows("enter open  s save")

    async def test_stand_in_the_last_line_and_escape_does_on_any_terminal(self, shelf: ViewShelf):
        for size, shown in (
            ((120, 40), "m mute  M hush  esc close"),
            ((80, 24), "b ring  esc close"),
            ((60, 20), "esc close"),
        ):
            async with asking(ViewsScreen(shelf, PRESENT), size=size) as dialog:
                assert shown in dialog.text


@at_both_sizes
class TestItsLooks:
    @pytest.mark.parametrize(
        "keys",
        [["j"], ["s", *"alice failing"], ["slash", *"since:24"], ["s", "at", "enter"], ["s", *"robots", "enter"]],
        ids=["list", "saving", "narrowing", "problem", "replacing"],
    )
    async def test_views(self, snapshot: SnapshotAssertion, tmp_path: Path, size: Size, keys: list[str]):
        async with asking(ViewsScreen(ViewShelf(None), "res:guardrails since:7d"), size=size) as dialog:
            await dialog.press(*keys)
            assert_same_picture(dialog, snapshot, tmp_path)

    @pytest.mark.parametrize("keys", [[], ["b"]], ids=["list", "choice"])
    async def test_ringing(
        self, snapshot: SnapshotAssertion, ringing: ViewShelf, tmp_path: Path, size: Size, keys: list[str]
    ):
        async with asking(ViewsScreen(ringing, "is:failed since:24h"), size=size) as dialog:
            await dialog.press(*keys)
            assert_same_picture(dialog, snapshot, tmp_path)

    async def test_none(self, snapshot: SnapshotAssertion, tmp_path: Path, size: Size):
        write_views(tmp_path)
        async with asking(ViewsScreen(ViewShelf(tmp_path), PRESENT), size=size) as dialog:
            assert_same_picture(dialog, snapshot, tmp_path)
