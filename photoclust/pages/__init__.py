"""What every page of photoclust shares: the palette, and how words and data get into HTML.

Pages are templates of whoever writes them; `environment` makes templates safe against hostile
names, and `palette` is the start of every style sheet.
"""

from __future__ import annotations

import json
from datetime import date
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from photoclust.choices import Theme

# First strong isolate and its end: a name in an attribute cannot turn the text around it.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"


def environment(package: str) -> Environment:
    """Templates of a package, with its filters: everything is escaped, nothing may be missing.

    Filters: `counted`, `day`, `isolated`, `data` (a value for an inline script).
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(counted=counted, day=day, isolated=isolated, data=data)
    return made


def palette(theme: Theme = Theme.AUTO) -> str:
    """The colours, radius and base font of every page, as CSS: light, dark, or as is preferred."""
    css = (resources.files(__package__) / "palette.css").read_text("utf-8")
    if theme == Theme.AUTO:
        return css
    css = css.replace("color-scheme: light dark", f"color-scheme: {theme}")
    return css.replace("(prefers-color-scheme: dark)", "all" if theme == Theme.DARK else "not all")


def counted(count: int, one: str, many: str = "") -> str:
    """1 photo, 2 photos, 1,234 photos."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def day(when: date) -> str:
    """12 May 2019."""
    return f"{when.day} {when:%B %Y}"


def isolated(text: str) -> str:
    """The text, whose direction ends with it: for attributes, where `<bdi>` cannot be."""
    return f"{ISOLATE}{text}{END_ISOLATE}"


def data(value: object) -> Markup:
    """A value as JSON that stands in an HTML page: no `<` can end the script it is in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
