"""Bytes as they are, or out of gzip where they begin as gzip does; what is cut or damaged is read as far as it goes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

GZIP = b"\x1f\x8b"
CUT = "its compressed part is cut off: what came before is here"
DAMAGED = "its compressed part is damaged: what came before is here"
TRAILING = "what follows its compressed part is left out"
_AT_ONCE = 1 << 18
_WITH_HEADER = 31


class Inflating:
    """Chunks of plain bytes, of which none is bigger than 256 kB however small it was packed.

    `remark` says in the end what was wrong, "" for nothing.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.remark = ""
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        head = b""
        for chunk in self._chunks:
            head += chunk
            if len(head) >= len(GZIP):
                break
        if head.startswith(GZIP):
            yield from self._members(head)
        else:
            yield head
            yield from self._chunks

    def _members(self, rest: bytes) -> Iterator[bytes]:
        """What all members of a file hold: as many as there are may follow each other."""
        while rest.startswith(GZIP):
            member = zlib.decompressobj(_WITH_HEADER)
            try:
                yield from self._member(member, rest)
            except zlib.error:
                self.remark = DAMAGED
                return
            if not member.eof:
                self.remark = CUT
                return
            rest = member.unused_data
            while len(rest) < len(GZIP) and (more := next(self._chunks, b"")):
                rest += more
        if rest.strip(b"\0"):
            self.remark = TRAILING

    def _member(self, member: zlib._Decompress, rest: bytes) -> Iterator[bytes]:
        while rest:
            yield member.decompress(rest, _AT_ONCE)
            if member.eof:
                return
            rest = member.unconsumed_tail or next(self._chunks, b"")
        while more := member.decompress(b"", _AT_ONCE):
            yield more
