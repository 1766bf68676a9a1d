"""All of a query in a file: what is ordered, how far it is, and what is told of what came of it."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.app.dialogs import Asking
from tests.app.dialogs import asking as opened
from tests.app.exploring import NOW, Passing, Story, asking, exploring
from tests.app.test_following import come_in, following
from tui.app.exporting import Order, as_typed, file_of
from tui.app.screens.export import ExportScreen
from tui.demo.server import DemoServer
from tui.domain.errors import SourceError, Unreachable
from tui.domain.page import Page, PageRequest
from tui.exporting.destination import ExportFile, Unwritable
from tui.exporting.form import Form
from tui.sources.base import AuditSource, WaitListener, unheard

pytestmark = pytest.mark.usefixtures("steady_surroundings")

WEEK = asking("since:7d")
USUAL = "audit-20261122T204803Z"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the program was started in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files_in(folder: Path) -> list[str]:
    """All that is left in a folder, hidden or not."""
    return sorted(file.name for file in folder.iterdir())


def only_export(folder: Path) -> Path:
    (file,) = folder.glob("*Z.jsonl")
    return file


def in_file(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def manifest(file: Path) -> dict[str, Any]:
    found = json.loads(Path(f"{file}.manifest.json").read_text())
    assert isinstance(found, dict)
    return found


async def told(story: Story, part: str) -> str:
    """Wait for a message that holds this; the whole of it."""
    await story.until(lambda: any(part in toast for toast in story.toasts), part)
    return next(toast for toast in story.toasts if part in toast)


async def asked(story: Story) -> None:
    await story.press("w")
    await story.shows("Secrets stay redacted")


class Held:
    """A source that gives some pages, and then none until it is let go on, or fails for ever."""

    def __init__(self, inner: AuditSource, pages: int, error: SourceError | None = None) -> None:
        self._inner = inner
        self._pages = pages
        self._error = error
        self.go_on = asyncio.Event()

    async def fetch(self, request: PageRequest, on_wait: WaitListener = unheard) -> Page:
        self._pages -= 1
        if self._pages < 0 and self._error is not None:
            raise self._error
        if self._pages < 0:
            await self.go_on.wait()
        return await self._inner.fetch(request, on_wait)

    async def aclose(self) -> None:
        await self._inner.aclose()


def hold(story: Story, pages: int, error: SourceError | None = None) -> Held:
    """Have whoever reads from now on wait after so many pages, or meet an error."""
    connection = story.screen._connection
    assert connection is not None
    held = Held(connection.source, pages, error)
    story.screen._connection = replace(connection, source=held)
    return held


class TestAnExport:
    async def test_holds_all_that_the_query_finds_and_not_only_what_is_on_the_screen(
        self, server: DemoServer, here: Path
    ):
        async with exploring(server, query=WEEK, environ={"HOME": str(here)}) as story:
            await story.settled()
            await asked(story)
            await story.press("enter")
            message = await told(story, "Exported")
            assert message == f"Exported 3,000 records, complete: as many as the API counts.\n~/{USUAL}.jsonl"
        file = here / f"{USUAL}.jsonl"
        assert len(in_file(file)) == 3_000
        assert (file.stat().st_mode & 0o777) == 0o600
        assert manifest(file)["completeness"] == "proved"
        assert files_in(here) == [f"{USUAL}.jsonl", f"{USUAL}.jsonl.manifest.json"]

    async def test_of_a_scan_holds_what_matches_and_scans_on_to_the_end(self, server: DemoServer, here: Path):
        async with exploring(server, query=asking("is:failed -country:none since:7d")) as story:
            await story.settled()
            await asked(story)
            await story.press("enter")
            await told(story, "complete")
        records = in_file(here / f"{USUAL}.jsonl")
        assert records
        assert all(int(record["response_status_code"]) >= 400 and record["country"] for record in records)
        assert manifest(here / f"{USUAL}.jsonl")["scanned"] == 3_000

    async def test_is_over_the_time_that_is_on_the_screen_however_late_it_is(
        self, growing: DemoServer, passing: Passing, here: Path
    ):
        async with exploring(growing, query=WEEK, passing=passing) as story:
            await story.settled()
            passing.later(600)
            growing.arrive(5)
            await asked(story)
            await story.press("enter")
            await told(story, "Exported 3,000 records")
        file = only_export(here)
        assert manifest(file)["window"]["end"] == "2026-11-22T20:48:03Z"

    async def test_has_what_came_in_while_the_query_is_followed(
        self, growing: DemoServer, passing: Passing, here: Path
    ):
        async with following(growing, passing) as story:
            await come_in(story, growing, passing, 4)
            newest = {record.request_id for record in story.records[:4]}
            await asked(story)
            await story.press("enter")
            await told(story, "Exported")
        file = only_export(here)
        assert newest <= {record["request_id"] for record in in_file(file)}

    async def test_never_holds_a_secret(self, server: DemoServer, here: Path):
        async with exploring(server, query=asking("res:plugins since:7d")) as story:
            await story.settled()
            await asked(story)
            await story.press("enter")
            await told(story, "Exported")
        assert "\\u2039redacted" in (here / f"{USUAL}.jsonl").read_text()
        assert manifest(here / f"{USUAL}.jsonl")["redacted"] is True

    async def test_may_be_anonymous(self, server: DemoServer, here: Path):
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            await story.until(lambda: story.screen._investigation.names_known, "names")
            known = story.records[0].request_id
            await asked(story)
            await story.press("a", "enter")
            await told(story, "Exported 3,000 records")
        text = (here / f"{USUAL}.jsonl").read_text()
        assert known is not None
        assert known not in text
        assert "Lindqvist" not in text
        assert manifest(here / f"{USUAL}.jsonl")["anonymised"] is True

    @pytest.mark.parametrize(("steps", "ending"), [("j", "csv"), ("jj", "md")])
    async def test_may_be_a_table_or_a_report(self, server: DemoServer, here: Path, steps: str, ending: str):
        async with exploring(server, query=asking("status:403 since:7d")) as story:
            await story.settled()
            await asked(story)
            await story.press(*steps, "enter")
            await told(story, "Exported")
            total = story.screen._rows.count
        file = here / f"{USUAL}.{ending}"
        if ending == "csv":
            assert len(list(csv.reader(file.read_text().splitlines()))) == 1 + total
        else:
            assert "status:403" in file.read_text()

    async def test_works_in_plain_mode(self, server: DemoServer, here: Path):
        async with exploring(server, query=WEEK, plain=True) as story:
            await story.settled()
            await asked(story)
            await story.press("enter")
            await told(story, "Exported 3,000 records")

    async def test_takes_an_answer(self):
        async with exploring(None, query=WEEK, problem=Unreachable("There is no way.")) as story:
            await story.press("w")
            assert await told(story, "export") == "! There is nothing to export yet."


class TestOnItsWay:
    async def test_tells_how_far_it_is_and_is_called_off_without_a_trace(self, server: DemoServer, here: Path):
        for key in ("escape", "ctrl+c"):
            async with exploring(server, query=WEEK) as story:
                await story.settled()
                hold(story, pages=14)
                await asked(story)
                await story.press("enter")
                await story.shows("scanned 1,400 of 3,000 · 1,400 match")
                await story.press(key)
                assert await told(story, "Cancelled") == "Cancelled: nothing was exported, and no file is left of it."
                assert files_in(here) == []
                await story.press("j")
                assert story.screen.table.cursor_row == 1

    async def test_leaves_no_trace_where_the_run_ends(self, server: DemoServer, here: Path):
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            hold(story, pages=14)
            await asked(story)
            await story.press("enter")
            await story.shows("scanned 1,400 of 3,000")
            assert files_in(here) != []
            await story.app.action_leave()
        assert files_in(here) == []

    async def test_ends_though_there_is_no_room_for_its_dialog(self, server: DemoServer, here: Path):
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            held = hold(story, pages=14)
            await asked(story)
            await story.press("enter")
            await story.shows("scanned 1,400 of 3,000")
            await story.pilot.resize_terminal(30, 8)
            await story.shows("too small")
            held.go_on.set()
            await story.until((here / f"{USUAL}.jsonl.manifest.json").exists, "the file")
            await story.pilot.resize_terminal(120, 40)
            await told(story, "Exported 3,000 records")
            assert story.app.screen is story.screen

    async def test_that_meets_an_error_keeps_what_it_has_and_says_that_it_is_not_all(
        self, server: DemoServer, here: Path
    ):
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            hold(story, pages=6, error=Unreachable("The API does not answer.", "Try again later."))
            await asked(story)
            await story.press("enter")
            message = await told(story, "Exported")
        kept = len(in_file(here / f"{USUAL}.jsonl"))
        assert 0 < kept < 3_000
        assert message.startswith(f"! Exported {kept} records, incomplete.\n")
        assert message.endswith("\nThe API does not answer. Try again later.")
        assert manifest(here / f"{USUAL}.jsonl")["completeness"] == "incomplete"

    async def test_that_gets_no_record_at_all_leaves_no_file(self, server: DemoServer, here: Path):
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            hold(story, pages=0, error=Unreachable("The API does not answer.", "Try again later."))
            await asked(story)
            await story.press("enter")
            assert await told(story, "Not") == "✗ Not exported. The API does not answer. Try again later."
        assert files_in(here) == []

    async def test_that_finds_no_room_leaves_no_file(
        self, server: DemoServer, here: Path, monkeypatch: pytest.MonkeyPatch
    ):
        def no_room(*_: object) -> None:
            raise Unwritable("There is no room for all of it.", "Make room.")

        async with exploring(server, query=WEEK) as story:
            await story.settled()
            monkeypatch.setattr(ExportFile, "write", no_room)
            await asked(story)
            await story.press("enter")
            assert await told(story, "Not") == "✗ Not exported. There is no room for all of it. Make room."
        assert files_in(here) == []


class TestAFileThatIsThere:
    async def test_stays_unless_the_reader_says_otherwise_in_so_many_words(self, server: DemoServer, here: Path):
        file = here / f"{USUAL}.jsonl"
        file.write_text("mine")
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            await asked(story)
            await story.press("enter")
            await story.shows(f"{USUAL}.jsonl is there already.")
            await story.press("enter")
            await story.press("escape")
            await story.shows("Secrets stay redacted")
            assert file.read_text() == "mine"
            await story.press("enter")
            await story.shows("is there already.")
            await story.press("y")
            await told(story, "Exported 3,000 records")
        assert len(in_file(file)) == 3_000

    async def test_and_came_there_meanwhile_stays_too(self, server: DemoServer, here: Path):
        file = here / f"{USUAL}.jsonl"
        async with exploring(server, query=WEEK) as story:
            await story.settled()
            held = hold(story, pages=14)
            await asked(story)
            await story.press("enter")
            await story.shows("scanned 1,400")
            file.write_text("another's")
            held.go_on.set()
            message = await told(story, "Not exported.")
            assert message.endswith("is there already. Name another file, or have it replaced.")
        assert file.read_text() == "another's"
        assert files_in(here) == [file.name]


@pytest.fixture
async def dialog() -> AsyncIterator[Asking[ExportScreen]]:
    screen = ExportScreen("since:7d", now=NOW, home="", names_known=lambda: True)
    async with opened(screen) as dialog:
        yield dialog


class TestTheDialog:
    async def test_offers_a_name_that_nothing_of_the_log_is_in(self, dialog: Asking[ExportScreen]):
        await dialog.press("enter")
        assert dialog.answers == [Order(Path(f"{USUAL}.jsonl"), Form.JSONL)]

    async def test_the_name_ends_as_the_form_does(self, dialog: Asking[ExportScreen]):
        await dialog.press("j")
        await dialog.shows(f"{USUAL}.csv")
        await dialog.press("j")
        await dialog.shows(f"{USUAL}.md")
        await dialog.press("k", "k", "enter")
        assert dialog.answers == [Order(Path(f"{USUAL}.jsonl"), Form.JSONL)]

    async def test_the_form_is_what_the_name_ends_as(self, dialog: Asking[ExportScreen]):
        await dialog.press("slash", "ctrl+u")
        await dialog.type("failures.csv")
        await dialog.press("enter")
        assert dialog.answers == [Order(Path("failures.csv"), Form.CSV)]

    async def test_a_name_that_ends_as_none_keeps_its_end(self, dialog: Asking[ExportScreen]):
        await dialog.press("slash", "ctrl+u")
        await dialog.type("case.2026")
        await dialog.press("escape", "j")
        await dialog.shows("case.2026")
        await dialog.press("enter")
        assert dialog.answers == [Order(Path("case.2026"), Form.CSV)]

    async def test_letters_are_typed_in_the_name_and_are_keys_elsewhere(self, dialog: Asking[ExportScreen]):
        await dialog.press("slash", "ctrl+u")
        await dialog.type("jaq.md")
        await dialog.shows("anonymise  off")
        await dialog.press("escape", "a")
        await dialog.shows("anonymise  on")
        await dialog.press("a", "a", "enter")
        assert dialog.answers == [Order(Path("jaq.md"), Form.MARKDOWN, anonymise=True)]

    @pytest.mark.parametrize("keys", [["escape"], ["q"], ["slash", "escape", "escape"]])
    async def test_is_left_from_the_list(self, dialog: Asking[ExportScreen], keys: list[str]):
        await dialog.press(*keys)
        assert dialog.answers == [None]

    async def test_wants_a_name(self, dialog: Asking[ExportScreen]):
        await dialog.press("slash", "ctrl+u", "enter")
        await dialog.shows("What is the file to be called?")
        await dialog.type("a.jsonl")
        await dialog.press("enter")
        assert dialog.answers == [Order(Path("a.jsonl"), Form.JSONL)]

    async def test_tells_what_stands_in_the_way_and_stays(self, dialog: Asking[ExportScreen], here: Path):
        (here / "link.csv").symlink_to(here / "elsewhere")
        for name, problem in (
            ("nowhere/a.csv", "There is no folder nowhere."),
            ("link.csv", "link.csv is a link to another file."),
        ):
            await dialog.press("slash", "ctrl+u")
            await dialog.type(name)
            await dialog.press("enter")
            await dialog.shows(problem)
        assert dialog.answers == []

    async def test_waits_for_names_before_these_can_be_hidden(self):
        known = False
        screen = ExportScreen("since:7d", now=NOW, home="", names_known=lambda: known)
        async with opened(screen) as dialog:
            await dialog.press("a", "enter")
            await dialog.shows("still on their way")
            known = True
            await dialog.press("enter")
            assert dialog.answers == [Order(Path(f"{USUAL}.jsonl"), Form.JSONL, anonymise=True)]

    async def test_is_worked_by_the_mouse_too(self, dialog: Asking[ExportScreen]):
        for word in ("anonymise  off", "md  ", "enter export"):
            lines = dialog.text.splitlines()
            at = next(at for at, line in enumerate(lines) if word in line)
            await dialog.pilot.click(offset=(lines[at].index(word), at))
            await dialog.pilot.pause()
        await dialog.until(lambda: dialog.answers, "an answer")
        assert dialog.answers == [Order(Path(f"{USUAL}.md"), Form.MARKDOWN, anonymise=True)]


class TestAName:
    def test_of_a_home_is_a_home_where_there_is_one(self, own_home: Path):
        assert file_of(" ~/a.csv ") == own_home / "a.csv"
        assert file_of("~nobody-at-all/a.csv") == Path("~nobody-at-all/a.csv")

    def test_is_shown_whole_and_harmless(self, here: Path):
        assert as_typed(Path("a\x1b.csv"), str(here)) == "~/a\\u001b.csv"
        assert as_typed(Path("/elsewhere/a.csv"), str(here)) == "/elsewhere/a.csv"
        assert as_typed(Path("a.csv"), "") == f"{here}/a.csv"
