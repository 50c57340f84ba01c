from __future__ import annotations

from typing import Annotated

import typer

from photoclust.cli.options import FAILED, AcceptLicence
from photoclust.cli.progress import terminal_progress
from photoclust.cli.rows import (
    Column,
    CsvFlag,
    JsonFlag,
    NlFlag,
    TableFlag,
    chosen_form,
    print_rows,
)
from photoclust.cli.streams import say, shown_path, write
from photoclust.cli.use_pack import use
from photoclust.errors import PackError

COLUMNS = (
    Column("Pack", "pack"),
    Column("Installed", "installed", lambda yes: "yes" if yes else ""),
    Column("Accuracy", "accuracy"),
    Column("Licence", "licence"),
    Column("MB", "megabytes", number=True),
)

FIELDS = ("pack", "installed", "models", "accuracy", "licence", "megabytes")

models_app = typer.Typer(
    help="Model packs: what finds faces and tells them apart.\n\nExample: photoclust models list",
    no_args_is_help=True,
    rich_markup_mode=None,
)

PackName = Annotated[str, typer.Argument(help="A name of `photoclust models list`.")]


@models_app.command("list")
def list_(
    json: JsonFlag = False,
    nl: NlFlag = False,
    csv: CsvFlag = False,
    table: TableFlag = False,
) -> None:
    """List the packs photoclust knows, with licence and accuracy.

    Example: photoclust models list
    """
    from photoclust.models.catalogue import KNOWN_PACKS
    from photoclust.models.installed import installed_folder

    form = chosen_form(json=json, nl=nl, csv=csv, table=table)
    rows = [
        {
            "pack": pack.name,
            "installed": pack.archive is None or installed_folder(pack.name) is not None,
            "models": pack.models,
            "accuracy": pack.accuracy,
            "licence": pack.licence,
            "megabytes": None if pack.archive is None else pack.archive.size // 1_000_000,
        }
        for pack in KNOWN_PACKS.values()
    ]
    print_rows(rows, form, COLUMNS, fields=FIELDS)


@models_app.command()
def show(pack: Annotated[str, typer.Argument(help="A pack's name or folder.")]) -> None:
    """Load a pack and say what it is: fingerprint, embedding length, thresholds, licence.

    Example: photoclust models show open
    """
    from photoclust.models.installed import load_pack

    described = load_pack(pack).description
    limits = described.thresholds
    lines = [
        f"Pack         {described.name}",
        f"Fingerprint  {described.fingerprint}",
        f"Embedding    {described.dim} numbers",
        f"Licence      {described.licence}",
        f"Match        from cosine {limits.match} on (measured on {limits.source})",
        f"Link         no cluster across a gap below cosine {limits.link}",
        f"Join         groups whose faces are this similar on average: cosine {limits.join}",
    ]
    write(("\n".join(lines) + "\n").encode())


@models_app.command()
def install(pack: PackName, accept_licence: AcceptLicence = False) -> None:
    """Download a pack. The only command that uses the network.

    Example: photoclust models install buffalo_l --accept-licence
    """
    from photoclust.models.download import install as run
    from photoclust.models.installed import known_pack

    known = known_pack(pack)
    if not known.commercial and not accept_licence:
        raise PackError(
            f"The weights of {pack} are not free for any use ({known.licence}).",
            "If that fits your use, say so with --accept-licence.",
        )
    progress = terminal_progress()
    try:
        folder = run(known, progress)
    finally:
        progress.finish()
    say(f"Installed {pack} in {shown_path(str(folder))}.")


@models_app.command()
def verify(
    pack: Annotated[str | None, typer.Argument(help="One pack; otherwise all installed.")] = None,
) -> None:
    """Load every installed pack; a damaged cache is rebuilt.

    Example: photoclust models verify
    """
    from photoclust.models.installed import installed_names, load_pack

    broken = 0
    for name in [pack] if pack is not None else installed_names():
        try:
            described = load_pack(name).description
            say(f"{name}: good ({described.fingerprint[:12]})")
        except PackError as error:
            broken += 1
            say(f"{name}: {error}")
    if broken:
        raise typer.Exit(FAILED)


models_app.command()(use)
