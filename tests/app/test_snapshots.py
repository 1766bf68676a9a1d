"""The explorer's looks at the sizes that people use, each kept as a picture under `__snapshots__`.

Where a look changes on purpose, this renews the pictures: `pytest tests/app/test_snapshots.py --snapshot-update`.  Look
at every one that changed before it is committed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from tests.app.exploring import Passing, Story, asking, exploring, stand_in
from tests.app.pictures import comes_to_rest, picture
from tests.app.test_exporting import hold
from tests.app.test_following import come_in, following
from tui.demo.keys import UNSCOPED_KEY
from tui.demo.server import DemoServer
from tui.domain.errors import KeyMissing

pytestmark = pytest.mark.usefixtures("steady_surroundings")

Size = tuple[int, int]
"""Columns and lines of a terminal."""

SamePicture = Callable[[Story], None]
"""Fails where what a story shows isn't what the committed picture of its test shows."""

NORMAL: Size = (120, 40)
NARROW: Size = (80, 24)
WIDE: Size = (200, 50)

WEEK = asking("since:7d")
REFUSED = asking("status:403 since:7d")
PLUGINS = asking("res:plugins since:7d")

at_every_size = pytest.mark.parametrize("size", [NARROW, NORMAL, WIDE], ids=["80x24", "120x40", "200x50"])


@pytest.fixture
def same_picture(snapshot: SnapshotAssertion, tmp_path: Path) -> SamePicture:
    """Compares with the committed picture, or renews that under `--snapshot-update`."""
    committed = snapshot.use_extension(SVGImageExtension)

    def compare(story: Story) -> None:
        drawn = picture(story)
        if committed != drawn:
            place = tmp_path / "drawn.svg"
            place.write_text(drawn, encoding="utf-8")
            # In words, as nobody can read the difference of two drawings.
            pytest.fail(f"The explorer looks otherwise than on its picture, see {place}:\n{story.text}", pytrace=False)

    return compare


@at_every_size
class TestFollowing:
    async def test_new_rows(self, growing: DemoServer, passing: Passing, same_picture: SamePicture, size: Size):
        async with following(growing, passing, size=size) as story:
            await story.until(lambda: story.screen._exploration.loaded == 200, "the page behind")
            await come_in(story, growing, passing, 4)
            await comes_to_rest(story, "+4 new")
            same_picture(story)

    async def test_elsewhere(self, growing: DemoServer, passing: Passing, same_picture: SamePicture, size: Size):
        async with following(growing, passing, size=size) as story:
            await story.until(lambda: story.screen._exploration.loaded == 200, "the page behind")
            growing.set(late=60)
            await story.press(*"jj")
            await come_in(story, growing, passing, 12)
            await comes_to_rest(story, "+12 new")
            same_picture(story)

    async def test_paused(self, growing: DemoServer, passing: Passing, same_picture: SamePicture, size: Size):
        async with following(growing, passing, size=size) as story:
            await story.until(lambda: story.screen._exploration.loaded == 200, "the page behind")
            await story.press("P")
            await come_in(story, growing, passing, 3)
            await comes_to_rest(story, "3 held")
            same_picture(story)


@at_every_size
class TestTheTable:
    async def test_first_screen(self, server: DemoServer, same_picture: SamePicture, size: Size):
        async with exploring(server, size=size, query=WEEK) as story:
            await comes_to_rest(story, "200 loaded")
            same_picture(story)

    async def test_filtered(self, server: DemoServer, same_picture: SamePicture, size: Size):
        async with exploring(server, size=size, query=REFUSED) as story:
            await comes_to_rest(story, "403 ✗")
            same_picture(story)

    async def test_empty(self, server: DemoServer, same_picture: SamePicture, size: Size):
        async with exploring(server, size=size, query=asking("country:AQ method:PUT since:7d")) as story:
            await comes_to_rest(story, "No record matches.")
            same_picture(story)


@at_every_size
class TestTrouble:
    async def test_no_key(self, same_picture: SamePicture, size: Size):
        problem = KeyMissing("There is no key for https://api.portkey.ai/v1.")
        async with exploring(None, size=size, problem=problem) as story:
            await comes_to_rest(story, "No API key yet")
            same_picture(story)

    async def test_key_refused(self, server: DemoServer, same_picture: SamePicture, size: Size):
        async with exploring(server, size=size, query=WEEK, key=UNSCOPED_KEY) as story:
            await comes_to_rest(story, "audit_logs.list")
            same_picture(story)

    async def test_rows_that_could_not_be_loaded(self, same_picture: SamePicture, size: Size):
        with stand_in() as server:
            async with exploring(server, size=size, query=WEEK) as story:
                await comes_to_rest(story, "200 loaded")
                server.set_faults({"403": 1.0})
                await story.press("G")
                await comes_to_rest(story, "not loaded")
                same_picture(story)


