"""What the rows of a query can be asked, whichever of the two ways they are had in."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from tui.domain.page import Page
    from tui.domain.record import AuditRecord

BUDGET = 2_000
"""Records that a scan looks at before it waits to be told to go on."""

Tell = Callable[[str], None]
"""Takes a sentence that the reader should see once."""


class RowState(Enum):
    """What stands at a row that has no record to show."""

    PENDING = auto()
    FAILED = auto()
    MISSING = auto()


class Pause(Enum):
    """Why a scan waits."""

    BUDGET = auto()
    """As many records as it may were looked at: it waits to be told to go on."""
    SCREEN = auto()
    """There are matches well beyond those in view: it waits until the reader scrolls on."""
    HELD = auto()
    """As many matches are here as may be kept."""


class Place(NamedTuple):
    """A page of one of a plan's streams; both are counted from 0."""

    branch: int
    number: int


@dataclass(frozen=True, slots=True)
class View:
    """The rows in view, both included, which way they last moved, and one more row that is wanted beside them."""

    first: int = 0
    last: int = 0
    direction: int = 1
    beside: int | None = None

    @property
    def height(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Leave:
    """What a scan may do before it waits: look at so many records more (None: all), and go past a full screen."""

    records: int | None
    past_screen: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read without being told to, and how much is kept; without a budget nobody looks on, and every row is
    wanted.  `live` are rows that came in while a query was followed."""

    budget: int | None = BUDGET
    pages: int = 400
    matches: int = 50_000
    live: int = 10_000

    @property
    def leave(self) -> Leave:
        """What a scan may do by itself."""
        return Leave(self.budget, past_screen=self.budget is None)


class Taken(NamedTuple):
    """What came of a page: the rows as they are had from now on, and which of them are to be drawn anew."""

    rows: Rows
    drawn: range


class Rows(Protocol):
    """The rows of one frozen query.  They say which pages they want, take them in, and do no IO."""

    # Reading

    def wanted(self, view: View, failed: Container[Place]) -> list[Place]:
        """The pages to fetch for a view, the most urgent first; none of those that failed."""
        ...

    def size_of(self, branch: int) -> int:
        """Rows a page of a stream."""
        ...

    def take(self, place: Place, page: Page, fits: Sequence[bool]) -> Taken:
        """Take a page in; `fits` says of each of its records whether it fits the query."""
        ...

    def go_on(self, leave: Leave) -> None:
        """Count anew, from here, what a scan may do."""
        ...

    def paused(self, view: View) -> Pause | None:
        """Why no more is read, None where it is, or where nothing is left to read."""
        ...

    # What is here

    @property
    def row_count(self) -> int: ...

    @property
    def extent_known(self) -> bool:
        """Whether `row_count` counts all that match."""
        ...

    @property
    def loaded(self) -> int:
        """Rows that have come."""
        ...

    @property
    def scanned(self) -> int:
        """Records that were looked at."""
        ...

    @property
    def total(self) -> int | None:
        """Records there are to look at, None where that isn't known."""
        ...

    @property
    def at_most(self) -> int | None:
        """As `total`, but a record that several streams give may be counted more than once."""
        ...

    @property
    def finished(self) -> bool:
        """Whether everything has been read."""
        ...

    @property
    def scanning(self) -> bool:
        """Whether records are turned away here, so that rows are found, not counted beforehand."""
        ...

    @property
    def merged(self) -> bool:
        """Whether rows come out of several streams and are all that these hold."""
        ...

    def record(self, row: int) -> AuditRecord | None: ...

    def state(self, row: int, failed: Container[Place]) -> RowState:
        """Why there is no record at a row."""
        ...

    def place_of(self, row: int) -> Place | None:
        """The page that holds a row, None where nobody knows."""
        ...

    def rows_on(self, place: Place) -> range:
        """The rows that a page holds, as far as that is known before it is here."""
        ...

    def loaded_rows(self) -> Iterator[tuple[int, AuditRecord]]:
        """Rows and the records that are here, from the first row to the last."""
        ...

    def let_go(self, rows: int) -> None:
        """Keep the records of the first `rows` rows no longer: whoever reads to the end has seen them."""
        ...
