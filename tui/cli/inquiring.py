"""From what a command line asks to what is asked of a source: whom its words mean is found out, and files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui.cli.reading import Inquiry
from tui.domain.fields import BY_NAME
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.plan import unnamed
from tui.domain.predicates import Surroundings
from tui.domain.query import Clause, How, walk

if TYPE_CHECKING:
    from tui.cli.asking import Question
    from tui.domain.identity import Identity
    from tui.domain.query import Term
    from tui.sources.base import NameDirectory
    from tui.sources.connection import Connection


async def inquire(
    connection: Connection,
    question: Question,
    *,
    clock: Callable[[], datetime],
    marked: frozenset[Identity],
    names_shown: bool = False,
) -> Inquiry:
    """The question, ready to be asked.  Names are fetched where it has any, or where they are to be shown.

    Raises `Refused` for a word that means nobody, or several.
    """
    began, query, names = clock(), question.query, Names()
    if names_shown or _has_names(query.terms):
        names = await _learn(connection.directory)
        if unclear := unnamed(query, names):
            raise question.refuse_names(unclear, names)
    around = Surroundings(names=names, marked=marked, began=began, files=question.files)
    return Inquiry(connection.source, query, names, Matcher(query.terms, around), clock)


def _has_names(terms: Iterable[Term]) -> bool:
    """Whether there is a word in the terms that a name could fit: anything for a person but a blank."""
    clauses = (part for part in walk(terms) if isinstance(part, Clause))
    people = (clause for clause in clauses if clause.field in BY_NAME and BY_NAME[clause.field].names)
    return any(value.how is not How.BLANK for clause in people for value in clause.values)


async def _learn(directory: NameDirectory) -> Names:
    known = Names()
    async for names in directory.names():
        known = names
    return known
