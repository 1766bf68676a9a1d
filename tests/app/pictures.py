"""Pictures of the explorer at rest, drawn alike on every run and on every machine."""

from __future__ import annotations

import asyncio

from tests.app.exploring import Story

_ENDLESS = {"dialogs", "follow", "export"}
"""Workers of these groups go on until the reader ends them, by closing the dialog or by following no longer; or a story
does, that holds back what is exported."""


def picture(story: Story) -> str:
    """What the terminal shows, as SVG; fails where the explorer has crashed, which is drawn like any other screen."""
    assert story.app._exception is None
    return story.app.export_screenshot(title="portkey-audit", simplify=True)


async def comes_to_rest(story: Story, shown: str) -> None:
    """Wait until the screen shows a text, and no page, name or document is on its way any more."""
    await story.shows(shown)
    quiet = False
    while not quiet:
        await story.until(lambda: _is_quiet(story), "the end of what is under way")
        await _next_frame(story)
        quiet = _is_quiet(story)


def _is_quiet(story: Story) -> bool:
    return all(worker.is_finished or worker.group in _ENDLESS for worker in story.app.workers)


async def _next_frame(story: Story) -> None:
    """Wait for the next frame, and with it for all that was put off until then."""
    drawn = asyncio.Event()
    story.app.screen.call_after_refresh(drawn.set)
    await drawn.wait()
    await story.pilot.pause()
