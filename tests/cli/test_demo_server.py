"""`portkey-audit demo-server`, as a program of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from tui.demo.faults import FAULTS
from tui.demo.keys import ADMIN_KEY
from tui.demo.switches import choices

COMMAND = [sys.executable, "-m", "tui", "demo-server"]
CHILD = [sys.executable, "-m", "tui.demo"]
SMALL = ("--records", "300", "--days", "3", "--now", "2026-11-20T14:05:09Z")


@contextmanager
def running(*argv: str) -> Iterator[subprocess.Popen[str]]:
    """The program, killed if it is still there in the end."""
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_page(base_url: str, key: str) -> dict[str, object]:
    address = urlsplit(base_url)
    connection = HTTPConnection(str(address.hostname), int(address.port or 0), timeout=10)
    query = urlencode({"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-11-20T14:05:09Z"})
    try:
        connection.request(
            "GET", f"{address.path}/audit-logs?{query}", headers={"x-portkey-api-key": key, "user-agent": "tests/1"}
        )
        page: dict[str, object] = json.loads(connection.getresponse().read())
        return page
    finally:
        connection.close()


def greeted(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout
    return process.stdout.readline().strip(), process.stdout.readline().strip()


class TestServing:
    def test_it_prints_base_url_and_key_and_answers_there(self) -> None:
        with running(*COMMAND, *SMALL) as process:
            base_url, key = greeted(process)
            assert base_url.startswith("http://127.0.0.1:")
            assert base_url.endswith("/v1")
            assert key == ADMIN_KEY
            assert first_page(base_url, key)["total"] == 300

    def test_prefix_switches_and_faults_are_heeded(self) -> None:
        options = ("--prefix", "/albus/v1", "--switch", "envelope=records-only", "--fault", "no-rows:0", "--grow", "1")
        with running(*COMMAND, *SMALL, *options) as process:
            base_url, key = greeted(process)
            assert base_url.endswith("/albus/v1")
            assert list(first_page(base_url, key)) == ["records"]

    def test_attackers_may_have_written_it(self) -> None:
        with running(*COMMAND, *SMALL, "--hostile") as process:
            assert "\\u001b" in json.dumps(first_page(*greeted(process)))

    def test_it_says_how_to_use_it(self) -> None:
        with running(*COMMAND, *SMALL, "--exit-with-stdin") as process:
            said, complaints = process.communicate()
            base_url, key = said.splitlines()[:2]
            assert f"PORTKEY_BASE_URL={base_url} PORTKEY_API_KEY={key} portkey-audit" in said
            assert complaints == ""


class TestEnding:
    def test_ctrl_c_ends_it_quietly(self) -> None:
        with running(*COMMAND, *SMALL) as process:
            greeted(process)
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate()
            assert (process.returncode, complaints) == (130, "")

    def test_it_ends_with_its_input_where_that_is_asked_for(self) -> None:
        with running(*COMMAND, *SMALL, "--exit-with-stdin") as process:
            greeted(process)
            process.communicate()
            assert process.returncode == 0


class TestMistakes:
    def refused(self, *argv: str) -> tuple[int, str]:
        done = subprocess.run([*COMMAND, *argv], capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr

    def test_a_taken_port(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            code, said = self.refused(*SMALL, "--port", str(port))
        assert code == 1
        assert f"port {port} on 127.0.0.1 can't be had" in said

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("--switch", "page-bas=1"), "did you mean 'page_base'?"),
            (("--switch", "page_base"), "NAME=VALUE"),
            (("--fault", "rest:0.1"), "did you mean 'reset'?"),
            (("--fault", "reset"), "reset:0.1"),
            (("--grow", "fast"), "grow is a number"),
            (("--now", "noon"), "2026-11-20T14:05:00Z"),
            (("--records", "0"), "--records"),
        ],
    )
    def test_an_option_that_cannot_be(self, options: tuple[str, ...], told: str) -> None:
        code, said = self.refused(*options)
        assert code == 2
        assert told in said


class TestHelp:
    def test_names_every_fault_and_switch(self) -> None:
        done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
        words = done.stdout.split()
        assert set(FAULTS) | set(choices()) <= set(words)

    @pytest.mark.parametrize("argv", [["--help"], ["demo-server", "--help"]])
    def test_needs_neither_the_screen_nor_the_client(self, argv: list[str]) -> None:
        program = (
            "import sys\nfrom tui.cli.main import cli\n"
            f"cli({argv}, standalone_mode=False)\n"
            "print(sorted({'textual', 'httpx', 'pydantic'} & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]"


class TestAsAChild:
    def test_it_tells_where_it_serves_in_json_and_ends_with_its_input(self) -> None:
        with running(*CHILD, '{"records": 300, "days": 3, "now": "2026-11-20T14:05:09Z"}') as process:
            assert process.stdout
            told = json.loads(process.stdout.readline())
            assert first_page(told["base_url"], told["key"])["total"] == 300
            assert process.communicate() == ("", "")
            assert process.returncode == 0

    @pytest.mark.parametrize("settings", ["{", "[]", '{"recrods": 1}', '{"switches": {"page": 1}}', '{"now": "noon"}'])
    def test_wrong_settings_end_it_with_one_line(self, settings: str) -> None:
        done = subprocess.run([*CHILD, settings], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("tui.demo: ")
        assert done.stderr.count("\n") == 1

    def test_needs_neither_the_screen_nor_the_client_nor_the_command_line(self) -> None:
        program = (
            "import sys\nimport tui.demo.__main__\n"
            "print(sorted({'textual', 'httpx', 'pydantic', 'click', 'asyncio', 'email', 'http'} & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"
