"""A program in a pty, seen through a pyte screen, and answered as a terminal would.

Reading goes before parsing: bytes are time-stamped as soon as they can be read, and the
(slow) emulator gets small slices only while nothing waits, so that it does not show in
the latencies measured.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import termios
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pyte

KEYS: dict[str, bytes] = {
    "enter": b"\r", "tab": b"\t", "shift+tab": b"\x1b[Z", "space": b" ", "esc": b"\x1b", "escape": b"\x1b",
    "backspace": b"\x7f", "delete": b"\x1b[3~", "insert": b"\x1b[2~", "pageup": b"\x1b[5~", "pagedown": b"\x1b[6~",
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "home": b"\x1b[H", "end": b"\x1b[F",
    "f1": b"\x1bOP", "f2": b"\x1bOQ", "f3": b"\x1bOR", "f4": b"\x1bOS", "f5": b"\x1b[15~", "f6": b"\x1b[17~",
    "f7": b"\x1b[18~", "f8": b"\x1b[19~", "f9": b"\x1b[20~", "f10": b"\x1b[21~", "f11": b"\x1b[23~", "f12": b"\x1b[24~",
}  # fmt: skip
MODIFIERS = {"shift": b";2", "alt": b";3", "ctrl": b";5"}
ALTERNATE = 1049 << 5  # as pyte keeps the number of a private mode
APP_CURSOR = {"up", "down", "right", "left", "home", "end"}  # sent as ESC O x under DECCKM

# Queries to answer (see `_reply`), sequences that pyte would draw as text, and one not complete yet.
QUERY = re.compile(
    rb"\x1b\[(?P<da>[>=]?)0?c|\x1b\[\??(?P<dsr>[56])n|\x1b\[\?(?P<mode>\d+)\$p|(?P<kitty>\x1b\[\?u)"
    rb"|(?P<version>\x1b\[>0?q)|\x1b\[(?P<win>1[468])t|\x1b\](?P<osc>1[012]|4;\d+);\?(?:\x07|\x1b\\)"
    rb"|\x1bP(?P<dcs>[+$])q[^\x1b]*\x1b\\"
)
UNKNOWN = re.compile(
    rb"\x1b\[[<>=][0-?]*[ -/]*[@-~]|\x1b\[\?[\d;]*\$p|\x1b\[\?u|\x1b\[[\d;]*t|\x1b\[\d* q|\x1b[P_^][^\x1b]*\x1b\\"
)
COLONS = re.compile(rb"\x1b\[[\d;]*:[\d:;]*m")
PARTIAL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|[P_^\]][^\x07\x1b]*\x1b?)?\Z")
DEVICE = {b"": b"\x1b[?62;22c", b">": b"\x1b[>41;388;0c", b"=": b"\x1bP!|00000000\x1b\\"}
SLICE = 512
# A login ignores none of these, as a shell's background job does, and whatever that starts.
LEFT_TO_THE_TERMINAL = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
LINE_PIECE = 256  # bytes that a slow line takes at once


class _Screen(pyte.Screen):
    """pyte's screen, and REP, SU and SD, which ncurses uses under xterm-256color, and the alternate screen."""

    last = " "

    def set_mode(self, *modes: int, **options: Any) -> None:
        if 1049 in modes and ALTERNATE not in self.mode:
            self.save_cursor()
            self._behind = dict(self.buffer)
            self.buffer.clear()
        super().set_mode(*modes, **options)

    def reset_mode(self, *modes: int, **options: Any) -> None:
        if 1049 in modes and ALTERNATE in self.mode:
            self.buffer.clear()
            self.buffer.update(self._behind)
            self.restore_cursor()
        super().reset_mode(*modes, **options)

    def draw(self, data: str) -> None:
        super().draw(data)
        self.last = data[-1:] or self.last

    def repeat(self, count: int = 1) -> None:
        super().draw(self.last * (count or 1))

    def scroll_up(self, count: int = 1) -> None:
        self._scroll(self.index, (self.margins or (0, self.lines - 1))[1], count)

    def scroll_down(self, count: int = 1) -> None:
        self._scroll(self.reverse_index, (self.margins or (0, 0))[0], count)

    def _scroll(self, move: Callable[[], None], edge: int, count: int) -> None:
        saved, self.cursor.y = self.cursor.y, edge
        for _ in range(min(count or 1, self.lines)):
            move()
        self.cursor.y = saved


class _Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}  # noqa: RUF012 - as pyte has it
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down"}


