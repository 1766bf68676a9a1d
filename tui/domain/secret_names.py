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
    clientsecret sessionid
""")
_STEMS = (
    *("key", "token", "secret", "pass", "pwd", "credential", "cookie", "auth", "session", "private", "sig", "jwt"),
    *("bearer", "account"),
)
"""One of these is in every name that stands over a secret."""

_CONTAINER_WORDS = _words("credential credentials cookie cookies password passwords")
_DESCRIBING_WORDS = _words("""
    type mode method name names label description status state policy period at ms seconds days expiry duration count
    limit limits size length version algorithm url uri endpoint host scopes enabled required email user
""")
"""A name that ends so tells about a secret, and is none: `auth_type`, `token_url`, `key_transition_period_ms`."""

_PUBLIC_NAMES = _words("""
    virtual_key virtual_keys virtual_key_id virtual_key_slug api_key_id api_key_ids key_id private_key_id
    secret_path secret_mappings secret_reference secret_reference_id secret_references
    max_tokens min_tokens max_completion_tokens max_output_tokens max_tokens_to_sample budget_tokens
    prompt_tokens completion_tokens total_tokens
""")
_SECRET_NAMES = _words("""
    x_portkey_config x_portkey_virtual_key x_portkey_vertex_service_account_json service_account_json
""")
"""What can carry a whole configuration with the credentials in it, and headers that choose a credential."""

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
    if plain_name in _PUBLIC_NAMES or _SECRET_WORDS.isdisjoint(words) or words[-1] in _DESCRIBING_WORDS:
        return Verdict(secret=False, container=False)
    return Verdict(secret=True, container=not _CONTAINER_WORDS.isdisjoint(words))


_judge_remembered = lru_cache(maxsize=2048)(_judge)
