"""`portkey-audit export`, as a program of its own: what it writes where, what it refuses, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.app.attacks import PAYLOADS, AttackHistory, attack
from tests.app.exploring import NOW as THEN
from tests.cli.scene import PROGRAM, addressing, run, running, wait_for_looks
from tests.cli.test_count import terminal
from tui.cli.export import CONFIRMATION
from tui.demo.server import DemoServer
from tui.domain.clean import has_unsafe
from tui.domain.record import AuditRecord

EVER = "since:30d"
INTERRUPTED = r"portkey-audit: interrupted: scanned [\d,]+ of 1,200 · \d+ match; nothing was kept\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program is run."""
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def hostile() -> Iterator[DemoServer]:
    """Every text that it gives is an attack; of every second record the body holds a password."""
    records = [attack(payload, number) for number, payload in enumerate(PAYLOADS * 2)]
    with DemoServer(AttackHistory(records), clock=lambda: THEN) as server:
        yield server


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def manifest_of(file: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((file.parent / f"{file.name}.manifest.json").read_text())
    return told


def printed_on_a_terminal(*words: str, server: DemoServer) -> str:
    """What the program writes on a terminal that shows it as it comes."""
    ours, its = pty.openpty()
    environment = {**os.environ, **addressing(server)}
    with subprocess.Popen([*PROGRAM, *words], stdout=its, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(its)
        shown = read_to_the_end(ours)
    assert process.returncode == 0
    return shown


def read_to_the_end(ours: int) -> str:
    """What is written on a terminal until nobody has it open any more."""
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    return shown.decode()


class TestStdout:
    def test_json_lines_stand_alone_there(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("export", EVER, server=server)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        assert [record["request_id"] for record in records] == [record.request_id for record in everything]
        assert (done.stderr, done.returncode) == ("", 0)

    def test_ids_stand_with_their_names(self, server: DemoServer):
        lines = run("export", EVER, server=server).stdout.splitlines()
        assert any(json.loads(line)["_meta"].get("names", {}).get("user_id") == "Maya Lindqvist" for line in lines)

    def test_flags_and_views_narrow_it(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("--method", "PUT", "export", "@failures", "--since", "30d", "-o", "-", server=server)
        assert done.stdout.count("\n") == sum(record.failed and record.method == "PUT" for record in everything)

    @pytest.mark.parametrize(("form", "begins"), [("csv", '"timestamp",'), ("md", "# Audit log: "), ("jsonl", '{"t')])
    def test_in_any_format(self, server: DemoServer, form: str, begins: str):
        done = run("export", "-f", form, "is:failed", EVER, server=server)
        assert done.stdout.startswith(begins)
        assert (done.stderr, done.returncode) == ("", 0)

    def test_nothing_that_fits_is_no_failure(self, server: DemoServer):
        done = run("export", "status:599", server=server)
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)

    def test_the_demo_needs_no_key(self):
        done = run("export", "--demo", "status:403", "since:2d")
        assert done.stdout.count("\n") > 0
        assert (done.stderr, done.returncode) == ("", 0)

    @pytest.mark.parametrize("form", ["jsonl", "csv", "md"])
    def test_nothing_in_it_can_act_on_a_terminal(self, hostile: DemoServer, form: str):
        lines = printed_on_a_terminal("export", "-f", form, EVER, server=hostile).split("\n")
        assert len(lines) > len(PAYLOADS)
        assert not any(has_unsafe(line.rstrip("\r")) for line in lines)

    def test_whoever_has_read_enough_ends_it_silently(self, server: DemoServer):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [*PROGRAM, "export", EVER], stdout=writing, stderr=subprocess.PIPE, text=True, check=False,
            env={**os.environ, **addressing(server)},
        )  # fmt: skip
        os.close(writing)
        assert (done.stderr, done.returncode) == ("", 0)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has such a device")
    def test_a_full_disk_is_told_with_its_cure(self, server: DemoServer):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*PROGRAM, "export", EVER], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                env={**os.environ, **addressing(server)},
            )  # fmt: skip
        assert done.stderr.startswith("portkey-audit: There is no room for all of the output. ")
        assert (done.stderr.count("\n"), done.returncode) == (1, 1)


