"""Secrets that give themselves away in any text: by the name written before them, or by their own shape."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from functools import partial
from string import ascii_letters, digits
from typing import NamedTuple
from urllib.parse import unquote

from tui.domain.masking import REDACTED, Masks
from tui.domain.secret_names import is_common_word, judge


def hide_quoted(text: str, masks: Masks) -> str:
    """Hide what stands in quotes behind a secret's name, for JSON that is cut or broken, Python and shell."""
    pieces: list[str] = []
    copied = 0
    for name in _BEFORE_QUOTED.finditer(text):
        start, quote = name.end(), name[2]
        if start < copied or not judge(name[1]).secret:
            continue
        if quote in _UNTIL_QUOTE:
            inside = _UNTIL_QUOTE[quote].match(text, start)
            end = inside.end() if inside else start
        else:
            end = text.find(quote, start)
            end = len(text) if end < 0 else end
        pieces += (text[copied:start], masks.hide(text[start:end]))
        copied = end
    return "".join([*pieces, text[copied:]])


def hide_unquoted(text: str, masks: Masks) -> str:
    """Hide what is written as `name=value`, or as `name: value` at the start of a line.

    No match reaches over a double quote or a backslash, so that JSON stays JSON.
    """
    if ":\t" in text or _may_open_line(text):
        text = _OPENING_LINE.sub(partial(_hide_in_line, masks), text)
    return _ASSIGNED.sub(partial(_hide_named, masks), text) if "=" in text else text


def may_have_shapes(text: str) -> bool:
    """Whether anything in `text` may have the shape of a secret; quick on long texts."""
    return _ANCHOR.search(text) is not None


def hide_shapes(text: str, masks: Masks) -> str:
    """Hide what has the shape of a secret; JSON stays JSON."""
    for shape in _shapes_in(text):
        text = shape.pattern.sub(partial(shape.hide_match, masks), text)
    return text


def _shapes_in(text: str) -> list[_Shape]:
    """The shapes that `text` has an anchor of, in their order."""
    found: set[str] = set()
    anchor = _ANCHOR.search(text)
    while anchor and len(found) < len(_SHAPE_OF):
        found.add(anchor[0])
        anchor = _ANCHOR.search(text, anchor.start() + 1)
    wanted = {_SHAPE_OF[name] for name in found}
    return [_SHAPES[number] for number in sorted(wanted)]


# By the name before it

_IN_NAME = f"{ascii_letters}{digits}_.%-"
_LONGEST_NAME = 100
_NAME = r"([A-Za-z][A-Za-z0-9_.%-]*+)"
_NAME_START = r"(?<![A-Za-z0-9_.%\\-])"
"""A name behind a backslash may begin with the letter of an escape."""

_FILLED = rf"(?!\$?\{{|{REDACTED.pattern})"
"""Neither a template's placeholder nor hidden already."""

