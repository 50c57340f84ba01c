"""The choices and limits of `live`, measured on `lfw-a` and `scenes` of the shared data.

    python benchmarks/live_choices.py shape    where the landmarks of a head lie, with their depth
    python benchmarks/live_choices.py pose     how many are recognised the further a head is turned
    python benchmarks/live_choices.py cuts     how far frames differ at a cut, and where is none
    python benchmarks/live_choices.py sights   one sight, or the mean of several
    python benchmarks/live_choices.py flicker  names that change, with tracks and without
    python benchmarks/live_choices.py halves   faces put together of two people

With `open`, or another by `--pack FOLDER`. The faces of `lfw-a` are kept beside `--cache`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photoclust.domain import Box, Detection, Pixels
from photoclust.lab.live.cuts import SMALL
from photoclust.lab.live.frames import Frame
from photoclust.lab.live.naming import Namer
from photoclust.lab.live.pose import pose_of
from photoclust.lab.live.session import Session
from photoclust.models.alignment import cut_chip
from photoclust.models.installed import load_pack
from photoclust.models.pack import FacePack
from photoclust.search.match import similarity_to
from photoclust.vectors import Matrix, normalised

DATA = Path(os.environ.get("PHOTOCLUST_DATA", "../shared/data"))

LFW_SIDE = 250  # pixels of its square photos
FRONTAL = 10.0  # degrees of yaw, either way

FILMS, FRAMES = 40, 50  # of flicker

# The canvas on which two faces are put together, and where the landmarks lie on it: pixels.
CANVAS = 300
PLACES = np.array([(115, 120), (185, 120), (150, 156), (121, 190), (179, 190)], np.float64)
SEAM = 20  # pixels over which one half becomes the other


@dataclass(frozen=True)
class Faces:
    """The most central face of every photo: landmarks in pixels (n, 5, 2), embeddings, paths."""

    landmarks: NDArray[np.float64]
    matrix: Matrix
    paths: NDArray[np.str_]

    @cached_property
    def people(self) -> NDArray[np.str_]:
        return np.array([Path(path).parent.name for path in self.paths])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--pack", default="open")
    parser.add_argument("--cache", type=Path, default=Path("live-faces"))
    chosen = parser.parse_args()
    pack = load_pack(chosen.pack)
    MEASURES[chosen.what](pack, chosen.cache)


def faces_of_lfw(pack: FacePack, cache: Path) -> Faces:
    kept = cache.with_name(f"{cache.name}-{pack.description.fingerprint[:12]}.npz")
    if kept.exists():
        stored = np.load(kept)
        return Faces(stored["landmarks"], stored["matrix"], stored["paths"])
    landmarks, matrix, paths = [], [], []
    for path in sorted((DATA / "lfw-a").glob("*/*.jpg")):
        pixels = opened(path)
        if found := pack.detect(pixels):
            central = min(found, key=_from_the_middle)
            (face,) = pack.embed(pixels, [central])
            landmarks.append(np.array(central.landmarks) * LFW_SIDE)
            matrix.append(face.embedding)
            paths.append(str(path))
    faces = Faces(np.array(landmarks), np.array(matrix), np.array(paths))
    np.savez(kept, landmarks=faces.landmarks, matrix=faces.matrix, paths=faces.paths)
    return faces


def opened(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _from_the_middle(detection: Detection) -> float:
    box = detection.box
    return abs(box.x1 + box.x2 - 1) + abs(box.y1 + box.y2 - 1)


def shape(pack: FacePack, cache: Path) -> None:
    """Tomasi and Kanade (1992): the shape and the views of it that explain all landmarks best.

    Every face is taken with its mirror image; each is brought to one size, and the worst are left
    out: those that are no rigid head's.
    """
    landmarks = faces_of_lfw(pack, cache).landmarks
    mirrored = (landmarks * (-1, 1))[:, [1, 0, 2, 4, 3]]
    views = np.concatenate([landmarks, mirrored])
    views -= views.mean(axis=1, keepdims=True)
    views /= np.linalg.norm(views, axis=(1, 2), keepdims=True)
    for _ in range(5):
        measured = views.transpose(0, 2, 1).reshape(-1, 5)
        left, strengths, right = np.linalg.svd(measured, full_matrices=False)
        motion, points = left[:, :3] * strengths[:3], right[:3]
        error = np.linalg.norm((measured - motion @ points).reshape(-1, 10), axis=1)
        views = views[error <= np.quantile(error, 0.98)]
    across, along = motion[0::2], motion[1::2]
    scale = (_products(across, across) + _products(along, along)).mean(axis=0)
    wanted = np.vstack(
        [
            _products(across, across) - _products(along, along),
            _products(across, along),
            scale[None] * len(across),
        ]
    )
    a, b, c, d, e, f = np.linalg.lstsq(wanted, np.r_[np.zeros(len(wanted) - 1), len(across)])[0]
    sizes, axes = np.linalg.eigh([[a, b, c], [b, d, e], [c, e, f]])
    head = np.linalg.inv(axes * np.sqrt(sizes)) @ points
    right_axis = normalised(head[:, 1] - head[:, 0])
    down = head[:, 3] + head[:, 4] - head[:, 0] - head[:, 1]
    down_axis = normalised(down - (down @ right_axis) * right_axis)
    frame = np.stack([right_axis, down_axis, np.cross(right_axis, down_axis)])
    head = (frame @ (head - head[:, :2].mean(axis=1, keepdims=True))).T
    head /= np.linalg.norm(head[1] - head[0])
    print("to the right, down, away from the camera, in distances between the eyes:")
    for name, place in zip(("eye", "eye", "nose", "mouth", "mouth"), head, strict=True):
        print(f"{name:6}", *(f"{value:7.3f}" for value in place))


def _products(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each of the six numbers of a symmetric matrix S contributes to one.S.other (n, 6)."""
    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    return np.stack(
        [one[:, i] * other[:, j] + (one[:, j] * other[:, i] if i != j else 0) for i, j in pairs],
        axis=1,
    )


