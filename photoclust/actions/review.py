"""Ask what the machine cannot know; each answer is an act of the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from photoclust.actions.history import undo
from photoclust.actions.lookup import checked_name, pack_in_use, people_named, person_named
from photoclust.actions.statements import say_one, say_two
from photoclust.errors import UsageError
from photoclust.library import Library
from photoclust.library.constraints import positions, present_state
from photoclust.library.decisions import Ignored
from photoclust.library.faces import Face
from photoclust.library.journal import Move
from photoclust.library.people import Person
from photoclust.review.questions import Asker, Question, Scene

# How many of the faces are to have a name before `left` says that all is done.
GOAL = 0.9


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about stored faces, the surest first; `others` are the second group of `same`.

    Attributes
    ----------
    kind : `who`, `is` or `same`.
    person : of `is`.
    settles : how many faces one answer settles, on average.
    question : what it came from.
    """

    kind: str
    faces: tuple[Face, ...]
    person: Person | None
    others: tuple[Face, ...]
    settles: float
    question: Question

    @property
    def words(self) -> str:
        """The question as a sentence."""
        if self.kind == "same":
            one, other = self.faces[0].cluster, self.others[0].cluster
            return f"Are clusters {one} and {other} the same person?"
        clusters = {face.cluster for face in self.faces}
        of = "" if None in clusters or len(clusters) > 1 else f" of cluster {clusters.pop()}"
        photos = len({face.photo_id for face in self.faces})
        where = f"{_counted(self.faces)}{of} in {photos} photo{'s' * (photos > 1)}"
        if self.person is None:
            return f"Who is this ({where})?"
        return f"Is this {self.person.name} ({where})?"

    @property
    def commands(self) -> dict[str, str]:
        """Answer -> the command line that gives it."""
        ids = " ".join(str(face.id) for face in self.faces)
        if self.kind == "same":
            one, other = self.faces[0], self.others[0]
            return {
                "yes": f"photoclust merge {one.cluster} {other.cluster}",
                "no": f"photoclust different {one.cluster} {other.cluster}",
            }
        ignoring = {
            "stranger": f"photoclust ignore face {ids} --stranger",
            "not a face": f"photoclust ignore face {ids} --not-a-face",
        }
        if self.person is None:
            return {"name": f"photoclust assign face {ids} NAME", **ignoring}
        who = f"{self.person.name}#{self.person.id}"
        return {
            "yes": f"photoclust assign face {ids} '{who}'",
            "no": f"photoclust reject face {ids} from '{who}'",
            **ignoring,
        }


