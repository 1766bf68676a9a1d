"""What a check finds: how well a thing works, in words, and what helps where it doesn't."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tui.cli.manners import FAILURE
from tui.domain.errors import SourceError


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    """It could not be looked at, because of what another check says or of where the doctor runs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    `name` is stable, for programs that read the report.  `found` and `cure` are fit to be shown and hold no secret;
    the cure is "" where nothing has to be done.
    """

    name: str
    status: Status
    found: str
    cure: str = ""


def ok(name: str, found: str) -> Finding:
    return Finding(name, Status.OK, found)


def warn(name: str, found: str, cure: str) -> Finding:
    return Finding(name, Status.WARN, found, cure)


def fail(name: str, found: str, cure: str) -> Finding:
    return Finding(name, Status.FAIL, found, cure)


def skip(name: str, found: str) -> Finding:
    return Finding(name, Status.SKIP, found)


def failed(name: str, error: SourceError) -> Finding:
    return fail(name, error.cause, error.cure)


def exit_code(findings: Iterable[Finding]) -> int:
    """What the worst of them means for whoever runs the doctor."""
    return FAILURE if any(finding.status is Status.FAIL for finding in findings) else 0