def encode_key(name: str, app_cursor: bool = False) -> bytes:
    """What a terminal sends for `name`: a name in KEYS, alone or after ctrl+, alt+ or shift+, or any text."""
    low = name.lower()
    if low in KEYS:
        return b"\x1bO" + KEYS[low][2:] if app_cursor and low in APP_CURSOR else KEYS[low]
    modifier, plus, key = low.partition("+")
    if not plus or modifier not in MODIFIERS or not key:
        return name.encode()
    if len(key) == 1:
        return bytes([ord(key.upper()) & 0x1F]) if modifier == "ctrl" else b"\x1b" + name[-1].encode()
    raw = KEYS[key]  # CSI 1 ; modifier letter, or CSI number ; modifier ~
    return raw[:-1].replace(b"\x1bO", b"\x1b[") + (b"" if raw[-1:] == b"~" else b"1") + MODIFIERS[modifier] + raw[-1:]


class Terminal:
    """Spawn `argv` in a pty of `size` (columns, rows).

    `sync`, `kitty`: what to answer when asked for synchronized output and the kitty keyboard.
    `record`: keep every byte that was written in `recording`.
    `line_rate`: take no more bytes a second than a slow line would; 0 is all at once.
    """

    def __init__(
        self,
        argv: Sequence[str],
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        sync: bool = True,
        kitty: bool = False,
        record: bool = False,
        line_rate: int = 0,
    ) -> None:
        self.size, self.sync, self.kitty = size, sync, kitty
        self.line_rate, self._line_busy_until = line_rate, 0.0
        self.recording: bytearray | None = bytearray() if record else None
        self.exit_code: int | None = None
        self.screen = _Screen(*size)
        self.stream = _Stream(self.screen)
        self.closed, self.last_output = False, 0
        self.mark()
        self._queue: deque[tuple[int, bytes]] = deque()
        self._carry = self._query_tail = b""
        self._lines: list[str] | None = None
        env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        env = {key: value for key, value in env.items() if key not in ("COLUMNS", "LINES")}
        self.fd, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.started = time.perf_counter_ns()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.fd)
                os.login_tty(slave)
                for number in LEFT_TO_THE_TERMINAL:
                    signal.signal(number, signal.SIG_DFL)
                os.chdir(cwd or ".")
                os.execvpe(argv[0], list(argv), env)
            except OSError as error:
                os.write(2, f"cannot run {argv[0]}: {error}\n".encode())
            finally:
                os._exit(127)
        os.close(slave)
        os.set_blocking(self.fd, False)
        self._poll = select.poll()
        self._poll.register(self.fd, select.POLLIN)

    def mark(self) -> None:
        """Start a new measurement: zero the counters."""
        self.bytes = self.reads = self.frames = 0
        self.arrivals: list[int] = []  # ns, of each read

    def send(self, key: str) -> int:
        """Write a key (or text); the time of the write in ns."""
        raw, now = encode_key(key, app_cursor=(1 << 5) in self.screen.mode), time.perf_counter_ns()
        self._write(raw)
        return now

    def _write(self, raw: bytes) -> None:
        try:
            os.write(self.fd, raw)
        except OSError:
            self.closed = True

    def read(self, wait_s: float) -> bool:
        """Take what the program wrote, waiting at most `wait_s`; False if nothing came."""
        if self.closed:
            time.sleep(min(max(wait_s, 0), 0.01))
            return False
        wait_s = max(0.0, wait_s)
        if (busy_s := self._line_busy_until - time.perf_counter()) > 0:
            time.sleep(min(busy_s, wait_s))
            if busy_s > wait_s:
                return False
        if not self._poll.poll(wait_s * 1000):
            return False
        now = time.perf_counter_ns()
        try:
            data = os.read(self.fd, LINE_PIECE if self.line_rate else 65536)
        except BlockingIOError:
            return False
        except OSError:  # the program closed its end
            data = b""
        if not data:
            self.closed = True
            return False
        if self.line_rate:
            self._line_busy_until = now / 1e9 + len(data) / self.line_rate
        self.bytes += len(data)
        if self.recording is not None:
            self.recording += data
        self.reads += 1
        self.frames += data.count(b"\x1b[?2026l")
        self.last_output = now
        self.arrivals.append(now)
        self._answer(now, data)
        return True

    def _answer(self, now: int, data: bytes) -> None:
        """Queue `data` for the emulator, replying in order to the queries in it."""
        data, done = self._query_tail + data, 0
        for match in QUERY.finditer(data):
            self._queue.append((now, data[done : match.end()]))
            done = match.end()
            self._write(self._reply(match))
        partial = PARTIAL.search(data, max(done, len(data) - 4096))
        end = partial.start() if partial else len(data)
        self._query_tail = data[end:]
        if end > done:
            self._queue.append((now, data[done:end]))

    def _reply(self, match: re.Match[bytes]) -> bytes:
        kind, value, (columns, rows) = match.lastgroup, match.group(match.lastgroup or 0), self.size
        if kind == "da":
            return DEVICE[value]
        if kind == "dsr":
            while self.pending:
                self.parse()
            row, column = self.screen.cursor.y + 1, self.screen.cursor.x + 1
            return b"\x1b[0n" if value == b"5" else b"\x1b[%d;%dR" % (row, column)
        if kind == "mode":
            return b"\x1b[?%s;%d$y" % (value, 2 if value == b"2026" and self.sync else 0)
        if kind == "kitty":
            return b"\x1b[?0u" if self.kitty else b""
        if kind == "version":
            return b"\x1bP>|ptybench 1.0\x1b\\"
        if kind == "win":
            known = {b"14": b"4;%d;%d" % (rows * 20, columns * 10), b"16": b"6;20;10"}
            return b"\x1b[%st" % known.get(value, b"8;%d;%d" % (rows, columns))
        if kind == "osc":
            return b"\x1b]%s;rgb:%s\x1b\\" % (value, b"0000/0000/0000" if value == b"11" else b"d0d0/d0d0/d0d0")
        return b"\x1bP0%sr\x1b\\" % value  # DECRQSS, XTGETTCAP: not known

    @property
    def pending(self) -> bool:
        """Whether some of the output is not on the screen yet."""
        return bool(self._queue)

    def parse(self) -> int:
        """Feed one slice to the emulator; the time of the read that this completes, else 0."""
        now, data = self._queue.popleft()
        if len(data) > SLICE:
            self._queue.appendleft((now, data[SLICE:]))
        part = self._carry + data[:SLICE]
        partial = PARTIAL.search(part)
        self._carry = part[partial.start() :] if partial else b""
        part = UNKNOWN.sub(b"", part[: partial.start()] if partial else part)
        self.stream.feed(COLONS.sub(lambda match: match.group().replace(b":", b";"), part))
        self._lines = None
        return now if len(data) <= SLICE else 0

    @property
    def text(self) -> str:
        """The screen as text, a line per row."""
        if self._lines is None:
            rows = [self.screen.buffer[y] for y in range(self.size[1])]
            self._lines = ["".join([row[x].data for x in range(self.size[0])]).rstrip() for row in rows]
        return "\n".join(self._lines)

    def usage(self) -> tuple[float, float, float]:
        """(CPU seconds so far, RSS MiB, peak RSS MiB), summed over the process tree."""
        cpu = rss = peak = 0.0
        try:
            root = psutil.Process(self.pid)
            tree = [root, *root.children(recursive=True)]
        except psutil.Error:
            tree = []
        for process in tree:
            try:
                ended = process.cpu_times()  # of the children that ended, in 10 ms ticks
                cpu += time.clock_gettime((~process.pid << 3) | 2) + ended.children_user + ended.children_system
                status = Path(f"/proc/{process.pid}/status").read_text()
                fields = dict(line.split(":", 1) for line in status.splitlines())
                rss += int(fields["VmRSS"].split()[0]) / 1024
                peak += int(fields["VmHWM"].split()[0]) / 1024
            except (OSError, KeyError, psutil.Error):
                continue  # gone, or a zombie
        return cpu, rss, peak

    def ended(self) -> bool:
        """Whether the program has ended; its code is then in `exit_code` (-n: killed by signal n)."""
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code is not None

    def hang_up(self) -> None:
        """Close the pty, as when the window is closed or the connection lost."""
        if self.fd >= 0:
            self._poll.unregister(self.fd)
            os.close(self.fd)
        self.fd, self.closed = -1, True

    def close(self) -> None:
        """End the program, where it runs still (hang-up, then kill), and close the pty."""
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
            if self.ended():
                break
            with suppress(OSError):
                os.killpg(self.pid, number)
            limit = time.monotonic() + 2
            while time.monotonic() < limit and not self.ended():
                self.read(0.01)
        self.hang_up()