def pose(pack: FacePack, cache: Path) -> None:
    """Photos of a person compared with another of them that faces the camera."""
    faces = faces_of_lfw(pack, cache)
    poses = [_pose(landmarks) for landmarks in faces.landmarks]
    yaw, pitch, roll = np.array(poses).T
    print(f"mean yaw {yaw.mean():.1f}, pitch {pitch.mean():.1f}, roll {roll.mean():.1f} degrees")
    rows = []
    for own in _each_person(faces.people):
        for one in own:
            for other in [place for place in own if abs(yaw[place]) < FRONTAL][:5]:
                if one != other:
                    alike = faces.matrix[one] @ faces.matrix[other]
                    rows.append((abs(yaw[one]), abs(pitch[one]), alike))
    turned, up, alike = np.array(rows).T
    match = pack.description.thresholds.match
    for low, high in pairwise((0, 10, 20, 30, 40, 50, 90)):
        here = (turned >= low) & (turned < high)
        print(f"yaw {low}-{high}: {np.mean(alike[here] >= match):.3f} of {here.sum()}")
    for low, high in pairwise((0, 5, 10, 15, 90)):
        here = (up >= low) & (up < high) & (turned < 15)
        print(f"pitch {low}-{high}: {np.mean(alike[here] >= match):.3f} of {here.sum()}")


def _pose(landmarks: NDArray[np.float64]) -> tuple[float, float, float]:
    points = tuple((float(x), float(y)) for x, y in landmarks / LFW_SIDE)
    found = pose_of(Detection(Box(0, 0, 1, 1), 1.0, points), LFW_SIDE, LFW_SIDE)
    assert found is not None
    return found.yaw, found.pitch, found.roll


def _each_person(people: NDArray[np.str_], least: int = 2) -> Iterator[NDArray[np.int64]]:
    for person in np.unique(people):
        own = np.flatnonzero(people == person)
        if len(own) >= least:
            yield own


