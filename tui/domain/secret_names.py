"""Which names stand over secrets: keys of JSON objects, headers, parameters."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SECRET_WORDS = _words("""
    key keys token tokens secret secrets password passwords passwd passphrase passcode pwd credential credentials
    cookie cookies auth authorization authentication session sessions private signature sig jwt bearer
    apikey apikeys accesskey secretkey privatekey sharedkey masterkey accesstoken refreshtoken authtoken idtoken
    clientsecret sessionid pfx pkcs mnemonic
""")
_GLUED = re.compile(
    "(?:password|passwd|passphrase|secret|token|apikey|accesskey|privatekey|subscriptionkey|sess(?:ion)?id)$"
)
"""Words run together that end so are names of secrets, too: `PGPASSWORD`, `dbpassword`, `JSESSIONID`."""

_STEMS = (
    *("key", "token", "secret", "pass", "pwd", "credential", "cookie", "auth", "sess", "private", "sig", "jwt"),
    *("bearer", "account", "pfx", "pkcs", "p12", "mnemonic", "phrase", "saml", "connect.sid"),
)
"""One of these is in every name that stands over a secret."""

_CONTAINER_WORDS = _words("credential credentials cookie cookies password passwords")
_DESCRIBING_WORDS = _words("""
    type mode method name names label description status state policy period at ms seconds days expiry duration count
    limit limits size length version algorithm url uri endpoint host scopes enabled required email user
    arn provider minute hour
""")
"""A name that ends so tells about a secret, and is none: `auth_type`, `token_url`, `key_transition_period_ms`."""

_COUNTED = _words("""
    max min prompt completion total input output budget cached reasoning audio text image prediction accepted rejected
    used new special
""")
"""`tokens` behind one of these are counted, and none is told: `cached_tokens`, `maxOutputTokens`."""

_PUBLIC_KINDS = {
    "key": _words("public publishable cache partition sort foreign idempotency dedupe deduplication"),
    "token": _words("page continuation sync stop pad bos eos unk sep cls mask"),
    "id": _words("key"),
}
"""What stands right before these words and makes them harmless: `public_key`, `next_page_token`, `key_id`."""

_PUBLIC_NAMES = _words("""
    virtual_key virtual_keys virtual_key_id virtual_key_slug api_key_id api_key_ids key_id private_key_id
    secret_path secret_mappings secret_reference secret_reference_id secret_references
    max_tokens_to_sample pad_token_id bos_token_id eos_token_id stop_token_ids
""")
_SECRET_NAMES = _words("""
    x_portkey_config x_portkey_virtual_key x_portkey_vertex_service_account_json service_account_json
    connect_sid seed_phrase recovery_phrase saml_response saml_assertion samlresponse
""")
"""What can carry a whole configuration with the credentials in it, headers that choose a credential, and what is only
known as a whole."""

_SECRET_ENDINGS = ("_pass", "_p_12")
"""`DB_PASS`, `keystore_p12`: the last word is none that names a secret alone."""

_COMMON_WORDS = _words("key keys token tokens auth session sessions private signature sig bearer")
_PUBLIC_NAMES_UNDER = {
    "conditions": frozenset({"key"}),
    "group_by": frozenset({"key"}),
    "secret_mappings": frozenset({"secret_key"}),
}
_NOTHING: frozenset[str] = frozenset()
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_REMEMBERED_LENGTH = 100


class Verdict(NamedTuple):
    """What a name says of the text under it: whether it is secret, and whether all text further down is."""

    secret: bool
    container: bool


_HARMLESS = Verdict(secret=False, container=False)


def may_name_secrets(text: str) -> bool:
    """Whether any name in `text` may stand over a secret; quick on long texts."""
    text = text.lower()
    for stem in _STEMS:  # any() would take three times as long, and each field of each record is asked this
        if stem in text:
            return True
    return "\\u00" in text


def judge(name: str) -> Verdict:
    """Judge a name by its words, however they are joined: `api_key`, `API-Key` and `apiKey` are the same."""
    return _judge_remembered(name) if len(name) <= _REMEMBERED_LENGTH else _judge(name)


def is_common_word(name: str) -> bool:
    """Whether it also begins lines of plain prose: `Session: an introduction`."""
    return name.lower() in _COMMON_WORDS


def public_under(name: str) -> frozenset[str]:
    """The names that stand over no secret in a list or object called `name`: a policy's `key` names a field of the
    request it looks at, an integration's `secret_key` a field of the vault."""
    return _PUBLIC_NAMES_UNDER.get(name, _NOTHING)


def _judge(name: str) -> Verdict:
    words = [word.lower() for word in _WORD.findall(name)]
    plain_name = "_".join(words)
    if plain_name in _SECRET_NAMES:
        return Verdict(secret=True, container=True)
    if plain_name in _PUBLIC_NAMES or not words or words[-1] in _DESCRIBING_WORDS or _is_harmless(words):
        return _HARMLESS
    if _SECRET_WORDS.isdisjoint(words) and not plain_name.endswith(_SECRET_ENDINGS) and not _GLUED.search(words[-1]):
        return _HARMLESS
    return Verdict(secret=True, container=not _CONTAINER_WORDS.isdisjoint(words))


def _is_harmless(words: list[str]) -> bool:
    """Whether the last words make a secret's word harmless."""
    if words[-1] == "tokens":
        return not _COUNTED.isdisjoint(words)
    return len(words) > 1 and words[-2] in _PUBLIC_KINDS.get(words[-1], _NOTHING)


_judge_remembered = lru_cache(maxsize=2048)(_judge)
