"""A face put together half of one person and half of another: is it a new person?

How often it is taken for one of the two is measured by `python benchmarks/live_choices.py halves`
(docs/lab.md): hardly ever with `open`, but three times in ten with MobileFaceNet. These tests hold
both to that.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from photoclust.lab.live.frames import Frame
from photoclust.lab.live.naming import Namer
from photoclust.lab.live.pose import pose_of
from photoclust.lab.live.session import Session
from photoclust.models.alignment import cut_chip
from photoclust.models.installed import load_pack

if TYPE_CHECKING:
    from photoclust.domain import Pixels
    from photoclust.models.open_pack import OpenPack
    from photoclust.models.pack import FacePack
    from photoclust.vectors import Matrix

SIDE = 300  # pixels of a square with a face, and where its landmarks go
PLACES = np.array([(115, 120), (185, 120), (150, 156), (121, 190), (179, 190)], np.float64)

PEOPLE = 30  # of lfw-a, neighbours in the alphabet; of each the first photo is looked at
FRONTAL = 15.0  # degrees of yaw, either way: a half of a face that is turned is no half


def upright(pack: FacePack, path: Path) -> Pixels | None:
    """The most central face of a photo, its landmarks at `PLACES`; None if it is turned away."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    height, width = pixels.shape[:2]
    best = min(pack.detect(pixels), key=lambda one: abs(one.box.x1 + one.box.x2 - 1))
    pose = pose_of(best, width, height)
    if pose is None or abs(pose.yaw) > FRONTAL:
        return None
    return cut_chip(pixels, np.array(best.landmarks) * (width, height), PLACES, SIDE)


def who(pack: FacePack, picture: Pixels, enrolled: dict[str, Matrix]) -> str | None:
    """Whom `live` takes the face of a picture for."""
    match = pack.description.thresholds.match
    namer = Namer(match, 0.0, patience=1)
    namer.know(enrolled)
    scene = Session(pack, namer, match, moves=False).look(Frame(1, 0.0, picture))
    return scene.faces[0].person if scene.faces else None


def recognised(pack: FacePack, lfw: Path) -> tuple[float, float]:
    """The shares of faces of two halves taken for one of the two, and of whole faces for theirs."""
    pictures: dict[str, Pixels] = {}
    enrolled: dict[str, Matrix] = {}
    for folder in sorted(lfw.iterdir()):
        first, *others = sorted(folder.iterdir())
        if not others or (picture := upright(pack, first)) is None:
            continue
        with Image.open(others[0]) as image:
            faces = pack.analyse(np.asarray(image.convert("RGB")))
        pictures[folder.name] = picture
        enrolled[folder.name] = faces[0].embedding[None]
        if len(pictures) == PEOPLE:
            break
    names = list(pictures)
    taken = []
    for left, right in zip(names, names[1:] + names[:1], strict=True):
        halves = np.hstack([pictures[left][:, : SIDE // 2], pictures[right][:, SIDE // 2 :]])
        both = {name: enrolled[name] for name in (left, right)}
        taken.append(who(pack, halves, both) is not None)
    whole = [who(pack, pictures[name], {name: enrolled[name]}) == name for name in names]
    return float(np.mean(taken)), float(np.mean(whole))


def test_two_halves_are_a_new_person_with_open(data: Path, open_pack: OpenPack) -> None:
    halves, whole = recognised(open_pack, data / "lfw-a")
    assert halves <= 0.15
    assert whole >= 0.6


def test_mobilefacenet_takes_some_of_them_for_one_of_the_two(data: Path) -> None:
    """It looks for what is there of somebody: what BioFace claims does not hold for it."""
    halves, whole = recognised(load_pack(str(data / "models" / "scrfd-mbf")), data / "lfw-a")
    assert halves <= 0.5
    assert whole >= 0.9
