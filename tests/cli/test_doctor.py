"""`portkey-audit doctor`: what it finds in every place, what it advises, how it ends, and what it never shows."""

from __future__ import annotations

import json
import os
import signal
import ssl
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.scene import run, running
from tests.cli.test_main import loaded_by
from tests.demo.asking import NOW
from tests.sources.hostile import Reply, http, page, serving, silence
from tui.cli.connections import BareClient
from tui.cli.doctor.disk import check_folders, check_kept
from tui.cli.doctor.facts import Facts, Tmux, ask_tmux
from tui.cli.doctor.finding import Finding, Status
from tui.cli.doctor.paste import check_paste
from tui.cli.doctor.service import NAMES, Examination, check_proxy
from tui.cli.doctor.terminal import check_terminal
from tui.clipboard.choosing import choose
from tui.clipboard.copying import Clipboard
from tui.clipboard.surroundings import Surroundings
from tui.demo.server import DemoServer
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.settings import Surface
from tui.sources.directory import PortkeyDirectory
from tui.sources.portkey import PortkeySource
from tui.sources.transport import DEFAULT_LIMITS, Limits, Transport
from tui.state.marks import MarkBook, marks_file
from tui.state.views import ViewShelf

OK, WARN, FAIL, SKIP = Status.OK, Status.WARN, Status.FAIL, Status.SKIP
CERTIFICATE = Path(__file__).parent.parent / "sources" / "loopback.pem"
SERVICE = ("key", "address", "proxy", *NAMES)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}


def facts(environ: dict[str, str] | None = None, ancestors: Iterable[str] = (), **others: Any) -> Facts:
    """A good terminal, but for what is said."""
    here = Surroundings(environ={**GOOD, **(environ or {})}, ancestors=frozenset(ancestors), tools=frozenset({"tmux"}))
    usual = Facts(here, reads_terminal=True, writes_terminal=True, encoding="utf-8", size=(120, 40))
    return replace(usual, **others)


def local(facts: Facts, surface: Surface | None = None) -> dict[str, Finding]:
    """What is said of a terminal, by name."""
    return {finding.name: finding for finding in check_terminal(facts, surface or Surface())}


def checks_of(text: str) -> dict[str, dict[str, str]]:
    """The checks of a JSON report, by name."""
    return {check["name"]: check for check in json.loads(text)["checks"]}


class TestTheTerminal:
    def test_a_good_one_is_well_in_every_respect(self):
        assert {finding.status for finding in local(facts()).values()} == {OK}

    @pytest.mark.parametrize(
        ("name", "found", "status", "told"),
        [
            ("terminal", facts({"TERM": "dumb"}), FAIL, "TERM=xterm-256color"),
            ("terminal", facts({"TERM": ""}), FAIL, "TERM=xterm-256color"),
            ("terminal", facts(reads_terminal=False), WARN, "standard input is no terminal"),
            ("terminal", facts(writes_terminal=False), WARN, "standard error is no terminal"),
            ("encoding", facts({"LC_ALL": "de_DE.ISO-8859-1"}, encoding="iso8859-1"), FAIL, "LC_ALL=C.UTF-8"),
            ("encoding", facts(encoding="ascii", writes_terminal=False), WARN, "LC_ALL=C.UTF-8"),
            ("size", facts(size=(60, 20)), OK, "60x20"),
            ("size", facts(size=(59, 30)), WARN, "60x20"),
            ("size", facts(size=(120, 19)), WARN, "60x20"),
            ("size", facts(size=(40, 12)), WARN, "60x20"),
            ("size", facts(size=(39, 30)), FAIL, "40x12"),
            ("size", facts(size=(120, 11)), FAIL, "40x12"),
            ("size", facts(size=None), SKIP, "no terminal"),
            (
                "connection",
                facts({"SSH_CONNECTION": "198.51.100.7 1 203.0.113.9 22"}),
                OK,
                "SSH: SSH_CONNECTION is set",
            ),
            ("connection", facts(ancestors=["bash", "mosh-server"]), OK, "mosh"),
            ("multiplexer", facts({"STY": "1.pts-0.host"}), OK, "screen"),
            ("multiplexer", facts({"TERM": "tmux-256color"}), WARN, "set -s set-clipboard on"),
            ("multiplexer", facts({"TMUX": "/tmp/tmux,1,0"}), WARN, "does not answer"),
        ],
    )
    def test_each_shortcoming_comes_with_its_cure(self, name: str, found: Facts, status: Status, told: str):
        finding = local(found)[name]
        assert finding.status is status
        assert told in f"{finding.found} {finding.cure}"
        assert bool(finding.cure) == (status in (WARN, FAIL))

    def test_what_the_environment_says_can_not_act_on_the_terminal(self):
        hostile = dict.fromkeys(("TERM", "LANG", "LC_ALL"), "\x1b]0;x\x07")
        assert not any("\x1b" in f"{finding.found}{finding.cure}" for finding in local(facts(hostile)).values())


