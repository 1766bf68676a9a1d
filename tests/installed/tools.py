"""The programs that stories of the installed program run in; where one is missing, its stories are left out by name."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
"""Where servers are installed, whether or not they are on the PATH of whoever runs the tests."""


def installed(program: str, *, package: str) -> str:
    """The program's path.  Without it the test is skipped, or fails where REQUIRE_TERMINAL_TOOLS is set."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS])
    found = shutil.which(program, path=path)
    if found is None:
        missing(f"{program} is not installed: apt-get install {package}")
    return found


def missing(reason: str) -> NoReturn:
    """Leave the test out, telling why; it fails instead where everything has to be there."""
    if os.environ.get("REQUIRE_TERMINAL_TOOLS"):
        pytest.fail(reason)
    pytest.skip(reason)
