"""The history and the servers that the tests of the command line have."""

from __future__ import annotations

from tests.cli.conftest import everything, history, server

__all__ = ["everything", "history", "server"]
