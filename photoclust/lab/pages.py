"""Reports as one HTML file each: style, pictures and charts are inside, nothing is loaded."""

from __future__ import annotations

import re

import numpy as np
from markupsafe import Markup, escape

from photoclust.pages import environment, palette

# In every page, so that it can be told from somebody else's file.
MARKER = '<meta name="generator" content="photoclust evaluate">'


def render(template: str, **values: object) -> bytes:
    """A template of the lab with these values, as a whole page."""
    templates = environment(__package__)
    templates.globals.update(marker=MARKER, palette=Markup(palette()))
    templates.filters.update(
        breakable=_breakable,
        score=lambda value: f"{value:.4f}",
        short=lambda value: f"{value:.3f}",
        mean=lambda value: f"{value:.2f}",
        plain=lambda value: np.format_float_positional(value, trim="-"),
        percent=lambda value: f"{100 * value:.2f}",
    )
    html = templates.get_template(template).render(**values)
    return html.encode("utf-8", "replace")


def _breakable(name: str) -> Markup:
    """A name that may go on in the next line after an underscore or a slash."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[_/])", name))
