"""A short run of benchmarks/kills.py: SIGKILL at random instants of scan and cluster."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.endtoend.conftest import Photographer

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "kills.py"
SEED = 4


@pytest.fixture(scope="module")
def kills() -> ModuleType:
    """benchmarks/kills.py."""
    spec = importlib.util.spec_from_file_location("kills", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their annotations
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="there is no SIGKILL here")
def test_nothing_is_lost_by_kills(
    kills: ModuleType, camera: Photographer, cache: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    for name in ("Ada", "Ben"):
        camera.portraits(folder, name, 4)
    camera.group(folder / "pair.jpg", "Ada", "Gwen", shot=9)
    steps = (
        kills.Step(("scan",), 1, (4, 4), then_name=True),
        kills.Step(kills.FULL, 0, (2, 2)),
    )
    report = kills.Trial(tmp_path, [folder], SEED, steps, cache).run(times=1)
    assert report.failures == []
    assert report.libraries == 1
    assert report.count >= 2  # a quick command may end before its kill
