"""What stands where a secret was: how long it is, and what it can be known again by."""

from __future__ import annotations

import re
from hashlib import blake2b
from secrets import token_bytes

REDACTED = re.compile(r"‹redacted \d+(?: · #[0-9a-f]{4})?›")
"""A mask; with a fingerprint where whoever made it had a key for these."""

_FINGERPRINT = re.compile(r" · #[0-9a-f]{4}›")
_MASKED_BY_GATEWAY = re.compile(r"[^*]{0,4}\*{4,}[^*]{0,4}")
"""The gateway keeps two characters before its asterisks and two or three behind: too few to guess the rest by, and
enough for a reader to tell which key it was.  With more than four at an end it may be a secret that holds asterisks."""
_SCHEME = re.compile(r"\s*(?:(?:bearer|basic|token|api-?key)\s+)?", re.IGNORECASE)
_FINGERPRINT_BYTES = 2
_KEY_BYTES = 16


class Masks:
    """Makes masks: `‹redacted 51 · #9f2c›` has no character of the secret, only its length and its fingerprint.

    A fingerprint is 16 bits of a hash by a secret key: the same secret has the same one wherever it stands, with or
    without `Bearer` before it.  It is short on purpose.  Two of a length share one by chance once in 65,536 times; and
    whoever guesses at a password, and has the key, is told by it that a guess is wrong and never that it is right.
    """

    def __init__(self, key: bytes = b"") -> None:
        """Without a key masks have no fingerprint."""
        self._key = key

    def mask(self, secret: str) -> str:
        if not self._key:
            return f"‹redacted {len(secret)}›"
        told = secret[_end_of_scheme(secret) :].strip().encode("utf-8", "surrogatepass")
        fingerprint = blake2b(told, digest_size=_FINGERPRINT_BYTES, key=self._key).hexdigest()
        return f"‹redacted {len(secret)} · #{fingerprint}›"

    def hide(self, value: str) -> str:
        """What is shown for a text that is known to be secret; nothing, and what is masked already, stay."""
        if not value or REDACTED.fullmatch(value) or _MASKED_BY_GATEWAY.fullmatch(value):
            return value
        return self.mask(value)


PLAIN = Masks()
"""Masks without fingerprints."""


def fingerprints_in(text: str) -> list[str]:
    """The fingerprints of the masks in a text, each once, as a query finds their like: `#9f2c›`."""
    found = _FINGERPRINT.findall(text) if "‹" in text else []
    return list(dict.fromkeys(mark.removeprefix(" · ") for mark in found))


def new_key() -> bytes:
    """A key for fingerprints."""
    return token_bytes(_KEY_BYTES)


def without_fingerprints(text: str) -> str:
    """A text as it is in any other archive, too."""
    return _FINGERPRINT.sub("›", text) if "‹" in text else text


def _end_of_scheme(secret: str) -> int:
    found = _SCHEME.match(secret)
    return found.end() if found else 0
