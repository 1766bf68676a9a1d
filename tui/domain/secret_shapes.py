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
    """Hide what is written as `name=value`, `--name value` or `<name>value</name>`, also percent-encoded; and as
    `name: value` or `name = value` at the start of a line.

    No match reaches over a double quote or a backslash, so that JSON stays JSON.
    """
    if ":\t" in text or _may_open_line(text):
        text = _OPENING_LINE.sub(partial(_hide_in_line, masks), text)
    for sign, before, value in _WRITTEN:
        if sign.search(text):
            text = _hide_behind_names(before, value, text, masks)
    return text


def may_have_shapes(text: str) -> bool:
    """Whether anything in `text` may have the shape of a secret; quick on long texts."""
    return _ANCHOR.search(text) is not None or _SEPARATOR.search(text) is not None


def hide_shapes(text: str, masks: Masks) -> str:
    """Hide what has the shape of a secret; JSON stays JSON."""
    for shape in _shapes_in(text):
        text = shape.pattern.sub(partial(shape.hide_match, masks), text)
    return text


def _shapes_in(text: str) -> list[_Shape]:
    """The shapes that `text` has an anchor of, in their order."""
    wanted: set[int] = set()
    anchor = _ANCHOR.search(text)
    while anchor:
        wanted.add(_SHAPE_OF[anchor[0]])
        anchor = _ANCHOR.search(text, anchor.start() + 1)
    for separator in _SEPARATOR.finditer(text):
        end = separator.end()
        wanted.update(number for number, prefixes in _PREFIXES_OF.items() if text.endswith(prefixes, 0, end))
    return [_SHAPES[number] for number in sorted(wanted)]


# By the name before it

_IN_NAME = f"{ascii_letters}{digits}_.%-"
_LONGEST_NAME = 100
_NAME = r"([A-Za-z_-][A-Za-z0-9_.%-]*+)"
_NAME_START = r"(?<![A-Za-z0-9_.%\\-])"
"""A name behind a backslash may begin with the letter of an escape."""

_FILLED = rf"(?!\$?\{{|\$[A-Z_]{{3,}}\b|[A-Za-z]+ \$[A-Z_]{{3,}}\b|{REDACTED.pattern})"
"""Neither a template's placeholder or a variable of a shell nor hidden already."""

