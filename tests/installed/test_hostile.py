"""Every screen and every command of the installed program in a terminal, over a log that attackers wrote.

Beside the hostile demo's own attacks its texts are random code points of every kind.  Each of them bears a number, so
that what a test tells as shown did stand on the screen, or in what was written.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.installed.conftest import Start
from tests.installed.driving import Driven, Wanted
from tests.installed.sequences import strangers
from tests.proof import Counted, figure
from tui.demo.exchange import Request, Response, html_response, json_response
from tui.demo.faults import Delivery, delivered
from tui.demo.handler import AUDIT_LOGS
from tui.demo.history import History
from tui.demo.hostile_texts import PAYLOADS, TEXTS
from tui.demo.server import DemoServer

pytestmark = [pytest.mark.terminal, pytest.mark.proof("T1")]

NUMBERED = re.compile("zq[0-9a-z]{5}")
CAUGHT = re.compile(r"in ([\d,]+) of the lines it drew")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
KINDS = (
    (0x00, 0x1F), (0x7F, 0x9F), (0x20, 0x7E), (0xA0, 0x2FF), (0x300, 0x36F), (0x590, 0x8FF), (0xE00, 0x11FF),
    (0x180A, 0x180F), (0x2000, 0x206F), (0x20D0, 0x20FF), (0x2500, 0x25FF), (0x3000, 0x30FF), (0x4E00, 0x9FFF),
    (0xD800, 0xDFFF), (0xF900, 0xFAFF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F), (0xFF00, 0xFFEF), (0xFFF0, 0xFFFD),
    (0x10000, 0x1FFFF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0000, 0xE01EF),
)  # fmt: skip
"""Ranges that are drawn from alike, so that each kind comes often."""
PER_RECORD = 32
"""Numbers that a record may use for its texts."""


def random_text(chance: Random) -> str:
    """A few code points of any kind, and now and then an attack."""
    if chance.random() < 0.3:
        return chance.choice(TEXTS)
    return "".join(chr(chance.randint(*chance.choice(KINDS))) for _ in range(chance.randint(1, 12)))


def numbered(number: int, text: str) -> str:
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return f"zq{digits}{text}"


class FuzzedHistory(History):
    """The hostile history with a text of its own in nearly every field of every record."""

    def _write(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        record = super()._write(*arguments, **named)
        number = arguments[0] % 1_000_000
        chance = Random(number)  # noqa: S311 - it makes texts up
        serial = count(number * PER_RECORD)

        def text() -> str:
            return numbered(next(serial), random_text(chance))

        for field in ("uri", "user_id", "resource_type", "action", "client_ip", "country", "workspace_id", "method"):
            if chance.random() < 0.8:
                record[field] = text()
        record["request_id"] += text()
        record["request_body"] = json.dumps({text(): text(), "list": [text(), {text(): text()}], "password": text()})
        record["request_headers"] = json.dumps({text(): text(), text(): text()})
        record["query_params"] = json.dumps({text(): text()})
        return record


class AngryServer(DemoServer):
    """Serves the log, or as long as there is an `answer`, that."""

    answer: Response | None = None

    def respond(self, request: Request) -> Delivery:
        if self.answer is not None and request.path.endswith(AUDIT_LOGS):
            return delivered(self.answer)
        return super().respond(request)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def serve() -> Iterator[Callable[[int], AngryServer]]:
    """Serves so many fuzzed records."""
    running: list[AngryServer] = []

    def make(records: int) -> AngryServer:
        history = FuzzedHistory(records=records, days=1, now=now(), hostile=True)
        running.append(AngryServer(history, clock=now))
        running[-1].start()
        return running[-1]

    yield make
    for server in running:
        server.stop()


def addressing(server: DemoServer) -> dict[str, str]:
    return {"PORTKEY_BASE_URL": server.base_url, "PORTKEY_API_KEY": server.key}


def hits(driven: Driven) -> int:
    """How often the guard at the exit had to help, as the program tells it when it has ended."""
    told = CAUGHT.search(driven.written.decode())
    return int(told[1].replace(",", "")) if told else 0


def tell(counted: Counted, driven: Driven, shown: set[str]) -> None:
    """Tell what an ended program showed, and that it did no harm."""
    found = strangers(driven.written)
    counted(strings=len(shown), bytes=len(driven.written), violations=len(found), guard_hits=hits(driven))
    assert found == []
    assert hits(driven) == 0


def notes(screen: str) -> set[str]:
    """The numbers of the texts that stand on the screen."""
    return set(NUMBERED.findall(screen))


class Walk:
    """Goes from screen to screen, and gathers which texts it saw there."""

    def __init__(self, explorer: Driven, server: AngryServer) -> None:
        self.explorer = explorer
        self.server = server
        self.shown: set[str] = set()
        self.look()

    def look(self) -> None:
        self.shown |= notes(self.explorer.screen)

    def press(self, *keys: str, until: Wanted | None = None) -> None:
        self.explorer.press(*keys, until=until)
        self.look()

    def type(self, text: str, *, until: Wanted) -> None:
        self.explorer.type(text)
        self.press(until=until)

    def close(self, shown: str) -> None:
        """Leave a dialog that is known by what it shows."""
        self.press("escape", until=lambda screen: shown not in screen)


def opens_the_detail(walk: Walk) -> None:
    walk.press("3", "enter", until="Facts")
    for tab in "12345":
        walk.press(tab, "4", "pagedown", "G", "L", "W", ">", "g", "n")
    walk.press("4")
    for _ in range(20):
        walk.press(".")
    walk.press("/")
    walk.type("zq", until="zq")
    walk.press("enter", "n", "N", "escape")


def writes_a_query(walk: Walk) -> None:
    """Each completion that the bar offers is a value that an attacker wrote."""
    for field in ("actor", "uri", "res", "ip", "op", "country", "ws", "method", "status", "body.", "has:body."):
        walk.press("/", "ctrl+u")
        walk.type(field if "." in field else f"{field}:", until=field)
        walk.press("down", "down", "down", "escape", "escape", "3")
    walk.press("/", "ctrl+u")
    walk.type("actor:zq", until="actor:zq")
    walk.press("tab", "enter", "escape", "escape")


def looks_at_filters(walk: Walk) -> None:
    walk.press("2")
    for _ in range(11):
        walk.press("down", "enter", "down", "down", "escape")
    walk.press("3")


def looks_at_values(walk: Walk) -> None:
    walk.press("3")
    for _ in range(4):
        walk.press("right", "v", until="tab field")
        walk.press("pagedown", "G", "/")
        walk.type("zq", until="zq")
        walk.press("escape", "escape", "escape")
        walk.press(until=lambda screen: "tab field" not in screen)


def asks_for_commands(walk: Walk) -> None:
    walk.press(":", until="Find a command")
    walk.type("co", until="co")
    walk.press("down", "down", "escape", "escape")
    walk.press("?", until="esc closes")
    walk.press(*["pagedown"] * 4)
    walk.close("esc closes")


def opens_menus(walk: Walk) -> None:
    walk.press("3", "p", until="everything around this record")
    walk.close("everything around this record")
    walk.press("t", until="Time range")
    walk.close("Time range")
    walk.press("C", until="a add a path")
    walk.press("a", "down", "down", "escape")
    walk.press("escape", until=lambda screen: "a add a path" not in screen)


def copies(walk: Walk) -> None:
    """Messages tell what was copied, or where it lies."""
    for key in "yvpjmcql":
        walk.press("3", "y", until="Markdown")
        walk.press(key)
        walk.press("ctrl+l")
    walk.press("c")


def keeps_and_drops(walk: Walk) -> None:
    """The query tells what was kept, and so do its views, its trail and the filter panel."""
    for column in (1, 3, 6):
        walk.press("3", "home", *["right"] * column, "=")
        walk.press("escape", "escape", "3", "-")
        walk.press("escape", "escape", "3", "[", "[", "\\")
    walk.press("'", until="failures")
    walk.press("s")
    walk.type("\x1b]0;hostile", until="hostile")
    walk.press("enter", "escape", "escape", "escape")


def reads_it_plainly(walk: Walk) -> None:
    walk.press("3", "X", until=lambda screen: "Filters" not in screen and "zq" in screen)
    walk.press("enter", until="Filters")
    walk.press("V", until="Enter goes back.")
    walk.press("enter", until="Filters")
    walk.press("|", until="Pipe the record to a command")
    walk.press("ctrl+u")
    walk.type("cat", until="cat")
    walk.press("enter", until="Enter goes back.")
    walk.press("enter", until="Filters")


def reveals(walk: Walk) -> None:
    walk.press("3", "enter", until="Facts")
    walk.press("4", "1", "G", "k")
    walk.press("R", until="Reveal")
    walk.press("y", until=re.compile("redacted|zq"))
    walk.press("escape", "escape")


def exports(walk: Walk) -> None:
    walk.press("3", "w", until="Secrets stay redacted")
    walk.press("enter", until=re.compile("Exported|part"))


def hovers(walk: Walk) -> None:
    """Tooltips of whatever lies under the mouse; then a click on it, and a turn of its wheel."""
    for row in range(0, 48, 3):
        for column in (5, 40, 90, 150):
            walk.explorer.send(f"\x1b[<35;{column};{row + 1}M")
        walk.press("ctrl+l")
    walk.press("\x1b[<0;60;20M", "\x1b[<0;60;20m", "\x1b[<65;60;20M", "escape", "escape", "3")


def follows(walk: Walk) -> None:
    walk.press("3", "F", until="LIVE")
    for _ in range(5):
        walk.server.arrive(20)
        walk.press("j", "P", "P", "m", "e")
    walk.press("F", until=lambda screen: "LIVE" not in screen)


def hears_errors(walk: Walk) -> None:
    """A server whose words of refusal are attacks."""
    for status, attack in zip(cycle((400, 401, 403, 404, 429, 500, 503, 200, 302)), PAYLOADS, strict=False):
        words = {"message": attack, "errorCode": attack, "code": attack, attack: attack}
        walk.server.answer = json_response({"success": False, "data": words, "error": words, **words}, status)
        walk.press("r", until=re.compile("[✗!]"))
    walk.server.answer = html_response(502, "\x1b]0;title\x07", "\x1b[31m\x9b1m\u202e")
    walk.press("r", until="502")
    walk.server.answer = None
    walk.press("r", until=NUMBERED)


VISITS = (
    opens_the_detail, writes_a_query, looks_at_filters, looks_at_values, asks_for_commands, opens_menus, copies,
    keeps_and_drops, reads_it_plainly, reveals, exports, hovers, follows, hears_errors,
)  # fmt: skip


class TestEveryScreen:
    @pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.__name__)
    def test_is_looked_at(
        self, start: Start, serve: Callable[[int], AngryServer], counted: Counted, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch, visit: Callable[[Walk], None],
    ):  # fmt: skip
        monkeypatch.chdir(tmp_path)
        server = serve(600)
        explorer = start("--since", "2d", size=(200, 50), PAGER="cat", **addressing(server))
        explorer.shows(NUMBERED)
        walk = Walk(explorer, server)
        visit(walk)
        explorer.press("ctrl+l")  # a key that follows escape at once is taken for one with alt
        explorer.press("Q")
        assert explorer.ends() == 0
        assert len(walk.shown) > 100
        tell(counted, explorer, walk.shown)


PRELUDE = """
import sys
from tui.app.screens.explorer import ExplorerScreen
from tui.__main__ import main
def crash(self):
    raise RuntimeError("\\x1b]0;owned\\x07")
