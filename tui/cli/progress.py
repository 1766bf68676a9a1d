"""How far a command has come, told on a terminal while it works."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_FIRST_SECONDS = 1.0
_SECONDS = 0.2


@asynccontextmanager
async def progress(line: Callable[[], str]) -> AsyncIterator[None]:
    """While the body takes longer than a second, show `line` on stderr, rewritten in its place and cleared at the end;
    nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    showing = asyncio.create_task(_show(line))
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.wait([showing])


async def _show(line: Callable[[], str]) -> None:
    await asyncio.sleep(_FIRST_SECONDS)
    width = 0
    try:
        while True:
            shown = line()[: shutil.get_terminal_size().columns - 1]
            sys.stderr.write(f"\r{shown.ljust(width)}")
            sys.stderr.flush()
            width = len(shown)
            await asyncio.sleep(_SECONDS)
    finally:
        sys.stderr.write(f"\r{' ' * width}\r")
        sys.stderr.flush()