class TestTheDetail:
    """Of a record that configures a plugin: its body holds a secret that isn't shown."""

    @pytest.mark.parametrize(
        ("tab", "name", "shown"),
        [
            ("1", "Body", "redacted"),
            ("2", "Headers", "user-agent"),
            ("3", "Query", "[3 Query]"),
            ("4", "Facts", "Request id"),
            ("5", "Raw", '"timestamp"'),
        ],
        ids=["body", "headers", "query", "facts", "raw"],
    )
    async def test_tab(self, server: DemoServer, same_picture: SamePicture, tab: str, name: str, shown: str):
        async with exploring(server, size=NORMAL, query=PLUGINS) as story:
            await comes_to_rest(story, " plugins")
            await story.press("enter", tab)
            await comes_to_rest(story, f"[{tab} {name}]")
            await comes_to_rest(story, shown)
            same_picture(story)

    async def test_narrow(self, server: DemoServer, same_picture: SamePicture):
        async with exploring(server, size=NARROW, query=PLUGINS) as story:
            await comes_to_rest(story, " plugins")
            await story.press("enter")
            await comes_to_rest(story, "redacted")
            same_picture(story)

    async def test_wide(self, server: DemoServer, same_picture: SamePicture):
        async with exploring(server, size=WIDE, query=REFUSED) as story:
            await comes_to_rest(story, "403 ✗")
            await story.press("enter", "4")
            await comes_to_rest(story, "Request id")
            same_picture(story)


@at_every_size
class TestDialogs:
    @pytest.mark.parametrize(
        ("key", "shown"),
        [("question_mark", "esc closes"), ("y", "Markdown"), ("t", "last 90d"), ("vertical_line", "No shell runs it")],
        ids=["help", "copy", "time", "pipe"],
    )
    async def test_dialog(self, server: DemoServer, same_picture: SamePicture, size: Size, key: str, shown: str):
        async with exploring(server, size=size, query=WEEK) as story:
            await comes_to_rest(story, "200 loaded")
            await story.press(key)
            await comes_to_rest(story, shown)
            same_picture(story)


@at_every_size
class TestExporting:
    async def test_what_and_where(
        self,
        server: DemoServer,
        same_picture: SamePicture,
        size: Size,
        own_home: Path,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.chdir(own_home)
        async with exploring(server, size=size, query=REFUSED, environ={"HOME": str(own_home)}) as story:
            await comes_to_rest(story, "403 ✗")
            await story.press("w")
            await comes_to_rest(story, "Secrets stay redacted")
            same_picture(story)

    async def test_on_its_way(
        self,
        server: DemoServer,
        same_picture: SamePicture,
        size: Size,
        own_home: Path,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.chdir(own_home)
        async with exploring(server, size=size, query=WEEK, environ={"HOME": str(own_home)}) as story:
            await comes_to_rest(story, "200 loaded")
            hold(story, pages=14)
            await story.press("w", "enter")
            await comes_to_rest(story, "scanned 1,400 of 3,000")
            same_picture(story)


async def test_filters_of_a_narrow_terminal(server: DemoServer, same_picture: SamePicture):
    async with exploring(server, size=NARROW, query=REFUSED) as story:
        await comes_to_rest(story, "403 ✗")
        await story.press("f")
        await comes_to_rest(story, "Filters · 1 on")
        same_picture(story)


FEW = asking("is:failed is:machine -country:none since:7d")
"""So few match that the budget ends the scan, on every size of terminal: after the same number of records each time."""

LOOP = asking("is:failed -country:none (res:prompts OR res:configs) since:7d")


@at_every_size
class TestTheLoop:
    async def test_a_scan_that_waits_with_what_the_api_does_and_what_is_done_here(
        self, server: DemoServer, same_picture: SamePicture, size: Size
    ):
        async with exploring(
            server, size=size, query=asking("type:user op:update,publish -uri:~/partials/ since:7d")
        ) as story:
            await comes_to_rest(story, "a on A all")
            same_picture(story)

    async def test_a_scan_at_its_end_with_its_clauses_in_the_panel(
        self, server: DemoServer, same_picture: SamePicture, size: Size
    ):
        async with exploring(server, size=size, query=LOOP) as story:
            await comes_to_rest(story, "match")
            await story.press("backslash")
            await comes_to_rest(story, "a on A all")
            await story.press("A")
            await comes_to_rest(story, "records are left")
            await story.press("y")
            await comes_to_rest(story, "scanned all")
            await story.press("f")
            await comes_to_rest(story, "Also")
            same_picture(story)

    @pytest.mark.parametrize(
        ("keys", "shown"),
        [("v", "exact"), ("p", "esc cancel"), ("'", "Saved views"), ("C", "add a path"), ("A", "records are left")],
        ids=["values", "pivot", "views", "columns", "scan-all"],
    )
    async def test_dialogs(self, server: DemoServer, same_picture: SamePicture, size: Size, keys: str, shown: str):
        query = FEW if keys == "A" else REFUSED
        async with exploring(server, size=size, query=query) as story:
            await comes_to_rest(story, "a on A all" if keys == "A" else "403 ✗")
            await story.press("l", "l", "l", *keys)
            await comes_to_rest(story, shown)
            same_picture(story)

    async def test_a_query_being_written(self, server: DemoServer, same_picture: SamePicture, size: Size):
        async with exploring(server, size=size, query=REFUSED) as story:
            await comes_to_rest(story, "403 ✗")
            await story.until(lambda: len(story.screen._investigation.names.known) == 3, "names")
            await story.press("slash")
            await story.type("actor:ma")
            await comes_to_rest(story, "Maya Lindqvist")
            same_picture(story)
