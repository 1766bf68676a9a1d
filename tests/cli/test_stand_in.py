"""The demo's stand-in lives beside the screen, and never longer."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tui.cli.stand_in import StandIn
from tui.domain.errors import Unreachable

PARENT = """
import time
from tui.cli.stand_in import StandIn
stand_in = StandIn.start()
stand_in.address()
print(stand_in.child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    running = StandIn.start()
    yield running
    running.stop()


class TestStartingOne:
    def test_it_answers_at_the_address_it_gives_to_the_key_it_gives(self, stand_in: StandIn):
        base_url, key = stand_in.address()
        address = urlsplit(base_url)
        assert address.hostname == "127.0.0.1"
        connection = HTTPConnection(address.hostname, address.port, timeout=10)
        headers = {"x-portkey-api-key": key.reveal(), "user-agent": "tests/1"}
        connection.request("GET", f"{address.path}/admin/users", headers=headers)
        assert connection.getresponse().status == 200
        connection.close()

    def test_one_that_died_before_it_served_is_told_with_a_cure(self, stand_in: StandIn):
        stand_in.child.kill()
        with pytest.raises(Unreachable, match="did not start") as told:
            stand_in.address()
        assert "portkey-audit demo-server" in told.value.cure

    def test_a_package_in_the_folder_we_were_started_in_is_not_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        (tmp_path / "tui").mkdir()
        (tmp_path / "tui" / "__init__.py").write_text("raise SystemExit(3)")
        monkeypatch.chdir(tmp_path)
        running = StandIn.start()
        try:
            assert running.address()[0].startswith("http://127.0.0.1:")
        finally:
            running.stop()


class TestItsEnd:
    def test_it_ends_in_order_when_told_to(self, stand_in: StandIn):
        stand_in.address()
        stand_in.stop()
        assert stand_in.child.returncode == 0

    def test_it_may_be_told_before_it_serves(self, stand_in: StandIn):
        stand_in.stop()
        assert stand_in.child.returncode is not None

    def test_one_that_does_not_listen_is_killed(self):
        deaf = subprocess.Popen(["sleep", "600"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S607 - any will do
        StandIn(deaf).stop()
        assert deaf.returncode == -signal.SIGKILL

    @pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
    def test_it_ends_with_whoever_started_it_however_that_ends(self, end: signal.Signals):
        with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            child = psutil.Process(int(parent.stdout.readline()))
            parent.send_signal(end)
            parent.wait(10)
            assert psutil.wait_procs([child], timeout=10)[1] == []
