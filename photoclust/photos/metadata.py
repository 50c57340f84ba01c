"""When, where and with what a photo was taken, from its EXIF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

# EXIF 2.32 tag numbers.
EXIF_FOLDER, GPS_FOLDER = 0x8769, 0x8825
MAKE, MODEL = 0x010F, 0x0110
DATE_TIME, DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED = 0x0132, 0x9003, 0x9004
OFFSET_TIME, OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED = 0x9010, 0x9011, 0x9012
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4
GPS_TIME, GPS_DATE = 7, 29

LONGEST_CAMERA = 100  # characters

# Minutes from UTC that are no whole hours, and the outermost ones (IANA's time zones, since 1990).
ODD_OFFSETS = frozenset({-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 690, 765, 825})
WESTERNMOST, EASTERNMOST = -12 * 60, 14 * 60

# How far a camera's clock may be from that of the satellites to tell its offset by it: the offset
# of a clock that is further off is anybody's guess (github.com/photostructure/exiftool-vendored.js,
# issue 219, does the same).
CLOCK_ERROR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a photo says of itself.

    Attributes
    ----------
    taken_at : ISO 8601 local time, with its UTC offset where the camera wrote one, or where it
        follows from the satellites' time.
    latitude, longitude : degrees, north and east positive (WGS 84).
    camera : make and model, on one line.
    """

    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str | None = None


def read_metadata(image: Image) -> Metadata:
    """The metadata of an opened picture; what is missing or makes no sense is None."""
    try:
        exif = image.getexif()
    except Exception:  # broken EXIF says nothing about the pixels
        return Metadata()
    return read_exif(exif)


def read_exif(exif: Exif) -> Metadata:
    """The metadata that EXIF holds; what is missing or makes no sense is None."""
    try:
        details = exif.get_ifd(EXIF_FOLDER)
        place = exif.get_ifd(GPS_FOLDER)
    except Exception:
        return Metadata()
    latitude, longitude = place_or_none(
        _degrees(place.get(LATITUDE), place.get(LATITUDE_REF), "S"),
        _degrees(place.get(LONGITUDE), place.get(LONGITUDE_REF), "W"),
    )
    camera = camera_name(exif.get(MAKE), exif.get(MODEL))
    return Metadata(_taken_at(exif, details, place), latitude, longitude, camera)


def place_or_none(
    latitude: float | None, longitude: float | None
) -> tuple[float, float] | tuple[None, None]:
    """Both degrees, or neither: no place is beyond the poles, nor 0 by 0."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None, None
    return latitude, longitude


def camera_name(make: object, model: object) -> str | None:
    """Make and model, the make once: `Canon` and `Canon EOS 5D` are `Canon EOS 5D`."""
    maker, name = _one_line(make), _one_line(model)
    if maker and name and maker.split()[0].casefold() == name.split()[0].casefold():
        maker = ""
    return f"{maker} {name}".strip()[:LONGEST_CAMERA].strip() or None


def _one_line(value: object) -> str:
    """Text up to its end mark, without what cannot be printed."""
    text = _text(value).partition("\0")[0]
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _taken_at(exif: Exif, details: dict[int, Any], place: dict[int, Any]) -> str | None:
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
        if not re.fullmatch(r"[+-]([01]\d|2[0-3]):[0-5]\d", known_offset):
            known_offset = _offset_by_satellites(moment, place)
        return moment.isoformat() + known_offset
    return None


def _offset_by_satellites(local: datetime, place: dict[int, Any]) -> str:
    """`+02:00`, if the local time is a time zone's offset away from the satellites', or empty."""
    try:
        hours, minutes, seconds = (float(part) for part in place[GPS_TIME])
        day = datetime.strptime(_text(place[GPS_DATE])[:10], "%Y:%m:%d")
        ahead = local - day - timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return ""
    offset = 15 * round(ahead / timedelta(minutes=15))
    if abs(ahead - timedelta(minutes=offset)) > CLOCK_ERROR:
        return ""
    if not WESTERNMOST <= offset <= EASTERNMOST or (offset % 60 and offset not in ODD_OFFSETS):
        return ""
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 ") if isinstance(value, str) else ""


def _degrees(parts: Any, reference: object, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not value >= 0:
        return None
    return -value if _text(reference).upper() == negative else value
