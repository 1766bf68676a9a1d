"""What a run is told by flags, environment and the configuration file.

No other module reads the environment by itself.  Where two sources say different things, a flag wins over a profile
named by flag, then the environment, the default profile, the top of the file, and what is built in.  Key and base URL
are always taken together from one of these levels, so that a key is never sent to an address it was not meant for.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import subprocess
import sys
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui.domain.redaction import redact_text
from tui.domain.secret import Secret

DEFAULT_BASE_URL = "https://api.portkey.ai/v1"
DEFAULT_SINCE = "24h"
DEFAULT_PACE = "2s"
COLOURS = ("red", "yellow", "green", "blue", "magenta", "cyan")
THEMES = ("harbour", "paper", "dusk", "linen", "ansi", "mono")
COLOR_SYSTEMS = ("auto", "truecolor", "256", "16", "none")
DRIVERS = ("diff", "stock")
CLIPBOARD_ROUTES = ("auto", "native", "tmux", "osc52", "file", "off")
_COLOURFUL_TERMINALS = {"kitty", "alacritty", "foot", "ghostty", "wezterm", "contour"}
"""Their names in `TERM`, which says nothing of their colours."""
_THEMES_OF_FEW_COLOURS = {"16": "ansi", "none": "mono"}
_LIGHT_GROUNDS = ("7", "15")
"""White and bright white among the sixteen."""
_COMMAND_SECONDS = 30
_TEXT = "text"
_WORDS = "a list of words"
_TABLE = "a table"
_SWITCH = "true or false"
_PACE = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m)?", re.ASCII)
_PACES = 0.2, 300.0
_SHARED_KEYS = {"since": _TEXT, "organisation_id": _TEXT, "ca_bundle": _TEXT, "pace": _TEXT}
_PROFILE_KEYS = {
    **_SHARED_KEYS,
    "base_url": _TEXT,
    "api_key_command": _WORDS,
    "api_key_file": _TEXT,
    "label": _TEXT,
    "colour": _TEXT,
    "archive": _TABLE,
}
_ARCHIVE_KEYS = {"records": _TEXT, "secrets": _TEXT}
_TERMINAL_KEYS = {"theme": _TEXT, "color": _TEXT, "driver": _TEXT, "plain": _SWITCH}
_CLIPBOARD_KEYS = {"route": _TEXT, "command": _WORDS}
_TOP_KEYS = {**_SHARED_KEYS, "default_profile": _TEXT, "profiles": _TABLE, "terminal": _TABLE, "clipboard": _TABLE}
_CHOICES = {"theme": THEMES, "color": COLOR_SYSTEMS, "driver": DRIVERS, "route": CLIPBOARD_ROUTES, "colour": COLOURS,
            "records": ("keep", "none"), "secrets": ("redact", "keep")}  # fmt: skip


class SettingsError(Exception):
    """A flag, a variable or a file says something that can't be meant; the message names it."""


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where the API key is to be had: in the environment, in a file of one's own, or from a command."""

    described: str
    value: Secret | None = None
    file: Path | None = None
    command: tuple[str, ...] = ()

    def read(self) -> Secret:
        """The key.  Raises `SettingsError`, which never holds what was read."""
        if self.value is not None:
            return self.value
        text = _read_key_file(self.file) if self.file else _run_key_command(self.command)
        try:
            return Secret(text)
        except ValueError as error:
            raise SettingsError(f"{self.described}: {error}") from None


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line said of where to ask; "" is not said."""

    profile: str = ""
    base_url: str = ""
    api_key_file: str = ""


@dataclass(frozen=True, slots=True)
class Surface:
    """How a run uses the terminal and the clipboard; "" or False is not said.

    `theme` "": one that fits the terminal.  `clipboard_command` gets on its stdin what is copied.
    """

    theme: str = ""
    color: str = ""
    driver: str = ""
    plain: bool = False
    clipboard: str = ""
    clipboard_command: tuple[str, ...] = ()

    def over(self, other: Surface) -> Surface:
        """What this says, and the other where this says nothing."""
        said = {name: value for name in self.__slots__ if (value := getattr(self, name))}
        # A route that is named stands against the command of a level below.
        below = replace(other, clipboard_command=()) if self.clipboard else other
        return replace(below, **said)


_NOTHING_SAID = Surface()


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for this run.  `key` None: no level says where a key is.

    `since` is how a range of time begins that no query and no flag begins otherwise.  `pace` is how many seconds lie
    between two looks while a query is followed.  `keep_records`: what is fetched is kept in the archive, and with
    `keep_secrets` as it came.
    """

    base_url: str = DEFAULT_BASE_URL
    key: KeySource | None = None
    profile: str = ""
    label: str = ""
    colour: str = ""
    organisation_id: str = ""
    since: str = DEFAULT_SINCE
    pace: float = 2.0
    ca_bundle: Path | None = None
    keep_records: bool = True
    keep_secrets: bool = False
    surface: Surface = field(default_factory=Surface)


