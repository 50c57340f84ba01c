"""Is everything there that photoclust needs? Looks, and changes nothing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from photoclust.choices import Device
from photoclust.errors import PackError, PhotoclustError
from photoclust.extras import LAB, MAP
from photoclust.library.library import OLDEST_SQLITE, library_error
from photoclust.library.packs import Packs, StoredPack
from photoclust.library.version import APPLICATION_ID, SCHEMA_VERSION
from photoclust.models.cache import cache_folder, sealed, sha256_of
from photoclust.models.devices import (
    OFFERS,
    available_providers,
    installed_builds,
    is_live,
    resolve,
)
from photoclust.models.installed import installed_names, load_pack
from photoclust.models.open_pack import NAME as OPEN
from photoclust.models.open_pack import cached_graphs, describe, source_files
from photoclust.photos.optional import DECODERS

# Below this much room beside the library a long scan may not come to its end.
LITTLE_ROOM = 500_000_000  # bytes

# SQLite's write-ahead log needs memory that all its users share: https://sqlite.org/wal.html.
NETWORK_FILESYSTEMS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ncpfs", "9p"),
        *("ceph", "lustre", "glusterfs", "sshfs", "davfs", "davfs2", "rclone"),
    }
)


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and the way out where there is something to do."""

    name: str
    state: State
    told: str
    hint: str = ""


def doctor(path: Path) -> list[Check]:
    """Check the installation, the packs, the caches, and the library at this path if there is one.

    Nothing is written and nothing is downloaded.
    """
    return [
        *_tried("Program", _program),
        *_tried("ONNX Runtime", _runtime),
        *_tried("Device", _devices),
        *_tried("OpenCV", _opencv),
        *_tried("Pack open", _open_pack),
        *_tried("Packs", _other_packs),
        *_tried("Cache", _cache),
        *_tried("Library", partial(_library, path)),
        *_tried("Disk", partial(_disk, path)),
        *_tried("Photos", _photo_formats),
        *_tried("Optional", _optional_formats),
        *_tried("Extras", _extras),
    ]


