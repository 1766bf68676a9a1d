"""The looks of a query's text: which of its parts the API does, which are done here, and what can't be meant."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import NamedTuple

from tui.domain.query import Term
from tui.domain.query_check import TIME_WORDS
from tui.domain.query_parser import Diagnostic, Parsed, Role, Token

TONES = ("sent", "sent-field", "local", "local-field", "joiner", "wrong")
"""Of values and fields of what is sent and of what is done here; of what joins terms; and of what can't be meant."""


class Piece(NamedTuple):
    """A run of the text in one tone."""

    start: int
    end: int
    tone: str


def toned(parsed: Parsed, sent: AbstractSet[Term], wrong: Iterable[Diagnostic]) -> list[Piece]:
    """The whole text in pieces, one behind the other.  The range of time is always sent."""
    spans = [(placed.start, placed.end) for placed in parsed.terms if placed.term in sent]
    tones = ["plain"] * len(parsed.text)
    sets_time = False
    for token in parsed.tokens:
        if token.role is not Role.VALUE:
            word = parsed.text[token.start : token.end - 1].lower()
            sets_time = token.role is Role.FIELD and word in TIME_WORDS
        is_sent = sets_time or any(start <= token.start < end for start, end in spans)
        _paint(tones, token.start, token.end, _tone(parsed.text, token, "sent" if is_sent else "local"))
    for problem in wrong:
        _paint(tones, problem.start, problem.end, "wrong")
    pieces, at = [], 0
    for tone, run in groupby(tones):
        end = at + len(list(run))
        pieces.append(Piece(at, end, tone))
        at = end
    return pieces


def _tone(text: str, token: Token, done: str) -> str:
    if token.role is Role.KEYWORD or text[token.start] in "()":
        return "joiner"
    return done if token.role in (Role.VALUE, Role.TEXT) else f"{done}-field"


def _paint(tones: list[str], start: int, end: int, tone: str) -> None:
    for at in range(start, min(end, len(tones))):
        tones[at] = tone
