"""What bears on a copy is looked at, not assumed: a display has to answer, a tool has to be on the PATH."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tui.clipboard import surroundings
from tui.clipboard.surroundings import look_around


@pytest.fixture
def wayland(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """A Wayland display that listens as wayland-7 in the folder for run-time files."""
    monkeypatch.chdir(tmp_path)  # a socket's path may be 107 bytes long
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("wayland-7")
    listening.listen()
    return listening


def displays(**environ: str) -> frozenset[str]:
    return look_around(environ).displays


class TestADisplay:
    def test_of_wayland_answers_at_a_socket_in_the_folder_for_run_time_files(self, wayland: socket.socket):
        with wayland:
            assert displays(WAYLAND_DISPLAY="wayland-7", XDG_RUNTIME_DIR=".") == {"WAYLAND_DISPLAY"}

    def test_of_wayland_that_left_its_socket_behind_is_dead(self, wayland: socket.socket):
        wayland.close()
        assert displays(WAYLAND_DISPLAY="wayland-7", XDG_RUNTIME_DIR=".") == set()

    @pytest.mark.parametrize("name", ["127.0.0.1:{number}", "localhost:{number}.0"])
    def test_of_x_that_is_forwarded_answers_at_a_port(self, name: str, monkeypatch: pytest.MonkeyPatch):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            monkeypatch.setattr(surroundings, "_X_PORT", listening.getsockname()[1] - 10)
            assert displays(DISPLAY=name.format(number=10)) == {"DISPLAY"}
        assert displays(DISPLAY=name.format(number=10)) == set()

    @pytest.mark.parametrize("name", [":7", ":7.0", "unix:7"])
    def test_of_x_on_this_machine_answers_at_a_socket(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(surroundings, "_X_SOCKETS", ".")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("X7")
            listening.listen()
            assert displays(DISPLAY=name) == {"DISPLAY"}
        assert displays(DISPLAY=name) == set()

    @pytest.mark.parametrize("name", ["", "nonsense", ":", ":x", "localhost:99999999", ":-1", "desk.example:0"])
    def test_by_a_name_that_means_nothing_here_is_dead(self, name: str):
        assert displays(DISPLAY=name, WAYLAND_DISPLAY=name) == set()


class TestTools:
    def test_are_those_on_the_path(self, tmp_path: Path):
        for name, mode in (("xclip", 0o755), ("wl-copy", 0o644)):
            (tmp_path / name).touch(mode)
        assert look_around({"PATH": str(tmp_path)}).tools == {"xclip"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="/proc tells no ancestors here")
class TestAncestors:
    def test_are_told_by_name(self):
        found = look_around({}).ancestors
        assert Path("/proc/self/comm").read_text().strip() in found
        assert Path(f"/proc/{os.getppid()}/comm").read_text().strip() in found

    def test_a_name_that_looks_like_more_is_one_name(self, tmp_path: Path):
        odd = tmp_path / "a) S 1 (b"
        odd.symlink_to("/bin/sh")
        code = "from tui.clipboard.surroundings import look_around; print(look_around({}).ancestors)"
        done = subprocess.run(
            [odd, "-c", f'"$0" -c "{code}"; exit', sys.executable], capture_output=True, text=True, check=True
        )
        assert repr(odd.name) in done.stdout
