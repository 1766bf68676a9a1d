"""A real SSH server on loopback with throw-away keys, and the client's way to it."""

from __future__ import annotations

import grp
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.installed.tools import installed, missing

_HOST = "127.0.0.1"
_START_SECONDS = 10.0

# Debian's own settings of what a login hands on, no password, nothing of the machine's own configuration.
_SERVER = """
ListenAddress {host}
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitUserRC no
PrintMotd no
PrintLastLog no
AcceptEnv LANG LC_*
SetEnv {environment}
"""


class SshServer:
    """A server that lets in whoever runs the tests, and gives each login `environment`, such as a home of its own.

    `settings` are sshd's own, beside those that all servers have.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], settings: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._client = installed("ssh", package="openssh-client")
        self._program = installed("sshd", package="openssh-server")
        self._environment = environment
        self._settings = settings or {}
        self._port = 0
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700)
        for name in ("host_key", "user_key"):
            subprocess.run(
                [installed("ssh-keygen", package="openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", name],
                cwd=self._folder,
                check=True,
            )
        if os.geteuid() == 0:  # where a server run by root keeps its unprivileged half, as its service makes it
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        elif not _terminals_have_their_group():
            missing("sshd can hand out no terminal: mount /dev/pts with gid=5, or be root")
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        processes = self.sessions()
        self._server.kill()
        self._server.wait()
        for process in processes:
            if process.is_running():
                process.kill()

    def around(self, command: Sequence[str]) -> list[str]:
        """The client's command that runs this one over the connection, in a terminal."""
        options = {
            "UserKnownHostsFile": self._folder / "known_hosts",
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "LogLevel": "ERROR",
            "SendEnv": "LANG LC_*",
        }
        flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        key = self._folder / "user_key"
        return [
            *(self._client, "-tt", "-F", "/dev/null", "-i", str(key), "-p", str(self._port), *flags, _HOST),
            shlex.join(command),
        ]

    def sessions(self) -> list[psutil.Process]:
        """The server's own processes of the connections that are open."""
        assert self._server is not None
        below = psutil.Process(self._server.pid).children(recursive=True)
        return [process for process in below if process.name() == "sshd"]

    def kill_sessions(self) -> None:
        """Cut every connection from the server's side."""
        for process in self.sessions():
            process.kill()

    def _listen(self) -> None:
        with socket.socket() as free:
            free.bind((_HOST, 0))
            self._port = free.getsockname()[1]
        public = (self._folder / "host_key.pub").read_text()
        (self._folder / "known_hosts").write_text(f"[{_HOST}]:{self._port} {public}")
        environment = " ".join(f'"{name}={value}"' for name, value in self._environment.items())
        configuration = self._folder / "sshd_config"
        configuration.write_text(
            _SERVER.format(host=_HOST, port=self._port, folder=self._folder, environment=environment)
            + "".join(f"{name} {value}\n" for name, value in self._settings.items())
        )
        log = self._folder / "log"
        self._server = subprocess.Popen([self._program, "-D", "-f", str(configuration), "-E", str(log)], env={})
        deadline = time.monotonic() + _START_SECONDS
        while "Server listening" not in (log.read_text() if log.exists() else ""):
            assert self._server.poll() is None, f"sshd ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"sshd does not listen: {log.read_text()}"
            time.sleep(0.01)


def _terminals_have_their_group() -> bool:
    """Whether a new terminal belongs to the group "tty" at once, to which only root could give it."""
    ends = os.openpty()
    try:
        return os.fstat(ends[1]).st_gid == grp.getgrnam("tty").gr_gid
    finally:
        for end in ends:
            os.close(end)
