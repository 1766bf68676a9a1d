"""What bears on the way to the reader's clipboard: environment, tools of this machine, the line to the reader."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_TOOLS = ("tmux", "pbcopy", "clip.exe", "wl-copy", "wl-paste", "xclip", "xsel", "klipper", "qdbus")
_PROBE_SECONDS = 0.5
_X_SOCKETS = "/tmp/.X11-unix"  # noqa: S108 - where X servers listen, by convention
_X_PORT = 6000
_THIS_HOST = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Facts, gathered at one moment.

    `platform` as Python names it.  `tools`: the programs for clipboards that are on the PATH.  `displays`: those of the
    variables DISPLAY and WAYLAND_DISPLAY that name a display which answers.  `ancestors`: names of the processes that
    this one descends from.
    """

    environ: Mapping[str, str] = field(default_factory=dict)
    platform: str = "linux"
    windows_beneath: bool = False
    tools: frozenset[str] = frozenset()
    displays: frozenset[str] = frozenset()
    ancestors: frozenset[str] = frozenset()


def look_around(environ: Mapping[str, str]) -> Surroundings:
    """What holds here and now; takes up to a second, where a display does not answer."""
    path = environ.get("PATH")
    return Surroundings(
        environ=environ,
        platform=sys.platform,
        windows_beneath="microsoft" in _read(Path("/proc/version")).lower(),
        tools=frozenset(tool for tool in _TOOLS if shutil.which(tool, path=path)),
        displays=frozenset(_answering(environ)),
        ancestors=frozenset(ancestors(os.getpid())),
    )


def _answering(environ: Mapping[str, str]) -> Iterator[str]:
    if (name := environ.get("WAYLAND_DISPLAY")) and _listens(str(Path(environ.get("XDG_RUNTIME_DIR", ""), name))):
        yield "WAYLAND_DISPLAY"
    if (name := environ.get("DISPLAY")) and _x_display_listens(name):
        yield "DISPLAY"


def _x_display_listens(name: str) -> bool:
    """Whether something listens at an X display of this machine, or one forwarded to it: "host:number.screen"."""
    host, _, number = name.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdecimal():
        return False
    if host in {"", "unix"}:
        file = f"{_X_SOCKETS}/X{number}"
        return _listens(file) or _listens(f"\0{file}")
    # Another host's name would have to be looked up first, which may take as long as it likes.
    return host in _THIS_HOST and _listens((host, _X_PORT + int(number)))


def _listens(address: str | tuple[str, int]) -> bool:
    """Whether a connection to a socket's file, or to a host and port, is taken."""
    try:
        if isinstance(address, tuple):
            socket.create_connection(address, timeout=_PROBE_SECONDS).close()
        else:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(_PROBE_SECONDS)
                probe.connect(address)
    except (OSError, OverflowError):
        return False
    return True


def ancestors(process: int) -> Iterator[str]:
    """The names of a process's ancestors, as far as the system tells them."""
    while process > 1:
        stat = _read(Path(f"/proc/{process}/stat"))
        # "7 (name) S 3 …", and a name may hold brackets and blanks.
        name, _, rest = stat.partition("(")[2].rpartition(")")
        process = 0
        with suppress(ValueError, IndexError):
            process = int(rest.split()[1])
        if name:
            yield name


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
