"""Helper programs that are given a text: without a shell, without our terminal, and not for long."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress


async def feed(
    command: Sequence[str], text: bytes, *, patience: float, environ: Mapping[str, str] | None = None
) -> str:
    """Run `command` with `text` on its standard input; "" where it ended with 0, else what went wrong.

    After `patience` seconds it is killed, with all that it started.  `environ` None: it inherits ours.
    """
    try:
        tool = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env=environ,
        )
    except OSError as error:
        return f"could not be started ({error.strerror})"
    try:
        async with asyncio.timeout(patience):
            await tool.communicate(text)
    except TimeoutError:
        return f"took more than {patience:g} s"
    finally:
        if tool.returncode is None:
            # With all that it started; after a copy, what it left behind serves the clipboard and stays.
            with suppress(ProcessLookupError):
                os.killpg(tool.pid, signal.SIGKILL)
            ended = asyncio.ensure_future(tool.wait())
            while not ended.done():
                # It is as good as gone; whoever is in a hurry a second time would leave its pipe open.
                with suppress(asyncio.CancelledError):
                    await asyncio.shield(ended)
    return f"ended with exit code {tool.returncode}" if tool.returncode else ""
