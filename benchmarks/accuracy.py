"""How good the people are: the figures of docs/benchmarks.md.

    python benchmarks/accuracy.py [--pack open|FOLDER] [--data ../shared/data]

Scans `lfw-a`, `fiw-a` and `scenes/bbt` into libraries of their own with the program's defaults,
then prints
- BCubed and pairwise precision, recall, F and coverage on lfw-a and fiw-a (the most central face
  of each photo; a photo without a face is a face alone), and how often strength was right,
- verification accuracy on lfw-a-pairs.txt, threshold chosen on nine of ten folds, and the best,
- who is in which cluster of scenes/bbt,
- how well `find` does with 1, 3 and 8 exemplars a person.
Names of files and folders are the truth only; the program never sees more than the pixels.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections import Counter, defaultdict
from itertools import pairwise as in_turn
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import photoclust
from photoclust.lab.clusters.measures import bcubed
from photoclust.lab.clusters.measures import pairwise as pairs_agree
from photoclust.lab.verification.folds import stratified_folds
from photoclust.lab.verification.listing import located
from photoclust.lab.verification.pairs import read_pairs
from photoclust.lab.verification.roc import roc
from photoclust.lab.verification.scores import verify
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.search.match import similarity_to


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pack", default="open")
    data = os.environ.get("PHOTOCLUST_DATA", "../shared/data")
    arguments.add_argument("--data", type=Path, default=Path(data))
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lfw = scanned(Path(folder) / "lfw.db", chosen.data / "lfw-a", chosen.pack)
        central = central_faces(lfw)
        report_clusters(lfw, central, chosen.data / "lfw-a")
        report_strength(central)
        report_pairs(lfw, central, chosen.data / "lfw-a", chosen.data / "lfw-a-pairs.txt")
        report_find(lfw, central)
        fiw = scanned(Path(folder) / "fiw.db", chosen.data / "fiw-a", chosen.pack)
        report_clusters(fiw, central_faces(fiw), chosen.data / "fiw-a")
        bbt = scanned(Path(folder) / "bbt.db", chosen.data / "scenes" / "bbt", chosen.pack)
        report_scenes(bbt, chosen.data / "scenes" / "bbt")


def scanned(database: Path, photos: Path, pack: str) -> Library:
    """A fresh library of these photos."""
    library = Library.open(database, create=True)
    started = time.monotonic()
    report = photoclust.scan(library, [photos], pack=pack, accept_licence=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{photos.name}: {report.indexed} photos, {report.faces} faces in "
        f"{time.monotonic() - started:.0f} s, peak {peak:.0f} MB"
    )
    return library


def central_faces(library: Library) -> dict[str, Face]:
    """Path -> the face nearest to the middle of the photo."""
    faces = library.faces.all()
    paths = library.photos.paths_of(face.photo_id for face in faces)
    best: dict[str, Face] = {}
    for face in faces:
        for path in paths[face.photo_id]:
            if path not in best or off_centre(face) < off_centre(best[path]):
                best[path] = face
    return best


def off_centre(face: Face) -> float:
    box = face.box
    return (box.x1 + box.x2 - 1) ** 2 + (box.y1 + box.y2 - 1) ** 2


def report_clusters(library: Library, central: dict[str, Face], photos: Path) -> None:
    truth, found = [], []
    paths = sorted(str(path) for path in photos.resolve().rglob("*.jpg"))
    for index, path in enumerate(paths):
        truth.append(str(Path(path).parent))
        face = central.get(path)
        alone = face is None or face.cluster is None
        found.append(f"alone {index}" if alone else f"cluster {face.cluster}")
    scores = {
        "BCubed": bcubed(codes(found), codes(truth)),
        "pairs ": pairs_agree(codes(found), codes(truth)),
    }
    crowded = Counter(
        (face.cluster, face.photo_id) for face in library.faces.all() if face.cluster is not None
    )
    for name, score in scores.items():
        print(f"  {name} P {score.precision:.4f}  R {score.recall:.4f}  F {score.f:.4f}")
    print(f"  coverage {len(central) / len(paths):.4f}, {len(set(found))} groups")
    print(f"  two faces of one photo in one cluster: {sum(n > 1 for n in crowded.values())}")


def codes(names: list[str]) -> NDArray[np.int64]:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def report_strength(central: dict[str, Face]) -> None:
    """How many of the faces of each strength are of the person most faces of the cluster are of."""
    people = defaultdict(Counter)
    for path, face in central.items():
        people[face.cluster][Path(path).parent] += 1
    for low, high in in_turn((0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 1.01)):
        right = [
            people[face.cluster].most_common(1)[0][0] == Path(path).parent
            for path, face in central.items()
            if face.cluster is not None and low <= (face.strength or 0) < high
        ]
        if right:
            print(
                f"  strength {low:.2f} to {min(high, 1):.2f}: {len(right)} faces, "
                f"{np.mean(right):.3f} right"
            )


def report_pairs(library: Library, central: dict[str, Face], photos: Path, pairs: Path) -> None:
    vectors = library.faces.vectors()
    row = {int(face): index for index, face in enumerate(vectors.ids)}
    listed = located(read_pairs(pairs), pairs, photos, sorted(central))
    matrix = vectors.matrix[[row[central[path].id] for path in listed.photos]]
    s, y = np.einsum("ij,ij->i", matrix[listed.one], matrix[listed.two]), listed.same
    found = verify(s, y, stratified_folds(listed.person_one, listed.person_two, y))
    balanced, plain = found.balanced_accuracy, found.accuracy
    print(
        f"  pairs: balanced accuracy {balanced.mean:.4f} +- {balanced.error:.4f}, accuracy "
        f"{plain.mean:.4f} +- {plain.error:.4f} (threshold from nine folds)"
    )
    print(f"         balanced accuracy with the best threshold {best_balanced(s, y):.4f}")


def best_balanced(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> float:
    """The balanced accuracy with the threshold that is best for it on the same pairs."""
    fars, tars = roc(similarities, same).points()
    return float((tars + 1 - fars).max() / 2)


def report_find(library: Library, central: dict[str, Face]) -> None:
    """The rule of `find` alone (no clusters): k random exemplars of everybody with 4+ photos."""
    pack = library.packs.in_use()
    assert pack is not None
    vectors = library.faces.vectors()
    row = {int(face): index for index, face in enumerate(vectors.ids)}
    people = defaultdict(list)
    for path, face in central.items():
        people[Path(path).parent.name].append(row[face.id])
    everybody = np.array(sorted(index for rows in people.values() for index in rows))
    for count in (1, 3, 8):
        right = wrong = missed = 0
        rng = np.random.default_rng(0)
        for rows in people.values():
            if len(rows) < 4:
                continue
            known = rng.permutation(rows)[: min(count, len(rows) - 1)]
            others = np.setdiff1d(everybody, known)
            alike = similarity_to(vectors.matrix[known], vectors.matrix[others]) >= pack.match
            theirs = np.isin(others, rows)
            right += int((alike & theirs).sum())
            wrong += int((alike & ~theirs).sum())
            missed += int((~alike & theirs).sum())
        print(
            f"  find with {count} exemplar(s): precision {right / (right + wrong):.3f}, "
            f"recall {right / (right + missed):.3f}"
        )


def report_scenes(library: Library, photos: Path) -> None:
    root = photos.resolve()
    members = defaultdict(Counter)
    faces = library.faces.all()
    paths = library.photos.paths_of(face.photo_id for face in faces)
    for face in faces:
        path = Path(paths[face.photo_id][0])
        who = path.stem if path.parent == root else path.parent.name
        kind = "scenes" if who.startswith("bbt") else who
        members[face.cluster][kind] += 1
    for cluster, who in sorted(members.items(), key=lambda item: item[0] or 999):
        print(f"  cluster {cluster}: {', '.join(f'{n} {name}' for name, n in who.items())}")


if __name__ == "__main__":
    main()
