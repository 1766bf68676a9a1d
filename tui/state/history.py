"""The queries that the reader asked before."""

from __future__ import annotations

from pathlib import Path

from tui.state.state_file import StateFile

MOST_QUERIES = 500


class QueryHistory:
    """The last queries, newest last and each once, in a text file of one a line; each change is written at once."""

    def __init__(self, file: Path | None) -> None:
        """Without a file the history lasts for this run."""
        self._file = StateFile(file, "The queries")
        self._entries: tuple[str, ...] = self._file.read(_parse, ())

    @property
    def entries(self) -> tuple[str, ...]:
        return self._entries

    @property
    def problem(self) -> str:
        """What went wrong when the history was last read or written, in a sentence to show; "" where nothing did."""
        return self._file.problem

    def add(self, text: str) -> None:
        """Remember a query as the newest.  Blanks around it don't count, and a blank one is none."""
        query = text.replace("\n", " ").strip()
        if query:
            self._entries = _newest((*self._entries, query))
            self._file.write("".join(f"{entry}\n" for entry in self._entries).encode("utf-8", "surrogatepass"))

    def matching(self, prefix: str) -> tuple[str, ...]:
        """The queries that begin so, case folded, newest last."""
        folded = prefix.casefold()
        return tuple(entry for entry in self._entries if entry.casefold().startswith(folded))


def _parse(data: bytes) -> tuple[str, ...]:
    # Not splitlines, which parts at characters that a query may hold.
    lines = (line.strip() for line in data.decode("utf-8", "surrogatepass").split("\n"))
    return _newest(tuple(line for line in lines if line))


def _newest(entries: tuple[str, ...]) -> tuple[str, ...]:
    """The last of `entries`, each where it stands last."""
    return tuple(reversed([*dict.fromkeys(reversed(entries))][:MOST_QUERIES]))
