"""From what a command line asks to what is asked of a source: whom its words mean is found out, and files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui.cli.manners import tell
from tui.domain.errors import NotFound, Rejected
from tui.domain.fields import BY_NAME
from tui.domain.matching import Matcher
from tui.domain.names import Names
from tui.domain.plan import unnamed
from tui.domain.predicates import Surroundings
from tui.domain.query import Clause, How, walk
from tui.exporting.reading import Inquiry

if TYPE_CHECKING:
    from tui.cli.asking import Question
    from tui.domain.errors import SourceError
    from tui.domain.identity import Identity
    from tui.domain.plan import Unnamed
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

    Raises `Refused` for a word that means nobody, or several, and `SourceError` where whom it may mean could not be
    had now.
    """
    for remark in connection.remarks:
        tell(remark)
    began, query, names = clock(), question.query, Names()
    if names_shown or _has_names(query.terms):
        names = await _learn(connection.directory)
        if unclear := unnamed(query, names):
            raise _trouble(unclear, names) or question.refuse_names(unclear, names)
    around = Surroundings(names=names, marked=marked, began=began, files=question.files)
    return Inquiry(connection.source, query, names, Matcher(query.terms, around), clock)


def _trouble(unclear: Iterable[Unnamed], names: Names) -> SourceError | None:
    """Why names that a word may mean could not be had, where that is no fault of the word."""
    kinds = (kind for found in unclear if not found.meant for kind in BY_NAME[found.clause.field].names)
    errors = (names.failed[kind] for kind in kinds if kind in names.failed)
    # Where the API won't give such a list at all it can still be asked by ids, so the word is what has to change.
    return next((error for error in errors if not isinstance(error, NotFound | Rejected)), None)


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
