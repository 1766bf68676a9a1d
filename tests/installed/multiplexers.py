"""Real tmux, GNU screen and mosh, each with a configuration and sockets of its own."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.installed.remote import SshServer
from tests.installed.tools import installed

_TMUX = """
set -s set-clipboard {clipboard}
set -g allow-passthrough {passthrough}
set -g default-terminal {terminal}
set -g status off
"""

_SCREEN = """
startup_message off
defutf8 on
altscreen on
term {terminal}
"""


class Tmux:
    """A tmux server of its own; `folder` is short and holds its socket.

    `clipboard` is its set-clipboard ("external", as it comes, "on" or "off"), `passthrough` its allow-passthrough,
    `terminal` the TERM that programs inside it get.
    """

    def __init__(
        self, folder: Path, *, clipboard: str = "external", passthrough: str = "off", terminal: str = "tmux-256color"
    ) -> None:
        self._program = installed("tmux", package="tmux")
        self._socket = folder / "tmux"
        self._configuration = folder / "tmux.conf"
        self._configuration.write_text(_TMUX.format(clipboard=clipboard, passthrough=passthrough, terminal=terminal))

    def around(self, command: Sequence[str]) -> list[str]:
        return [*self._client(), "-u", "-f", str(self._configuration), "new-session", *command]

    def told(self, *command: str) -> str:
        """What the server answers to a command, such as "show-buffer"."""
        return subprocess.run([*self._client(), *command], stdout=subprocess.PIPE, check=True, text=True).stdout

    def end(self) -> None:
        subprocess.run([*self._client(), "kill-server"], stderr=subprocess.DEVNULL, check=False)

    def _client(self) -> list[str]:
        return [self._program, "-S", str(self._socket)]


class Screen:
    """A GNU screen of its own; `folder` is short and holds its sockets; `terminal` is the TERM inside it."""

    def __init__(self, folder: Path, *, terminal: str = "screen-256color") -> None:
        self._program = installed("screen", package="screen")
        self._sockets = folder / "screens"
        self._sockets.mkdir(mode=0o700)
        self._configuration = folder / "screenrc"
        self._configuration.write_text(_SCREEN.format(terminal=terminal))

    def around(self, command: Sequence[str]) -> list[str]:
        return [*self._client(), "-U", "-c", str(self._configuration), *command]

    def end(self) -> None:
        subprocess.run([*self._client(), "-X", "quit"], stdout=subprocess.DEVNULL, check=False)

    def _client(self) -> list[str]:
        return ["env", f"SCREENDIR={self._sockets}", self._program, "-S", "story"]


class Mosh:
    """mosh over a login at `server`; what it starts there ends with the home it was started for."""

    def __init__(self, server: SshServer) -> None:
        self._program = installed("mosh", package="mosh")
        installed("mosh-server", package="mosh")
        self._server = server

    def around(self, command: Sequence[str]) -> list[str]:
        *client, host, _ = self._server.around([])
        return [self._program, f"--ssh={shlex.join(client)}", host, "--", *command]
