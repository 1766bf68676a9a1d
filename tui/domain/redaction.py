"""What is secret in a record, and how it is shown instead.

The gateway masks some of what it logs, and misses some: a body that sets up an integration can hold the password in
full.  So a text is secret by the name it stands under, or by its own shape; where the two disagree, it is hidden.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.domain.masking import PLAIN, Masks
from tui.domain.secret_names import judge, may_name_secrets, public_under
from tui.domain.secret_shapes import hide_quoted, hide_shapes, hide_unquoted, may_have_shapes

if TYPE_CHECKING:
    from tui.domain.record import AuditRecord


def redact(record: AuditRecord, masks: Masks = PLAIN) -> AuditRecord:
    """The record without its secrets; the very same object where it has none."""
    changes: dict[str, Any] = {}
    texts = {name: value for name in type(record).model_fields if isinstance(value := getattr(record, name), str)}
    short = [name for name in texts if name not in _LONG_FIELDS]
    # Most have nothing to hide in any of these, which is asked once.
    suspect = short if _may_hide("\n".join([texts[name] for name in short])) else ()
    for name in (*suspect, *_LONG_FIELDS):
        if (shown := redact_text(texts[name], masks)) != texts[name]:
            changes[name] = shown
    if record.model_extra:
        changes |= _redact_extra(record.model_extra, masks)
    return type(record).model_validate(record.as_api() | changes) if changes else record


def redact_text(text: str, masks: Masks = PLAIN) -> str:
    """A text without its secrets, otherwise to the letter.

    In JSON they are found by the names of keys, at any depth and in JSON packed in strings; everything else is looked
    through for names written before a value, and for shapes.
    """
    if not _may_hide(text):
        return text
    named = _may_name_values(text)
    reads_as_json = text.lstrip()[:1] in _JSON_OPENS if text[:1].isspace() else text[:1] in _JSON_OPENS
    is_json = named and reads_as_json and _is_json(text)
    if reads_as_json and (named or "\\" in text) and not (is_json and _is_readable(text)):
        shown = _redact_json(text, masks)
        if shown != text:
            text, is_json = shown, named and _is_json(shown)
    if named:
        text = hide_unquoted(text if is_json else hide_quoted(text, masks), masks)
    return hide_shapes(text, masks)


_LONG_FIELDS = ("request_body", "query_params", "request_headers")
_JSON_OPENS = frozenset('{["')
_TOKEN = re.compile(r'"([^"\\]*+(?:\\(?:.|\Z)[^"\\]*+)*+)(?:"(\s*+:)?|\Z)|[\[{\]}]', re.DOTALL)
_STRING = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*+:\s*+[\[{]?)?', re.DOTALL)
_BEFORE_VALUES = (":", "=", "\\", "--", "</", "%")
_SLASH_ESCAPE = "\\/"
"""May be a part of a shape.  `may_name_secrets` finds the escapes of all other characters of shapes and names."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_decoder = json.JSONDecoder(strict=False)
_checker = json.JSONDecoder(parse_int=str)


def _may_hide(text: str) -> bool:
    """Whether anything may have to be hidden, however deep in strings within strings; quick on long texts."""
    return _may_name_values(text) or may_have_shapes(text) or _SLASH_ESCAPE in text


def _may_name_values(text: str) -> bool:
    """Whether there may be a secret's name with a value; both may be written in escapes."""
    return may_name_secrets(text) and any(sign in text for sign in _BEFORE_VALUES)


class _Place(NamedTuple):
    """What the names above a value say of it: whether it is secret, whether all further down is, which names further
    down stand over no secret, and whether it names what stands beside it: `{"name": "API_KEY", "value": "..."}`."""

    secret: bool = False
    container: bool = False
    public: frozenset[str] = frozenset()
    names: bool = False

    def under(self, name: str) -> _Place:
        verdict, public = judge(name), public_under(name)
        names = name in _NAMING and name not in self.public
        if not (self.container or verdict.secret or public):
            return _NAME if names else _TOP
        container = self.container or verdict.container
        return _Place(container or (verdict.secret and name not in self.public), container, public, names)


_TOP = _Place()
_SECRET = _Place(secret=True)
_NAME = _Place(names=True)
_NAMING = frozenset({"name", "key"})
_NAMED = "value"


def _is_readable(text: str) -> bool:
    """Whether a JSON text surely has nothing to hide in its strings, which most don't and is quick to see; what has
    the shape of a secret outside of strings within strings is not looked for."""
    secret = naming = False
    packed = "\\" in text
    for content, colon in _STRING.findall(text):
        escaped = packed and "\\" in content
        if naming and not colon and judge(content).secret:
            return False
        naming = bool(colon) and content in _NAMING
        if colon:
            secret, container = judge(content)
            if escaped or container or (secret and colon[-1] in "[{"):
                return False
        elif (secret and (escaped or PLAIN.hide(content) != content)) or (escaped and _may_hide(content)):
            return False
    return True


def _redact_json(text: str, masks: Masks) -> str:
    """JSON with secret strings replaced in place: spacing, digits and doubled keys stay to the letter.

    It reads tokens and keeps its own stack, so that neither depth nor cut or broken JSON can stop it.
    """
    pieces: list[str] = []
    copied = 0
    place = _TOP
    around: list[_Place] = []
    named_beside: list[bool] = [False]
    for token in _TOKEN.finditer(text):
        content, colon = token.groups()
        if content is None:
            if token[0] in "[{":
                around.append(place)
                named_beside.append(False)
            elif around:
                place = around.pop()
                named_beside.pop()
            continue
        escaped = "\\" in content
        value = _decode(content) if escaped else content
        if colon:
            place = (around[-1] if around else _TOP).under(value)
            if named_beside[-1] and value == _NAMED:
                place = _SECRET
        elif place.names:
            named_beside[-1] = judge(value).secret
        shown = value
        if place.secret and not colon:
            shown = masks.hide(value)
        elif escaped:
            shown = redact_text(value, masks)
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
        _checker.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _redact_extra(extra: dict[str, Any], masks: Masks) -> dict[str, Any]:
    """Those of the unknown fields that hold secrets, without them."""
    try:
        text = json.dumps(extra, ensure_ascii=False)
        shown = redact_text(text, masks)
        redacted: dict[str, Any] = extra if shown == text else json.loads(shown)
    except RecursionError:
        return dict.fromkeys(extra, masks.mask(""))
    return {name: value for name, value in redacted.items() if extra.get(name) != value}
