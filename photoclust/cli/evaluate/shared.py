"""What the commands of `evaluate` share: options, and words and fields of a truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from photoclust.cli.streams import counted, say, shown_path

if TYPE_CHECKING:
    from photoclust.lab.clusters.truth import Truth
    from photoclust.lab.verification.roc import TrueAccepts

TruthOption = Annotated[
    str,
    typer.Option(
        "--truth",
        metavar="folders|FILE.csv",
        help="Who is who: `folders` (each folder is a person), or a CSV with the columns path and"
        " person, and x and y (0..1) or face where a photo has several.",
        show_default=False,
    ),
]

HtmlOption = Annotated[
    Path | None,
    typer.Option("--html", help="Write the report as one HTML file.", show_default=False),
]

PacksOption = Annotated[
    list[str] | None,
    typer.Option(
        "--pack",
        metavar="PACK",
        help="Model pack, a name or a folder. May be given several times. [default: open]",
        show_default=False,
    ),
]

FOLDERS = "folders"

SHOWN = 10  # of a list of photos
LABEL, COLUMN, BESIDE = 30, 16, 3  # characters, characters, results

Result = TypeVar("Result")

SCORE_DECIMALS = 6  # in JSON


def say_left_out(truth: Truth) -> None:
    """What of the truth was not scored as one might think."""
    if truth.unknown:
        say(f"Left out: {counted(truth.unknown, 'line')} whose file is not in the library.")
    if truth.nameless:
        in_folders = truth.source == FOLDERS
        what = "photos beside the people's folders" if in_folders else "lines without a person"
        say(f"Left out: {truth.nameless} {what}.")
    if truth.copies:
        say(f"Counted once: {truth.copies} further files of a photo under the same name.")
    if truth.disputed:
        say(f"The truth gives {counted(truth.disputed, 'face')} to several people; all count.")


def coverage(truth: Truth) -> str:
    return f"{truth.coverage:.4f} ({truth.covered:,} of {len(truth.faces):,} have a stored face)"


def say_unreadable(photos: Sequence[tuple[str, str]]) -> None:
    """Which photos could not be used, and why."""
    for path, reason in photos[:SHOWN]:
        say(f"Cannot use {shown_path(path)}: {reason}")
    if len(photos) > SHOWN:
        say(f"Cannot use {len(photos) - SHOWN:,} more")


def side_by_side(
    results: Sequence[Result], rows: Callable[[Sequence[Result]], dict[str, list[str]]]
) -> list[str]:
    """Lines of values, a column a result; what does not fit on 80 columns follows below.

    `rows` gives the values of some of the results by the title of their line.
    """
    lines = []
    for start in range(0, len(results), BESIDE):
        lines.append("")
        for title, values in rows(results[start : start + BESIDE]).items():
            shown = (f"{value[-COLUMN + 1 :]:>{COLUMN}}" for value in values)
            lines.append(f"{title:<{LABEL}}{''.join(shown)}")
    return lines


def percent(share: float | None) -> str:
    """A share with two decimals of a percent; `n/a` for what is not known."""
    return "n/a" if share is None else f"{100 * share:.2f}"


def plain(rate: float) -> str:
    """A small rate without an exponent: 0.00001."""
    return f"{rate:.8f}".rstrip("0")


def true_accept_fields(accepts: TrueAccepts) -> dict[str, Any]:
    """For JSON; null where there are too few impostors."""
    return {
        "far": accepts.far,
        "impostors": accepts.impostors,
        "tar": None if accepts.tar is None else rounded(accepts.tar),
        "threshold": None if accepts.threshold is None else rounded(accepts.threshold),
    }


def many(number: int, one: str, many: str = "") -> str:
    """`1 photo`, `1,234 photos`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def truth_fields(truth: Truth) -> dict[str, Any]:
    return {
        "source": truth.source,
        "people": truth.people,
        "faces": len(truth.faces),
        "covered": truth.covered,
        "coverage": rounded(truth.coverage),
        "unknown": truth.unknown,
        "nameless": truth.nameless,
        "copies": truth.copies,
        "disputed": truth.disputed,
    }


def rounded(value: float) -> float:
    return round(value, SCORE_DECIMALS)