class TestColours:
    @pytest.mark.parametrize(
        ("environ", "color", "told"),
        [
            ({}, "", "256 colours (TERM)"),
            ({"TERM": "linux"}, "", "16 colours (TERM)"),
            ({"COLORTERM": "truecolor"}, "", "true colour (COLORTERM)"),
            ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, "auto", "none (NO_COLOR)"),
            ({"COLORTERM": "truecolor"}, "16", "16 colours (asked for)"),
        ],
    )
    def test_they_are_those_that_the_explorer_would_take(self, environ: dict[str, str], color: str, told: str):
        assert local(facts(environ), Surface(color=color))["colours"].found == told


class TestTmux:
    """What tmux says of itself, and of the terminal that it is attached to."""

    INFO = (
        "Terminal 0: vt220 for /dev/pts/3, flags=0x20:\n 192: Ms: [missing]\n\n"
        "Terminal 1: xterm-256color for /dev/pts/7, flags=0x20:\n 192: Ms: (string) \\033]52;%p1%s;%p2%s\\a\n"
    )
    ANSWERS = {  # noqa: RUF012 - nobody changes it
        "-V": "tmux 3.3a\n",
        "set-clipboard": "external\n",
        "allow-passthrough": "off\n",
        "-T": INFO,
    }

    def ask(self, client: str, ancestors: Iterable[str] = (), **answers: str) -> Tmux | None:
        told = {**self.ANSWERS, **answers}

        def answer(command: Iterable[str]) -> str | None:
            last = [*command][-1]
            return told.get(last, client if last.startswith("#{client_pid}") else None)

        return ask_tmux(answer, lambda _: ancestors)

    def judged(self, tmux: Tmux | None) -> Finding:
        return local(facts({"TMUX": "/tmp/tmux,1,0"}, tmux=tmux))["multiplexer"]

    def test_version_and_options_are_told(self):
        finding = self.judged(self.ask("7 1 /dev/pts/7 xterm-256color\n"))
        assert (finding.status, finding.found) == (OK, "tmux 3.3a: set-clipboard external, allow-passthrough off")

    @pytest.mark.parametrize(
        ("client", "ancestors", "cure"),
        [
            ("7 1 /dev/pts/3 vt220\n", [], "set -as terminal-features ',vt220:clipboard'"),
            ("7 0 /dev/pts/7 xterm-256color\n", [], "tmux -u attach"),
            ("7 1 /dev/pts/7 xterm-256color\n", ["bash", "mosh-server"], r"',xterm*:Ms=\E]52;c;%p2%s\7'"),
            ("7 1 /dev/pts/7 tmux-256color\n", [], "In the outer tmux: set -s set-clipboard on"),
        ],
    )
    def test_where_copies_or_frames_get_lost_in_it_the_option_is_named(
        self, client: str, ancestors: list[str], cure: str
    ):
        finding = self.judged(self.ask(client, ancestors))
        assert finding.status is WARN
        assert cure in finding.cure

    def test_one_that_tells_little_is_no_trouble(self):
        assert self.judged(self.ask("   \n", **{"-T": "", "set-clipboard": "", "allow-passthrough": ""})).status is OK

    def test_one_that_fails_does_not_answer(self):
        assert ask_tmux(lambda _: None, lambda _: ()) is None