_BEFORE_QUOTED = re.compile(rf"""{_NAME_START}{_NAME}\\*+["']?+[ \t]{{0,8}}+[:=]\s{{0,8}}+(\\*+["'])""")
_UNTIL_QUOTE = {
    '"': re.compile(r'(?:[^"\\]|\\.)*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\]|\\.)*+", re.DOTALL),
}
_ENCODED_START = r"(?:(?<![A-Za-z0-9_.%\\-])|(?<=%[0-9A-Fa-f]{2})|(?<=%25[0-9A-Fa-f]{2}))"
_ENCODED_NAME = rf"{_ENCODED_START}([A-Za-z_-][A-Za-z0-9_.-]*+)(?:%(?:25)*2[27])?"
_WRITTEN = (
    (
        re.compile("="),
        re.compile(f"{_NAME_START}{_NAME}='?"),
        re.compile(rf"""{_FILLED}[^\s&;,"'<>\\=][^\s&;,"'<>\\]*"""),
    ),
    (
        re.compile("%(?:25)*3[ADad]"),
        re.compile(rf"{_ENCODED_NAME}%(?:25)*3[ADad](?:%(?:25)*20|\+)*(?:%(?:25)*2[27])?"),
        re.compile(rf"""{_FILLED}(?:(?!%(?:25)*(?:2[267]|7[Dd]))[^\s&"'<>\\])+"""),
    ),
    (
        re.compile("--"),
        re.compile(rf"""--(?<![^\s"']--){_NAME} ++'?"""),
        re.compile(rf"""{_FILLED}[^\s"'<>\\-][^\s"'<>\\]*"""),
    ),
    (
        re.compile("</"),
        re.compile(f"<{_NAME}>"),
        re.compile(rf"""{_FILLED}[^\s"<>\\][^"<>\\]*(?=</)"""),
    ),
)
"""Ways to write a name and a value: what is quick to look for, the name with its sign, the value behind."""

_ONE_WORD = r"""([^\s"'\\(\[{;,]+)[ \t]*+(?=[\r\n\\"]|\Z)"""
_OPENING_LINE = re.compile(
    rf"""(?<=')[ \t>-]*+{_NAME}:[ \t]++{_FILLED}([^\s"'\\][^"'\n\r\\]*)|"""
    rf"""(?<![^"\n])[ \t>-]*+{_NAME}:[ \t]++{_FILLED}([^\s"'\\][^"\n\r\\]*)|"""
    rf"""(?<![^"\n])[ \t]*+{_NAME}[ \t]++=[ \t]++{_FILLED}{_ONE_WORD}"""
)


def _may_open_line(text: str) -> bool:
    """Whether a secret's name may stand before a colon or an equals sign and a blank, wherever in its line; quick on
    long texts."""
    return _may_stand_before(": ", text) or _may_stand_before(" = ", text)


def _may_stand_before(sign: str, text: str) -> bool:
    at = text.find(sign)
    while at >= 0:
        if text[at - 1 : at] != '"':  # behind which nearly all of them stand in JSON
            before = text[max(0, at - _LONGEST_NAME) : at]
            name = before[len(before.rstrip(_IN_NAME)) :]
            if len(name) == _LONGEST_NAME or (judge(name).secret and not is_common_word(name)):
                return True
        at = text.find(sign, at + 1)
    return False


def _hide_behind_names(before: re.Pattern[str], value: re.Pattern[str], text: str, masks: Masks) -> str:
    """Hide the value behind each secret's name; behind any other there may be a name in the value."""
    pieces: list[str] = []
    copied = 0
    for name in before.finditer(text):
        start = name.end()
        if start < copied or not judge(unquote(name[1])).secret or not (found := value.match(text, start)):
            continue
        pieces += (text[copied:start], masks.hide(found[0]))
        copied = found.end()
    return "".join([*pieces, text[copied:]]) if pieces else text


def _hide_in_line(masks: Masks, match: re.Match[str]) -> str:
    value = match.lastindex or 0
    name = match[value - 1]
    return match[0] if is_common_word(name) or not judge(name).secret else _hide_group(masks, match, value)


def _hide_group(masks: Masks, match: re.Match[str], group: int) -> str:
    before = match.string[match.start() : match.start(group)]
    return before + masks.hide(match[group]) + match.string[match.end(group) : match.end()]


# By shape

_RANDOM = (
    r"(?:(?=[A-Za-z0-9_-]{0,100}?[0-9])(?=[A-Za-z0-9_-]{0,100}?(?:[A-Z]|[A-Za-z0-9]{16}))[A-Za-z0-9_-]{16,}"
    r"|(?=[a-z]*+[A-Z])(?=[A-Z]*+[a-z])[A-Za-z]{30,})"
)
"""Drawn by lot, unlike the words of a slug: with a digit, and with a capital or a long run without a hyphen; or all
letters, large and small, and long."""
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ENCODED = r"(?:[A-Za-z0-9+/_-]|%2[BF])"
"""A character of base 64, perhaps in a url."""

_VENDOR_PREFIXES = (
    *("sk-", "sk_", "pk-", "pk_", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "gsk_"),
    *("glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glcbt-", "glsoat-", "glagent-", "glimt-", "gloas-"),
    *("hf_", "api_org_", "r8_", "xai-", "pplx-", "tgp_v1_", "csk-", "nvapi-", "pcsk_", "lsv2_pt_", "lsv2_sk_", "tvly-"),
    *("jina_", "rpa_", "apify_api_", "AIza", "GOCSPX-", "dop_v1_", "doo_v1_", "dor_v1_", "rnd_", "vercel_blob_rw_"),
    *("nfp_", "sbp_", "sb_secret_", "pscale_tkn_", "pscale_pw_", "pscale_oauth_", "napi_", "tskey-"),
    *("npm_", "pypi-", "rubygems_", "dckr_pat_", "dckr_oat_", "CCIPAT_", "pul-", "sgp_"),
    *("whsec_", "xkeysib-", "xsmtpsib-"),
    *("NRAK-", "NRJS-", "NRII-", "glsa_", "PMAK-", "ntn_", "lin_api_", "lin_oauth_", "figd_", "phx_", "sntryu_"),
    *("shpat_", "shpss_", "shpca_", "shppa_", "sq0csp-", "sq0atp-", "sq0idp-", "EZAK", "p8e-", "CLOJARS_"),
    *("xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"),
)


def _started(anchor: str = "") -> str:
    """That a word has started with `anchor`, also behind what is encoded or escaped.  It stands behind the anchor in a
    pattern, for what begins with letters is much quicker to look for."""
    met = "." * len(anchor)
    return rf"(?:(?<![A-Za-z0-9]{met})|(?<=%[0-9A-F]{{2}}{met})|(?<=%25[0-9A-F]{{2}}{met})|(?<=\\[nrt]{met}))"


_START = _started()


def _always(_: str) -> bool:
    return True


def _is_user_and_password(encoded: str) -> bool:
    try:
        return b":" in base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False


class _Shape(NamedTuple):
    """A shape whose only group is the secret.  One of the `anchors`, which are quick to look for, is in each text that
    has it, and where they are `first` they begin it; `confirm` tells what only looks alike."""

    anchors: tuple[str, ...]
    pattern: re.Pattern[str]
    confirm: Callable[[str], bool] = _always
    first: bool = False

    def hide_match(self, masks: Masks, match: re.Match[str]) -> str:
        return _hide_group(masks, match, 1) if self.confirm(match[1]) else match[0]


def _any_of(texts: Iterable[str], then: Callable[[str], str] = lambda _: "", before: str = "") -> str:
    """A pattern for any of the texts, and what `then` tells to follow it: for each first character what may follow it,
    which is twice as quick to look for as text by text."""
    rests: dict[str, list[str]] = {}
    for text in texts:
        rests.setdefault(text[:1], []).append(text[1:])
    if "" in rests:
        return then(before)
    branches = [re.escape(first) + _any_of(rest, then, before + first) for first, rest in rests.items()]
    return f"(?:{'|'.join(branches)})"


_VENDOR_TOKEN = _Shape(
    _VENDOR_PREFIXES,
    re.compile(rf"({_any_of(_VENDOR_PREFIXES, _started)}(?:{_RANDOM}|(?:lf-)?{_UUID}))"),
    first=True,
)
_EXACT_TOKENS = {
    "key-": "[0-9a-f]{32}",
    "pa-": "[A-Za-z0-9_-]{43}",
    "fc-": "[0-9a-f]{32}",
    "fw_": "[A-Za-z0-9]{24}",
    "re_": "[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}",
    "e2b_": "[0-9a-f]{40}",
    "pat": rf"(?:[A-Za-z0-9]{{14}}\.[0-9a-f]{{64}}|-[a-z]{{2}}[0-9]-{_UUID})",
    "secret_": "[A-Za-z0-9]{43}",
    "SK": "[0-9a-f]{32}",
    "LTAI": "[A-Za-z0-9]{12,30}",
    "AKCp": "[A-Za-z0-9]{60,}",
    "ATBB": "[A-Za-z0-9]{28,}",
    "ATATT3": rf"(?:{_ENCODED}|=|%3D){{60,}}",
    "EAA": "[A-Za-z0-9_-]{56,}",
    "ABSK": rf"{_ENCODED}{{80,}}(?:=|%3D)*",
    "HRKU-": "[A-Za-z0-9_-]{40,}",
    "AGE-SECRET-KEY-": "1[A-Z0-9]{50,}",
    "v1.0-": "[0-9a-f]{24}-[0-9a-f]{100,}",
    "fm2_": rf"{_ENCODED}{{60,}}(?:=|%3D)*",
    "ops_": rf"eyJ{_ENCODED}{{40,}}",
    "glc_": rf"eyJ{_ENCODED}{{40,}}(?:=|%3D)*",
    "sntrys_": rf"eyJ(?:{_ENCODED}|=|%3D){{40,}}",
    "2/": "[0-9]{15,}/[0-9]{15,}:[0-9a-f]{32}",
    "access_token$": r"(?:production|sandbox)\$[a-z0-9]{8,}\$[0-9a-f]{32}",
    "dp.": r"(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}",
    "dt0c01.": r"[A-Z0-9]{24}\.[A-Z0-9]{60,}",
}
_EXACT_TOKEN = _Shape(
    tuple(_EXACT_TOKENS),
    re.compile(rf"({'|'.join(re.escape(first) + _started(first) + rest for first, rest in _EXACT_TOKENS.items())})"),
    first=True,
)
"""Begin with too little to tell, and go on in a form of their own."""

_DOTTED_PREFIXES = ("SG.", "hvs.", "hvb.", "hvr.", "ya29.")
_DOTTED_TOKEN = _Shape(
    _DOTTED_PREFIXES,
    re.compile(rf"({_any_of(_DOTTED_PREFIXES, _started)}[A-Za-z0-9_.-]{{20,}})"),
    first=True,
)
_SLASHES = "//0"
_TOKEN_WITH_A_MARK = _Shape(
    (
        *("Q~", ".atlasv1.", ":AA", "%3AAA", _SLASHES, "%2F%2F0", "_token%24"),
        *(f"-us{digit}" for digit in range(1, 10)),
    ),
    re.compile(
        rf"{_START}([A-Za-z0-9_~.-]{{3}}[0-9]Q~[A-Za-z0-9_~.-]{{30,}}|[A-Za-z0-9]{{14}}\.atlasv1\.[A-Za-z0-9_-]{{60,}}"
        rf"|[0-9a-f]{{32}}-us[0-9]{{1,2}}(?![A-Za-z0-9])|(?:bot)?[0-9]{{8,10}}(?::|%3A)AA[A-Za-z0-9_-]{{32,}}"
        rf"|1(?://|%2F%2F)0[A-Za-z0-9_-]{{40,}}|access_token%24[a-z]+%24[a-z0-9]{{8,}}%24[0-9a-f]{{32}})"
    ),
)
"""Told by what stands in their middle or at their end."""

_DISCORD_USER = "[A-Za-z0-9]{20,26}"
_DISCORD_TOKEN = _Shape(
    ("MT", "Mz", "ND", "NT", "OD", "OT"),
    re.compile(
        rf"((?:M[Tz]|[NO][DT]){_started('MT')}{_DISCORD_USER}\.[A-Za-z0-9_-]{{6}}\.[A-Za-z0-9_-]{{27,}})",
    ),
    first=True,
)
_WEBHOOK = _Shape(
    (".slack.com/", "/api/webhooks/", "/IncomingWebhook/"),
    re.compile(
        r"(?:hooks\.slack\.com/[a-z]+/[A-Za-z0-9]+/[A-Za-z0-9]+/|/api/webhooks/[0-9]+/|/IncomingWebhook/)"
        r"([A-Za-z0-9_-]{16,})"
    ),
)
_AWS_KEY = _Shape(
    ("AKIA", "ASIA"),
    re.compile(rf"((?:AKIA|ASIA){_started('AKIA')}[A-Z0-9]{{16}})(?![A-Za-z0-9])"),
    first=True,
)
_DATABRICKS_TOKEN = _Shape(
    ("dapi",),
    re.compile(rf"(dapi{_started('dapi')}[0-9a-f]{{32}})"),
    first=True,
)
_JSON_WEB_TOKEN = _Shape(
    ("eyJ",),
    re.compile(rf"(eyJ{_started('eyJ')}[A-Za-z0-9_-]{{8,}}+\.[A-Za-z0-9_-]{{8,}}+(?:\.[A-Za-z0-9_-]*+){{0,3}})"),
    first=True,
)
_PRIVATE_KEY = _Shape(
    ("PRIVATE KEY",),
    re.compile(
        r"""(-----?(?: |-)BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-----?[^"'-]*+(?:-[^"'-]++)*+"""
        r"""(?:-----? ?END[^"'-]*+-----?)?)"""
    ),
)
_BEARER = _Shape(
    ("Bearer ", "bearer ", "BEARER "),
    re.compile(rf"""{_START}(?i:bearer) {{1,8}}((?=[^\s"']{{0,100}}?[0-9]|[^\s"']{{24}})[A-Za-z0-9._~+/=-]{{8,}})"""),
)
_BASIC = _Shape(
    ("Basic ", "basic ", "BASIC "),
    re.compile(rf"{_START}(?i:basic) {{1,8}}([A-Za-z0-9+/]{{4,}}={{0,2}})"),
    _is_user_and_password,
)
_DIGEST = _Shape(
    ('="', "=\\"),
    re.compile('response="([0-9a-f]{32,})'),
)
_PRIVATE_NUMBER = _Shape(
    ("kty",),
    re.compile(r'"d"\s*+:\s*+"([A-Za-z0-9_-]{43,})"'),
)
"""Of a JSON Web Key."""

_PASSWORD_IN_URL = _Shape(
    ("://",),
    re.compile(rf"""://[^\s/?#@:"'\\]*+:{_FILLED}([^\s/?#"'\\]+)@"""),
)
_PASSWORD_IN_ENCODED_URL = _Shape(
    ("%3A%2F%2F",),
    re.compile(rf"""%3A%2F%2F[A-Za-z0-9_.-]*+%3A{_FILLED}((?:(?!%2F|%3F|%40)[^\s/?#&"'\\])+)%40"""),
)
_PASSWORD_IN_BRACES = _Shape(
    ("={",),
    re.compile(r"""(?i:pwd|password)=\{([^{}"'\\]*[0-9][^{}"'\\]*)\}"""),
)
_PASSWORD_IN_COMMAND = _Shape(
    ("-u ", "--user", "-p ", "login "),
    re.compile(
        rf"""(?:curl [^\r\n]{{0,400}}?(?<= )(?:-u|--user)[ =]'?[^\s:"'\\]*+:|sshpass -p ?'?"""
        rf"""| login [^\r\n"\\|;]{{0,100}}?(?: -p ?'?| password ))({REDACTED.pattern}|{_FILLED}[^\s"'\\-][^\s"'\\]*)"""
    ),
)
_COOKIE_IN_COMMAND = _Shape(
    ("-b ", "--cookie"),
    re.compile(
        rf"""curl [^\r\n]{{0,400}}?(?<= )(?:-b|--cookie)[ =]'?"""
        rf"""({REDACTED.pattern}|{_FILLED}[^\s="'\\]++=[^"'\r\n\\]++)"""
    ),
)
_SHAPES = (
    *(_VENDOR_TOKEN, _EXACT_TOKEN, _DOTTED_TOKEN, _TOKEN_WITH_A_MARK, _DISCORD_TOKEN, _AWS_KEY, _DATABRICKS_TOKEN),
    *(_JSON_WEB_TOKEN, _PRIVATE_KEY, _PRIVATE_NUMBER, _WEBHOOK, _BEARER, _BASIC, _DIGEST),
    *(_PASSWORD_IN_URL, _PASSWORD_IN_ENCODED_URL, _PASSWORD_IN_BRACES, _PASSWORD_IN_COMMAND, _COOKIE_IN_COMMAND),
)


_SEPARATORS = ("-", "_", ".", "/", "$")
_PREFIXES_OF = {
    number: prefixes
    for number, shape in enumerate(_SHAPES)
    if shape.first and (prefixes := tuple(anchor for anchor in shape.anchors if anchor.endswith(_SEPARATORS)))
}
"""By the number of a shape what it begins with, up to a separator.  As separators are rare, these many are looked for
from there backwards."""
_SHAPE_OF = {
    anchor: number
    for number, shape in enumerate(_SHAPES)
    for anchor in shape.anchors
    if anchor not in _PREFIXES_OF.get(number, ())
}
"""The number of the shape that any other anchor is one of.  None is the beginning of another."""
_FIRST = frozenset(anchor for shape in _SHAPES if shape.first for anchor in shape.anchors)
_FOLLOWED = _EXACT_TOKENS | dict.fromkeys(_DISCORD_TOKEN.anchors, rf"{_DISCORD_USER}\.")
_SOME_MORE = "(?=[A-Za-z0-9_.%+/$-]{8})"


def _no_word_before(anchor: str) -> str:
    """That `anchor` is behind what could be before a token, for a pattern that has just met it."""
    return rf"(?<!(?<!\\)(?<!%[0-9A-F])(?<!%25[0-9A-F])[A-Za-z0-9]{re.escape(anchor)})"


def _around(anchor: str) -> str:
    """What else is to be seen around an anchor just met: the more, the less often is a long text gone through."""
    if anchor == _SLASHES:
        return rf"(?<=1{anchor})(?=[A-Za-z0-9_-]{{40}})"
    if anchor not in _FIRST:
        return ""
    return _no_word_before(anchor) + (f"(?={_FOLLOWED[anchor]})" if anchor in _FOLLOWED else _SOME_MORE)


def _behind_any_of(prefixes: Iterable[str], met: str = "") -> str:
    """A pattern for being behind any of the prefixes, of which the end is `met` already."""
    lasts: dict[str, list[str]] = {}
    for prefix in prefixes:
        lasts.setdefault(prefix[len(prefix) - len(met) - 1 :], []).append(prefix)
    branches = []
    for last, some in lasts.items():
        if last in some:
            branches.append(f"(?<={re.escape(last)}){_around(last)}")
        if longer := [prefix for prefix in some if prefix != last]:
            branches.append(f"(?<={re.escape(last)}){_behind_any_of(longer, last)}")
    return f"(?:{'|'.join(branches)})"


_ANCHOR = re.compile(_any_of(_SHAPE_OF, _around))
_SEPARATOR = re.compile(
    "|".join(
        re.escape(separator) + _SOME_MORE + _behind_any_of(ending, separator)
        for separator in _SEPARATORS
        if (ending := [prefix for some in _PREFIXES_OF.values() for prefix in some if prefix.endswith(separator)])
    )
)
"""What tells one record from another."""
