"""A pack that needs no model: a photo is a row of coloured squares, each a face of that colour."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photoclust.choices import Detail, Device
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.models.open_pack import THRESHOLDS
from photoclust.models.pack import FacePack, PackDescription, Thresholds
from photoclust.vectors import Vector, normalised

DIM = 16  # of the libraries in tests
SIDE = 40  # pixels of a square
ALMOST_BLACK = 5

Colour = tuple[int, int, int]


class Painted(FacePack):
    """A face's embedding is its colour. Black is nobody, a grey face is blurred.

    One that is nearly black is seen with much detail only.
    """

    decoded_side = 10_000
    eye_distance = 0.0
    device = Device.CPU

    def __init__(self, thresholds: Thresholds = THRESHOLDS, commercial: bool = True) -> None:
        self.description = PackDescription(
            name="painted",
            fingerprint="f" * 64,
            dim=DIM,
            licence="made up",
            commercial=commercial,
            thresholds=thresholds,
        )

    def look(self, colour: Colour) -> Vector:
        return np.asarray(normalised(np.array([*colour, *[0] * (DIM - 3)], np.float32)))

    def photo(self, path: Path, *colours: Colour) -> Path:
        """A photo of these faces, from left to right."""
        row = np.repeat(np.array(colours, np.uint8)[None], SIDE, axis=0)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.repeat(row, SIDE, axis=1)).save(path, "PNG")
        return path

    def detect(self, pixels: Pixels, detail: Detail = Detail.NORMAL) -> list[Detection]:
        columns = pixels.shape[1]
        return [
            Detection.of(np.array([x, 0, x + SIDE, columns]) / columns, 0.9, np.zeros((5, 2)))
            for x in range(0, columns, SIDE)
            if pixels[0, x].max() > (0 if detail is Detail.HIGH else ALMOST_BLACK)
        ]

    def embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        faces = []
        for detection in detections:
            colour = pixels[0, round(detection.box.x1 * pixels.shape[1])]
            quality = 0.01 if len(set(colour.tolist())) == 1 else 0.9
            faces.append(DetectedFace(detection, self.look(tuple(colour.tolist())), quality))
        return faces


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Painted:
    """The pack that every command gets; how alike its strangers are is known as for `open`."""
    pack = Painted()

    def on(device: Device) -> Painted:
        pack.device = device
        return pack

    monkeypatch.setattr("photoclust.actions.looking.load_pack", lambda _name, device: on(device))
    monkeypatch.setattr(
        "photoclust.actions.looking.load_recorded", lambda _stored, device: on(device)
    )
    return pack
