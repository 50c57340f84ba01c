"""What Ctrl-C says: only where the next run goes on is that promised."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import typer
from typer.testing import Result

from photoclust.cli import app
from photoclust.cli.app import RESUMED
from photoclust.cli.options import INTERRUPTED

GOES_ON = "Interrupted. What was finished is kept; the next run goes on from there.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("scan photos", GOES_ON),
        ("train people --out mine", GOES_ON),
        ("models install buffalo_l", GOES_ON),
        ("export gallery out", GOES_ON),
        ("tune", "Interrupted.\n"),
        ("live", "Interrupted.\n"),
        ("evaluate pairs scan --photos train", "Interrupted.\n"),
        ("evaluate people scan", "Interrupted.\n"),
        ("models list", "Interrupted.\n"),
        ("log", "Interrupted.\n"),
    ],
)
def test_ctrl_c(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("typer.core.TyperCommand.invoke", interrupted)
    assert cli(*words.split(), code=INTERRUPTED).stderr == said


def test_commands_that_go_on_exist() -> None:
    root = typer.main.get_command(app)
    for command in RESUMED:
        found = root
        for word in command.split():
            found = found.commands[word]
