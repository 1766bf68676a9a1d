"""A page to read: the keys of every pane, the query language, what is worth knowing about this run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.app.commands import Command
from tui.app.spelling import is_plain

_KEYS_WIDTH = 16


class Section(NamedTuple):
    """Some lines under a heading: a word in front, "" for none, and a sentence; all of it cleaned."""

    title: str
    lines: Sequence[tuple[str, str]]


def key_sections(commands: Sequence[Command], first: str) -> list[Section]:
    """The keys pane by pane, those of the pane called `first` first."""
    panes = dict.fromkeys((first, *(command.pane for command in commands)))
    sections = [
        Section(pane, [(" ".join(c.keys) or ":", c.help or c.title) for c in commands if c.pane == pane])
        for pane in panes
    ]
    return [section for section in sections if section.lines]


class HelpScreen(ModalScreen[None]):
    """A page of sections to read."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", "Close", id="help.close"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="help.up"),
        Binding("space,pagedown", "page(1)", "Page down", show=False, id="help.page_down"),
        Binding("b,pageup", "page(-1)", "Page up", show=False, id="help.page_up"),
    ]

    box = query_one(VerticalScroll)
    page = query_one("#page", Static)

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__()
        self._title = title
        self._sections = tuple(sections)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="box"):
            yield Static(Content.assemble((self._title, "bold"), ("   esc closes · j k space b scroll", "dim")))
            yield Static(id="page")
            if is_plain(self):  # where no scroll bar tells it
                yield Static(Content("\nThis is the end of the page."))

    def on_resize(self) -> None:
        self.page.update(self._page(self.page.size.width))

    def _page(self, width: int) -> Content:
        """The sections in lines of at most so many cells, their sentences wrapped below themselves."""
        lines: list[tuple[str, str] | str] = []
        for title, section in self._sections:
            lines.append((f"\n{title}\n", "bold $primary"))
            words_width = max(_KEYS_WIDTH if word else 0 for word, _ in section)
            for word, sentence in section:
                front = f"  {word:<{words_width}}"
                rows = [row.plain for row in Content(sentence).wrap(max(1, width - len(front)))]
                lines += [(front, "$accent"), f"\n{' ' * len(front)}".join(rows), "\n"]
        return Content.assemble(*lines)

    def action_scroll(self, lines: int) -> None:
        self.box.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        self.box.scroll_relative(y=pages * (self.box.size.height - 1), animate=False)
