"""What is known of one person, and changing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from photoclust.actions.lookup import checked_name, people_named, person_named, told_apart
from photoclust.actions.statements import photos_of_both, say_one_after_all
from photoclust.errors import PhotoclustError, UsageError
from photoclust.library import Library
from photoclust.library.people import Person, PersonSummary, folded

LONGEST_NOTE = 10_000  # characters


@dataclass(frozen=True, slots=True)
class PersonReport:
    """A person, and how much the library has of them.

    Attributes
    ----------
    named, by_cluster : faces by a human's word, and through a cluster.
    denied : faces that a human said are not theirs.
    """

    person: Person
    summary: PersonSummary
    named: int
    by_cluster: int
    denied: int


@dataclass(frozen=True, slots=True)
class MergePeopleReport:
    """Who two people are now; `both` and `overrides` as of `MergeReport`."""

    act: int
    person: Person
    both: int
    overrides: tuple[int, ...]


def show_person(library: Library, name: str) -> PersonReport:
    """Everything known of a person.

    Raises
    ------
    NotFound : nobody has that name.
    UsageError : several people have it.
    """
    person = person_named(library, name)
    summary = next(row for row in library.people.summaries() if row.id == person.id)
    hows = [face.how for face in library.faces.belonging().values() if face.person_id == person.id]
    denied = sum(whose == person.id for _face, whose in library.decisions.denials())
    return PersonReport(person, summary, hows.count("named"), hows.count("cluster"), denied)


def rename_person(library: Library, old: str, new: str, *, another: bool = False) -> Person:
    """Call a person something else; with `another` even if somebody is called so already.

    Raises
    ------
    NotFound : nobody has the old name.
    PhotoclustError : somebody else has the new one.
    """
    new = checked_name(new)
    with library.transaction():
        person = person_named(library, old)
        others = [other for other in people_named(library, new) if other.id != person.id]
        if others and not another:
            raise PhotoclustError(
                f"Somebody is called {others[0].name} already: {told_apart(others)}.",
                "If the two are one, `photoclust person merge`; if not, say --another.",
            )
        act = library.journal.begin(f"person rename {person.name} {new}")
        library.decisions.call(act, person.id, new)
    return library.people.numbered(person.id)


def merge_people(library: Library, name: str, other: str) -> MergePeopleReport:
    """The two are one: the first keeps the name, the second's becomes an alias.

    Whatever was said of the second counts for the first. That they are two counts no more.

    Raises
    ------
    NotFound : nobody has one of the names.
    UsageError : they are the same person already.
    """
    with library.transaction():
        person, gone = person_named(library, name), person_named(library, other)
        if person.id == gone.id:
            raise UsageError(f"{name} and {other} are the same person already.")
        own_faces, new = library.faces.of_person(person.id), library.faces.of_person(gone.id)
        both = photos_of_both(library, own_faces, new)
        act = library.journal.begin(f"person merge {person.name} {gone.name}")
        overrides = say_one_after_all(
            library, act, [face.id for face in own_faces], [face.id for face in new]
        )
        denied = {face for face, whose in library.decisions.denials() if whose == gone.id}
        own = {item.face_id for item in library.people.named_faces() if item.person_id == person.id}
        # What was said not to be the second is not the first either, unless that was said of it.
        library.decisions.give(act, sorted(denied & own), person_id=person.id, source="face")
        _hand_over(library, act, gone.id, person.id)
        names = dict.fromkeys((*person.aliases, gone.name, *gone.aliases))
        aliases = [text for text in names if folded(text) != folded(person.name)]
        library.decisions.set_aliases(act, person.id, aliases)
        if gone.born and not person.born:
            library.decisions.set_birth(act, person.id, date.fromisoformat(gone.born))
        if gone.note:
            note = "\n".join(filter(None, (person.note, gone.note)))
            library.decisions.note(act, person.id, note)
        library.decisions.say_gone(act, gone.id)
    return MergePeopleReport(act, library.people.numbered(person.id), both, overrides)


def delete_person(library: Library, name: str) -> int:
    """There is no such person; returns how many faces are nobody's now.

    Raises
    ------
    NotFound : nobody has that name.
    UsageError : several people have it.
    """
    with library.transaction():
        person = person_named(library, name)
        act = library.journal.begin(f"person delete {person.name}")
        faces = _hand_over(library, act, person.id, None)
        library.decisions.say_gone(act, person.id)
    return faces


def set_aliases(library: Library, name: str, add: list[str], remove: list[str]) -> Person:
    """Other names that find the person.

    Raises
    ------
    NotFound : nobody has that name, or they have no such alias.
    UsageError : somebody else is called so.
    """
    with library.transaction():
        person = person_named(library, name)
        aliases = list(person.aliases)
        for text in remove:
            known = [alias for alias in aliases if folded(alias) == folded(text)]
            if not known:
                raise PhotoclustError(f"{person.name} is not known as {text}.")
            aliases.remove(known[0])
        for text in map(checked_name, add):
            others = [other for other in people_named(library, text) if other.id != person.id]
            if others:
                raise PhotoclustError(f"Somebody else is called so: {told_apart(others)}.")
            if folded(text) not in map(folded, (person.name, *aliases)):
                aliases.append(text)
        if aliases != list(person.aliases):
            act = library.journal.begin(f"person alias {person.name} {', '.join(aliases)}".strip())
            library.decisions.set_aliases(act, person.id, aliases)
    return library.people.numbered(person.id)


def set_birth(library: Library, name: str, born: date) -> Person:
    """The person was born that day; clusters heed it from the next clustering on.

    Raises
    ------
    NotFound : nobody has that name.
    UsageError : the day has not come yet.
    """
    if born > date.today():
        raise UsageError(f"{born} is still to come.", "Give the date as 1980-05-01.")
    with library.transaction():
        person = person_named(library, name)
        act = library.journal.begin(f"person birthdate {person.name} {born}")
        library.decisions.set_birth(act, person.id, born)
    return library.people.numbered(person.id)


def set_note(library: Library, name: str, text: str) -> Person:
    """What is to be remembered of the person; an empty text takes it away.

    Raises
    ------
    NotFound : nobody has that name.
    UsageError : the text is too long.
    """
    if len(text) > LONGEST_NOTE:
        raise UsageError(f"A note may have at most {LONGEST_NOTE} characters.")
    with library.transaction():
        person = person_named(library, name)
        act = library.journal.begin(f"person note {person.name}")
        library.decisions.note(act, person.id, text)
    return library.people.numbered(person.id)


def _hand_over(library: Library, act: int, from_id: int, to_id: int | None) -> int:
    """Give every named face of a person to another, or to nobody, as it was pointed at."""
    given = [item for item in library.people.named_faces() if item.person_id == from_id]
    for source in ("cluster", "face"):
        faces = [item.face_id for item in given if item.source == source]
        # A face that is taken from somebody must not be theirs again through its cluster.
        library.decisions.give(act, faces, person_id=to_id, source=source)
    return len(given)
