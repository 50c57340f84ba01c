"""What a person means by a name or a number."""

from __future__ import annotations

from difflib import get_close_matches

from photoclust.errors import NotFound, UsageError
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.library.packs import StoredPack
from photoclust.library.people import Person, folded

LONGEST_NAME = 200  # characters
JOINERS = "\u200c\u200d"


def pack_in_use(library: Library) -> StoredPack:
    """The library's pack.

    Raises
    ------
    NotFound : nothing was scanned yet.
    """
    pack = library.packs.in_use()
    if pack is None:
        raise NotFound(
            f"Nothing was scanned into {library.path} yet, so there are no faces.",
            "Run `photoclust scan FOLDER` first.",
        )
    return pack


def person_named(library: Library, name: str) -> Person:
    """The person of this name.

    Raises
    ------
    NotFound : nobody has it; the nearest names are suggested.
    """
    person = library.people.by_name(name)
    if person is not None:
        return person
    names = {folded(known.name): known.name for known in library.people.all()}
    near = [names[match] for match in get_close_matches(folded(name), names, n=3, cutoff=0.5)]
    if near:
        hint = f"Did you mean {' or '.join(near)}?"
    elif names:
        hint = "`photoclust people` lists everybody."
    else:
        hint = "Nobody is named yet: see `photoclust clusters`, then `photoclust name 1 NAME`."
    raise NotFound(f"Nobody is called {name} in this library.", hint)


def cluster_faces(library: Library, cluster: int) -> list[Face]:
    """The members of a cluster, strongest first.

    Raises
    ------
    NotFound : there is no such cluster.
    """
    faces = library.faces.of_cluster(cluster)
    if not faces:
        raise NotFound(
            f"There is no cluster {cluster} in this library.", "`photoclust clusters` lists them."
        )
    return faces


def face_numbered(library: Library, face_id: int) -> Face:
    """One face by its number.

    Raises
    ------
    NotFound : there is no such face.
    """
    face = library.faces.get(face_id)
    if face is None:
        raise NotFound(
            f"There is no face {face_id} in this library.", "`photoclust faces` lists them."
        )
    return face


def checked_name(name: str) -> str:
    """A name as it is stored: without control characters and needless blanks.

    Joiners (U+200C, U+200D) stay: Persian, Indic names and emoji are written with them.

    Raises
    ------
    UsageError : nothing is left, or it is too long.
    """
    cleaned = " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in name).split())
    if not cleaned.strip(JOINERS):
        raise UsageError("A name needs at least one letter.")
    if len(cleaned) > LONGEST_NAME:
        raise UsageError(f"A name may have at most {LONGEST_NAME} characters.")
    return cleaned
