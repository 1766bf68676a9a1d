"""What every command says on stderr when it can't go on, and the exit code it then ends with."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from tui.domain.errors import Forbidden, KeyMissing, SourceError, Unauthorized
from tui.settings import color_system

FAILURE = 1
USAGE = 2
TRY_AGAIN = 3
NO_KEY = 4
INTERRUPTED = 130

EXIT_CODES = (
    "Exit codes: 0 done, 1 failure, 2 usage or configuration, 3 network or rate limit, 4 key missing or refused, "
    "130 interrupted."
)


class Refused(Exception):
    """What a command line asks can't be done; `lines` say why, and are fit to be shown."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__(*self.lines[:1])


def put(lines: Iterable[str]) -> None:
    """Write data to stdout, all at once; characters that its encoding doesn't have are escaped."""
    put_text("".join(f"{line}\n" for line in lines))


def put_text(text: str) -> None:
    """As `put`, for text that has its ends of lines."""
    encoding = sys.stdout.encoding
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)


def put_json(value: Any) -> None:
    """Write data to stdout as JSON in ASCII: nothing in it can act on a terminal."""
    put([json.dumps(value, indent=2).replace("\x7f", "\\u007f")])


def is_coloured(environ: Mapping[str, str], color: str) -> bool:
    """Whether data on stdout may have colours; `color` is what is said of them, "" for nothing."""
    is_dumb = environ.get("TERM", "dumb") == "dumb"
    return sys.stdout.isatty() and not is_dumb and color_system(color, environ) != "none"


def can_be_written(text: str) -> bool:
    """Whether the encoding of stdout has every character of a text."""
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return False
    return True


def tell(first: str, *more: str) -> None:
    """Say something beside the data."""
    for line in (f"portkey-audit: {first}", *more):
        click.echo(line, err=True)


def tell_error(error: SourceError) -> int:
    """Say why records could not be had, and what helps; gives the exit code."""
    tell(f"{error.cause} {error.cure}".rstrip())
    if isinstance(error, KeyMissing | Unauthorized | Forbidden):
        return NO_KEY
    return TRY_AGAIN if error.transient else FAILURE