_BEFORE_QUOTED = re.compile(rf"""{_NAME_START}{_NAME}\\*+["']?+[ \t]{{0,8}}+[:=]\s{{0,8}}+(\\*+["'])""")
_UNTIL_QUOTE = {
    '"': re.compile(r'(?:[^"\\]|\\.)*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\]|\\.)*+", re.DOTALL),
}
_ASSIGNED = re.compile(rf"""{_NAME_START}{_NAME}='?{_FILLED}([^\s&;,"'<>\\]+)""")
_OPENING_LINE = re.compile(
    rf"""(?<=')[ \t>-]*+{_NAME}:[ \t]++{_FILLED}([^\s"'\\][^"'\n\r\\]*)|"""
    rf"""(?<![^"\n])[ \t>-]*+{_NAME}:[ \t]++{_FILLED}([^\s"'\\][^"\n\r\\]*)"""
)


def _may_open_line(text: str) -> bool:
    """Whether a secret's name may stand before a colon and a blank, wherever in its line; quick on long texts."""
    colon = text.find(": ")
    while colon >= 0:
        if text[colon - 1 : colon] != '"':  # behind which nearly all of them stand in JSON
            before = text[max(0, colon - _LONGEST_NAME) : colon]
            name = before[len(before.rstrip(_IN_NAME)) :]
            if len(name) == _LONGEST_NAME or (judge(name).secret and not is_common_word(name)):
                return True
        colon = text.find(": ", colon + 1)
    return False


def _hide_named(masks: Masks, match: re.Match[str]) -> str:
    return _hide_group(masks, match, 2) if judge(unquote(match[1])).secret else match[0]


def _hide_in_line(masks: Masks, match: re.Match[str]) -> str:
    value = match.lastindex or 0
    name = match[value - 1]
    return match[0] if is_common_word(name) or not judge(name).secret else _hide_group(masks, match, value)


def _hide_group(masks: Masks, match: re.Match[str], group: int) -> str:
    before = match.string[match.start() : match.start(group)]
    return before + masks.hide(match[group]) + match.string[match.end(group) : match.end()]


# By shape

_RANDOM = r"(?=[A-Za-z0-9_-]{0,100}?[0-9])(?=[A-Za-z0-9_-]{0,100}?(?:[A-Z]|[A-Za-z0-9]{16}))[A-Za-z0-9_-]{16,}"
"""Drawn by lot, unlike the words of a slug: with a digit, and with a capital or a long run without a hyphen."""

_VENDOR_PREFIXES = (
    *("sk-", "sk_", "pk-", "pk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gsk_"),
    *("hf_", "r8_", "xai-", "pplx-", "npm_", "pypi-", "AIza", "dop_v1_", "shpat_"),
    *("xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"),
)
_START = r"(?<![A-Za-z0-9])"


def _always(_: str) -> bool:
    return True


def _is_user_and_password(encoded: str) -> bool:
    try:
        return b":" in base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False


class _Shape(NamedTuple):
    """A shape whose only group is the secret.  One of the `anchors`, which are quick to look for, is in each match;
    `confirm` tells what only looks alike."""

    anchors: tuple[str, ...]
    pattern: re.Pattern[str]
    confirm: Callable[[str], bool] = _always

    def hide_match(self, masks: Masks, match: re.Match[str]) -> str:
        return _hide_group(masks, match, 1) if self.confirm(match[1]) else match[0]


_VENDOR_TOKEN = _Shape(
    _VENDOR_PREFIXES,
    re.compile(rf"{_START}((?:{'|'.join(map(re.escape, _VENDOR_PREFIXES))}){_RANDOM})"),
)
_DOTTED_TOKEN = _Shape(
    ("SG.", "hvs.", "ya29."),
    re.compile(rf"{_START}((?:SG|hvs|ya29)\.[A-Za-z0-9_.-]{{20,}})"),
)
_AWS_KEY = _Shape(
    ("AKIA", "ASIA"),
    re.compile(rf"{_START}((?:AKIA|ASIA)[A-Z0-9]{{16}})(?![A-Za-z0-9])"),
)
_DATABRICKS_TOKEN = _Shape(
    ("dapi",),
    re.compile(rf"{_START}(dapi[0-9a-f]{{32}})"),
)
_JSON_WEB_TOKEN = _Shape(
    ("eyJ",),
    re.compile(rf"{_START}(eyJ[A-Za-z0-9_-]{{8,}}+\.[A-Za-z0-9_-]{{8,}}+(?:\.[A-Za-z0-9_-]*+){{0,3}})"),
)
_PRIVATE_KEY = _Shape(
    ("PRIVATE KEY",),
    re.compile(
        r"""(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^"'-]*+(?:-[^"'-]++)*+(?:-----END[^"'-]*+-----)?)"""
    ),
)
_BEARER = _Shape(
    ("earer ", "EARER "),
    re.compile(rf"""{_START}(?i:bearer) {{1,8}}((?=[^\s"']{{0,100}}?[0-9]|[^\s"']{{24}})[A-Za-z0-9._~+/=-]{{8,}})"""),
)
_BASIC = _Shape(
    ("asic ", "ASIC "),
    re.compile(rf"{_START}(?i:basic) {{1,8}}([A-Za-z0-9+/]{{4,}}={{0,2}})"),
    _is_user_and_password,
)
_PASSWORD_IN_URL = _Shape(
    ("://",),
    re.compile(rf"""://[^\s/?#@:"'\\]*+:{_FILLED}([^\s/?#"'\\]+)@"""),
)
_SHAPES = (
    _VENDOR_TOKEN,
    _DOTTED_TOKEN,
    _AWS_KEY,
    _DATABRICKS_TOKEN,
    _JSON_WEB_TOKEN,
    _PRIVATE_KEY,
    _BEARER,
    _BASIC,
    _PASSWORD_IN_URL,
)


def _any_of(texts: Iterable[str]) -> str:
    """A pattern for any of the texts: for each first character what may follow it, which is twice as quick to look for
    as text by text."""
    rests: dict[str, list[str]] = {}
    for text in texts:
        rests.setdefault(text[:1], []).append(text[1:])
    if "" in rests:
        return ""
    return f"(?:{'|'.join(re.escape(first) + _any_of(rest) for first, rest in rests.items())})"


_SHAPE_OF = {anchor: number for number, shape in enumerate(_SHAPES) for anchor in shape.anchors}
"""The number of the shape that an anchor is one of.  None is the beginning of another."""
_ANCHOR = re.compile(_any_of(_SHAPE_OF))
"""What tells one record from another."""
