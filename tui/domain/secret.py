"""A text that must not be seen: it shows its length instead of itself, wherever it may end up."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NoReturn

_KEY = re.compile(r"[\x21-\x7e]{8,512}")


class Secret:
    """An API key.  Only `reveal` gives it away; printing, formatting, iterating and pickling do not."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Blanks around `text` don't count.  Raises ValueError, which never holds any of it."""
        text = text.strip()
        if not _KEY.fullmatch(text):
            raise ValueError("a key is 8 to 512 visible ASCII characters in one piece, and this is not")
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def hide_in(self, data: bytes) -> bytes:
        """`data` without it, as what somebody else sends back may hold it."""
        return data.replace(self._text.encode("ascii"), repr(self).encode())

    def mark(self, salt: bytes) -> str:
        """What it can be known again by, and not be had from: a short digest that differs with the salt."""
        return blake2b(self._text.encode("ascii"), digest_size=8, key=salt).hexdigest()

    def __repr__(self) -> str:
        return f"•••• ({len(self._text)})"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not copied or pickled")
