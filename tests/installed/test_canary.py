"""The explorer shows a key nowhere, and hands it to no other program, whatever the server says and however it ends."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.cli.test_canary import ANSWERS, WAYS, answering, found, give, new_key
from tests.installed.conftest import Start
from tests.installed.driving import programs_at
from tests.proof import Counted

pytestmark = [pytest.mark.terminal, pytest.mark.proof("T12")]

CASES = [
    ("401", "environment"),
    ("403", "file"),
    ("302", "command"),
    ("no json", "environment"),
    ("a total that is the key", "command"),
    ("the key in a record", "file"),
    ("rows that are the key", "environment"),
]


@pytest.mark.parametrize(("name", "way"), CASES, ids=[name for name, _ in CASES])
def test_a_whole_use(start: Start, own_home: Path, counted: Counted, name: str, way: str):
    key = new_key()
    with answering(ANSWERS[name]) as server:
        given = give(way, key.encode(), own_home, server.base_url)
        explorer = start(*given.words, TMPDIR=str(own_home), **given.environment)
        explorer.shows(lambda _: bool(server.keys))
        explorer.press("enter", "5", "escape", "r")
        explorer.press("?", until="esc closes")
        explorer.press("escape", until=lambda screen: "esc closes" not in screen)
        explorer.press("c", "w", "escape", "v", "escape")
        lines = [" ".join(program.cmdline()) for program in programs_at(own_home)]
        leaks = found(key, explorer.written.decode("utf-8", "replace") + "\n".join(lines), own_home, given.files)
        explorer.press("q")
    assert server.keys == {key}
    counted(errors=1, leaks=len(leaks))
    assert leaks == []


@pytest.mark.parametrize("way", WAYS)
def test_a_signal_while_it_waits_for_an_answer(start: Start, own_home: Path, counted: Counted, way: str):
    key = new_key()
    with answering(ANSWERS["cut body"]) as server:
        given = give(way, key.encode(), own_home, server.base_url)
        explorer = start(*given.words, **given.environment)
        explorer.shows(lambda _: bool(server.keys))
        explorer.signal(signal.SIGTERM)
        assert explorer.ends() == 128 + signal.SIGTERM
    leaks = found(key, explorer.written.decode("utf-8", "replace"), own_home, given.files)
    counted(errors=1, leaks=len(leaks))
    assert leaks == []


def test_no_other_program_is_given_it(start: Start, own_home: Path, tmp_path: Path, counted: Counted):
    """Neither the program that a record is piped to, nor one that copies."""
    key, seen = new_key(), tmp_path / "seen"
    look = f"cat >/dev/null; tr '\\0' '\\n' </proc/$$/environ >>{seen}; tr '\\0' ' ' </proc/$$/cmdline >>{seen}"
    with answering(ANSWERS["the key in a record"]) as server:
        given = give("environment", key.encode(), own_home, server.base_url)
        config = own_home / "config" / "portkey-audit" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f"[clipboard]\ncommand = {json.dumps(['sh', '-c', look])}\n")
        explorer = start(**given.environment)
        explorer.shows(lambda _: bool(server.keys))
        explorer.press("c", until="Copied")
        assert "PATH=" in seen.read_text()
        leaks = found(key, seen.read_text(), own_home, given.files)
        explorer.press("q")
    counted(errors=1, leaks=len(leaks))
    assert leaks == []