class TestTheClipboard:
    def test_the_route_is_told_with_its_reason(self):
        finding = local(facts({"SSH_TTY": "/dev/pts/0"}))["clipboard"]
        assert finding.status is OK
        assert finding.found.startswith("osc52: SSH_TTY is set")

    def test_a_flag_is_followed_and_its_drawback_told(self):
        finding = local(facts({"SSH_TTY": "/dev/pts/0"}), Surface(clipboard="native"))["clipboard"]
        assert finding.status is WARN
        assert "not of yours" in finding.cure

    def test_a_configured_command_has_to_be_there(self):
        assert local(facts(), Surface(clipboard_command=("/nowhere/clip",)))["clipboard"].status is FAIL
        assert local(facts(), Surface(clipboard_command=("cat",)))["clipboard"].status is OK

    @pytest.mark.parametrize(("pasted", "status"), [("abc\n", OK), ("\n", FAIL), ("hunter2\n", FAIL)])
    def test_what_is_pasted_back_proves_it_and_is_never_shown(self, pasted: str, status: Status):
        written: list[str] = []
        here = facts().here
        finding = check_paste(
            Clipboard(lambda: here), choose(here), "abc", write_terminal=written.append, ask=lambda _: pasted
        )
        assert finding.status is status
        assert "hunter2" not in f"{finding}"
        assert bool(finding.cure) == (status is FAIL)
        assert written == ["\x1b]52;c;YWJj\x07"]

    @pytest.mark.parametrize("route", ["off", "file"])
    def test_where_no_clipboard_is_meant_nothing_is_copied(self, route: str):
        choice = choose(facts().here, route)
        finding = check_paste(Clipboard(), choice, "abc", write_terminal=pytest.fail, ask=pytest.fail)
        assert finding.status is SKIP


class TestTheDisk:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A folder of one's own."""
        folder = tmp_path / "state"
        folder.mkdir(mode=0o700)
        return folder

    def test_a_first_run_has_nothing_to_complain_of(self, folder: Path):
        assert check_folders({"state": folder / "none"}, os.getuid()).status is OK
        assert check_kept(folder / "none", ViewShelf(folder)).found == "9 views"

    def test_what_is_closed_to_others_is_well(self, folder: Path):
        (folder / "queries").touch(mode=0o600)
        assert check_folders({"state": folder}, os.getuid()) == Finding("folders", OK, "state: yours alone")

    def test_what_others_can_read_is_closed_by_one_command(self, folder: Path):
        (folder / "queries").touch(mode=0o644)
        finding = check_folders({"state": folder}, os.getuid())
        assert (finding.status, finding.cure) == (WARN, f"chmod go= {folder}/queries")

    def test_what_belongs_to_somebody_else_is_named(self, folder: Path):
        finding = check_folders({"state": folder}, os.getuid() + 1)
        assert (finding.status, finding.found) == (WARN, f"{folder}: somebody else's")

    def test_what_leads_nowhere_is_passed_over(self, folder: Path):
        (folder / "queries").symlink_to(folder / "gone")
        assert check_folders({"state": folder}, os.getuid()).status is OK

    def test_a_place_where_nothing_can_be_kept_is_named(self, folder: Path):
        file = folder / "file"
        file.touch()
        finding = check_folders({"state": file / "portkey-audit"}, os.getuid())
        assert (finding.status, finding.found) == (WARN, f"{file}/portkey-audit: can't be written")

    def test_what_is_kept_is_told(self, folder: Path):
        MarkBook(marks_file(folder, "https://api.portkey.ai/v1")).clear()
        (folder / "queries").write_text("is:failed\n")
        finding = check_kept(folder, ViewShelf(folder))
        assert (finding.status, finding.found) == (OK, "9 views, marks, queries")

    @pytest.mark.parametrize("name", ["marks-0123456789abcdef.json", "columns.json", "queries", "views.toml"])
    def test_what_can_not_be_read_is_named_and_left_as_it_is(self, folder: Path, name: str):
        (folder / name).write_bytes(b"\xff{")
        finding = check_kept(folder, ViewShelf(folder))
        assert finding.status is WARN
        assert name in finding.found
        assert (folder / name).read_bytes() == b"\xff{"

    def test_what_was_put_aside_is_remembered(self, folder: Path):
        (folder / "columns.json.broken").touch()
        assert "put aside" in check_kept(folder, ViewShelf(folder)).found


