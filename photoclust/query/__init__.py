"""The one small query language: who is to be in a photo, and what else is asked of it.

A name is a query already: `John Smith` finds his photos. Signs join names:

    John & Anna                   both are in the photo
    John | Anna                   one of them at least
    John & !Max                   John without Max; `!Max` alone: every photo without Max
    John & (Anna | "Ben Smith")   parentheses group; else ! comes before &, and & before |
    John#3, #3                    the person with number 3, where several are called John

Words side by side are one name, so names are written without quotes, unless a sign is part of
them: `"D&D"`. An apostrophe or a ! inside a word is a letter (`O'Brien`, `P!nk`); and, or and not
are names like any other. In a shell put the whole query in single quotes.

    query  = all { "|" all }
    all    = one { "&" one }
    one    = "!" one | "(" query ")" | person
    person = name [ "#" digits ] | "#" digits
    name   = word { word } | quoted
    word   = any characters but blanks & | ( ) # and double quotes; ! ' not at its start
    quoted = '"' any characters '"' | "'" any characters "'"; with \\" \\' and \\\\ for " ' and \\

`&&` is &, `||` is |, and curly quotes are quotes. What else a photo is asked for:

    2..4, 2, 2.., ..4          how many faces                                `parse_range`
    2019, 2020-06, 2020-06-15  from the first to the last day of it          `parse_day`
    45.4,9.2,5km               latitude, longitude, distance (km, m, mi)     `parse_place`
    John:0..2, "D&D"#3:6m..2   a person's age in completed years or months   `parse_age`

and where it goes, `{date:%Y}/{person}` (`parse_template`). Text becomes plain values here, which
know nothing of a library; `evaluate` asks for the photos of each person. Whatever cannot be
understood is a `QueryError` that shows the place:

    Nothing follows the & in this query.
    John &
          ^

Examples
--------
>>> query = parse('John & !"Ben Smith"')
>>> people_of(query)
[Who(text='John', number=None, at=0), Who(text='Ben Smith', number=None, at=8)]
>>> photos = {"John": {1, 2, 3}, "Ben Smith": {2}}
>>> evaluate(query, lambda who: photos[who.text], {1, 2, 3, 4})
{1, 3}
>>> parse_range("2..").holds(7)
True
>>> template = parse_template("{date:%Y/%m}")
>>> template.render(Facts("a.jpg", parse_day("2020-06", end=False))).as_posix()
'2020/06/a.jpg'
"""

from photoclust.query.errors import QueryError, marked
from photoclust.query.expression import (
    And,
    Expression,
    Not,
    Or,
    Selection,
    Who,
    evaluate,
    negatives,
    people_of,
    positives,
    written,
)
from photoclust.query.filters import Sort, parse_day, parse_limit, parse_similarity, parse_sort
from photoclust.query.grammar import parse, signs_for
from photoclust.query.places import Place, distance, parse_place
from photoclust.query.query import Filters, Query
from photoclust.query.ranges import (
    Age,
    IntRange,
    age_in_months,
    age_in_years,
    parse_age,
    parse_range,
)
from photoclust.query.template import Facts, Template, parse_template

__all__ = [
    "Age",
    "And",
    "Expression",
    "Facts",
    "Filters",
    "IntRange",
    "Not",
    "Or",
    "Place",
    "Query",
    "QueryError",
    "Selection",
    "Sort",
    "Template",
    "Who",
    "age_in_months",
    "age_in_years",
    "distance",
    "evaluate",
    "marked",
    "negatives",
    "parse",
    "parse_age",
    "parse_day",
    "parse_limit",
    "parse_place",
    "parse_range",
    "parse_similarity",
    "parse_sort",
    "parse_template",
    "people_of",
    "positives",
    "signs_for",
    "written",
]
