"""Values that a query reads from a file, as `ip:@suspects.txt` does."""

from __future__ import annotations

from pathlib import Path

from tui.domain.clean import clean
from tui.domain.errors import QueryError
from tui.private_files import read_plain

MOST_BYTES = 256 * 1024
MOST_VALUES = 10_000


def read_values(path: str) -> tuple[str, ...]:
    """The values in a file, one a line, each once, in their order; `~` at the beginning of `path` is a home folder.

    Blanks around a value and a comma behind it don't count, and neither do empty lines and those that begin with `#`.
    Raises `QueryError` with path and cause where there is no such file, or no value in it, or more than there may be.
    """
    try:
        return _parse(_read(path))
    except ValueError as error:
        raise QueryError(f"@{clean(path)}: {error}") from None


def _read(path: str) -> bytes:
    try:
        return read_plain(Path(path).expanduser(), MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError("there is no such file") from None
    except OSError as error:
        raise ValueError(f"can't be read: {error.strerror}") from None
    except (RuntimeError, ValueError):
        # No home folder of that name, or a character that no path can hold.
        raise ValueError("there is no such file") from None


def _parse(data: bytes) -> tuple[str, ...]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None
    if "\0" in text:
        raise ValueError("it is not text")
    lines = (line.strip() for line in text.splitlines())
    values = dict.fromkeys(line.removesuffix(",").rstrip() for line in lines if not line.startswith("#"))
    values.pop("", None)
    if not values:
        raise ValueError("it holds no value")
    if len(values) > MOST_VALUES:
        raise ValueError(f"it holds {len(values):,} values, and {MOST_VALUES:,} are the most")
    return tuple(values)
