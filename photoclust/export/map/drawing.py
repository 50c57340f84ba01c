"""The plots, as Bokeh draws them: dots without a name; the page's script knows the faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from photoclust.export.map.placing import Places

# Names that the page's script finds things by.
FACES, LABELS = "faces", "labels"


def plots(places: Sequence[Places]) -> dict[str, Any]:
    """One plot for each state of the same faces, as a Bokeh document in JSON.

    What is selected or looked at in one plot is in every other: all draw from one source.
    """
    from bokeh.document import Document
    from bokeh.models import ColumnDataSource

    count = len(places[0])
    source = ColumnDataSource(name=FACES)
    for number, state in enumerate(places):
        source.data[f"x{number}"], source.data[f"y{number}"] = state[:, 0], state[:, 1]
        source.data[f"fill{number}"] = np.repeat("#888888", count)
        source.data[f"shape{number}"] = np.repeat("circle", count)
        source.data[f"size{number}"] = np.repeat(6.0, count)
    document = Document()
    for number in range(len(places)):
        document.add_root(_plot(source, number))
    return dict(document.to_json(deferred=False))


def inline_script() -> str:
    """Bokeh's own script, whole, so that the page needs nothing else."""
    from bokeh.resources import Resources

    return "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)


def _plot(source: Any, number: int) -> Any:
    from bokeh.core.properties import value
    from bokeh.models import (
        BoxSelectTool,
        BoxZoomTool,
        ColumnDataSource,
        HoverTool,
        LassoSelectTool,
        PanTool,
        ResetTool,
        TapTool,
        WheelZoomTool,
    )
    from bokeh.plotting import figure

    lasso, tap = LassoSelectTool(continuous=False), TapTool()
    tools = [PanTool(), BoxZoomTool(), WheelZoomTool(), lasso, BoxSelectTool(), tap, ResetTool()]
    plot = figure(
        name=f"plot{number}",
        sizing_mode="stretch_both",
        match_aspect=True,
        tools=[*tools, HoverTool(tooltips=None, name="hover")],
        active_drag=lasso,
        active_tap=tap,
        toolbar_location="above",
        background_fill_alpha=0,
        border_fill_alpha=0,
        outline_line_alpha=0,
        min_border=0,  # a lasso that begins in a border is an error of Bokeh's
    )
    plot.toolbar.logo = None
    plot.axis.visible = False
    plot.grid.visible = False
    plot.scatter(
        f"x{number}",
        f"y{number}",
        source=source,
        marker=f"shape{number}",
        size=f"size{number}",
        fill_color=f"fill{number}",
        line_color=None,
        fill_alpha=0.8,
        selection_fill_alpha=1,
        nonselection_fill_alpha=0.2,
        nonselection_line_color=None,
    )
    plot.text(
        "x",
        "y",
        "text",
        source=ColumnDataSource({"x": [], "y": [], "text": []}, name=f"{LABELS}{number}"),
        name="label",
        text_align="center",
        text_baseline="bottom",
        y_offset=-6,
        text_font=value("sans-serif"),
        text_font_size="12px",
        text_font_style="bold",
        level="annotation",
    )
    return plot
