"""The installed `tail` where it is used: on a terminal, in a pipe, over a network that goes and comes back."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import pytest

from tests.cli.scene import addressing, wait_for_looks
from tests.installed.conftest import Start
from tests.installed.driving import PROGRAM, still_there
from tests.installed.tools import installed
from tui.demo.server import DemoServer

pytestmark = pytest.mark.terminal

GONE_SECONDS = 30.0
ROW = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ  [1-5]\d\d ")


@contextmanager
def piped(server: DemoServer, *words: str) -> Iterator[Popen[str]]:
    """The program with pipes for its output."""
    environment = {**os.environ, **addressing(server)}
    with Popen([PROGRAM, "tail", *words], stdout=PIPE, stderr=PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


class TestOnATerminal:
    def test_rows_come_in_until_ctrl_c_which_sums_them_up(self, start: Start, server: DemoServer):
        server.arrive(2)
        tail = start("tail", **addressing(server))
        tail.shows(lambda screen: len(ROW.findall(screen)) == 2)
        assert "following since:10m (ctrl+c ends)" in tail.screen
        server.arrive(3)
        tail.shows(lambda screen: len(ROW.findall(screen)) == 5)
        tail.send("ctrl+c")
        assert tail.ends() == 130
        assert re.search(r"interrupted: 5 records in \d+s · everything read up to 20", tail.written.decode())
        assert tail.terminal_faults() == []

    def test_it_goes_with_its_terminal(self, start: Start, server: DemoServer):
        server.arrive(1)
        tail = start("tail", **addressing(server))
        tail.shows(ROW)
        tail.hang_up()
        assert tail.ends(within=GONE_SECONDS) == -signal.SIGHUP

    def test_the_demo_ends_with_it(self, start: Start):
        tail = start("tail", "--demo", "--since", "2h")
        tail.shows(ROW)
        children = tail.children()
        assert children
        tail.send("ctrl+c")
        assert tail.ends() == 130
        assert still_there(children, within=GONE_SECONDS) == []


class TestInAPipe:
    def test_whoever_takes_only_the_first_lines_ends_it_in_peace(self, server: DemoServer):
        server.arrive(3)
        shell = [installed("bash", package="bash"), "-o", "pipefail", "-c", f"{PROGRAM} tail | head -n 3"]
        environment = {**os.environ, **addressing(server)}
        done = subprocess.run(shell, capture_output=True, text=True, env=environment, timeout=60, check=False)
        assert len(ROW.findall(done.stdout)) == 3
        assert (done.stderr, done.returncode) == ("", 0)

    def test_lines_of_json_come_one_by_one(self, server: DemoServer):
        with piped(server, "--since", "0s", "-f", "jsonl") as tail:
            assert tail.stdout is not None
            wait_for_looks(server, 2)
            lines = []
            for _ in range(3):
                server.arrive(1)
                lines.append(tail.stdout.readline())
        assert len(set(lines)) == 3
        assert all(json.loads(line)["request_id"] for line in lines)


class TestOverANetwork:
    def test_that_goes_and_comes_back_nothing_is_missed(self, server: DemoServer):
        server.arrive(1)
        with piped(server, "-f", "jsonl") as tail:
            assert tail.stdout is not None
            assert tail.stderr is not None
            seen = [tail.stdout.readline()]
            port = server.port
            server.stop()
            assert re.search(r"Z no connection, trying again: ", tail.stderr.readline())
            server.arrive(25)
            server.start(port)
            seen += [tail.stdout.readline() for _ in range(25)]
            assert re.search(r"Z there again after .*: nothing was missed$", tail.stderr.readline())
            server.arrive(1)
            seen.append(tail.stdout.readline())
            tail.send_signal(signal.SIGINT)
            rest, complaints = tail.communicate(timeout=60)
        assert len(set(seen)) == 27
        assert (rest, tail.returncode) == ("", 130)
        assert complaints.startswith("portkey-audit: interrupted: 27 records")

    def test_that_was_never_there_it_is_waited_for_as_long_as_is_said(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        done = subprocess.run(
            [PROGRAM, "tail", "--for", "2s"], capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "PORTKEY_BASE_URL": f"http://127.0.0.1:{port}/v1", "PORTKEY_API_KEY": "pk-0123456789"},
        )  # fmt: skip
        lost, incomplete, why = done.stderr.splitlines()
        assert "127.0.0.1 refuses the connection" in lost
        assert incomplete.startswith("portkey-audit: incomplete: nothing could be read yet")
        assert "Check the port" in why
        assert (done.stdout, done.returncode) == ("", 3)
