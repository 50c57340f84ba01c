"""From photos to what a network is shown: detect, take the most central face, cut its chip."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoclust.errors import UnreadablePhoto
from photoclust.lab.training.filters import SIDE, border_of, sharpness_of
from photoclust.lab.training.listing import Listing
from photoclust.lab.training.store import Prepared, Store
from photoclust.models.alignment import cut_chip
from photoclust.models.chips import PLACES, ChipShape
from photoclust.models.pack import FacePack
from photoclust.photos.decode import open_photo, read_bytes
from photoclust.photos.discover import PhotoFile
from photoclust.progress import Progress

# Raised when chips or measures change: older stores must not mix with it.
BUILD = 1


def prepare(
    listing: Listing,
    pack: FacePack,
    chip: ChipShape | None,
    folder: Path,
    *,
    workers: int,
    progress: Progress,
) -> Store:
    """The store of a listing's faces, complete; what it already holds is not looked at again.

    Parameters
    ----------
    chip : what to cut; None for the pack's own embeddings.
    folder : where the store lies.
    workers : threads that look at photos side by side.
    """
    key = {
        "build": BUILD,
        "pack": pack.description.fingerprint,
        "chip": list(chip.shape) if chip else None,
        "photos": listing.digest,
    }
    store = Store(
        folder,
        key,
        len(listing.photos),
        chip.shape if chip else (pack.description.dim,),
        np.uint8 if chip else np.float32,
    )
    left = listing.photos[len(store.records) :]
    if not left:
        return store
    people = iter(listing.people[len(store.records) :])
    progress.start("Finding faces", len(left), "photos")

    def looked_at() -> Iterator[tuple[Prepared, NDArray[Any] | None]]:
        lost = 0
        pool = ThreadPoolExecutor(workers)
        try:
            looks = pool.map(lambda file: _look(file, pack, chip), left)
            for file, person, (face, measures) in zip(left, people, looks, strict=True):
                lost += face is None
                progress.advance(f"{lost} without a face" if lost else "")
                yield Prepared(listing.relative(file), person, **measures), face
        finally:
            pool.shutdown(cancel_futures=True)

    store.add(looked_at())
    progress.finish()
    return store


def _look(
    file: PhotoFile, pack: FacePack, chip: ChipShape | None
) -> tuple[NDArray[Any] | None, dict[str, Any]]:
    """The face of a photo, and what the store records of it."""
    try:
        pixels = open_photo(read_bytes(file.path), file.kind, pack.decoded_side).pixels(
            pack.decoded_side
        )
        found = pack.detect(pixels)
        if not found:
            return None, {"failure": "no face"}
        central = min(found, key=lambda detection: detection.box.distance_to())
        height, width = pixels.shape[:2]
        landmarks = np.array(central.landmarks) * (width, height)
        measures = {
            "sharpness": round(sharpness_of(cut_chip(pixels, landmarks, PLACES * SIDE, SIDE)), 1),
            "border": round(border_of(width, height, landmarks), 4),
        }
        if chip:
            return chip.cut(pixels, landmarks), measures
        return pack.embed(pixels, [central])[0].embedding, measures
    except UnreadablePhoto as error:
        return None, {"failure": error.message}
    except MemoryError:
        return None, {"failure": "not enough memory"}
    except Exception as error:  # a model that stumbles over one photo must not end the run
        return None, {"failure": f"cannot be analysed ({type(error).__name__})"}
