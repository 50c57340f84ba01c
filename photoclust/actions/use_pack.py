"""Change a library over to another model pack; whatever was said of faces is carried along."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photoclust.actions.carry import (
    Placer,
    by_photo,
    counterparts,
    look_again,
    store_at_places,
)
from photoclust.actions.lookup import pack_in_use
from photoclust.actions.pack import SWITCH, described, wanted_as
from photoclust.actions.unseen import CHANGED, NOT_THERE, files_of, look_at_unseen
from photoclust.choices import Device
from photoclust.errors import PhotoclustError, UnreadablePhoto
from photoclust.library import Library
from photoclust.library.clusters import Membership
from photoclust.library.faces import Place
from photoclust.library.packs import StoredPack
from photoclust.library.projecting import project_faces
from photoclust.progress import Progress, Silent

if TYPE_CHECKING:
    from photoclust.actions.cluster import ClusterReport

NO_FILE = "no file is known of it any more"


@dataclass(frozen=True, slots=True)
class NotCarried:
    """A face of which something was said, and that the new pack could not be shown.

    `path` is where its photo was last seen, None if the library knows no file of it any more.
    """

    face_id: int
    person: str | None
    path: str | None
    why: str


@dataclass(slots=True)
class UsePackReport:
    """What became of a library that changes over to another pack, or would become of it.

    Attributes
    ----------
    pack, before : the names of the packs.
    photos : how many there are, references too.
    known : of these, the new pack had looked at before.
    examined : it has looked at now; of a dry run, those whose files are there.
    unreadable : paths that could not be read now, and why.
    said : faces of which something was said; `found` of them the new pack finds as well, `placed`
        of them it was shown. Of a dry run only those in photos that it knows are found.
    lost : the rest.
    forgotten : people who are not to be learned again, and whom only the old pack knows.
    calibrated : the old pack's thresholds were; the new pack's are as it brings them.
    switched : is the new pack in use now?
    """

    pack: str
    before: str
    photos: int = 0
    known: int = 0
    examined: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    said: int = 0
    found: int = 0
    placed: int = 0
    lost: list[NotCarried] = field(default_factory=list)
    forgotten: int = 0
    calibrated: bool = False
    switched: bool = False
    interrupted: bool = False
    clustering: ClusterReport | None = None


def use_pack(
    library: Library,
    wanted: str,
    *,
    accept_licence: bool = False,
    dry_run: bool = False,
    device: str = Device.AUTO,
    workers: int | None = None,
    progress: Progress | None = None,
) -> UsePackReport:
    """Have another pack look at every photo, carry what was said of faces, cluster anew.

    Names, statements and the numbers of clusters stay with the people in the pictures. A face of
    which something was said and that the new pack's detector does not find is shown to it where it
    was. The old pack's faces stay in the file, so that changing back is quick. Ctrl-C before the
    end keeps the old pack in use, and what was examined.

    Parameters
    ----------
    wanted : the name of a pack, or a folder.
    dry_run : write and examine nothing.
    device : what the models run on: auto, cpu, cuda, coreml or openvino.
    workers : processes that examine photos; default one a core.

    Raises
    ------
    NotFound : nothing was scanned yet.
    PackError : there is no such pack, it cannot be loaded, or its licence was not accepted.
    PhotoclustError : it is in use already.
    LibraryError : another process is scanning or clustering, or the file cannot be written.
    """
    progress = progress or Silent()
    old = pack_in_use(library)
    found = described(library, wanted, accept_licence=accept_licence)
    if found["fingerprint"] == old.fingerprint and found["location"] == old.location:
        raise PhotoclustError(f"This library uses {old.name} already.")
    if dry_run:
        return _plan(
            library, old, library.packs.of_fingerprint(found["fingerprint"]), found["name"]
        )
    with library.scanning():
        with library.transaction():
            new = library.packs.record(**found)
            if new.projection and new.projection.base_fingerprint == old.fingerprint:
                project_faces(library, old, new)
        report = _begun(library, old, new.id, new.name)
        if new.id == old.id:  # only its folder is another one
            return report
        unseen = library.photos.unseen(new.id, old.id)
        try:
            whys = look_at_unseen(
                library, new, old, device=device, workers=workers, progress=progress
            )
            paths = {photo.id: photo.paths[0] for photo in unseen}
            report.unreadable = [(paths[photo], why) for photo, why in sorted(whys.items())]
            _switch(library, old, new, Placer(new, device), whys, report, progress)
        except KeyboardInterrupt:
            report.interrupted = True
        progress.finish()
        report.examined = len(unseen) - len(library.photos.unseen(new.id, old.id))
        if report.switched:
            _cluster(library, new, report, progress)
    return report


def _begun(library: Library, old: StoredPack, new_id: int | None, name: str) -> UsePackReport:
    photos = library.query("SELECT count(DISTINCT photo_id) FROM files")[0][0]
    unseen = library.photos.unseen(new_id, old.id)
    forgotten = library.query(
        "SELECT count(DISTINCT who) FROM forgotten"
        " WHERE who NOT IN (SELECT who FROM forgotten WHERE pack_id = ?)",
        new_id,
    )
    return UsePackReport(
        name,
        old.name,
        photos=photos,
        known=photos - len(unseen),
        said=sum(place.said for place in library.faces.places([old.id])),
        forgotten=forgotten[0][0],
        calibrated=old.calibration is not None,
    )


def _plan(library: Library, old: StoredPack, new: StoredPack | None, name: str) -> UsePackReport:
    """What can be said without looking at a photo."""
    new_id = new.id if new else None
    report = _begun(library, old, new_id, name)
    unseen = library.photos.unseen(new_id, old.id)
    for photo in unseen:
        if next(files_of(photo), None):
            report.examined += 1
        else:
            report.unreadable.append((photo.paths[0], NOT_THERE))
    ahead = {photo.id for photo in unseen}
    _faces, missing = _matched(library, old.id, new_id)
    lost = {
        place.id: NOT_THERE
        for place in missing
        if not any(map(os.path.exists, _paths(library, place.photo_id)))
    }
    report.found = report.said - len(missing)
    report.placed = sum(place.id not in lost and place.photo_id not in ahead for place in missing)
    report.lost = _not_carried(library, [place for place in missing if place.id in lost], lost)
    return report


def _matched(
    library: Library, old_id: int, new_id: int | None
) -> tuple[dict[int, int], list[Place]]:
    """Old face -> new face; and old faces of which something was said and that have none."""
    before = by_photo(library.faces.places([old_id]))
    after = by_photo(library.faces.places([new_id])) if new_id else {}
    faces: dict[int, int] = {}
    for photo, places in before.items():
        faces |= counterparts(places, after.get(photo, []))
    said = [place for places in before.values() for place in places if place.said]
    return faces, [place for place in said if place.id not in faces]


def _switch(
    library: Library,
    old: StoredPack,
    new: StoredPack,
    placer: Placer,
    whys: Mapping[int, str],
    report: UsePackReport,
    progress: Progress,
) -> None:
    """In one transaction: decisions and clusters to the new faces, the new pack in use."""
    shown: set[int] = set()
    lost: dict[int, str] = {}
    while True:
        with library.transaction():
            faces, missing = _matched(library, old.id, new.id)
            # Something may have been said since they were looked for.
            ahead = by_photo([place for place in missing if place.id not in lost])
            if not ahead:
                report.lost = _not_carried(library, missing, lost)
                library.journal.copy(faces, {})
                _hand_on_clusters(library, faces)
                library.packs.use(new.id)
                library.journal.begin(SWITCH + wanted_as(new))
        if not ahead:
            break
        progress.start("Looking at faces where they were", len(ahead), "photos")
        for photo_id, places in ahead.items():
            why = _show(library, placer, photo_id, places, whys.get(photo_id))
            if why:
                lost |= {place.id: why for place in places}
            else:
                shown |= {place.id for place in places}
            progress.advance()
        progress.finish()
    report.switched = True
    report.said = sum(place.said for place in library.faces.places([old.id]))
    report.placed = len(shown & faces.keys())
    report.found = report.said - report.placed - len(missing)


def _show(
    library: Library, placer: Placer, photo_id: int, places: Sequence[Place], why: str | None
) -> str | None:
    """Store the faces of a photo that the new pack did not find; or why it cannot be."""
    content_hash, status, reason = library.query(
        "SELECT content_hash, status, reason FROM photos LEFT JOIN scans"
        " ON scans.photo_id = photos.id AND pack_id = ? WHERE photos.id = ?",
        placer.pack.id,
        photo_id,
    )[0]
    if status != "done":
        return why or reason or NO_FILE
    for path in _paths(library, photo_id):
        try:
            with open(path, "rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != content_hash:
                    why = CHANGED
                    continue
            found = look_again(placer, path, places)
        except OSError:
            why = why or NOT_THERE
        except UnreadablePhoto as error:
            why = error.message
        else:
            with library.transaction():
                store_at_places(library, placer.pack.id, photo_id, found)
            return None
    return why or NO_FILE


def _not_carried(
    library: Library, places: Sequence[Place], whys: Mapping[int, str]
) -> list[NotCarried]:
    """For each face, by its number, why."""
    known = library.faces.get_all(place.id for place in places)
    lost = []
    for place in places:
        face = known.get(place.id)
        path = next(iter(_paths(library, place.photo_id)), None)
        lost.append(NotCarried(place.id, face.person if face else None, path, whys[place.id]))
    return lost


def _paths(library: Library, photo_id: int) -> list[str]:
    """Of every file of a photo, references too; those first that were there."""
    rows = library.query(
        "SELECT path FROM files WHERE photo_id = ? ORDER BY missing_since NOT NULL, path", photo_id
    )
    return [os.fsdecode(row[0]) for row in rows]


def _hand_on_clusters(library: Library, faces: Mapping[int, int]) -> None:
    """The clusters are now of the new faces; the old ones are in none."""
    present = library.clusters.memberships()
    library.clusters.change(
        [item.face_id for item in present],
        [
            Membership(faces[item.face_id], item.cluster, item.strength)
            for item in present
            if item.face_id in faces
        ],
    )


def _cluster(library: Library, pack: StoredPack, report: UsePackReport, progress: Progress) -> None:
    """From nothing; the clusters that were handed on give the groups their numbers."""
    from photoclust.actions.cluster import cluster_held

    progress.start("Clustering", None, "faces")
    try:
        report.clustering = cluster_held(library, pack)
    except KeyboardInterrupt:
        report.interrupted = True
    progress.finish()
