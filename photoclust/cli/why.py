from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from photoclust.cli.completing import people_names
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say, shown_path

if TYPE_CHECKING:
    from photoclust.actions.why import Reason


def why(
    context: typer.Context,
    photo: Annotated[Path, typer.Argument(help="A photo of the library.")],
    name: Annotated[
        list[str], typer.Argument(help="A person's name.", autocompletion=people_names)
    ],
    sheet: Annotated[
        Path | None,
        typer.Option(
            help="Write the crops of each face and its nearest exemplars (PNG).",
            show_default=False,
        ),
    ] = None,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Explain why a photo is found for a person, or is not.

    Example: photoclust why ~/Pictures/beach.jpg John --sheet why.png
    """
    from photoclust.actions.why import why as run
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = run(library, photo, " ".join(name))
        if sheet is not None:
            from photoclust.actions.sheet import contact_sheet

            faces = [
                face
                for reason in report.reasons
                for face in (reason.face, *(item.face for item in reason.nearest))
            ]
            sheet = contact_sheet(library, faces, sheet, f"Why {report.person.name}")
        files = library.photos.paths_of(
            item.face.photo_id for reason in report.reasons for item in reason.nearest
        )
    if json:
        print_document(
            {
                "person": report.person.name,
                "threshold": report.threshold,
                "exemplars": report.exemplars,
                "faces": [_row(reason) for reason in report.reasons],
                "others": report.others,
            }
        )
    else:
        for reason in report.reasons:
            print(f"Face {reason.face.id}: {'found' if reason.found else 'not found'}.")
            print(f"  {reason.because}")
            sign = "at least" if reason.similarity >= report.threshold else "below"
            print(
                f"  similarity {reason.similarity:.3f}, {sign} the threshold {report.threshold:.3f}"
            )
            for item in reason.nearest:
                path = next(iter(files.get(item.face.photo_id, [])), "a reference photo")
                print(f"    {item.similarity:.3f}  face {item.face.id}, {shown_path(path)}")
            for act in reason.acts:
                print(f"  act {act.id}, {act.made_at[:10]}: {act.what}")
        if report.others:
            less = "is" if report.others == 1 else "are"
            print(
                f"{counted(report.others, 'more face')} {less} less like {report.person.name} than"
                " the threshold asks for."
            )
    if sheet is not None:
        say(f"Crops: {shown_path(str(sheet))}")


def _row(reason: Reason) -> dict[str, Any]:
    return {
        "face": reason.face.id,
        "found": reason.found,
        "similarity": round(reason.similarity, 4),
        "because": reason.because,
        "nearest": [
            {
                "face": item.face.id,
                "similarity": round(item.similarity, 4),
                "distance": round(item.distance, 4),
            }
            for item in reason.nearest
        ],
        "acts": [{"act": act.id, "made_at": act.made_at, "what": act.what} for act in reason.acts],
    }
