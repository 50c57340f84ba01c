"""A thread that has the library open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from photoclust.library import Library

Result = TypeVar("Result")


class Clerk:
    """Does one thing after the other with a library of its own: a connection stays in its thread.

    Attributes
    ----------
    library : for what runs in the clerk's thread.
    """

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self.library = self._thread.submit(Library.open, path).result()

    async def do(self, work: Callable[[Library], Result]) -> Result:
        """What the work returns or raises."""
        return await asyncio.wrap_future(self._thread.submit(work, self.library))

    def close(self) -> None:
        """Finish what was asked for, and close the library."""
        self._thread.submit(self.library.close).result()
        self._thread.shutdown()
