"""What comes in and fits a view that rings calls the reader, no more often than one can bear, and hurts no terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from textual.events import AppFocus

from tests.app.attacks import PAYLOADS, AttackHistory, attack
from tests.app.exploring import Passing, Story, asking, exploring, stand_in
from tests.installed.sequences import calls, strangers
from tui.app import ringing
from tui.app.calling import SAVE_TITLE, TITLE_BACK, Multiplexer, notification, title
from tui.app.context import Memory
from tui.demo.server import DemoServer
from tui.domain.errors import QueryTooSlow
from tui.domain.matching import Matcher
from tui.domain.predicates import Surroundings
from tui.domain.record import AuditRecord
from tui.formats.record_json import json_line
from tui.session.ringing import RULE_SECONDS
from tui.state.view_text import toml_string, toml_value
from tui.state.views import FILE_NAME, ViewShelf

pytestmark = pytest.mark.usefixtures("steady_surroundings")

EVERYTHING = "-id:none"


@pytest.fixture
def server(growing: DemoServer) -> DemoServer:
    return growing


@dataclass
class Watch:
    """A story in which views ring, what its terminal is sent because of them, and all that its reader was told."""

    story: Story
    server: DemoServer
    passing: Passing
    sent: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        driver = self.story.app._driver
        assert driver is not None
        driver.write = self._write  # type: ignore[method-assign]
        self._notify = self.story.app.notify
        self.story.app.notify = self._hear  # type: ignore[method-assign]
        self.story.app.bell = lambda: self.sent.append("\a")  # type: ignore[method-assign]

    def _write(self, data: str) -> None:
        if calls(data.encode()):
            self.sent.append(data)

    def _hear(self, message: str, **more: Any) -> None:
        self.told.append(message)
        self._notify(message, **more)

    @property
    def records(self) -> list[AuditRecord]:
        """Those that came in, the newest first."""
        live = self.story.screen._exploration.live
        assert live is not None
        return self.story.records[: live.follower.found]

    async def come_in(self, count: int, after: float = 5.0) -> None:
        """Let records come in, and time pass until they have been looked for and at."""
        self.server.arrive(count)
        self.passing.later(after)
        live, present = self.story.screen._exploration.live, self.passing.now
        assert live is not None
        await self.story.until(lambda: live.follower.frontier >= present, "a look")
        bells = self.story.screen._bells
        await self.story.until(lambda: bells._checking is None or bells._checking.is_finished, "a look at the rules")

    async def rings(self, told: str) -> None:
        await self.story.until(lambda: any(told in message for message in self.told), told)


def write_views(folder: Path, **views: str) -> ViewShelf:
    """A shelf of views by their names, each with the lines that stand below its name."""
    tables = [f"[[view]]\nname = {toml_string(name)}\n{lines}\n" for name, lines in views.items()]
    (folder / FILE_NAME).write_text("\n".join(["version = 1", *tables]))
    return ViewShelf(folder)


def loud(query: str = EVERYTHING, *, ways: tuple[str, ...] = (), command: tuple[str, ...] = (), more: str = "") -> str:
    """The lines of a view that rings."""
    lines = [f"query = {toml_string(query)}", f"ring = {toml_value(list(ways))}"]
    return "\n".join([*lines, f"ring_command = {toml_value(list(command))}", more])


@asynccontextmanager
async def watching(
    server: DemoServer, passing: Passing, shelf: ViewShelf, query: str = "since:1h", **more: object
) -> AsyncIterator[Watch]:
    """A query that is followed, with these views."""
    memory = Memory(views=shelf)
    clock = {"passing": passing, "ticks": lambda: passing.now.timestamp()}
    async with exploring(server, query=asking(query), memory=memory, **clock, **more) as story:  # type: ignore[arg-type]
        await story.answered()
        watch = Watch(story, server, passing)
        await follow(story)
        yield watch


async def follow(story: Story) -> None:
    await story.press("F")
    await story.answered()
    await story.until(lambda: story.screen._exploration.live.follower.caught_up, "the present")  # type: ignore[union-attr]


class TestAViewThatRings:
    async def test_calls_in_its_ways_and_says_for_what(self, server: DemoServer, passing: Passing, tmp_path: Path):
        shelf = write_views(tmp_path, all=loud(ways=("bell", "title", "notify")))
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(1)
            await watch.rings("Rings for all: ")
            [toast] = watch.told
            record = watch.records[0]
            said = toast.removeprefix("Rings for ")
            assert record.user_id in said or watch.story.screen._investigation.names.actor(record.user_id) in said
            assert str(record.status) in said
            assert watch.sent == ["\a", SAVE_TITLE, title("(1) all"), notification(said)]

    async def test_may_say_so_on_the_screen_alone(self, server: DemoServer, passing: Passing, tmp_path: Path):
        shelf = write_views(tmp_path, all=loud(command=("true",)))
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(1)
            await watch.rings("Rings for all: ")
            assert watch.sent == []

    async def test_does_so_for_what_fits_it_whatever_its_range_of_time(
        self, server: DemoServer, passing: Passing, tmp_path: Path
    ):
        shelf = write_views(
            tmp_path,
            all=loud(f"{EVERYTHING} created:2020-01-01..2020-01-02", ways=("bell",)),
            none=loud("id:none created:2020-01-01..2030-01-02", ways=("notify",)),
        )
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(2)
            await watch.rings("Rings for all: 2 records, the newest ")
            assert watch.sent == ["\a"]

    async def test_does_not_for_what_was_there_before(self, server: DemoServer, passing: Passing, tmp_path: Path):
        server.arrive(5)
        async with watching(server, passing, write_views(tmp_path, all=loud(ways=("bell",)))) as watch:
            await watch.come_in(0)
            assert watch.sent == []
            assert watch.told == []

    async def test_does_so_while_the_reader_holds_rows_back(self, server: DemoServer, passing: Passing, tmp_path: Path):
        async with watching(server, passing, write_views(tmp_path, all=loud(ways=("bell",)))) as watch:
            await watch.story.press("P")
            await watch.come_in(1)
            await watch.rings("Rings for all: ")

    async def test_goes_by_names_as_they_become_known(self, server: DemoServer, passing: Passing, tmp_path: Path):
        async with watching(server, passing, ViewShelf(None)) as watch:
            names = watch.story.screen._investigation.names
            await watch.come_in(1)
            actor = names.actor(watch.records[0].user_id)
        assert actor
        shelf = write_views(tmp_path, them=loud(f'actor:"{actor}"', ways=("bell",)))
        with stand_in(clock=lambda: passing.now) as again:
            async with watching(again, passing, shelf) as watch:
                await watch.story.until(lambda: watch.story.screen._investigation.names_known, "everybody's name")
                await watch.come_in(1)
                await watch.rings("Rings for them: ")


class TestAViewThatDoesNot:
    async def test_is_muted(self, server: DemoServer, passing: Passing, tmp_path: Path):
        shelf = write_views(tmp_path, all=loud(ways=("bell",), more="muted = true"))
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(1)
            assert watch.story.screen._bells._rules == {}
            assert watch.sent == []

    async def test_or_all_of_them_are_for_this_run(self, server: DemoServer, passing: Passing, tmp_path: Path):
        shelf = write_views(tmp_path, all=loud(ways=("bell",)))
        shelf.silent = True
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(1)
            assert watch.sent == []

    async def test_or_was_muted_in_the_list_of_views(self, server: DemoServer, passing: Passing, tmp_path: Path):
        shelf = write_views(tmp_path, all=loud(ways=("bell",)))
        async with watching(server, passing, shelf) as watch:
            await watch.story.press("apostrophe", "m", "escape")
            await watch.story.until(lambda: watch.story.screen.is_active, "the table")
            await watch.come_in(1)
            assert watch.sent == []


class TestHowOften:
    async def test_what_comes_soon_after_rings_later_and_all_at_once(
        self, server: DemoServer, passing: Passing, tmp_path: Path
    ):
        async with watching(server, passing, write_views(tmp_path, all=loud(ways=("notify",)))) as watch:
            await watch.come_in(1, after=3)
            await watch.rings("Rings for all: ")
            await watch.come_in(2, after=3)
            await watch.come_in(1, after=3)
            assert len(watch.sent) == 1
            passing.later(RULE_SECONDS)
            await watch.rings("Rings for all: 3 records, the newest ")
            assert len(watch.sent) == 2

    async def test_several_views_call_once(self, server: DemoServer, passing: Passing, tmp_path: Path):
        ways = ("bell", "title", "notify")
        shelf = write_views(tmp_path, **{name: loud(ways=ways) for name in ("a", "b", "c", "d", "e")})
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(2)
            await watch.rings("; and 2 more views")
            assert watch.sent[:3] == ["\a", SAVE_TITLE, title("(10) a, b, c, d, e")]
            assert len(watch.sent) == 4


class TestTheTitle:
    async def test_counts_until_the_reader_is_here_and_is_then_what_it_was(
        self, server: DemoServer, passing: Passing, tmp_path: Path
    ):
        async with watching(server, passing, write_views(tmp_path, all=loud(ways=("title",)))) as watch:
            await watch.come_in(2, after=RULE_SECONDS)
            await watch.story.until(lambda: watch.sent == [SAVE_TITLE, title("(2) all")], "a title")
            await watch.come_in(1, after=RULE_SECONDS)
            await watch.story.until(lambda: watch.sent[2:] == [title("(3) all")], "another title")
            await watch.story.press("j")
            assert watch.sent[3:] == [TITLE_BACK]
            await watch.story.press("k")
            assert watch.sent[4:] == []

    async def test_is_given_back_where_the_terminal_comes_to_the_front(
        self, server: DemoServer, passing: Passing, tmp_path: Path
    ):
        async with watching(server, passing, write_views(tmp_path, all=loud(ways=("title",)))) as watch:
            await watch.come_in(1)
            await watch.story.until(lambda: len(watch.sent) == 2, "a title")
            watch.story.app.post_message(AppFocus())
            await watch.story.until(lambda: watch.sent[2:] == [TITLE_BACK], "the title of before")

    async def test_is_given_back_at_the_end(self, server: DemoServer, passing: Passing, tmp_path: Path):
        async with watching(server, passing, write_views(tmp_path, all=loud(ways=("title",)))) as watch:
            await watch.come_in(1)
            await watch.story.until(lambda: len(watch.sent) == 2, "a title")
        assert watch.sent[2:] == [TITLE_BACK]


class TestThroughAMultiplexer:
    @pytest.mark.parametrize("multiplexer", [Multiplexer.TMUX, Multiplexer.SCREEN])
    async def test_a_notification_goes_as_that_passes_it_on(
        self, server: DemoServer, passing: Passing, tmp_path: Path, multiplexer: Multiplexer
    ):
        shelf = write_views(tmp_path, all=loud(ways=("notify",)))
        async with watching(server, passing, shelf) as watch:
            watch.story.screen._bells._multiplexer = multiplexer
            await watch.come_in(1)
            await watch.rings("Rings for all: ")
            [toast] = watch.told
            assert watch.sent == [notification(toast.removeprefix("Rings for "), multiplexer)]


KEEP = "import sys; open({file!r}, 'ab').write(sys.stdin.buffer.read() + b'end of a run\\n')"


def keeping(file: Path) -> tuple[str, ...]:
    """A command that writes down what it is given, run after run."""
    return sys.executable, "-c", KEEP.format(file=str(file))


def runs(file: Path) -> list[list[str]]:
    """The lines that each run was given."""
    text = file.read_text() if file.exists() else ""
    return [run.splitlines() for run in text.split("end of a run\n")[:-1]]


class TestItsCommand:
    async def test_has_each_record_once_as_a_line_of_json(self, server: DemoServer, passing: Passing, tmp_path: Path):
        kept = tmp_path / "kept"
        async with watching(server, passing, write_views(tmp_path, all=loud(command=keeping(kept)))) as watch:
            await watch.come_in(1, after=RULE_SECONDS)
            await watch.story.until(lambda: len(runs(kept)) == 1, "the first run")
            await watch.come_in(3, after=RULE_SECONDS)
            await watch.story.until(lambda: len(runs(kept)) == 2, "the second run")
            lines = [line for run in runs(kept) for line in run]
            names = watch.story.screen._investigation.names
            assert lines == [json_line(record, names) for record in reversed(watch.records)]
            assert all(json.loads(line)["request_id"] for line in lines)

    async def test_runs_alone_also_where_several_ring(self, server: DemoServer, passing: Passing, tmp_path: Path):
        alone = f"import os; os.mkdir({str(tmp_path / 'running')!r}); os.rmdir({str(tmp_path / 'running')!r})"
        ended = tmp_path / "ended"
        script = f"{alone}; open({str(ended)!r}, 'a').write('x')"
        shelf = write_views(
            tmp_path, **{name: loud(command=(sys.executable, "-c", script)) for name in ("a", "b", "c")}
        )
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(1)
            await watch.story.until(lambda: ended.exists() and ended.read_text() == "xxx", "all of them")
            assert [toast for toast in watch.told if "exit code" in toast] == []

    async def test_gets_its_words_without_a_shell(self, server: DemoServer, passing: Passing, tmp_path: Path):
        words = tmp_path / "$(touch made); *"
        async with watching(server, passing, write_views(tmp_path, all=loud(command=("touch", str(words))))) as watch:
            await watch.come_in(1)
            await watch.story.until(words.exists, "the file of that name")

    async def test_that_hangs_is_killed_and_told_of_once(
        self, server: DemoServer, passing: Passing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(ringing, "COMMAND_SECONDS", 0.5)
        told = tmp_path / "told"
        command = ("sh", "-c", f"echo $$ >>{told}; sleep 600")
        async with watching(server, passing, write_views(tmp_path, all=loud(command=command))) as watch:
            for hung in (1, 2):
                await watch.come_in(1, after=RULE_SECONDS)
                await watch.rings(
                    "The view all rings by sh, which took more than 0.5 s: see its ring_command in views.toml."
                )
                await watch.story.until(lambda hung=hung: len(told.read_text().split()) == hung, "a run")  # type: ignore[misc]
                worker = watch.story.screen._bells._running
                await watch.story.until(lambda worker=worker: worker.is_finished, "its end")  # type: ignore[misc]
            assert psutil.wait_procs(running(told), timeout=10)[1] == []
            assert len([toast for toast in watch.told if "took more than" in toast]) == 1

    async def test_ends_with_the_program(self, server: DemoServer, passing: Passing, tmp_path: Path):
        told = tmp_path / "told"
        command = ("sh", "-c", f"echo $$ >{told}; sleep 600")
        async with watching(server, passing, write_views(tmp_path, all=loud(command=command))) as watch:
            await watch.come_in(1)
            await watch.story.until(lambda: told.exists() and told.read_text().strip(), "a run")
        assert psutil.wait_procs(running(told), timeout=10)[1] == []

    async def test_that_fails_is_told_of(self, server: DemoServer, passing: Passing, tmp_path: Path):
        shelf = write_views(tmp_path, a=loud(command=("/nowhere/at/[b]all",)), b=loud(command=("sh", "-c", "exit 3")))
        async with watching(server, passing, shelf) as watch:
            await watch.come_in(1)
            await watch.rings(
                "The view a rings by [b]all, which could not be started (No such file or directory): "
                "see its ring_command in views.toml."
            )
            await watch.rings(
                "The view b rings by sh, which ended with exit code 3: see its ring_command in views.toml."
            )

    async def test_gets_the_newest_of_very_many_and_that_is_told(
        self, server: DemoServer, passing: Passing, tmp_path: Path
    ):
        kept = tmp_path / "kept"
        async with watching(server, passing, write_views(tmp_path, all=loud(command=keeping(kept)))) as watch:
            await watch.come_in(1)
            await watch.story.until(lambda: len(runs(kept)) == 1, "the first run")
            await watch.come_in(150)
            passing.later(RULE_SECONDS)
            await watch.story.until(lambda: len(runs(kept)) == 2, "the second run")
            given = [json.loads(line)["request_id"] for line in runs(kept)[1]]
            assert given == [record.request_id for record in reversed(watch.records[:100])]
            await watch.rings("gets the newest 100 of 150 records for all.")


def running(file: Path) -> list[psutil.Process]:
    """Those whose numbers a file tells, and that have not ended."""
    found = []
    for pid in map(int, file.read_text().split()):
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    return found


class TooSlow(Matcher):
    """A matcher that can't be waited for."""

    def __call__(self, record: AuditRecord) -> bool:
        raise QueryTooSlow("The expression takes too long.")