async def examined(
    base_url: str, key: str, *, limits: Limits = DEFAULT_LIMITS, ours: datetime = NOW, organisation: str = "",
    bundle: Path | None = None,
) -> dict[str, Finding]:  # fmt: skip
    """What is found at an API, by name."""
    transport = Transport(base_url, Secret(key), clock=lambda: ours, limits=limits, ca_bundle=bundle)
    client = BareClient(transport, PortkeySource(transport, redact=redact), PortkeyDirectory(transport, memory=None))
    examination = Examination(
        client, organisation, clock=lambda: ours, ticks=lambda: 0.0, waiting=lambda: nullcontext()
    )
    try:
        return {finding.name: finding async for finding in examination.findings()}
    finally:
        await transport.aclose()


class TestTheServer:
    async def test_one_like_portkeys_own_is_well_after_a_few_requests(self, server: DemoServer):
        found = await examined(server.base_url, server.key)
        assert {name: finding.status for name, finding in found.items()} == dict.fromkeys(NAMES, OK)
        assert found["total"].found == "1,200 records in 30 days, and the last page ends there"
        assert server.request_count == 7

    @pytest.mark.parametrize(
        ("switches", "name", "status", "told"),
        [
            ({"page_base": 1}, "pages", FAIL, "counts pages from 1"),
            ({"total_meaning": "page"}, "total", WARN, "counts the records of a page"),
            ({"envelope": "records-only"}, "total", WARN, "does not say how many"),
            ({"refused_lists": "users"}, "names", WARN, "organisation_users.list"),
            ({"refused_lists": "all"}, "names", WARN, "ids stand where names would"),
            ({"org_param": "required"}, "answer", FAIL, "--organisation"),
            ({"total_past_end": "constant"}, "total", OK, ""),
            ({"timestamp_style": "js-date"}, "pages", OK, ""),
        ],
    )
    async def test_what_it_does_otherwise_is_told(
        self, server: DemoServer, switches: dict[str, Any], name: str, status: Status, told: str
    ):
        server.set(**switches)
        finding = (await examined(server.base_url, server.key))[name]
        assert finding.status is status
        assert told in f"{finding.found} {finding.cure}"

    @pytest.mark.parametrize(
        ("fault", "name", "told"),
        [
            ("401", "scope", "does not accept the API key"),
            ("403", "scope", "audit_logs.list"),
            ("403-html", "scope", "firewall"),
            ("402", "answer", "subscription"),
            ("429", "answer", "too many requests"),
            ("500-html", "answer", "can't answer now"),
            ("html", "answer", "base URL"),
            ("list", "answer", "not a page of audit records"),
            ("nan", "answer", "not JSON"),
            ("deep", "answer", "not JSON"),
            ("cut-gzip", "answer", "cut"),
            ("redirect-302", "answer", "redirects"),
        ],
    )
    async def test_a_refusal_is_a_failure_with_cause_and_cure(
        self, server: DemoServer, fault: str, name: str, told: str
    ):
        server.set_faults({fault: 1})
        found = await examined(server.base_url, server.key)
        assert found[name].status is FAIL
        assert told in f"{found[name].found} {found[name].cure}"
        assert found["clock"].status is OK
        assert "pages" not in found

    @pytest.mark.parametrize(("behind", "status"), [(29, OK), (31, WARN), (-31, WARN), (86_400, WARN)])
    async def test_a_clock_that_is_off_is_told_and_the_rest_is_asked_by_the_servers(
        self, server: DemoServer, behind: int, status: Status
    ):
        found = await examined(server.base_url, server.key, ours=NOW - timedelta(seconds=behind))
        assert found["clock"].status is status
        assert found["pages"].status is OK

    async def test_an_organisation_that_the_api_refuses_is_told(self, server: DemoServer):
        found = await examined(server.base_url, server.key, organisation="11111111-2222-4333-8444-555555555555")
        assert found["scope"].status is WARN
        assert "organisation_id" in found["scope"].cure

    async def test_trouble_half_way_is_told_where_it_stands(self, server: DemoServer):
        server.queue("chunked", "chunked", "500")
        assert (await examined(server.base_url, server.key))["pages"].status is FAIL
        server.queue("chunked", "chunked", "chunked", "500")
        assert (await examined(server.base_url, server.key))["total"].status is WARN


