from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from photoclust.cli.asking import DryRun, Yes, ask
from photoclust.cli.completing import people_names
from photoclust.cli.options import DbOption, library_path
from photoclust.cli.rows import JsonFlag, print_document
from photoclust.cli.streams import counted, say, shown_path
from photoclust.errors import UsageError

if TYPE_CHECKING:
    from photoclust.actions.forget import ForgetPersonReport, LearnAgainReport
    from photoclust.actions.searching import Searched
    from photoclust.library import Library


def forget(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="Whom; with the number where two share a name: John#3.",
            autocompletion=people_names,
            show_default=False,
        ),
    ] = None,
    never_again: Annotated[
        bool,
        typer.Option(
            "--never-again", help="Keep 16 nameless embeddings, so that scans leave them out."
        ),
    ] = False,
    learn_again: Annotated[
        bool, typer.Option("--learn-again", help="Drop what --never-again kept of everybody.")
    ] = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: JsonFlag = False,
    db: DbOption = None,
) -> None:
    """Erase a person for good: faces, embeddings, names and all that was said of them.

    The file is then written anew and searched for what was erased. `undo` cannot bring it back.
    Faces that merely look like them stay: name those first.

    A photo that was scanned is not examined again, so they are not learned again unless it is: at
    another --detail, with another pack, edited. --never-again holds for the pack in use now and
    those before, and not for a pack that `photoclust models use` changes to.

    Example: photoclust forget John
    """
    from photoclust.library import Library

    if learn_again == (name is not None) or (learn_again and never_again):
        raise UsageError(
            "Say whom to forget, such as `photoclust forget John`, or --learn-again alone."
        )
    with Library.open(library_path(context, db)) as library:
        if name is None:
            _learn_again(library, dry_run, yes, json)
        else:
            _forget(library, name, never_again, dry_run, yes, json)


def _forget(
    library: Library, name: str, never_again: bool, dry_run: bool, yes: bool, json: bool
) -> None:
    from photoclust.actions.forget import forget_person

    if not dry_run and not yes:
        _say_forgotten(forget_person(library, name, never_again=never_again, dry_run=True), True)
        ask("forget")
    report = forget_person(library, name, never_again=never_again, dry_run=dry_run)
    if json:
        print_document({**asdict(report), "dry_run": dry_run})
    _say_forgotten(report, dry_run)


def _learn_again(library: Library, dry_run: bool, yes: bool, json: bool) -> None:
    from photoclust.actions.forget import learn_again

    if not dry_run and not yes:
        _say_learnable(learn_again(library, dry_run=True), True)
        ask("forget --learn-again")
    report = learn_again(library, dry_run=dry_run)
    if json:
        print_document({**asdict(report), "dry_run": dry_run})
    _say_learnable(report, dry_run)


def say_searched(searched: Searched) -> None:
    """That nothing was found, where and what was looked for, and what is beyond reach."""
    names = ", ".join(shown_path(name) for name in searched.files)
    what = counted(searched.embeddings, "embedding")
    if searched.embeddings < searched.erased:
        what += f" of the {searched.erased}, evenly chosen,"
    if searched.texts:
        what += f" and {counted(searched.texts, 'text')}"
    say(f"Searched every byte of {names} for {what}: nothing is left.")
    say("Galleries and sheets exported earlier, and copies of the library, still hold what they")
    say("held: delete them yourself.")


def _say_forgotten(report: ForgetPersonReport, would: bool) -> None:
    if report.name is None:
        say(
            "An earlier `forget` or `purge` was interrupted: its work"
            f" {'would be' if would else 'is now'} finished, and nobody else is forgotten."
        )
    else:
        _say_erased(report, would)
    for place, count in report.standing.items():
        say(f"The name also stands in {place} ({count}), which stay as they are.")
    if report.searched:
        say_searched(report.searched)


def _say_erased(report: ForgetPersonReport, would: bool) -> None:
    counts = (report.faces, "face"), (report.photos, "photo"), (report.decisions, "decision")
    faces, photos, decisions = (counted(*count) for count in counts)
    verb = "Would erase" if would else "Erased"
    say(f"{verb} {report.name}: {faces} in {photos} ({report.named} named), {decisions}, the words")
    say(f"of {counted(report.acts, 'act')}. The photos themselves stay as they are.")
    if report.references:
        beside = f", with {counted(report.beside, 'face')} of others" if report.beside else ""
        goes = "Out of the library" if not would else "Would leave the library"
        say(f"{goes}: {counted(report.references, 'reference photo')}{beside}.")
    if report.shots:
        gone = "would be deleted" if would else "deleted"
        say(f"{counted(report.shots, 'picture')} that `live` took of them {gone}.")
    if report.unseen:
        say(f"{counted(report.unseen, 'face')} of these by likeness alone, in photos of which no")
        say("scanned file is known: earlier versions, folders taken out.")
    if report.alike:
        say(f"{counted(report.alike, 'nameless face')} that `find` takes for them: not erased.")
        if would:
            say(f"`photoclust find {report.name!r} --maybe` shows them; name them first.")
    if report.shared:
        say(f"{counted(report.shared, 'embedding')} that another person's face has as well: kept.")
    if report.kept:
        say(f"{'Would keep' if would else 'Kept'} for --never-again, without a name:")
        say(f"{counted(report.kept, 'embedding')}. `photoclust forget --learn-again` drops them.")


def _say_learnable(report: LearnAgainReport, would: bool) -> None:
    who = "1 person" if report.people == 1 else f"{report.people} people"
    what = counted(report.embeddings, "embedding")
    say(f"{'Would drop' if would else 'Dropped'} {what} of {who}: scans may learn them again.")
    if report.searched:
        say_searched(report.searched)
