"""What a run is told, level by level, and what is said of mistakes."""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from tui.settings import (
    DEFAULT_BASE_URL,
    Flags,
    Settings,
    SettingsError,
    Surface,
    color_system,
    folder,
    load,
    terminal_problem,
    theme_of,
)

KEY = "pk-test-0123456789abcdef"
OTHER_KEY = "pk-other-0123456789abcdef"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def key_of(settings: Settings) -> str:
    assert settings.key is not None
    return settings.key.read().reveal()


def key_file(folder: Path, text: str = KEY, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_text(text)
    path.chmod(mode)
    return path


class TestWhereTheKeyComesFrom:
    def test_nothing_is_said_and_there_is_no_key(self, config: Path):
        settings = load(Flags(), {}, config)
        assert settings.key is None
        assert settings.base_url == DEFAULT_BASE_URL

    def test_the_environment_gives_it_up_so_that_no_child_inherits_it(self, config: Path):
        environ = {"PORTKEY_API_KEY": f" {KEY}\n"}
        assert key_of(load(Flags(), environ, config)) == KEY
        assert environ == {}

    def test_a_file_of_ones_own(self, config: Path, tmp_path: Path):
        assert key_of(load(Flags(api_key_file=str(key_file(tmp_path, KEY + "\n"))), {}, config)) == KEY

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
    def test_a_file_that_others_can_read_is_refused_with_the_cure(self, config: Path, tmp_path: Path, mode: int):
        settings = load(Flags(api_key_file=str(key_file(tmp_path, mode=mode))), {}, config)
        with pytest.raises(SettingsError, match="chmod 600"):
            key_of(settings)

    def test_a_command_without_a_shell(self, config: Path):
        config.write_text(f'default_profile = "p"\n[profiles.p]\napi_key_command = ["printf", "%s", "{KEY}"]\n')
        assert key_of(load(Flags(), {}, config)) == KEY

    @pytest.mark.parametrize("command", ['["false"]', '["/no/such/program"]'])
    def test_a_command_that_fails_is_named(self, config: Path, command: str):
        config.write_text(f'default_profile = "p"\n[profiles.p]\napi_key_command = {command}\n')
        with pytest.raises(SettingsError, match=r"the key command '(false|/no/such/program)'"):
            key_of(load(Flags(), {}, config))

    def test_what_is_no_key_is_refused_without_being_shown(self, config: Path):
        with pytest.raises(SettingsError) as error:
            load(Flags(), {"PORTKEY_API_KEY": "pk-secret with blanks"}, config)
        assert "PORTKEY_API_KEY" in str(error.value)
        assert "secret" not in str(error.value)

    def test_a_key_is_never_sent_to_an_address_from_another_level(self, config: Path):
        environ = {"PORTKEY_API_KEY": KEY}
        settings = load(Flags(base_url="http://127.0.0.1:1/v1"), environ, config)
        assert settings.base_url == "http://127.0.0.1:1/v1"
        assert settings.key is None


class TestWhoWins:
    CONFIG = """
default_profile = "stage"
since = "7d"
[profiles.stage]
base_url = "https://stage.example.com/v1"
api_key_command = ["printf", "%s", "pk-stage-0123456789"]
label = "STAGE"
colour = "yellow"
[profiles.prod]
base_url = "https://prod.example.com/v1"
api_key_command = ["printf", "%s", "pk-prod-0123456789"]
organisation_id = "org-prod"
since = "1h"
"""

    @pytest.fixture(autouse=True)
    def written(self, config: Path) -> None:
        config.write_text(self.CONFIG)

    def test_the_default_profile_where_nothing_else_is_said(self, config: Path):
        settings = load(Flags(), {}, config)
        assert (settings.profile, settings.label, settings.colour) == ("stage", "STAGE", "yellow")
        assert settings.base_url == "https://stage.example.com/v1"
        assert key_of(settings) == "pk-stage-0123456789"
        assert settings.since == "7d"

    def test_the_environment_over_the_default_profile(self, config: Path):
        settings = load(Flags(), {"PORTKEY_API_KEY": KEY, "PORTKEY_AUDIT_SINCE": "2h"}, config)
        assert key_of(settings) == KEY
        assert settings.base_url == DEFAULT_BASE_URL
        assert settings.profile == settings.label == ""
        assert settings.since == "2h"

    def test_a_named_profile_over_the_environment(self, config: Path):
        settings = load(Flags(profile="prod"), {"PORTKEY_API_KEY": KEY, "PORTKEY_AUDIT_SINCE": "2h"}, config)
        assert key_of(settings) == "pk-prod-0123456789"
        assert (settings.profile, settings.label) == ("prod", "prod")
        assert (settings.since, settings.organisation_id) == ("1h", "org-prod")

    def test_flags_over_all(self, config: Path, tmp_path: Path):
        flags = Flags(profile="prod", api_key_file=str(key_file(tmp_path, OTHER_KEY)))
        settings = load(flags, {}, config)
        assert key_of(settings) == OTHER_KEY
        assert settings.base_url == DEFAULT_BASE_URL
        assert (settings.since, settings.organisation_id) == ("1h", "org-prod")


class TestThePace:
    @pytest.mark.parametrize(("text", "seconds"), [("2s", 2), ("0.5s", 0.5), ("1m", 60), (" 7 s ", 7), ("3", 3)])
    def test_it_is_a_time(self, config: Path, text: str, seconds: float):
        config.write_text(f'pace = "{text}"')
        assert load(Flags(), {}, config).pace == seconds

    def test_it_is_two_seconds_where_nothing_is_said(self, config: Path):
        assert load(Flags(), {}, config).pace == 2

    def test_the_environment_says_it_over_the_file(self, config: Path):
        config.write_text('pace = "9s"')
        assert load(Flags(), {"PORTKEY_AUDIT_PACE": "4s"}, config).pace == 4

    @pytest.mark.parametrize("text", ["0s", "0.1s", "6m", "fast", "-2s", "2h", "٣s"])
    def test_what_is_none_is_refused(self, config: Path, text: str):
        with pytest.raises(SettingsError, match="the pace is"):
            load(Flags(), {"PORTKEY_AUDIT_PACE": text}, config)


class TestMistakesInTheFile:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ('sinze = "1h"', "line 1: unknown key 'sinze'; did you mean 'since'?"),
            ('\n[profiles.p]\nbase_ulr = "x"', "line 3: unknown key 'base_ulr'; did you mean 'base_url'?"),
            ('[profiles.p]\napi_key = "pk-live"', "line 2: a key must not stand in this file"),
            ("since = 5", "line 1: since must be text"),
            ('[profiles.p]\napi_key_command = "op read"', "line 2: api_key_command must be a list of words"),
            ('[profiles.p]\ncolour = "mauve"', "line 2: colour must be one of red"),
            ("[profiles]\np = 1", "line 2: profile 'p' must be a table"),
            ("since = ,", "line 1"),
        ],
    )
    def test_each_is_told_with_file_and_line(self, config: Path, text: str, told: str):
        config.write_text(text)
        with pytest.raises(SettingsError) as error:
            load(Flags(), {}, config)
        assert str(config) in str(error.value)
        assert told in str(error.value)
        assert "pk-live" not in str(error.value)

    def test_a_profile_that_is_not_there(self, config: Path):
        config.write_text("[profiles.prod]\n")
        with pytest.raises(SettingsError, match=r"no profile 'prd'.*did you mean 'prod'"):
            load(Flags(profile="prd"), {}, config)

    def test_a_file_that_is_no_text(self, config: Path):
        config.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(SettingsError, match="can't read"):
            load(Flags(), {}, config)