class TestOddServers:
    """Told from bytes, for no stand-in gives such answers."""

    @staticmethod
    def rows(*seconds: int) -> list[dict[str, Any]]:
        return [{"timestamp": f"2026-11-20T11:00:{second:02}.000Z", "request_id": f"r{second}"} for second in seconds]

    async def found(self, *replies: Reply, limits: Limits = DEFAULT_LIMITS) -> dict[str, Finding]:
        async with serving(*replies) as server:
            return await examined(
                server.base_url, "pk-a-test-key", limits=limits, ours=datetime(2026, 11, 20, 12, tzinfo=UTC)
            )

    @pytest.mark.parametrize(
        ("first", "second", "status", "told"),
        [
            ([9, 8, 7, 6, 5], [9, 8, 7, 6, 5], FAIL, "counts from 1"),
            ([9, 8, 7, 6, 5], [5, 4, 3, 2, 1], WARN, "1 of 5 records"),
            ([5, 6, 7, 8, 9], [4, 3, 2, 1, 0], FAIL, "newest first"),
            ([5, 4, 3, 2, 1], [9, 8, 7, 6, 0], FAIL, "newest first"),
            ([9, 8, 7, 6, 5], [], FAIL, "page 1 is empty"),
            ([9, 8, 7, 6, 5], [4, 3, 2, 1, 0], OK, "from 0"),
        ],
    )
    async def test_pages_show_how_they_are_counted(
        self, first: list[int], second: list[int], status: Status, told: str
    ):
        rows = [page(*self.rows(*seconds), total=10) for seconds in (first, second)]
        finding = (await self.found(rows[0], *rows))["pages"]
        assert finding.status is status
        assert told in finding.found

    async def test_too_few_records_tell_nothing(self):
        found = await self.found(page(*self.rows(9, 8), total=2), page(*self.rows(9, 8), total=2), page(total=0))
        assert (found["pages"].status, found["total"].status) == (SKIP, OK)

    async def test_a_total_that_moves_and_one_that_lies_are_told(self):
        one, two = page(*self.rows(9, 8, 7, 6, 5), total=11), page(*self.rows(4, 3, 2, 1, 0), total=12)
        assert "on the next" in (await self.found(one, one, two, page(*self.rows(0), total=12)))["total"].found
        two = page(*self.rows(4, 3, 2, 1, 0), total=11)
        assert "does not end there" in (await self.found(one, one, two, page(total=0)))["total"].found

    async def test_records_from_outside_of_the_time_are_told(self):
        old = [{**row, "timestamp": "2020-01-01T00:00:00.000Z"} for row in self.rows(4, 3, 2, 1, 0)]
        one = page(*self.rows(9, 8, 7, 6, 5), total=10)
        assert "outside" in (await self.found(one, one, page(*old, total=10)))["pages"].found

    async def test_a_silent_one_is_given_up(self):
        found = await self.found(silence, limits=Limits(total=0.2))
        assert list(found) == ["answer"]
        assert "did not finish" in found["answer"].found

    async def test_one_that_tells_no_time_is_no_failure(self):
        found = await self.found(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
        assert (found["clock"].status, found["scope"].status) == (WARN, FAIL)

    async def test_a_certificate_is_told_by_whom_and_until_when(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        async with serving(http(status=401), tls=context) as server:
            base_url = f"https://127.0.0.1:{server.port}/v1"
            known = (await examined(base_url, "pk-a-test-key", bundle=CERTIFICATE))["tls"]
            late = datetime(2119, 12, 30, tzinfo=UTC)
            ending = (await examined(base_url, "pk-a-test-key", bundle=CERTIFICATE, ours=late))["tls"]
            unknown = await examined(base_url, "pk-a-test-key")
        assert known.status is OK
        assert known.found.startswith("TLSv1.3, certificate by A test on loopback until 2120-01-01 (")
        assert (ending.status, ending.found.endswith("(2 days)")) == (WARN, True)
        assert list(unknown) == ["tls"]
        assert "can't be verified" in unknown["tls"].found


class TestTheProxy:
    @pytest.mark.parametrize(
        ("environ", "told"),
        [
            ({}, "none"),
            ({"HTTPS_PROXY": "http://ana:hunter2@proxy.example:3128"}, "proxy.example:3128 (HTTPS_PROXY)"),
            ({"https_proxy": "a.example", "HTTPS_PROXY": "b.example"}, "a.example (https_proxy)"),
            ({"ALL_PROXY": "http://proxy.example"}, "proxy.example (ALL_PROXY)"),
            ({"HTTP_PROXY": "http://proxy.example"}, "none"),
            ({"ALL_PROXY": "http://[::1:80"}, "an address that can't be read (ALL_PROXY)"),
            ({"ALL_PROXY": "a.example", "NO_PROXY": "x, .portkey.ai"}, "none: NO_PROXY spares api.portkey.ai"),
            ({"ALL_PROXY": "a.example", "NO_PROXY": "*"}, "none: NO_PROXY spares api.portkey.ai"),
            ({"ALL_PROXY": "a.example", "NO_PROXY": "key.ai"}, "a.example (ALL_PROXY)"),
        ],
    )
    def test_it_is_named_without_what_it_is_entered_with(self, environ: dict[str, str], told: str):
        assert check_proxy("https://api.portkey.ai/v1", environ).found == told


class TestTheReport:
    def test_a_line_a_check_its_cure_below_and_80_columns(self, server: DemoServer):
        done = run("doctor", server=server)
        lines = done.stdout.splitlines()
        assert max(map(len, lines)) <= 80
        assert "\x1b" not in done.stdout
        told = [line.split()[1:3] for line in lines if line[:1] not in ("", " ")]
        assert ["ok", "pages"] in told
        assert ["warn", "clock"] in told
        place = next(index for index, line in enumerate(lines) if " clock " in line)
        assert lines[place + 1].startswith(" " * 8 + "Set this machine's clock.")
        assert lines[-1].endswith("what helps stands below each.")
        assert (done.returncode, done.stderr) == (0, "")

    def test_where_glyphs_can_not_be_written_it_goes_without(self):
        done = run("doctor", PYTHONIOENCODING="latin-1")
        assert "+ ok    program" in done.stdout
        assert "x fail  key" in done.stdout
        assert "\\u" not in done.stdout

    def test_as_json_it_is_one_ascii_object_with_every_check(self, server: DemoServer):
        done = run("doctor", "--json", server=server)
        assert done.stdout.isascii()
        told = json.loads(done.stdout)
        assert told["version"] == 1
        assert [check["name"] for check in told["checks"]] == [
            "program", "terminal", "encoding", "size", "colours", "theme", "driver", "connection", "multiplexer",
            "clipboard",
            "configuration", "folders", "kept", *SERVICE,
        ]  # fmt: skip
        assert {frozenset(check) for check in told["checks"]} == {frozenset({"name", "status", "found", "cure"})}
        assert {check["status"] for check in told["checks"]} <= {"ok", "warn", "fail", "skip"}

    def test_the_demo_is_well(self):
        done = run("doctor", "--demo", "--json")
        assert done.returncode == 0
        assert {checks_of(done.stdout)[name]["status"] for name in SERVICE} == {"ok"}

    def test_it_draws_nothing(self):
        assert loaded_by("doctor", "--help") == []
        assert set(loaded_by("doctor", "--demo")) == {"httpx", "pydantic"}


class TestHowItEnds:
    def test_without_a_key_the_rest_is_looked_at_all_the_same(self):
        done = run("doctor", "--json")
        checks = checks_of(done.stdout)
        assert done.returncode == 1
        assert checks["key"]["status"] == "fail"
        assert "PORTKEY_API_KEY" in checks["key"]["cure"]
        assert checks["address"]["found"] == "https://api.portkey.ai/v1"
        assert {checks[name]["status"] for name in NAMES} == {"skip"}

    @pytest.mark.parametrize(
        ("environment", "name"),
        [
            ({"PORTKEY_BASE_URL": "http://api.example/v1"}, "address"),
            ({"PORTKEY_BASE_URL": "https://ana:hunter2-hunter2@api.example/v1"}, "address"),
            ({"PORTKEY_BASE_URL": "https://api.example/v1", "HTTPS_PROXY": "socks5://proxy.example"}, "proxy"),
            ({"PORTKEY_AUDIT_THEME": "plaid"}, "configuration"),
            ({"PORTKEY_API_KEY": "short"}, "configuration"),
        ],
    )
    def test_what_can_not_work_is_a_failure_not_a_traceback(self, environment: dict[str, str], name: str):
        done = run("doctor", "--json", server=None, **{"PORTKEY_API_KEY": "pk-canary-0123456789", **environment})
        assert done.returncode == 1
        assert checks_of(done.stdout)[name]["status"] == "fail"
        assert "hunter2" not in done.stdout
        assert done.stderr == ""

    def test_a_broken_configuration_is_told_by_line(self, own_home: Path):
        folder = own_home / "config" / "portkey-audit"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text("sinse = '4h'\n")
        done = run("doctor", "--json")
        assert (done.returncode, done.stderr) == (1, "")
        assert "line 1: unknown key 'sinse'" in checks_of(done.stdout)["configuration"]["found"]
        assert checks_of(done.stdout)["key"]["status"] == "skip"

    def test_a_key_file_that_others_can_read_is_a_failure(self, tmp_path: Path):
        file = tmp_path / "key"
        file.write_text("pk-canary-0123456789")
        file.chmod(0o644)
        done = run("doctor", "--json", "--api-key-file", str(file))
        assert done.returncode == 1
        assert "chmod 600" in checks_of(done.stdout)["key"]["found"]

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["is:failed"], "unexpected extra argument"),
            (["--clipboard", "pigeon"], "--clipboard"),
            (["--profile", "nowhere"], "there is no profile 'nowhere'"),
            (["--paste", "--demo"], "--paste needs a terminal"),
        ],
    )
    def test_a_mistake_on_the_command_line_ends_with_2(self, words: list[str], told: str):
        done = run("doctor", *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr

    def test_options_before_it_are_its_own(self):
        assert "asked for by name: osc52" in run("--clipboard", "osc52", "doctor", "--json").stdout

    def test_ctrl_c_ends_it_with_130_and_what_was_found_stays(self, server: DemoServer):
        server.queue("hold")
        with running("doctor", server=server) as process:
            server.wait_for_requests(1)
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=20)
        assert (process.returncode, complaints) == (130, "")
        assert " address " in said


