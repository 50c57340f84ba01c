"""Faces of photos that no library keeps, and what their similarities mean."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from photoclust.actions.calibrate import MOST_OF_THE_WAY
from photoclust.actions.pack import load_recorded
from photoclust.choices import Detail, Device
from photoclust.clustering.calibration import MIN_QUALITY
from photoclust.domain import DetectedFace
from photoclust.errors import NotFound, PackError, PhotoclustError, UnreadablePhoto
from photoclust.library import Library
from photoclust.models.installed import load_pack
from photoclust.models.open_pack import NAME as OPEN
from photoclust.models.pack import FacePack
from photoclust.models.strangers import Rate, Strangers, strangers_of
from photoclust.photos.decode import open_photo, read_bytes
from photoclust.photos.discover import kind_of
from photoclust.pipeline.examine import faces_of


@dataclass(frozen=True, slots=True)
class Gauge:
    """A loaded pack, and what a similarity (cosine) of two of its faces means.

    Attributes
    ----------
    match : at least this similar to somebody's exemplars, a face is taken for them.
    strangers : how often strangers are so alike; None for a pack that was not measured.
    shift : by how much more alike than that strangers are in the library.
    library : the file whose pack and calibration these are; None for a pack's own.
    """

    analyser: FacePack
    match: float
    strangers: Strangers | None
    shift: float = 0.0
    library: Path | None = None

    @property
    def pack(self) -> str:
        return self.analyser.description.name

    def rate(self, similarity: float) -> Rate | None:
        """The share of pairs of strangers that are at least this alike, if it is known."""
        return self.strangers.rate(similarity - self.shift) if self.strangers else None


def gauge_for(
    library: Library | None = None,
    pack: str | None = None,
    *,
    accept_licence: bool = False,
    device: str = Device.AUTO,
) -> Gauge:
    """The pack of this name or folder; without one the library's as it is calibrated, or `open`.

    Raises
    ------
    PackError : it cannot be loaded, or its licence was not accepted.
    """
    stored = library.packs.in_use() if library is not None and pack is None else None
    if library is None or stored is None:
        analyser = accepted_pack(pack or OPEN, accept_licence=accept_licence, device=device)
        thresholds = analyser.description.thresholds
        return Gauge(analyser, thresholds.match, strangers_of(thresholds))
    analyser = load_recorded(stored, device)
    strangers = strangers_of(analyser.description.thresholds)
    shift = _shift(strangers, stored.calibration) if strangers and stored.calibration else 0.0
    return Gauge(analyser, stored.match, strangers, shift, library.path)


def accepted_pack(
    pack: str, *, accept_licence: bool = False, device: str = Device.AUTO
) -> FacePack:
    """A pack by name or folder, loaded, whose weights may be used.

    Raises
    ------
    PackError : it cannot be loaded, or its licence was not accepted.
    """
    loaded = load_pack(pack, device=device)
    description = loaded.description
    if not description.commercial and not accept_licence:
        raise PackError(
            f"The weights of {description.name} are not free for any use ({description.licence}).",
            "If that fits your use, say so with --accept-licence; `open` has no such limit.",
        )
    return loaded


def faces_at(path: str, analyser: FacePack, detail: Detail = Detail.NORMAL) -> list[DetectedFace]:
    """Every face of a photo file, from left to right; nothing is kept.

    Raises
    ------
    UnreadablePhoto : with the reason.
    """
    photo = open_photo(read_bytes(path), kind_of(path), analyser.decoded_side)
    return sorted(faces_of(photo, analyser, detail), key=lambda face: face.detection.box.x1)


def faces_in(path: Path, analyser: FacePack, detail: Detail = Detail.NORMAL) -> list[DetectedFace]:
    """Every face of the photo that somebody asks about, from left to right.

    Raises
    ------
    PhotoclustError : it is no photo that can be read.
    """
    if not os.path.lexists(path):
        raise NotFound(f"There is no {path}.", "Check the spelling of the path.")
    if path.is_dir():
        raise PhotoclustError(f"{path} is a folder.", "Give one photo of it.")
    if kind_of(str(path)) == "video":
        raise PhotoclustError(f"{path} is a video.", "Save a picture of it, and give that.")
    try:
        return faces_at(str(path), analyser, detail)
    except UnreadablePhoto as error:
        raise PhotoclustError(
            f"Cannot read {path}: {error.message}.", "Give another photo, or a whole copy of it."
        ) from error


def chosen_face(
    path: Path, faces: list[DetectedFace], number: int | None, option: str = "--face"
) -> int:
    """Which of a photo's faces is meant, counted from the left and from 1.

    Raises
    ------
    PhotoclustError : it has none, or several and no number says which, or none of this number.
    """
    if not faces:
        raise PhotoclustError(f"No face was found in {path}.", "Use a photo with a clear face.")
    if number is None and len(faces) > 1:
        raise PhotoclustError(
            f"There are {len(faces)} faces in {path}.",
            f"Say which one with {option} 1 to {option} {len(faces)}, counted from the left.",
        )
    number = 1 if number is None else number
    if not 1 <= number <= len(faces):
        raise PhotoclustError(
            f"There is no face {number} in {path}: it has {len(faces)}.",
            "They are counted from the left, from 1.",
        )
    return number


def is_weak(face: DetectedFace) -> bool:
    """Is it so small or blurred that it is like other such faces, whoever they are?"""
    return face.quality < MIN_QUALITY


def _shift(strangers: Strangers, calibration: dict[str, Any]) -> float:
    """How far the library's strangers are from the curve, as `calibrate` moves thresholds.

    That is as far as the calibration's interval demands, at the rate that it looked at.
    """
    usual = strangers.similarity(calibration["rate"])
    most = MOST_OF_THE_WAY * (1 - usual)
    here = np.clip(usual, calibration["low"], calibration["high"])
    return float(np.clip(here - usual, -most, most))
