from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import SCHEMA_VERSION
from photoclust.cli.streams import shown_path, write


def status(
    context: typer.Context,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document.", show_envvar=False)
    ] = False,
    db: DbOption = None,
) -> None:
    """Say what is in the library, and which files failed.

    Example: photoclust status
    """
    from json import dumps

    from photoclust.actions.status import status as run
    from photoclust.library import Library

    with Library.open(library_path(context, db)) as library:
        report = run(library)
    if json:
        document = {"schema_version": SCHEMA_VERSION, **asdict(report), "path": str(report.path)}
        write(dumps(document, indent=2).encode() + b"\n")
        return
    lines = [
        f"Library   {shown_path(str(report.path))} ({report.size / 1e6:.1f} MB)",
        f"Pack      {report.pack} ({report.licence})" if report.pack else "Pack      none yet",
        f"Photos    {report.photos} in {report.files} files"
        + (f"; {report.missing} photos missing" if report.missing else "")
        + (f"; {report.waiting} not scanned yet" if report.waiting else ""),
        f"Faces     {report.faces}, {report.clustered} of them in {report.clusters} clusters",
        f"People    {report.people}",
        f"Failed    {len(report.failed)} files",
    ]
    lines += [f"          {shown_path(path)}: {reason}" for path, reason in report.failed]
    write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
