"""Exporting: all of the present query, not only what is on the screen, into a file of the reader's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.app.screens.handing_on import HandingOnScreen
from tui.domain.clean import clean
from tui.domain.errors import QueryError, SourceError, TimeTextError
from tui.domain.query_text import format_query

if TYPE_CHECKING:
    from tui.app.exporting import Order
    from tui.app.screens.export_progress import Outcome

_SECONDS_TO_READ = 12.0
_LONGEST_QUERY = 200


class ExportingScreen(HandingOnScreen):
    """Has what the present query finds written down, secrets redacted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "export", "Export", show=False, id="explorer.export",
                tooltip="Write all that the query finds to a file (asks which)"),
    ]  # fmt: skip

    def action_export(self) -> None:
        from tui.app.screens.export import ExportScreen

        frozen = self._exploration.asked or self._exploration.frozen
        if self._connection is None or frozen is None:
            self.notify("There is nothing to export yet.", severity="warning")
            return
        dialog = ExportScreen(
            clean(format_query(frozen.query), _LONGEST_QUERY),
            now=self._investigation.now,
            home=self._given.environ.get("HOME", ""),
            names_known=lambda: self._investigation.names_known,
        )
        self.app.push_screen(dialog, self._carry_out)

    def _carry_out(self, order: Order | None) -> None:
        from tui.app.exporting import as_typed
        from tui.app.screens.export_progress import ExportProgressScreen
        from tui.exporting.destination import ExportFile
        from tui.exporting.export import Export

        if order is None or self._connection is None:
            return
        file = ExportFile(order.file, replace=order.replace)
        try:
            inquiry = self._investigation.inquiry(self._connection.source)
            export = Export(inquiry, file, order.form, anonymise=order.anonymise)
        except (QueryError, TimeTextError) as error:
            self.notify(str(error), severity="error")
            return
        place = as_typed(order.file, self._given.environ.get("HOME", ""))
        self.app.push_screen(ExportProgressScreen(export, place), lambda outcome: self._tell_outcome(outcome, place))

    def _tell_outcome(self, outcome: Outcome, place: str) -> None:
        from tui.app.exporting import told
        from tui.exporting.destination import Unwritable

        self.app.clear_notifications()
        if outcome is None:
            self.notify("Cancelled: nothing was exported, and no file is left of it.")
        elif isinstance(outcome, SourceError | Unwritable):
            self.notify(f"Not exported. {outcome.cause} {outcome.cure}".rstrip(), severity="error")
        else:
            message, well = told(outcome, place)
            self.notify(message, severity="information" if well else "warning", timeout=_SECONDS_TO_READ)
