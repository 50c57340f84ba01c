"""`45.4,9.2,5km`: near a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from photoclust.query.errors import QueryError, start_of

# Mean radius R1 of the ellipsoid GRS 80, in metres (H. Moritz, Geodetic Reference System 1980,
# Journal of Geodesy 74, 2000). The ellipsoid is no ball: a distance is up to 0.6 % off.
EARTH_RADIUS = 6_371_008.8

METRES = {"": 1000.0, "km": 1000.0, "m": 1.0, "mi": 1609.344}  # km where no unit is given

_PART = re.compile(r"(?:^|(?<=,))[^,]*")
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DEGREES = re.compile(rf"(?P<sign>[+-]?)(?P<number>{_NUMBER})\s*(?P<side>[A-Z]?)", re.IGNORECASE)
_DISTANCE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>[a-z]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Around a point, in degrees north and east (WGS 84), within so many metres."""

    latitude: float
    longitude: float
    metres: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Is the point within the distance?"""
        return distance(self.latitude, self.longitude, latitude, longitude) <= self.metres


def distance(latitude: float, longitude: float, latitude_2: float, longitude_2: float) -> float:
    """Metres between two points on a great circle, by the haversine formula.

    R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68 (2), 1984. Degrees, WGS 84.
    """
    north, north_2 = radians(latitude), radians(latitude_2)
    rise = sin((north_2 - north) / 2) ** 2
    turn = sin(radians(longitude_2 - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(min(1.0, rise + cos(north) * cos(north_2) * turn)))


def parse_place(text: str) -> Place:
    """Latitude, longitude and distance: `45.4,9.2,5km`, `33.9S, 151.2E, 800 m`, `45.4,9.2,3mi`.

    Raises
    ------
    QueryError : it is no such place.
    """
    parts = [(part[0].strip(), start_of(text, part.start())) for part in _PART.finditer(text)]
    if len(parts) != 3:
        at = parts[3][1] if len(parts) > 3 else len(text)
        form = "A place is written as latitude, longitude and distance: 45.4,9.2,5km."
        raise QueryError(form, text, at)
    latitude = _degrees(text, *parts[0], "latitude", 90, "NS")
    longitude = _degrees(text, *parts[1], "longitude", 180, "EW")
    return Place(latitude, longitude, _metres(text, *parts[2]))


def _degrees(text: str, part: str, at: int, what: str, most: int, sides: str) -> float:
    match = _DEGREES.fullmatch(part)
    side = match["side"].upper() if match else ""
    if match is None or side not in ("", *sides) or (side and match["sign"]):
        form = f"A {what} is written 9.2, -9.2 or 9.2{sides[1]}."
        raise QueryError(form, text, at)
    degrees = float(match["number"])
    if degrees > most:
        raise QueryError(f"A {what} is between -{most} and {most} degrees.", text, at)
    return -degrees if match["sign"] == "-" or side == sides[1] else degrees


def _metres(text: str, part: str, at: int) -> float:
    match = _DISTANCE.fullmatch(part)
    if match is None or match["unit"].lower() not in METRES:
        raise QueryError("A distance is written 5km, 800m or 3mi.", text, at)
    metres = float(match["number"]) * METRES[match["unit"].lower()]
    if not metres:
        raise QueryError("The distance is to be more than nothing.", text, at)
    return metres
