"""When, where and with what a photo was taken."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
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
    GPS_DATE,
    GPS_FOLDER,
    GPS_TIME,
    LATITUDE,
    LATITUDE_REF,
    LONGEST_CAMERA,
    LONGITUDE,
    LONGITUDE_REF,
    MAKE,
    MODEL,
    OFFSET_TIME,
    OFFSET_TIME_ORIGINAL,
    Metadata,
    camera_name,
    read_exif,
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


def by_satellites(local: str, date: Any, time: Any) -> str | None:
    """The time that is told where only the satellites know the offset."""
    return metadata_of(
        details={DATE_TIME_ORIGINAL: local}, gps={GPS_DATE: date, GPS_TIME: time}
    ).taken_at


@pytest.mark.parametrize(
    ("local", "utc", "offset"),
    [
        ("2020:06:07 12:00:00", (10.0, 0.0, 0.0), "+02:00"),
        ("2020:06:07 12:00:00", (10.0, 1.0, 59.0), "+02:00"),
        ("2020:06:07 12:00:00", (9.0, 58.0, 1.0), "+02:00"),
        ("2020:06:07 12:00:00", (12.0, 0.0, 0.5), "+00:00"),
        ("2020:06:07 01:00:00", (5.0, 0.0, 0.0), "-04:00"),
        ("2020:06:07 17:30:00", (12.0, 0.0, 0.0), "+05:30"),
        ("2020:06:07 17:45:00", (12.0, 0.0, 0.0), "+05:45"),
        ("2020:06:07 08:30:00", (12.0, 0.0, 0.0), "-03:30"),
        ("2020:06:08 02:00:00", (12.0, 0.0, 0.0), "+14:00"),
        ("2020:06:07 00:00:00", (12.0, 0.0, 0.0), "-12:00"),
    ],
)
def test_the_offset_follows_from_the_satellites(local: str, utc: Any, offset: str) -> None:
    found = by_satellites(local, "2020:06:07", utc)
    assert found is not None
    assert found[19:] == offset
    assert found[:19] == datetime.strptime(local, "%Y:%m:%d %H:%M:%S").isoformat()


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("2020:06:07", (9.0, 57.0, 0.0)),  # three minutes off
        ("2020:06:07", (9.0, 45.0, 0.0)),  # +02:15 is nowhere
        ("2020:06:06", (10.0, 0.0, 0.0)),
        ("2020:06:07", (23.9, 59.0, 0.0)),
        ("2020:06:06", (21.0, 0.0, 0.0)),  # +15:00
        ("2020:06:08", (1.0, 0.0, 0.0)),  # -13:00
        ("yesterday", (10.0, 0.0, 0.0)),
        ("2020:06:07", (10.0, 0.0)),
        ("2020:06:07", (IFDRational(0, 0), 0.0, 0.0)),
        ("", (10.0, 0.0, 0.0)),
    ],
)
def test_satellites_that_make_no_sense_tell_no_offset(date: str, utc: Any) -> None:
    assert by_satellites("2020:06:07 12:00:00", date, utc) == "2020-06-07T12:00:00"


def test_the_cameras_own_offset_comes_before_the_satellites() -> None:
    details = {DATE_TIME_ORIGINAL: "2020:06:07 12:00:00", OFFSET_TIME_ORIGINAL: "+01:00"}
    gps = {GPS_DATE: "2020:06:07", GPS_TIME: (10.0, 0.0, 0.0)}
    assert metadata_of(details=details, gps=gps).taken_at == "2020-06-07T12:00:00+01:00"


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("NIKON CORPORATION", "NIKON D750", "NIKON D750"),
        ("SONY", "ILCE-7M3", "SONY ILCE-7M3"),
        ("canon", "Canon EOS R5", "Canon EOS R5"),
        ("Apple", "iPhone 12", "Apple iPhone 12"),
        ("LG", "LGM-V300", "LG LGM-V300"),
        ("Canon", None, "Canon"),
        (None, "EOS R5", "EOS R5"),
        ("  Canon \0\0", " Canon  EOS\t5D ", "Canon EOS 5D"),
        ("Canon\0rubbish", "EOS\x07 5D\x1b", "Canon EOS 5D"),
        (b"Canon\0", b"EOS 5D", "Canon EOS 5D"),
        ("\0\0", " ", None),
        (None, None, None),
        (12, (1, 2), None),
    ],
)
def test_make_and_model_are_the_camera(make: object, model: object, camera: str | None) -> None:
    assert camera_name(make, model) == camera


def test_a_camera_of_many_letters_is_cut() -> None:
    assert len(camera_name("Canon", "x" * 5000) or "") == LONGEST_CAMERA


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_format_tells_its_camera(kind: str) -> None:
    assert metadata_of({MAKE: "Canon", MODEL: "Canon EOS 5D"}, kind=kind).camera == "Canon EOS 5D"


def test_exif_is_read_without_a_picture() -> None:
    exif = Image.Exif()
    exif[MODEL] = "EOS 5D"
    exif.get_ifd(EXIF_FOLDER)[DATE_TIME_ORIGINAL] = "2020:06:07 12:00:00"
    assert read_exif(exif) == Metadata("2020-06-07T12:00:00", camera="EOS 5D")
    assert read_exif(Image.Exif()) == Metadata()


def test_the_sample_photos_tell_what_they_say(data: Path) -> None:
    folder = data / "formats" / "camera" / "metadata"
    if not folder.is_dir():
        pytest.skip("no photos with metadata in the test data")
    wanted = {
        "dates/date-priority-test.jpg": Metadata("2023-02-02T02:00:00"),
        "dates/datetimeoriginal-gps.jpg": Metadata("2025-12-01T11:30:00", 39.0, -108.0),
        "dates/time-created.jpg": Metadata(camera="Canon EOS R5"),
        "gps-position/empty_gps.jpg": Metadata(
            "2025-06-01T16:59:26", camera="motorola moto g(9) plus"
        ),
        "rating/mongolels.jpg": Metadata("2009-08-29T13:18:08", camera="Canon EOS 500D"),
    }
    for name, metadata in wanted.items():
        assert decode((folder / name).read_bytes()).metadata == metadata


def test_of_a_motion_photo_the_still_is_looked_at(data: Path) -> None:
    path = data / "formats" / "library" / "real_media" / "mp4.mp4"
    film = path.read_bytes() if path.exists() else b"\0\0\0\x18ftypmp42" + bytes(100_000)
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[MODEL] = "Pixel 7"
    Image.new("RGB", (64, 48), (200, 30, 40)).save(stream, "JPEG", quality=95, exif=exif)
    photo = decode(stream.getvalue() + film)
    assert (photo.width, photo.height) == (64, 48)
    assert abs(photo.pixels.astype(int) - (200, 30, 40)).max() < 6
    assert photo.metadata == Metadata(camera="Pixel 7")
