"""An export under way: how far it has come, and the way to call it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.app.screens.foot import Foot, FootKey
from tui.app.widgets.line import Line, Part
from tui.domain.errors import SourceError
from tui.exporting.destination import Unwritable
from tui.exporting.export import Export, Exported
from tui.exporting.reading import how_far

if TYPE_CHECKING:
    from textual.worker import Worker

_SHOW_SECONDS = 0.5
"""How often it is told how far it has come, which a slow line feels."""

Outcome = Exported | SourceError | Unwritable | None
"""What came of it; None where the reader called it off, and then nothing is left of it."""


class ExportProgressScreen(ModalScreen[Outcome]):
    """Ends with the outcome of an export to `place`, which is safe to draw."""

    PANE = "Export"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "call_off", "Cancel", id="exporting.cancel", tooltip="Leave nothing of it"),
    ]

    bar = query_one("#export-bar", Line)
    progress = query_one("#export-progress", Line)
    foot = query_one(Foot)

    def __init__(self, export: Export, place: str) -> None:
        super().__init__()
        self._export = export
        self._place = place
        self._working: Worker[None] | None = None
        self._ended = False
        self._outcome: Outcome = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content.styled("Exporting", "bold"))
            yield Static(Content.styled(self._place, "$muted"), id="export-place")
            yield Line(id="export-bar")
            yield Line(id="export-progress")
            yield Foot()

    def on_mount(self) -> None:
        self.foot.show_keys([FootKey("esc", "cancel, and leave nothing of it", "call_off")])
        self.set_interval(_SHOW_SECONDS, self._show)
        self._working = self._run()

    @work(group="export")
    async def _run(self) -> None:
        try:
            self._outcome = await self._export.run()
        except (SourceError, Unwritable) as error:
            self._outcome = error
        finally:
            self._ended = True
            self._leave()

    def action_call_off(self) -> None:
        if self._working is not None:
            self._working.cancel()

    def on_screen_resume(self) -> None:
        self._show()
        self._leave()

    def _leave(self) -> None:
        """End once the export has, and nothing lies over this."""
        if self._ended and self.is_current:
            self.dismiss(self._outcome)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        reading = self._export.reading
        self.progress.show([Part(how_far(reading))])
        width = self.bar.size.width
        done = round(width * min(1.0, reading.scanned / reading.total)) if reading.total else 0
        self.bar.show([Part("━" * done, "accent"), Part("─" * (width - done), "muted")])
