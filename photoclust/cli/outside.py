"""What `verify`, `identify` and `live` share: photos of no library, compared as one would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.options import library_path
from photoclust.cli.streams import counted, say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.looking import Gauge
    from photoclust.actions.references import References
    from photoclust.domain import DetectedFace
    from photoclust.library import Library
    from photoclust.models.strangers import Rate

PeopleInstead = Annotated[
    Path | None,
    typer.Option(
        "--people",
        metavar="FOLDER",
        help="Instead of the library's people those of this folder: a folder of photos each.",
        show_default=False,
    ),
]

PackInstead = Annotated[
    str | None,
    typer.Option(
        "--pack",
        help="Model pack, a name or a folder. [default: the library's if there is one, or open]",
        show_default=False,
    ),
]


SHOWN = 10  # of a list of photos


@contextmanager
def library_if_there(context: typer.Context, db: Path | None) -> Iterator[Library | None]:
    """The library that a command would use, opened, or None; says so if it was asked for."""
    from photoclust.library import Library

    path = library_path(context, db)
    if path.exists():
        with Library.open(path) as library:
            yield library
    else:
        if db or context.obj:
            say(f"There is no library at {shown_path(str(path))} yet: the pack alone counts.")
        yield None


def described(gauge: Gauge) -> dict[str, Any]:
    """What a gauge is, for JSON."""
    return {
        "pack": gauge.pack,
        "library": str(gauge.library) if gauge.library else None,
        "shift": round(gauge.shift, 4),
        "caveat": gauge.strangers.caveat if gauge.strangers else None,
    }


def pack_line(gauge: Gauge) -> str:
    """`open`, or `open, as in people.db (+0.004)`."""
    if gauge.library is None:
        return gauge.pack
    moved = f", calibrated {gauge.shift:+.3f}" if gauge.shift else ""
    return f"{gauge.pack}, of the library {shown_path(str(gauge.library))}{moved}"


def rate_fields(name: str, rate: Rate | None) -> dict[str, Any]:
    """A rate under this name, and under another what is known of it; null if nothing is."""
    return {
        name: float(f"{rate.share:.3g}") if rate else None,
        f"{name}_is": rate.known if rate else None,
    }


def face_fields(face: DetectedFace) -> dict[str, Any]:
    """Where a face is, in 0..1 of the upright photo, and how good it is."""
    return {
        "quality": round(face.quality, 4),
        "box": [round(value, 4) for value in face.detection.box],
    }


def say_references(found: References) -> None:
    """Which photos taught nothing, or are open to doubt."""
    say(f"{people_counted(len(found.people))}, from {counted(found.photos, 'photo')}.")
    _say_list("No face to go by in", [(name, "") for name in found.nobody])
    _say_list("Left out", [(path, f" ({reason})") for path, reason in found.left_out])
    _say_list("Several faces, the largest taken", [(path, "") for path in found.several])
    if found.beside:
        say(f"{counted(found.beside, 'photo')} beside the folders: nobody's, so left out.")


def _say_list(what: str, items: list[tuple[str, str]]) -> None:
    for name, more in items[:SHOWN]:
        say(f"{what}: {shown_path(name)}{more}")
    if len(items) > SHOWN:
        say(f"{what}: {len(items) - SHOWN} more")


def people_counted(number: int) -> str:
    """`1 person`, `2 people`."""
    return "1 person" if number == 1 else f"{number} people"
