"""httpx without its command line, and with what it otherwise loads during the first request.

`import httpx` also imports its own command line, and with that click, rich and pygments: a third of what the import
takes.  That command line is an extra of httpx which may be missing, so here it is missing.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module

__all__ = ["httpx"]

_COMMAND_LINE = "httpx._main"

if "httpx" in sys.modules:
    import httpx
else:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # the language's own way to say "not installed"
    import httpx

    del sys.modules[_COMMAND_LINE]

# Looked up by name when a connection is opened, which would stop the event loop for as long as the import takes.
with suppress(ImportError):
    import_module("anyio._backends._asyncio")
