from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from photoclust.cli.progress import terminal_progress
from photoclust.cli.scan import audit_line
from photoclust.cli.streams import say


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")] = Path(
        "photoclust-demo"
    ),
) -> None:
    """Try everything on a small library of made-up scenes, in a folder of its own.

    Example: photoclust demo
    """
    from photoclust.actions.demo import demo as run

    say("Making a small photo library and running scan, cluster, name, find and export on it ...")
    progress = terminal_progress()
    try:
        report = run(folder, progress)
    finally:
        progress.finish()
    program = "photoclust" if shutil.which("photoclust") else shlex.quote(sys.argv[0])
    database = shlex.quote(str(report.database))
    print(f"scan      {audit_line(report.scan)}")
    print(f"cluster   {report.scan.faces} faces, {len(report.people)} people in clusters")
    print(f"name      {', '.join(report.people)}")
    hits = f"{report.found} of {report.expected} photos, {report.wrong} wrong"
    print(f"find      {report.person}: {hits}")
    print(f"faces     {report.right} right / {report.placed}")
    print(f"gallery   {report.gallery.index}")
    print()
    print("Go on with it:")
    for command in ("clusters", f"find {report.person}", "show cluster 1 --sheet 1.png", "people"):
        print(f"  {program} {command} --db {database}")
    print("or on your own photos, in a library of their own:")
    print(f"  {program} scan ~/Pictures")
