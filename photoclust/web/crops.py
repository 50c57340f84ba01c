"""Pictures of faces as the page asks for them: made once, and kept in memory only."""

from __future__ import annotations

import asyncio
import io
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image

from photoclust.domain import Box, Pixels
from photoclust.export.crops import face_crop, placeholder, read_picture
from photoclust.library import Library
from photoclust.library.faces import Sight
from photoclust.web.clerk import Clerk

CROP_SIDE = 176  # pixels; shown at up to 132
PHOTO_SIDE = 1400  # pixels, longest side
MEMORY = 96 << 20  # bytes of crops that are kept: about 20,000

FORMAT, QUALITY = "WEBP", 80
METHOD = 0  # the fastest

FRAME = (255, 170, 60)  # around the face in its photo, RGB


class Crops:
    """Crops of faces, and the photos they are from."""

    def __init__(self, lookup: Clerk) -> None:
        self._lookup = lookup
        self._makers = ThreadPoolExecutor(os.cpu_count())
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[int, asyncio.Future[bytes]] = {}
        self._read = lru_cache(4)(read_picture)

    async def crop(self, face: int) -> bytes | None:
        """The square around a face; grey where its photo is gone, None if there is no such face."""
        if face in self._kept:
            self._kept.move_to_end(face)
            return self._kept[face]
        if face in self._under_way:
            return await asyncio.shield(self._under_way[face])
        found = await self._seen(face)
        if found is None:
            return None
        making = asyncio.get_running_loop().run_in_executor(self._makers, self._cut, *found)
        self._under_way[face] = making
        try:
            made = await asyncio.shield(making)
        finally:
            self._under_way.pop(face, None)
        self._keep(face, made)
        return made

    async def photo(self, face: int) -> bytes | None:
        """The photo of a face, with a frame around it."""
        found = await self._seen(face)
        if found is None:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._makers, self._framed, *found)

    def close(self) -> None:
        """Forget all pictures."""
        self._makers.shutdown(cancel_futures=True)

    async def _seen(self, face: int) -> tuple[Sight, tuple[str, ...]] | None:
        def look(library: Library) -> tuple[Sight, tuple[str, ...]] | None:
            sight = library.faces.sight(face)
            if sight is None:
                return None
            return sight, tuple(library.photos.paths_of([sight.photo_id]).get(sight.photo_id, ()))

        return await self._lookup.do(look)

    def _keep(self, face: int, made: bytes) -> None:
        self._kept[face] = made
        self._bytes += len(made)
        while self._bytes > MEMORY:
            _face, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)

    def _cut(self, sight: Sight, paths: Sequence[str]) -> bytes:
        pixels = self._read(paths, sight.at_seconds)
        if pixels is None:
            return _encoded(placeholder(CROP_SIDE))
        return _encoded(face_crop(pixels, sight.box, CROP_SIDE))

    def _framed(self, sight: Sight, paths: Sequence[str]) -> bytes:
        pixels = self._read(paths, sight.at_seconds)
        if pixels is None:
            return _encoded(placeholder(CROP_SIDE))
        image = Image.fromarray(pixels)
        image.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
        return _encoded(_with_frame(np.array(image), sight.box))


def _with_frame(pixels: Pixels, box: Box) -> Pixels:
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = (round(value) for value in box.in_pixels(width, height))
    cv2.rectangle(pixels, (x1, y1), (x2, y2), FRAME, max(2, width // 400), cv2.LINE_AA)
    return pixels


def _encoded(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, FORMAT, quality=QUALITY, method=METHOD)
    return out.getvalue()
