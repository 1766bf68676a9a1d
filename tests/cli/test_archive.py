"""`portkey-audit archive`, as a program of its own: what it keeps, what it tells on which stream, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import threading
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.scene import PROGRAM, addressing, run, running, wait_for_looks
from tests.cli.test_count import terminal
from tests.cli.test_main import loaded_by
from tests.demo.asking import NOW
from tui.archive.place import archive_file
from tui.archive.store import Store
from tui.archive.sync import SYNCED
from tui.demo.server import DemoServer
from tui.domain.errors import ArchiveTrouble
from tui.domain.record import AuditRecord

EVER = "--since=30d"
SETTLED = NOW - timedelta(seconds=180)


def archive_of(server: DemoServer, own_home: Path) -> Path:
    return archive_file(own_home / "data" / "portkey-audit", server.base_url, "")


def rows_of(text: str) -> dict[str, list[str]]:
    """The texts behind each name."""
    rows: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        name = line[:11].strip() or name
        rows.setdefault(name, []).append(line[11:])
    return rows


def wait_until_synced(file: Path) -> None:
    """Return when a sync has come to its end, and maybe follows."""
    for _ in range(6_000):
        with suppress(ArchiveTrouble):
            store = Store.open_for_reading(file)
            try:
                if store.fact(SYNCED):
                    return
            finally:
                store.close()
        time.sleep(0.01)
    raise TimeoutError("no sync has come to its end within a minute")


class TestSync:
    def test_all_records_are_kept_proved_and_told(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("archive", "sync", EVER, server=server)
        assert (done.stderr, done.returncode) == ("", 0)
        rows = rows_of(done.stdout)
        assert rows["range"] == ["2026-10-21T14:05:09Z .. 2026-11-20T14:05:10Z"]
        assert rows["records"] == [f"{len(everything):,} held, {len(everything):,} of them new"]
        assert rows["verified"] == ["100 % of 29d 23h"]
        assert rows["gaps"] == ["none"]

    def test_a_second_one_fetches_nothing_that_is_there(self, server: DemoServer):
        run("archive", "sync", EVER, server=server)
        server.forget()
        done = run("archive", "sync", EVER, server=server)
        assert " 0 of them new" in done.stdout
        assert server.request_count < 15

    def test_30_days_are_fetched_where_nothing_is_said(self, server: DemoServer):
        assert rows_of(run("archive", "sync", server=server).stdout)["range"][0].startswith("2026-10-21T14:05:09Z")

    def test_json_says_all_of_it(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("archive", "sync", EVER, "--json", server=server)
        told = json.loads(done.stdout)
        assert told["version"] == 1
        assert told["complete"] is True
        assert told["range"] == {"start": "2026-10-21T14:05:09Z", "end": "2026-11-20T14:05:10Z"}
        assert told["records"]["held"] == told["records"]["new"] == len(everything)
        assert told["windows"]["unverified"] == 0
        assert told["seconds"] == {"verified": 30 * 86_400 - 180.0, "unverified": 0.0, "missing": 0.0}
        assert told["unverified"] == told["gaps"] == []

    def test_names_are_kept_too(self, server: DemoServer, own_home: Path):
        run("archive", "sync", EVER, server=server)
        store = Store.open_for_reading(archive_of(server, own_home))
        names = store.names()
        store.close()
        assert names

    def test_the_file_is_closed_to_others(self, server: DemoServer, own_home: Path):
        run("archive", "sync", EVER, server=server)
        file = archive_of(server, own_home)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    def test_secrets_are_not_in_it_unless_a_profile_says_so(self, server: DemoServer, own_home: Path):
        run("archive", "sync", EVER, server=server)
        assert "redacted" in rows_of(run("archive", "status", server=server).stdout)["secrets"]
        key = own_home / "key"
        key.write_text(server.key)
        key.chmod(0o600)
        config = own_home / "config" / "portkey-audit" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[profiles.clear]\nbase_url = "{server.base_url}"\napi_key_file = "{key}"\n'
            'organisation_id = "another-place"\n[profiles.clear.archive]\nsecrets = "keep"\n'
            f'[profiles.none]\nbase_url = "{server.base_url}"\napi_key_file = "{key}"\n'
            '[profiles.none.archive]\nrecords = "none"\n'
        )
        assert run("archive", "sync", EVER, "--profile=clear").returncode == 0
        assert "kept as they came" in run("archive", "status", "--profile=clear").stdout
        refused = run("archive", "sync", EVER, "--profile=none")
        assert refused.returncode == 2
        assert 'archive.records in config.toml is "none"' in refused.stderr

    def test_the_demos_archive_is_gone_in_the_end(self, own_home: Path):
        done = run("archive", "sync", "--since=2d", "--demo")
        assert done.returncode == 0
        assert "temporary one" in done.stderr
        assert not (own_home / "data").exists()

    def test_options_may_stand_before_the_commands(self, server: DemoServer):
        assert "2026-11-19T14:05:09Z" in run("--since=1d", "archive", "sync", server=server).stdout
        assert "2026-11-19T14:05:09Z" in run("archive", "--since=1d", "sync", server=server).stdout

    def test_a_rate_is_taken(self, server: DemoServer):
        done = run("archive", "sync", EVER, "--rate=200", server=server)
        assert done.returncode == 0
        assert run("archive", "sync", "--rate=0", server=server).returncode == 2

    def test_unverified_windows_are_told(self, server: DemoServer):
        server.set(envelope="records-only")
        done = run("archive", "sync", EVER, server=server)
        assert done.returncode == 0
        assert "not all could be verified" in done.stderr
        assert rows_of(done.stdout)["verified"] == ["0 % of 29d 23h"]
        assert rows_of(done.stdout)["unverified"]

    def test_how_far_it_is_is_told_on_a_terminal_and_cleared_away(self, server: DemoServer):
        server.set(latency=0.2)
        with terminal() as (its, written):
            done = subprocess.run(
                [*PROGRAM, "archive", "sync", EVER], stdout=subprocess.PIPE, stderr=its, text=True, check=True,
                env={**os.environ, **addressing(server)},
            )  # fmt: skip
        [shown] = written
        assert rows_of(done.stdout)["gaps"] == ["none"]
        assert re.search(r"\r\[=* *\] \d+ % · [\d,]+ records? · [\d,]+/s · \d+ requests", shown)
        assert "\n" not in shown
        assert shown.split("\r")[-2].strip() == ""

    def test_with_follow_it_goes_on_until_ctrl_c(self, server: DemoServer, own_home: Path):
        with running("archive", "sync", EVER, "--follow", server=server) as process:
            wait_until_synced(archive_of(server, own_home))
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, "")
        assert re.fullmatch(
            r"portkey-audit: interrupted: [\d,]+ records in [\d,]+ windows? are kept, [\d,]+ of them new\n", complaints
        )


class TestTrouble:
    def test_without_a_key_it_ends_with_4(self):
        done = run("archive", "sync")
        assert (done.returncode, done.stdout) == (4, "")
        assert "PORTKEY_API_KEY" in done.stderr

    @pytest.mark.parametrize(("fault", "code"), [("401", 4), ("403", 4), ("402", 1), ("redirect-302", 1)])
    def test_a_refusal_ends_it_with_cause_and_cure(self, server: DemoServer, fault: str, code: int):
        server.queue(fault)
        done = run("archive", "sync", server=server)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("portkey-audit: 127.0.0.1 ")

    def test_nobody_there_ends_it_with_3(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        done = run("archive", "sync", PORTKEY_BASE_URL=f"http://127.0.0.1:{port}/v1", PORTKEY_API_KEY="pk-0123456789")
        assert (done.returncode, done.stdout) == (3, "")
        assert "refuses the connection" in done.stderr

    def test_what_ends_it_on_the_way_is_told_beside_what_was_kept(self, server: DemoServer):
        server.queue(*["gzip"] * 6, "401")
        done = run("archive", "sync", EVER, "--json", server=server)
        told = json.loads(done.stdout)
        assert done.returncode == 4
        assert told["complete"] is False
        assert told["gaps"]
        assert "127.0.0.1" in told["problem"]
        again = json.loads(run("archive", "sync", EVER, "--json", server=server).stdout)
        assert again["complete"] is True

    def test_ctrl_c_keeps_what_was_kept(self, server: DemoServer, own_home: Path):
        server.queue(*["gzip"] * 10, *["hold"] * 4)
        with running("archive", "sync", EVER, server=server) as process:
            wait_for_looks(server, 11)
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, "")
        assert complaints.startswith("portkey-audit: interrupted: ")
        assert complaints.count("\n") == 1
        with sqlite3.connect(archive_of(server, own_home)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()

    def test_a_signal_that_ends_it_does(self, server: DemoServer):
        server.queue(*["gzip"] * 3, *["hold"] * 4)
        with running("archive", "sync", EVER, server=server) as process:
            wait_for_looks(server, 4)
            process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate(timeout=60)
        assert process.returncode == 128 + signal.SIGTERM
        assert "Traceback" not in complaints

    def test_an_archive_that_is_none_is_told_with_its_cure(self, server: DemoServer, own_home: Path):
        file = archive_of(server, own_home)
        file.parent.mkdir(parents=True, mode=0o700)
        file.write_text("not a database, but a text that is long enough to be taken for one" * 20)
        file.chmod(0o600)
        for words in (["sync"], ["status"], ["verify"], ["prune", "--before=1d", "--yes"]):
            done = run("archive", *words, server=server)
            assert (done.returncode, done.stdout) == (1, "")
            assert "is damaged" in done.stderr
            assert "mv " in done.stderr

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ([], "archive is followed by one of sync, status, verify, prune, path"),
            (["stauts"], "there is no command archive stauts; did you mean status?"),
            (["sync", "--since=lunch"], "--since: "),
            (["sync", "--since=1d", "--until=2d"], "before it begins"),
            (["prune", "--before=lunch", "--yes"], "--before: "),
            (["prune", "--before=now", "--yes"], "--before: it would remove everything"),
            (["prune", "--before=90d"], "say --yes"),
            (["status", "--demo"], "the demo has no archive that lasts"),
        ],
    )
    def test_mistakes_end_with_2(self, words: list[str], told: str):
        done = run("archive", *words, PORTKEY_API_KEY="pk-0123456789")
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr


class TestStatus:
    def test_without_an_archive_it_says_what_makes_one(self, server: DemoServer):
        done = run("archive", "status", server=server)
        assert (done.returncode, done.stderr) == (0, "")
        assert "portkey-audit archive sync --since 30d" in done.stdout
        told = json.loads(run("archive", "status", "--json", server=server).stdout)
        assert (told["version"], told["exists"]) == (1, False)

    def test_it_tells_what_is_held_and_asks_nobody(
        self, server: DemoServer, everything: list[AuditRecord], own_home: Path
    ):
        run("archive", "sync", EVER, server=server)
        server.forget()
        done = run("archive", "status", server=server)
        assert server.request_count == 0
        rows = rows_of(done.stdout)
        assert rows["file"][0].startswith(str(archive_of(server, own_home)))
        assert rows["records"][0].startswith(f"{len(everything):,}, the oldest of {everything[-1].timestamp[:19]}")
        assert rows["of"] == [f"organisation {everything[0].organisation_id}"]
        assert rows["synced"] == ["2026-11-20T14:05:09Z"]
        assert rows["verified"] == ["100 % of 29d 23h that are whole"]
        [whole] = rows["whole"]
        assert re.fullmatch(r"2026-10-21T14:05:09Z \.\. 2026-11-20T14:02:09Z  [\d,]+ records, verified", whole)
        assert rows["missing"] == ["since 2026-11-20T14:02:09Z"]

    def test_gaps_are_told(self, server: DemoServer):
        for since, until in (("9d", "8d"), ("2d", "1d")):
            run("archive", "sync", f"--since={since}", f"--until={until}", server=server)
        rows = rows_of(run("archive", "status", server=server).stdout)
        assert len(rows["whole"]) == 2
        assert rows["missing"][0].startswith("2026-11-12T14:05:10Z .. 2026-11-18T14:05:09Z")
        told = json.loads(run("archive", "status", "--json", server=server).stdout)
        assert told["missing"] == [{"start": "2026-11-12T14:05:10Z", "end": "2026-11-18T14:05:09Z"}]
        assert [part["grade"] for part in told["whole"]] == ["proved", "proved"]
        assert told["seconds"] == {"whole": 2 * 86_401.0, "verified": 2 * 86_401.0}

    def test_what_was_only_looked_at_is_there_too(self, server: DemoServer):
        run("count", "--by", "method", "since:2d", server=server)
        rows = rows_of(run("archive", "status", server=server).stdout)
        assert rows["synced"] == ["never: it holds what was looked at"]

    def test_path_is_the_path_and_nothing_else(self, server: DemoServer, own_home: Path):
        done = run("archive", "path", server=server)
        assert done.stdout == f"{archive_of(server, own_home)}\n"
        assert done.stderr == ""


class TestVerify:
    def test_where_all_is_equal_it_ends_with_0(self, server: DemoServer):
        run("archive", "sync", EVER, server=server)
        done = run("archive", "verify", server=server)
        assert (done.returncode, done.stderr) == (0, "")
        assert rows_of(done.stdout)["differs"] == ["nothing"]

    def test_what_differs_is_told_ends_with_1_and_is_fetched_again(self, server: DemoServer):
        run("archive", "sync", EVER, server=server)
        server.set(late=100_000)
        server.arrive(2)
        done = run("archive", "verify", server=server)
        assert done.returncode == 1
        [differs] = rows_of(done.stdout)["differs"]
        assert re.search(r"  (\d+) held, the API counts (\d+)$", differs)
        assert "isn't called whole any more" in done.stderr
        run("archive", "sync", EVER, server=server)
        assert run("archive", "verify", server=server).returncode == 0

    def test_json(self, server: DemoServer):
        run("archive", "sync", EVER, server=server)
        told = json.loads(run("archive", "verify", "--json", server=server).stdout)
        assert told["differs"] == told["uncounted"] == []
        assert told["verified"] > 1_000

    def test_where_the_api_does_not_count_it_says_so(self, server: DemoServer):
        run("archive", "sync", EVER, server=server)
        server.set(envelope="records-only")
        done = run("archive", "verify", server=server)
        assert done.returncode == 1
        assert "can't be counted against it" in done.stderr

    def test_without_an_archive_there_is_nothing_to_verify(self, server: DemoServer):
        done = run("archive", "verify", server=server)
        assert done.returncode == 0
        assert "There is no archive" in done.stdout
        assert server.request_count == 0

    def test_nobody_there_ends_it_with_3(self, server: DemoServer):
        run("archive", "sync", EVER, server=server)
        server.queue(*["500"] * 8)
        assert run("archive", "verify", server=server).returncode == 3


class TestPrune:
    def test_what_is_older_goes_for_good(self, server: DemoServer, everything: list[AuditRecord], own_home: Path):
        run("archive", "sync", EVER, server=server)
        server.forget()
        before = "2026-11-10T00:00:00Z"
        older = sum(record.timestamp < before for record in everything)
        done = run("archive", "prune", f"--before={before}", "--yes", server=server)
        assert done.returncode == 0
        assert re.fullmatch(rf"removed {older:,} records from before {before}; [\d,.]+ MB are left\n", done.stdout)
        assert server.request_count == 0
        told = json.loads(run("archive", "status", "--json", server=server).stdout)
        assert told["records"] == len(everything) - older
        assert told["whole"][0]["start"] == before

    @pytest.mark.parametrize(("answer", "gone"), [("y", True), ("n", False), ("", False)])
    def test_on_a_terminal_it_asks(self, server: DemoServer, answer: str, gone: bool):
        run("archive", "sync", EVER, server=server)
        ours, its = pty.openpty()
        process = subprocess.Popen(
            [*PROGRAM, "archive", "prune", "--before=10d"], stdin=its, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, **addressing(server)},
        )  # fmt: skip
        os.close(its)
        os.write(ours, f"{answer}\n".encode())
        said, asked = process.communicate(timeout=60)
        os.close(ours)
        assert re.search(r"Remove [\d,]+ records from before 2026-\S+ from [\d,.]+ MB for good\?", asked)
        assert (said.startswith("removed "), process.returncode) == (gone, 0 if gone else 1)

    def test_while_a_sync_goes_on_both_come_to_their_end(self, server: DemoServer):
        run("archive", "sync", "--since=5d", server=server)
        syncing = threading.Thread(target=run, args=("archive", "sync", EVER), kwargs={"server": server})
        syncing.start()
        done = run("archive", "prune", "--before=2d", "--yes", server=server)
        syncing.join()
        assert done.returncode == 0
        assert run("archive", "verify", server=server).returncode == 0


class TestHelp:
    @pytest.mark.parametrize("word", ["sync", "status", "verify", "prune", "path"])
    def test_it_loads_nothing_that_draws_or_connects(self, word: str):
        assert loaded_by("archive", word, "--help") == []

    def test_none_imports_textual(self, server: DemoServer, monkeypatch: pytest.MonkeyPatch):
        for name, value in addressing(server).items():
            monkeypatch.setenv(name, value)
        for words in (["sync", "--since=1d"], ["status"], ["verify"], ["prune", "--before=90d", "--yes"], ["path"]):
            assert "textual" not in loaded_by("archive", *words)