@dataclass(frozen=True, slots=True)
class _Level:
    """What one level says: plain values under the keys of a profile."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    key: Secret | None = None

    @property
    def says_where(self) -> bool:
        """Whether it names a server or a key, so that both are taken from here."""
        return self.key is not None or any(self.values.get(k) for k in ("base_url", "api_key_file", "api_key_command"))

    def key_source(self) -> KeySource | None:
        if self.key is not None:
            return KeySource(f"the key in {self.name}", value=self.key)
        if name := self.values.get("api_key_file"):
            return KeySource(f"the key file {name}", file=Path(name).expanduser())
        if command := self.values.get("api_key_command"):
            return KeySource(f"the key command {command[0]!r}", command=tuple(command))
        return None


def load(
    flags: Flags, environ: MutableMapping[str, str], config_file: Path, surface: Surface = _NOTHING_SAID
) -> Settings:
    """Join all levels; `surface` is what flags say of the terminal.  Takes the key out of `environ`, so that no child
    process inherits it, and first of all.

    Raises `SettingsError`.  A configuration file that is not there is an empty one.
    """
    environment = _environment(environ)
    config = _read_config(config_file)
    profiles: Mapping[str, Any] = config.get("profiles", {})
    named = flags.profile or environ.get("PORTKEY_AUDIT_PROFILE", "")
    profile_name = named or config.get("default_profile", "")
    if profile_name and profile_name not in profiles:
        raise SettingsError(f"there is no profile {profile_name!r} in {config_file}{_nearest(profile_name, profiles)}")
    profile = _Level(f"profile {profile_name}", profiles.get(profile_name, {}))
    flag_level = _Level("flags", {"base_url": flags.base_url, "api_key_file": flags.api_key_file})
    levels = [flag_level, profile, environment] if named else [flag_level, environment, profile]
    levels.append(_Level(str(config_file), {k: v for k, v in config.items() if k in _SHARED_KEYS}))
    where = next((level for level in levels if level.says_where), levels[-1])
    bundle = _first(levels, "ca_bundle")
    archive = profile.values.get("archive", {}) if where is profile else {}
    return Settings(
        base_url=_checked_base_url(where.values.get("base_url") or DEFAULT_BASE_URL),
        key=where.key_source(),
        profile=profile_name if where is profile else "",
        label=profile.values.get("label", profile_name) if where is profile else "",
        colour=profile.values.get("colour", "") if where is profile else "",
        organisation_id=_first(levels, "organisation_id"),
        since=_first(levels, "since") or DEFAULT_SINCE,
        pace=_seconds_of_pace(_first(levels, "pace") or DEFAULT_PACE),
        ca_bundle=Path(bundle).expanduser() if bundle else None,
        keep_records=archive.get("records") != "none",
        keep_secrets=archive.get("secrets") == "keep",
        surface=surface.over(_surface_in(environ)).over(_surface_of(config)),
    )


def folder(kind: str, environ: Mapping[str, str]) -> Path:
    """This program's folder of a kind ("config", "cache", "state", "data") as XDG lays them out."""
    default = {"config": ".config", "cache": ".cache", "state": ".local/state", "data": ".local/share"}[kind]
    base = environ.get(f"XDG_{kind.upper()}_HOME", "")
    return (Path(base) if base else Path.home() / default) / "portkey-audit"


