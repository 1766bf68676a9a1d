"""What is said and offered under a query while it is typed: pure functions from its text to words and choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tui.domain.clean import UNLIMITED, clean
from tui.domain.completion import Candidate, Completion, Known, complete
from tui.domain.query_parser import Diagnostic, Parsed, Role


class Choice(NamedTuple):
    """What can be put in, and where."""

    start: int
    end: int
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Help:
    """What there is to say: what is wrong by now, the worst of it in words, and what may be put in.

    `marked` is the choice that is taken unless the reader goes to another one; `start` is where in the text it belongs.
    """

    start: int = 0
    wrong: tuple[Diagnostic, ...] = ()
    problem: str = ""
    choices: tuple[Choice, ...] = ()
    marked: int | None = None


def help_at(parsed: Parsed, cursor: int, known: Known, *, fresh: bool = False, insisting: bool = False) -> Help:
    """Help for whoever types at `cursor`.

    What is only not finished yet is not called wrong, unless the reader is `insisting` on it.  `fresh` text was not
    typed: the word at the cursor is not completed, and whatever is wrong is told.
    """
    completion = complete(parsed.text, cursor, known)
    if fresh and completion.start < cursor:
        completion = Completion(cursor, cursor)
    wrong = tuple(
        d for d in parsed.diagnostics if insisting or fresh or not _is_unfinished(d, parsed, cursor, completion)
    )
    told = _worst(wrong, parsed.text)
    fix = _correction(told, parsed.text) if told else None
    is_typing = completion.start < cursor
    # All that a term can begin with would bury what is wrong with another.
    candidates = completion.candidates if is_typing or not told else ()
    offered = [Choice(completion.start, completion.end, candidate) for candidate in candidates]
    choices = (fix, *offered) if fix else tuple(offered)
    marked = None
    if fix and (insisting or not offered):
        marked = 0
    elif offered and is_typing:
        marked = len(choices) - len(offered)
    return Help(
        told.start if told and not offered else completion.start,
        wrong,
        f"col {told.start + 1}: {clean(told.message, UNLIMITED)}" if told else "",
        choices,
        marked,
    )


def _is_unfinished(found: Diagnostic, parsed: Parsed, cursor: int, completion: Completion) -> bool:
    """Whether something is only missing because the reader is still typing at the end of the text."""
    text = parsed.text
    if text[cursor:].strip():
        return False
    if text[found.start : found.end] == "(" or _closes_quote(found, text):
        return True
    is_open = any(token.role in (Role.FIELD, Role.SIGN, Role.KEYWORD) for token in parsed.tokens[-1:])
    return bool(completion.candidates or is_open) and not text[found.end : cursor].strip()


def _closes_quote(found: Diagnostic, text: str) -> bool:
    return found.fix == f'{text[found.start : found.end]}"'


def _worst(wrong: Sequence[Diagnostic], text: str) -> Diagnostic | None:
    """The first complaint; half a quote comes before it, because it has swallowed all that stands behind."""
    return next((found for found in wrong if _closes_quote(found, text)), wrong[0] if wrong else None)


def _correction(found: Diagnostic, text: str) -> Choice | None:
    written = text[found.start : found.end]
    if found.fix in ("", written):
        return None
    return Choice(
        found.start, found.end, Candidate(found.fix, clean(found.fix, 40), f"instead of {clean(written, 40)}")
    )
