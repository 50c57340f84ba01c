"""What was said of a face counts for the same face in another version of the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photoclust.actions.carry import Placer, carry_from_packs, counterparts
from photoclust.actions.different import different_faces
from photoclust.actions.edited import AS_IT_WAS, TURNS, Turn, carry_to_version
from photoclust.actions.history import redo, undo
from photoclust.actions.record import Recorder, ScanReport
from photoclust.actions.reject import reject_from_cluster
from photoclust.choices import Detail
from photoclust.domain import Box, DetectedFace, Detection
from photoclust.errors import UnreadablePhoto
from photoclust.library.clock import now
from photoclust.library.faces import Place
from photoclust.library.packs import StoredPack
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.discover import PhotoFile
from photoclust.photos.metadata import Metadata
from photoclust.pipeline.results import Examined, Result, Unreadable
from photoclust.vectors import Matrix, Vector

if TYPE_CHECKING:
    from tests.conftest import Album

SPOTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
LEFT, RIGHT = Box(0.1, 0.2, 0.4, 0.7), Box(0.6, 0.2, 0.9, 0.7)
MAY, JUNE = "2019-05-01T10:00:00", "2019-06-01T10:00:00"


def detection(box: Box) -> Detection:
    wide, high = box.x2 - box.x1, box.y2 - box.y1
    return Detection(box, 0.9, tuple((box.x1 + x * wide, box.y1 + y * high) for x, y in SPOTS))


def place(number: int, box: Box, *, at: float | None = None, undone: bool = False) -> Place:
    return Place(number, 1, detection(box), at, undone, undone, True)


class Blind(Placer):
    """Looks at no file; what it sees at each place is given."""

    def __init__(self, album: Album, *seen: tuple[Box, Vector]) -> None:
        stored = album.library.packs.in_use()
        assert stored is not None
        super().__init__(stored)
        self.seen = seen

    def embed(
        self, path: str, detections: Sequence[Detection], at_seconds: float | None = None
    ) -> list[DetectedFace]:
        if not self.seen:
            raise UnreadablePhoto("not to be looked at here")
        faces = []
        for item in detections:
            box, look = max(self.seen, key=lambda known: known[0].overlap(item.box))
            there = look if box.overlap(item.box) >= 0.5 else -look
            faces.append(DetectedFace(item, there, 0.5))
        return faces


class File:
    """One path whose content changes; each content is a photo."""

    def __init__(self, album: Album, path: str = "/photos/1.jpg") -> None:
        self.album = album
        self.path = path

    def write(
        self,
        content: str,
        *faces: tuple[Box, Vector],
        size: tuple[int, int] = (800, 600),
        taken_at: str | None = MAY,
        camera: str | None = "X100",
        pack: int | None = None,
    ) -> tuple[int, list[int]]:
        """The file holds this content now; the photo and its new faces."""
        library, photos = self.album.library, self.album.library.photos
        pack = pack or self.album.pack_id
        found = [DetectedFace(detection(box), look, 0.9) for box, look in faces]
        with library.transaction():
            photo = photos.add(content)
            photos.describe(photo, PhotoFacts(*size, Metadata(taken_at, camera=camera)))
            photos.record_file(self.path, photo_id=photo, size=1, mtime_ns=1, seen_at=now())
            photos.record_scan(photo, pack, Detail.NORMAL, scanned_at=now(), failure=None)
            return photo, library.faces.add(photo, pack, found)

    def carry(self, old: int, new: int, placer: Placer | None = None) -> int:
        with self.album.library.transaction():
            return carry_to_version(
                self.album.library, placer or Blind(self.album), old, new, self.path
            )


@pytest.fixture
def file(album: Album) -> File:
    return File(album)


@pytest.fixture
def ann(portraits: Callable[..., Matrix]) -> Matrix:
    return portraits("Ann", 4)


@pytest.fixture
def ben(portraits: Callable[..., Matrix]) -> Matrix:
    return portraits("Ben", 4)


# Which face is which


def test_counterparts_overlap_best_first_and_one_to_one() -> None:
    near, nearer = Box(0.12, 0.2, 0.42, 0.7), Box(0.11, 0.2, 0.41, 0.7)
    old = [place(1, LEFT), place(2, RIGHT)]
    assert counterparts(old, [place(7, near), place(8, nearer)]) == {1: 8}
    assert counterparts([place(1, near), place(2, nearer)], [place(9, LEFT)]) == {2: 9}
    assert counterparts(old, [place(9, Box(0.4, 0.2, 0.6, 0.7))]) == {}


def test_counterparts_in_a_video_are_of_one_second() -> None:
    old, new = [place(1, LEFT, at=2.0)], [place(7, LEFT, at=3.0), place(8, RIGHT, at=2.0)]
    assert counterparts(old, new) == {}
    assert counterparts(old, [*new, place(9, LEFT, at=2.0)]) == {1: 9}


def test_a_face_that_was_taken_back_gives_way_to_one_that_counts() -> None:
    near = Box(0.12, 0.2, 0.42, 0.7)
    assert counterparts([place(1, LEFT, undone=True), place(2, near)], [place(7, LEFT)]) == {2: 7}


def test_turns_are_all_eight_and_each_is_undone_by_one_of_them() -> None:
    assert len(set(TURNS)) == 8
    here = place(1, Box(0.1, 0.2, 0.4, 0.6))
    for turn in TURNS:
        back = [other for other in TURNS if _same(other.place(turn.place(here)), here)]
        assert len(back) == 1
    assert _same(AS_IT_WAS.place(here), here)


def test_a_quarter_turn_moves_box_and_eyes() -> None:
    clockwise = Turn(swapped=True, right_left=True)
    assert not clockwise.mirrors
    turned = clockwise.place(place(1, Box(0.0, 0.0, 0.2, 0.4))).detection
    assert turned.box == pytest.approx((0.6, 0.0, 1.0, 0.2))
    (left_x, left_y), (right_x, right_y) = turned.landmarks[:2]
    assert left_x == pytest.approx(right_x)
    assert left_y < right_y  # the picture's left is now its top


def _same(one: Place, other: Place) -> bool:
    return bool(
        np.allclose(one.detection.box, other.detection.box)
        and np.allclose(one.detection.landmarks, other.detection.landmarks)
    )


# Edited files


def test_a_name_and_a_cluster_stay_with_a_file_whose_metadata_changed(
    file: File, ann: Matrix
) -> None:
    old, (face,) = file.write("a", (LEFT, ann[0]))
    cluster = file.album.add_cluster(face, *file.album.add_portraits("ann", ann[1:]))
    file.album.say("Ann", face)
    new, (copy,) = file.write("b", (LEFT, ann[0]), taken_at=JUNE)
    assert file.carry(old, new) == 1
    there = file.album.library.faces.get(copy)
    assert there is not None
    assert (there.person, there.how, there.cluster, there.strength) == ("Ann", "named", cluster, 1)
    gone = file.album.library.faces.get(face)
    assert gone is not None
    assert gone.cluster is None  # no file shows it any more


def test_an_act_is_undone_and_redone_for_both_versions(file: File, ann: Matrix) -> None:
    old, (face,) = file.write("a", (LEFT, ann[0]))
    act = file.album.say("Ann", face)
    new, (copy,) = file.write("b", (LEFT, ann[0]))
    file.carry(old, new)
    undo(file.album.library, act)
    assert (file.album.whose(face), file.album.whose(copy)) == (None, None)
    redo(file.album.library, act)
    assert (file.album.whose(face), file.album.whose(copy)) == ("Ann", "Ann")


def test_what_was_undone_before_can_be_redone_after(file: File, ann: Matrix) -> None:
    old, (face,) = file.write("a", (LEFT, ann[0]))
    act = file.album.say("Ann", face)
    undo(file.album.library, act)
    new, (copy,) = file.write("b", (LEFT, ann[0]))
    file.carry(old, new)
    assert file.album.whose(copy) is None
    redo(file.album.library, act)
    assert file.album.whose(copy) == "Ann"


def test_back_and_forth_carries_only_what_is_new(file: File, ann: Matrix) -> None:
    def decisions() -> int:
        return int(
            file.album.library.query("SELECT count(*) FROM decisions WHERE face_id > 0")[0][0]
        )

    old, (face,) = file.write("a", (LEFT, ann[0]))
    file.album.say("Ann", face)
    new, (copy,) = file.write("b", (LEFT, ann[0]))
    assert file.carry(old, new) == 1
    assert file.carry(old, new) == 0
    assert decisions() == 2
    file.album.say("Bea", copy)
    file.write("a", (LEFT, ann[0]))
    assert file.carry(new, old) == 1
    assert file.album.whose(face) == "Bea"
    file.album.say("Cem", face)
    file.write("b", (LEFT, ann[0]))
    file.carry(old, new)
    assert file.album.whose(copy) == "Cem"
    assert decisions() == 6


def test_a_word_that_is_copied_later_is_no_later_word(file: File, ann: Matrix) -> None:
    second = File(file.album, "/photos/copy.jpg")
    old, (face,) = file.write("a", (LEFT, ann[0]))
    second.write("a")
    file.album.say("Ann", face)
    new, (copy,) = file.write("b", (LEFT, ann[0]))
    file.carry(old, new)
    file.album.say("Ben", face)
    file.album.say("Cem", copy)
    second.write("b")
    second.carry(old, new)
    assert file.album.whose(copy) == "Cem"


def test_words_go_on_from_version_to_version(file: File, ann: Matrix) -> None:
    first, (face,) = file.write("a", (LEFT, ann[0]))
    file.album.say("Ann", face)
    second, _ = file.write("b", (LEFT, ann[0]))
    file.carry(first, second)
    third, (last,) = file.write("c", (LEFT, ann[0]))
    file.carry(second, third)
    assert file.album.whose(last) == "Ann"
    roots = file.album.library.query(
        "SELECT DISTINCT coalesce(copy_of, id) FROM decisions WHERE face_id > 0"
    )
    assert len(roots) == 1


def test_statements_on_two_faces_and_on_the_photo_go_along(
    file: File, ann: Matrix, ben: Matrix
) -> None:
    library = file.album.library
    (other,) = file.album.add_photo("/photos/other.jpg", ann[1])
    old, (face, third) = file.write("a", (LEFT, ann[0]), (RIGHT, ben[0]))
    with library.transaction():
        act = library.journal.begin("several")
        library.decisions.say_same(act, face, other)
        library.decisions.say_different(act, third, face)
        library.decisions.allow_same_photo(act, old)
    new, (copy, copy_of_third) = file.write("b", (LEFT, ann[0]), (RIGHT, ben[0]))
    assert file.carry(old, new) == 2
    links = {(link.face_id, link.other_face_id, link.same) for link in library.decisions.links()}
    assert {(other, copy, True), (copy, copy_of_third, False)} <= links
    assert new in library.decisions.allowed_photos()


@pytest.mark.parametrize("edited", ["who was rejected", "who stays"])
def test_a_rejected_face_stays_rejected_whichever_file_is_edited(
    file: File, ann: Matrix, edited: str
) -> None:
    library = file.album.library
    others = file.album.add_portraits("ann", ann[1:])
    old, (face,) = file.write("a", (LEFT, ann[0]))
    cluster = file.album.add_cluster(face, *others)
    rejected = [face] if edited == "who was rejected" else others
    reject_from_cluster(library, rejected, cluster)
    new, (copy,) = file.write("b", (LEFT, ann[0]))
    assert file.carry(old, new) == 1
    assert apart(file.album, copy) == set(others)
    file.write("a", (LEFT, ann[0]))
    assert file.carry(new, old) == 0


def test_two_faces_that_are_told_apart_may_become_one(file: File, ann: Matrix) -> None:
    """The second file is overwritten with the first; whoever told them apart was wrong."""
    other = File(file.album, "/photos/2.jpg")
    one, (face,) = file.write("a", (LEFT, ann[0]))
    two, (copy,) = other.write("b", (LEFT, ann[0]))
    file.album.say("Ann", face)
    different_faces(file.album.library, face, copy)
    other.write("a", (LEFT, ann[0]))
    assert other.carry(two, one) == 0
    other.write("b", (LEFT, ann[0]))
    assert other.carry(one, two) == 1
    assert file.album.whose(copy) == "Ann"


def test_a_photo_that_has_another_file_keeps_its_own_names(file: File, ann: Matrix) -> None:
    old, (face,) = file.write("a", (LEFT, ann[0]))
    File(file.album, "/photos/copy.jpg").write("a")
    cluster = file.album.add_cluster(face)
    file.album.say("Ann", face)
    new, (copy,) = file.write("b", (LEFT, ann[0]))
    file.carry(old, new)
    both = file.album.library.faces.get_all([face, copy])
    assert {(item.person, item.cluster) for item in both.values()} == {("Ann", cluster)}


@pytest.mark.parametrize("taken_at", [MAY, None])
def test_a_resaved_picture_is_the_same(file: File, ann: Matrix, taken_at: str | None) -> None:
    old, (face,) = file.write("a", (LEFT, ann[0]), taken_at=taken_at)
    file.album.say("Ann", face)
    nearly = ann[0] + 0.1 * ann[1]
    nearly /= np.linalg.norm(nearly)
    box = Box(0.11, 0.2, 0.41, 0.7)
    new, (copy,) = file.write("b", (box, nearly), size=(400, 300), taken_at=taken_at)
    assert file.carry(old, new) == 1
    assert file.album.whose(copy) == "Ann"


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("somebody else", {}),
        ("the same person at another time", {"taken_at": JUNE}),
        ("another shape", {"size": (600, 600)}),
        ("elsewhere in the picture", {}),
    ],
)
def test_a_file_that_holds_another_photo_carries_nothing(
    file: File, ann: Matrix, ben: Matrix, what: str, other: dict[str, object]
) -> None:
    old, (face,) = file.write("a", (LEFT, ann[0]))
    file.album.add_cluster(face)
    file.album.say("Ann", face)
    look = ben[0] if what == "somebody else" else ann[1] if other.get("taken_at") else ann[0]
    box = Box(0.3, 0.5, 0.6, 1.0) if what == "elsewhere in the picture" else LEFT
    new, (copy,) = file.write("b", (box, look), **other)  # type: ignore[arg-type]
    assert file.carry(old, new) == 0
    stranger = file.album.library.faces.get(copy)
    assert stranger is not None
    assert (stranger.person, stranger.cluster) == (None, None)
    kept = file.album.library.faces.get(face)
    assert kept is not None
    assert kept.person == "Ann"


@pytest.mark.parametrize("turn", TURNS[1:], ids=str)
def test_a_turned_picture_is_the_same(file: File, ann: Matrix, ben: Matrix, turn: Turn) -> None:
    old, faces = file.write("a", (LEFT, ann[0]), (RIGHT, ben[0]))
    for name, face in zip(("Ann", "Ben"), faces, strict=True):
        file.album.say(name, face)
    boxes = [turn.place(place(1, box)).detection.box for box in (LEFT, RIGHT)]
    size = (600, 800) if turn.swapped else (800, 600)
    new, copies = file.write("b", (boxes[0], ann[0]), (boxes[1], ben[0]), size=size)
    shown = Blind(file.album, (boxes[0], ann[0]), (boxes[1], ben[0]))
    assert file.carry(old, new, shown) == 2
    assert [file.album.whose(copy) for copy in copies] == ["Ann", "Ben"]


def test_a_face_in_the_middle_of_a_mirrored_picture_proves_no_other_turn(
    file: File, ann: Matrix, ben: Matrix
) -> None:
    middle = Box(0.4, 0.2, 0.6, 0.7)
    old, faces = file.write("a", (middle, ann[0]), (RIGHT, ben[0]))
    for name, face in zip(("Ann", "Ben"), faces, strict=True):
        file.album.say(name, face)
    new, copies = file.write("b", (middle, ann[0]), (LEFT, ben[0]))
    assert file.carry(old, new, Blind(file.album, (middle, ann[0]), (LEFT, ben[0]))) == 2
    assert [file.album.whose(copy) for copy in copies] == ["Ann", "Ben"]


def test_a_face_that_is_not_detected_any_more_is_looked_for_where_it_was(
    file: File, ann: Matrix
) -> None:
    old, (face,) = file.write("a", (LEFT, ann[0]))
    file.album.say("Ann", face)
    new, _ = file.write("b")
    assert file.carry(old, new, Blind(file.album, (LEFT, ann[0]))) == 1
    (copy,) = file.album.library.faces.of_photo(new)
    assert copy.person == "Ann"
    assert copy.box == pytest.approx(LEFT)


def test_a_face_that_is_not_there_any_more_is_not_made_up(
    file: File, ann: Matrix, ben: Matrix
) -> None:
    old, faces = file.write("a", (LEFT, ann[0]), (RIGHT, ben[0]))
    for name, face in zip(("Ann", "Ben"), faces, strict=True):
        file.album.say(name, face)
    new, (copy,) = file.write("b", (LEFT, ann[0]))
    assert file.carry(old, new, Blind(file.album, (LEFT, ann[0]))) == 1  # Ben was painted over
    assert [item.id for item in file.album.library.faces.of_photo(new)] == [copy]


@pytest.mark.parametrize("scans", [1, 2])
def test_a_file_that_was_broken_for_a_while_keeps_its_people(
    file: File, ann: Matrix, scans: int
) -> None:
    """A scan came while somebody saved it."""
    library, pack = file.album.library, file.album.library.packs.in_use()
    assert pack is not None
    facts = PhotoFacts(800, 600, Metadata(MAY, camera="X100"))
    face = DetectedFace(detection(LEFT), ann[0], 0.9)

    def scan(result: Result) -> ScanReport:
        report = ScanReport()
        recorder = Recorder(library, pack, report)
        if isinstance(result, Unreadable) and not recorder.claim("half"):
            result = Examined(result.file, "half")
        recorder.write(result)
        recorder.finish(1)
        return report

    def written(at: int) -> PhotoFile:
        return PhotoFile(file.path, 1, at, "photo")

    scan(Examined(written(1), "whole", facts, (face,)))
    file.album.say("Ann", *(item.id for item in library.faces.all()))
    for _ in range(scans):
        report = scan(Unreadable(written(2), "truncated", "half"))
        assert report.failed == [(file.path, "truncated")]
        assert [item.person for item in library.faces.all()] == ["Ann"]
    assert scan(Examined(written(3), "edited", facts, (face,))).carried == 1
    assert [item.person for item in library.faces.all()] == ["Ann"]


# Marked by hand


def test_a_face_by_hand_goes_along_and_is_undone_with_it(file: File, ann: Matrix) -> None:
    library = file.album.library
    old, _ = file.write("a")
    act = mark(file, old, ann[0])
    new, _ = file.write("b", taken_at=JUNE)
    assert file.carry(old, new, Blind(file.album, (LEFT, ann[0]))) == 1
    assert [item.person for item in library.faces.of_photo(new)] == ["Ann"]
    undo(library, act)
    assert library.faces.of_photo(new) == []
    redo(library, act)
    assert [item.person for item in library.faces.of_photo(new)] == ["Ann"]


def test_a_face_by_hand_that_was_taken_back_is_not_looked_for_again(
    file: File, ann: Matrix
) -> None:
    old, (face,) = file.write("a", (RIGHT, ann[1]))
    file.album.say("Ann", face)
    undo(file.album.library, mark(file, old, ann[0]))
    new, (copy,) = file.write("b", (RIGHT, ann[1]))
    looks: list[int] = []

    class Counting(Blind):
        def embed(
            self, path: str, detections: Sequence[Detection], at_seconds: float | None = None
        ) -> list[DetectedFace]:
            looks.append(len(detections))
            return super().embed(path, detections, at_seconds)

    file.carry(old, new, Counting(file.album, (RIGHT, ann[1])))
    assert looks == [1]  # at its place, once it is known how the picture lies
    assert file.album.whose(copy) == "Ann"


def test_a_detector_that_finds_a_face_by_hand_later_changes_nothing(
    file: File, ann: Matrix
) -> None:
    photo, _ = file.write("a")
    mark(file, photo, ann[0])
    assert file.write("a", (LEFT, ann[0])) == (photo, [])


def test_a_face_by_hand_that_was_taken_back_hides_no_detected_one(file: File, ann: Matrix) -> None:
    photo, _ = file.write("a")
    undo(file.album.library, mark(file, photo, ann[0]))
    _, (face,) = file.write("a", (LEFT, ann[0]))
    assert [item.id for item in file.album.library.faces.of_photo(photo)] == [face]


def apart(album: Album, face: int) -> set[int]:
    """Whom a human told from this face."""
    pairs = [
        {link.face_id, link.other_face_id}
        for link in album.library.decisions.links()
        if not link.same
    ]
    return {other for pair in pairs if face in pair for other in pair} - {face}


def mark(file: File, photo: int, look: Vector) -> int:
    library = file.album.library
    with library.transaction():
        face = library.faces.add_by_hand(
            photo, file.album.pack_id, DetectedFace(detection(LEFT), look, 0.0)
        )
        act = library.journal.begin(f"add-face {face} Ann")
        library.decisions.say_added(act, face)
        person = file.album.person("Ann", act)
        library.decisions.give(act, [face], person_id=person, source="face")
    return act


# Other packs


@pytest.fixture
def other_pack(album: Album) -> StoredPack:
    with album.library.transaction():
        return album.library.packs.record(
            name="other",
            fingerprint="0" * 64,
            dim=16,
            licence="",
            accepted_at=None,
            settings={"thresholds": {"link": 0.5, "match": 0.5}},
            location=None,
        )


def test_a_photo_that_was_away_is_spoken_of_once_another_pack_sees_it(
    file: File, ann: Matrix, ben: Matrix, other_pack: StoredPack
) -> None:
    library = file.album.library
    photo, faces = file.write("a", (LEFT, ann[0]), (RIGHT, ann[1]))
    for name, face in zip(("Ann", "Bea"), faces, strict=True):
        file.album.say(name, face)
    with library.transaction():
        library.packs.use(other_pack.id)
    _, (new,) = file.write("a", (LEFT, ben[0]), pack=other_pack.id)
    for expected in (2, 0):
        with library.transaction():
            placer = Blind(file.album, (RIGHT, ben[1]))
            assert carry_from_packs(library, placer, [file.album.pack_id], photo, "") == expected
    seen = library.faces.of_photo(photo)
    assert [(item.person, item.box == pytest.approx(LEFT)) for item in seen] == [
        ("Ann", True),
        ("Bea", False),
    ]
    assert seen[0].id == new


@pytest.mark.parametrize("shown", ["Ann", "Ben"])
def test_a_photo_that_was_edited_while_another_pack_came_keeps_its_people(
    file: File,
    ann: Matrix,
    ben: Matrix,
    other_pack: StoredPack,
    monkeypatch: pytest.MonkeyPatch,
    shown: str,
) -> None:
    """Its old version is known to the old pack alone, which looks at the new one for that."""
    library = file.album.library
    _, faces = file.write("a", (LEFT, ann[0]), (RIGHT, ann[1]))
    file.album.say("Ann", *faces)
    with library.transaction():
        library.packs.use(other_pack.id)
    look = ann[0] if shown == "Ann" else ben[0]

    def placer(pack: StoredPack, _device: str) -> Placer:
        sees = look if pack.id == file.album.pack_id else ben[1]
        found = Blind(file.album, (LEFT, sees), (RIGHT, sees))
        found.pack = pack
        return found

    monkeypatch.setattr("photoclust.actions.record.Placer", placer)
    report = ScanReport()
    facts = PhotoFacts(800, 600, Metadata(MAY, camera="X100"))
    detected = DetectedFace(detection(LEFT), ben[0], 0.9)
    now_there = PhotoFile(file.path, 1, 2, "photo")
    Recorder(library, other_pack, report).write(Examined(now_there, "b", facts, (detected,)))
    assert report.carried == (2 if shown == "Ann" else 0)
    people = [item.person for item in library.faces.all()]
    assert people == (["Ann", "Ann"] if shown == "Ann" else [None])


def test_faces_are_told_apart_in_another_pack_once_it_has_seen_both(
    file: File, ann: Matrix, ben: Matrix, other_pack: StoredPack
) -> None:
    album, library = file.album, file.album.library
    away, (face,) = file.write("a", (LEFT, ann[0]))
    there = File(album, "/photos/2.jpg")
    _, (other,) = there.write("b", (LEFT, ann[1]))
    different_faces(library, face, other)
    _, (new_other,) = there.write("b", (LEFT, ben[1]), pack=other_pack.id)
    with library.transaction():
        library.journal.copy({other: new_other}, {})
        library.packs.use(other_pack.id)
    _, (new,) = file.write("a", (LEFT, ben[0]), pack=other_pack.id)
    with library.transaction():
        carry_from_packs(library, Blind(album), [album.pack_id], away, "")
    assert new_other in apart(album, new)


def test_one_pack_is_in_use_and_the_clusters_are_its_own(
    album: Album, ann: Matrix, other_pack: StoredPack
) -> None:
    album.add_cluster(*album.add_portraits("ann", ann))
    with album.library.transaction():
        album.library.packs.use(other_pack.id)
    assert album.library.packs.in_use() == other_pack
    assert album.library.query("SELECT DISTINCT pack_id FROM clusters")[0][0] == other_pack.id
    assert album.library.faces.count() == 0
    assert [pack.name for pack in album.library.packs.all()] == ["test", "other"]


def test_what_a_pack_has_not_seen(album: Album, ann: Matrix, other_pack: StoredPack) -> None:
    photos = album.library.photos
    album.add_photo("/photos/1.jpg", ann[0])
    album.add_photo("/photos/2.jpg", ann[1], reference=True)
    (third,) = album.add_photo("/photos/3.jpg", ann[2])
    with album.library.transaction():
        photos.record_scan(
            album.photo_of(third), other_pack.id, Detail.NORMAL, scanned_at=now(), failure=None
        )
    unseen = photos.unseen(other_pack.id, album.pack_id)
    assert [photo.paths for photo in unseen] == [["/photos/1.jpg"], ["/photos/2.jpg"]]
    with album.library.transaction():
        photos.record_scan(
            album.photo_of(third), album.pack_id, Detail.HIGH, scanned_at=now(), failure=None
        )
    assert photos.unseen(other_pack.id, album.pack_id)[2].detail is Detail.HIGH
    assert photos.unseen(album.pack_id, other_pack.id) == []


def test_a_pack_that_is_known_keeps_its_settings_and_may_have_moved(
    album: Album, other_pack: StoredPack, tmp_path: Path
) -> None:
    with album.library.transaction():
        again = album.library.packs.record(
            name="other",
            fingerprint=other_pack.fingerprint,
            dim=16,
            licence="",
            accepted_at=None,
            settings={},
            location=str(tmp_path),
        )
    assert again.id == other_pack.id
    assert again.settings == other_pack.settings
    assert again.location == str(tmp_path)
