"""Where the reader is among the panes of the explorer: focus, what is open, what has all the room, and the way out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Input

from tui.app.commands import bindings_of
from tui.app.widgets.detail_pane import DetailPane
from tui.app.widgets.filter_panel import FilterPanel
from tui.app.widgets.key_line import Key, KeyLine
from tui.app.widgets.query_bar import QueryBar
from tui.app.widgets.record_table import RecordTable
from tui.formats.views import View

if TYPE_CHECKING:
    from textual.widget import AwaitMount

_ZOOMED = ("zoomed-table", "zoomed-detail")
_NEVER_CUT_OFF = ("explorer.help", "explorer.leave")


class PanesScreen(Screen[None]):
    """Query bar, filter panel, table and detail in the order of their numbers; the detail is built when it is opened.

    Whoever extends it composes the panes, and fills the detail in `show_detail`.
    """

    PANE = "Everywhere"
    ALLOW_SELECT = False
    AUTO_FOCUS = "RecordTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,1", "focus_bar", "Query", id="explorer.bar", tooltip="Write the query"),
        Binding("f", "filters", "Filters", id="explorer.filters", tooltip="Go to the filters; from there, hide them"),
        Binding("2", "focus_filters", "Filters", show=False, id="explorer.pane_2", tooltip="Go to the filters"),
        Binding("3", "focus_table", "Table", show=False, id="explorer.pane_3", tooltip="Go to the table"),
        Binding("4", "focus_detail", "Detail", show=False, id="explorer.pane_4", tooltip="Go to the detail"),
        Binding("tab", "pane(1)", "Pane", show=False, id="explorer.next_pane", tooltip="Next pane"),
        Binding("shift+tab", "pane(-1)", "Pane", show=False, id="explorer.last_pane", tooltip="Previous pane"),
        Binding("z", "maximise", "Zoom", show=False, id="explorer.maximise", tooltip="Give this pane all the room"),
        Binding("escape", "back", "Back", show=False, id="explorer.back", tooltip="One level up"),
        Binding("q", "leave", "Quit", id="explorer.leave", tooltip="Close the detail or the panel; else quit"),
    ]

    bar = query_one(QueryBar)
    panel = query_one(FilterPanel)
    table = query_one(RecordTable)
    main = query_one("#main", Vertical)
    detail = query_one(DetailPane)
    keys = query_one(KeyLine)

    def __init__(self, first_view: View = View.BODY) -> None:
        """`first_view` is the tab that the detail opens with."""
        super().__init__()
        self._first_view = first_view
        self._detail_mount: AwaitMount | None = None

    def show_detail(self) -> None:
        """Give an open detail what is under the table's cursor."""
        raise NotImplementedError

    def quit(self) -> None:
        """Leave the program."""
        raise NotImplementedError

    async def mount_detail(self) -> None:
        """Add the pane that nobody can look at before there are rows; building it would hold those up."""
        if self._detail_mount is None:
            self._detail_mount = self.main.mount(DetailPane(self._first_view, id="detail"), after=self.table)
        await self._detail_mount

    @property
    def detail_open(self) -> bool:
        return self.has_class("detail-open")

    @property
    def in_detail(self) -> bool:
        return self.detail_open and self.detail.has_focus_within

    def action_focus_bar(self) -> None:
        self.remove_class("filters-asked")
        self.bar.edit()

    def action_filters(self) -> None:
        """Go to the filters; from there, put them away."""
        if not self.panel.has_focus_within:
            self.action_focus_filters()
            return
        self.add_class("filters-hidden")
        self.action_focus_table()

    def action_focus_filters(self) -> None:
        self.remove_class("filters-hidden", *_ZOOMED).add_class("filters-asked")
        self.set_focus(self.panel)

    def action_focus_table(self) -> None:
        self.remove_class("filters-asked")
        if not self._roomy():
            self.remove_class("detail-open")
        self.set_focus(self.table)

    async def action_focus_detail(self) -> None:
        await self.mount_detail()
        self.remove_class("filters-asked").add_class("detail-open")
        self.show_detail()
        self.detail.focus()

    async def action_pane(self, step: int) -> None:
        panes: list[tuple[bool, Callable[[], Awaitable[None] | None]]] = [
            (self.panel.has_focus_within, self.action_focus_filters),
            (self.table.has_focus, self.action_focus_table),
        ]
        if self.detail_open:
            panes.append((self.in_detail, self.action_focus_detail))
        if self._roomy() and self.has_class("filters-hidden"):
            panes.pop(0)
        here = next((i for i, (focused, _) in enumerate(panes) if focused), 0)
        if (focused := panes[(here + step) % len(panes)][1]()) is not None:
            await focused

    def action_maximise(self) -> None:
        if self._zoomed:
            self.remove_class(*_ZOOMED)
        elif not self.panel.has_focus_within:
            self.add_class("zoomed-detail" if self.in_detail else "zoomed-table")

    def action_back(self) -> None:
        if self._zoomed:
            self.remove_class(*_ZOOMED)
        elif self.panel.has_focus_within:
            self.action_focus_table()
        elif self.detail_open:
            self.close_detail()

    def close_detail(self) -> None:
        """Put the detail away, or first back to its place where it has all the room."""
        if self._zoomed:
            self.remove_class(*_ZOOMED)
        else:
            self.remove_class("detail-open")
            self.action_focus_table()

    def action_leave(self) -> None:
        if self._zoomed or self.detail_open or self.panel.has_focus_within:
            self.action_back()
        else:
            self.quit()

    @property
    def _zoomed(self) -> bool:
        return any(self.has_class(name) for name in _ZOOMED)

    def _roomy(self) -> bool:
        return not (self.has_class("-narrow") or self.has_class("-low"))

    # The line of keys

    def on_descendant_focus(self) -> None:
        """Show the focused pane's keys first, then those that work everywhere; while a text is typed, letters don't.

        A key that means something in the pane is shown for that alone.
        """
        typing = isinstance(self.focused, Input)
        chain = [node for node in self.nodes_in_focus() if hasattr(node, "PANE") and not (typing and node is self)]
        shown: dict[str, Key] = {}
        for node in chain:
            for keys, binding in bindings_of(node):
                if binding.show:
                    shown.setdefault(keys[0], (keys, binding, node))
        self.keys.show_keys(
            (key for key in shown.values() if key[1].id not in _NEVER_CUT_OFF),
            (key for key in shown.values() if key[1].id in _NEVER_CUT_OFF),
        )

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Give the focus to a pane that can be seen, where a smaller terminal has hidden what had it."""
        if self.focused is None and self.app.app_focus:
            self.set_focus(self.table if self.table.display or not self.detail_open else self.detail)

    def on_screen_suspend(self) -> None:
        """Show no keys while a dialog has them all."""
        self.keys.show_keys((), ())

    def on_screen_resume(self) -> None:
        self.on_descendant_focus()

    def nodes_in_focus(self) -> list[DOMNode]:
        """What has the focus, and what that is in."""
        return self.focused.ancestors_with_self if self.focused else [self]
