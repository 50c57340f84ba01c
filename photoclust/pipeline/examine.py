"""One file: read, hash, decode, detect, align, embed."""

from __future__ import annotations

import hashlib

from photoclust.choices import Detail
from photoclust.domain import DetectedFace
from photoclust.errors import UnreadablePhoto
from photoclust.models.pack import FacePack
from photoclust.photos.decode import AskForMemory, Photo, open_photo, read_bytes
from photoclust.photos.discover import PhotoFile
from photoclust.photos.limits import EASY_MEMORY, MAX_FACES, MAX_MEMORY
from photoclust.pipeline.results import Claim, Examined, Result, Unreadable
from photoclust.pipeline.tracks import examine_video


def examine(
    file: PhotoFile,
    pack: FacePack,
    detail: Detail,
    claim: Claim,
    ask_for_memory: AskForMemory = lambda _bytes: None,
) -> Result:
    """What is in a file; whatever is wrong with it is told, not raised.

    Parameters
    ----------
    claim : is asked before the content is decoded.
    ask_for_memory : is called with the bytes that decoding needs if they are many.
    """
    if file.kind == "video":
        return examine_video(file, pack, detail, claim)
    content_hash = None
    try:
        if file.size > EASY_MEMORY:  # who waits for room to decode must not hold much already
            ask_for_memory(MAX_MEMORY)
        data = read_bytes(file.path)
        content_hash = hashlib.sha256(data).hexdigest()
        if not claim(content_hash):
            return Examined(file, content_hash)
        photo = open_photo(data, file.kind, pack.decoded_side, ask_for_memory)
        return Examined(file, content_hash, photo.facts, tuple(faces_of(photo, pack, detail)))
    except UnreadablePhoto as error:
        return Unreadable(file, error.message, content_hash)
    except MemoryError:
        return Unreadable(file, "not enough memory", content_hash)


def faces_of(photo: Photo, pack: FacePack, detail: Detail = Detail.NORMAL) -> list[DetectedFace]:
    """Every face of a photo, best score first.

    They are looked for in a picture as large as the pack needs it, and embedded from it, unless
    their eyes are so close together that the whole photo, where it is larger, shows them better.

    Raises
    ------
    UnreadablePhoto : with the reason that is recorded for the file.
    """
    pixels = photo.pixels(pack.decoded_side)
    try:
        found = pack.detect(pixels, detail)[:MAX_FACES]
        height, width = pixels.shape[:2]
        small = [
            face
            for face in found
            if max(width, height) < photo.longest_side
            and face.eye_distance(width, height) < pack.eye_distance
        ]
        faces = pack.embed(pixels, [face for face in found if face not in small])
        if small:
            del pixels
            faces += pack.embed(photo.pixels(photo.longest_side), small)
    except (UnreadablePhoto, MemoryError):
        raise
    except Exception as error:  # a model that stumbles over one photo must not end the scan
        raise UnreadablePhoto(f"cannot be analysed ({type(error).__name__})") from error
    return sorted(faces, key=lambda face: -face.detection.score)