def _tried(name: str, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """A check that itself breaks is a finding: a broken installation can fail in any way."""
    try:
        yield from look()
    except Exception as error:
        told = f"{type(error).__name__}: {' '.join(str(error).split())}"
        yield Check(name, State.PROBLEM, told, "Install photoclust again.")


def _problem(name: str, error: PhotoclustError) -> Check:
    return Check(name, State.PROBLEM, error.message.removesuffix("."), error.hint)


def _program() -> Iterator[Check]:
    where = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    yield Check("Program", State.OK, f"photoclust {version('photoclust')}, {where}")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Check(
            "SQLite",
            State.PROBLEM,
            f"{sqlite3.sqlite_version}; photoclust needs 3.37",
            "Use a Python from python.org or your distribution from 2022 on.",
        )


def _runtime() -> Iterator[Check]:
    builds = [f"{name} {number}" for name, number in installed_builds().items()]
    if len(builds) > 1:
        names = " ".join(installed_builds())
        yield Check(
            "ONNX Runtime",
            State.WARNING,
            f"several builds are installed over each other: {', '.join(builds)}",
            f"Run `pip uninstall {names}`, then `pip install` the one you want.",
        )
    import onnxruntime

    told = f"{onnxruntime.__version__}, with {', '.join(available_providers())}"
    yield Check("ONNX Runtime", State.OK, told)


def _devices() -> Iterator[Check]:
    for device, offer in OFFERS.items():
        if offer.provider in available_providers() and not is_live(device):
            told = f"{device} is built in, but does not start"
            yield Check("Device", State.WARNING, told, offer.way_to_start)
    if not is_live(Device.CPU):
        told = "not even a small model runs on the CPU"
        yield Check("Device", State.PROBLEM, told, "Install ONNX Runtime again.")
        return
    live = [device for device in (*OFFERS, Device.CPU) if is_live(device)]
    told = f"auto takes {resolve(Device.AUTO)}; a small model ran on {', '.join(live)}"
    yield Check("Device", State.OK, told)


def _opencv() -> Iterator[Check]:
    builds = {
        name: found
        for name in ("opencv-python", "opencv-python-headless")
        if (found := _version(name))
    }
    try:
        import cv2
    except ImportError as error:
        if ".so" not in str(error):
            raise
        told = f"a system library is missing: {error}"
        hint = "On Debian and Ubuntu run `apt-get install libgl1 libglib2.0-0`."
        yield Check("OpenCV", State.PROBLEM, told, hint)
        return
    if len(builds) > 1:
        yield Check(
            "OpenCV",
            State.WARNING,
            f"two builds are installed over each other: {', '.join(builds)}",
            f"Run `pip uninstall {' '.join(builds)}`, then `pip install opencv-python`.",
        )
    else:
        yield Check("OpenCV", State.OK, cv2.__version__)


def _open_pack() -> Iterator[Check]:
    name = f"Pack {OPEN}"
    try:
        graphs = cached_graphs([sha256_of(path) for path in source_files()])
        if not all(graph.exists() for graph in graphs):
            yield Check(name, State.OK, "not used yet; its graphs are built at the first scan")
        elif not all(sealed(graph) for graph in graphs):
            yield Check(name, State.WARNING, "a cached graph is damaged", "The next scan mends it.")
        else:
            yield _loaded(name, OPEN)
    except PackError as error:
        yield _problem(name, error)


def _other_packs() -> Iterator[Check]:
    for name in installed_names():
        if name != OPEN:
            try:
                yield _loaded(f"Pack {name}", name)
            except PackError as error:
                yield _problem(f"Pack {name}", error)


def _loaded(name: str, pack: str) -> Check:
    described = load_pack(pack, device=Device.CPU).description
    return Check(name, State.OK, f"good ({described.fingerprint[:12]}); {described.licence}")


def _cache() -> Iterator[Check]:
    folder = cache_folder()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    told = f"{folder} ({size / 1e6:.1f} MB)"
    if os.access(_existing(folder), os.W_OK):
        yield Check("Cache", State.OK, told)
    else:
        yield Check(
            "Cache",
            State.WARNING,
            f"{told} cannot be written: models are built anew each time",
            "Give yourself write permission, or name another folder in PHOTOCLUST_CACHE.",
        )


def _library(path: Path) -> Iterator[Check]:
    path = Path(os.path.abspath(path))
    if not path.exists():
        yield Check("Library", State.OK, f"none at {path} yet; `photoclust scan` makes one")
        return
    try:
        with closing(_opened(path)) as connection:
            yield from _content(connection, path)
    except (sqlite3.Error, OSError) as error:
        found = library_error(error, path)
        yield _problem("Library", found)


def _opened(path: Path) -> sqlite3.Connection:
    """The file as it is; without a write-ahead log reading would make one, unless told not to."""
    mode = "ro" if Path(f"{path}-wal").exists() else "ro&immutable=1"
    connection = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def _content(connection: sqlite3.Connection, path: Path) -> Iterator[Check]:
    tables = {row[0] for row in connection.execute("SELECT tbl_name FROM sqlite_master")}
    schema = connection.execute("PRAGMA user_version").fetchone()[0]
    if tables <= {"_sqlite_migrations"}:
        yield Check("Library", State.OK, f"{path} is empty; `photoclust scan` fills it")
        return
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        told = f"{path} is an SQLite file of another program"
        yield Check("Library", State.PROBLEM, told, "Give another path with --db.")
        return
    if schema > SCHEMA_VERSION:
        told = f"{path} is of a newer photoclust (schema {schema}, this one knows {SCHEMA_VERSION})"
        yield Check("Library", State.PROBLEM, told, "Update photoclust.")
    else:
        photos, faces = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("photos", "faces")
        )
        told = f"{path}: {photos} photos, {faces} faces, schema {schema}"
        if schema < SCHEMA_VERSION:
            told += f" (the next command brings it to {SCHEMA_VERSION})"
        yield Check("Library", State.OK, told)
    yield _integrity(connection)
    if schema == SCHEMA_VERSION and (stored := Packs(connection).in_use()):
        yield _own_pack(stored)


