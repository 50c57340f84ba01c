"""When and where a photo was taken, from its EXIF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

# EXIF 2.32 tag numbers.
EXIF_FOLDER, GPS_FOLDER = 0x8769, 0x8825
DATE_TIME, DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED = 0x0132, 0x9003, 0x9004
OFFSET_TIME, OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED = 0x9010, 0x9011, 0x9012
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a photo says of itself.

    Attributes
    ----------
    taken_at : ISO 8601 local time, with its UTC offset where the camera wrote one.
    latitude, longitude : degrees, north and east positive (WGS 84).
    """

    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def read_metadata(image: Image) -> Metadata:
    """The metadata of an opened picture; what is missing or makes no sense is None."""
    try:
        exif = image.getexif()
        details = exif.get_ifd(EXIF_FOLDER)
        place = exif.get_ifd(GPS_FOLDER)
    except Exception:  # broken EXIF says nothing about the pixels
        return Metadata()
    latitude = _degrees(place.get(LATITUDE), place.get(LATITUDE_REF), "S", limit=90)
    longitude = _degrees(place.get(LONGITUDE), place.get(LONGITUDE_REF), "W", limit=180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        latitude = longitude = None
    return Metadata(_taken_at(exif, details), latitude, longitude)


def _taken_at(exif: Exif, details: dict[int, Any]) -> str | None:
    candidates = (
        (details.get(DATE_TIME_ORIGINAL), details.get(OFFSET_TIME_ORIGINAL)),
        (details.get(DATE_TIME_DIGITIZED), details.get(OFFSET_TIME_DIGITIZED)),
        (exif.get(DATE_TIME), details.get(OFFSET_TIME)),
    )
    for written, offset in candidates:
        try:
            moment = datetime.strptime(_text(written)[:19], "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        known_offset = _text(offset)
        if re.fullmatch(r"[+-]([01]\d|2[0-3]):[0-5]\d", known_offset):
            return moment.isoformat() + known_offset
        return moment.isoformat()
    return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""


def _degrees(parts: Any, reference: object, negative: str, limit: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= limit:
        return None
    return -value if _text(reference).upper() == negative else value