class Review:
    """A round of questions over a library.

    Attributes
    ----------
    answers : how many were given.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._pack = pack_in_use(library)
        self._vectors = library.faces.vectors()
        self._asker = Asker(self._scene())
        self._skipped: set[tuple[object, ...]] = set()
        self.answers = 0

    @property
    def named(self) -> int:
        """Faces that belong to somebody."""
        return int((self._asker.scene.owners > 0).sum())

    @property
    def faces(self) -> int:
        """Faces that do or may belong to somebody: all but strangers and the hidden."""
        return int((~self._asker.scene.closed | (self._asker.scene.owners > 0)).sum())

    @property
    def left(self) -> int:
        """About how many answers are left until 90 % of the faces in larger groups have a name."""
        return self._asker.left_to(GOAL)

    def questions(self, limit: int | None = None) -> list[Asked]:
        """What is left to ask, the question that settles most faces first."""
        found = [item for item in self._asker.questions() if item.key not in self._skipped]
        return list(self._asked(found[:limit]))

    def next(self) -> Asked | None:
        """The question that settles most faces."""
        return next(iter(self.questions(1)), None)

    def skip(self, asked: Asked) -> None:
        """Not now; it is not asked again in this round."""
        self._skipped.add(asked.question.key)

    def name(self, asked: Asked, name: str) -> str:
        """The faces are this person's, who may be new; returns what was done, as a sentence.

        Raises
        ------
        UsageError : it is no name, or several people have it.
        """
        library = self._library
        with library.transaction():
            known = person_named(library, name) if people_named(library, name) else None
            text = known.name if known else checked_name(name)
            act = library.journal.begin(f"review: {_numbers(asked.faces)} {text}")
            person = known or library.people.add(act, text)
            self._give(act, asked.faces, person.id)
        return self._done(f"{_counted(asked.faces)} given to {person.name}.")

    def yes(self, asked: Asked, but: set[int] | None = None) -> str:
        """They are, all but these (ids); returns what was done, as a sentence.

        Raises
        ------
        UsageError : a number is none of the faces.
        """
        library, but = self._library, but or set()
        unknown = but - {face.id for face in asked.faces}
        if unknown:
            raise UsageError(f"Face {min(unknown)} is not among these.", "Give their numbers.")
        with library.transaction():
            if asked.kind == "same":
                both = (*asked.faces, *asked.others)
                act = library.journal.begin(f"review: same {_numbers(both)}")
                say_one(library, act, [face.id for face in both])
                home = asked.faces[0].cluster
                moves = (Move(face.id, home, face.strength) for face in asked.others)
                library.journal.move(act, moves)
                return self._done("One person.")
            assert asked.person is not None
            act = library.journal.begin(f"review: {_numbers(asked.faces)} {asked.person.name}")
            theirs = [face for face in asked.faces if face.id not in but]
            self._give(act, theirs, asked.person.id)
            self._deny(act, [face for face in asked.faces if face.id in but], asked.person.id)
        return self._done(f"{_counted(theirs)} given to {asked.person.name}.")

    def no(self, asked: Asked) -> str:
        """They are not; it is remembered for ever. Returns what was done, as a sentence."""
        library = self._library
        with library.transaction():
            if asked.kind == "same":
                both = (*asked.faces, *asked.others)
                act = library.journal.begin(f"review: different {_numbers(both)}")
                some, others = (
                    [face.id for face in group] for group in (asked.faces, asked.others)
                )
                say_two(library, act, some, others)
                return self._done("Two people.")
            assert asked.person is not None
            what = f"review: {_numbers(asked.faces)} not {asked.person.name}"
            self._deny(library.journal.begin(what), asked.faces, asked.person.id)
        return self._done(f"{_counted(asked.faces)} not {asked.person.name}.")

    def ignore(self, asked: Asked, *, stranger: bool) -> str:
        """They are strangers, or no faces at all. Returns what was done, as a sentence."""
        library = self._library
        kind = Ignored.STRANGER if stranger else Ignored.NOT_FACE
        with library.transaction():
            act = library.journal.begin(f"review: {_numbers(asked.faces)} {kind.words}")
            for source, faces in _by_source(library, asked.faces):
                library.decisions.ignore(act, (face.id for face in faces), kind=kind, source=source)
            if kind is Ignored.NOT_FACE:
                library.journal.move(act, (Move(face.id, None) for face in asked.faces))
        return self._done(f"{_counted(asked.faces)} ignored: {kind.words}.")

    def undo(self) -> str:
        """Take the newest act back; returns its words.

        Raises
        ------
        NotFound : there is none.
        """
        what = undo(self._library).target.what
        self._refresh()
        return what

    def _give(self, act: int, faces: Sequence[Face], person: int) -> None:
        for source, some in _by_source(self._library, faces):
            self._library.decisions.give(
                act, (face.id for face in some), person_id=person, source=source
            )

    def _deny(self, act: int, faces: Sequence[Face], person: int) -> None:
        for face in faces:
            self._library.decisions.say_not(act, face.id, person)

    def _done(self, told: str) -> str:
        self.answers += 1
        self._refresh()
        return told

    def _refresh(self) -> None:
        self._asker.scene = self._scene()

    def _scene(self) -> Scene:
        library, vectors = self._library, self._vectors
        state, said = present_state(library), library.decisions
        places = positions(state.ids, vectors.ids)
        ids, _clusters, sure = library.clusters.present()
        strengths = np.zeros(len(vectors.ids))
        known = positions(vectors.ids, ids)
        strengths[known[known >= 0]] = sure[known >= 0]
        closed = np.isin(vectors.ids, list(library.faces.ignored())) | (places < 0)
        index = {face: place for place, face in enumerate(vectors.ids.tolist())}
        return Scene(
            embeddings=vectors.matrix,
            quality=vectors.quality,
            photos=vectors.photo_ids,
            clusters=np.where(places >= 0, state.clusters[places], -1),
            strengths=strengths,
            owners=np.where(places >= 0, state.owners[places], 0),
            closed=closed,
            levels=self._pack.levels,
            denied=frozenset(
                (index[face], person) for face, person in said.denials() if face in index
            ),
            apart=frozenset(
                (index[link.face_id], index[link.other_face_id])
                for link in said.links()
                if not link.same and link.face_id in index and link.other_face_id in index
            ),
        )

    def _asked(self, questions: Sequence[Question]) -> Iterator[Asked]:
        ids = self._vectors.ids
        wanted = {int(ids[face]) for item in questions for face in (*item.faces, *item.others)}
        faces = self._library.faces.get_all(wanted)
        people = {person.id: person for person in self._library.people.all()}
        for item in questions:
            yield Asked(
                item.kind,
                tuple(faces[int(ids[face])] for face in item.faces),
                people.get(item.person),
                tuple(faces[int(ids[face])] for face in item.others),
                item.settles,
                item,
            )


def _by_source(library: Library, faces: Sequence[Face]) -> Iterator[tuple[str, list[Face]]]:
    """Whole clusters are spoken of as clusters, so that those who join them later belong too."""
    asked = {face.id for face in faces}
    numbers = {face.cluster for face in faces if face.cluster is not None}
    whole = {
        number
        for number in numbers
        if all(
            face.id in asked or face.person_id is not None or face.ignored is not None
            for face in library.faces.of_cluster(number)
        )
    }
    together = [face for face in faces if face.cluster in whole]
    alone = [face for face in faces if face.cluster not in whole]
    if together:
        yield "cluster", together
    if alone:
        yield "face", alone


def _numbers(faces: Sequence[Face]) -> str:
    return "face " + " ".join(str(face.id) for face in faces)


def _counted(faces: Sequence[Face]) -> str:
    return "1 face" if len(faces) == 1 else f"{len(faces)} faces"
