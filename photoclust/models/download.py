"""Fetching a pack: resumable, checked against its checksum, all or nothing.

The only file of photoclust that opens a network connection.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from pathlib import Path, PurePosixPath

from photoclust.errors import PackError
from photoclust.models.cache import packs_folder
from photoclust.models.catalogue import RELEASE_URL, KnownPack
from photoclust.progress import Progress, Silent

CHUNK = 1 << 20  # bytes
TIMEOUT = 30  # seconds without a byte

# What a pack holds beside detector and embedder; loading them would only cost time.
UNUSED_MODELS = frozenset({"1k3d68.onnx", "2d106det.onnx", "genderage.onnx"})


def install(pack: KnownPack, progress: Progress | None = None) -> Path:
    """Download and unpack a pack; returns its folder. What was half downloaded is continued.

    `PHOTOCLUST_MODELS_URL` names another place that holds the same archives.

    Raises
    ------
    PackError : no network, no such file there, a wrong checksum, no room on disk.
    """
    if pack.archive is None:
        raise PackError(
            f"The pack {pack.name} came with photoclust.", "There is nothing to install."
        )
    folder = packs_folder() / pack.name
    archive = packs_folder() / f"{pack.name}.zip.part"
    base = os.environ.get("PHOTOCLUST_MODELS_URL", RELEASE_URL)
    url = f"{base.rstrip('/')}/{pack.name}.zip"
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        if not archive.exists() or archive.stat().st_size != pack.archive.size:
            _fetch(url, archive, pack.archive.size, progress or Silent())
        _check(archive, pack.archive.sha256)
        _unpack(archive, folder)
        archive.unlink()
    except urllib.error.HTTPError as error:
        raise PackError(
            f"{url} answered {error.code} {error.reason}.",
            "Try again later, or name another place with PHOTOCLUST_MODELS_URL.",
        ) from error
    except ValueError as error:
        raise PackError(
            f"{url} is no address of the web ({error}).", "Correct PHOTOCLUST_MODELS_URL."
        ) from error
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
    ) as error:
        raise PackError(
            f"Cannot reach {url} ({getattr(error, 'reason', error)}).",
            "Check the network and run it again; it goes on where it stopped. Without a network "
            "use the pack `open`, or copy the pack's folder and give it with --pack FOLDER.",
        ) from error
    except OSError as error:
        raise PackError(
            f"Cannot write the pack to {packs_folder()}: {error.strerror or error}.",
            "Free some space, or choose another cache folder with PHOTOCLUST_CACHE.",
        ) from error
    return folder


def _fetch(url: str, archive: Path, size: int, progress: Progress) -> None:
    start = archive.stat().st_size if archive.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if start and error.code == 416:  # everything is here already
            return
        raise
    with response:
        resumed = response.status == 206
        left = size - start if resumed else size
        progress.start(f"Downloading {url}", left // CHUNK + 1, "MB")
        with archive.open("ab" if resumed else "wb") as stream:
            while chunk := response.read(CHUNK):
                stream.write(chunk)
                progress.advance()
        progress.finish()
        expected = response.headers.get("Content-Length")
        received = archive.stat().st_size - (start if resumed else 0)
        if expected is not None and received < int(expected):
            raise ConnectionError("the connection was closed early")


def _check(archive: Path, sha256: str) -> None:
    with archive.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        archive.unlink()
        raise PackError(
            f"What was downloaded is not the pack: its sha256 is {found}, not {sha256}.",
            "It was deleted; run the command again.",
        )


def _unpack(archive: Path, folder: Path) -> None:
    """Put the archive's files, without their folders, in place at one stroke."""
    for left_over in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(left_over, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        with zipfile.ZipFile(archive) as zipped:
            for member in zipped.infolist():
                name = PurePosixPath(member.filename).name
                if member.is_dir() or name in UNUSED_MODELS:
                    continue
                with zipped.open(member) as source, (staging / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
        if folder.exists():
            shutil.rmtree(folder)
        staging.rename(folder)
    except zipfile.BadZipFile as error:
        raise PackError(f"The archive of {folder.name} is damaged.", "Run it again.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
