"""Running the command line over libraries that no model filled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from photoclust.cli import app


@pytest.fixture
def cli() -> Callable[..., Result]:
    """`cli("find", "John", code=1)`: a command in this process and its exit code, None: any."""

    def cli(*arguments: str | Path, code: int | None = 0) -> Result:
        result = CliRunner().invoke(app, [str(word) for word in arguments], catch_exceptions=False)
        assert code in (None, result.exit_code), result.stderr
        return result

    return cli


@pytest.fixture
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """`python("-c", "print(1)")`: an interpreter of its own."""

    def python(
        *arguments: str | Path, env: dict[str, str] | None = None, wrapper: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*wrapper, sys.executable, *map(str, arguments)],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **(env or {})},
            check=False,
        )

    return python
