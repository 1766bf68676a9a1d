"""The command line's manners: which word is a command, help without weight, mistakes with a cure."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.cli.scene import asked_by, run
from tui.cli import wiring
from tui.cli.asking import Asked, Demo
from tui.cli.main import cli
from tui.domain.fields import FILTERS
from tui.settings import Flags, Settings

HEAVY = ("textual", "rich", "httpx", "pydantic")
LOADED = (
    "import sys\n"
    "from tui.__main__ import main\n"
    "sys.argv = ['portkey-audit', *sys.argv[1:]]\n"
    "try:\n"
    "    main()\n"
    "finally:\n"
    f"    print('LOADED', *(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)\n"
)


def loaded_by(*words: str) -> list[str]:
    """The heavy modules that the program has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()[-1].split()[1:]


def refusal_of(line: str) -> str:
    """What is said of a command line that can't be read."""
    ended = CliRunner().invoke(cli, shlex.split(line)[1:])
    assert ended.exit_code == 2, ended.output
    return ended.output


class TestWords:
    """The first word may be a command, and all words that are none are a query."""

    def test_no_words_are_the_explorer_on_every_record(self):
        assert asked_by("portkey-audit") == Asked()

    def test_words_are_joined_to_one_query(self):
        assert asked_by("portkey-audit is:failed 'actor:ana ip:203.0.113.9'").words == (
            "is:failed",
            "actor:ana ip:203.0.113.9",
        )

    def test_options_may_stand_before_behind_and_between(self):
        asked = asked_by("portkey-audit --since 4h is:failed --status 4xx ip:none --demo --profile prod")
        assert asked == Asked(
            ("is:failed", "ip:none"), {"status": "4xx"}, since="4h", flags=Flags(profile="prod"), demo=Demo.USUAL
        )

    def test_a_flag_given_twice_is_either(self):
        assert asked_by("portkey-audit --status 401 --status 403").filters == {"status": "401,403"}

    def test_a_first_word_that_is_a_command_is_the_command(self):
        assert "what the API gives" in run("explain", "is:failed").stdout

    def test_options_before_a_command_are_the_commands(self):
        assert run("--since", "2h", "--status", "403", "explain").stdout.startswith("query   status:403 since:2h\n")

    def test_behind_two_dashes_it_is_a_query(self):
        assert asked_by("portkey-audit -- count").words == ("count",)
        assert asked_by("portkey-audit --demo -- explain -type:user").words == ("explain", "-type:user")

    def test_a_later_word_is_never_a_command(self):
        assert asked_by("portkey-audit is:failed count").words == ("is:failed", "count")


class TestTheHostileDemo:
    def test_is_a_kind_of_demo(self):
        assert asked_by("portkey-audit --demo --hostile").demo is Demo.HOSTILE
        assert asked_by("portkey-audit --demo").demo is Demo.USUAL

    @pytest.mark.parametrize("command", ["", "tail", "count", "export", "show 1", "explain", "doctor"])
    def test_is_none_without_it(self, command: str):
        assert "--hostile is a kind of demo: write --demo --hostile" in refusal_of(f"portkey-audit {command} --hostile")

    def test_is_counted_and_exported_as_any_other(self):
        usual = run("count", "--demo", "--since", "2d", "--by", "op").stdout
        hostile = run("count", "--demo", "--hostile", "--since", "2d", "--by", "op").stdout
        assert "\\u001b" in hostile
        assert "\\u001b" not in usual
        assert {line.partition("\t")[0] for line in usual.splitlines()[:3]} <= set(
            hostile.replace("\t", "\n").split("\n")
        )
        exported = run("export", "--demo", "--hostile", "--since", "2d", "-f", "csv").stdout
        assert "\x1b" not in exported

    def test_is_looked_at_again_by_the_words_that_name_it(self):
        assert wiring.source_words(Settings(), demo=Demo.HOSTILE) == ("--demo", "--hostile")


class TestDashes:
    """A term that begins with a dash looks like an option."""

    @pytest.mark.parametrize(
        "line",
        ["portkey-audit -type:api_key", "portkey-audit count --demo -type:api_key", "portkey-audit x -type:api_key"],
    )
    def test_it_is_told_how_it_can_be_written(self, line: str):
        assert 'a term that begins with "-" stands behind --, or write NOT type:api_key' in refusal_of(line)

    @pytest.mark.parametrize("line", ["portkey-audit explain -- -type:user", "portkey-audit explain NOT type:user"])
    def test_and_so_it_is_read(self, line: str):
        assert run(*shlex.split(line)[1:]).stdout.startswith("query   -type:user since:24h\n")

    def test_an_unknown_option_offers_the_nearest(self):
        assert "--status" in refusal_of("portkey-audit --statsu 500")

    def test_what_the_word_holds_can_not_act_on_the_terminal(self):
        assert "\\u001b[2J" in refusal_of("portkey-audit '-x\x1b[2J'")


class TestHelp:
    @pytest.mark.parametrize(
        "words",
        [
            ["--help"],
            ["--version"],
            ["demo-server", "--help"],
            ["tail", "--help"],
            ["count", "--help"],
            ["export", "--help"],
            ["show", "--help"],
            ["explain", "--help"],
        ],
    )
    def test_it_loads_nothing_that_draws_or_connects(self, words: list[str]):
        assert loaded_by(*words) == []

    @pytest.mark.parametrize("words", [[], ["tail"], ["count"], ["export"], ["explain"]])
    def test_every_command_with_a_query_names_every_filter_of_the_api(self, words: list[str]):
        text = run(*words, "--help").stdout
        assert "[QUERY]..." in text
        for flag in (*(field.flag for field in FILTERS), "--since", "--until", "--profile", "--base-url", "--demo"):
            assert f"{flag} " in text

    def test_it_tells_commands_exit_codes_and_the_zone_of_times(self):
        text = " ".join(run("--help").stdout.split())
        assert {"tail", "count", "export", "show", "explain", "demo-server"} <= set(text.split())
        assert "Exit codes: 0 done" in text
        assert "Times are in UTC" in text

    def test_there_is_no_flag_that_takes_a_key(self):
        assert "--api-key " not in run("--help").stdout
        assert run("--api-key", "pk-123").returncode == 2


class TestWeight:
    """What draws nothing never loads what draws."""

    def test_a_plan_is_told_without_a_client(self):
        assert loaded_by("explain", "is:failed", "since:1h") == []

    def test_a_count_loads_the_client_alone(self):
        assert set(loaded_by("count", "--demo", "status:403")) == {"httpx", "pydantic"}

    @pytest.mark.parametrize("form", ["jsonl", "csv", "md"])
    def test_an_export_loads_it_too_and_nothing_that_draws(self, form: str):
        assert set(loaded_by("export", "--demo", "status:403", "-f", form, "--anonymise")) == {"httpx", "pydantic"}

    def test_a_record_is_shown_without_a_screen(self):
        request_id = json.loads(run("export", "--demo", "since:2h").stdout.splitlines()[-1])["request_id"]
        assert set(loaded_by("show", "--demo", request_id)) == {"httpx", "pydantic"}

    def test_what_is_followed_is_printed_without_a_screen(self):
        assert set(loaded_by("tail", "--demo", "--since", "2h", "--until", "1h")) == {"httpx", "pydantic"}


class TestTheExplorer:
    def test_without_a_terminal_it_refuses_in_one_line(self):
        done = run("--demo")
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.splitlines()[0].startswith("portkey-audit: the explorer needs a terminal")
