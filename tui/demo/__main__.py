"""The stand-in as a child process, without the command line's imports: `python -m tui.demo ['{"records": 1000}']`.

The one argument is a JSON object of what `Launch` takes; without it records come in every now and then.  One line of
JSON with `base_url` and `key` is printed when it serves, and it ends with its standard input.
"""

from __future__ import annotations

import json
import sys

from tui.demo.launch import Launch, wait_for_end_of_input
from tui.demo.switches import SettingError

_LIVELY = {"grow": 0.3, "late": 20}


def main(arguments: list[str]) -> int:
    try:
        launch = _read(arguments[0]) if arguments else Launch(switches=_LIVELY)
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


def _read(text: str) -> Launch:
    try:
        return Launch(**json.loads(text))
    except (TypeError, ValueError) as error:
        raise SettingError(f"its argument is not an object of settings: {error}") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