class TestFiles:
    def test_file_and_manifest_are_there(self, server: DemoServer, folder: Path, everything: list[AuditRecord]):
        done = run("export", "is:failed", EVER, "-o", "a.csv", server=server)
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
        assert left_in(folder) == ["a.csv", "a.csv.manifest.json"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        data = (folder / "a.csv").read_bytes()
        header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
        wanted = [record.request_id for record in everything if record.failed]
        assert [row[header.index("request_id")] for row in rows] == wanted
        told = manifest_of(folder / "a.csv")
        assert told["file"] == {
            "name": "a.csv",
            "format": "csv",
            "bytes": len(data),
            "sha256": sha256(data).hexdigest(),
        }
        assert (told["count"], told["total"], told["completeness"]) == (len(wanted), 1_200, "proved")

    def test_a_format_that_is_said_goes_before_the_ending(self, server: DemoServer, folder: Path):
        run("export", EVER, "-f", "jsonl", "-o", "a.csv", server=server)
        assert (folder / "a.csv").read_text().startswith('{"')

    def test_on_a_terminal_it_says_what_is_where(self, server: DemoServer, folder: Path):
        with terminal() as (its, written):
            subprocess.run(
                [*PROGRAM, "export", EVER, "-o", "a.md"], stderr=its, check=True,
                env={**os.environ, **addressing(server)},
            )  # fmt: skip
        assert written[0].endswith("portkey-audit: 1,200 records are in a.md\r\n")

    def test_ones_home_is_known_by_its_sign(self, server: DemoServer, own_home: Path):
        assert run("export", EVER, "--output=~/a.jsonl", server=server).returncode == 0
        assert (own_home / "a.jsonl").exists()

    def test_nothing_is_replaced_unless_forced(self, server: DemoServer, folder: Path):
        (folder / "a.jsonl").write_text("before")
        done = run("export", EVER, "-o", "a.jsonl", server=server)
        assert done.stderr == (
            "portkey-audit: a.jsonl is there already. Name another file; --force replaces this one.\n"
        )
        assert (done.stdout, done.returncode) == ("", 1)
        assert left_in(folder) == ["a.jsonl"]
        assert server.request_count == 0
        assert run("export", EVER, "-o", "a.jsonl", "--force", server=server).returncode == 0
        assert (folder / "a.jsonl").read_text().count("\n") == 1_200

    def test_a_link_is_never_followed(self, server: DemoServer, folder: Path, tmp_path: Path):
        victim = tmp_path / "victim"
        victim.write_text("untouched")
        (folder / "a.jsonl").symlink_to(victim)
        done = run("export", EVER, "-o", "a.jsonl", "--force", server=server)
        assert "is a link to another file" in done.stderr
        assert (victim.read_text(), done.returncode) == ("untouched", 1)

    def test_a_folder_that_is_not_there_is_told(self, server: DemoServer, folder: Path):
        done = run("export", EVER, "-o", "none/a.csv", server=server)
        assert done.stderr == (
            "portkey-audit: There is no folder none. Make it first, or name a file in another one.\n"
        )
        assert (done.returncode, left_in(folder)) == (1, [])


class TestMistakes:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["-o", "a.xlsx"], "no format is known by the end of a.xlsx; say it: --format jsonl, csv or md"),
            (["-o", "a"], "no format is known by the end of a; "),
            (["--anonymise", "--include-secrets", "--yes"], "--anonymise and --include-secrets can't be had together"),
            (["--include-secrets"], "--include-secrets wants to be confirmed, and there is no terminal"),
            (["-f", "xml"], "'xml' is not one of 'jsonl', 'csv', 'md'"),
            (["statsu:4"], "there is no field statsu: did you mean status?"),
        ],
    )
    def test_each_ends_with_2_and_leaves_nothing(self, folder: Path, words: list[str], told: str):
        done = run("export", *words, PORTKEY_API_KEY="pk-0123456789")
        assert (done.returncode, done.stdout, left_in(folder)) == (2, "", [])
        assert told in done.stderr
        assert "Traceback" not in done.stderr


