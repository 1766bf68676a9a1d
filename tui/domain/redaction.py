"""What is secret in a record, and how it is shown instead.

The gateway masks some of what it logs, and misses some: a body that sets up an integration can hold the password in
full.  So a text is secret by the name it stands under, or by its own shape; where the two disagree, it is hidden.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.domain.secret_names import judge, may_name_secrets, public_under
from tui.domain.secret_shapes import REDACTED, hide, hide_quoted, hide_shapes, hide_unquoted, mask

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord

__all__ = ["REDACTED", "redact", "redact_text"]


def redact(record: AuditRecord) -> AuditRecord:
    """The record without its secrets; the very same object where it has none."""
    changes: dict[str, Any] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, str) and (shown := redact_text(value)) != value:
            changes[name] = shown
    if record.model_extra:
        changes |= _redact_extra(record.model_extra)
    return type(record).model_validate(record.as_api() | changes) if changes else record


def redact_text(text: str) -> str:
    """A text without its secrets, otherwise to the letter.

    In JSON they are found by the names of keys, at any depth and in JSON packed in strings; everything else is looked
    through for names written before a value, and for shapes.
    """
    reads_as_json = text.lstrip()[:1] in _JSON_OPENS if text[:1].isspace() else text[:1] in _JSON_OPENS
    named = may_name_secrets(text)
    if reads_as_json and (named or "\\" in text):
        text = _redact_json(text)
    if named:
        if not (reads_as_json and _is_json(text)):
            text = hide_quoted(text)
        text = hide_unquoted(text)
    return hide_shapes(text)


_JSON_OPENS = frozenset('{["')
_TOKEN = re.compile(r'"([^"\\]*+(?:\\(?:.|\Z)[^"\\]*+)*+)(?:"(\s*+:)?|\Z)|[\[{\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_decoder = json.JSONDecoder(strict=False)


class _Place(NamedTuple):
    """What the names above a value say of it: whether it is secret, whether all further down is, and which names
    further down stand over no secret."""

    secret: bool = False
    container: bool = False
    public: frozenset[str] = frozenset()

    def under(self, name: str) -> _Place:
        verdict, public = judge(name), public_under(name)
        if not (self.container or verdict.secret or public):
            return _TOP
        container = self.container or verdict.container
        return _Place(container or (verdict.secret and name not in self.public), container, public)


_TOP = _Place()


def _redact_json(text: str) -> str:
    """JSON with secret strings replaced in place: spacing, digits and doubled keys stay to the letter.

    It reads tokens and keeps its own stack, so that neither depth nor cut or broken JSON can stop it.
    """
    pieces: list[str] = []
    copied = 0
    place = _TOP
    around: list[_Place] = []
    for token in _TOKEN.finditer(text):
        content, colon = token.groups()
        if content is None:
            if token[0] in "[{":
                around.append(place)
            elif around:
                place = around.pop()
            continue
        escaped = "\\" in content
        value = _decode(content) if escaped else content
        if colon:
            place = (around[-1] if around else _TOP).under(value)
        shown = value
        if place.secret and not colon:
            shown = hide(value)
        elif escaped:
            shown = redact_text(value)
        if shown != value:
            pieces += (text[copied : token.start(1)], _encode(shown))
            copied = token.end(1)
    return "".join([*pieces, text[copied:]]) if pieces else text


def _decode(content: str) -> str:
    """The text of a JSON string; as it stands where its escapes are broken."""
    try:
        return str(_decoder.decode(f'"{content}"'))
    except ValueError:
        return content


def _encode(value: str) -> str:
    """The inside of a JSON string.  A lone surrogate is escaped, for it can't be written anywhere."""
    return json.dumps(value, ensure_ascii=_SURROGATE.search(value) is not None)[1:-1]


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def _redact_extra(extra: dict[str, Any]) -> dict[str, Any]:
    """Those of the unknown fields that hold secrets, without them."""
    try:
        text = json.dumps(extra, ensure_ascii=False)
        shown = redact_text(text)
        redacted: dict[str, Any] = extra if shown == text else json.loads(shown)
    except RecursionError:
        return dict.fromkeys(extra, mask(""))
    return {name: value for name, value in redacted.items() if extra.get(name) != value}
