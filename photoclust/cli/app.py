"""The program itself: its commands, and how errors reach a person."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from photoclust.cli.add_face import add_face
from photoclust.cli.allow import allow_app
from photoclust.cli.calibrate import calibrate
from photoclust.cli.cluster import cluster
from photoclust.cli.clusters import clusters
from photoclust.cli.conflicts import conflicts
from photoclust.cli.demo import demo
from photoclust.cli.different import different
from photoclust.cli.doctor import doctor
from photoclust.cli.enrol import enrol
from photoclust.cli.evaluate import evaluate_app
from photoclust.cli.export import export_app
from photoclust.cli.faces import faces
from photoclust.cli.find import find
from photoclust.cli.forget import forget
from photoclust.cli.history import log, redo, undo
from photoclust.cli.identify import identify
from photoclust.cli.ignore import ignore
from photoclust.cli.live import live
from photoclust.cli.map import map_faces
from photoclust.cli.merge import merge
from photoclust.cli.mistakes import Refusal, in_plain_words
from photoclust.cli.models import models_app
from photoclust.cli.name import assign, confirm, name, unname
from photoclust.cli.options import DONE, FAILED, INTERRUPTED, USAGE
from photoclust.cli.people import people, person_app
from photoclust.cli.prune import prune
from photoclust.cli.purge import purge
from photoclust.cli.reject import reject
from photoclust.cli.relocate import relocate
from photoclust.cli.review import review
from photoclust.cli.roots import roots_app
from photoclust.cli.scan import scan
from photoclust.cli.show import show
from photoclust.cli.split import split
from photoclust.cli.status import status
from photoclust.cli.streams import say
from photoclust.cli.suggest import suggest_app
from photoclust.cli.train import train
from photoclust.cli.tune import tune
from photoclust.cli.verify import verify
from photoclust.cli.why import why
from photoclust.errors import PhotoclustError, UsageError

# Commands of which the next run goes on where an interrupted one stopped.
RESUMED = frozenset({"scan", "train", "models install", "models use", "export gallery"})


class ErrorBoundary(TyperGroup):
    """Prints what a person can put right as a sentence. Anything else is a bug and shows itself."""

    def invoke(self, ctx: Any) -> Any:
        following = next(iter(ctx.args), "")  # as the group empties them
        try:
            return super().invoke(ctx)
        except PhotoclustError as error:
            _say_error(error)
            raise typer.Exit(USAGE if isinstance(error, UsageError) else FAILED) from None
        except Refusal as refusal:
            mistake = in_plain_words(refusal)
            if mistake is None:
                raise
            _say_error(mistake)
            raise typer.Exit(USAGE) from None
        except ImportError as error:
            if ".so" not in str(error):
                raise
            say(f"Error: A system library is missing: {error}.", style="bold red")
            say("On Debian and Ubuntu run `apt-get install libgl1 libglib2.0-0`.")
            raise typer.Exit(FAILED) from None
        except BrokenPipeError:
            # The reader (such as `head`) has seen enough; Python must not flush into it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(DONE) from None
        except KeyboardInterrupt:
            command = ctx.invoked_subcommand
            if command in RESUMED or f"{command} {following}" in RESUMED:
                say("Interrupted. What was finished is kept; the next run goes on from there.")
            else:
                say("Interrupted.")
            raise typer.Exit(INTERRUPTED) from None


def _say_error(error: PhotoclustError) -> None:
    say(f"Error: {error.message}", style="bold red")
    if error.hint:
        say(error.hint)


app = typer.Typer(
    cls=ErrorBoundary,
    name="photoclust",
    help="Find the people in your photo folders: offline, in one SQLite file, photos untouched.",
    epilog="Start with `photoclust scan FOLDER`, or try `photoclust demo` first. Every option can"
    " also be set in the environment, such as PHOTOCLUST_DB or PHOTOCLUST_SCAN_WORKERS.",
    context_settings={"auto_envvar_prefix": "PHOTOCLUST", "help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"photoclust {version('photoclust')}")
        raise typer.Exit(DONE)


@app.callback()
def _options(
    context: typer.Context,
    db: Annotated[
        Path | None,
        typer.Option(help="The library's file (also after the command).", show_envvar=False),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version.",
            callback=_show_version,
            is_eager=True,
            show_envvar=False,
        ),
    ] = False,
) -> None:
    context.obj = db


app.command()(scan)
app.command()(clusters)
app.command()(show)
app.command()(name)
app.command()(unname)
app.command()(assign)
app.command("add-face")(add_face)
app.command()(confirm)
app.command()(reject)
app.command()(merge)
app.command()(split)
app.command()(different)
app.command()(ignore)
app.command()(review)
app.add_typer(suggest_app, name="suggest")
app.command()(log)
app.command()(undo)
app.command()(redo)
app.command()(enrol)
app.command()(people)
app.add_typer(person_app, name="person")
app.command()(find)
app.command()(why)
app.command()(identify)
app.command()(verify)
app.command()(live)
app.command()(faces)
app.add_typer(export_app, name="export")
app.command("map")(map_faces)
app.add_typer(evaluate_app, name="evaluate")
app.command()(train)
app.command()(cluster)
app.add_typer(allow_app, name="allow")
app.command()(conflicts)
app.command()(calibrate)
app.command()(tune)
app.add_typer(roots_app, name="roots")
app.command()(relocate)
app.command()(prune)
app.command()(forget)
app.command()(purge)
app.command()(status)
app.add_typer(models_app, name="models")
app.command()(doctor)
app.command()(demo)


def main() -> None:
    """Run the command line."""
    app()
