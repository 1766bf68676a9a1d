"""Each call of a scene fails once, in turn, as SQLite's and curl's own tests have it.

A fault is survived or told, with the exit code that is right for it; nothing is lost or left half done; and the same
done once more comes to everything.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.demo.asking import NOW
from tests.proof import Counted, figure
from tests.torture.faults import ERRORS, Faults
from tests.torture.scenes import HISTORY, SCENES, Ending, Scene
from tui.demo.server import DemoServer

pytestmark = [
    pytest.mark.proof("T5"),
    # Ctrl+c while connections are closed leaves them to the end of the process, which here goes on.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

DRAFTS = (".scratch-", "portkey-audit-", "tmp")
"""What the names of files begin with that are on their way, and of folders for the time being."""

MOST_IN_CI = 25
"""Calls of a scene that fail; where there are more they are drawn, always the same."""
SEED = 5


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(HISTORY, clock=lambda: NOW) as server:
        yield server


class Torture:
    """A kind of scene, done again and again from the same beginning."""

    def __init__(self, kind: type[Scene], folder: Path, server: DemoServer) -> None:
        self._kind = kind
        self._folder = folder
        self._server = server
        base = self._made("base")
        base.prepare()
        # What is loaded when it is first needed is loaded now, so that each time has the same calls.
        self.calls: list[str] = []
        for _ in range(2):
            with Faults(self._anew().root) as faults:
                ending = self._at("now").run()
            self._at("now").check()
            assert ending.code == 0, ending.told
            self._at("now").check_whole(ending)
            self.calls = faults.calls

    def fail(self, number: int, kind: int) -> Faults:
        """Do it with one call failing, and see what came of it; then do it once more."""
        scene = self._anew()
        with Faults(scene.root, number, kind) as faults:
            ending = scene.run()
        try:
            self._check(scene, ending, faults)
        except BaseException as error:
            error.add_note(f"call {number} of {self._kind.__name__}, {faults.struck or 'none'}: {ending}")
            raise
        return faults

    def _check(self, scene: Scene, ending: Ending, faults: Faults) -> None:
        assert ending.code in (scene.codes[faults.layer] if faults.struck else {0})
        scene.check_told(ending)
        if ending.code == 0:
            scene.check_whole(ending)
        assert _open_files(scene.root) == []
        if not faults.may_leave:
            assert _drafts(scene.root) == []
        scene.check()
        again = scene.run()
        assert again.code == 0, again.told
        scene.check_whole(again)
        scene.check()

    def _anew(self) -> Scene:
        scene = self._at("now")
        shutil.rmtree(scene.root, ignore_errors=True)
        shutil.copytree(self._folder / "base", scene.root)
        return scene

    def _made(self, name: str) -> Scene:
        scene = self._at(name)
        for folder in ("home", "tmp", "out"):
            (scene.root / folder).mkdir(parents=True, mode=0o700)
        return scene

    def _at(self, name: str) -> Scene:
        return self._kind(self._folder / name, self._server)


def _open_files(root: Path) -> list[str]:
    """Files of a scene that are open still."""
    gc.collect()
    links = (Path("/proc/self/fd") / number for number in os.listdir("/proc/self/fd"))  # noqa: PTH208
    return [file for link in links if link.is_symlink() and (file := os.readlink(link)).startswith(str(root))]  # noqa: PTH115


def _drafts(root: Path) -> list[Path]:
    """What is left behind."""
    return [file for file in root.rglob("*") if file.name.startswith(DRAFTS) and file.parent != root]


def _points(calls: list[str]) -> list[tuple[int, int]]:
    """Numbers of calls, and of the errors that they are to fail with: by turns, or all of them."""
    every = figure(ci=0, large=1)
    points = [
        (number, kind)
        for number, layer in enumerate(calls)
        for kind in (range(len(ERRORS[layer])) if every else [number % len(ERRORS[layer])])
    ]
    return Random(SEED).sample(points, min(len(points), figure(ci=MOST_IN_CI, large=len(points))))  # noqa: S311 - of pretend faults


@pytest.mark.parametrize("kind", SCENES, ids=lambda kind: kind.__name__)
def test_each_call_fails_once(kind: type[Scene], tmp_path: Path, server: DemoServer, counted: Counted):
    torture = Torture(kind, tmp_path, server)
    points = _points(torture.calls)
    failed = [torture.fail(number, error).layer for number, error in points]
    # By chance an archive is read by one thread or by two, and an answer comes at once or in parts: some have fewer.
    assert failed.count("") <= len(points) // 4
    counted(scenes=1, calls_there_are=len(torture.calls), calls_failed=len(points) - failed.count(""))
