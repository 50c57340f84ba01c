"""The page of a map: one HTML file with the dots, the crops and Bokeh inside; nothing is loaded."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
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
    """The same faces at some time, or by another model.

    Attributes
    ----------
    places : (n, 2), NaN for a face that is not there.
    people, clusters : whose each face is.
    like : for each face's cluster the one of the state `now` that has its colour.
    """

    title: str
    places: Places
    people: Sequence[str | None]
    clusters: Sequence[int | None]
    like: Sequence[int | None]


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
    ending : what commands for this library end with, such as `--db FILE`; may be empty.
    """

    library: str
    method: Placing
    faces: Sequence[Face]
    files: Mapping[int, str]
    crops: Mapping[int, str]
    states: Sequence[State]
    now: int
    left_out: int
    ending: Sequence[str]


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
    people = shown.states[shown.now].people
    references = {
        person: shlex.quote(f"{face.person}#{face.person_id}")
        for person, face in zip(people, shown.faces, strict=True)
        if person is not None
    }
    return {
        "ending": "".join(f" {shlex.quote(word)}" for word in shown.ending),
        "id": [face.id for face in shown.faces],
        "day": [(face.taken_at or "")[:10] for face in shown.faces],
        "file": [shown.files.get(face.photo_id, "") for face in shown.faces],
        "crop": [shown.crops[face.id] for face in shown.faces],
        "reference": references,
        "now": shown.now,
        "states": [
            {
                "title": state.title,
                "person": state.people,
                "cluster": state.clusters,
                "like": state.like,
                "there": np.isfinite(state.places[:, 0]).tolist(),
            }
            for state in shown.states
        ],
    }
