from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.choices import Detail, Device
from photoclust.cli.options import FAILED, AcceptLicence, DbOption, DetailOption, DeviceOption
from photoclust.cli.outside import (
    PackInstead,
    described,
    face_fields,
    library_if_there,
    pack_line,
    rate_fields,
)
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import say, shown_path, write
from photoclust.errors import PhotoclustError, UsageError

if TYPE_CHECKING:
    from photoclust.actions.verify import ComparedFace, Verification


def verify(
    context: typer.Context,
    a: Annotated[Path, typer.Argument(metavar="A", help="A photo.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another photo.")],
    face_a: Annotated[
        int | None,
        typer.Option(help="Which face of A, from the left, if it has several.", show_default=False),
    ] = None,
    face_b: Annotated[
        int | None,
        typer.Option(help="Which face of B, from the left, if it has several.", show_default=False),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            help="Share of pairs of strangers that may be taken for one person. [default: 0.001]",
            show_default=False,
        ),
    ] = None,
    pack: PackInstead = None,
    accept_licence: AcceptLicence = False,
    detail: DetailOption = Detail.NORMAL,
    device: DeviceOption = Device.AUTO,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Say whether two photos show the same person. Exit code 0: the same, 1: not, 2: no answer.

    No library is needed, and nothing is kept of the photos.

    Example: photoclust verify a.jpg b.jpg
    """
    from photoclust.actions.verify import verify as run

    try:
        with library_if_there(context, db) as library:
            found = run(
                a,
                b,
                face_a=face_a,
                face_b=face_b,
                rate=rate,
                library=library,
                pack=pack,
                accept_licence=accept_licence,
                detail=detail,
                device=device,
            )
    except PhotoclustError as error:  # 1 would say that they are two people
        raise UsageError(error.message, error.hint) from error
    if json:
        print_document(_document(found))
    else:
        write(("\n".join(_lines(found)) + "\n").encode("utf-8", "backslashreplace"))
    for face in (found.a, found.b):
        if face.weak:
            say(
                f"The face in {shown_path(str(face.path))} is small or blurred: such faces are"
                " like each other, whoever they are."
            )
    if found.same and found.gauge.strangers and not json:
        say(found.gauge.strangers.caveat)
    if not found.same:
        raise typer.Exit(FAILED)


def _lines(found: Verification) -> list[str]:
    threshold = f"{found.threshold:.3f} (distance {2 - 2 * found.threshold:.3f})"
    strangers = "how often they are this alike was not measured for this pack"
    if found.threshold_rate is not None and found.rate is not None:
        threshold += f": 1 in {1 / found.threshold_rate:,.0f} pairs of strangers reach it"
        strangers = f"{found.rate} pairs are this alike"
    lines = [
        f"Result      {'the same person' if found.same else 'not the same person'}",
        f"Similarity  {found.similarity:.3f} (cosine)",
        f"Distance    {found.distance:.3f} (squared L2)",
        f"Threshold   {threshold}",
        f"Strangers   {strangers}",
        f"Pack        {pack_line(found.gauge)}",
    ]
    lines += [
        f"Face        {face.number} of {face.faces} in {shown_path(str(face.path))}"
        for face in (found.a, found.b)
        if face.faces > 1
    ]
    return lines


def _document(found: Verification) -> dict[str, Any]:
    rates = rate_fields("false_match_rate", found.rate)
    return {
        "same": found.same,
        "similarity": round(found.similarity, 4),
        "distance": round(found.distance, 4),
        "threshold": round(found.threshold, 4),
        "threshold_rate": found.threshold_rate,
        **rates,
        **described(found.gauge),
        "a": _face_fields(found.a),
        "b": _face_fields(found.b),
    }


def _face_fields(face: ComparedFace) -> dict[str, Any]:
    return {
        "file": str(face.path),
        "face": face.number,
        "faces": face.faces,
        **face_fields(face.face),
    }
