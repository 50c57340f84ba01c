"""The page of a map: one HTML file with the dots, the crops and Bokeh inside; nothing is loaded."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from photoclust.choices import Placing
from photoclust.export.map.drawing import inline_script, plots
from photoclust.export.map.placing import Places
from photoclust.library.faces import Face
from photoclust.pages import environment, palette

# In every map, so that it can be told from somebody else's file.
MARKER = '<meta name="generator" content="photoclust map">'


@dataclass(frozen=True, slots=True)
class State:
    """The same faces at some time: where each is, NaN for nowhere, and whose it is."""

    title: str
    places: Places
    people: Sequence[str | None]
    clusters: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Map:
    """What a map shows.

    Attributes
    ----------
    library : the file's name.
    method : how the faces were placed.
    faces : in the order of every state's places.
    files : photo -> one of its files.
    crops : face -> its picture as a data URI.
    states : one, or two to compare; `now` is the place of what the library says now.
    left_out : faces that were meant too, but are too many.
    program : how commands for this library begin.
    """

    library: str
    method: Placing
    faces: Sequence[Face]
    files: Mapping[int, str]
    crops: Mapping[int, str]
    states: Sequence[State]
    now: int
    left_out: int
    program: Sequence[str]


def map_page(shown: Map, written: date) -> bytes:
    """The whole page."""
    templates = environment(__package__)
    html = templates.get_template("map.html").render(
        marker=Markup(MARKER),
        palette=Markup(palette()),
        bokeh=Markup(inline_script()),
        shown=shown,
        written=written,
        faces=_data(shown),
        plots=plots([state.places for state in shown.states]),
    )
    return html.encode("utf-8", "replace")


def _data(shown: Map) -> dict[str, object]:
    """What the page's script knows: a list for each property, in the order of the faces."""
    references = {
        face.person: shlex.quote(f"{face.person}#{face.person_id}")
        for face in shown.faces
        if face.person is not None
    }
    return {
        "program": shlex.join(shown.program),
        "id": [face.id for face in shown.faces],
        "day": [(face.taken_at or "")[:10] for face in shown.faces],
        "file": [shown.files.get(face.photo_id, "") for face in shown.faces],
        "crop": [shown.crops[face.id] for face in shown.faces],
        "reference": references,
        "now": shown.now,
        "states": [
            {"title": state.title, "person": state.people, "cluster": state.clusters}
            for state in shown.states
        ],
    }


