"""What the parser of the command line refuses, as a sentence and the way out."""

from __future__ import annotations

import re
from typing import Any

import typer

from photoclust.errors import UsageError

# Whatever the parser refuses; typer brings its own copy of click, and gives this no name.
Refusal: type[Exception] = typer.BadParameter.__mro__[1]


def in_plain_words(refusal: Any) -> UsageError | None:
    """The refusal as a sentence; None if the parser's own words are one."""
    if re.fullmatch(r"-\d", getattr(refusal, "option_name", "")):
        return UsageError(
            "No number begins with a minus: faces, clusters and acts are counted from 1.",
            _way_out(refusal),
        )
    problems = getattr(
        refusal.__cause__, "errors", None
    )  # of pydantic, by which typer reads values
    if problems and isinstance(refusal, typer.BadParameter):
        return UsageError(f"{_name(refusal.param)}{_expected(problems()[0])}", _way_out(refusal))
    return None


def _expected(problem: dict[str, Any]) -> str:
    value = f"`{problem['input']}`"
    match problem["type"]:
        case "int_parsing":
            return f" takes a whole number, not {value}."
        case "float_parsing":
            return f" takes a number, not {value}."
        case "greater_than_equal":
            return f" takes {problem['ctx']['ge']:g} or more, not {value}."
        case "less_than_equal":
            return f" takes {problem['ctx']['le']:g} at most, not {value}."
    return f": {problem['msg'].removeprefix('Value error, ')}"


def _name(parameter: Any) -> str:
    return str(
        parameter.opts[0]
        if parameter.opts[0].startswith("-")
        else parameter.metavar or parameter.name
    )


def _way_out(refusal: Any) -> str:
    return f"See `{refusal.ctx.command_path} --help`."
