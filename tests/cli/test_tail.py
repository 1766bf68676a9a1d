"""`portkey-audit tail`, as a program of its own: what stands on which stream, when, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from subprocess import PIPE, Popen

import pytest

from tests.cli.scene import PROGRAM, addressing, run, running, wait_for_looks
from tests.cli.test_count import terminal
from tui.cli.pointing import cells
from tui.demo.history import History
from tui.demo.server import DemoServer
from tui.domain.record import AuditRecord

LINE = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ  [1-5]\d\d(?: ✗|  )  \S+ +\S.*")
PAST = ("--since", "30d", "--until", "2026-11-20T14:04Z")
ON_A_TERMINAL = {"TERM": "xterm-256color"}


@pytest.fixture
def live() -> Iterator[DemoServer]:
    """A stand-in whose clock goes on, with nothing in it that is younger than an hour."""
    history = History(records=200, days=1, now=datetime.now(UTC) - timedelta(hours=1))
    with DemoServer(history, clock=lambda: datetime.now(UTC)) as server:
        yield server


def lines_of(process: Popen[str], count: int) -> list[str]:
    """The next lines on standard output, as soon as they are there."""
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


def note_of(process: Popen[str]) -> str:
    """The next line on standard error."""
    assert process.stderr is not None
    return process.stderr.readline()


class TestText:
    def test_a_line_a_record_the_oldest_first(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("tail", *PAST, server=server)
        lines = done.stdout.splitlines()
        assert (done.stderr, done.returncode) == ("", 0)
        assert len(lines) == len(everything)
        assert all(map(LINE.fullmatch, lines))
        assert lines == sorted(lines, key=lambda line: line[:20])

    def test_its_columns_stand_below_each_other(self, server: DemoServer):
        lines = run("tail", "is:failed", *PAST, server=server).stdout.splitlines()
        assert len({cells(line[: line.rindex(" ")]) for line in lines}) == 1

    def test_people_have_names(self, server: DemoServer):
        assert "  Maya Lindqvist  " in run("tail", *PAST, server=server).stdout

    def test_where_names_are_refused_whole_ids_stand_for_them(self, server: DemoServer):
        server.set(refused_lists="all")
        done = run("tail", *PAST, server=server)
        assert len(re.findall(r"  \[?[0-9a-f-]{36}\]?  ", done.stdout)) > 1_000
        assert (done.stderr, done.returncode) == ("", 0)

    def test_no_line_waits_long_for_names(self, server: DemoServer):
        server.queue("hold", path="/admin/users")
        done = run("tail", *PAST, server=server)
        assert done.stdout.count("\n") == 1_200

    def test_flags_and_views_narrow_it(self, server: DemoServer, everything: list[AuditRecord]):
        wanted = [record for record in everything if record.failed and record.method == "PUT"]
        done = run("tail", "@failures", "--method", "PUT", *PAST, server=server)
        assert done.stdout.count(" ✗  ") == done.stdout.count("\n") == len(wanted)

    def test_the_sign_of_failures_is_one_that_can_be_written(self, server: DemoServer):
        done = run("tail", "status:403", *PAST, server=server, PYTHONIOENCODING="ascii", LC_ALL="C")
        assert done.stdout.count("Z  403 x  ") == done.stdout.count("\n") > 0


class TestJsonLines:
    def test_they_lose_nothing(self, server: DemoServer, everything: list[AuditRecord]):
        done = run("tail", "-f", "jsonl", *PAST, server=server)
        read = [json.loads(line) for line in done.stdout.splitlines()]
        assert all(record.pop("_meta")["version"] == 1 for record in read)
        assert [AuditRecord.model_validate(record) for record in read] == everything[::-1]
        assert (done.stderr, done.returncode) == ("", 0)

    def test_they_are_plain_ascii_with_the_names_that_are_known(self, server: DemoServer):
        told = run("tail", "--format", "jsonl", *PAST, server=server).stdout
        assert told.isascii()
        assert {"Maya Lindqvist"} < {
            record["_meta"].get("names", {}).get("user_id") for record in map(json.loads, told.splitlines())
        }


class TestRange:
    def test_it_begins_ten_minutes_ago_by_the_servers_clock(self, server: DemoServer):
        done = run("tail", "--until-count", "1", server=server, PORTKEY_AUDIT_SINCE="30d")
        assert done.stdout.startswith("2026-11-20 14:03:05Z  200    update")
        assert (done.stderr, done.returncode) == ("", 0)

    def test_an_end_alone_that_lies_ahead_doesn_t_move_that(self, live: DemoServer):
        live.arrive(2)
        done = run("tail", "--until", "2099-01-01", "--until-count", "2", server=live)
        assert done.stdout.count("\n") == 2

    def test_an_end_alone_in_the_past_is_that_of_ten_minutes(self, server: DemoServer):
        done = run("tail", "until:2026-11-20T14:04Z", server=server)
        assert re.findall(r"14:\d\d:\d\dZ", done.stdout) == ["14:03:05Z"]

    def test_from_now_on_only_what_comes_in_is_printed(self, live: DemoServer):
        live.arrive(5)
        with running("tail", "--since", "0s", "--until-count", "3", "-f", "jsonl", server=live) as process:
            wait_for_looks(live, 2)
            live.arrive(3)
            said, complaints = process.communicate(timeout=60)
        assert said.count("\n") == 3
        assert (complaints, process.returncode) == ("", 0)


class TestComingIn:
    def test_a_record_is_printed_as_soon_as_it_is_seen(self, live: DemoServer):
        live.arrive(1)
        with running("tail", server=live) as process:
            lines_of(process, 1)
            for count in (1, 3):
                live.arrive(count)
                assert all(map(LINE.match, lines_of(process, count)))

    def test_one_that_comes_late_is_marked_so(self, live: DemoServer):
        live.arrive(1)
        with running("tail", "--since", "5m", server=live) as process:
            lines_of(process, 1)
            live.set(late=200)
            live.arrive(40)
            assert any(line.endswith("  (late)\n") for line in lines_of(process, 30))

    def test_a_loss_is_told_once_and_its_end_too(self, live: DemoServer):
        live.arrive(1)
        with running("tail", server=live) as process:
            lines_of(process, 1)
            live.set_faults({"500": 1})
            assert "Z 500, trying again: 127.0.0.1 can't answer now" in note_of(process)
            live.arrive(4)
            live.set_faults({})
            assert all(map(LINE.match, lines_of(process, 4)))
            assert "there again after" in note_of(process)


class TestEnds:
    def test_after_a_time(self, live: DemoServer):
        done = run("tail", "--for", "1s", server=live)
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)

    def test_incomplete_with_3_where_it_could_not_be_read_to_its_end(self, live: DemoServer):
        live.set_faults({"500": 1})
        done = run("tail", "--for", "1s", server=live)
        assert (done.stdout, done.returncode) == ("", 3)
        assert re.search(r"^portkey-audit: incomplete: nothing could be read yet$", done.stderr, re.MULTILINE)
        assert "try again in a while" in done.stderr.splitlines()[-1]

    def test_ctrl_c_ends_it_with_130_and_one_line(self, live: DemoServer):
        live.arrive(2)
        with running("tail", server=live) as process:
            lines_of(process, 2)
            process.send_signal(signal.SIGINT)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (130, "")
        summed_up = r"interrupted: 2 records in \d+s · everything read up to 20[\d-]+ [\d:]+Z(?: · \d+s behind)?"
        assert re.fullmatch(f"portkey-audit: {summed_up}\n", complaints)

    def test_ctrl_c_before_it_began(self, server: DemoServer):
        server.queue("hold", path="/admin/users")
        with running("tail", "actor:maya", server=server) as process:
            server.wait_for_requests(1)
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=60)
        assert process.returncode == 130
        assert complaints == "portkey-audit: interrupted: nothing was read yet\n"

    def test_sigterm_ends_it_like_any_program(self, server: DemoServer):
        with running("tail", server=server) as process:
            lines_of(process, 1)
            process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate(timeout=60)
        assert (process.returncode, complaints) == (-signal.SIGTERM, "")

    def test_a_reader_who_goes_away_ends_it_silently_though_nothing_comes_in(self, live: DemoServer):
        live.arrive(1)
        with running("tail", server=live) as process:
            lines_of(process, 1)
            assert process.stdout is not None
            process.stdout.close()
            assert process.wait(timeout=60) == 0
            assert process.stderr is not None
            assert process.stderr.read() == ""

    def test_so_does_one_who_was_never_there(self, server: DemoServer):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [*PROGRAM, "tail", *PAST], stdout=writing, stderr=PIPE, text=True, check=False,
            env={**os.environ, **addressing(server)},
        )  # fmt: skip
        os.close(writing)
        assert (done.stderr, done.returncode) == ("", 0)


class TestMistakes:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--for", "lunch"], "--for: a length of time is wanted"),
            (["--until-count", "0"], "'--until-count'"),
            (["-f", "csv"], "'csv' is not one of 'text', 'jsonl'"),
            (["statsu:4"], "there is no field statsu: did you mean status?"),
            (["--until", "2h", "--since", "0s"], "the range ends"),
            (["--pace", "1s"], "--pace"),
        ],
    )
    def test_each_ends_with_2_and_says_what(self, words: list[str], told: str):
        done = run("tail", *words, PORTKEY_API_KEY="pk-0123456789")
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
        assert "Traceback" not in done.stderr

    def test_without_a_key_it_ends_with_4_and_the_cure(self):
        done = run("tail")
        assert (done.returncode, done.stdout) == (4, "")
        assert "PORTKEY_API_KEY" in done.stderr

    @pytest.mark.parametrize(("fault", "code"), [("401", 4), ("403", 4), ("402", 1), ("redirect-302", 1)])
    def test_a_refusal_ends_it_with_cause_and_cure_after_what_came(self, live: DemoServer, fault: str, code: int):
        live.arrive(1)
        with running("tail", server=live) as process:
            lines_of(process, 1)
            live.queue(fault)
            said, complaints = process.communicate(timeout=60)
        assert (process.returncode, said) == (code, "")
        assert complaints.startswith("portkey-audit: 127.0.0.1 ")
        assert complaints.count("\n") == 1


class TestOnATerminal:
    def shown(self, server: DemoServer, *words: str, **environment: str) -> str:
        """What a terminal gets that is read in the end: of few enough records not to fill it up."""
        with terminal() as (its, written):
            subprocess.run(
                [*PROGRAM, "tail", "status:404,429", *words, *PAST], stdout=its, check=True,
                env={**os.environ, **ON_A_TERMINAL, **addressing(server), **environment},
            )  # fmt: skip
        return written[0]

    def test_failures_are_red_and_have_their_sign(self, server: DemoServer):
        shown = self.shown(server)
        assert shown.count("\x1b[31m") == shown.count(" ✗\x1b[0m") == shown.count("\n") > 0

    @pytest.mark.parametrize("name", ["NO_COLOR", "PORTKEY_AUDIT_COLOR", "TERM"])
    def test_colours_can_be_declined(self, server: DemoServer, name: str):
        value = {"NO_COLOR": "1", "PORTKEY_AUDIT_COLOR": "none", "TERM": "dumb"}[name]
        assert "\x1b" not in self.shown(server, **{name: value})

    def test_a_flag_says_more_than_the_environment(self, server: DemoServer):
        assert "\x1b" not in self.shown(server, "--color", "none")
        assert "\x1b[31m" in self.shown(server, "--color", "16", NO_COLOR="1")

    def test_what_is_followed_is_told_beside_the_data(self, server: DemoServer):
        with terminal() as (its, written):
            subprocess.run(
                [*PROGRAM, "tail", "is:failed", *PAST], stdout=subprocess.DEVNULL, stderr=its, check=True,
                env={**os.environ, **addressing(server)},
            )  # fmt: skip
        assert written == ["portkey-audit: following is:failed since:30d until:2026-11-20T14:04:00Z (ctrl+c ends)\r\n"]