def config_file(environ: Mapping[str, str]) -> Path:
    return folder("config", environ) / "config.toml"


def color_system(said: str, environ: Mapping[str, str]) -> str:
    """Which colours are drawn: "truecolor", "256", "16" or "none"; what is said, or else what the terminal tells.

    `NO_COLOR` means none where it isn't empty.  Inside screen, `COLORTERM` is that of the terminal around, which shows
    more than screen lets through; hardly any login passes it on, and `TERM` doesn't always tell of 256 colours.
    """
    if said not in ("", "auto"):
        return said
    if environ.get("NO_COLOR"):
        return "none"
    term = environ.get("TERM", "")
    told = environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")
    if told and not term.startswith("screen"):
        return "truecolor"
    return "256" if "256color" in term or _COLOURFUL_TERMINALS & set(term.split("-")) else "16"


def fitting_theme(colors: str, environ: Mapping[str, str]) -> str:
    """The theme for a color system where none is asked for.

    With 16 colours or fewer the terminal's own ground and ink are the only ones that surely differ.  Few terminals tell
    that their ground is light, by `COLORFGBG`.
    """
    if colors in _THEMES_OF_FEW_COLOURS:
        return _THEMES_OF_FEW_COLOURS[colors]
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "paper" if ground in _LIGHT_GROUNDS else "harbour"


def theme_of(surface: Surface, environ: Mapping[str, str]) -> str:
    """The theme that is drawn in.  Without colours there is one."""
    colors = color_system(surface.color, environ)
    fitting = "mono" if surface.plain else fitting_theme(colors, environ)
    return fitting if colors == "none" else surface.theme or fitting


def terminal_problem(environ: Mapping[str, str], *, has_keyboard: bool) -> str:
    """Why the explorer could only make a mess here, with the cure; "" where it can run."""
    if not has_keyboard or not sys.stderr.isatty():
        return (
            "the explorer needs a terminal: it draws on stderr and reads keys from stdin; "
            "over SSH: ssh -t; without one: portkey-audit count"
        )
    term = environ.get("TERM") or "dumb"
    if term in ("dumb", "unknown"):
        return f"this terminal can't move its cursor (TERM={term}); try: TERM=xterm-256color portkey-audit"
    encoding = (sys.__stderr__.encoding if sys.__stderr__ else "").lower().replace("-", "")
    return "" if encoding == "utf8" else f"this terminal's encoding is {encoding}; try: LC_ALL=C.UTF-8 portkey-audit"


