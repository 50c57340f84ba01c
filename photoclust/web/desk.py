"""The library as the page works with it: looked at in the background, written at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from photoclust.actions.asked import Asked
from photoclust.actions.review import Review
from photoclust.errors import PhotoclustError
from photoclust.library import Library
from photoclust.library.faces import Face
from photoclust.web.clerk import Clerk
from photoclust.web.view import View, view_of

# How often the file is asked whether somebody wrote to it.
POLL = 0.5  # seconds

# After looking at the library it is left alone for this many times as long as that took, and for
# longer after taking in new faces, so that a running scan does not keep the page busy.
REST, LONG_REST = 0.5, 5.0

# Questions of earlier views that can still be answered.
REMEMBERED = 200


class Changed(PhotoclustError):
    """The question is not what it was."""

    def __init__(self) -> None:
        super().__init__("These faces have changed meanwhile.", "Here is the next question.")


class Desk:
    """One thread looks at the library and thinks of questions, another writes.

    So an answer waits for no question, and what is shown is read from memory.

    Attributes
    ----------
    view : how the library stood when it was looked at last; None until that happened once.
    answers : how many were given, and other acts.
    failure : why the library cannot be followed any more.
    lookup : for short questions to the library, which wait for neither.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader, self._writer, self.lookup = Clerk(path), Clerk(path), Clerk(path)
        self.view: View | None = None
        self.answers = 0
        self.failure: Exception | None = None
        self._review: Review | None = None
        self._asked: dict[str, tuple[Asked, Review]] = {}
        self._settled: dict[int, int] = {}
        self._seen = -1
        self._woken = asyncio.Event()
        self._news = asyncio.Condition()
        self._rebuilt = (0.0, 0.0)

    async def follow(self) -> None:
        """Look at the library whenever it changed, until cancelled or it cannot be read."""
        try:
            await self._follow()
        except Exception as error:
            self.failure = error
            async with self._news:
                self._news.notify_all()

    async def _follow(self) -> None:
        while True:
            started = time.monotonic()
            looked = await self._reader.do(self._look)
            if looked:
                self._show(*looked)
                async with self._news:
                    self._news.notify_all()
                await asyncio.sleep(REST * (time.monotonic() - started))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL)
            self._woken.clear()

    async def newer_than(self, version: int) -> View:
        """The view, once there is one that is newer."""
        async with self._news:
            await self._news.wait_for(
                lambda: self.failure or (self.view and self.view.version > version)
            )
        if self.view is None:
            raise PhotoclustError("The library cannot be read; the terminal says why.")
        return self.view

    def asked(self, key: str, also: Collection[int] = ()) -> Asked:
        """The question of this key, if its faces, and those of tiles beside, are as they were.

        Raises
        ------
        Changed : it is none, or none any more.
        """
        asked, _review = self._asked.get(key, (None, None))
        if asked is None or self.view is None:
            raise Changed
        faces = [*asked.faces, *asked.pointed_at(also)]
        if self.is_settled(faces) or not self.view.is_open(faces):
            raise Changed
        return asked

    def is_settled(self, faces: Iterable[Face]) -> bool:
        """Was one of these answered since the library was looked at?"""
        return any(face.id in self._settled for face in faces)

    @property
    def settled(self) -> list[int]:
        """Faces that were answered since the library was looked at."""
        return list(self._settled)

    async def answer(self, give: Callable[[Review], str], faces: Collection[int]) -> str:
        """Answer a question about these faces; what was done, as a sentence."""
        review = self._review
        assert review is not None
        told = await self._writer.do(lambda _library: give(review))
        self.answers += 1
        self._settled |= dict.fromkeys(faces, self.answers)
        self._woken.set()
        return told

    async def skip(self, key: str) -> None:
        """Ask this no more."""
        found = self._asked.pop(key, None)

        def pass_over(_library: Library) -> None:
            if found and found[1] is self._review:
                self._review.skip(found[0])
                self._seen = -1

        await self._reader.do(pass_over)
        self._woken.set()

    async def act(self, do: Callable[[Library], str]) -> str:
        """Do something to the library; what was done, as a sentence."""
        told = await self._writer.do(do)
        self.answers += 1
        self._woken.set()
        return told

    async def study(self, work: Callable[[Library], Any]) -> Any:
        """What takes the library a while, such as conflicts; it waits for a look under way."""
        return await self._reader.do(work)

    def close(self) -> None:
        """Finish what was begun and close the library."""
        for clerk in (self._writer, self._reader, self.lookup):
            clerk.close()

    def _show(self, view: View, review: Review, answers: int) -> None:
        """From now on this is how the library stands; so many answers are in it."""
        self.view = view
        self._settled = {face: then for face, then in self._settled.items() if then > answers}
        for key, asked in view.questions.items():
            self._asked.pop(key, None)
            self._asked[key] = asked, review
        for key in list(self._asked)[:-REMEMBERED]:
            del self._asked[key]

    def _look(self, library: Library) -> tuple[View, Review, int] | None:
        """How the library stands, if it changed; in the reader's thread."""
        seen, answers = library.version(), self.answers
        if seen == self._seen:
            return None
        self._seen = seen
        with library.snapshot():
            review = self._looked(library)
            version = self.view.version + 1 if self.view else 1
            return view_of(review, library, version), review, answers

    def _looked(self, library: Library) -> Review:
        """The review as of now; another one where faces came, unless that happened just before."""
        if self._review is None:
            self._review = self._begun(library)
        else:
            self._review.look_again()
        ended, took = self._rebuilt
        if self._review.is_outdated:
            if time.monotonic() > ended + LONG_REST * took:
                self._review = self._begun(library)
            else:
                self._seen = -1  # look again soon
        return self._review

    def _begun(self, library: Library) -> Review:
        started = time.monotonic()
        review = Review(library, self._writer.library)
        self._rebuilt = (time.monotonic(), time.monotonic() - started)
        return review
