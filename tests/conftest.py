"""What every test may ask for: data, a cache of its own, and libraries filled without a model."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from photoclust.choices import Detail
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.library import Library
from photoclust.library.clock import now
from photoclust.library.clusters import Membership
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.metadata import Metadata
from photoclust.vectors import Matrix, Vector, normalised

DIM = 16
NOBODY = 65534


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """photoclust's cache for this run; neither the user's cache, library nor settings are seen."""
    folder = tmp_path_factory.mktemp("cache")
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            ours = name.startswith("PHOTOCLUST_") and name != "PHOTOCLUST_DATA"
            if ours or name.startswith("XDG_"):
                environment.delenv(name)
        environment.setenv("PHOTOCLUST_CACHE", str(folder))
        environment.setenv("HOME", str(home))  # ~/.insightface and the default library
        environment.setenv("USERPROFILE", str(home))
        environment.setenv("no_proxy", "*")
        yield folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of shared test data."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PHOTOCLUST_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}; set PHOTOCLUST_DATA")
    return folder


@pytest.fixture(scope="session")
def open_pack(cache: Path):  # type: ignore[no-untyped-def]
    """The pack `open`, built once for the whole run."""
    from photoclust.models.open_pack import OpenPack

    return OpenPack()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A new, empty library."""
    with Library.open(tmp_path / "people.db", create=True) as opened:
        yield opened


def levels(link: float) -> dict[str, float]:
    """Thresholds around `link`; no stranger is like anybody."""
    return {"link": link, "split": link, "join": link, "match": link, "typical": 0.0}


class Album:
    """A library that is filled by hand: photos with faces no model has seen."""

    def __init__(self, library: Library, link: float = 0.5, match: float = 0.5) -> None:
        self.library = library
        with library.transaction():
            library.packs.choose(
                name="test",
                fingerprint="f" * 64,
                dim=DIM,
                licence="free for any use",
                accepted_at=None,
                settings={"thresholds": {**levels(link), "match": match, "source": "made up"}},
                location=None,
            )
        stored = library.packs.in_use()
        assert stored is not None
        self.pack_id = stored.id

    def add_photo(
        self,
        path: str,
        *looks: Vector,
        taken_at: str | None = None,
        quality: float = 0.9,
        reference: bool = False,
    ) -> list[int]:
        """A photo of 800 x 600 with one face for each look, from left to right; their ids."""
        photos = self.library.photos
        with self.library.transaction():
            photo_id = photos.add(f"hash of {path!r}")
            photos.describe(photo_id, PhotoFacts(800, 600, Metadata(taken_at)))
            photos.record_file(
                path,
                photo_id=photo_id,
                size=1000,
                mtime_ns=1,
                seen_at=now(),
                reference=reference,
            )
            photos.record_scan(
                photo_id, self.pack_id, Detail.NORMAL, scanned_at=now(), failure=None
            )
            faces = [
                DetectedFace(_detection(place, len(looks)), look, quality)
                for place, look in enumerate(looks)
            ]
            return self.library.faces.add(photo_id, self.pack_id, faces)

    def add_portraits(self, name: str, looks: Matrix) -> list[int]:
        """One photo for each look, `/photos/NAME-1.jpg` and so on; the ids of the faces."""
        return [
            face
            for number, look in enumerate(looks, start=1)
            for face in self.add_photo(f"/photos/{name}-{number}.jpg", look)
        ]

    def add_cluster(self, *faces: int, strength: float = 1.0) -> int:
        """A further cluster of the present clustering; its number."""
        clusters = self.library.clusters
        with self.library.transaction():
            number = clusters.new(self.pack_id)
            clusters.replace(
                [
                    *clusters.memberships(),
                    *(Membership(face, number, strength) for face in faces),
                ]
            )
        return number

    def say(self, name: str | None, *faces: int, source: str = "face") -> int:
        """A human says: these faces are this person's (None: nobody's); the act's number."""
        with self.library.transaction():
            act = self.library.journal.begin(f"say {name}")
            person = None if name is None else self.person(name, act)
            self.library.decisions.give(act, faces, person_id=person, source=source)
        return act

    def person(self, name: str, act: int) -> int:
        """The number of the person of this name, who is made by the act if there is none."""
        known = self.library.people.called(name)
        return (known[0] if known else self.library.people.add(act, name)).id

    def take_back(self, act: int) -> None:
        """A human undoes an act."""
        with self.library.transaction():
            self.library.journal.take_back([act], self.library.journal.begin(f"undo {act}"))

    def photo_of(self, face: int) -> int:
        """The id of a face's photo."""
        found = self.library.faces.get(face)
        assert found is not None
        return found.photo_id

    def whose(self, face: int) -> str | None:
        """The person a face belongs to, as the library answers it."""
        found = self.library.faces.get(face)
        assert found is not None
        return found.person


def _detection(place: int, count: int) -> Detection:
    left, width = place / count, 0.6 / count
    box = Box(left + 0.1 / count, 0.2, left + 0.1 / count + width, 0.7)
    spots = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    landmarks = tuple((box.x1 + x * width, 0.2 + y * 0.5) for x, y in spots)
    return Detection(box, 0.9, landmarks)


@pytest.fixture
def album(library: Library) -> Album:
    """A library with a pack, and no photo yet."""
    return Album(library)


@dataclass(frozen=True)
class TwoPeople:
    """Ann's three portraits and Ben's four, each a cluster, nobody named."""

    album: Album
    ann: list[int]
    ben: list[int]
    ann_cluster: int
    ben_cluster: int

    @property
    def library(self) -> Library:
        return self.album.library


@pytest.fixture
def two_people(album: Album, portraits: Callable[..., Matrix]) -> TwoPeople:
    """A library of two people, clustered, not named."""
    ann = album.add_portraits("ann", portraits("Ann", 3))
    ben = album.add_portraits("ben", portraits("Ben", 4))
    return TwoPeople(album, ann, ben, album.add_cluster(*ann), album.add_cluster(*ben))


@pytest.fixture(scope="session")
def portraits() -> Callable[..., Matrix]:
    """`portraits("Ann", 5)`: unit vectors (5, 16) that are alike, and unlike any other name's.

    `spread` is how far each lies from the person's centre, as a part of its length: at 0.3 two of
    them have a cosine of about 0.92.
    """

    def portraits(name: str, count: int, spread: float = 0.3, dim: int = DIM) -> Matrix:
        chance = np.random.default_rng(list(name.encode()))
        centre = normalised(chance.standard_normal(dim))
        away = normalised(chance.standard_normal((count, dim)))
        return normalised(centre + spread * away)

    return portraits


@pytest.fixture(scope="session")
def group_photo() -> np.ndarray:
    """insightface's picture of six friends, RGB."""
    import insightface
    from PIL import Image

    path = Path(insightface.__file__).parent / "data" / "images" / "t1.jpg"
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A temporary folder that other users may enter, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def unprivileged() -> Callable[[Callable[[], object]], str]:
    """Calls a function as somebody whom file permissions bind; gives its answer or its error."""
    if not hasattr(os, "fork"):
        pytest.skip("file permissions cannot be tried on this system")
    return _unprivileged


def _unprivileged(function: Callable[[], object]) -> str:
    if os.geteuid() != 0:
        return _answer(function)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writing, _answer(function).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read().decode()
    os.waitpid(child, 0)
    return answer


def _answer(function: Callable[[], object]) -> str:
    try:
        return str(function())
    except Exception as error:
        return f"{type(error).__name__}: {error}"
