"""Files that can always be made again: rebuilt graphs and downloaded packs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def cache_folder() -> Path:
    """The user's cache folder for photoclust, or `PHOTOCLUST_CACHE`."""
    chosen = os.environ.get("PHOTOCLUST_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("photoclust", appauthor=False)


def packs_folder() -> Path:
    """Where packs live, one folder each."""
    return cache_folder() / "packs"


def sha256_of(path: Path) -> str:
    """The sha256 of a file, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Write a whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sealed(path: Path) -> bytes | None:
    """The bytes of a cached file, or None where it is missing or damaged.

    Its sha256 stands beside it.
    """
    seal = _seal(path)
    try:
        data = path.read_bytes()
        if seal.read_text().strip() == hashlib.sha256(data).hexdigest():
            return data
    except (OSError, UnicodeDecodeError):
        pass
    return None


def built(path: Path, build: Callable[[], bytes]) -> bytes:
    """The bytes of a cached file, built when it is missing or damaged.

    Where the cache cannot be written the program goes on without it.
    """
    data = sealed(path)
    if data is not None:
        return data
    data = build()
    try:
        write_atomically(path, data)
        write_atomically(_seal(path), hashlib.sha256(data).hexdigest().encode())
    except OSError:
        pass
    return data


def _seal(path: Path) -> Path:
    return path.with_suffix(path.suffix + ".sha256")