def _checked_base_url(text: str) -> str:
    """The address, where it can be one; whether a key may go there is for the client to say."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{text!r} is not a base URL; write it as {DEFAULT_BASE_URL}")
    return text


def _seconds_of_pace(text: str) -> float:
    told = _PACE.fullmatch(text.strip())
    seconds = float(told[1]) * (60 if told[2] == "m" else 1) if told else 0.0
    if not _PACES[0] <= seconds <= _PACES[1]:
        raise SettingsError(f"the pace is {text!r}; write the pause between two looks, from 0.2s to 5m, as in 2s")
    return seconds


def _environment(environ: MutableMapping[str, str]) -> _Level:
    text = environ.pop("PORTKEY_API_KEY", "")
    try:
        key = Secret(text) if text.strip() else None
    except ValueError as error:
        raise SettingsError(f"PORTKEY_API_KEY: {error}") from None
    values = {
        "base_url": environ.get("PORTKEY_BASE_URL", ""),
        "since": environ.get("PORTKEY_AUDIT_SINCE", ""),
        "pace": environ.get("PORTKEY_AUDIT_PACE", ""),
        "organisation_id": environ.get("PORTKEY_AUDIT_ORGANISATION_ID", ""),
    }
    return _Level("the environment", values, key)


def _surface_in(environ: Mapping[str, str]) -> Surface:
    """What the environment says of the terminal."""

    def said(name: str, choices: tuple[str, ...]) -> str:
        text = environ.get(f"PORTKEY_AUDIT_{name}", "")
        if text and text not in choices:
            raise SettingsError(f"PORTKEY_AUDIT_{name} must be one of {', '.join(choices)}")
        return text

    return Surface(
        theme=said("THEME", THEMES),
        color=said("COLOR", COLOR_SYSTEMS),
        driver=said("DRIVER", DRIVERS),
        plain=bool(environ.get("PORTKEY_AUDIT_PLAIN", "")),
        clipboard=said("CLIPBOARD", CLIPBOARD_ROUTES),
    )


def _surface_of(config: Mapping[str, Any]) -> Surface:
    """What the configuration says of the terminal."""
    terminal, clipboard = config.get("terminal", {}), config.get("clipboard", {})
    command = tuple(clipboard.get("command", ()))
    return Surface(**terminal, clipboard=clipboard.get("route", ""), clipboard_command=command)


def _first(levels: list[_Level], key: str) -> str:
    return next((str(level.values[key]) for level in levels if level.values.get(key)), "")


def _read_config(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text("utf-8")
        config = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"can't read {path}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    _check_keys(config, _TOP_KEYS, path, text)
    _check_keys(config.get("terminal", {}), _TERMINAL_KEYS, path, text)
    _check_keys(config.get("clipboard", {}), _CLIPBOARD_KEYS, path, text)
    for name, profile in config.get("profiles", {}).items():
        if not isinstance(profile, dict):
            raise SettingsError(f"{_place(path, text, name)}: profile {name!r} must be a table, [profiles.{name}]")
        _check_keys(profile, _PROFILE_KEYS, path, text)
        _check_keys(profile.get("archive", {}), _ARCHIVE_KEYS, path, text)
    return config


def _check_keys(table: Mapping[str, Any], known: Mapping[str, str], path: Path, text: str) -> None:
    for key, value in table.items():
        if key == "api_key":
            raise SettingsError(
                f"{_place(path, text, key)}: a key must not stand in this file; use api_key_command or api_key_file"
            )
        if key not in known:
            name = redact_text(key)  # it may be the very key that must not stand here
            raise SettingsError(f"{_place(path, text, key)}: unknown key {name!r}{_nearest(key, known)}")
        fits = {
            _TEXT: isinstance(value, str),
            _WORDS: isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value),
            _TABLE: isinstance(value, dict),
            _SWITCH: isinstance(value, bool),
        }
        if not fits[known[key]]:
            raise SettingsError(f"{_place(path, text, key)}: {key} must be {known[key]}")
        if value not in _CHOICES.get(key, (value,)):
            raise SettingsError(f"{_place(path, text, key)}: {key} must be one of {', '.join(_CHOICES[key])}")


def _place(path: Path, text: str, key: str) -> str:
    pattern = re.compile(rf"""^\s*(?:\[.*)?["']?{re.escape(key)}\b""")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            return f"{path}, line {number}"
    return str(path)


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(known)}" if known else ""


def _read_key_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SettingsError(f"{path} is not a plain file")
            if status.st_uid != os.getuid() or status.st_mode & 0o077:
                raise SettingsError(f"{path} can be read by others; make it yours alone: chmod 600 {path}")
            return file.read(4096).decode("utf-8", "replace")
    except OSError as error:
        raise SettingsError(f"can't read the key file {path}: {error.strerror}") from None


def _run_key_command(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the reader's own configuration names the command; no shell is involved
            command, stdout=subprocess.PIPE, timeout=_COMMAND_SECONDS, check=False
        )
    except OSError as error:
        raise SettingsError(f"can't run the key command {command[0]!r}: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"the key command {command[0]!r} took more than {_COMMAND_SECONDS} s") from None
    if done.returncode:
        raise SettingsError(f"the key command {command[0]!r} failed with exit code {done.returncode}")
    return done.stdout.decode("utf-8", "replace")
