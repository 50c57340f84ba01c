"""`photoclust evaluate`: how good clusters and packs are."""

from __future__ import annotations

import typer

from photoclust.cli.evaluate.clusters import clusters
from photoclust.cli.evaluate.pairs import pairs
from photoclust.cli.evaluate.people import people
from photoclust.cli.evaluate.sweep import sweep

evaluate_app = typer.Typer(
    help="Measure how good the clusters are, or a pack, against a truth.\n\n"
    "Example: photoclust evaluate clusters --truth folders",
    no_args_is_help=True,
    rich_markup_mode=None,
)

evaluate_app.command()(clusters)
evaluate_app.command()(sweep)
evaluate_app.command()(pairs)
evaluate_app.command()(people)
