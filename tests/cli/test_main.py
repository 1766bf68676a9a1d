"""The command line's manners: help without weight, mistakes with a cure, one exit code each."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tui.domain.fields import FILTERS

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


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """The program with its standard streams as pipes, telling at last what heavy modules it loaded."""
    command = [sys.executable, "-c", LOADED, *words]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


class TestHelp:
    @pytest.mark.parametrize("words", [["--help"], ["demo-server", "--help"], ["--version"]])
    def test_it_loads_nothing_that_draws_or_connects(self, words: list[str]):
        done = run(*words)
        assert done.returncode == 0
        assert done.stderr == "LOADED\n"

    def test_it_names_every_filter_of_the_api_and_the_exit_codes(self):
        text = run("--help").stdout
        for name in (*(field.name for field in FILTERS), "since", "until"):
            assert f"--{name} " in text
        assert "Exit codes" in text

    def test_there_is_no_flag_that_takes_a_key(self):
        assert "--api-key " not in run("--help").stdout
        assert run("--api-key", "pk-123").returncode == 2


class TestMistakes:
    def test_an_unknown_flag_offers_the_nearest(self):
        done = run("--statsu", "500")
        assert done.returncode == 2
        assert "--status" in done.stderr

    def test_without_a_terminal_the_explorer_refuses_in_one_line(self):
        done = run("--demo")
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.splitlines()[0].startswith("portkey-audit: the explorer needs a terminal")