class TestWhatIsWrong:
    async def test_with_the_file_is_told_once(self, server: DemoServer, passing: Passing, tmp_path: Path):
        shelf = write_views(tmp_path, all='query = ""\nring = ["bel"]')
        async with watching(server, passing, shelf) as watch:
            await watch.rings("of view 'all', ring is a list of bell, title, notify")
            await follow_again(watch.story)
            assert len([told for told in watch.told if "ring is a list" in told]) == 1

    @pytest.mark.parametrize(
        ("query", "problem"),
        [
            ("colour:red", "The view bad can't ring: "),
            ("ip:@nowhere.txt", "The view bad can't ring: "),
            ("actor:nobody-at-all", "The view bad can't ring: nothing known is called 'nobody-at-all'"),
        ],
    )
    async def test_with_one_view_leaves_the_others(
        self, server: DemoServer, passing: Passing, tmp_path: Path, query: str, problem: str
    ):
        shelf = write_views(tmp_path, bad=loud(query, ways=("bell",)), good=loud(ways=("bell",)))
        async with watching(server, passing, shelf) as watch:
            await watch.rings(problem)
            await watch.come_in(1)
            await watch.rings("Rings for good: ")
            assert len([toast for toast in watch.told if "can't ring" in toast]) == 1

    async def test_an_expression_that_takes_too_long_ends_with_its_view(
        self, server: DemoServer, passing: Passing, tmp_path: Path
    ):
        shelf = write_views(tmp_path, slow=loud(ways=("bell",)), all=loud(ways=("bell",)))
        async with watching(server, passing, shelf) as watch:
            rules = watch.story.screen._bells._rules
            rules["slow"] = rules["slow"]._replace(matcher=TooSlow((), Surroundings()))
            await watch.come_in(1)
            await watch.rings("The view slow rings no more: The expression takes too long.")
            await watch.rings("Rings for all: ")

    async def test_more_than_can_be_looked_at_are_counted(
        self, server: DemoServer, passing: Passing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(ringing, "_MOST_UNCHECKED", 40)
        async with watching(server, passing, write_views(tmp_path, all=loud(ways=("bell",)))) as watch:
            await watch.come_in(60)
            await watch.rings("Rings for all: 40 records")
            await watch.rings("20 records came in too fast for the watch rules, and were passed over.")


async def follow_again(story: Story) -> None:
    await story.press("F")
    await story.until(lambda: not story.screen._investigation.following, "no following")
    await follow(story)


class Repeating(AttackHistory):
    """A history of which what comes in is as what was there."""

    def fresh(self, sequence: int, at: object) -> dict[str, object]:
        return {**self._records[0], "request_id": f"{sequence}", "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}  # type: ignore[attr-defined]


class TestWhoeverWritesTheLog:
    @pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
    async def test_writes_nothing_that_the_terminal_obeys(self, passing: Passing, tmp_path: Path, payload: str):
        with DemoServer(Repeating([attack(payload, 1)]), clock=lambda: passing.now) as server:
            shelf = write_views(tmp_path, all=loud(ways=("bell", "title", "notify")))
            async with watching(server, passing, shelf, notifications=True) as watch:
                await watch.come_in(1)
                await watch.rings("Rings for all: ")
                assert strangers("".join(watch.sent).encode(), ringing=True) == []
                assert len(watch.sent) == 4
