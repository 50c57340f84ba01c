"""Erase every biometric: all faces, and all that was made of them or said of them."""

from __future__ import annotations

from dataclasses import dataclass

from photoclust.actions.searching import MOST_SEARCHED, Searched, Wanted, rewrite_and_search
from photoclust.actions.sheet import remove_sheets
from photoclust.actions.shots import remove_shots, shots_of
from photoclust.library import Library
from photoclust.library.erasing import (
    erase,
    erase_machine_words,
    erasing,
)
from photoclust.library.journal import PURGE
from photoclust.library.library import unless
from photoclust.library.traces import embeddings, of_everybody


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What was erased, or would be.

    Attributes
    ----------
    faces, photos : all of them, and the photos that show them.
    embeddings : of faces, and those kept by `forget --never-again`.
    clusters : the machine's groups.
    decisions : what was said of faces; `acts` is how many entries of the journal lost their words.
    people : those who stay, with their names and no face.
    references : photos given to `enrol`, which no scan looks at.
    shots : of these, pictures that `live` took; their files are deleted.
    searched : None if nothing was written.
    """

    faces: int
    photos: int
    embeddings: int
    clusters: int
    decisions: int
    acts: int
    people: int
    references: int
    shots: int
    searched: Searched | None = None


def purge(library: Library, *, dry_run: bool = False) -> PurgeReport:
    """Erase every face, then search the library's bytes for its embedding.

    Gone are boxes, embeddings, clusters, calibrations, and what was said of faces. Photos, files
    and folders stay, but for pictures that `live` kept beside the library, as do people with their
    names, dates of birth and notes. The photos are not tried any more, so that the next scan finds
    faces anew. Nothing of it comes back by `undo`.

    Raises
    ------
    LibraryError : another process scans, the file cannot be written anew, or something was found.
    """
    if not dry_run:
        remove_sheets()
    with unless(dry_run, erasing(library)):
        with unless(dry_run, library.transaction()):
            traces = of_everybody(library)
            (counts,) = library.query(
                "SELECT (SELECT count(DISTINCT photo_id) FROM faces),"
                " (SELECT count(*) FROM embeddings) + (SELECT count(*) FROM forgotten),"
                " (SELECT count(*) FROM clusters), (SELECT count(*) FROM people),"
                " (SELECT count(DISTINCT photo_id) FROM files WHERE reference)"
            )
            photos, vectors, clusters, people, references = counts
            gone = embeddings(library, traces.faces, MOST_SEARCHED)
            gone += [bytes(row[0]) for row in library.query("SELECT vector FROM forgotten")]
            enrolled = library.query("SELECT DISTINCT photo_id FROM files WHERE reference")
            shots = shots_of(library, (row[0] for row in enrolled))
            if not dry_run:
                erase(library, traces, PURGE)
                erase_machine_words(library)
                remove_shots(shots)
        searched = None if dry_run else rewrite_and_search(library, Wanted(gone, vectors))
    return PurgeReport(
        len(traces.faces),
        photos,
        vectors,
        clusters,
        len(traces.decisions),
        len(traces.words),
        people,
        references,
        len(shots),
        searched,
    )
