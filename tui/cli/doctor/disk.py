"""Whether the files of this program can be read and written, and by nobody else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from shlex import join

from tui.cli.doctor.finding import Finding, ok, warn
from tui.domain.clean import clean
from tui.domain.errors import QueryError
from tui.state.inspection import inspect
from tui.state.views import ViewShelf

_SHOWN = 1_000


def check_folders(folders: Mapping[str, Path], user: int) -> Finding:
    """Whether folders (by their kind) and all that lies in them are the user's own and closed to everybody else."""
    there = {kind: folder for kind, folder in folders.items() if _status(folder)}
    paths = [path for folder in there.values() for path in (folder, *sorted(folder.glob("*")))]
    known = {path: status for path in paths if (status := _status(path))}
    if foreign := [path for path, status in known.items() if status.st_uid != user]:
        return warn("folders", f"{_listed(foreign)}: somebody else's", "What others can write is not to be trusted.")
    if open_ones := [path for path, status in known.items() if stat.S_IMODE(status.st_mode) & 0o077]:
        return warn(
            "folders", f"{_listed(open_ones)}: open to others", _shown(join(["chmod", "go=", *map(str, open_ones)]))
        )
    if closed := [folder for folder in folders.values() if not _can_be_written(folder)]:
        return warn("folders", f"{_listed(closed)}: can't be written", "Nothing is kept there for the next run.")
    if not there:
        return ok("folders", "none is there yet; each is made when something is kept")
    return ok("folders", f"{', '.join(there)}: yours alone")


def check_kept(state_folder: Path, views: ViewShelf) -> Finding:
    """Whether everything that earlier runs kept can be read."""
    kept = list(inspect(state_folder))
    problems = [f"{_shown(str(one.file))}: {one.problem}" for one in kept if one.problem]
    try:
        count = len(views.views())
    except QueryError as error:
        problems.append(str(error))
        count = 0
    if problems:
        return warn("kept", "; ".join(problems), "Mend or move away what can't be read: the explorer begins it anew.")
    return ok("kept", ", ".join(dict.fromkeys([f"{count} views", *(one.what for one in kept)])))


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _can_be_written(folder: Path) -> bool:
    """Whether files can be made in it, or it can be made."""
    nearest = next(level for level in (folder, *folder.parents) if _status(level))
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(_shown(str(path)) for path in paths)


def _shown(text: str) -> str:
    return clean(text, _SHOWN)
