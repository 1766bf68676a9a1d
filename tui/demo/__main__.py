"""The stand-in as a child process, without the command line's imports: `python -m tui.demo ['{"records": 1000}']`.

The one argument is a JSON object of what `Launch` takes; without it, and where it is `hostile`, records come in every
now and then.  When it serves, one line of JSON with `base_url` and `key` is printed; it ends with its standard input.
"""

from __future__ import annotations

import json
import sys

from tui.demo.launch import Launch, wait_for_end_of_input
from tui.demo.switches import SettingError

HOSTILE = "hostile"
"""The argument for a history in which attackers wrote the texts."""

_LIVELY = {"grow": 0.3, "late": 20}


def main(arguments: list[str]) -> int:
    try:
        launch = _read(arguments)
        server = launch.server().start(launch.port)
    except SettingError as error:
        sys.stderr.write(f"tui.demo: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"tui.demo: port {launch.port} can't be had: {error.strerror}\n")
        return 1
    try:
        sys.stdout.write(json.dumps({"base_url": server.base_url, "key": server.key}) + "\n")
        sys.stdout.flush()
        wait_for_end_of_input()
    except KeyboardInterrupt:
        return 130
    finally:
        server.stop()
    return 0


def _read(arguments: list[str]) -> Launch:
    if arguments in ([], [HOSTILE]):
        return Launch(switches=_LIVELY, hostile=bool(arguments))
    try:
        return Launch(**json.loads(arguments[0]))
    except (TypeError, ValueError) as error:
        raise SettingError(f"its argument is not an object of settings: {error}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
