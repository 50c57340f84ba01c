"""What a person means by a name or a number."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from photoclust.errors import NotFound, UsageError
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.library.packs import StoredPack
from photoclust.library.people import Person, folded

LONGEST_NAME = 200  # characters
JOINERS = "\u200c\u200d"
EVERYBODY = "`photoclust people` lists everybody."

# How people of one name are told apart: `John#3`.
NUMBERED = re.compile(r"#\d+$", re.ASCII)


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
    """The person of this name or alias, or by number: `John#3`, `#3`.

    Raises
    ------
    NotFound : nobody has it; the nearest names are suggested.
    UsageError : several people have it, or it is empty.
    """
    if not name.strip():
        raise UsageError("Say who is meant: this name is empty.", EVERYBODY)
    found = people_named(library, name)
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} people are called {found[0].name}: {told_apart(found)}.",
            f"Say which with the number, such as {found[0].name}#{found[0].id}.",
        )
    names = {
        folded(text): text
        for person in library.people.all()
        for text in (person.name, *person.aliases)
    }
    near = [names[match] for match in get_close_matches(folded(name), names, n=3, cutoff=0.5)]
    if near:
        hint = f"Did you mean {' or '.join(near)}?"
    elif names:
        hint = EVERYBODY
    else:
        hint = "Nobody is named yet: see `photoclust clusters`, then `photoclust name 1 NAME`."
    raise NotFound(f"Nobody is called {name} in this library.", hint)


def people_named(library: Library, name: str) -> list[Person]:
    """Everybody of this name or alias; with a number, `John#3`, at most the one."""
    text, hash_sign, number = name.rpartition("#")
    if hash_sign and number.isascii() and number.isdigit():
        return [
            person
            for person in library.people.all()
            if str(person.id) == number and (not text.strip() or _is_called(person, text))
        ]
    return library.people.called(name)


def known_person(library: Library, name: str, *, another: bool) -> Person | None:
    """Who is to be named so; None if it is to be somebody new.

    Raises
    ------
    NotFound : nobody has that number.
    UsageError : several people have that name, or it is none.
    """
    if another or not (NUMBERED.search(name) or people_named(library, name)):
        checked_name(name)
        return None
    return person_named(library, name)


def told_apart(people: Sequence[Person]) -> str:
    """`John#3 (born 1980-05-01) and John#9`."""
    told = [
        f"{person.name}#{person.id}" + (f" (born {person.born})" if person.born else "")
        for person in people
    ]
    return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


def _is_called(person: Person, text: str) -> bool:
    return folded(text) in map(folded, (person.name, *person.aliases))


def cluster_faces(library: Library, cluster: int) -> list[Face]:
    """The members of a cluster, strongest first.

    Raises
    ------
    NotFound : there is no such cluster.
    """
    faces = library.faces.of_cluster(cluster)
    if not faces:
        went = library.query(
            "SELECT DISTINCT cluster_id FROM memberships WHERE face_id IN"
            " (SELECT face_id FROM moves WHERE before_cluster = ?) ORDER BY cluster_id",
            cluster,
        )
        now = " and ".join(f"cluster {row[0]}" for row in went)
        raise NotFound(
            f"There is no cluster {cluster} in this library.",
            f"Faces of it are in {now} now." if now else "`photoclust clusters` lists them.",
        )
    return faces


def face_numbered(library: Library, face_id: int) -> Face:
    """One face by its number.

    Raises
    ------
    NotFound : there is no such face.
    """
    return faces_numbered(library, [face_id])[0]


def faces_numbered(library: Library, face_ids: Sequence[int]) -> list[Face]:
    """These faces by their numbers, each once.

    Raises
    ------
    NotFound : one is not there.
    """
    found = library.faces.get_all(face_ids)
    for face_id in face_ids:
        if face_id not in found:
            raise NotFound(
                f"There is no face {face_id} in this library.", "`photoclust faces` lists them."
            )
    return [found[face_id] for face_id in dict.fromkeys(face_ids)]


def homes(faces: Sequence[Face]) -> set[int]:
    """The clusters that these faces are in."""
    return {face.cluster for face in faces if face.cluster is not None}


def photos_at(library: Library, paths: Sequence[Path]) -> dict[int, Path]:
    """Photo -> the path it was asked for by; a copy of the same photo is the same photo.

    Raises
    ------
    NotFound : one is no photo of the library.
    """
    photos: dict[int, Path] = {}
    for path in paths:
        absolute = os.path.abspath(path)
        photo = library.photos.photo_at(absolute)
        if photo is None:
            photo = library.photos.photo_at(os.path.realpath(absolute))
        if photo is None:
            raise NotFound(
                f"There is no photo {path} in this library.",
                "`photoclust scan` its folder first, or check the spelling of the path.",
            )
        photos.setdefault(photo, Path(absolute))
    return photos


def checked_name(name: str) -> str:
    """A name as it is stored: without control characters and needless blanks.

    Joiners (U+200C, U+200D) stay: Persian, Indic names and emoji are written with them. An emoji
    may be a name, punctuation alone is an answer meant for some other question.

    Raises
    ------
    UsageError : no letter, digit or emoji is left, or it is too long.
    """
    cleaned = " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in name).split())
    if not any(
        unicodedata.category(c)[0] in "LN" or unicodedata.category(c) == "So" for c in cleaned
    ):
        raise UsageError(f"A name needs at least one letter or digit, and `{cleaned}` has none.")
    if NUMBERED.search(cleaned):
        raise UsageError(
            f"{cleaned} ends like the number of a person.", "Leave the # and what follows it away."
        )
    if len(cleaned) > LONGEST_NAME:
        raise UsageError(f"A name may have at most {LONGEST_NAME} characters.")
    return cleaned
