"""When and where a photo was taken."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from photoclust.photos.decode import decode
from photoclust.photos.metadata import (
    DATE_TIME,
    DATE_TIME_DIGITIZED,
    DATE_TIME_ORIGINAL,
    EXIF_FOLDER,
    GPS_FOLDER,
    LATITUDE,
    LATITUDE_REF,
    LONGITUDE,
    LONGITUDE_REF,
    OFFSET_TIME,
    OFFSET_TIME_ORIGINAL,
    Metadata,
    read_metadata,
)

SYDNEY = ((33.0, 51.0, 36.0), "S", (151.0, 12.0, 36.0), "E")


def metadata_of(
    plain: dict[int, Any] | None = None,
    details: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
    kind: str = "JPEG",
) -> Metadata:
    """What is read back from a picture that was written with these tags."""
    exif = Image.Exif()
    exif.update(plain or {})
    exif.get_ifd(EXIF_FOLDER).update(details or {})
    exif.get_ifd(GPS_FOLDER).update(gps or {})
    exif.load(exif.tobytes())  # or else Pillow leaves the folders out of a TIFF
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, kind, exif=exif)
    return decode(stream.getvalue()).metadata


def taken_at(original: Any, **more: Any) -> str | None:
    return metadata_of(details={DATE_TIME_ORIGINAL: original, **more}).taken_at


def place(latitude: Any, north: Any, longitude: Any, east: Any) -> tuple[float, float] | None:
    found = metadata_of(
        gps={LATITUDE: latitude, LATITUDE_REF: north, LONGITUDE: longitude, LONGITUDE_REF: east}
    )
    if found.latitude is None or found.longitude is None:
        assert found.latitude is found.longitude is None
        return None
    return found.latitude, found.longitude


def test_a_picture_without_exif_says_nothing() -> None:
    assert read_metadata(Image.new("RGB", (8, 8))) == Metadata(None, None, None)
    assert metadata_of() == Metadata(None, None, None)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_format_tells_time_and_place(kind: str) -> None:
    latitude, north, longitude, east = SYDNEY
    found = metadata_of(
        {DATE_TIME: "2021:03:04 05:06:07"},
        {DATE_TIME_ORIGINAL: "2020:01:02 03:04:05"},
        {LATITUDE: latitude, LATITUDE_REF: north, LONGITUDE: longitude, LONGITUDE_REF: east},
        kind=kind,
    )
    assert found.taken_at == "2020-01-02T03:04:05"
    assert (found.latitude, found.longitude) == pytest.approx((-33.86, 151.21))


def test_the_offset_of_the_camera_is_kept() -> None:
    details = {DATE_TIME_ORIGINAL: "2020:01:02 03:04:05", OFFSET_TIME_ORIGINAL: "+09:30"}
    assert metadata_of(details=details).taken_at == "2020-01-02T03:04:05+09:30"


def test_the_offset_of_another_date_is_not_taken() -> None:
    details = {DATE_TIME_ORIGINAL: "2020:01:02 03:04:05", OFFSET_TIME: "+09:30"}
    assert metadata_of(details=details).taken_at == "2020-01-02T03:04:05"


@pytest.mark.parametrize("offset", ["Z", "", "9:30", "+0930", "+09:30 "])
def test_only_a_whole_offset_counts(offset: str) -> None:
    details = {DATE_TIME_ORIGINAL: "2020:01:02 03:04:05", OFFSET_TIME_ORIGINAL: offset}
    found = metadata_of(details=details).taken_at
    assert found in ("2020-01-02T03:04:05", "2020-01-02T03:04:05+09:30")
    assert (found or "").endswith("+09:30") == (offset.strip() == "+09:30")


@pytest.mark.parametrize("offset", ["+99:99", "-24:00", "+12:61"])
def test_an_offset_that_makes_no_sense_is_left_out(offset: str) -> None:
    details = {DATE_TIME_ORIGINAL: "2020:01:02 03:04:05", OFFSET_TIME_ORIGINAL: offset}
    assert metadata_of(details=details).taken_at == "2020-01-02T03:04:05"


@pytest.mark.parametrize(
    "nonsense",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2020:02:30 10:00:00",
        "2020:13:01 10:00:00",
        "2020:01:01 25:00:00",
        "yesterday",
        "",
        "\0" * 19,
        "2020-01-01 10:00:00",
    ],
)
def test_a_date_that_makes_no_sense_is_no_date(nonsense: str) -> None:
    assert taken_at(nonsense) is None


@pytest.mark.parametrize("nonsense", [12345, (2020, 1, 2), 1.5])
def test_a_date_of_another_type_is_no_date(nonsense: Any) -> None:
    assert taken_at(nonsense) is None


def test_what_follows_the_seconds_is_ignored() -> None:
    assert taken_at("2020:01:02 03:04:05.678") == "2020-01-02T03:04:05"
    assert taken_at("2020:01:02 03:04:05\0\0") == "2020-01-02T03:04:05"


def test_the_next_best_date_is_used() -> None:
    details = {DATE_TIME_ORIGINAL: "0000:00:00 00:00:00", DATE_TIME_DIGITIZED: "bad"}
    found = metadata_of({DATE_TIME: "2021:03:04 05:06:07"}, details)
    assert found.taken_at == "2021-03-04T05:06:07"
    details[DATE_TIME_DIGITIZED] = "2020:06:07 08:09:10"
    found = metadata_of({DATE_TIME: "2021:03:04 05:06:07"}, details)
    assert found.taken_at == "2020-06-07T08:09:10"


def test_every_date_that_is_kept_can_be_parsed() -> None:
    for written in ("2020:01:02 03:04:05", "1969:12:31 23:59:59", "2024:02:29 00:00:00"):
        assert datetime.fromisoformat(taken_at(written) or "")


@pytest.mark.parametrize(
    ("north", "east", "expected"),
    [
        ("N", "E", (33.86, 151.21)),
        ("S", "E", (-33.86, 151.21)),
        ("N", "W", (33.86, -151.21)),
        ("S", "W", (-33.86, -151.21)),
        ("s", "w", (-33.86, -151.21)),
    ],
)
def test_hemispheres(north: str, east: str, expected: tuple[float, float]) -> None:
    assert place(SYDNEY[0], north, SYDNEY[2], east) == pytest.approx(expected)


def test_a_place_of_0_by_0_is_no_place() -> None:
    nothing = (IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0))
    assert place(nothing, "N", nothing, "E") is None
    assert place(SYDNEY[0], "S", nothing, "E") is None


def test_the_gulf_of_guinea_is_where_cameras_without_a_fix_are() -> None:
    assert place((0.0, 0.0, 0.0), "N", (0.0, 0.0, 0.0), "E") is None
    assert place((0.0, 0.0, 0.0), "N", (6.0, 30.0, 0.0), "E") == pytest.approx((0, 6.5))


@pytest.mark.parametrize("latitude", [(91.0, 0.0, 0.0), (33.0, 51.0), 33.86, (1, 2, 3, 4)])
def test_a_place_that_makes_no_sense_is_no_place(latitude: Any) -> None:
    assert place(latitude, "N", SYDNEY[2], "E") is None


def test_half_a_place_is_no_place() -> None:
    found = metadata_of(gps={LATITUDE: SYDNEY[0], LATITUDE_REF: "S"})
    assert (found.latitude, found.longitude) == (None, None)


def test_broken_exif_says_nothing() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert decode(stream.getvalue()).metadata == Metadata(None, None, None)
