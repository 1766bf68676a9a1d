"""Which lines of a document are in sight, and on which row each stands."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

from tui.formats.document import Document


class Folding:
    """The rows of a document as the reader folds it: a row a line, none for lines folded away."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known = 0
        self._folded: set[int] = set()
        self.rows = array("I")
        """The line that stands on each row."""
        self.grow()

    def __len__(self) -> int:
        """How many lines it knows of, in sight or not."""
        return self._known

    def grow(self) -> None:
        """Give rows to lines that the document has now and had not before."""
        # Only what ends in a line known here can be folded, so new lines are never under a fold.
        self.rows.extend(range(self._known, len(self._document)))
        self._known = len(self._document)

    def is_folded(self, line: int) -> bool:
        return line in self._folded

    def row(self, line: int) -> int:
        """The row on which a line stands, or the fold it is under; 0 in an empty document."""
        return max(0, bisect_right(self.rows, line) - 1)

    def fold(self, line: int) -> bool:
        """Fold what opens at `line`; False where nothing does."""
        last = self._document.last(line)
        if not line < last < self._known or line in self._folded:
            return False
        self._folded.add(line)
        first = bisect_right(self.rows, line)
        del self.rows[first : bisect_right(self.rows, last)]
        return True

    def unfold(self, line: int) -> bool:
        if line not in self._folded:
            return False
        self._folded.remove(line)
        first = bisect_right(self.rows, line)
        self.rows[first:first] = self._in_sight(line + 1, self._document.last(line))
        return True

    def fold_depth(self, depth: int) -> None:
        """Fold every container that stands at `depth`."""
        line = 0
        while line < self._known:
            last = self._document.last(line)
            if line < last < self._known and self._document.depth(line) == depth:
                self._folded.add(line)
                line = last
            line += 1
        self._settle()

    def unfold_all(self) -> None:
        self._folded.clear()
        self._settle()

    def reveal(self, line: int) -> bool:
        """Unfold whatever hides a line; False where it was in sight."""
        around = []
        while (parent := self._document.parent(line)) != line:
            around.append(parent)
            line = parent
        # From the outside in: what is itself hidden can't be given rows.
        unfolded = [self.unfold(parent) for parent in reversed(around)]
        return any(unfolded)

    def _settle(self) -> None:
        self.rows = self._in_sight(0, self._known - 1)

    def _in_sight(self, first: int, last: int) -> array[int]:
        """The lines from `first` to `last` that no fold between them hides."""
        rows = array("I")
        folded = sorted(self._folded)
        for line in folded[bisect_left(folded, first) : bisect_right(folded, last)]:
            if line >= first:
                rows.extend(range(first, line + 1))
                first = self._document.last(line) + 1
        rows.extend(range(first, last + 1))
        return rows
