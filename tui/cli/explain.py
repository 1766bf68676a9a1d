"""`portkey-audit explain`: what is sent of a query and what is done here, without asking for anything."""

from __future__ import annotations

import click

from tui.cli.asking import Asked, read_question
from tui.cli.manners import Refused, put, put_json
from tui.cli.options import QueryCommand, asking

_HELP = """Tell in words how QUERY would be answered: what the API is asked, what is done here and why.

Nothing is asked for, so names stay as they are written.
"""


@click.command(cls=QueryCommand, help=_HELP, short_help="Tell how QUERY would be answered.")
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
@asking
def explain(asked: Asked, *, as_json: bool) -> int:
    """Print the plan."""
    from tui.cli import wiring
    from tui.domain.names import Names
    from tui.domain.plan import freeze
    from tui.formats import explanation

    if asked.file is not None:
        raise Refused(["explain tells what an API is asked, and a file is asked nothing: leave --file out"])
    now = wiring.utc_now()
    question = read_question(asked, wiring.settings_for(asked), now, wiring.saved_views())
    frozen = freeze(question.query, now, Names())
    if as_json:
        put_json(explanation.explanation_object(frozen, Names()))
    else:
        put(explanation.explain(frozen, Names()))
    return 0