def slip(self):
    self.notify("\\x1b[31m slipped through")
ExplorerScreen.action_help = {"crash": crash, "slip": slip}[sys.argv.pop(1)]
main()
"""
"""The program with a mistake in it, made as its help is asked for."""


class TestAMistakeOfOurs:
    def begin(self, drive: Callable[..., Driven], server: AngryServer, mistake: str) -> Driven:
        command = [sys.executable, "-c", PRELUDE, mistake, "--since", "2d"]
        explorer = drive(command, **addressing(server))
        explorer.shows(NUMBERED)
        return explorer

    def test_a_crash_over_hostile_rows(
        self, drive: Callable[..., Driven], serve: Callable[[int], AngryServer], counted: Counted
    ):
        explorer = self.begin(drive, serve(300), "crash")
        shown = notes(explorer.screen)
        explorer.send("?")
        assert explorer.ends() == 1
        assert b"stopped on an error of its own: RuntimeError" in explorer.written
        assert b"owned" not in explorer.written
        tell(counted, explorer, shown)

    def test_text_that_was_not_made_harmless_is_caught_at_the_last_door_and_told_in_the_end(
        self, drive: Callable[..., Driven], serve: Callable[[int], AngryServer]
    ):
        explorer = self.begin(drive, serve(300), "slip")
        explorer.press("?", until="\ufffd[31m slipped through")
        explorer.press("Q")
        assert explorer.ends() == 0
        assert strangers(explorer.written) == []
        assert hits(explorer) > 0


class TestTheTable:
    def test_page_after_page(self, start: Start, serve: Callable[[int], AngryServer], counted: Counted):
        wanted = figure(ci=6_000, large=60_000)
        explorer = start("--since", "2d", size=(240, 50), **addressing(serve(wanted // 2)))
        explorer.shows(NUMBERED)
        explorer.press("3", "z")
        shown: set[str] = set()
        while len(shown) < wanted:
            shown.update(NUMBERED.findall(explorer.screen))
            explorer.press("pagedown", until=lambda screen: not shown.issuperset(NUMBERED.findall(screen)))
        explorer.press("Q")
        assert explorer.ends() == 0
        tell(counted, explorer, shown)


class TestCommands:
    @pytest.mark.parametrize(("form", "per_record"), [("md", 4), ("csv", 16), ("jsonl", 16)])
    def test_an_export_to_a_terminal(
        self, start: Start, serve: Callable[[int], AngryServer], counted: Counted, form: str, per_record: int
    ):
        wanted = figure(ci=5_000, large=320_000)
        command = start("export", "-f", form, "--since", "2d", **addressing(serve(wanted // per_record)))
        assert command.ends(within=600) == 0
        shown = set(NUMBERED.findall(command.written.decode()))
        assert len(shown) >= wanted
        tell(counted, command, shown)

    @pytest.mark.parametrize("field", ["uri", "actor", "op", "country"])
    def test_values_counted(self, start: Start, serve: Callable[[int], AngryServer], counted: Counted, field: str):
        command = start("count", "--by", field, "--since", "2d", **addressing(serve(400)))
        assert command.ends() == 0
        shown = set(NUMBERED.findall(command.written.decode()))
        assert len(shown) > 200
        tell(counted, command, shown)

    def test_one_record_shown(self, start: Start, serve: Callable[[int], AngryServer], counted: Counted):
        server = serve(20)
        [record, *_] = server._live.select(datetime(2020, 1, 1, tzinfo=UTC), now()).page(0, 20)
        command = start("show", record["request_id"][:36], "--since", "2d", **addressing(server))
        command.ends()
        shown = set(NUMBERED.findall(command.written.decode()))
        tell(counted, command, shown)

    def test_what_comes_in_followed(self, start: Start, serve: Callable[[int], AngryServer], counted: Counted):
        server = serve(300)
        command = start("tail", "--since", "2d", "--for", "4s", size=(200, 40), **addressing(server))
        command.shows(NUMBERED)
        server.arrive(50)
        command.ends()
        shown = set(NUMBERED.findall(command.written.decode()))
        assert len(shown) > 200
        tell(counted, command, shown)
