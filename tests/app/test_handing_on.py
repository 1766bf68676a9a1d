"""A record handed on: which program gets it and what of it, how that ended, and that the explorer goes on."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.app.dialogs import asking as opened
from tests.app.exploring import Story, asking, exploring, stand_in
from tests.app.terminals import Terminal
from tui.app.handing_on import CommandError, Ending, command_of, pager_environment, pager_of, run_here
from tui.app.screens import handing_on
from tui.app.screens.pipe import PipeScreen
from tui.demo.server import DemoServer
from tui.formats.record_json import json_line

WEEK = asking("since:7d")
HERE = dict(os.environ)
HUGE = b"x" * 1_000_000
"""More than a pipe holds."""


def python(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


class TestTheCommand:
    def test_is_told_apart_as_a_shell_does_and_no_more(self):
        assert command_of("sh -c 'cat | wc' \"$HOME\" *.txt ~ >out", HERE) == (
            *("sh", "-c", "cat | wc", "$HOME", "*.txt", "~", ">out"),
        )

    @pytest.mark.parametrize("text", ["", "  ", "''"])
    def test_of_no_words_is_asked_for(self, text: str):
        with pytest.raises(CommandError, match=r"Which command\? Write its name"):
            command_of(text, HERE)

    def test_with_a_quotation_that_does_not_end_is_not_guessed_at(self):
        with pytest.raises(CommandError, match=r"can't be told apart in words: no closing quotation\."):
            command_of("jq '.action", HERE)

    def test_that_is_not_there_is_named(self):
        with pytest.raises(CommandError, match=r"There is no program nosuch\\u001b on the PATH\."):
            command_of("nosuch\x1b", HERE)

    @pytest.mark.parametrize(
        ("name", "why"),
        [("missing", "There is no file"), ("folder", "is a folder"), ("text", "is not executable; chmod")],
    )
    def test_named_by_a_path_tells_what_is_wrong_with_it(self, name: str, why: str, tmp_path: Path):
        (tmp_path / "folder").mkdir()
        (tmp_path / "text").touch(mode=0o600)
        with pytest.raises(CommandError, match=why):
            command_of(str(tmp_path / name), HERE)

    def test_is_looked_for_where_the_readers_environment_says(self, tmp_path: Path):
        (tmp_path / "mine").touch(mode=0o700)
        assert command_of("mine -x", {"PATH": str(tmp_path)}) == ("mine", "-x")
        with pytest.raises(CommandError):
            command_of("mine", HERE)


class TestThePager:
    @pytest.fixture
    def path(self, tmp_path: Path) -> str:
        for name in ("less", "most"):
            (tmp_path / name).touch(mode=0o700)
        return str(tmp_path)

    def test_is_the_one_that_the_environment_names_with_its_arguments(self, path: str):
        assert pager_of({"PATH": path, "PAGER": "most -s '+/a b'"}) == ("most", "-s", "+/a b")

    @pytest.mark.parametrize("chosen", [{}, {"PAGER": ""}, {"PAGER": "  "}], ids=["unset", "empty", "blank"])
    def test_is_less_without_arguments_where_it_names_none(self, path: str, chosen: dict[str, str]):
        assert pager_of({"PATH": path, **chosen}) == ("less",)

    def test_that_is_not_there_is_told_with_its_cure(self, path: str):
        with pytest.raises(CommandError) as told:
            pager_of({"PATH": path, "PAGER": "nosuch\x1b -R"})
        assert str(told.value) == (
            r"PAGER is nosuch\u001b -R. There is no program nosuch\u001b on the PATH. "
            "Set PAGER to a program that shows text, as less or more."
        )

    def test_that_nobody_chose_and_is_not_there_is_told_too(self, tmp_path: Path):
        with pytest.raises(CommandError, match=r"^PAGER is not set\. There is no program less"):
            pager_of({"PATH": str(tmp_path)})

    def test_runs_and_writes_nothing_for_whoever_wrote_the_log(self):
        assert pager_environment({"LESS": "-i", "LESSSECURE": "0"}) == {"LESS": "-i", "LESSSECURE": "1"}


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with Terminal() as terminal:
        yield terminal


def run(terminal: Terminal, command: Sequence[str], text: bytes = b"{}\n") -> Ending:
    return run_here(command, text, environ=HERE, keyboard=terminal.keyboard, screen=terminal.screen)


class TestARun:
    def test_gives_the_text_and_leaves_the_terminal_to_the_program(self, terminal: Terminal):
        script = "import os, sys; print(sys.stdin.read(), os.isatty(1), os.isatty(2), end='')"
        assert run(terminal, python(script), b'{"a": 1}\n') == Ending(0)
        assert terminal.written == b'{"a": 1}\r\n True True'

    def test_gives_a_text_that_no_pipe_holds(self, terminal: Terminal):
        assert run(terminal, python("import sys; print(len(sys.stdin.read()))"), HUGE) == Ending(0)
        assert terminal.written == b"1000000\r\n"

    def test_tells_the_exit_code(self, terminal: Terminal):
        ending = run(terminal, python("import sys; sys.exit(5)"))
        assert ending == Ending(5)
        assert ending.told("jq") == "jq ended with exit code 5"

    def test_tells_of_a_program_that_did_not_read_all(self, terminal: Terminal):
        ending = run(terminal, python("import sys; sys.stdin.read(10)"), HUGE)
        assert ending == Ending(0, read_all=False)
        assert ending.told("head") == "head ended with exit code 0 before it had read all of the record"

    def test_tells_of_one_that_closes_its_input_and_goes_on(self, terminal: Terminal):
        ending = run(terminal, python("import os; os.close(0); print('still here')"), HUGE)
        assert ending == Ending(0, read_all=False)
        assert terminal.written == b"still here\r\n"

    @pytest.mark.parametrize(
        ("number", "said"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGRTMIN + 3, f"signal {signal.SIGRTMIN + 3}")]
    )
    def test_tells_the_signal(self, terminal: Terminal, number: int, said: str):
        ending = run(terminal, python(f"import os; os.kill(os.getpid(), {int(number)})"))
        assert ending.told("jq") == f"jq was ended by {said}"

    def test_raises_what_the_system_says_where_it_can_not_begin(self, terminal: Terminal, tmp_path: Path):
        (tmp_path / "script").write_bytes(b"\0\0")
        (tmp_path / "script").chmod(0o700)
        with pytest.raises(OSError, match="Exec format error"):
            run(terminal, [str(tmp_path / "script")])

    def test_gives_no_more_of_the_environment_than_it_was_given(self, terminal: Terminal):
        script = "import os; print(sorted(os.environ))"
        run_here(python(script), b"", environ={"LC_ALL": "C.UTF-8"}, keyboard=terminal.keyboard, screen=terminal.screen)
        assert terminal.written == b"['LC_ALL']\r\n"

    def test_changes_back_what_a_program_left_of_the_lines_settings(self, terminal: Terminal):
        before = terminal.settings
        script = "import os, tty; tty.setraw(2); os.kill(os.getpid(), 9)"
        assert run(terminal, python(script)) == Ending(-9)
        assert terminal.settings == before

    def test_of_a_program_that_leaves_signals_as_they_come(self, terminal: Terminal):
        script = (
            "import signal as s;"
            "print([s.getsignal(n) for n in (s.SIGINT, s.SIGPIPE)] == [s.default_int_handler, s.SIG_IGN])"
        )
        run(terminal, python(script))
        # SIG_IGN is what Python makes of SIGPIPE itself; where ctrl+c was ignored, it would have left that alone.
        assert terminal.written == b"True\r\n"

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_asked_to_end_asks_the_program_too_and_then_who_was_to_be_asked(
        self, terminal: Terminal, number: signal.Signals
    ):
        asked: list[int] = []
        before = signal.signal(number, lambda came, _: asked.append(came))

        def ask_once_it_runs() -> None:
            terminal.shows(b"here")
            os.kill(os.getpid(), number)

        somebody = threading.Thread(target=ask_once_it_runs)
        somebody.start()
        try:
            ending = run(terminal, python("import time; print('here', flush=True); time.sleep(60)"))
        finally:
            somebody.join()
            signal.signal(number, before)
        assert ending == Ending(-number, asked=True)
        assert asked == [number]


@dataclass
class Programs:
    """What would have been run on a terminal, and how each of them ends."""

    ending: Ending = field(default_factory=lambda: Ending(0))
    error: OSError | None = None
    seconds: float = 60.0
    ran: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    waited: int = 0
    now: float = 0.0

    def run(self, command: Sequence[str], text: bytes, *, environ: dict[str, str], **_: object) -> Ending:
        if self.error is not None:
            raise self.error
        self.ran.append((tuple(command), text.decode("ascii" if command[0] == "jq" else "utf-8")))
        self.environ = dict(environ)
        self.now += self.seconds
        return self.ending

    def wait(self, _: int) -> None:
        self.waited += 1


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    programs = Programs()
    monkeypatch.setattr(handing_on, "bare_terminal", lambda _: nullcontext())
    monkeypatch.setattr(handing_on, "begin_page", lambda text, **_: programs.pages.append(text))
    monkeypatch.setattr(handing_on, "run_here", programs.run)
    monkeypatch.setattr(handing_on, "wait_for_reader", programs.wait)
    return programs


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a few programs in it, none of which does anything."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("jq", "less", "most"):
        (folder / name).touch(mode=0o700)
    return {"PATH": str(folder)}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with stand_in() as server:
        yield server


@pytest.fixture
async def story(server: DemoServer, environ: dict[str, str], programs: Programs) -> AsyncIterator[Story]:
    async with exploring(server, query=WEEK, environ=environ, ticks=lambda: programs.now) as story:
        await story.settled()
        yield story


async def pipe(story: Story, text: str) -> None:
    await story.press("vertical_line")
    await story.shows("Pipe the record to a command")
    await story.press("ctrl+u")
    await story.type(text)
    await story.press("enter")


async def told(story: Story, part: str) -> str:
    """Wait for a message that holds this; the whole of it."""
    await story.until(lambda: any(part in toast for toast in story.toasts), part)
    return next(toast for toast in story.toasts if part in toast)


class TestPiping:
    async def test_gives_the_record_under_the_cursor_as_a_line_of_json(self, story: Story, programs: Programs):
        await story.press("m", "j")
        await pipe(story, "jq -r '.uri, .method'")
        assert await told(story, "jq") == "jq ended with exit code 0."
        record = story.records[1]
        [(command, text)] = programs.ran
        assert command == ("jq", "-r", ".uri, .method")
        assert text == json_line(record, story.screen._investigation.names) + "\n"
        assert json.loads(text)["request_id"] == record.request_id

    async def test_shows_the_command_above_what_it_writes_and_waits_for_the_reader(
        self, story: Story, programs: Programs
    ):
        await pipe(story, "jq '. | keys'")
        await told(story, "exit code 0")
        assert programs.pages == ["| jq '. | keys'"]
        assert programs.waited == 1

    async def test_gives_no_secret_away(self, server: DemoServer, environ: dict[str, str], programs: Programs):
        async with exploring(server, query=asking("res:plugins since:7d"), environ=environ) as story:
            await story.settled()
            await pipe(story, "jq .")
            await told(story, "exit code 0")
            assert "\\u2039redacted" in programs.ran[0][1]

    async def test_offers_the_last_command_again_in_the_same_run(self, story: Story, programs: Programs):
        await pipe(story, "jq '.a b'")
        await told(story, "exit code 0")
        await story.press("j", "vertical_line")
        await story.shows("| jq '.a b'")
        await story.press("enter")
        await story.until(lambda: len(programs.ran) == 2, "the second run")
        assert programs.ran[0][0] == programs.ran[1][0]
        assert programs.ran[0][1] != programs.ran[1][1]

    async def test_left_runs_nothing_and_forgets_nothing(self, story: Story, programs: Programs):
        await pipe(story, "jq .")
        await told(story, "exit code 0")
        await story.press("vertical_line", "ctrl+u")
        await story.type("jq x")
        await story.press("escape", "vertical_line")
        await story.shows("| jq .")
        assert len(programs.ran) == 1

    @pytest.mark.parametrize(
        ("ending", "said"),
        [
            (Ending(5), "! jq ended with exit code 5."),
            (Ending(-2), "! jq was ended by SIGINT."),
            (Ending(0, read_all=False), "! jq ended with exit code 0 before it had read all of the record."),
        ],
        ids=["code", "signal", "broken-pipe"],
    )
    async def test_tells_what_went_wrong_and_the_explorer_goes_on(
        self, story: Story, programs: Programs, ending: Ending, said: str
    ):
        programs.ending = ending
        await pipe(story, "jq .")
        assert await told(story, "jq") == said
        assert programs.waited == 1
        before = story.screen.table.cursor_row
        await story.press("j")
        assert story.screen.table.cursor_row == before + 1

    async def test_tells_of_a_program_that_could_not_be_started_and_does_not_wait(
        self, story: Story, programs: Programs
    ):
        programs.error = OSError(8, "Exec format error")
        await pipe(story, "jq .")
        assert await told(story, "jq") == "✗ jq could not be started: Exec format error."
        assert programs.waited == 0

    async def test_waits_for_nobody_where_the_run_is_to_end(self, story: Story, programs: Programs):
        programs.ending = Ending(-15, asked=True)
        await pipe(story, "jq .")
        await told(story, "SIGTERM")
        assert programs.waited == 0

    async def test_takes_a_terminal(self, server: DemoServer, environ: dict[str, str]):
        async with exploring(server, query=WEEK, environ=environ) as story:
            await story.settled()
            await pipe(story, "jq .")
            assert await told(story, "jq") == "✗ There is no terminal here that jq could have."

    async def test_takes_a_record(self, story: Story, programs: Programs):
        await story.ask("status:418 since:7d")
        await story.press("vertical_line")
        assert await told(story, "no record here") == "! There is no record here to hand on."
        await story.press("V")
        assert await told(story, "to read") == "! There is no record here to read."
        assert programs.ran == []

    async def test_works_in_plain_mode(self, server: DemoServer, environ: dict[str, str], programs: Programs):
        async with exploring(server, query=WEEK, environ=environ, plain=True) as story:
            await story.settled()
            await pipe(story, "jq .")
            await told(story, "jq ended with exit code 0.")
            await story.press("V")
            await story.until(lambda: len(programs.ran) == 2, "the pager")


class TestTheDialog:
    async def test_tells_what_is_wrong_and_stays_until_it_is_mended(self, environ: dict[str, str]):
        async with opened(PipeScreen("a record", last=(), environ=environ)) as dialog:
            await dialog.shows("write sh -c")
            await dialog.press("enter")
            await dialog.shows("Which command?")
            await dialog.type("jqq")
            await dialog.shows("write sh -c")
            await dialog.press("enter")
            await dialog.shows("There is no program jqq on the PATH.")
            assert dialog.answers == []
            await dialog.press("backspace", "enter")
            assert dialog.answers == [("jq",)]

    @pytest.mark.parametrize("word", ["run", "cancel"])
    async def test_is_worked_by_the_mouse_too(self, environ: dict[str, str], word: str):
        async with opened(PipeScreen("a record", last=("jq", "."), environ=environ)) as dialog:
            lines = dialog.text.splitlines()
            place = next((line.index(word), at) for at, line in enumerate(lines) if "enter run  esc cancel" in line)
            await dialog.pilot.click(offset=place)
            await dialog.until(lambda: dialog.answers, "an answer")
            assert dialog.answers == [("jq", ".") if word == "run" else None]


class TestPaging:
    async def test_shows_the_record_as_a_page_and_comes_straight_back(self, story: Story, programs: Programs):
        await story.press("V")
        await story.until(lambda: programs.ran, "a pager")
        [(command, text)] = programs.ran
        assert command == ("less",)
        assert text.startswith("FACTS\n")
        assert story.records[0].request_id in text
        assert programs.environ["LESSSECURE"] == "1"
        assert programs.waited == 0
        assert programs.pages == []
        await story.press("j")
        await story.until(lambda: story.screen.table.cursor_row == 1, "the explorer")
        assert story.toasts == []

    async def test_uses_the_readers_own(self, server: DemoServer, environ: dict[str, str], programs: Programs):
        async with exploring(server, query=WEEK, environ={**environ, "PAGER": "most -s"}) as story:
            await story.settled()
            await story.press("V")
            await story.until(lambda: programs.ran, "a pager")
            assert programs.ran[0][0] == ("most", "-s")

    @pytest.mark.parametrize("code", [0, 3])
    async def test_waits_where_it_is_over_before_anybody_could_read(self, story: Story, programs: Programs, code: int):
        programs.seconds, programs.ending = 0.1, Ending(code)
        await story.press("V")
        await story.until(lambda: programs.waited, "a wait")

    async def test_tells_of_one_that_fails(self, story: Story, programs: Programs):
        programs.ending = Ending(3)
        await story.press("V")
        assert await told(story, "less") == "! less ended with exit code 3."

    async def test_left_before_the_end_of_the_record_is_as_it_should_be(self, story: Story, programs: Programs):
        programs.ending = Ending(0, read_all=False)
        await story.press("V")
        await story.until(lambda: programs.ran, "a pager")
        await story.press("j")
        assert story.toasts == []

    async def test_without_a_pager_tells_the_cure(self, server: DemoServer, environ: dict[str, str]):
        async with exploring(server, query=WEEK, environ={**environ, "PAGER": "nosuch"}) as story:
            await story.settled()
            await story.press("V")
            assert (await told(story, "PAGER")).endswith("Set PAGER to a program that shows text, as less or more.")
            assert (await told(story, "PAGER")).startswith("✗ PAGER is nosuch.")
