"""The decoders that are installed only by who wants them, and what to say when one is missing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.util import find_spec

from photoclust.errors import UnreadablePhoto


@dataclass(frozen=True, slots=True)
class Decoder:
    """A package that reads one more kind of file; nothing here imports it.

    Attributes
    ----------
    name : of photoclust's extra that installs it.
    reads : what it reads, as the beginning of a sentence.
    package : its name on PyPI, and in Python.
    licence : its own, and that of what its wheels bring along.
    """

    name: str
    reads: str
    package: str
    licence: str

    @property
    def installed(self) -> bool:
        return find_spec(self.package) is not None

    @property
    def version(self) -> str | None:
        """Of the installed package, None without one."""
        try:
            return version_of(self.package) if self.installed else None
        except PackageNotFoundError:
            return None

    @property
    def hint(self) -> str:
        return f"install it with: pip install 'photoclust[{self.name}]'"


# The licences are those of rawpy 0.28, pylibjxl 0.5 and av 18.1: their metadata, the licence files
# and libraries in their wheels. FFmpeg calls itself LGPL, but x264 and x265 are linked to it
# (github.com/PyAV-Org/PyAV, issues 2270 and 2408).
DECODERS = {
    decoder.name: decoder
    for decoder in (
        Decoder("raw", "RAW photos", "rawpy", "MIT, with LibRaw (LGPL 2.1 or CDDL 1.0)"),
        Decoder("jxl", "JPEG XL photos", "pylibjxl", "BSD, with libjxl (BSD)"),
        Decoder("video", "Videos", "av", "BSD, with FFmpeg and x264 (GPL)"),
    )
}


def require(name: str) -> None:
    """See to it that a decoder of `DECODERS` is there.

    Raises
    ------
    UnreadablePhoto : it is not installed; the message says how to.
    """
    decoder = DECODERS[name]
    if not decoder.installed:
        raise UnreadablePhoto(
            f"{decoder.reads} need the package {decoder.package}: "
            f"pip install 'photoclust[{decoder.name}]'"
        )