class TestFolders:
    def test_xdg_is_followed_where_it_is_set(self, tmp_path: Path):
        assert folder("cache", {"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "portkey-audit"

    def test_and_has_its_usual_places_where_it_is_not(self):
        assert folder("state", {}) == Path.home() / ".local/state/portkey-audit"


def test_a_key_file_must_be_a_plain_file(config: Path, tmp_path: Path):
    assert stat.S_ISDIR(tmp_path.stat().st_mode)
    with pytest.raises(SettingsError, match=r"can't read|not a plain file"):
        key_of(load(Flags(api_key_file=str(tmp_path)), {}, config))


class TestTheTerminalAndTheClipboard:
    def test_nothing_is_said(self, config: Path):
        assert load(Flags(), {}, config).surface == Surface()

    def test_a_flag_wins_over_the_environment_and_that_over_the_file(self, config: Path):
        config.write_text('[terminal]\ntheme = "paper"\ndriver = "stock"\ncolor = "16"\nplain = true\n')
        environ = {"PORTKEY_AUDIT_THEME": "mono", "PORTKEY_AUDIT_COLOR": "256"}
        surface = load(Flags(), environ, config, Surface(theme="dusk")).surface
        assert surface == Surface(theme="dusk", color="256", driver="stock", plain=True)

    def test_a_command_copies_unless_a_route_is_named_above_it(self, config: Path):
        config.write_text('[clipboard]\nroute = "file"\ncommand = ["wl-copy"]\n')
        assert load(Flags(), {}, config).surface == Surface(clipboard="file", clipboard_command=("wl-copy",))
        assert load(Flags(), {}, config, Surface(clipboard="osc52")).surface == Surface(clipboard="osc52")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ('[terminal]\ntheme = "pink"', "line 2: theme must be one of harbour"),
            ("[terminal]\nplain = 1", "line 2: plain must be true or false"),
            ('[clipboard]\nroute = "pigeon"', "line 2: route must be one of auto"),
            ('[terminal]\ndriven = "diff"', "did you mean 'driver'"),
        ],
    )
    def test_what_can_not_be_meant_is_told_with_its_line(self, config: Path, text: str, told: str):
        config.write_text(text)
        with pytest.raises(SettingsError, match=re.escape(told)):
            load(Flags(), {}, config)

    def test_a_variable_that_can_not_be_meant_is_named(self, config: Path):
        with pytest.raises(SettingsError, match="PORTKEY_AUDIT_CLIPBOARD must be one of auto"):
            load(Flags(), {"PORTKEY_AUDIT_CLIPBOARD": "pigeon"}, config)


