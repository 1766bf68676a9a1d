"""The forms that an export can have, and how files of them are called."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

_ENDINGS = {"jsonl": "jsonl", "ndjson": "jsonl", "csv": "csv", "md": "md", "markdown": "md"}


class Form(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    """A record a line, and all of it."""
    CSV = "csv"
    """A table for a spreadsheet."""
    MARKDOWN = "md"
    """A report for people."""


def form_of(file: Path) -> Form | None:
    """The form that a file's ending stands for, None where it stands for none."""
    ending = _ENDINGS.get(file.suffix.removeprefix(".").lower())
    return Form(ending) if ending else None


def usual_name(form: Form, now: datetime) -> str:
    """What a file is called that nobody named: `audit-20261120T140509Z.jsonl`; nothing in it comes from a record."""
    return f"audit-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.{form}"
