"""A video: the same face in many key frames is one track, and its best sight stands for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from photoclust.choices import Detail
from photoclust.domain import DetectedFace
from photoclust.errors import UnreadablePhoto
from photoclust.models.pack import FacePack
from photoclust.photos.decode import PhotoFacts
from photoclust.photos.discover import PhotoFile, reason_of
from photoclust.photos.limits import MAX_FACES
from photoclust.photos.video import Frame, key_frames, video_facts
from photoclust.pipeline.results import Claim, Examined, Result, Unreadable

# A face in the next frame at the same place (intersection over union) needs less likeness.
SAME_PLACE = 0.3


@dataclass(slots=True)
class Track:
    """One person's way through a video: its best sight so far, and where it was last.

    Attributes
    ----------
    best : the face of the highest quality, seen at `seconds`.
    last : the face as it was seen last, in frame `frame`.
    """

    best: DetectedFace
    seconds: float
    last: DetectedFace
    frame: int


def examine_video(file: PhotoFile, pack: FacePack, detail: Detail, claim: Claim) -> Result:
    """Who is in a video; whatever is wrong with it is told, not raised."""
    content_hash = None
    try:
        content_hash = _hash_of(file.path)
        if not claim(content_hash):
            return Examined(file, content_hash)
        found = video_facts(file.path)
        tracks = tracks_of(_faces_of(key_frames(file.path), pack, detail), pack)
    except UnreadablePhoto as error:
        return Unreadable(file, error.message, content_hash)
    except MemoryError:
        return Unreadable(file, "not enough memory", content_hash)
    facts = PhotoFacts(found.width, found.height, found.metadata, found.seconds)
    best = sorted(tracks, key=lambda track: -track.best.quality)[:MAX_FACES]
    return Examined(
        file,
        content_hash,
        facts,
        tuple(track.best for track in best),
        tuple(track.seconds for track in best),
    )


def _hash_of(path: str) -> str:
    """sha256 of a file that may be larger than memory, hex."""
    try:
        with open(path, "rb") as stream:
            if not stream.peek(1):
                raise UnreadablePhoto("empty file")
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UnreadablePhoto(reason_of(error)) from error


def _faces_of(
    frames: Iterable[Frame], pack: FacePack, detail: Detail
) -> Iterator[tuple[float, list[DetectedFace]]]:
    for frame in frames:
        try:
            yield frame.seconds, pack.analyse(frame.pixels, detail)
        except (UnreadablePhoto, MemoryError):
            raise
        except Exception as error:  # a model that stumbles over one frame must not end the scan
            raise UnreadablePhoto(f"cannot be analysed ({type(error).__name__})") from error


def tracks_of(sights: Iterable[tuple[float, list[DetectedFace]]], pack: FacePack) -> list[Track]:
    """Join what was seen in frame after frame (seconds, faces) to tracks.

    A face goes on with the track it is most like: as like as a match to its best sight, or as a
    link where it was at the same place in the frame before. A frame gives each track one face.
    """
    levels = pack.description.thresholds
    tracks: list[Track] = []
    for number, (seconds, faces) in enumerate(sights):
        free = set(range(len(tracks)))
        for face in sorted(faces, key=lambda item: -item.quality):
            near = [(_likeness(tracks[index], face), index) for index in free]
            likeness, index = max(near, default=(-1.0, -1))
            stays = index >= 0 and _is_at_the_same_place(tracks[index], face, number)
            if likeness < (levels.link if stays else levels.match):
                tracks.append(Track(face, seconds, face, number))
                continue
            free.discard(index)
            track = tracks[index]
            track.last, track.frame = face, number
            if face.quality > track.best.quality:
                track.best, track.seconds = face, seconds
    return tracks


def _likeness(track: Track, face: DetectedFace) -> float:
    return max(
        float(track.best.embedding @ face.embedding), float(track.last.embedding @ face.embedding)
    )


def _is_at_the_same_place(track: Track, face: DetectedFace, frame: int) -> bool:
    overlap = track.last.detection.box.overlap(face.detection.box)
    return frame - track.frame == 1 and overlap >= SAME_PLACE
