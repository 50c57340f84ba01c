"""Erase a person: faces, embeddings, names and everything that was said of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from photoclust.actions.likeness import matches, unseen
from photoclust.actions.lookup import person_named
from photoclust.actions.never_again import exemplars_of
from photoclust.actions.searching import MOST_SEARCHED, Searched, Wanted, rewrite_and_search
from photoclust.actions.sheet import remove_sheets
from photoclust.actions.shots import remove_shots, shots_of
from photoclust.errors import NotFound, PhotoclustError
from photoclust.library import Library
from photoclust.library.erasing import erase, erasing, is_unfinished, keep, let_learn_again
from photoclust.library.journal import FORGET, LEARN_AGAIN
from photoclust.library.library import unless
from photoclust.library.people import Person
from photoclust.library.traces import (
    embeddings,
    embeddings_that_stay,
    of_person,
    way_back,
)
from photoclust.library.words import PLACES_OF_SAYINGS, standing


@dataclass(frozen=True, slots=True)
class ForgetPersonReport:
    """What was erased, or would be.

    Attributes
    ----------
    name : the person's; None where only the work of an interrupted run was to be finished.
    faces, photos : theirs, and the photos that show them; `named` by a human's word.
    beside : faces of others in reference photos that go.
    references : photos given to `enrol` for nobody else.
    shots : of these, pictures that `live` took; their files are deleted.
    decisions : what was said of them; `acts` is how many entries of the journal lost their words.
    kept : embeddings that stay for `never_again`, without a name.
    shared : embeddings that stay because a face of somebody else has the very same.
    alike : nameless faces that `find` takes for them; they stay.
    unseen : those of `faces` that are theirs by likeness alone, in photos that no scanned file
        holds now, so that nobody can look at them: earlier versions of a file, folders taken out.
    standing : place -> how many texts there hold one of their names, and stay.
    searched : None if nothing was written.
    """

    name: str | None
    faces: int = 0
    photos: int = 0
    named: int = 0
    beside: int = 0
    references: int = 0
    shots: int = 0
    decisions: int = 0
    acts: int = 0
    kept: int = 0
    shared: int = 0
    alike: int = 0
    unseen: int = 0
    standing: dict[str, int] = field(default_factory=dict)
    searched: Searched | None = None


@dataclass(frozen=True, slots=True)
class LearnAgainReport:
    """How many people scans may learn again, and how many embeddings had been kept of them."""

    people: int
    embeddings: int
    searched: Searched | None


def forget_person(
    library: Library, name: str, *, never_again: bool = False, dry_run: bool = False
) -> ForgetPersonReport:
    """Erase a person, then search the library's bytes for what must be gone.

    Faces go that a human gave to them and that are theirs through a cluster, in every pack;
    nameless faces that merely look like them stay where a file of the photo is known. Pictures of
    them that `live` kept beside the library are deleted. Nothing of it comes back by `undo`.

    Parameters
    ----------
    never_again : keep at most 16 embeddings a pack, without a name, so that scans leave them out.
    dry_run : only say what would go.

    Raises
    ------
    NotFound : nobody has that name.
    UsageError : several people have it.
    PhotoclustError : they have no face by which scans could know them.
    LibraryError : another process scans, the file cannot be written anew, or something was found.
    """
    if not dry_run:
        remove_sheets()
    with unless(dry_run, erasing(library)):
        with unless(dry_run, library.transaction()):
            person = _person(library, name)
            if person is None:
                report, wanted = ForgetPersonReport(None), Wanted(names=(name,))
            else:
                report, wanted = _erase(library, person, never_again, dry_run)
        searched = None if dry_run else rewrite_and_search(library, wanted)
    stands = standing(library, wanted.names)
    if dry_run:  # there the names of the person stand themselves
        stands = {place: n for place, n in stands.items() if place not in PLACES_OF_SAYINGS}
    return replace(report, standing=stands, searched=searched)


def learn_again(library: Library, *, dry_run: bool = False) -> LearnAgainReport:
    """Drop what `never_again` kept, of everybody: no name tells whose it is.

    Raises
    ------
    NotFound : nothing was kept.
    LibraryError : as of `forget_person`.
    """
    with unless(dry_run, erasing(library)):
        with unless(dry_run, library.transaction()):
            kept = library.query("SELECT who, vector FROM forgotten")
            if not kept and not is_unfinished(library):
                raise NotFound("Nobody was forgotten with --never-again, so nothing is kept.")
            gone = {bytes(vector) for _who, vector in kept}
            stay = library.query("SELECT vector FROM embeddings") if gone else []
            if kept and not dry_run:
                let_learn_again(library, LEARN_AGAIN)
        wanted = Wanted(sorted(gone - {bytes(row[0]) for row in stay}))
        searched = None if dry_run else rewrite_and_search(library, wanted)
    return LearnAgainReport(len({who for who, _vector in kept}), len(kept), searched)


def _person(library: Library, name: str) -> Person | None:
    """Who is meant; None if nobody is, but an erasing was interrupted and is to be finished."""
    try:
        return person_named(library, name)
    except NotFound as error:
        command = way_back(library, name)
        if command is not None:
            raise NotFound(
                f"{error.message} Somebody was, and is still in the journal.",
                f"`photoclust {command}` brings them back; forget them then.",
            ) from error
        if is_unfinished(library):
            return None
        raise


def _erase(
    library: Library, person: Person, never_again: bool, dry_run: bool
) -> tuple[ForgetPersonReport, Wanted]:
    alike = matches(library, person)
    traces = of_person(library, person.id)
    exemplars = exemplars_of(library, traces)
    hidden = unseen(library, traces, exemplars)
    if hidden:
        traces = of_person(library, person.id, hidden)
    if never_again and not exemplars:
        raise PhotoclustError(
            f"{person.name} has no face by which scans could leave them out.",
            "Leave --never-again away.",
        )
    faces = traces.all_faces
    shared = embeddings_that_stay(library, faces)
    kept = [(pack, item) for pack in exemplars for item in exemplars[pack] if never_again]
    stay = shared | {item for _pack, item in kept}
    gone = [item for item in embeddings(library, faces, MOST_SEARCHED) if item not in stay]
    (photos,) = library.query(
        "SELECT count(DISTINCT photo_id) FROM faces WHERE id IN (SELECT value FROM json_each(?))",
        json.dumps(list(traces.faces)),
    )[0]
    shots = shots_of(library, traces.references)
    if not dry_run:
        keep(library, kept)
        erase(library, traces, FORGET)
        remove_shots(shots)
    report = ForgetPersonReport(
        person.name,
        len(traces.faces),
        photos,
        len(traces.named),
        len(traces.beside),
        len(traces.references),
        len(shots),
        len(traces.decisions),
        len(traces.words),
        len(kept),
        len(shared),
        len(alike - traces.faces),
        len(hidden),
    )
    erased = len(faces) if len(faces) > MOST_SEARCHED else len(gone)
    return report, Wanted(gone, erased, traces.names, traces.notes, traces.phrases)