class TestSecrets:
    @pytest.mark.parametrize("fault", ["", "401", "403", "html"])
    def test_neither_key_nor_anything_of_a_record_is_shown(self, server: DemoServer, fault: str):
        if fault:
            server.set_faults({fault: 1})
        for words in (["doctor"], ["doctor", "--json"]):
            done = run(*words, server=server)
            assert server.key not in done.stdout + done.stderr
            assert "x-portkey" not in done.stdout + done.stderr
            assert "/v2/" not in done.stdout

    def test_a_key_that_can_not_be_one_is_not_shown_either(self):
        done = run("doctor", PORTKEY_API_KEY="canary with blanks")
        assert "canary" not in done.stdout + done.stderr

    @pytest.mark.parametrize("configuration", ["", "sinse = '4h'\n"])
    def test_helper_programs_do_not_inherit_it(self, tmp_path: Path, own_home: Path, configuration: str):
        folder = own_home / "config" / "portkey-audit"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(configuration)
        tmux = tmp_path / "tmux"
        tmux.write_text(f"#!/bin/sh\nexport -p >> {tmp_path}/inherited\n")
        tmux.chmod(0o700)
        run(
            "doctor", TMUX="/tmp/tmux,1,0", PATH=f"{tmp_path}:{os.environ['PATH']}", PORTKEY_API_KEY="pk-canary-0123456"
        )
        inherited = (tmp_path / "inherited").read_text()
        assert "TMUX" in inherited
        assert "canary" not in inherited
