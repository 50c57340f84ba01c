"""The errors a person can act on. Everything else that is raised is a bug."""

from __future__ import annotations


class PhotoclustError(Exception):
    """Something a person can put right: one sentence, and the way out.

    Parameters
    ----------
    message : what is wrong, as one sentence.
    hint : what to do about it; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(PhotoclustError):
    """The request itself cannot be understood (exit code 2)."""


class UnreadablePhoto(PhotoclustError):
    """A file could not be turned into pixels; the message is the reason that is recorded."""


class LibraryError(PhotoclustError):
    """The library file cannot be opened or written."""


class PackError(PhotoclustError):
    """A model pack is missing, damaged, or not the one that this library was made with."""


class NotFound(PhotoclustError):
    """A cluster, face, photo or person of that name is not in the library."""