class TestTrouble:
    def test_without_a_key_it_ends_with_4_and_nothing_is_left(self, folder: Path):
        done = run("export", "is:failed", "-o", "a.csv")
        assert (done.returncode, done.stdout, left_in(folder)) == (4, "", [])
        assert "PORTKEY_API_KEY" in done.stderr

    @pytest.mark.parametrize(("fault", "code"), [("401", 4), ("403", 4), ("402", 1)])
    def test_where_nothing_could_be_had_there_is_no_file(self, server: DemoServer, folder: Path, fault: str, code: int):
        server.queue(fault, path="/audit-logs")
        done = run("export", EVER, "-o", "a.csv", server=server)
        assert (done.returncode, done.stdout, left_in(folder)) == (code, "", [])

    def test_what_is_incomplete_is_written_and_told_and_ends_with_3(self, server: DemoServer, folder: Path):
        server.queue("chunked", "chunked", *["500"] * 8, path="/audit-logs")
        done = run("export", EVER, "-o", "a.jsonl", server=server)
        assert done.returncode == 3
        assert re.search(r"incomplete: scanned [12]00 of 1,200 · [12]00 match\n", done.stderr)
        assert "can't answer now" in done.stderr
        told = manifest_of(folder / "a.jsonl")
        assert told["completeness"] == "incomplete"
        assert told["count"] == (folder / "a.jsonl").read_text().count("\n") > 0

    @pytest.mark.parametrize(
        ("number", "code", "told"),
        [
            (signal.SIGINT, 130, INTERRUPTED),
            (signal.SIGTERM, 143, ""),
            (signal.SIGHUP, 129, ""),
        ],
    )
    def test_whatever_ends_it_nothing_is_left(
        self, server: DemoServer, folder: Path, number: int, code: int, told: str
    ):
        server.queue("chunked", "chunked", *["hold"] * 4, path="/audit-logs")
        with running("export", "is:failed", EVER, "-o", "a.jsonl", server=server) as process:
            wait_for_looks(server, 4)
            assert len(left_in(folder)) == 1
            process.send_signal(number)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (code, "")
        assert re.fullmatch(told, complaints)
        assert left_in(folder) == []


class TestSecrets:
    """They are written for whoever typed that, and for nobody else."""

    def ask(self, server: DemoServer, answer: str) -> tuple[int, str, str]:
        """What comes of it where the answer is typed on a terminal."""
        ours, its = pty.openpty()
        process = subprocess.Popen(
            [*PROGRAM, "export", "--include-secrets", EVER], stdin=its, stdout=subprocess.PIPE, stderr=its, text=True,
            env={**os.environ, **addressing(server)},
        )  # fmt: skip
        with process:
            os.close(its)
            shown = b""
            while CONFIRMATION.encode() not in shown:
                shown += os.read(ours, 1024)
            os.write(ours, answer.encode() + b"\n")
            assert process.stdout is not None
            said = process.stdout.read()
        return process.returncode, said, shown.decode() + read_to_the_end(ours)

    def test_without_being_asked_for_there_are_none(self, hostile: DemoServer):
        done = run("export", EVER, server=hostile)
        assert "redacted" in done.stdout
        assert "hush" not in done.stdout

    def test_confirmed_by_typing(self, hostile: DemoServer):
        code, said, shown = self.ask(hostile, CONFIRMATION)
        assert code == 0
        assert "hush" in said
        assert "will be written in clear" in shown

    @pytest.mark.parametrize("answer", ["", "yes", "include"])
    def test_not_confirmed(self, hostile: DemoServer, answer: str):
        code, said, shown = self.ask(hostile, answer)
        assert (code, said) == (2, "")
        assert "not confirmed: nothing was written" in shown
        assert hostile.request_count == 0

    def test_confirmed_beforehand(self, hostile: DemoServer, folder: Path):
        done = run("export", "--include-secrets", "--yes", EVER, "-o", "a.jsonl", server=hostile)
        assert (done.returncode, done.stderr) == (0, "")
        assert "hush" in (folder / "a.jsonl").read_text()
        assert manifest_of(folder / "a.jsonl")["redacted"] is False


class TestAnonymising:
    def test_nobody_is_in_file_or_manifest(self, server: DemoServer, folder: Path, everything: list[AuditRecord]):
        done = run("export", "--anonymise", "actor:maya", EVER, "-o", "a.jsonl", server=server)
        assert (done.returncode, done.stderr) == (0, "")
        text = "".join(path.read_text() for path in folder.iterdir())
        assert "Person " in text
        told = manifest_of(folder / "a.jsonl")
        assert told["count"] != 0
        assert told["query"] == "‹left out› since:30d"
        assert "maya" not in text.casefold()
        assert "lindqvist" not in text.casefold()
        assert not any(record.user_id and record.user_id in text for record in everything)
        assert not any(record.request_id in text for record in everything)


class TestProgress:
    def test_a_long_export_tells_how_far_it_is_and_clears_that_away(self, server: DemoServer):
        server.set(latency=0.4)
        with terminal() as (its, written):
            done = subprocess.run(
                [*PROGRAM, "export", "is:failed", EVER], stdout=subprocess.PIPE, stderr=its, text=True, check=True,
                env={**os.environ, **addressing(server)},
            )  # fmt: skip
        assert done.stdout.count("\n") > 0
        assert re.search(r"\rscanned [1-9]\d{2,} of 1,200 · \d+ match", written[0])
        assert written[0].split("\r")[-2].strip() == ""
