"""Ask what the machine cannot know; each answer is an act of the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import numpy as np

from photoclust.actions.asked import Asked, Subject, counted_faces, face_numbers
from photoclust.actions.history import undo
from photoclust.actions.lookup import checked_name, known_person, pack_in_use, person_named
from photoclust.actions.name import give_faces
from photoclust.actions.statements import say_one, say_two
from photoclust.library import Library
from photoclust.library.constraints import constraints_of, positions, present_state
from photoclust.library.decisions import Ignored
from photoclust.library.faces import Face
from photoclust.library.journal import Move
from photoclust.review.questions import Asker, Item, Question
from photoclust.review.scene import Indices, Scene

# How many of the faces are to have a name before `left` says that all is done.
GOAL = 0.9


class Review:
    """A round of questions over a library.

    Parameters
    ----------
    writing : the same library, opened by another thread. That thread answers, which writes an act
        and no more; the thread that made the review calls `look_again` to see what came of it.

    Attributes
    ----------
    answers : how many were given.
    ids, photos : (n,) the faces that are asked about, and their photos.
    ignored : (n,) bool: strangers and the hidden.
    is_outdated : there are faces by now that this review does not know.
    """

    def __init__(self, library: Library, writing: Library | None = None) -> None:
        self._library = library
        self._writing = writing or library
        self._sees_at_once = writing is None
        self._pack = pack_in_use(library)
        self._vectors = library.faces.vectors()
        self._shown: list[tuple[Sequence[Face], int]] = []
        self.ids, self.photos = self._vectors.ids, self._vectors.photo_ids
        self.ignored = np.zeros(len(self.ids), bool)
        self.is_outdated = False
        self._asker = Asker(self._scene())
        self.answers = 0

    @property
    def scene(self) -> Scene:
        """What is known of the faces, as it was looked at last."""
        return self._asker.scene

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

    def questions(self, limit: int) -> list[Asked]:
        """At most so many questions, the one that settles most faces first."""
        return list(self._asked(self._asker.questions(limit)))

    def next(self) -> Asked | None:
        """The question that settles most faces."""
        return next(iter(self.questions(1)), None)

    def unnamed(self, limit: int) -> list[Asked]:
        """*Who is this?* of at most so many clusters, those first that settle most faces."""
        clusters = (item for item in self._asker.who() if len(item.items[0].faces) > 1)
        return list(self._asked(list(islice(clusters, limit))))

    def likely(self, limit: int, name: str | None = None) -> list[tuple[Asked, Subject]]:
        """At most so many clusters that may be one, and groups that may be somebody who has a
        name, those first that settle most faces; or only groups that may be this person.

        Raises
        ------
        NotFound : nobody has that name.
        UsageError : several people have it.
        """
        items = self._asker.likely()
        same = self._asker.same() if name is None else []
        if name is not None:
            person = person_named(self._library, name).id
            items = [item for item in items if item.person == person]
        alone = [Question("is", (item,), item.chance * len(item.faces)) for item in items[:limit]]
        found = [(asked, asked.subjects[-1]) for asked in self._asked([*alone, *same])]
        return sorted(found, key=lambda row: -row[1].chance * len(row[1].faces))[:limit]

    def skip(self, asked: Asked) -> None:
        """Not now; it is not asked again in this round."""
        self._asker.pass_over(asked.question)

    def name(
        self, asked: Asked, name: str, *, also: Collection[int] = (), but: Collection[int] = ()
    ) -> str:
        """Of `who`: this is the person, who may be new; returns what was done, as a sentence.

        Parameters
        ----------
        also : numbers of tiles beside the group that are the person too.
        but : numbers of tiles of the group that are not; each leaves its cluster.

        Raises
        ------
        UsageError : it is no name, several people have it, or a number is none of those shown.
        """
        library = self._writing
        wrong = asked.pointed_at(but, first=True)
        theirs = [face for face in asked.faces if face not in wrong]
        theirs += asked.pointed_at(also, first=False)
        with library.transaction():
            known = known_person(library, name, another=False)
            text = known.name if known else checked_name(name)
            act = library.journal.begin(f"review: {face_numbers(theirs)} {text}")
            person = known or library.people.add(act, text)
            self._give(act, theirs, person.id, beside=wrong)
            self._deny(act, wrong, person.id)
            library.journal.move(act, (Move(face.id, None) for face in wrong))
        self._shown += [(tile.stands_for, person.id) for tile in asked.tiles]
        return self._done(f"{counted_faces(theirs)} given to {person.name}.")

    def yes(
        self,
        asked: Asked,
        *,
        only: Collection[int] | None = None,
        but: Collection[int] = (),
    ) -> str:
        """They are, all, or only these tiles, or all but these; the others are not. Returns what
        was done, as a sentence.

        Raises
        ------
        UsageError : a number is none of those shown.
        """
        library = self._writing
        if asked.kind == "same":
            one, other = asked.subjects
            with library.transaction():
                act = library.journal.begin(f"review: same {face_numbers(asked.faces)}")
                say_one(library, act, [face.id for face in asked.faces])
                home = one.faces[0].cluster
                moves = (Move(face.id, home, face.strength) for face in other.faces)
                library.journal.move(act, moves)
            return self._done("One person.")
        every = {tile.number for tile in asked.tiles}
        right = (set(only) if only is not None else every) - set(but)
        theirs, others = asked.pointed_at(right), asked.pointed_at(every - right)
        asked.pointed_at(but)
        names = dict.fromkeys(item.person.name for item in asked.subjects if item.person)
        whose = next(iter(names)) if len(names) == 1 else f"{len(names)} people"
        told = f"{counted_faces(theirs)} given to {whose}" if theirs else ""
        told += f"{', ' if told else ''}{counted_faces(others)} not {whose}" if others else ""
        with library.transaction():
            act = library.journal.begin(f"review: {', '.join(names)}: {told}")
            new: defaultdict[int, list[Face]] = defaultdict(list)
            for tile, subject in zip(asked.tiles, asked.subjects, strict=True):
                assert subject.person is not None
                if tile.number not in right:
                    self._deny(act, subject.faces, subject.person.id)
                elif subject.faces[0].person_id is None:
                    new[subject.person.id] += subject.faces
                else:
                    give_faces(library, act, subject.faces, subject.person.id)
            for person, faces in new.items():
                self._give(act, faces, person)
        return self._done(f"{told}.")

    def no(self, asked: Asked) -> str:
        """They are not, none of them; it is remembered for ever. Returns what was done, as a
        sentence."""
        if asked.kind != "same":
            return self.yes(asked, only=())
        library = self._writing
        with library.transaction():
            act = library.journal.begin(f"review: different {face_numbers(asked.faces)}")
            some, others = ([face.id for face in item.faces] for item in asked.subjects)
            say_two(library, act, some, others)
        return self._done("Two people.")

    def ignore(self, asked: Asked, *, stranger: bool) -> str:
        """They are strangers, or no faces at all. Returns what was done, as a sentence."""
        library = self._writing
        kind = Ignored.STRANGER if stranger else Ignored.NOT_FACE
        with library.transaction():
            act = library.journal.begin(f"review: {face_numbers(asked.faces)} {kind.words}")
            for source, faces in self._by_source(asked.faces):
                library.decisions.ignore(act, (face.id for face in faces), kind=kind, source=source)
            if kind is Ignored.NOT_FACE:
                library.journal.move(act, (Move(face.id, None) for face in asked.faces))
        return self._done(f"{counted_faces(asked.faces)} ignored: {kind.words}.")

    def undo(self) -> str:
        """Take the newest act back; returns its words.

        Raises
        ------
        NotFound : there is none.
        """
        what = undo(self._writing).target.what
        if self._sees_at_once:
            self.look_again()
        return what

    def look_again(self) -> None:
        """See what was said since, here or by anybody else."""
        shown, self._shown = self._shown, []
        self._asker.scene = self._scene()
        for faces, person in shown:
            self._asker.was_shown(self._places(faces).tolist(), person)

    def _give(
        self, act: int, faces: Sequence[Face], person: int, beside: Sequence[Face] = ()
    ) -> None:
        for source, some in self._by_source(faces, beside):
            self._writing.decisions.give(
                act, (face.id for face in some), person_id=person, source=source
            )

    def _by_source(
        self, faces: Sequence[Face], beside: Sequence[Face] = ()
    ) -> Iterator[tuple[str, list[Face]]]:
        """Whole clusters are spoken of as clusters, so that those who join them later belong too.

        Those `beside` them are leaving.
        """
        scene = self._asker.scene
        settled = (scene.owners > 0) | scene.closed
        settled[self._places([*faces, *beside])] = True
        open_clusters = set(scene.clusters[~settled].tolist())
        whole = {face.cluster for face in faces} - open_clusters - {None}
        for source, is_whole in (("cluster", True), ("face", False)):
            some = [face for face in faces if (face.cluster in whole) == is_whole]
            if some:
                yield source, some

    def _deny(self, act: int, faces: Sequence[Face], person: int) -> None:
        """They are not this person, and leave a cluster of theirs."""
        library = self._writing
        for face in faces:
            library.decisions.say_not(act, face.id, person)
        leaving = [face for face in faces if face.person_id == person]
        library.journal.move(act, (Move(face.id, None) for face in leaving))

    def _places(self, faces: Sequence[Face]) -> Indices:
        return positions(self._vectors.ids, np.array([face.id for face in faces], np.int64))

    def _done(self, told: str) -> str:
        self.answers += 1
        if self._sees_at_once:
            self.look_again()
        return told

    def _scene(self) -> Scene:
        library, vectors = self._library, self._vectors
        state = present_state(library)
        places = positions(state.ids, vectors.ids)
        self.is_outdated = bool((positions(vectors.ids, state.ids) < 0).any())
        self.ignored = np.isin(vectors.ids, library.faces.ignored())
        ids, _clusters, sure = library.clusters.present()
        strengths = np.zeros(len(vectors.ids))
        known = positions(vectors.ids, ids)
        strengths[known[known >= 0]] = sure[known >= 0]
        single = [item.face_id for item in library.people.named_faces() if item.source == "face"]
        return Scene(
            embeddings=vectors.matrix,
            quality=vectors.quality,
            clusters=np.where(places >= 0, state.clusters[places], -1),
            strengths=strengths,
            owners=np.where(places >= 0, state.owners[places], 0),
            confirmed=np.isin(vectors.ids, single),
            closed=self.ignored | (places < 0),
            said=constraints_of(library, vectors),
            levels=self._pack.levels,
        )

    def _asked(self, questions: Sequence[Question]) -> Iterator[Asked]:
        ids = self._vectors.ids
        wanted = {int(ids[face]) for x in questions for item in x.items for face in item.faces}
        faces = self._library.faces.get_all(wanted)
        people = {person.id: person for person in self._library.people.all()}

        def subject(item: Item) -> Subject:
            shown = tuple(faces[int(ids[face])] for face in item.faces)
            return Subject(shown, people.get(item.person), item.chance)

        for question in questions:
            subjects = tuple(subject(item) for item in question.items)
            yield Asked(question.kind, subjects, question.settles, question)