def _integrity(connection: sqlite3.Connection) -> Check:
    faults = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    strays = [row[0] for row in connection.execute("PRAGMA foreign_key_check")]
    if faults or strays:
        told = (
            faults[0] if faults else f"{len(strays)} rows point to nothing, such as in {strays[0]}"
        )
        return Check("Integrity", State.PROBLEM, told, "Restore the library from a backup.")
    return Check("Integrity", State.OK, "every page and every reference is good")


def _own_pack(stored: StoredPack) -> Check:
    """The library's pack, as `load_recorded` will find it; `open` without building its graphs."""
    try:
        below = stored.projection.base if stored.projection else stored.name
        if below == OPEN and stored.location is None:
            found = describe([sha256_of(path) for path in source_files()])
        else:
            found = load_pack(below, stored.location, Device.CPU).description
    except PackError as error:
        return _problem("Its pack", error)
    recorded = stored.projection.base_fingerprint if stored.projection else stored.fingerprint
    if found.fingerprint != recorded:
        return Check(
            "Its pack",
            State.PROBLEM,
            f"{stored.name} is not the one that the library was made with",
            "Bring the old files or the old version of photoclust back.",
        )
    return Check("Its pack", State.OK, f"{stored.name}, the one that the library was made with")


def _disk(path: Path) -> Iterator[Check]:
    folder = _existing(Path(os.path.abspath(path)).parent)
    free = shutil.disk_usage(folder).free
    told = f"{free / 1e9:.1f} GB free at {folder}"
    if free < LITTLE_ROOM:
        yield Check("Disk", State.WARNING, told, "Free some space before a long scan.")
    else:
        yield Check("Disk", State.OK, told)
    kind = _filesystem(folder)
    if kind.removeprefix("fuse.") in NETWORK_FILESYSTEMS:
        yield Check(
            "Disk",
            State.WARNING,
            f"{folder} is on a network filesystem ({kind}), where SQLite's log is not safe",
            "Keep the library on a disk of this computer with --db; the photos may stay.",
        )


def _photo_formats() -> Iterator[Check]:
    from PIL import features

    heic, avif = _version("pi-heif"), features.check("avif")
    if heic and avif:
        yield Check(
            "Photos", State.OK, f"HEIC by pi-heif {heic}, AVIF by Pillow {_version('pillow')}"
        )
    if not heic:
        yield Check("Photos", State.PROBLEM, "HEIC cannot be read", "Run `pip install pi-heif`.")
    if not avif:
        told = "this Pillow was built without AVIF"
        yield Check("Photos", State.WARNING, told, "Run `pip install --force-reinstall pillow`.")


def _optional_formats() -> Iterator[Check]:
    for decoder in DECODERS.values():
        if decoder.installed:
            told = f"read by {decoder.package} {decoder.version or ''}".rstrip()
            yield Check(decoder.reads, State.OK, told)
        else:
            hint = f"{decoder.hint[0].upper()}{decoder.hint[1:]}"
            yield Check(decoder.reads, State.OK, "not read", hint)


def _extras() -> Iterator[Check]:
    for extra in (MAP, LAB):
        name = f"Extra {extra.name}"
        if extra.missing:
            yield Check(name, State.OK, f"{extra.use.lower()} is not possible", extra.hint)
        else:
            yield Check(name, State.OK, f"{', '.join(extra.packages.values())} are installed")


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _filesystem(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """What kind of filesystem a folder is on, as Linux lists it; elsewhere empty."""
    if not mounts.exists():
        return ""
    folder = folder.resolve()
    kinds = {}
    for line in mounts.read_bytes().splitlines():
        _source, place, kind, *_ = os.fsdecode(line).split(" ")
        kinds[Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place))] = kind
    return next((kinds[place] for place in (folder, *folder.parents) if place in kinds), "")
