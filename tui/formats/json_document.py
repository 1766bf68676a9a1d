"""A JSON text as lines to draw."""

from __future__ import annotations

import json
import re

from tui.formats.document import MASK, STRING_LIMIT, Role, Span, cut_text, safe_text
from tui.formats.json_outline import CLOSES, CLOSING, COMMA, DECODED, OPENS, Outline

_INDENT = "  "
_SPECIAL = re.compile(rf'\\(?:u[0-9a-f]{{4}}|["\\bfnrt])|(?P<mask>{MASK})')
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)
_COMMON_ESCAPES = frozenset({r"\"", r"\\", r"\n", r"\t", r"\r"})
"""Escapes that every JSON text is full of; the others stand out, since they may hide something."""
_LITERALS = ("true", "false", "null")
_IN_STRING = Span(" (JSON in a string)", Role.NOTE)


class JsonDocument:
    """The lines of an `Outline`, each drawn when it is asked for.

    Without their notes and cuts they are JSON that means what the text meant.
    """

    def __init__(self, outline: Outline, path: str, *, ascii_only: bool = False) -> None:
        """`path` is what the path of every value begins with; `ascii_only` draws all else as escapes."""
        self._outline = outline
        self._path = path
        self._ascii_only = ascii_only
        self.size = len(outline.texts[0])

    def __len__(self) -> int:
        return self._outline.ready

    def depth(self, line: int) -> int:
        return self._outline.depth[line]

    def parent(self, line: int) -> int:
        return self._outline.parent[line]

    def last(self, line: int) -> int:
        return self._outline.last[line]

    def spans(self, line: int, limit: int | None = STRING_LIMIT) -> list[Span]:
        return [span for piece in self._pieces(line, limit) for span in _coloured(piece)]

    def text(self, line: int) -> str:
        return "".join(piece.text for piece in self._pieces(line, None))

    def folded(self, line: int) -> list[Span]:
        outline = self._outline
        last = outline.last[line]
        bracket, count = outline.bracket(line), outline.ordinal[last]
        what = ("key" if bracket == "{" else "item") + ("" if count == 1 else "s")
        closing = CLOSING[bracket] + ("," if outline.flags[last] & COMMA else "")
        return [
            *(span for piece in self._beginning(line, STRING_LIMIT) for span in _coloured(piece)),
            Span(bracket, Role.PUNCTUATION),
            Span(f" … {count:,} {what} ", Role.NOTE),
            Span(closing, Role.PUNCTUATION),
            *([_IN_STRING] if outline.flags[line] & DECODED else []),
        ]

    def path(self, line: int) -> str:
        outline = self._outline
        if outline.flags[line] & CLOSES:
            line = outline.parent[line]
        steps = []
        while line != (parent := outline.parent[line]):
            key = outline.key_text(line)
            steps.append(key_step(json.loads(key)) if key else f"[{outline.ordinal[line]}]")
            line = parent
        return (self._path + "".join(reversed(steps))).removeprefix(".")

    def value(self, line: int) -> str:
        outline = self._outline
        if outline.flags[line] & CLOSES:
            line = outline.parent[line]
        text = outline.value_text(line)
        return str(json.loads(text)) if text.startswith('"') else text

    def _pieces(self, line: int, limit: int | None) -> list[Span]:
        """The line before escapes and redactions are told apart in its strings."""
        outline = self._outline
        flags = outline.flags[line]
        pieces = self._beginning(line, limit)
        if flags & (OPENS | CLOSES):
            pieces.append(Span(outline.bracket(line), Role.PUNCTUATION))
        else:
            pieces += self._scalar(outline.value_text(line), limit)
        if flags & COMMA:
            pieces.append(Span(",", Role.PUNCTUATION))
        if flags & DECODED:
            pieces.append(_IN_STRING)
        return pieces

    def _beginning(self, line: int, limit: int | None) -> list[Span]:
        """Indentation and key."""
        depth, key = self._outline.depth[line], self._outline.key_text(line)
        pieces = [Span(_INDENT * depth, Role.PUNCTUATION)] if depth else []
        if key:
            pieces += [*self._string(key, Role.KEY, limit), Span(": ", Role.PUNCTUATION)]
        return pieces

    def _scalar(self, text: str, limit: int | None) -> list[Span]:
        if text.startswith('"'):
            return self._string(text, Role.STRING, limit)
        if text.startswith(("{", "[")):
            return [Span(text[0] + text[-1], Role.PUNCTUATION)]
        if text in _LITERALS:
            return [Span(text, Role.LITERAL)]
        shown, cut = cut_text(text, limit)
        return [Span(shown, Role.NUMBER), *cut]

    def _string(self, text: str, role: Role, limit: int | None) -> list[Span]:
        """A JSON string, escaped in one way however it was written."""
        if "\\" not in text and text.isascii() and text.isprintable():
            shown, cut = cut_text(text[1:-1], limit)
        else:
            value, cut = cut_text(json.loads(text), limit)
            shown = safe_text(json.dumps(value, ensure_ascii=self._ascii_only)[1:-1])
        return [Span(f'"{shown}', role), *cut, Span('"', role)] if cut else [Span(f'"{shown}"', role)]


def _coloured(piece: Span) -> list[Span]:
    """A piece with the escapes and redactions of its strings told apart."""
    if piece.role not in (Role.STRING, Role.KEY) or ("\\" not in piece.text and "‹" not in piece.text):
        return [piece]
    spans = []
    position = 0
    for match in _SPECIAL.finditer(piece.text):
        spans.append(Span(piece.text[position : match.start()], piece.role))
        role = Role.PUNCTUATION if match[0] in _COMMON_ESCAPES else Role.ESCAPE
        spans.append(Span(match[0], Role.REDACTED if match["mask"] else role))
        position = match.end()
    spans.append(Span(piece.text[position:], piece.role))
    return [span for span in spans if span.text]


def key_step(key: str) -> str:
    """A key as a step of a path: `.name`, or `["odd name"]`."""
    return f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key)}]"
