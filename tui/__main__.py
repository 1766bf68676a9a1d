"""The program's entrance: `portkey-audit`, and `python -m tui` the same."""

from __future__ import annotations

import os


def main() -> None:
    """Run the command line; whatever it writes is its owner's alone."""
    os.umask(0o077)
    from tui.cli.main import cli

    cli(prog_name="portkey-audit")


if __name__ == "__main__":
    main()
