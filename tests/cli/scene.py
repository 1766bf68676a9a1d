"""The command line, read and run; and a stand-in for what it asks."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from unittest.mock import patch

import pytest

from tests.demo.asking import NOW, Asker
from tui.cli.asking import Asked, read_question
from tui.cli.connections import open_connection
from tui.cli.inquiring import inquire
from tui.cli.main import cli
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.record import AuditRecord
from tui.domain.redaction import redact
from tui.domain.secret import Secret
from tui.exporting.reading import Inquiry
from tui.settings import Settings
from tui.state.views import ViewShelf

PROGRAM = [sys.executable, "-m", "tui"]


def asked_by(line: str) -> Asked:
    """What the explorer is asked by a command line, as a shell reads it."""
    asked: list[Asked] = []

    def explore(given: Asked) -> int:
        asked.append(given)
        return 0

    program, *words = shlex.split(line)
    assert program == "portkey-audit"
    with patch("tui.cli.explore.explore", explore), pytest.raises(SystemExit) as ended:
        cli.main(words, prog_name=program)
    assert ended.value.code == 0
    [only] = asked
    return only


def run(*words: str, server: DemoServer | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program, its standard streams pipes; it asks `server` where there is one."""
    return subprocess.run(
        [*PROGRAM, *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        env={**os.environ, **addressing(server), **environment},
        timeout=60,
    )


def addressing(server: DemoServer | None) -> dict[str, str]:
    """The environment in which the program asks a server."""
    return {} if server is None else {"PORTKEY_BASE_URL": server.base_url, "PORTKEY_API_KEY": server.key}


@contextmanager
def running(*words: str, server: DemoServer) -> Iterator[subprocess.Popen[str]]:
    """The program while it works, killed if it is still there in the end."""
    pipe = subprocess.PIPE
    environment = {**os.environ, **addressing(server)}
    with subprocess.Popen([*PROGRAM, *words], stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_looks(server: DemoServer, count: int) -> None:
    """Return when the records have been asked for so often: all but the last of these looks have been answered."""
    while sum(request.path.endswith("/audit-logs") for request in server.requests) < count:
        server.wait_for_requests(server.request_count + 1)


@asynccontextmanager
async def inquiring(server: DemoServer, text: str, *, local: datetime = NOW) -> AsyncIterator[Inquiry]:
    """A query, ready to be asked of a server over a socket; `local` is our own clock."""
    question = read_question(Asked((text,)), Settings(), local, ViewShelf(None))
    connection = open_connection(server.base_url, Secret(server.key), clock=lambda: local, sleep=_at_once)
    try:
        yield await inquire(connection, question, clock=lambda: local, marked=frozenset())
    finally:
        await connection.aclose()


async def _at_once(_: float) -> None:
    """No test waits."""


def every_record(history: History) -> list[AuditRecord]:
    """All there is, as the sources give it."""
    return [redact(AuditRecord.model_validate(json.loads(json.dumps(row)))) for row in Asker(history).everything()]
