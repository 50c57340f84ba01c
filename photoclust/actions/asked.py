"""A question about stored faces: its words, what is shown, and the command of each answer."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from photoclust.errors import UsageError
from photoclust.library.faces import Face
from photoclust.library.people import Person
from photoclust.review.questions import Question, on_page


@dataclass(frozen=True, slots=True)
class Subject:
    """Stored faces that are shown as one, the surest first.

    Attributes
    ----------
    person : whom they may be.
    chance : how likely that is, 0..1, or that they are the same as the first subject.
    """

    faces: tuple[Face, ...]
    person: Person | None
    chance: float


@dataclass(frozen=True, slots=True)
class Tile:
    """What is shown of a subject: one face, which stands for some or all of it.

    Attributes
    ----------
    number : 1 and on; what an answer points at it by.
    subject : its place among the subjects.
    stands_for : the faces that pointing at it means.
    """

    number: int
    face: Face
    subject: int
    stands_for: tuple[Face, ...]


@dataclass(frozen=True)
class Asked:
    """A question about stored faces.

    Attributes
    ----------
    kind : `who`, `is` or `same`.
    subjects : of `who` the group, then those that may be the same person; of `is` faces and who
        they may be, or have been so far; of `same` two clusters.
    settles : how many faces one answer settles, on average.
    question : what it came from.
    """

    kind: str
    subjects: tuple[Subject, ...]
    settles: float
    question: Question

    @property
    def faces(self) -> tuple[Face, ...]:
        """Those that it is about: of `who` the group, else all."""
        subjects = self.subjects[:1] if self.kind == "who" else self.subjects
        return tuple(face for subject in subjects for face in subject.faces)

    @property
    def words(self) -> str:
        """The question as a sentence."""
        if self.kind == "same":
            one, other = (subject.faces[0].cluster for subject in self.subjects)
            return f"Are clusters {one} and {other} the same person?"
        clusters = {face.cluster for face in self.faces}
        of = "" if None in clusters or len(clusters) > 1 else f" of cluster {clusters.pop()}"
        photos = len({face.photo_id for face in self.faces})
        where = f"{counted_faces(self.faces)}{of} in {photos} photo{'s' * (photos > 1)}"
        if self.kind == "who":
            return f"Who is this ({where})?"
        names = {subject.person: subject.person.name for subject in self.subjects if subject.person}
        if len(names) > 1:
            return f"Are these names right ({where}, {len(names)} people)?"
        return f"Is this {next(iter(names.values()))} ({where})?"

    @cached_property
    def tiles(self) -> tuple[Tile, ...]:
        """What is shown, in order: of a group each of its faces, or some if it is large."""
        tiles: list[Tile] = []
        for place, subject in enumerate(self.subjects):
            one_by_one = self.kind == "same" or (self.kind == "who" and place == 0)
            for face in on_page(subject.faces) if one_by_one else subject.faces[:1]:
                stands_for = (face,) if one_by_one else subject.faces
                tiles.append(Tile(len(tiles) + 1, face, place, stands_for))
        return tuple(tiles)

    def pointed_at(self, numbers: Collection[int], *, first: bool | None = None) -> list[Face]:
        """The faces that these tiles stand for; with `first` only of the first subject, or not.

        Raises
        ------
        UsageError : there is no such tile.
        """
        known = {
            tile.number: tile.stands_for
            for tile in self.tiles
            if first is None or first == (tile.subject == 0)
        }
        wrong = sorted(set(numbers) - known.keys())
        if wrong:
            low, high = min(known, default=0), max(known, default=0)
            which = f"they go from {low} to {high}" if known else "there are none"
            raise UsageError(f"{wrong[0]} is none of the numbers here.", f"Here {which}.")
        return [face for number in sorted(set(numbers)) for face in known[number]]

    def commands(self, subject: Subject) -> dict[str, str]:
        """Answer -> the command line that gives it, for one of the subjects."""
        faces = face_numbers(subject.faces)
        if self.kind == "same":
            one, other = (subject.faces[0].cluster for subject in self.subjects)
            return {
                "yes": f"photoclust merge {one} {other}",
                "no": f"photoclust different {one} {other}",
            }
        ignoring = {
            "stranger": f"photoclust ignore {faces} --stranger",
            "not a face": f"photoclust ignore {faces} --not-a-face",
        }
        if subject.person is None:
            return {"name": f"photoclust assign {faces} NAME", **ignoring}
        return {
            "yes": assigning(subject.faces, subject.person),
            "no": f"photoclust reject {faces} from {_exactly(subject.person)}",
            **ignoring,
        }


def assigning(faces: Sequence[Face], person: Person) -> str:
    """The command line that gives faces to a person."""
    return f"photoclust assign {face_numbers(faces)} {_exactly(person)}"


def _exactly(person: Person) -> str:
    return shlex.quote(f"{person.name}#{person.id}")


def face_numbers(faces: Sequence[Face]) -> str:
    return "face " + " ".join(str(face.id) for face in faces)


def counted_faces(faces: Sequence[Face]) -> str:
    return "1 face" if len(faces) == 1 else f"{len(faces)} faces"
