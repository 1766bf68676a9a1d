"""The queries that the reader asked before."""

from __future__ import annotations

from pathlib import Path

from tui.state.state_file import SharedValue, StateFile

FILE_NAME = "queries"
MOST_QUERIES = 500


class QueryHistory:
    """The last queries, newest last and each once, in a text file of one a line; each is written at once.

    Runs that share the file add to what the others asked.
    """

    def __init__(self, file: Path | None) -> None:
        """Without a file the history lasts for this run."""
        self._file = StateFile(file, "The queries")
        self._kept = SharedValue[tuple[str, ...]](self._file, (), parse_queries, _tell)

    @property
    def entries(self) -> tuple[str, ...]:
        return self._kept.value

    @property
    def problem(self) -> str:
        """What went wrong when the history was last read or written, in a sentence to show; "" where nothing did."""
        return self._file.problem

    def add(self, text: str) -> None:
        """Remember a query as the newest.  Blanks around it don't count, and a blank one is none."""
        query = text.replace("\n", " ").strip()
        if query:
            self._kept.change(lambda entries: _newest((*entries, query)))


def parse_queries(data: bytes) -> tuple[str, ...]:
    # Not splitlines, which parts at characters that a query may hold.
    lines = (line.strip() for line in data.decode("utf-8", "surrogatepass").split("\n"))
    return _newest(tuple(line for line in lines if line))


def _tell(entries: tuple[str, ...]) -> bytes:
    return "".join(f"{entry}\n" for entry in entries).encode("utf-8", "surrogatepass")


def _newest(entries: tuple[str, ...]) -> tuple[str, ...]:
    """The last of `entries`, each where it stands last."""
    return tuple(reversed([*dict.fromkeys(reversed(entries))][:MOST_QUERIES]))