def cuts(_pack: FacePack, _cache: Path) -> None:
    scenes = [opened(path) for path in sorted((DATA / "scenes").rglob("*.*g"))]
    scenes = [pixels for pixels in scenes if max(pixels.shape) >= 600]
    lfw = [opened(path) for path in sorted((DATA / "lfw-a").glob("*/*_0001.jpg"))[:300]]
    for name, pictures in (("scenes", scenes), ("lfw-a", lfw)):
        _percentiles(f"pairs of {name}", (_differ(*pair) for pair in combinations(pictures, 2)))
    for share in (0.01, 0.02, 0.05, 0.1):
        moved = []
        for pixels in scenes:
            step = int(pixels.shape[1] * share)
            moved.append(_differ(pixels[:, :-step], pixels[:, step:]))
        _percentiles(f"moved by {share:.0%} of the width", moved)


def _differ(one: Pixels, other: Pixels) -> float:
    small = [
        cv2.cvtColor(cv2.resize(pixels, SMALL, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for pixels in (one, other)
    ]
    return float(np.abs(small[0].astype(float) - small[1]).mean())


def _percentiles(name: str, values: Iterable[float]) -> None:
    low, few, middle, most, high = np.percentile(list(values), (0, 1, 50, 90, 100))
    print(
        f"{name}: least {low:.1f}, 1 % below {few:.1f}, half below {middle:.1f}, "
        f"90 % below {most:.1f}, at most {high:.1f}"
    )


def sights(pack: FacePack, cache: Path) -> None:
    """One photo of each person enrolled; five others of them, or one, looked at."""
    faces = faces_of_lfw(pack, cache)
    groups = list(_each_person(faces.people, least=6))
    match = pack.description.thresholds.match
    chance = np.random.default_rng(0)
    ways: dict[str, list[tuple[float, bool]]] = {name: [] for name in ("one", "mean", "of mean")}
    strangers = [own[0] for own in _each_person(faces.people, least=1)]
    for own in groups:
        enrolled, *looks = chance.permutation(own)[:6]
        for person in (enrolled, *chance.choice(strangers, 200, replace=False)):
            same = bool(faces.people[person] == faces.people[enrolled])
            alike = similarity_to(faces.matrix[[person]], faces.matrix[looks])
            mean = normalised(faces.matrix[looks].mean(axis=0))
            ways["one"] += [(float(value), same) for value in alike]
            ways["mean"].append((float(alike.mean()), same))
            ways["of mean"].append((float(mean @ faces.matrix[person]), same))
    typical = pack.description.thresholds.typical
    values, same = np.array(ways["of mean"]).T
    print(
        f"less like the mean of five than {typical}: "
        f"{np.mean(values[same == 1] < typical):.3f} of a person's own, "
        f"{np.mean(values[same == 0] < typical):.3f} of strangers"
    )
    print(f"{len(groups)} people; recognised, and strangers taken for them, at {match}:")
    for name, title in (
        ("one", "a single sight"),
        ("mean", "the mean similarity of five sights"),
        ("of mean", "the similarity of their mean embedding"),
    ):
        values, same = np.array(ways[name]).T
        print(
            f"{title}: {np.mean(values[same == 1] >= match):.3f} of {int(same.sum())}, "
            f"{np.mean(values[same == 0] >= match):.5f} of {int((1 - same).sum())}"
        )


def flicker(pack: FacePack, cache: Path) -> None:
    """Films of a photo that moves, turns, blurs and brightens; another photo is enrolled."""
    faces = faces_of_lfw(pack, cache)
    match, link = pack.description.thresholds.match, pack.description.thresholds.link
    chance = np.random.default_rng(0)
    changes = {"each frame for itself": 0, "as live does": 0}
    known = dict.fromkeys(changes, 0)
    films = list(_each_person(faces.people))[:FILMS]
    for shown, enrolled, *_ in films:
        names = {title: Namer(match, match - link, patience=1) for title in changes}
        names["as live does"] = Namer(match, match - link)
        said: dict[str, list[str | None]] = {title: [] for title in changes}
        sessions = {
            title: Session(pack, namer, match, moves=title == "as live does")
            for title, namer in names.items()
        }
        for namer in names.values():
            namer.know({"somebody": faces.matrix[[enrolled]]})
        for frame in _swaying(opened(Path(faces.paths[shown])), chance):
            for title, session in sessions.items():
                scene = session.look(frame)
                central = min(
                    scene.faces, key=lambda face: _from_the_middle(face.detection), default=None
                )
                if central is not None and central.standing.decided:
                    said[title].append(central.person)
        for title, told in said.items():
            changes[title] += sum(one != other for one, other in pairwise(told))
            known[title] += sum(person is not None for person in told)
    for title in changes:
        print(
            f"{title}: {changes[title]} changes of a name in {len(films)} films of {FRAMES} frames,"
            f" named in {known[title] / (FILMS * FRAMES):.3f} of them"
        )


def _swaying(pixels: Pixels, chance: np.random.Generator) -> Iterator[Frame]:
    height, width = pixels.shape[:2]
    for number in range(FRAMES):
        turn, size = 6 * np.sin(number / 9), 1 + 0.1 * np.sin(number / 13)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, size)
        matrix[:, 2] += 8 * np.sin(number / 7), 4 * np.sin(number / 5)
        moved = cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        blurred = cv2.GaussianBlur(moved, (0, 0), 0.3 + abs(np.sin(number / 11)))
        lit = blurred * (1 + 0.15 * np.sin(number / 17)) + chance.normal(0, 5, pixels.shape)
        yield Frame(number + 1, number / 25, lit.clip(0, 255).astype(np.uint8))


def halves(pack: FacePack, cache: Path) -> None:
    """Left half of one person, right half of another: is it taken for either?"""
    faces = faces_of_lfw(pack, cache)
    upright = np.array([abs(_pose(landmarks)[0]) < FRONTAL for landmarks in faces.landmarks])
    people = [
        own for own in _each_person(faces.people) if upright[own[0]]
    ]  # the first photo lends its half, the second is enrolled
    chance = np.random.default_rng(0)
    match = pack.description.thresholds.match
    lost = 0
    found: list[tuple[float, ...]] = []
    for _ in range(500):
        one, other = (people[place] for place in chance.choice(len(people), 2, replace=False))
        pictures = [_canvas(faces, own[0]) for own in (one, other)]
        face = _face(pack, put_together(*pictures))
        whole = _face(pack, pictures[0])
        if face is None or whole is None:
            lost += 1
            continue
        found.append(
            (
                *(float(face @ faces.matrix[own[1]]) for own in (one, other)),
                *(float(face @ faces.matrix[own[0]]) for own in (one, other)),
                float(whole @ faces.matrix[one[1]]),
            )
        )
    values = np.array(found)
    print(f"{len(values)} faces of two halves, {lost} in which none was seen; threshold {match}")
    for title, columns in (
        ("a half, with another photo enrolled", (0, 1)),
        ("a half, with the very photo enrolled", (2, 3)),
    ):
        alike = values[:, columns] >= match
        print(
            f"{title}: taken for one of the two {alike.any(axis=1).mean():.3f}, "
            f"for both {alike.all(axis=1).mean():.3f}"
        )
    print(f"the whole face, with another photo enrolled: {np.mean(values[:, 4] >= match):.3f}")


def put_together(left: Pixels, right: Pixels) -> Pixels:
    """The left half of one picture and the right half of another of the same size."""
    places = np.arange(left.shape[1])
    share = np.clip((places - left.shape[1] / 2) / SEAM + 0.5, 0, 1)[None, :, None]
    return np.asarray(left * (1 - share) + right * share, np.uint8)


def _canvas(faces: Faces, place: np.int64) -> Pixels:
    pixels = opened(Path(faces.paths[place]))
    return cut_chip(pixels, faces.landmarks[place], PLACES, CANVAS)


def _face(pack: FacePack, pixels: Pixels) -> NDArray[np.float32] | None:
    found = pack.detect(pixels)
    if not found:
        return None
    return pack.embed(pixels, [min(found, key=_from_the_middle)])[0].embedding


MEASURES = {measure.__name__: measure for measure in (shape, pose, cuts, sights, flicker, halves)}

if __name__ == "__main__":
    main()