class TestColours:
    @pytest.mark.parametrize(
        ("environ", "system"),
        [
            ({"TERM": "xterm-256color"}, "256"),
            ({"TERM": "tmux-256color"}, "256"),
            ({"TERM": "xterm-kitty"}, "256"),
            ({"TERM": "alacritty"}, "256"),
            ({"TERM": "screen"}, "16"),
            ({"TERM": "linux"}, "16"),
            ({"TERM": "vt100"}, "16"),
            ({}, "16"),
            ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
            ({"TERM": "xterm", "COLORTERM": "24bit"}, "truecolor"),
            ({"TERM": "xterm", "COLORTERM": "yes"}, "16"),
            ({"TERM": "screen", "COLORTERM": "truecolor"}, "16"),
            ({"TERM": "screen.xterm-256color", "COLORTERM": "truecolor"}, "256"),
            ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none"),
            ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
        ],
    )
    def test_as_many_as_the_terminal_tells(self, environ: dict[str, str], system: str):
        assert color_system("", environ) == color_system("auto", environ) == system

    @pytest.mark.parametrize("said", ["truecolor", "256", "16", "none"])
    def test_what_is_said_wins(self, said: str):
        assert color_system(said, {"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"}) == said

    @pytest.mark.parametrize(
        ("color", "environ", "theme"),
        [
            ("truecolor", {}, "harbour"),
            ("256", {}, "harbour"),
            ("256", {"COLORFGBG": "15;0"}, "harbour"),
            ("256", {"COLORFGBG": "0;15"}, "paper"),
            ("256", {"COLORFGBG": "0;default;7"}, "paper"),
            ("256", {"COLORFGBG": "nonsense"}, "harbour"),
            ("16", {"COLORFGBG": "0;15"}, "ansi"),
            ("none", {}, "mono"),
        ],
    )
    def test_the_theme_fits_the_terminal(self, color: str, environ: dict[str, str], theme: str):
        assert theme_of(Surface(color=color), environ) == theme

    def test_one_that_is_asked_for_is_worn_but_without_colours_there_is_one(self):
        assert theme_of(Surface(theme="linen", color="16"), {}) == "linen"
        assert theme_of(Surface(theme="linen"), {"NO_COLOR": "1"}) == "mono"


class Stream:
    """A standard stream in some encoding."""

    def __init__(self, *, is_terminal: bool, encoding: str = "utf-8") -> None:
        self.isatty = lambda: is_terminal
        self.encoding = encoding


class TestRefusals:
    XTERM: ClassVar[dict[str, str]] = {"TERM": "xterm"}

    @staticmethod
    def problem(
        monkeypatch: pytest.MonkeyPatch,
        environ: dict[str, str],
        *,
        keys: bool = True,
        drawn: bool = True,
        encoding: str = "utf-8",
    ) -> str:
        """Why it can't run where keys come from a terminal or don't, and what is drawn goes to one or doesn't."""
        drawing = Stream(is_terminal=drawn, encoding=encoding)
        monkeypatch.setattr(sys, "stderr", drawing)
        monkeypatch.setattr(sys, "__stderr__", drawing)
        return terminal_problem(environ, has_keyboard=keys)

    @pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "UTF8"])
    def test_none_where_it_can_draw(self, monkeypatch: pytest.MonkeyPatch, encoding: str):
        assert self.problem(monkeypatch, self.XTERM, encoding=encoding) == ""

    @pytest.mark.parametrize(("keys", "drawn"), [(False, True), (True, False), (False, False)])
    def test_no_terminal(self, monkeypatch: pytest.MonkeyPatch, *, keys: bool, drawn: bool):
        problem = self.problem(monkeypatch, self.XTERM, keys=keys, drawn=drawn)
        assert "needs a terminal" in problem
        assert "ssh -t" in problem

    @pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": "unknown"}, {"TERM": ""}, {}])
    def test_one_that_can_not_be_drawn_on(self, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]):
        assert "try: TERM=xterm-256color portkey-audit" in self.problem(monkeypatch, environ)

    @pytest.mark.parametrize("encoding", ["iso8859-1", "ascii", "ANSI_X3.4-1968", "euc_jp"])
    def test_one_without_the_characters(self, monkeypatch: pytest.MonkeyPatch, encoding: str):
        problem = self.problem(monkeypatch, self.XTERM, encoding=encoding)
        assert "try: LC_ALL=C.UTF-8 portkey-audit" in problem
        assert "\n" not in problem
