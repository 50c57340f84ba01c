"""Say of the same faces elsewhere what was said of them: of another pack, in an edited file.

Who names a face means the person in the picture, not a row of the library. So where another pack
sees the face, or the same pack sees it in another version of the file, the new row is spoken of by
the same acts as the old one, and an `undo` of any of them counts for both.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from photoclust.actions.pack import load_recorded
from photoclust.choices import Device
from photoclust.domain import DetectedFace, Detection, Pixels
from photoclust.errors import UnreadablePhoto
from photoclust.library import Library
from photoclust.library.clusters import Membership
from photoclust.library.faces import SAME_FACE, Place
from photoclust.library.packs import StoredPack
from photoclust.models.pack import FacePack
from photoclust.photos.decode import open_photo, read_bytes
from photoclust.photos.discover import kind_of
from photoclust.photos.video import frame_at


def counterparts(old: Sequence[Place], new: Sequence[Place]) -> dict[int, int]:
    """Old face -> new face of one picture, by overlap of their boxes, best first, one to one.

    In a video the second counts too. Faces that a human marked and took back come last.
    """
    overlaps = sorted(
        (one.undone or other.undone, -overlap, one.id, other.id)
        for one in old
        for other in new
        if one.at_seconds == other.at_seconds
        and (overlap := one.detection.box.overlap(other.detection.box)) >= SAME_FACE
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _undone, _overlap, one_id, other_id in overlaps:
        if one_id not in pairs and other_id not in taken:
            pairs[one_id] = other_id
            taken.add(other_id)
    return pairs


def by_photo(places: Sequence[Place]) -> dict[int, list[Place]]:
    """Photo -> its faces."""
    found: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        found[place.photo_id].append(place)
    return found


class Placer:
    """Embeds faces where they are known to be. The pack is loaded when it is first needed."""

    def __init__(self, pack: StoredPack, device: str = Device.AUTO) -> None:
        self.pack = pack
        self._device = device

    @cached_property
    def _analyser(self) -> FacePack:
        return load_recorded(self.pack, self._device)

    def embed(
        self, path: str, detections: Sequence[Detection], at_seconds: float | None = None
    ) -> list[DetectedFace]:
        """The faces at these places of a photo, or of a video at this moment, in their order.

        Raises
        ------
        UnreadablePhoto : with the reason.
        PackError : the pack cannot be loaded.
        """
        if at_seconds is not None:
            return self._embed(frame_at(path, at_seconds), detections)
        photo = open_photo(read_bytes(path), kind_of(path), self._analyser.decoded_side)
        pixels = photo.pixels(self._analyser.decoded_side)
        height, width = pixels.shape[:2]
        small = {
            index
            for index, detection in enumerate(detections)
            if max(width, height) < photo.longest_side
            and detection.eye_distance(width, height) < self._analyser.eye_distance
        }
        large = [index for index in range(len(detections)) if index not in small]
        faces = dict(zip(large, self._embed(pixels, [detections[i] for i in large]), strict=True))
        if small:
            del pixels
            whole = photo.pixels(photo.longest_side)
            closer = self._embed(whole, [detections[index] for index in sorted(small)])
            faces |= dict(zip(sorted(small), closer, strict=True))
        return [faces[index] for index in range(len(detections))]

    def _embed(self, pixels: Pixels, detections: Sequence[Detection]) -> list[DetectedFace]:
        try:
            return self._analyser.embed(pixels, detections)
        except (UnreadablePhoto, MemoryError):
            raise
        except Exception as error:  # a model that stumbles over one photo must not end it all
            raise UnreadablePhoto(f"cannot be analysed ({type(error).__name__})") from error


def look_again(
    placer: Placer, path: str, places: Sequence[Place]
) -> list[tuple[Place, DetectedFace]]:
    """What is now at these places of a photo or video.

    Raises
    ------
    UnreadablePhoto : the file gives no pixels.
    """
    found: list[tuple[Place, DetectedFace]] = []
    for moment in sorted({place.at_seconds for place in places}, key=lambda at: at or 0.0):
        here = [place for place in places if place.at_seconds == moment]
        faces = placer.embed(path, [place.detection for place in here], moment)
        found += zip(here, faces, strict=True)
    return found


def store_at_places(
    library: Library, pack_id: int, photo_id: int, found: Iterable[tuple[Place, DetectedFace]]
) -> dict[int, int]:
    """Store faces that a pack's detector did not find: old -> new face."""
    return {
        place.id: library.faces.add_at(
            photo_id, pack_id, face, place.at_seconds, by_hand=place.by_hand
        )
        for place, face in found
    }


def find_or_show(
    library: Library, placer: Placer, places: Sequence[Place], photo_id: int, path: str
) -> dict[int, int]:
    """The faces of a photo that another pack saw at these places: old -> new face.

    Where the pack's own detector found none, it is shown the place.
    """
    faces = counterparts(places, library.faces.places([placer.pack.id], [photo_id]))
    missing = [place for place in places if place.id not in faces]
    with suppress(UnreadablePhoto):
        found = look_again(placer, path, missing)
        faces |= store_at_places(library, placer.pack.id, photo_id, found)
    return faces


def take_clusters(library: Library, faces: Mapping[int, int]) -> None:
    """New faces (old -> new) without a cluster come into that of the old ones, as sure."""
    known = {
        face: (cluster, strength)
        for face, cluster, strength in library.query(
            "SELECT face_id, cluster_id, strength FROM memberships"
            " WHERE face_id IN (SELECT value FROM json_each(?))",
            json.dumps([*faces, *faces.values()]),
        )
    }
    library.clusters.change(
        [],
        [
            Membership(new, *known[old])
            for old, new in faces.items()
            if old in known and new not in known
        ],
    )


def carry_from_packs(
    library: Library, placer: Placer, packs: Collection[int], photo_id: int, path: str
) -> int:
    """What was said of a photo's faces as other packs saw them counts for this pack's too.

    So a photo that was away while the library changed over to another pack keeps its people.
    Returns of how many faces there was something to say.
    """
    kept = 0
    for pack in sorted(packs, reverse=True):
        old = [place for place in library.faces.places([pack], [photo_id]) if place.said]
        if old:
            faces = find_or_show(library, placer, old, photo_id, path)
            kept += len(faces) if library.journal.copy(faces, {}) else 0
    return kept
